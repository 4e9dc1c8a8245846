"""Guests: who may carry another party's word, and what a carrier cannot do."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_TESTS = "tests/unit/picture/test_guests.py::"
_CARRYING = "tests/unit/apps/node/test_carrying.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="only-who-was-named-carries",
        proves=("R33",),
        says="Only the party that an act's persons have named links it for them.",
        at="wellclear.picture.fold:_link_key_fault",
        old="if key.party != entry.act.linker:",
        new="if entry.act.via is UNSET and key.party != entry.act.party:",
        tests=(f"{_TESTS}test_nobody_carries_who_was_not_named",),
    ),
    Rule(
        name="nothing-is-carried-for-nobody",
        proves=("R33",),
        says="Nothing is carried for a party that is no member.",
        at="wellclear.picture.fold:_link_key_fault",
        old='return None if party is not None and party.state == "member" else Reason.UNKNOWN_PARTY',
        new="return None",
        tests=(f"{_TESTS}test_after_the_guest_has_left_nothing_is_carried_for_it",),
    ),
    Rule(
        name="no-machines-word-is-carried",
        proves=("N3",),
        says="Who carries for another party never receives for it.",
        at="wellclear.domain.kinds:public_of",
        old="if act.via is not UNSET and not kind.may_be_carried:",
        new="if False:",
        tests=(f"{_TESTS}test_a_machines_word_is_never_carried",),
    ),
    Rule(
        name="a-carrier-moves-its-own-clock",
        proves=("R33",),
        says="The hour under what is carried is the carrier's.",
        at="wellclear.picture.clocks:move_clocks",
        old="party = entry.act.linker",
        new="party = entry.act.party",
        tests=(f"{_TESTS}test_the_hour_of_what_is_carried_is_that_of_who_carries_it",),
    ),
    Rule(
        name="a-principal-has-a-node",
        proves=("R33",),
        says="A principal or host has the keys of a node.",
        at="wellclear.picture.membership:_admission_fault",
        old="if not card.whole:",
        new="if False:",
        tests=(f"{_TESTS}test_a_principal_needs_a_node",),
    ),
    Rule(
        name="what-is-carried-has-a-person",
        proves=("R33",),
        says="A carrier says nothing alone in another party's name.",
        at="wellclear.picture.approvals:_asked",
        old="if entry.act.via is not UNSET and not persons:",
        new="if False:",
        tests=("tests/unit/picture/test_guests.py::test_a_key_for_readers_is_carried_only_with_a_person_behind_it",),
    ),
    Rule(
        name="a-node-carries-only-what-names-it",
        proves=("R33",),
        says="A node links another party's act only where that one's persons have named its party.",
        at="wellclear.apps.node.core:NodeCore._check_carried",
        old="if act.via != self.party or act.party == self.party:",
        new="if False:",
        tests=(
            "tests/unit/apps/node/test_carrying.py::test_what_is_not_for_this_node_to_carry_or_not_whole_is_refused",
        ),
    ),
    Rule(
        name="nothing-is-carried-behind-a-key-that-the-log-has-otherwise",
        proves=("R33",),
        says="What a guest has sealed under a key whose number the log gives to another is refused with that key.",
        at="wellclear.apps.node.core:NodeCore._check_carried",
        old='check_approved(self.picture, waiting, act, one.approvals, "node")',
        new="pass",
        tests=(f"{_CARRYING}test_of_two_keys_under_one_number_the_later_is_refused_with_what_it_seals",),
    ),
    Rule(
        name="a-node-passes-on-what-a-recovery-key-has-linked",
        proves=("R33",),
        says="A node passes on a whole entry of another party only where that one's recovery key has linked it.",
        at="wellclear.channel.carrying:check_passed_on",
        old='if row is None or row.party == party or row.use != "recovery":',
        new="if row is None:",
        tests=("tests/unit/apps/node/test_carrying.py::test_only_what_anothers_recovery_key_has_linked_is_passed_on",),
    ),
    Rule(
        name="a-guest-seals-on-its-device",
        proves=("N13",),
        says="What a guest says is sealed before it leaves its device, for those whom it names alone.",
        at="wellclear.apps.guest.device:Device._said",
        old="sealer.now_us, salt, sealer)",
        new="sealer.now_us, salt, None)",
        tests=(
            "tests/unit/apps/cli/test_guests.py::test_what_a_guest_says_is_sealed_on_its_device_from_who_carries_it",
        ),
    ),
    Rule(
        name="a-table-with-a-fault-gives-nothing",
        proves=("R27",),
        says="Of a guest's table with a fault nothing is taken.",
        at="wellclear.apps.cli.notice_table:forms_from_table",
        old="    if faults:\n",
        new="    if not forms and faults:\n",
        tests=("tests/unit/apps/cli/test_guests.py::test_a_table_with_a_fault_gives_nothing",),
    ),
    Rule(
        name="a-slip-leads-to-the-root",
        proves=("R33",),
        says="Each entry of a slip stands where the slip says in the log that the host has signed.",
        at="wellclear.channel.slips:_shown",
        old="verify_inclusion(row.index, checkpoint.size, leaf_hash(leaf), proof, checkpoint.root)",
        new="pass",
        tests=("tests/unit/channel/test_slips.py::test_a_slip_that_was_changed_does_not_hold",),
    ),
    Rule(
        name="a-slip-is-told-what-came-since",
        proves=("R28",),
        says="Who checks a slip hears what was said of the notice since, or was left out.",
        at="wellclear.channel.slips:hold_to_log",
        old="if index not in on_slip and step.stands:",
        new="if False:",
        tests=(
            "tests/unit/channel/test_slips.py::test_a_slip_from_before_is_told_what_came_since_and_what_it_left_out",
        ),
    ),
)
