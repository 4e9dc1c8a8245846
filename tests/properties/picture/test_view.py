"""The view is total, never touches the public picture, and does not depend on when parts were opened."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.domain.canonical import b64
from wellclear.domain.cells import cell_around
from wellclear.domain.entry import Act, PartRef
from wellclear.domain.logged import Remark
from wellclear.domain.parts import Cell
from wellclear.domain.volume import Point, Polygon
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.picture.cells import cell_fault, cell_volume
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture
from wellclear.picture.readback import distance_mm
from wellclear.picture.view import Unopened, View, fold_view, open_later
from wellclear.picture.view_changes import area_km2, changes_between, vague
from wellclear.picture.view_items import shape_from
from wellclear.picture.view_parts import open_parts
from wellclear.picture.view_states import announced, lead_time, recipients, state_of, times_of
from wellclear.testing import strategies as ours
from wellclear.testing.sketch import START_US, Sketch, circle
from wellclear.testing.strategies import Deed, histories, play

_MESSAGE = Act(rules=1, party="NORTHLAND", kind="message", to=["SOUTHLAND/OPS"], precedence="R", said=0, parts=[])


def view_of(sketch: Sketch) -> View:
    """The view of one who can open everything."""
    view = View()
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        logged = sketch.logged(index, leaf)
        assert logged.entry is not None
        view, _ = fold_view(view, logged, step, open_parts(logged.entry.act, sketch.parts))
    return view


def look_at_everything(view: View, picture: Picture, now_us: int) -> None:
    """Ask the view whatever a screen may ask."""
    announced(view)
    for party in ("NORTHLAND", "SOUTHLAND", "CASPIA", "NOBODY"):
        announced(view, shown_to=party)
    for item in view.items.values():
        state_of(item, now_us)
        recipients(item, picture, now_us)
        for version in item.versions.values():
            times_of(version)
            vague(version)
            lead_time(version, None, now_us)
            changes_between(version, item.current)
    assert all(pair.disputed in (True, False) for pair in view.pairs.values())


@given(histories(), st.data())
@settings(max_examples=60)
def test_whatever_stands_in_parts_the_view_never_raises_and_the_public_digests_stay(
    history: list[Deed], data: st.DataObject
) -> None:
    sketch = play(Sketch.founded(), history)
    picture, view = Picture(), View()
    for index, leaf in enumerate(sketch.leaves):
        logged = sketch.logged(index, leaf)
        step = fold(picture, logged)
        assert logged.entry is not None
        view, _ = fold_view(view, logged, step, data.draw(ours.openings(logged.entry.act, sketch.parts)))
        if index % 5 == 4:
            view, _ = open_later(view, index - 4, data.draw(ours.openings(logged.entry.act, sketch.parts)))
        picture = step.picture
        assert picture.digest == sketch.steps[index].picture.digest
    look_at_everything(view, picture, sketch.now_us)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_view_is_the_same_whenever_parts_were_opened(history: list[Deed], random: Any) -> None:
    """As long as what they belong to is still in the picture: here nothing takes longer than a day."""
    sketch = play(Sketch.founded(), [replace(deed, seconds=deed.seconds % 3600) for deed in history])
    at_once, late = View(), View()
    remarks: set[Remark] = set()
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        logged = sketch.logged(index, leaf)
        assert logged.entry is not None
        at_once, _ = fold_view(at_once, logged, step, open_parts(logged.entry.act, sketch.parts))
        late, said = fold_view(late, logged, step, {})
        remarks |= set(said)
    indices = list(range(len(sketch.leaves)))
    random.shuffle(indices)
    for index in indices:
        entry = sketch.logged(index, sketch.leaves[index]).entry
        assert entry is not None
        late, _ = open_later(late, index, open_parts(entry.act, sketch.parts))
    assert not remarks
    assert late == at_once


@given(histories())
@settings(max_examples=40)
def test_a_view_folded_again_is_equal_and_holds_just_what_the_picture_holds(history: list[Deed]) -> None:
    sketch = play(Sketch.founded(), history)
    view = view_of(sketch)
    assert view == view_of(sketch)
    public = sketch.picture.items
    assert set(view.items) | set(view.requests) == set(public)
    for item in view.items.values():
        assert item.newest == public[item.id].version
        assert (item.ended[0] if item.ended else "RELEASED") == public[item.id].state
    assert {item for pair in view.pairs for item in pair} <= set(view.items)


@pytest.mark.requirement("R32")
@given(ours.json_values | ours.volume_fields())
def test_any_json_makes_a_shape(fields: object) -> None:
    shape = shape_from(fields)
    assert shape.volume == volume_or_cap(fields)[0]
    assert area_km2(shape.volume) >= 0


@pytest.mark.requirement("R25")
@given(ours.cells, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=300)
def test_a_cell_is_covered_by_its_volume(cell: Cell, up: float, along: float) -> None:
    volume = cell_volume(cell)
    if cell_fault(cell) is None and not isinstance(volume.skeleton, Polygon):
        width_e7 = (cell.east_e7 - cell.west_e7) % 3_600_000_000
        lat_e7 = round(cell.south_e7 + up * (cell.north_e7 - cell.south_e7))
        inside = ours.position(lat_e7, cell.west_e7 + round(along * width_e7))
        assert distance_mm(volume.skeleton.position, inside) <= volume.radius_mm * 1.001  # type: ignore[union-attr]  # a point


@given(
    st.one_of(
        st.binary(max_size=64).map(lambda tail: tail.ljust(1024, b"\0")),
        st.sampled_from([1024, 2048, 4096, 8192, 16384]).map(lambda size: b"x" * size),
        st.recursive(st.integers(-(10**30), 10**30), st.lists, max_leaves=30).map(
            lambda value: (repr({"group": value}).replace("'", '"').encode() + b"\n").ljust(1024, b"\0")[:16384]
        ),
        st.just((b'{"group":' + b"[" * 8000).ljust(16384, b"\0")),
        st.binary(max_size=40),
    )
)
def test_an_author_may_commit_to_any_bytes_and_no_reader_stumbles(padded: bytes) -> None:
    raw = bytes(32) + padded
    name = b64(hashlib.sha256(raw).digest())
    act = msgspec.structs.replace(_MESSAGE, parts=[PartRef(commit=name, enc="none", sha=name, to=["SOUTHLAND"])])
    assert open_parts(act, {name: raw}, "SOUTHLAND") == {name: Unopened("malformed")}


@given(st.lists(st.tuples(ours.latitudes, ours.longitudes, st.integers(1, 300_000)), min_size=1, max_size=3))
def test_the_cell_that_a_node_makes_covers_its_volumes_once_it_is_a_volume_again(
    circles: list[tuple[int, int, int]],
) -> None:
    said = [circle(lat / 10**7, min(lon / 10**7, 179.9), radius_m) for lat, lon, radius_m in circles]
    coarse = cell_volume(cell_around(said))
    for fields in said:
        volume, fault = volume_or_cap(fields)
        assert fault is None and isinstance(volume.skeleton, Point)
        assert coarse.window.start_us <= volume.window.start_us <= volume.window.end_us <= coarse.window.end_us
        if isinstance(coarse.skeleton, Point):
            away_mm = distance_mm(coarse.skeleton.position, volume.skeleton.position)
            assert away_mm * 0.999 <= coarse.radius_mm


def test_the_strategies_reach_what_they_are_for() -> None:
    """A guard against properties that hold because nothing happens."""
    deeds = [Deed(kind, "NORTHLAND", 0, 1, ()) for kind in ("announce", "safety", "finding", "request", "message")]
    sketch = play(Sketch.founded(), [Deed("announce", "SOUTHLAND", 0, 1, ({"kind": "x"},)), *deeds[1:]])
    assert not [step.remarks for step in sketch.steps if step.remarks and step.remarks[0].reason != "UNKNOWN_NOTICE"]
    assert {row.kind for row in sketch.picture.items.values()} >= {"notice", "safety"}
    assert sketch.now_us > START_US
