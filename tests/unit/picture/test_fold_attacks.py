"""What one hostile member, or somebody with no key at all, must not be able to do to everybody's picture."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from rpds import HashTrieSet

from wellclear.channel.composing import Chain, Composed, approve, link, subject
from wellclear.domain.agreement import DAY_US, HOUR_US, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Approval, PartRef, act_hash
from wellclear.domain.kinds import HostCard
from wellclear.domain.parts import Articles
from wellclear.domain.reasons import Reason
from wellclear.log.ed25519 import SigningKey
from wellclear.picture import registration
from wellclear.picture.approvals import approvals_fault
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.membership import OPEN_PROPOSALS_MAX
from wellclear.picture.picture import Picture, Step
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

AREA = [circle(34.55, 38.30, 5_000)]


def reasons(step: Step) -> list[Reason]:
    return [remark.reason for remark in step.remarks]


def host_change(sketch: Sketch, party: str, **changes: Any) -> Composed:
    author = sketch.parties[party]
    card = HostCard(party=party, origin="new.example/x", log=author.public("log2"), sequencer=author.public("seq2"))
    body = {"size": len(sketch.leaves), "root": b64(sketch.tree.root(len(sketch.leaves)))}
    return sketch.compose("host_change", party, public={**body, "host": msgspec.to_builtins(card), **changes})


def heads(sketch: Sketch, composed: Composed, *parties: str) -> list[Approval]:
    return [
        approve(composed.act, sketch.parties[name].key("head_of_delegation"), "head_of_delegation") for name in parties
    ]


@pytest.mark.requirement("R33")
def test_a_stranger_cannot_move_a_clock_with_a_change_of_host() -> None:
    sketch = Sketch.founded(seed=1)
    before = sketch.picture
    composed = host_change(sketch, "NORTHLAND")
    stranger = SigningKey(bytes(32))
    seen = (len(sketch.leaves), sketch.tree.root(len(sketch.leaves)))
    for approvals in ([], heads(sketch, composed, "SOUTHLAND")):
        leaf = link(composed.act, approvals, stranger, Chain(0, None), seen, START_US + 10**12)
        step = fold(before, Sketch.logged(before.size, leaf))
        assert reasons(step) == [Reason.NOT_YOUR_KEY]
        assert step.picture.claims == before.claims and step.picture.chains == before.chains
        assert step.changes == ()


def test_the_host_changes_with_the_heads_of_the_other_principals() -> None:
    sketch = Sketch.founded(seed=1)
    composed = host_change(sketch, "NORTHLAND")
    step = sketch.send("NORTHLAND", composed, heads(sketch, composed, "SOUTHLAND"), use="seq2")
    assert reasons(step) == []
    picture = step.picture
    assert picture.host is not None and picture.host.party == "NORTHLAND"
    assert picture.parties["NORTHLAND"].roles == ["host", "principal"]
    assert picture.parties["CASPIA"].roles == ["observer"]
    assert picture.clocks == ("NORTHLAND", "SOUTHLAND")
    old = sketch.parties["CASPIA"].public("sequencer")
    assert picture.keys[old].state == "replaced"
    assert reasons(sketch.time("CASPIA")) == [Reason.KEY_NOT_LIVE]


def test_a_watch_officer_is_no_head_of_delegation() -> None:
    sketch = Sketch.founded(seed=1)
    composed = host_change(sketch, "NORTHLAND")
    approval = approve(composed.act, sketch.parties["SOUTHLAND"].key("W1"), "watch_officer")
    step = sketch.send("NORTHLAND", composed, [approval], use="seq2")
    assert reasons(step) == [Reason.MISSING_APPROVAL]
    assert step.picture.host == sketch.steps[-2].picture.host


def test_a_change_of_host_at_another_size_stands_nowhere() -> None:
    sketch = Sketch.founded(seed=1)
    composed = host_change(sketch, "NORTHLAND", size=3)
    step = sketch.send("NORTHLAND", composed, heads(sketch, composed, "SOUTHLAND"), use="seq2")
    assert reasons(step) == [Reason.NOT_NEXT] and step.changes == ()


@pytest.mark.requirement("R33")
def test_no_change_of_host_that_does_not_stand_moves_anything() -> None:
    """Also where everything about it holds but rules, a part in clear, or that it counted before."""
    sketch = Sketch.founded(seed=1)
    before = sketch.picture
    fresh = host_change(sketch, "NORTHLAND")
    newer = Composed(msgspec.structs.replace(fresh.act, rules=2), ())
    part = PartRef(commit=b64(bytes(32)), enc="none", sha=b64(bytes(32)), to=["NORTHLAND"])
    unsealed = Composed(msgspec.structs.replace(fresh.act, parts=[part]), ())
    once = before.acts.insert(fresh.act.said // HOUR_US, HashTrieSet([act_hash(fresh.act)]))
    real = msgspec.structs.replace(before, exercise=False)
    doubled = msgspec.structs.replace(before, acts=once)
    for picture, composed, reason in (
        (before, newer, Reason.NEWER_RULES),
        (real, unsealed, Reason.UNSEALED),
        (doubled, fresh, Reason.DOUBLED),
    ):
        _moves_nothing(sketch, picture, composed, heads(sketch, composed, "SOUTHLAND"), reason)


@pytest.mark.requirement("R33")
def test_a_change_of_host_may_be_as_old_as_it_likes() -> None:
    """Else false claims of time, years ahead, would leave a channel whose host has died without any."""
    sketch = Sketch.founded(seed=1)
    fresh = host_change(sketch, "NORTHLAND")
    old = Composed(msgspec.structs.replace(fresh.act, said=START_US - 400 * DAY_US), ())
    seen = (len(sketch.leaves), sketch.tree.root(len(sketch.leaves)))
    key = sketch.parties["NORTHLAND"].key("seq2")
    leaf = link(old.act, heads(sketch, old, "SOUTHLAND"), key, Chain(0, None), seen, sketch.now_us)
    step = fold(sketch.picture, Sketch.logged(sketch.picture.size, leaf))
    assert step.remarks == () and step.picture.host is not None and step.picture.host.party == "NORTHLAND"


@pytest.mark.requirement("R33")
def test_in_a_closed_channel_nobody_becomes_host() -> None:
    """One principal is left: its own word is nobody's, whatever key links it and whoever approves it."""
    sketch = Sketch.founded(seed=1)
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "withdraw"))
    for party in ("NORTHLAND", "CASPIA"):
        composed = host_change(sketch, party)
        for approvals in ([], heads(sketch, composed, "NORTHLAND"), heads(sketch, composed, "SOUTHLAND")):
            _moves_nothing(sketch, sketch.picture, composed, approvals, Reason.CLOSED)


