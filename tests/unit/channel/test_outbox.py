"""The outbox: each act gets one place in the log, in order, whatever happens on the way."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.channel.relay import Relay
from wellclear.channel.composing import Composed, subject
from wellclear.channel.epochs import open_epoch
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import LINK_AGAIN_US, Item, Outbox, decode_item
from wellclear.domain.canonical import b64
from wellclear.domain.parts import FindingRow, Findings, Message, Readback, Safety
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed
from wellclear.log.merkle import leaf_hash
from wellclear.testing.sketch import Sketch

NORTH = "NORTHLAND"


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=5))


def outbox_of(relay: Relay) -> Outbox:
    return Outbox({"node": relay.sketch.parties[NORTH].key("node")})


def message(relay: Relay, text: str) -> Composed:
    party = relay.sketch.parties[NORTH]
    told = relay.sketch.told([Message(group="message", language="en", text=text)], ["SOUTHLAND"])
    return relay.sketch.compose("message", NORTH, desk=party.desk, to=["SOUTHLAND/OPS"], id=party.next_id(), told=told)


def put(relay: Relay, outbox: Outbox, composed: Composed) -> Item:
    return outbox.add(composed.act, relay.sketch.watched(composed), composed.sent)[0]


def link(relay: Relay, outbox: Outbox, mono_us: int = 0) -> list[Item]:
    head = (relay.size, relay.sketch.tree.root())
    return outbox.link_next(relay.sketch.picture, head, relay.sketch.now_us, mono_us, None)


def seen(relay: Relay, outbox: Outbox, start: int) -> list[Item]:
    return [
        item for index in range(start, relay.size) for item in outbox.saw(open_leaf(index, relay.sketch.leaves[index]))
    ]


def test_at_most_four_are_in_flight_and_the_host_takes_them_in_order(relay: Relay) -> None:
    outbox = outbox_of(relay)
    for number in range(6):
        put(relay, outbox, message(relay, f"number {number}"))
    link(relay, outbox)
    flying = outbox.to_send()
    assert [item.state for item in outbox.items.values()] == ["linked"] * 4 + ["waiting"] * 2
    for item in flying:
        index = relay.submit(item.leaf)
        assert isinstance(index, int)
        assert [one.state for one in outbox.proved(item.id, item.leaf, index)] == ["logged"]
    link(relay, outbox)  # before the log was followed: the chain goes on behind what was proved
    assert [isinstance(relay.submit(item.leaf), int) for item in outbox.to_send()] == [True, True]


@pytest.mark.requirement("R25")
def test_an_epoch_is_not_held_when_an_own_entry_comes_from_elsewhere(relay: Relay) -> None:
    """Held, its number would be given out once more, and what is sealed under the second key be read by nobody."""
    outbox, sketch = outbox_of(relay), relay.sketch
    public = {"number": 7, "audience": ["SOUTHLAND"], "commit": b64(bytes(32)), "wraps": [
        {"party": party, "key": b64(bytes(32)), "wrap": b64(bytes(80))} for party in (NORTH, "SOUTHLAND")
    ]}  # fmt: skip
    epoch = outbox.add(sketch.compose("epoch", NORTH, public=public).act, (), ())[0]
    sealed = put(relay, outbox, message(relay, "mine"))
    link(relay, outbox)
    sketch.time(NORTH)
    changed = {one.id: one.state for one in seen(relay, outbox, relay.size - 1)}
    assert changed == {epoch.id: "waiting", sealed.id: "held"}


@pytest.mark.requirement("R1", "R4")
def test_safety_goes_first_and_findings_last(relay: Relay) -> None:
    outbox, sketch = outbox_of(relay), relay.sketch
    row = FindingRow(
        a="NORTHLAND-1001-9", a_version=1, b="SOUTHLAND-1001-5", b_version=1, verdict="possible", lateral_mm=1,
        vertical_mm=1, time_us=1, start_us=1, end_us=2, lat_e7=1, lon_e7=1,
    )  # fmt: skip
    findings = Findings(group="finding", engine="x/1", agreement=1, rows=[row])
    finding = sketch.compose("finding", NORTH, to=["SOUTHLAND/OPS"], told=sketch.told([findings], ["SOUTHLAND"]))
    outbox.add(finding.act, (), finding.sent)
    said = put(relay, outbox, message(relay, "later"))
    party = sketch.parties[NORTH]
    cease = sketch.compose(
        "safety", NORTH, desk=party.desk, to=["SOUTHLAND/OPS"], precedence="Z", id=party.next_id(), code="cease",
        told=sketch.told([Safety(group="safety")], ["SOUTHLAND"]),
    )  # fmt: skip
    urgent = put(relay, outbox, cease)
    link(relay, outbox)
    assert [item.act.kind for item in outbox.to_send()] == ["safety", "message", "finding"]
    assert [item.id for item in outbox.to_send()][:2] == [urgent.id, said.id]


@pytest.mark.requirement("R1")
def test_what_waits_goes_by_precedence_then_by_age(relay: Relay) -> None:
    outbox, party = outbox_of(relay), relay.sketch.parties[NORTH]
    waiting: dict[str, str] = {}
    for precedence, text in (("R", "first"), ("P", "second"), ("O", "third"), ("P", "fourth")):
        told = relay.sketch.told([Message(group="message", language="en", text=text)], ["SOUTHLAND"])
        composed = relay.sketch.compose(
            "message", NORTH, desk=party.desk, to=["SOUTHLAND/OPS"], id=party.next_id(), told=told,
            precedence=precedence,
        )  # fmt: skip
        waiting[put(relay, outbox, composed).id] = text
    link(relay, outbox)
    assert [waiting[item.id] for item in outbox.to_send()] == ["third", "second", "fourth", "first"]


@pytest.mark.requirement("R1", "R4")
def test_safety_goes_before_answers_of_its_own_precedence(relay: Relay) -> None:
    outbox, sketch = outbox_of(relay), relay.sketch
    theirs, _ = sketch.safety("SOUTHLAND", [f"{NORTH}/OPS"])
    answer = sketch.compose(
        "ack", NORTH, desk=f"{NORTH}/OPS", to=["SOUTHLAND/OPS"], subject=subject(theirs, 1), precedence="Z",
        told=sketch.told([Readback(group="readback", volumes=[])], ["SOUTHLAND"]),
    )  # fmt: skip
    put(relay, outbox, answer)
    cry = sketch.compose(
        "safety", NORTH, desk=f"{NORTH}/OPS", to=["SOUTHLAND/OPS"], precedence="Z", code="emergency",
        id=sketch.parties[NORTH].next_id(), told=sketch.told([Safety(group="safety")], ["SOUTHLAND"]),
    )  # fmt: skip
    put(relay, outbox, cry)
    link(relay, outbox)
    assert [item.act.kind for item in outbox.to_send()] == ["safety", "ack"]


@pytest.mark.requirement("R33")
def test_what_waited_thirty_seconds_is_linked_again_and_only_one_link_counts(relay: Relay) -> None:
    outbox = outbox_of(relay)
    item = put(relay, outbox, message(relay, "lost"))
    first = link(relay, outbox)[0].leaf
    assert outbox.link_again(LINK_AGAIN_US - 1) == []
    outbox.link_again(LINK_AGAIN_US)
    relay.sketch.advance(30)
    second = link(relay, outbox, LINK_AGAIN_US)[0].leaf
    assert first != second
    assert relay.submit(first) == relay.size - 1
    assert relay.submit(second) is Reason.NOT_NEXT
    outbox.refused(item.id, second, "NOT_NEXT", "", LINK_AGAIN_US)
    assert [one.state for one in seen(relay, outbox, relay.size - 1)] == ["logged"]


def test_a_retry_after_a_lost_answer_gets_the_proof(relay: Relay) -> None:
    outbox = outbox_of(relay)
    put(relay, outbox, message(relay, "once"))
    leaf = link(relay, outbox)[0].leaf
    first = relay.submit(leaf)
    restarted = outbox_of(relay)
    restarted.load([decode_item(item.encode()) for item in outbox.items.values()])
    assert [relay.submit(item.leaf) for item in restarted.to_send()] == [first]


def test_a_final_refusal_stays_for_the_officer_and_frees_what_hung_behind(relay: Relay) -> None:
    outbox = outbox_of(relay)
    first, second = put(relay, outbox, message(relay, "a")), put(relay, outbox, message(relay, "b"))
    leaf = link(relay, outbox)[0].leaf
    changed = outbox.refused(first.id, leaf, "PART_MISSING", "part 0", 0)
    assert [(item.id, item.state) for item in changed] == [(first.id, "refused"), (second.id, "waiting")]
    assert outbox.again(first.id).state == "waiting"


@pytest.mark.parametrize("reason", ["NOT_NEXT", "RATE"])
def test_a_refusal_that_is_not_final_waits_and_goes_again(relay: Relay, reason: str) -> None:
    outbox = outbox_of(relay)
    item = put(relay, outbox, message(relay, "a"))
    outbox.refused(item.id, link(relay, outbox)[0].leaf, reason, "", 0)
    assert link(relay, outbox, 1) == []
    assert [one.id for one in link(relay, outbox, 2_000_000)] == [item.id]


@pytest.mark.requirement("R4", "R39")
def test_what_is_sealed_does_not_go_before_the_key_that_opens_it(relay: Relay) -> None:
    """Not even safety, where the host has no room for the epoch: logged before it, nobody could open it."""
    outbox, sketch = outbox_of(relay), relay.sketch
    key = open_epoch(sketch.picture, NORTH, ["SOUTHLAND"], 1, bytes(32), sketch.now_us, lambda *_: bytes(80))
    first = outbox.add(key.act, [], ())[0]
    outbox.refused(first.id, link(relay, outbox)[0].leaf, "RATE", "", 0)
    _, step = safety_under(relay, 1, outbox)
    _, other = safety_under(relay, 2, outbox)
    assert [one.id for one in link(relay, outbox, 1)] == [other]
    assert [one.id for one in link(relay, outbox, 2_000_000)] == [first.id, step]


def safety_under(relay: Relay, epoch: int, outbox: Outbox) -> tuple[Composed, str]:
    """A safety message under an epoch, in the outbox; and its name there."""
    party = relay.sketch.parties[NORTH]
    composed = relay.sketch.compose(
        "safety", NORTH, desk=party.desk, to=["SOUTHLAND/OPS"], id=party.next_id(), code="cease", precedence="Z",
        told=relay.sketch.told([Safety(group="safety", who="a unit")], ["SOUTHLAND"]),
    )  # fmt: skip
    parts = [msgspec.structs.replace(ref, enc="aes256gcm", epoch=epoch) for ref in composed.act.parts]
    sealed = Composed(msgspec.structs.replace(composed.act, parts=parts), composed.stored)
    return sealed, put(relay, outbox, sealed).id


def test_an_own_entry_from_elsewhere_is_adopted_and_an_officer_is_asked(relay: Relay) -> None:
    outbox = outbox_of(relay)
    item = put(relay, outbox, message(relay, "mine"))
    link(relay, outbox)
    relay.sketch.time(NORTH)  # the standby, or the node before its backup was restored
    assert [one.state for one in seen(relay, outbox, relay.size - 1)] == ["held"]
    assert outbox.adopted == [relay.size - 1]
    assert link(relay, outbox) == []
    outbox.again(item.id)
    assert [one.id for one in link(relay, outbox)] == [item.id]
    assert isinstance(relay.submit(outbox.to_send()[0].leaf), int)


@pytest.mark.requirement("R21")
def test_an_approval_is_not_voided_by_what_the_node_sends_meanwhile(relay: Relay) -> None:
    outbox = outbox_of(relay)
    composed = message(relay, "approved before")
    approvals = relay.sketch.watched(composed)
    relay.sketch.time(NORTH)
    relay.sketch.time(NORTH)
    outbox.add(composed.act, approvals, composed.sent)
    leaf = link(relay, outbox)[0].leaf
    assert relay.submit(leaf) == relay.size - 1
    assert relay.sketch.steps[-1].remarks == ()


def test_an_act_approved_too_long_ago_is_not_linked(relay: Relay) -> None:
    outbox = outbox_of(relay)
    put(relay, outbox, message(relay, "old"))
    later_us = relay.sketch.now_us + relay.sketch.settings.approval_age_us + 1
    head = (relay.size, relay.sketch.tree.root())
    changed = outbox.link_next(relay.sketch.picture, head, later_us, 0, relay.sketch.settings.approval_age_us)
    assert [(item.state, item.reason) for item in changed] == [("refused", "STALE_APPROVAL")]


def test_the_same_act_twice_is_one_item(relay: Relay) -> None:
    outbox = outbox_of(relay)
    composed = message(relay, "one")
    assert put(relay, outbox, composed) == put(relay, outbox, composed)
    assert len(outbox.items) == 1


def test_an_item_on_its_way_cannot_be_taken_back(relay: Relay) -> None:
    outbox = outbox_of(relay)
    item = put(relay, outbox, message(relay, "x"))
    link(relay, outbox)
    with pytest.raises(InvalidValue, match="on its way"):
        outbox.drop(item.id)


def test_an_amendment_never_overtakes_its_notice(relay: Relay) -> None:
    outbox, sketch = outbox_of(relay), relay.sketch
    id_ = sketch.parties[NORTH].next_id()
    told = sketch.told(sketch.notice_groups([{"kind": "circle"}]), ["SOUTHLAND"])
    common = {"desk": f"{NORTH}/OPS", "to": ["SOUTHLAND/OPS"], "keep_until": "2026-12-01", "told": told}
    notice = sketch.compose("notice", NORTH, id=id_, precedence="R", **common)
    amend = sketch.compose("amend", NORTH, subject=subject(id_, 2), precedence="Z", **common)
    for composed in (notice, amend):
        outbox.add(composed.act, sketch.released(composed), composed.sent)
    link(relay, outbox)
    assert [item.act.kind for item in outbox.to_send()] == ["notice", "amend"]


def test_a_stored_row_that_is_none_is_malformed() -> None:
    with pytest.raises(Malformed):
        decode_item(b"{}")


def test_a_proof_of_other_bytes_changes_nothing(relay: Relay) -> None:
    outbox = outbox_of(relay)
    item = put(relay, outbox, message(relay, "x"))
    leaf = link(relay, outbox)[0].leaf
    assert outbox.proved(item.id, b"other", 3) == []
    assert leaf_hash(outbox.to_send()[0].leaf) == leaf_hash(leaf)


def lent(relay: Relay, outbox: Outbox, composed: Composed) -> Item:
    """An act that the recovery key is to link, lent for a moment."""
    outbox.signers["recovery"] = relay.sketch.parties[NORTH].key("recovery")
    return outbox.add(composed.act, (), composed.sent, "recovery")[0]


def test_what_waits_for_a_key_that_is_locked_again_is_held_and_never_waits_in_silence(relay: Relay) -> None:
    outbox = outbox_of(relay)
    item = lent(relay, outbox, relay.sketch.compose("time", NORTH))
    del outbox.signers["recovery"]
    assert [(one.id, one.state) for one in link(relay, outbox)] == [(item.id, "held")]
    assert "recovery key" in outbox.items[item.id].detail
    with pytest.raises(InvalidValue, match="recovery key is locked"):
        outbox.again(item.id)
    assert outbox.drop(item.id).id == item.id and outbox.items == {}


@pytest.mark.parametrize("freed", ["NOT_NEXT", "RATE", "no answer"])
def test_what_was_linked_goes_on_being_sent_until_its_link_is_given_up(relay: Relay, freed: str) -> None:
    outbox = outbox_of(relay)
    item = lent(relay, outbox, relay.sketch.compose("time", NORTH))
    link(relay, outbox)
    del outbox.signers["recovery"]
    link(relay, outbox)
    (flying,) = outbox.to_send()
    assert (flying.id, flying.state) == (item.id, "linked"), "its bytes are signed, and may have arrived"
    if freed == "no answer":
        outbox.link_again(LINK_AGAIN_US)
    else:
        outbox.refused(item.id, flying.leaf, freed, "", 0)
    link(relay, outbox)
    assert outbox.items[item.id].state == "held"


def test_a_lent_keys_entry_that_comes_late_is_known_without_the_key(relay: Relay) -> None:
    """Also after a restart: the item remembers which key linked it."""
    outbox = outbox_of(relay)
    item = lent(relay, outbox, relay.sketch.compose("time", NORTH))
    link(relay, outbox)
    leaf = outbox.items[item.id].leaf
    outbox.link_again(LINK_AGAIN_US)
    again = outbox_of(relay)
    again.load([decode_item(outbox.items[item.id].encode())])
    assert [one.state for one in again.hold_locked()] == ["held"]
    start = relay.size
    assert isinstance(relay.submit(leaf), int), "the host had it all the time"
    assert [(one.id, one.state, one.index) for one in seen(relay, again, start)] == [(item.id, "logged", start)]
    assert again.adopted == []
