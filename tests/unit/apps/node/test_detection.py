"""Conflicts for the own desk, and what may cross the channel of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.airspace.turns import Turns, finished
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.detection import ROWS_MAX, ROWS_OF_NOTICE_MAX, Change, Detection, FindingDraft
from wellclear.channel.desk import Pen, finding
from wellclear.channel.opening import open_leaf
from wellclear.domain.parts import Group, open_part
from wellclear.picture.picture import Picture
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import View
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


def seen_by(sketch: Sketch, party: str, hidden: dict[str, bytes]) -> View:
    """The view of a party: what was sent to it, and its own parts that were sent to nobody."""
    view, stored = View(), {**sketch.parts, **hidden}
    for index, leaf in enumerate(sketch.leaves):
        logged = open_leaf(index, leaf)
        opened: dict[str, Group] = {}
        for ref in logged.entry.act.parts if logged.entry is not None else ():
            mine = logged.entry is not None and logged.entry.act.party == party
            if ref.commit in stored and (mine or (isinstance(ref.to, list) and party in ref.to)):
                opened[ref.commit] = open_part(stored[ref.commit], ref)
        view, _ = fold_view(view, logged, sketch.steps[index], opened)
    return view


def announce(
    sketch: Sketch, party: str, volumes: list[dict[str, Any]], withhold: tuple[str, ...] = ()
) -> tuple[str, dict[str, bytes]]:
    other = SOUTH if party == NORTH else NORTH
    id_ = sketch.parties[party].next_id()
    told = [
        type(row)(row.group, () if row.group.group in withhold else row.audience, row.salt)
        for row in sketch.told(sketch.notice_groups(volumes), sorted((party, other)))
    ]
    composed = sketch.compose(
        "notice", party, desk=f"{party}/OPS", to=[f"{other}/OPS"], id=id_, precedence="P", keep_until="2026-12-01",
        told=told,
    )  # fmt: skip
    step = sketch.send(party, composed, sketch.released(composed))
    assert step.remarks == ()
    return id_, {ref.commit: raw for ref, raw in zip(composed.act.parts, composed.stored, strict=True)}


def detected(sketch: Sketch, party: str, hidden: dict[str, bytes]) -> tuple[Detection, list[FindingDraft], Picture]:
    detection, view = Detection(party), seen_by(sketch, party, hidden)
    detection.run(sketch.picture, view, START_US)
    return detection, detection.findings(sketch.picture, view), sketch.picture


@pytest.mark.requirement("R32")
def test_two_exact_notices_conflict_alike_on_both_sides() -> None:
    sketch = Sketch.founded(seed=1, epochs=True)
    announce(sketch, NORTH, [circle(34.5, 38.3, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    told = [detected(sketch, party, {})[1] for party in (NORTH, SOUTH)]
    assert [draft.desk for drafts in told for draft in drafts] == [f"{SOUTH}/OPS", f"{NORTH}/OPS"]
    assert told[0][0].rows == told[1][0].rows
    assert told[0][0].rows[0].verdict == "conflict"


@pytest.mark.requirement("R25", "R32", "N12")
@pytest.mark.parametrize("lat", [34.5, -60.0])
def test_a_finding_does_not_depend_on_a_volume_that_was_held_back(lat: float) -> None:
    """Near or far, the other side is told `possible` from the cell; the exact answer stays at the own desk."""
    sketch = Sketch.founded(seed=2, epochs=True)
    _, hidden = announce(sketch, NORTH, [circle(lat, 38.3, 5_000)], withhold=("volume",))
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    detection, drafts, _ = detected(sketch, NORTH, hidden)
    assert [row.verdict for draft in drafts for row in draft.rows] == ["possible"]
    exact = [conflict.verdict for conflict in detection.conflicts.values()]
    assert exact == (["conflict"] if lat == 34.5 else [])


def test_a_verdict_that_was_logged_is_not_told_again_and_its_end_is() -> None:
    sketch = Sketch.founded(seed=3, epochs=True)
    mine, _ = announce(sketch, NORTH, [circle(34.5, 38.3, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    detection, (draft,), _ = detected(sketch, NORTH, {})
    pen = Pen(sketch.channel, NORTH, "", sketch.now_us, lambda: sketch.salt("finding"))
    said = finding(pen, [draft.desk], "reference/1", 1, draft.rows, draft.more)
    sketch.send(NORTH, said)
    assert detected(sketch, NORTH, {})[1] == []
    view = seen_by(sketch, NORTH, {})
    detection.run(sketch.picture, view, START_US)
    sketch.answer(NORTH, "cancel", mine)
    detection.touch([mine])
    changes = detection.run(sketch.picture, seen_by(sketch, NORTH, {}), START_US)
    assert [change.now for change in changes] == [None]


def test_a_flood_of_overlapping_notices_is_capped_and_counted() -> None:
    sketch = Sketch.founded(seed=4, epochs=True)
    for number in range(ROWS_OF_NOTICE_MAX + 3):
        announce(sketch, NORTH, [circle(34.5 + number / 1000, 38.3, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 50_000)])
    _, drafts, _ = detected(sketch, NORTH, {})
    assert sum(len(draft.rows) for draft in drafts) == ROWS_OF_NOTICE_MAX <= ROWS_MAX
    assert sum(draft.more for draft in drafts) == 3


def test_what_is_past_is_not_compared() -> None:
    sketch = Sketch.founded(seed=5, epochs=True)
    announce(sketch, NORTH, [circle(34.5, 38.3, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    detection, view = Detection(NORTH), seen_by(sketch, NORTH, {})
    detection.run(sketch.picture, view, START_US)
    assert len(detection.conflicts) == 1
    detection.run(sketch.picture, view, START_US + 4 * 3600 * 1_000_000)
    assert (detection.conflicts, detection.held()) == ({}, {})


def test_conflicts_are_looked_for_in_turns_and_all_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two turns the node hears, sends and rings; what is found and said is the same."""
    south = Bench(Relay(Sketch.founded(seed=83)), SOUTH, tmp_path / "south.sqlite")
    core, sketch = south.core, south.relay.sketch
    running = core.detection.running

    def slowly(picture: Picture, view: View, now_us: int) -> Turns[list[Change]]:
        found = finished(running(picture, view, now_us))
        for _ in range(50):
            yield
        return found

    south.follow()
    finish(core)
    assert not core.detection.conflicts
    monkeypatch.setattr(core.detection, "running", slowly)
    for party, other in ((SOUTH, NORTH), (NORTH, SOUTH)):
        assert sketch.announce(party, [f"{other}/OPS"], [circle(34.5, 38.3, 5_000)])[1].remarks == ()
    south.follow()
    south.fetch()
    assert core.detecting
    south.clock.advance(1)
    core.tick()
    assert not [item for item in core.outbox.items.values() if item.act.kind == "finding"], "none is known yet"
    assert finish(core) >= 1
    monkeypatch.setattr(core.detection, "running", running)
    core.tick()
    assert [alarm.kind for alarm in south.rang if alarm.kind == "conflict"] == ["conflict"]
    south.clock.advance(1)
    core.tick()
    assert [item.act.kind for item in core.outbox.items.values() if item.act.kind == "finding"] == ["finding"]


def finish(core: NodeCore) -> int:
    """Take every turn that is left; how many there were."""
    turns = 0
    while core.detecting:
        core.detect(1)
        turns += 1
    return turns