def _moves_nothing(
    sketch: Sketch, before: Picture, composed: Composed, approvals: list[Approval], reason: Reason
) -> None:
    key = sketch.parties[composed.act.party].key("seq2")
    seen = (len(sketch.leaves), sketch.tree.root(len(sketch.leaves)))
    leaf = link(composed.act, approvals, key, Chain(0, None), seen, START_US + 300 * DAY_US)
    logged = Sketch.logged(before.size, leaf)
    assert envelope_fault(before, logged) == reason, "the host refuses it"
    step = fold(before, logged)
    assert reasons(step) == [reason] and step.changes == ()
    kept = msgspec.structs.replace(step.picture, size=before.size, digest=before.digest)
    assert kept == before, "not even a clock or a chain"


def test_a_change_of_host_asks_at_least_one_other_head() -> None:
    sketch = Sketch.founded(seed=1)
    composed = host_change(sketch, "NORTHLAND")
    sketch.send("NORTHLAND", composed, use="seq2")
    logged = Sketch.logged(0, sketch.leaves[-1])
    assert logged.entry is not None
    alone = msgspec.structs.replace(sketch.picture, principals=("NORTHLAND",))
    assert approvals_fault(alone, logged.entry, ())[0] == Reason.MISSING_APPROVAL


def test_a_host_that_changes_its_own_keys_is_no_observer() -> None:
    sketch = Sketch.founded(seed=1)
    composed = host_change(sketch, "CASPIA")
    step = sketch.send("CASPIA", composed, heads(sketch, composed, "NORTHLAND", "SOUTHLAND"), use="seq2")
    assert reasons(step) == []
    assert step.picture.parties["CASPIA"].roles == ["host"]
    caspia = sketch.parties["CASPIA"]
    states = {use: step.picture.keys[caspia.public(use)].state for use in ("sequencer", "log", "seq2", "log2")}
    assert states == {"sequencer": "replaced", "log": "replaced", "seq2": "live", "log2": "live"}


