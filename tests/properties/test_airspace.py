"""The engine equals a slow oracle near the threshold, and its answers depend on nothing but what it holds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.airspace_cases import CENTRES, skeleton_pair, volume
from tests.properties.airspace_oracle import distances_m
from wellclear.airspace.conflict import Announced
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

ANY_HEIGHT = AltitudeBand(Datum.W84, None, None)
ALWAYS = TimeWindow(0, 1)
SEEDS = st.integers(0, 2**32)
PLACES = st.sampled_from(sorted(CENTRES))


def notice(name: str, *volumes: Volume, party: str = "") -> Announced:
    return Announced(name, 1, party or name, "air", volumes)


def engine(items: Sequence[Announced], minima: SeparationMinima) -> ReferenceEngine:
    made = ReferenceEngine(lambda a, b: minima)
    for item in items:
        made.add(item)
    return made


def near_the_threshold(draw: random.Random, distance_mm: int) -> tuple[int, int]:
    """A minimum close to a distance, and what it leaves: half within 5 m, a quarter within 10 cm."""
    reach_mm = draw.choice((5_000, 5_000, 100, 1_000_000))
    lateral_mm = max(0, distance_mm + draw.randint(-reach_mm, reach_mm))
    return lateral_mm, distance_mm - lateral_mm


def against_the_oracle(place: str, count: int, seed: int) -> int:
    """How many pairs were decided; those within 1 cm of the threshold are counted neither way."""
    draw = random.Random(seed)
    pairs = [skeleton_pair(draw, place) for _ in range(count)]
    decided = 0
    for (a, b), distance_m in zip(pairs, distances_m(pairs), strict=True):
        lateral_mm, margin_mm = near_the_threshold(draw, round(distance_m * 1000))
        held = engine([notice("A", Volume(a, 0, ANY_HEIGHT, ALWAYS))], SeparationMinima(lateral_mm, 0, 0))
        found = held.check(notice("B", Volume(b, 0, ANY_HEIGHT, ALWAYS)))
        assert all(abs(c.lateral_margin_mm - margin_mm) <= 1 for c in found), (a, b)
        if abs(margin_mm) >= 10:
            decided += 1
            assert bool(found) is (margin_mm < 0), (a, b, lateral_mm, margin_mm)
    return decided


@pytest.mark.parametrize("place", sorted(CENTRES))
def test_the_engine_agrees_with_the_oracle_near_the_threshold(place: str) -> None:
    assert against_the_oracle(place, 80, seed=20261122) > 60


@pytest.mark.slow
@pytest.mark.parametrize("place", sorted(CENTRES))
def test_the_engine_agrees_with_the_oracle_on_many_pairs(place: str) -> None:
    assert against_the_oracle(place, 300, seed=7) > 200


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
