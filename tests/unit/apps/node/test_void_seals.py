"""A number that this party has given to two keys: nothing is sent that nobody could read, and a fresh key is taken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import Composed
from wellclear.channel.desk import ack, finding, message
from wellclear.channel.outbox import Item
from wellclear.channel.void_seals import SAY_AGAIN, parted_epochs, refused_epochs, void
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import act_hash
from wellclear.domain.parts import FindingRow, ReadbackRow
from wellclear.errors import InvalidValue, Unavailable
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
TO = [f"{NORTH}/OPS"]
ROW = FindingRow(
    a="NORTHLAND-1001-9", a_version=1, b="SOUTHLAND-1001-5", b_version=1, verdict="possible", lateral_mm=1,
    vertical_mm=1, time_us=1, start_us=1, end_us=2, lat_e7=1, lon_e7=1,
)  # fmt: skip


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=97)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def said(south: Bench, text: str) -> Composed:
    pen = south.core.pen(f"{SOUTH}/OPS")
    return message(pen, south.core.next_id(pen.desk), TO, {"text": text, "language": "en"})


def put(south: Bench, composed: Composed) -> Item:
    return south.core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)


def epoch_of(item: Item) -> Any:
    return item.act.parts[0].epoch


def states(south: Bench) -> dict[str, str]:
    return {item.act.kind: item.state for item in south.core.outbox.items.values()}


def from_elsewhere(south: Bench) -> None:
    """Another copy of this node has made an epoch for the same readers, and the host has logged it."""
    south.relay.sketch.open_epoch(SOUTH, [NORTH])


def readable(south: Bench, item: Item) -> bool:
    """Whether NORTHLAND, with what its sealing key finds in the log, reads the one part of a message."""
    north = Bench(south.relay, NORTH, south.path.parent / "north.sqlite")
    north.follow()
    north.fetch()
    return north.core.opening(item.act.parts[0].commit) is not None


def held_to_the_log(south: Bench, item: Item, alarm: str) -> None:
    """The message is refused, with words, for good; what is said instead goes under a fresh key, and is read."""
    south.core.tick()
    ended = south.core.outbox.items[item.id]
    assert (ended.state, ended.reason, ended.detail) == ("refused", "UNKNOWN_EPOCH", SAY_AGAIN)
    assert "epoch" not in states(south), "its number is taken"
    rang = [row.words for row in south.core.alarms.listed() if row.key == f"outbox/{item.id}"]
    assert len(rang) == 1 and alarm in rang[0]
    with pytest.raises(InvalidValue, match="say it again"):
        south.core.decide(unb64(item.id).hex(), again=True)
    south.core.decide(unb64(item.id).hex(), again=False)
    anew = put(south, said(south, "said again"))
    south.send()
    assert south.core.outbox.items == {} and not any(remark for _, _, remark in south.core.remarks)
    assert readable(south, anew)


@pytest.mark.requirement("R1", "R25")
def test_what_waits_under_a_number_that_the_log_gives_to_another_key_is_refused(south: Bench) -> None:
    item = put(south, said(south, "a boat adrift"))
    assert (epoch_of(item), states(south)) == (1, {"epoch": "waiting", "message": "waiting"})
    from_elsewhere(south)
    south.follow()
    held_to_the_log(south, item, "message was refused: a part is sealed under an epoch that its author never made")


@pytest.mark.requirement("R1", "R25")
def test_a_restored_node_holds_what_its_copy_had_sealed_to_the_log(south: Bench) -> None:
    item = put(south, said(south, "a boat adrift"))
    south.core.store.close()
    backup = south.path.with_name("backup.sqlite")
    shutil.copyfile(south.path, backup)
    south.start()
    for waiting in list(south.core.outbox.items.values()):  # the node that went on took both back, and sealed anew
        south.core.decide(unb64(waiting.id).hex(), again=False)
    from_elsewhere(south)
    south.core.store.close()
    shutil.copyfile(backup, south.path)
    south.start()
    south.core.restored()
    assert states(south) == {"epoch": "held", "message": "held"}
    south.follow()
    held_to_the_log(south, item, "message was refused")


@pytest.mark.requirement("R1", "R25")
def test_a_node_killed_before_it_could_end_them_ends_them_at_its_start(south: Bench) -> None:
    item = put(south, said(south, "a boat adrift"))
    from_elsewhere(south)
    south.follow()
    south.core.store.close()
    south.start()
    assert states(south) == {"message": "waiting", "epoch": "waiting"}, "as it was left"
    south.follow()
    south.relay.sketch.time("CASPIA")
    south.follow()
    held_to_the_log(south, item, "message was refused")


def test_no_number_is_given_out_before_the_log_was_followed_to_its_end(south: Bench) -> None:
    south.core.store.close()
    south.start()
    with pytest.raises(Unavailable, match="may have its number"):
        south.core.sealer.epoch_for((NORTH,))
    assert south.core.outbox.items == {} and south.core.store.epoch_keys() == []
    south.follow()
    south.relay.sketch.time("CASPIA")
    south.follow()
    assert south.core.sealer.epoch_for((NORTH,))[0] == 1


def test_what_the_node_says_by_itself_is_dropped_and_composed_anew(south: Bench) -> None:
    core = south.core
    found = finding(core.pen(""), TO, "x/1", 1, [ROW], 0)
    core.put(found.act, (), found.stored)
    from_elsewhere(south)
    south.follow()
    core.tick()
    assert states(south) == {} and core.outbox.items.get(b64(act_hash(found.act))) is None
    anew = finding(core.pen(""), TO, "x/1", 1, [ROW], 0)
    assert anew.act.parts[0].epoch == 1, "the log's, whose key was found in its entry"
    assert core.epochs.openings(anew.act, anew.stored)


def test_what_hangs_on_an_epoch_that_the_host_refuses_for_good_is_refused_as_well(south: Bench) -> None:
    item = put(south, said(south, "a boat adrift"))
    south.core.link()
    outbox = south.core.outbox
    epoch = next(one for one in outbox.items.values() if one.act.kind == "epoch")
    outbox.refused(epoch.id, epoch.leaf, "TOO_LARGE", "", south.clock.monotonic_us())
    assert refused_epochs(outbox.items.values(), 0) == {1}
    south.core.tick()
    assert states(south) == {"epoch": "refused", "message": "refused"}
    again = put(south, said(south, "shorter"))
    assert epoch_of(again) == 1, "the log never had it"
    assert refused_epochs(outbox.items.values(), 0) == frozenset()
    assert void(outbox, 0, (), lambda one: True) == ([], []) and outbox.items[item.id].state == "refused"


@pytest.mark.requirement("R25")
def test_no_fresh_key_goes_to_a_party_that_has_left_meanwhile(south: Bench) -> None:
    """Nor does what is sealed under it: no log takes that epoch, and its number is given out again."""
    put(south, said(south, "to whoever is a member"))
    outbox = south.core.outbox
    assert parted_epochs(outbox.items.values(), {NORTH}) == frozenset()
    gone = parted_epochs(outbox.items.values(), {"CASPIA"})
    assert gone == {1}
    changed, dropped = void(outbox, 0, gone, lambda one: True)
    assert ([one.act.kind for one in dropped], [one.state for one in changed]) == (["epoch"], ["refused"])


@pytest.mark.requirement("R4")
def test_what_is_heard_outside_the_record_opens_on_a_full_disk(south: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cry for help needs no place on the disk."""
    composed = said(south, "read by whoever hears it")
    act, ref, stored = composed.act, composed.act.parts[0], composed.stored[0]

    def full(*_: object) -> bool:
        raise Unavailable("node.sqlite", "the disk is full")

    monkeypatch.setattr(south.core.store, "random_is", full)
    with pytest.raises(Unavailable):
        south.core.epochs.opening(act, ref, stored)
    assert south.core.epochs.opening_unkept(act, ref, stored) == composed.openings[0]