def test_receipts_of_little_search_little() -> None:
    """A party that owes many receipts and sends receipts of nothing costs nobody anything."""
    sketch = Sketch.founded(seed=2)
    first = len(sketch.leaves)
    for _ in range(6):
        sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    sketch.receipt("SOUTHLAND", through=first + 1)
    assert set(sketch.picture.waiting["SOUTHLAND"]) == set(range(first + 2, first + 6))
    head, end = sketch.picture.queues["SOUTHLAND"]
    assert end - head == 4
    listed = [{"index": first + 3, "why": "part_unreadable"}, {"index": first + 4, "why": "part_unreadable"}]
    composed = sketch.compose("receipt", "SOUTHLAND", public={"through": first + 4, "not_opened": listed})
    sketch.send("SOUTHLAND", composed)
    assert set(sketch.picture.waiting["SOUTHLAND"]) == {first + 3, first + 4, first + 5}
    assert list(sketch.picture.unopened["SOUTHLAND"]) == [first + 3, first + 4]
    composed = sketch.compose("receipt", "SOUTHLAND", public={"through": first + 3})
    sketch.send("SOUTHLAND", composed)  # a later receipt that lists an index no more receives it
    assert list(sketch.picture.unopened["SOUTHLAND"]) == [first + 4]
    sketch.receipt("SOUTHLAND")
    assert not set(sketch.picture.waiting["SOUTHLAND"]) and len(sketch.picture.arrivals) == 0


@pytest.mark.requirement("R2")
def test_a_late_receipt_puts_the_acknowledgement_off_no_further_than_its_due() -> None:
    sketch = Sketch.founded(seed=2)
    _, step = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA, precedence="Z")
    index = step.picture.size - 1
    sketch.advance(3600)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    sketch.receipt("SOUTHLAND")
    row = sketch.picture.owed[f"{index}/SOUTHLAND"]
    assert row.received_us == sketch.picture.now_us
    assert row.ack_start_us == row.start_us + default_settings().deadlines.receipt.Z


def safety_said_at(sketch: Sketch, party: str, said_us: int) -> Step:
    """A safety message that claims another hour than the sketch's own."""
    now_us, sketch.now_us = sketch.now_us, said_us
    composed = sketch.compose(
        "safety", party, desk=f"{party}/OPS", to=["SOUTHLAND/OPS"], precedence="Z", code="cease",
        id=sketch.parties[party].next_id(),
    )  # fmt: skip
    sketch.now_us = now_us
    return sketch.send(party, composed, sketch.watched(composed))


