"""What must never be done (N): each rule that keeps it from happening, where no other file has it."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_DECIDES = "tests/unit/picture/test_nobody_decides.py::"
_SEQUENCER = "tests/unit/channel/test_sequencer.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="only-its-announcer-moves-a-notice",
        proves=("N7",),
        says="Nobody ends or moves what another party has announced, whatever was found or asked.",
        at="wellclear.picture.items:_announced",
        old="elif item.party != act.party:",
        new="elif False:",
        tests=(f"{_DECIDES}test_nobody_ends_or_moves_what_another_has_announced",),
    ),
    Rule(
        name="a-share-ends",
        proves=("N10",),
        says="Who moves a notice about to find what others hide has a share a minute, and each try is logged.",
        at="wellclear.channel.sequencer:Sequencer.admit",
        old="if draw is Draw.REFUSED:",
        new="if False:",
        tests=(f"{_SEQUENCER}test_who_moves_a_notice_about_to_find_others_runs_dry_and_each_try_is_on_record",),
    ),
    Rule(
        name="a-carrier-has-one-share",
        proves=("N10",),
        says="What a node carries for others comes out of its own party's share.",
        at="wellclear.channel.sequencer:Sequencer.admit",
        old="self._shares.take(entry.act.linker,",
        new="self._shares.take(entry.act.party,",
        tests=(f"{_SEQUENCER}test_what_is_carried_for_others_comes_out_of_the_carriers_share",),
    ),
    Rule(
        name="free-text-keeps-its-language-and-its-words",
        proves=("N11", "R14"),
        says="Free text is told in its sender's words, marked with the language that the sender named.",
        at="wellclear.apps.sentences:message",
        old="In the sender's words ({group.language}): “{group.text}”",
        new="It says: “{group.text}”",
        tests=("tests/unit/apps/test_timeline.py::test_free_text_is_told_in_its_senders_words_and_language",),
    ),
)
