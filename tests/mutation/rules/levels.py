"""Disclosure levels: who is shown which field groups, and that nothing tells more than was shown."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_LEVELS = "tests/unit/channel/test_levels.py::"
_TOLD = "tests/properties/test_told.py::"
RULES: tuple[Rule, ...] = (
    Rule(
        name="groups-by-level",
        proves=("R25",),
        says="A field group goes to the recipients whose level reaches it.",
        at="wellclear.channel.levels:shown_to",
        old="level >= LEVEL_OF_GROUP[group]",
        new="level >= 1",
        tests=(f"{_LEVELS}test_each_recipient_is_shown_what_its_level_reaches",),
    ),
    Rule(
        name="more-than-the-default-is-a-word",
        proves=("R25", "N13"),
        says="More than a category's default is shown only where that is said in a word of its own.",
        at="wellclear.channel.levels:levels_of",
        old="if given is asked and level > default:",
        new="if False:",
        tests=(f"{_LEVELS}test_more_than_the_default_takes_a_word_of_its_own",),
    ),
    Rule(
        name="level-0-is-not-addressed",
        proves=("R25",),
        says="Who is at level 0 is sent nothing and not addressed.",
        at="wellclear.channel.levels:addressed",
        old="levels.get(party_of_desk(desk), LEVEL_MAX) > 0",
        new="True",
        tests=(f"{_LEVELS}test_at_level_0_nothing_is_sent_and_nobody_is_addressed",),
    ),
    Rule(
        name="exposed-by-default-a-cell",
        proves=("N13",),
        says="No agreement shows more than the cell of deployments, surveys and protected sites by default.",
        at="wellclear.domain.agreement:settings_from",
        old="row.level > EXPOSED_LEVEL",
        new="False",
        tests=(
            "tests/unit/domain/test_disclosure.py::test_no_agreement_shows_more_of_what_could_be_struck_by_default",
        ),
    ),
    Rule(
        name="told-as-long-as-shown",
        proves=("N12",),
        says="What is told of a hidden volume lasts until the slot that was shown is over, not until the volume is.",
        at="wellclear.apps.node.detection:Detection._active",
        old="if told is not None and _end_us(told) >= now_us:",
        new="if told is not None and announced is not None:",
        tests=(f"{_TOLD}test_an_answer_does_not_stop_when_the_hidden_volume_is_over",),
    ),
    Rule(
        name="level-1-contains",
        proves=("R25",),
        says="A cell that does not contain what the notice says leaves no desk.",
        at="wellclear.channel.own_rules:_check_cell",
        old="if not covers(cell, cell_around(fields)):",
        new="if False:",
        tests=("tests/unit/channel/test_own_rules.py::test_a_cell_that_does_not_contain_its_volumes_is_refused",),
    ),
    Rule(
        name="disclosed-text-is-the-first-days",
        proves=("R25",),
        says="No desk discloses a text that the version did not commit to.",
        at="wellclear.channel.desk:_check_disclosed",
        old="if (group.group, ref.commit) not in commits:",
        new="if False:",
        tests=("tests/unit/apps/node/test_three_readers.py::test_no_desk_passes_another_text_off_as_the_first_days",),
    ),
    Rule(
        name="nothing-shown-nothing-read-back",
        proves=("R5", "R25"),
        says="Who was shown the cell alone has nothing to read back, and nobody calls that wrong.",
        at="wellclear.picture.readback:readback_differences",
        old="if notice and not ack.rows and",
        new="if False and",
        tests=(
            "tests/unit/apps/node/test_three_readers.py::test_who_was_shown_the_cell_alone_has_nothing_to_read_back_and_no_alarm_is_false",
        ),
    ),
)
