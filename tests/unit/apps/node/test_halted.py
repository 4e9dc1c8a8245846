"""What a halted node may still do: safety goes out, unproven; safety of others rings, outside the record; no more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import SECOND_US, Bench
from tests.unit.apps.node.halting import HOST, NORTH, SEED, SOUTH, cease, hand_over, hear, other_history, outside, put
from tests.unit.apps.node.test_changing import decide_at, decided
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import NOT_HANDED, OUTSIDE, UNPROVEN, board
from wellclear.apps.node.outside import OF_PARTY_MAX
from wellclear.channel.composing import link
from wellclear.channel.desk import ack, message, receipt, write_act
from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Head
from wellclear.domain.kinds import SAFETY_CODES
from wellclear.domain.parts import Safety
from wellclear.domain.reasons import Reason
from wellclear.errors import Equivocation, Refused
from wellclear.log.equivocation import check_evidence
from wellclear.testing.sketch import Sketch, circle


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=SEED, epochs=True))


@pytest.fixture
def south(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


# Out.


@pytest.mark.requirement("R4", "R33")
@pytest.mark.parametrize("code", SAFETY_CODES)
def test_safety_goes_to_the_host_under_the_newest_head_that_was_verified(relay: Relay, south: Bench, code: str) -> None:
    fork = other_history(south)
    size, root = relay.size, relay.sketch.tree.root()
    item = put(south, cease(south, code))
    (index,) = hand_over(south)
    assert isinstance(index, int)
    entry = Sketch.logged(index, fork.sketch.leaves[index]).entry
    assert entry is not None and entry.link.head == Head(size=size, root=b64(root))
    assert south.core.store.note(size) is not None, "the note behind its head is kept"
    assert fork.sketch.picture.items[str(item.act.id)].code == code, "all others fold it"
    now = board(south.core, "")
    assert [(row["kind"], row["state"], row["why"]) for row in now["outbox"]["entries"]] == [
        ("safety", "unproven", UNPROVEN)
    ]
    assert south.core.place_of(item.act) is None and now["safety"] == [], "it is in no record that is believed"
    assert south.core.follower.size == size


@pytest.mark.requirement("R4")
def test_safety_that_the_host_does_not_take_is_not_sent(south: Bench) -> None:
    other_history(south)
    put(south, cease(south))
    south.core.link()
    (row,) = board(south.core, "")["outbox"]["entries"]
    assert (row["state"], row["why"]) == ("linked", NOT_HANDED)


@pytest.mark.requirement("R4")
def test_a_host_whose_log_is_shorter_refuses_it_and_the_officer_is_rung(relay: Relay, south: Bench) -> None:
    """The head that was verified is larger than what the host shows now; nobody is told that it was sent."""
    for _ in range(2):
        relay.sketch.time(NORTH)
    south.follow()
    fork = Relay(Sketch.founded(seed=SEED, epochs=True))
    fork.sketch.time(HOST)
    with pytest.raises(Equivocation) as found:
        south.core.hear(fork.note())
    south.core.halt(found.value)
    south.relay = fork
    item = put(south, cease(south))
    south.rang.clear()
    assert hand_over(south) == [Reason.HEAD_AHEAD]
    assert [alarm.kind for alarm in south.rang] == ["refused"]
    south.core.alarms.see(f"outbox/{item.id}", "W1", south.core.now_us)
    south.core.decide(unb64(item.id).hex(), again=True)
    assert hand_over(south) == [Reason.HEAD_AHEAD]
    assert [alarm.kind for alarm in south.rang] == ["refused"] * 2, "sent again and refused again, it rings again"
    assert south.core.put(item.act, item.approvals, item.parts).state == "waiting", "as does what is handed in anew"
    assert hand_over(south) == [Reason.HEAD_AHEAD]
    assert [alarm.kind for alarm in south.rang] == ["refused"] * 3
    while fork.size < relay.size:
        fork.sketch.time(HOST)
    south.core.decide(unb64(item.id).hex(), again=True)
    assert all(isinstance(index, int) for index in hand_over(south)), "when that log has grown, it is taken"


@pytest.mark.requirement("R33")
def test_nothing_else_is_sent_and_each_act_is_refused_with_its_sentence(relay: Relay, south: Bench) -> None:
    item, _ = relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    south.follow()
    south.fetch()
    core, pen = south.core, south.core.pen(f"{SOUTH}/OPS")
    fork = other_history(south)
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": [circle(1.0, 1.0, 100)]}, {"group": "category", "category": "air"},
        {"group": "rest", "crewed": "yes"},
    ]  # fmt: skip
    asked = {"to": [f"{NORTH}/OPS"], "precedence": "P", "id": core.next_id(pen.desk), "keep_until": "2030-01-01"}
    notice = write_act(pen, "notice", groups, asked)
    for composed, approvals in (
        (ack(pen, core.picture, item, 1, ()), fork.sketch.watched),
        (notice, fork.sketch.released),
        (receipt(pen, core.picture.size - 1, {}), lambda composed: ()),
    ):
        with pytest.raises(Refused, match=r"HEAD_DIFFERS.*halted.*only safety"):
            core.put(composed.act, approvals(composed), composed.stored)
    south.clock.advance(3600)
    core.tick()
    assert [one.act.kind for one in core.link()] == [], "no receipt, no time, no finding by itself either"


def test_what_was_on_its_way_waits_and_safety_overtakes_it(relay: Relay, south: Bench) -> None:
    """The host had logged what was in flight, in the history that it shows now: our chain ends elsewhere there."""
    core = south.core
    put(south, cease(south))
    (flying,) = core.link()
    fork = other_history(south)
    assert isinstance(fork.submit(flying.leaf), int)
    south.clock.advance(1)
    assert hand_over(south) == [Reason.NOT_NEXT]
    assert core.chain_lost
    assert not core.find_chain((), first=False)
    assert core.find_chain(fork.sketch.leaves, first=True)
    assert [item.state for item in core.outbox.items.values()] == ["unproven"], "it stands there; it goes out once"
    put(south, cease(south))
    south.clock.advance(1)
    (index,) = hand_over(south)
    assert isinstance(index, int), "and the next one hangs behind it"


@pytest.mark.requirement("R4")
def test_a_halted_node_that_was_started_again_still_sends_safety(south: Bench) -> None:
    fork = other_history(south)
    put(south, cease(south))
    hand_over(south)
    put(south, cease(south, "emergency"))
    south.core.store.close()
    south.start()
    assert south.core.state == "halted"
    (index,) = hand_over(south)
    assert isinstance(index, int)
    put(south, cease(south, "control_lost"))
    hand_over(south)
    codes = [row.code for row in fork.sketch.picture.items.values() if row.party == SOUTH]
    assert sorted(map(str, codes)) == ["cease", "control_lost", "emergency"]
    assert [item.state for item in south.core.outbox.items.values()] == ["unproven"] * 3


@pytest.mark.requirement("R33", "R39")
def test_an_epoch_that_went_out_in_a_halt_keeps_its_number(tmp_path: Path) -> None:
    """Else what is sealed under the second key of one number is read by nobody, once the next host logs the first."""
    south = Bench(Relay(Sketch.founded(seed=SEED)), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    core, fork = south.core, other_history(south, epochs=False)
    said = []
    for _ in range(2):
        pen = core.pen(f"{SOUTH}/OPS")
        said.append(message(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "wait", "language": "en"}))
        with pytest.raises(Refused, match="HEAD_DIFFERS"):
            core.put(said[-1].act, fork.sketch.watched(said[-1]), said[-1].stored)
        south.clock.advance(1)
        hand_over(south)
    assert [(item.act.kind, item.state) for item in core.outbox.items.values()] == [("epoch", "unproven")]
    assert [one.act.parts[0].epoch for one in said] == [1, 1]
    assert all(core.epochs.openings(one.act, one.stored) for one in said), "the key that is kept opens both"


@pytest.mark.requirement("R33")
def test_after_the_change_of_host_an_officer_is_asked_about_it(relay: Relay, south: Bench) -> None:
    other_history(south)
    item = put(south, cease(south))
    hand_over(south)
    decide_at(south, decided(relay.sketch, relay.size))
    assert south.core.state == "stale", "the halt is over"
    assert [row.state for row in south.core.outbox.items.values()] == ["held"]
    assert [alarm.kind for alarm in south.core.alarms.listed()] == ["asks_officer"]
    south.core.decide(unb64(item.id).hex(), again=True)
    assert [row.state for row in south.core.outbox.items.values()] == ["waiting"]


# In.


@pytest.mark.requirement("R4", "R33")
def test_safety_of_others_rings_outside_the_record_once_and_is_not_folded(south: Bench) -> None:
    fork = other_history(south)
    south.rang.clear()
    before = south.core.picture.digest, south.core.view, south.core.follower.size
    id_, _ = fork.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    hear(south)
    hear(south, 3)
    (alarm,) = south.rang
    assert (alarm.kind, alarm.precedence) == ("outside", "Z")
    assert "heard outside the record" in alarm.words and id_ in alarm.words
    for row in south.core.outside.due(south.clock.monotonic_us()):
        south.core.outside.came(row, fork.sketch.parts.get(str(row.ref.sha)), south.clock.monotonic_us())
    now = board(south.core, "")
    (row,) = now["outside"]["rows"]
    assert (row["id"], row["code"], row["desk"], row["mark"]) == (id_, "cease", f"{NORTH}/OPS", OUTSIDE)
    assert row["by"], "the officer is on the roster that was verified"
    assert south.core.outside.heard[row["key"].removeprefix("outside/")].group is not None
    assert (south.core.picture.digest, south.core.view, south.core.follower.size) == before
    south.core.tick()
    assert not south.core.outbox.items, "no receipt"
    south.core.alarms.see(alarm.key, "W1", south.core.now_us)
    assert [one.kind for one in south.core.alarms.listed()] == ["halted"] and outside(south) == ["cease"]


def test_after_a_restart_it_is_shown_again_and_stays_quiet(south: Bench) -> None:
    fork = other_history(south)
    fork.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    hear(south)
    south.core.store.close()
    south.rang.clear()
    south.start()
    hear(south)
    assert outside(south) == ["cease"] and south.rang == []
    assert "outside" in [alarm.kind for alarm in south.core.alarms.listed()]


def test_what_came_with_the_word_that_convicts_is_heard_as_well(relay: Relay, south: Bench) -> None:
    fork = Relay(Sketch.founded(seed=SEED, epochs=True))
    fork.sketch.time(HOST)
    fork.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    relay.sketch.time(NORTH)
    south.follow()
    with pytest.raises(Equivocation) as found:
        south.core.hear(fork.note(relay.size), relay.size, fork.sketch.leaves[relay.size :])
    south.core.halt(found.value)
    assert outside(south) == ["cease"]


def test_what_stands_in_the_record_already_does_not_ring_twice(relay: Relay, south: Bench) -> None:
    """The same act in both histories; another act under the same id would ring."""
    relay.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    south.follow()
    leaf = relay.sketch.leaves[-1]
    other_history(south)
    south.core.hear(south.relay.note(), 3, [leaf])
    assert outside(south) == []


def test_what_has_left_the_picture_long_ago_is_no_news_when_the_host_shows_it_again(relay: Relay, south: Bench) -> None:
    """A cease of last week is no cease of now: it stands in the own log, and has rung from there."""
    relay.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    leaf = relay.sketch.leaves[-1]
    south.follow()
    south.clock.advance(9 * 86_400)
    relay.sketch.now_us = south.clock.utc_us
    for party in (HOST, NORTH, SOUTH):
        relay.sketch.time(party)
    south.follow()
    assert not south.core.picture.items, "it has left the picture"
    other_history(south, past=relay)
    south.core.hear(south.relay.note(), 3, [leaf])
    assert outside(south) == []


@pytest.mark.requirement("R4")
def test_only_what_a_known_live_key_has_signed_for_this_party_is_heard(relay: Relay, south: Bench) -> None:
    fork = other_history(south)
    sketch = fork.sketch

    def said(party: str, to: str) -> bytes:
        sketch.safety(party, [to])
        return sketch.leaves[-1]

    stranger = Sketch.founded(seed=SEED + 1)
    stranger.safety(NORTH, [f"{SOUTH}/OPS"])
    good = said(NORTH, f"{SOUTH}/OPS")
    own = said(SOUTH, f"{SOUTH}/OPS")
    elsewhere = said(NORTH, f"{HOST}/OPS")
    sketch.message(NORTH, [f"{SOUTH}/OPS"], '"kind":"safety"')
    words = sketch.leaves[-1]
    bad = [good[:-5] + b"A" + good[-4:], good.replace(b'"cease"', b'"peace"'), own, elsewhere, words]
    for leaf in (*bad, stranger.leaves[-1], b'"kind":"safety"', b""):
        south.core.hear_outside([leaf])
    assert outside(south) == []
    south.core.hear_outside([good])
    assert outside(south) == ["cease"]


@pytest.mark.requirement("R4", "R33")
def test_a_key_that_ended_before_the_halt_is_not_heard(relay: Relay, south: Bench) -> None:
    public = {"key": relay.sketch.parties[NORTH].public("node"), "since": 0}
    relay.sketch.send(NORTH, relay.sketch.compose("revoke", NORTH, public=public), use="recovery")
    south.follow()
    sketch = other_history(south, relay).sketch
    sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    south.core.hear_outside([sketch.leaves[-1]])
    assert outside(south) == []


def test_a_flood_of_one_party_pushes_out_only_its_own(south: Bench) -> None:
    fork = other_history(south)
    fork.sketch.safety(HOST, [f"{SOUTH}/OPS"], "emergency")
    for _ in range(OF_PARTY_MAX + 5):
        fork.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    hear(south)
    told = board(south.core, "")["outside"]
    assert (len(told["rows"]), told["dropped"]) == (OF_PARTY_MAX + 1, 5)
    assert told["rows"][-1]["code"] == "emergency"
    assert sum(alarm.kind == "outside" for alarm in south.core.alarms.listed()) == OF_PARTY_MAX + 1


# On the board.


@pytest.mark.requirement("R33")
def test_the_board_says_why_by_which_notes_and_what_to_do(south: Bench) -> None:
    assert board(south.core, "")["halt"] == {}
    other_history(south)
    now = board(south.core, "the host's stream is open")
    told = now["halt"]
    assert told["why"] in now["link"]["words"] and told["evidence"] in now["link"]["words"]
    assert south.core.evidence is not None and check_evidence(south.core.evidence) == told["why"]
    assert len(set(told["notes"])) == 2 and all(note.startswith("caspia") for note in told["notes"])
    (alarm,) = [row for row in now["alarms"] if row["kind"] == "halted"]
    assert "Safety still goes out" in alarm["text"] and told["evidence"] in alarm["text"]


@pytest.mark.parametrize("later_s", [0, 7_200])
def test_an_act_that_the_picture_has_forgotten_is_no_news_under_another_link(
    relay: Relay, south: Bench, later_s: int
) -> None:
    """Its day is over, and its author's node linked it twice: the fold counts it once, so it rings once."""
    sketch = relay.sketch
    late_us = (sketch.now_us // DAY_US + 1) * DAY_US - 60 * SECOND_US
    sketch.now_us = south.clock.utc_us = late_us
    chain = sketch.parties[NORTH].chains["node"]
    said = sketch.compose(
        "safety", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], precedence="Z", id=sketch.parties[NORTH].next_id(),
        code="cease", told=sketch.told([Safety(group="safety")], [SOUTH]), keep_until=day_of(late_us),
    )  # fmt: skip
    approvals = sketch.watched(said)
    assert sketch.send(NORTH, said, approvals).remarks == ()
    head = (relay.size, sketch.tree.root())
    again = link(said.act, approvals, sketch.parties[NORTH].key("node"), chain, head, sketch.now_us + 1)
    assert again not in sketch.leaves
    south.follow()
    south.clock.advance(120 + later_s)
    sketch.now_us = south.clock.utc_us
    for party in (HOST, NORTH, SOUTH):
        sketch.time(party)
    south.follow()
    assert not south.core.picture.items, "it has left the picture"
    other_history(south, past=relay)
    south.rang.clear()
    south.core.hear(south.relay.note(), 3, [again])
    assert outside(south) == [] and south.rang == []


def day_of(moment_us: int) -> str:
    return datetime.fromtimestamp(moment_us / SECOND_US, UTC).date().isoformat()
