"""What crosses the channel hangs on what was shown and on nothing else, wherever the hidden volume lies (N12)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.apps.node.detection import Detection
from wellclear.channel.composing import Told
from wellclear.channel.desk import Pen, finding
from wellclear.channel.levels import shown_to
from wellclear.channel.opening import open_leaf
from wellclear.domain.cells import cell_around, covers
from wellclear.domain.parts import Cell, Group, Nature, Rest, Volumes, open_part
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import View
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DEGREE = 10_000_000
SLOT = Cell(
    group="cell", south_e7=34 * DEGREE, west_e7=38 * DEGREE, north_e7=35 * DEGREE, east_e7=39 * DEGREE,
    start_us=START_US // HOUR_US * HOUR_US, end_us=(START_US // HOUR_US + 4) * HOUR_US,
)  # fmt: skip
MOMENTS = (0, 30, 90, 150, 239, 241, 400)
"""Minutes after the slot begins at which both nodes look, some of them after all hidden volumes may be over."""

inside = st.builds(
    lambda lat, lon, radius, start, length, upper: {
        **circle(34 + lat / 1000, 38 + lon / 1000, radius, start_us=SLOT.start_us + start * MINUTE_US,
                 end_us=min(SLOT.start_us + (start + length) * MINUTE_US, SLOT.end_us)),
        "band": {"datum": "AMSL", "lower_mm": 0, "upper_mm": upper * 1000},
    },
    st.integers(100, 900), st.integers(100, 900), st.integers(1, 8_000), st.integers(0, 200), st.integers(1, 240),
    st.integers(1, 12_000),
)  # fmt: skip
"""A true volume somewhere within the cell and the slot."""
anywhere = st.builds(
    lambda lat, lon, radius, start, length: circle(
        lat / 100, lon / 100, radius, start_us=SLOT.start_us + start * MINUTE_US,
        end_us=SLOT.start_us + (start + length) * MINUTE_US,
    ),
    st.integers(3_350, 3_550), st.integers(3_750, 3_950), st.integers(1, 50_000), st.integers(-120, 250),
    st.integers(1, 200),
)  # fmt: skip
"""A notice of the other side that may probe for it."""


class World:
    """A log in which SOUTHLAND shows NORTHLAND a cell, and NORTHLAND announces in full; and what each side says."""

    def __init__(self) -> None:
        self.sketch = Sketch.founded(seed=9, epochs=True)
        self.sketch.now_us = SLOT.start_us
        self.own: dict[str, bytes] = {}
        self.views = {NORTH: View(), SOUTH: View()}
        self.detections = {NORTH: Detection(NORTH), SOUTH: Detection(SOUTH)}
        self.said: list[object] = []

    def announce(self, party: str, volumes: list[dict[str, Any]], level: int, cell: Cell) -> None:
        other = SOUTH if party == NORTH else NORTH
        groups: list[Group] = [
            cell, Volumes(group="volume", volumes=volumes), Nature(group="category", category="air"),
            Rest(group="rest", crewed="yes"),
        ]  # fmt: skip
        shown = shown_to({other: level})
        told = [
            Told(group, tuple(sorted({*shown[group.group], party})) if shown[group.group] else (),
                 self.sketch.salt(group.group))
            for group in groups
        ]  # fmt: skip
        composed = self.sketch.compose(
            "notice", party, desk=f"{party}/OPS", to=[f"{other}/OPS"], id=self.sketch.parties[party].next_id(),
            precedence="P", keep_until="2026-12-01", told=told,
        )  # fmt: skip
        step = self.sketch.send(party, composed, self.sketch.released(composed))
        assert step.remarks == ()
        self.own |= {ref.commit: raw for ref, raw in zip(composed.act.parts, composed.openings, strict=True)}

    def look(self, minutes: int) -> None:
        """Both nodes hear everything and say what they owe; what they say is logged, as it is in life."""
        now_us = SLOT.start_us + minutes * MINUTE_US
        self.sketch.now_us = now_us
        for party in (SOUTH, NORTH):
            detection = self.detections[party]
            self._hear(party)
            changes = detection.run(self.sketch.picture, self.views[party], now_us)
            if party == NORTH:  # what rings at the other side
                self.said.append((minutes, [(one.pair, one.now, one.before) for one in changes]))
            for draft in detection.findings(self.sketch.picture, self.views[party]):
                pen = Pen(self.sketch.channel, party, "", now_us, lambda: bytes(32))
                said = finding(pen, [draft.desk], "reference/1", 1, draft.rows, draft.more)
                self.said.append((minutes, party, msgspec.json.encode(said.act), said.openings))
                assert self.sketch.send(party, said).remarks == ()

    def _hear(self, party: str) -> None:
        view = self.views[party]
        for index in range(view.size, len(self.sketch.leaves)):
            logged = open_leaf(index, self.sketch.leaves[index])
            act = logged.entry.act if logged.entry is not None else None
            opened: dict[str, Group] = {}
            for ref in act.parts if act is not None else ():
                mine = act is not None and act.party == party
                raw = self.own.get(ref.commit) if mine else self.sketch.parts.get(str(ref.sha))
                if raw is not None and (mine or (isinstance(ref.to, list) and party in ref.to)):
                    opened[ref.commit] = open_part(raw, ref)
            view, _ = fold_view(view, logged, self.sketch.steps[index], opened)
            self.detections[party].touch(change.id for change in self.sketch.steps[index].changes)
        self.views[party] = view


def told(hidden: dict[str, Any], probes: list[dict[str, Any]]) -> list[object]:
    """Everything that SOUTHLAND's node says, and all that rings at NORTHLAND, while the hidden volume lies there."""
    world = World()
    assert covers(SLOT, cell_around([hidden]))
    world.announce(SOUTH, [hidden], 1, SLOT)
    for number, moment in enumerate(MOMENTS):
        if number < len(probes):
            world.announce(NORTH, [probes[number]], 4, cell_around([probes[number]]))
        world.look(moment)
    return world.said


@pytest.mark.requirement("R25", "N12")
@settings(max_examples=25, deadline=None)
@given(inside, inside, st.lists(anywhere, min_size=2, max_size=6))
def test_a_hidden_volume_may_lie_anywhere_in_its_cell_and_nothing_that_is_said_tells_where(
    one: dict[str, Any], other: dict[str, Any], probes: list[dict[str, Any]]
) -> None:
    """Findings byte for byte, those that do not come, and the rings of the other side; also once it is over."""
    assert told(one, probes) == told(other, probes)


@pytest.mark.requirement("N12")
def test_an_answer_does_not_stop_when_the_hidden_volume_is_over() -> None:
    """The slot lasts four hours and the volume one minute; a probe in the last hour is answered all the same."""
    brief = circle(34.5, 38.5, 1_000, start_us=SLOT.start_us, end_us=SLOT.start_us + MINUTE_US)
    whole = circle(34.5, 38.5, 1_000, start_us=SLOT.start_us, end_us=SLOT.end_us)
    early = circle(34.9, 38.9, 1_000, start_us=SLOT.start_us, end_us=SLOT.end_us)
    late = circle(34.9, 38.9, 1_000, start_us=SLOT.start_us + 200 * MINUTE_US, end_us=SLOT.end_us)
    nowhere = circle(-10, 0, 1_000, start_us=SLOT.start_us, end_us=SLOT.end_us)
    probes = [early, nowhere, nowhere, late]
    said = told(brief, probes)
    assert said == told(whole, probes)
    assert any(row[0] == 150 and row[1] == SOUTH for row in said if isinstance(row, tuple)), "the late probe"
