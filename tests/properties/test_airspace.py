"""The engine's answers depend on nothing but what it holds: not on order, place, asking side, tree or tail."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.airspace_cases import CENTRES, skeleton_pair, volume
from wellclear.airspace.conflict import Announced
from wellclear.airspace.geoid import undulation_near
from wellclear.airspace.heights import gap
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.refine import closest
from wellclear.airspace.shapes import shape_of
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import (
    AltitudeBand,
    Point,
    Polygon,
    Polygons,
    Route,
    SeparationMinima,
    Skeleton,
    TimeWindow,
    Volume,
)

SEEDS = st.integers(0, 2**32)
PLACES = st.sampled_from(sorted(CENTRES))


def notice(name: str, *volumes: Volume, party: str = "") -> Announced:
    return Announced(name, 1, party or name, "air", volumes)


def engine(items: Sequence[Announced], minima: SeparationMinima, tail: int = 0) -> ReferenceEngine:
    """With a tail of 0 nearly everything is found by the tree."""
    made = ReferenceEngine(lambda a, b: minima, tail)
    for item in items:
        made.add(item)
    return made


def moved(skeleton: Skeleton, turn_e7: int, north: int) -> Skeleton:
    """The same skeleton at another longitude, mirrored at the equator if `north` is -1."""

    def move(position: Position) -> Position:
        return Position(north * position.lat_e7, position.lon_e7 + turn_e7)

    match skeleton:
        case Point(position):
            return Point(move(position))
        case Route(vertices, _):
            return Route(tuple(map(move, vertices)))
        case Polygon(rings):
            return Polygon(tuple(tuple(map(move, ring)) for ring in rings))
        case Polygons(parts):
            return Polygons(tuple(Polygon(tuple(tuple(map(move, ring)) for ring in part.rings)) for part in parts))


@settings(max_examples=60)
@given(SEEDS, PLACES, st.integers(-1_800_000_000, 1_800_000_000), st.sampled_from((1, -1)))
def test_turning_or_mirroring_the_earth_moves_no_distance(seed: int, place: str, turn_e7: int, north: int) -> None:
    """The ellipsoid is the same all around; only the seam of the longitudes is somewhere else."""
    a, b = skeleton_pair(random.Random(seed), place)
    here = (shape_of(a), shape_of(b))
    there = (shape_of(moved(a, turn_e7, north)), shape_of(moved(b, turn_e7, north)))
    both = closest([here, there], np.full(2, 3e6)).distance_m
    assert both[0] == pytest.approx(both[1], abs=2e-6)


def crowd(seed: int, place: str, size: int) -> list[Announced]:
    draw = random.Random(seed)
    return [
        notice(f"N{i}", *(volume(draw, place) for _ in range(draw.randint(1, 3))), party=f"P{draw.randint(0, 2)}")
        for i in range(size)
    ]


MINIMA = SeparationMinima(2_000_000, 300_000, 5)


@settings(max_examples=40)
@given(SEEDS, PLACES)
def test_who_was_first_and_who_asks_decides_nothing(seed: int, place: str) -> None:
    """Order settles priority; it must never settle geometry."""
    items = crowd(seed, place, 6)
    held = engine(items, MINIMA)
    everything = held.sweep()
    shuffled = random.Random(seed).sample(items, k=len(items))
    assert engine(shuffled, MINIMA).sweep() == everything
    assert held.check_many(items) == [[c for c in everything if item.id in (c.a, c.b)] for item in items]
    for item in items:
        alone = engine([other for other in items if other is not item], MINIMA)
        assert alone.check(item) == held.check(item)


def by_all_pairs(items: Sequence[Announced], minima: SeparationMinima) -> set[tuple[str, str]]:
    """Ids of every conflict, without any candidates: each volume against each other one."""
    volumes = [(item, each) for item in items for each in item.volumes]
    pairs = [
        (one, other)
        for one, other in combinations(sorted(volumes, key=lambda each: each[0].id), 2)
        if one[0].party != other[0].party
    ]
    shapes = {id(each): shape_of(each.skeleton) for _, each in volumes}
    apart = closest([(shapes[id(one)], shapes[id(other)]) for (_, one), (_, other) in pairs], np.full(len(pairs), 1e6))
    found = set[tuple[str, str]]()
    for ((a, one), (b, other)), distance_m in zip(pairs, apart.distance_m.tolist(), strict=True):
        margin_mm = distance_m * 1000 - one.radius_mm - other.radius_mm - minima.lateral_mm
        late_us = max(one.window.start_us - other.window.end_us, other.window.start_us - one.window.end_us)
        if margin_mm < 1.5 and late_us <= minima.time_us:
            reach_m = [(each.radius_mm + minima.lateral_mm) / 1000 + 0.05 for each in (one, other)]
            sea = undulation_near(shapes[id(one)], shapes[id(other)], *reach_m)
            least_mm = gap(one.band, other.band, sea).least_mm
            found |= {(a.id, b.id)} if least_mm <= minima.vertical_mm else set()
    return found


@settings(max_examples=40)
@given(SEEDS, PLACES, st.sampled_from((0, 2, 1_000)))
def test_candidates_leave_out_no_pair(seed: int, place: str, tail: int) -> None:
    items = crowd(seed, place, 12)
    held = engine(items, MINIMA, tail)
    assert {(c.a, c.b) for c in held.sweep()} == by_all_pairs(items, MINIMA)
    assert engine(items, MINIMA, 1_000).sweep() == held.sweep()


@settings(max_examples=40)
@given(SEEDS, PLACES, st.sampled_from((0, 3)), st.lists(st.integers(0, 9), max_size=40))
def test_any_order_of_coming_and_going_ends_in_the_same_answers(
    seed: int, place: str, tail: int, order: list[int]
) -> None:
    items = crowd(seed, place, 10)
    coming, held = engine([], MINIMA, tail), dict[str, Announced]()
    for number in order:
        item = items[number]
        if item.id in held:
            coming.remove(item.id)
            del held[item.id]
        else:
            coming.add(item)
            held[item.id] = item
        coming.check(items[0])  # a question in between may plant the tree anew
    assert coming.sweep() == engine(list(held.values()), MINIMA, 1_000).sweep()


WHOLE = st.integers(-(2**40), 2**40)
SHORT = st.integers(0, 5)


@given(WHOLE, WHOLE, SHORT, SHORT, SHORT, SHORT, st.sampled_from(Datum), SHORT, SHORT)
def test_heights_and_windows_are_decided_on_whole_numbers_at_the_edge(
    low: int, start: int, thick: int, length: int, up: int, late: int, datum: Datum, vertical: int, time: int
) -> None:
    """Two volumes in one place: exactly at the minimum is a conflict, one more is none, however great the numbers."""
    here = Point(Position(620_000_000, -1_790_000_000))
    one = Volume(here, 0, AltitudeBand(datum, low, low + thick), TimeWindow(start, start + length))
    band = AltitudeBand(datum, low + thick + up, low + thick + up + 7)
    other = Volume(here, 0, band, TimeWindow(start + length + late, start + length + late + 7))
    for a, b in ((one, other), (other, one)):
        found = engine([notice("A", a)], SeparationMinima(0, vertical, time)).check(notice("B", b))
        assert [(c.vertical_mm, c.time_us) for c in found] == [(up, late)] * (up <= vertical and late <= time)


@settings(max_examples=40)
@given(SEEDS, PLACES)
def test_removed_is_as_never_added(seed: int, place: str) -> None:
    items = crowd(seed, place, 7)
    draw = random.Random(seed)
    held = engine(items, MINIMA)
    gone = {item.id for item in draw.sample(items, k=3)}
    for item_id in sorted(gone):
        held.remove(item_id)
    rest = [item for item in items if item.id not in gone]
    assert held.sweep() == engine(rest, MINIMA).sweep()
    for item in items:
        if item.id in gone:
            held.add(item)
    swapped = replace(items[0], version=2, volumes=items[1].volumes)
    held.replace(swapped)
    assert held.sweep() == engine([swapped, *items[1:]], MINIMA).sweep()


@settings(max_examples=40)
@given(SEEDS, PLACES)
def test_wider_minima_never_lose_a_conflict(seed: int, place: str) -> None:
    items = crowd(seed, place, 6)
    wider = SeparationMinima(MINIMA.lateral_mm + 1_000_000, MINIMA.vertical_mm + 1_000, MINIMA.time_us + 5)
    graver = {(c.a, c.b): c for c in engine(items, wider).sweep()}
    for found in engine(items, MINIMA).sweep():
        now = graver[found.a, found.b]
        assert now.conflicts >= found.conflicts
        assert now.conflicts + now.possibles >= found.conflicts + found.possibles


FACE = st.none() | st.integers(-1_000_000, 20_000_000)
BAND = st.builds(
    lambda datum, faces: AltitudeBand(datum, *(faces if None in faces else sorted(faces))),
    st.sampled_from(Datum),
    st.tuples(FACE, FACE),
)


@pytest.mark.requirement("R32")
@given(BAND, BAND)
def test_gaps_are_symmetrical_and_a_conversion_only_adds_doubt(a: AltitudeBand, b: AltitudeBand) -> None:
    found = gap(a, b)
    assert found == gap(b, a)
    assert 0 <= found.least_mm <= found.most_mm
    if a.datum is b.datum:
        assert found.least_mm == found.most_mm
    native = gap(a, AltitudeBand(a.datum, b.lower_mm, b.upper_mm))
    assert found.least_mm <= native.least_mm <= max(native.most_mm, found.most_mm)