def test_acts_are_remembered_by_the_hour_and_forgotten_with_it() -> None:
    sketch = Sketch.founded(seed=3)
    for hours in range(5):
        assert reasons(safety_said_at(sketch, "NORTHLAND", sketch.now_us + hours * HOUR_US)) == []
    said = {START_US // HOUR_US + hours for hours in range(5)}
    assert said <= set(sketch.picture.acts)
    sketch.advance(4 * 3600)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    assert min(sketch.picture.acts) >= START_US // HOUR_US + 3
    assert reasons(safety_said_at(sketch, "NORTHLAND", START_US)) == [Reason.STALE_APPROVAL]


def test_restarted_clocks_go_back_to_what_most_of_those_who_signed_say() -> None:
    sketch = Sketch.founded(seed=4)
    for party in ("CASPIA", "NORTHLAND"):  # two clocks that were wrong by ten years, once
        composed = sketch.compose("time", party)
        sketch.send(party, composed, use="sequencer" if party == "CASPIA" else "node", time_us=START_US + 3650 * DAY_US)
    assert sketch.picture.now_us == START_US + 3650 * DAY_US
    sketch.advance(60)
    assert reasons(safety_said_at(sketch, "NORTHLAND", sketch.now_us)) == [Reason.STALE_APPROVAL]
    assert reasons(sketch.joint({"do": "restart_clocks", "base": 1})) == []
    assert sketch.picture.now_us == sketch.now_us == START_US + 60 * SECOND_US
    assert reasons(safety_said_at(sketch, "NORTHLAND", sketch.now_us)) == []


def test_a_safety_message_right_after_a_restart_of_the_clocks_stays() -> None:
    sketch = Sketch.founded(seed=4)
    sketch.joint({"do": "restart_clocks", "base": 1})
    assert sketch.picture.now_us == START_US
    id_, _ = sketch.safety("NORTHLAND", ["SOUTHLAND/OPS"])
    sketch.advance(5)
    for party in ("CASPIA", "NORTHLAND", "SOUTHLAND"):
        sketch.time(party)
    assert id_ in sketch.picture.items
    assert sketch.picture.owed[f"{sketch.picture.items[id_].index}/SOUTHLAND"].start_us == START_US


def test_open_proposals_of_one_party_are_few() -> None:
    sketch = Sketch.founded(seed=5)
    for rules in range(2, 2 + OPEN_PROPOSALS_MAX + 3):
        sketch.send("NORTHLAND", *sketch.by_head("NORTHLAND", "propose", {"do": "rules", "base": 1, "rules": rules}))
    rows = sketch.picture.proposals.values()
    assert sum(row.state == "open" for row in rows) == OPEN_PROPOSALS_MAX == len(sketch.picture.proposed)
    assert sum(row.state == "void" for row in rows) == 3


def test_the_founding_articles_are_those_of_the_genesis() -> None:
    sketch = Sketch()
    sketch.party("CASPIA", "host")
    for name in ("NORTHLAND", "SOUTHLAND"):
        sketch.party(name, "principal")
    sketch.genesis()
    other = Articles(group="articles", text="Quite another text.", open_points=[])
    public = {
        "do": "amend_agreement",
        "base": 0,
        "settings": msgspec.to_builtins(sketch.settings),
        "salt": b64(sketch.salt_of_settings),
    }
    proposal = sketch.compose("propose", "NORTHLAND", public=public, told=sketch.told([other], ["SOUTHLAND"]))
    head = sketch.parties["NORTHLAND"].key("head_of_delegation")
    step = sketch.send("NORTHLAND", proposal, [approve(proposal.act, head, "head_of_delegation")])
    assert reasons(step) == [Reason.OTHER_SETTINGS]


def test_keys_of_one_party_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sketch = Sketch.founded(seed=5)
    monkeypatch.setattr(registration, "KEYS_MAX", 13)
    remarks = []
    for number in range(4):
        key = sketch.parties["NORTHLAND"].public(f"standby {number}")
        composed = sketch.compose("add_key", "NORTHLAND", public={"key": key, "use": "standby"})
        remarks += reasons(sketch.send("NORTHLAND", composed, use="recovery"))
    assert remarks == [Reason.TOO_MANY, Reason.TOO_MANY]
    assert len(sketch.picture.keys_of["NORTHLAND"]) == 13


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"node": b64((1).to_bytes(32, "little"))}, Reason.BAD_KEY),
        ({"roles": ["host"]}, Reason.NOT_POSSIBLE),
        ({"party": "NORTHLAND"}, Reason.PARTY_TAKEN),
        ({"node": "NORTHLAND"}, Reason.KEY_TAKEN),
    ],
)
def test_nobody_is_admitted_by_halves(card: dict[str, Any], reason: Reason) -> None:
    sketch = Sketch.founded(seed=6)
    guest = sketch.party("TRANSIA", "observer")
    if card.get("node") == "NORTHLAND":
        card = {"node": sketch.parties["NORTHLAND"].public("node")}
    public = {"do": "admit", "base": 1, "admit": {**msgspec.to_builtins(guest.card()), **card}}
    step = sketch.send("NORTHLAND", *sketch.by_head("NORTHLAND", "propose", public))
    assert reasons(step) == [reason] and "TRANSIA" not in step.picture.parties


