"""What is owed to an act, and what answers it: receipts, acknowledgements, confirmations, passed to units."""

from __future__ import annotations

from tests.mutation.disabling import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        name="a-receipt-is-owed",
        proves=("R2",),
        says="Every addressed party owes a machine's receipt.",
        at="wellclear.picture.items:owe",
        old="for party in sorted(owing):",
        new="for party in ():",
        tests=(
            "tests/unit/picture/test_view.py::test_recipients_show_four_different_marks_and_which_version_was_acknowledged",
            "tests/unit/test_requirements.py::test_the_first_notice_after_a_quiet_hour_has_its_whole_time_to_be_answered",
        ),
    ),
    Rule(
        name="an-acknowledgement-is-owed",
        proves=("R2",),
        says="Every addressed desk owes a person's acknowledgement.",
        at="wellclear.picture.items:owe",
        old="if item and KINDS[act.kind].owes_ack:",
        new="if False:",
        tests=(
            "tests/unit/picture/test_view.py::test_recipients_show_four_different_marks_and_which_version_was_acknowledged",
            "tests/unit/test_requirements.py::test_the_first_notice_after_a_quiet_hour_has_its_whole_time_to_be_answered",
        ),
    ),
    Rule(
        name="nothing-to-read-no-clock",
        proves=("R2",),
        says="A desk that was sent nothing to read owes nothing.",
        at="wellclear.picture.items:owe",
        old="elif act.parts and party not in may_read:",
        new="elif False:",
        tests=("tests/unit/picture/test_fold_rules.py::test_who_was_sent_nothing_to_read_owes_nothing",),
    ),
    Rule(
        name="what-did-not-open-is-not-received",
        proves=("R2",),
        says="A receipt leaves out what arrived and did not open.",
        at="wellclear.picture.answers:receipt",
        old="if index > body.through or index in shut:",
        new="if index > body.through:",
        tests=("tests/unit/picture/test_fold_rules.py::test_what_did_not_open_is_not_received_until_a_later_receipt",),
    ),
    Rule(
        name="no-receipt-ahead",
        proves=("R2",),
        says="Nobody receipts what its own log does not hold yet.",
        at="wellclear.picture.answers:receipt",
        old="if body.through >= head.size:",
        new="if False:",
        tests=("tests/unit/picture/test_fold_rules.py::test_nobody_receipts_what_it_has_not_seen",),
    ),
    Rule(
        name="confirmed-after-acknowledged",
        proves=("N3",),
        says="Nothing is confirmed that nobody has acknowledged.",
        at="wellclear.picture.answers:confirm",
        old="elif row.acked_us is UNSET:",
        new="elif False:",
        tests=(
            "tests/unit/picture/test_fold_rules.py::test_a_receipt_is_no_acknowledgement_and_nothing_is_confirmed_without_one",
        ),
    ),
    Rule(
        name="only-the-announcer-confirms",
        proves=("R5",),
        says="Only the announcer says whether a read-back fits.",
        at="wellclear.picture.answers:confirm",
        old='if draft.read("items")[subject.id].party != entry.act.party:',
        new="if False:",
        tests=("tests/unit/picture/test_fold_rules.py::test_the_announcer_alone_says_whether_a_read_back_fits",),
    ),
    Rule(
        name="a-receipt-is-no-acknowledgement",
        proves=(
            "R2",
            "R3",
            "N3",
        ),
        says="A machine's receipt is no person's acknowledgement.",
        at="wellclear.picture.answers:_receive",
        old='    draft.put("owed", owed_id(index, party), received)',
        new=(
            '    draft.put("owed", owed_id(index, party), received)\n'
            '    for name, row in draft.read("answers").items():\n'
            "        if (row.index, row.party, row.acked_us) == (index, party, UNSET):\n"
            '            draft.put("answer", name, msgspec.structs.replace(row, acked_us=draft.now_us))'
        ),
        tests=(
            "tests/unit/picture/test_fold_rules.py::test_a_receipt_is_no_acknowledgement_and_nothing_is_confirmed_without_one",
            "tests/unit/picture/test_view.py::test_recipients_show_four_different_marks_and_which_version_was_acknowledged",
        ),
    ),
    Rule(
        name="a-late-receipt-puts-nothing-off",
        proves=("R2",),
        says="The acknowledgement's clock starts at the latest when the receipt is due.",
        at="wellclear.picture.answers:_receive",
        old="start_us = min(clock_start_us(draft, entry.link), due_us)",
        new="start_us = clock_start_us(draft, entry.link)",
        tests=(
            "tests/unit/picture/test_fold_attacks.py::test_a_late_receipt_puts_the_acknowledgement_off_no_further_than_its_due",
        ),
    ),
    Rule(
        name="first-acknowledgement-keeps-its-moment",
        proves=("R5",),
        says="Who reads back again was in time with the first answer.",
        at="wellclear.picture.answers:ack",
        old="first_us = draft.now_us if row.acked_us is UNSET else row.acked_us",
        new="first_us = draft.now_us",
        tests=(
            "tests/unit/picture/test_fold_rules.py::test_who_is_asked_to_read_back_again_answered_in_time_all_the_same",
        ),
    ),
    Rule(
        name="passed-to-units-is-on-record",
        proves=("R28",),
        says="That units were told is a mark of its own, with its moment.",
        at="wellclear.picture.answers:passed_to_units",
        old="msgspec.structs.replace(row, passed_us=draft.now_us)",
        new="row",
        tests=("tests/unit/picture/test_fold_rules.py::test_that_units_were_told_is_a_mark_of_its_own",),
    ),
    Rule(
        name="not-ours-asks-first",
        proves=("R11",),
        says="NOT OURS names the units that were asked.",
        at="wellclear.domain.records:TrackReply.__post_init__",
        old='if self.answer == "not_ours" and not self.checked_with:',
        new="if False:",
        tests=("tests/unit/domain/test_records.py::test_not_ours_says_with_whom_it_was_checked",),
    ),
    Rule(
        name="intent-is-a-code",
        proves=("N4",),
        says="A declaration of intent has a code and no free text.",
        at="wellclear.domain.records:Intent",
        old="    intent: IntentCode\n",
        new="    intent: str\n",
        tests=("tests/unit/domain/test_records.py::test_intent_is_a_code_and_never_free_text",),
    ),
    Rule(
        name="scope-names-who-can-be-stopped",
        proves=("R12",),
        says="A desk that speaks for a unit says whether it can stop it.",
        at="wellclear.domain.records:Unit",
        old="    can_stop: YesNo\n",
        new='    can_stop: YesNo = "yes"\n',
        tests=("tests/unit/domain/test_records.py::test_a_scope_says_of_each_unit_whether_it_can_be_stopped",),
    ),
)