def logged_all_the_same(south: Bench, composed: Composed) -> int:
    """The host has logged the act, approvals and all: another copy of this node has linked it."""
    sketch = south.relay.sketch
    step = sketch.send(SOUTH, composed, sketch.watched(composed))
    assert step.stands
    return len(sketch.leaves) - 1


def rung(south: Bench) -> list[str]:
    return [alarm.words for alarm in south.core.alarms.listed() if "Nobody can open" in alarm.words]


@pytest.mark.requirement("R1", "R25")
@pytest.mark.parametrize("other_key", [True, False])
def test_what_stands_in_the_log_and_nobody_can_open_rings_at_its_author(south: Bench, other_key: bool) -> None:
    """Under a number that the log gives to another key nothing is remarked for all: only the author can see it."""
    composed = said(south, "a boat adrift")
    item = put(south, composed)
    if other_key:
        from_elsewhere(south)
    index = logged_all_the_same(south, composed)
    south.follow()
    assert not readable(south, item)
    (words,) = rung(south)
    assert words.startswith(f"message {composed.act.id}: ") and words.endswith("Nobody can open it: say it again")
    south.core.store.close()
    south.start()
    assert rung(south) == [words], "nobody has seen it: it is shown again"
    reasons = {str(remark.reason) for _, _, remark in south.core.remarks if remark.index == index}
    assert reasons == ({"PART_UNREADABLE"} if other_key else {"UNKNOWN_EPOCH", "NOTHING_TO_READ"})


@pytest.mark.requirement("R2", "R25")
def test_an_acknowledgement_that_nobody_can_open_says_how_it_is_given_again(south: Bench) -> None:
    sketch = south.relay.sketch
    notice, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    south.follow()
    south.fetch()
    row = ReadbackRow(lat_e7=345_000_000, lon_e7=383_000_000, start_us=sketch.now_us)
    composed = ack(south.core.pen(f"{SOUTH}/OPS"), south.core.picture, notice, 1, [row])
    put(south, composed)
    from_elsewhere(south)
    logged_all_the_same(south, composed)
    south.follow()
    (words,) = rung(south)
    assert f"have {NORTH} say that the read-back is wrong, then acknowledge again" in words


def test_what_others_can_read_rings_for_nobody(south: Bench) -> None:
    put(south, said(south, "a boat adrift"))
    south.send()
    south.follow()
    assert rung(south) == [] and [item.act.kind for item in south.core.outbox.items.values()] == []
