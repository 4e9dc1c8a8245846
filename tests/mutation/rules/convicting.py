"""Seals that hide a lie, or that nobody can open: who is convicted, who is not, and what is not sent at all."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_FALSE = "tests/unit/channel/test_false_part.py::"
_VOID = "tests/unit/apps/node/test_void_seals.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="a-text-that-fits-convicts-nobody",
        proves=("R33", "N9"),
        says="A part whose text is the one that was committed to convicts nobody.",
        at="wellclear.channel.false_part:_judge",
        old="if fits(_opening(entry, ref, key, stored), ref):",
        new="if False:",
        tests=(f"{_FALSE}test_an_honest_author_is_not_convicted_by_its_own_part",),
    ),
    Rule(
        name="only-the-authors-bytes-convict",
        proves=("R33", "N9"),
        says="Bytes that the header does not name convict nobody.",
        at="wellclear.channel.false_part:_judge",
        old="check_sha(stored, ref)",
        new="pass",
        tests=(f"{_FALSE}test_bytes_that_the_header_does_not_name_convict_nobody",),
    ),
    Rule(
        name="only-a-signed-leaf-convicts",
        proves=("R33", "N9"),
        says="A header that its author has not signed convicts nobody.",
        at="wellclear.channel.false_part:_judge",
        old="verify_leaf(leaf, _SOURCE)",
        new="pass",
        tests=(f"{_FALSE}test_a_header_that_nobody_has_signed_convicts_nobody",),
    ),
    Rule(
        name="a-file-proves-its-own-sentence",
        proves=("R33",),
        says="A file that says more than it proves is refused.",
        at="wellclear.channel.false_part:check_false_part",
        old="if found.sentence != shown.sentence:",
        new="if False:",
        tests=(f"{_FALSE}test_a_file_that_says_something_else_than_it_proves_is_refused",),
    ),
    Rule(
        name="what-is-in-clear-has-no-key",
        proves=("R33",),
        says="A key beside a part in clear is refused.",
        at="wellclear.channel.false_part:_opening",
        old="if key is not None:",
        new="if False:",
        tests=(f"{_FALSE}test_a_false_part_in_clear_convicts_without_a_key",),
    ),
    Rule(
        name="a-false-part-is-not-received",
        proves=("R33", "N9"),
        says="A text that was not committed to is no content: it is kept as proof, and rings.",
        at="wellclear.apps.node.parts:_came",
        old="if not fits(opening, row.ref):",
        new="if False:",
        tests=("tests/unit/apps/node/test_false_part.py::test_a_false_part_is_kept_as_proof_rung_and_not_received",),
    ),
    Rule(
        name="a-taken-number-is-not-sent",
        proves=("R1",),
        says="What waits under a key whose number the log gives to another is not sent.",
        at="wellclear.channel.void_seals:void",
        old=" or not opens(item)",
        new="",
        tests=(f"{_VOID}test_what_waits_under_a_number_that_the_log_gives_to_another_key_is_refused",),
    ),
    Rule(
        name="a-taken-numbers-epoch-is-dropped",
        proves=("R1",),
        says="An epoch whose number the log has otherwise is not sent.",
        at="wellclear.channel.void_seals:void",
        old="in_vain = number <= made",
        new="in_vain = False",
        tests=(f"{_VOID}test_what_waits_under_a_number_that_the_log_gives_to_another_key_is_refused",),
    ),
)