def test_a_roster_with_one_bad_key_changes_nothing() -> None:
    sketch = Sketch.founded(seed=6)
    public = msgspec.to_builtins(sketch.parties["NORTHLAND"].roster())
    public["persons"].append({"person": "W9", "key": b64(bytes(32)), "roles": ["watch_officer"]})
    public["desks"] = []
    step = sketch.send("NORTHLAND", sketch.compose("roster", "NORTHLAND", public=public), use="recovery")
    assert reasons(step) == [Reason.BAD_KEY] and step.changes == ()


def test_a_closed_channel_amends_nothing() -> None:
    sketch = Sketch.founded(seed=7)
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "withdraw"))
    assert not sketch.picture.open
    assert "SOUTHLAND/W1" not in sketch.picture.persons and "SOUTHLAND/OPS" not in sketch.picture.desks
    public = {"do": "admit", "base": 1, "admit": msgspec.to_builtins(sketch.party("TRANSIA", "principal").card())}
    step = sketch.send("NORTHLAND", *sketch.by_head("NORTHLAND", "propose", public))
    assert reasons(step) == [Reason.CLOSED]
    assert reasons(sketch.safety("NORTHLAND", ["CASPIA/OPS"])[1]) == []


def test_passed_to_units_is_receipted() -> None:
    sketch = Sketch.founded(seed=8)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    sketch.ack("SOUTHLAND", id_)
    step = sketch.answer("SOUTHLAND", "passed_to_units", id_)
    assert reasons(step) == []
    assert f"{step.picture.size - 1}/NORTHLAND" in step.picture.owed


def test_a_receipt_for_passed_to_units_is_kept_from_the_day_of_the_entry_itself() -> None:
    """Found by the second implementation: the entry that moves now into a new day counts that day."""
    sketch = Sketch.founded(seed=8)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    sketch.advance(86_400)
    sketch.time("CASPIA")
    step = sketch.answer("SOUTHLAND", "passed_to_units", id_)
    row = step.picture.owed[f"{step.picture.size - 1}/NORTHLAND"]
    assert row.keep_until == sketch.now_us // DAY_US + default_settings().keep_days


def test_what_was_kept_longer_by_an_amendment_leaves_with_the_day_that_it_names() -> None:
    """Also when the clock jumps over several days at once, and nobody owes anything for the amendment."""
    sketch = Sketch.founded(seed=9)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA, keep_until="2026-11-20")
    groups = sketch.told(sketch.notice_groups(AREA), ["SOUTHLAND"])
    composed = sketch.compose(
        "amend", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/NONE"], told=groups, keep_until="2026-11-22",
        subject=subject(id_, 2),
    )  # fmt: skip
    assert reasons(sketch.send("NORTHLAND", composed, sketch.released(composed))) == [Reason.UNKNOWN_DESK]
    sketch.advance(30 * 86_400)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    assert id_ not in sketch.picture.items and len(sketch.picture.answers) == 0


def test_the_same_bytes_at_every_place_move_nothing_twice() -> None:
    """All entries again, in another order: no row changes, and each act counts once."""
    sketch = Sketch.founded(seed=10)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    sketch.receipt("SOUTHLAND")
    sketch.ack("SOUTHLAND", id_)
    before = sketch.picture
    order = sorted(sketch.leaves, key=lambda leaf: hashlib.sha256(leaf).digest())
    for leaf in order:
        step = sketch.log(leaf)
        assert len(step.remarks) == 1 and step.changes == ()
    assert sketch.picture.now_us == before.now_us and sketch.picture.chains == before.chains
