"""Level 1 provably contains what it stands for: every kind of volume, at the poles and across the antimeridian (R25).

The exact engine decides: each point of a volume's edge, its radius included, meets the cell as it is compared.
"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.properties.airspace_cases import CENTRES, GEOD, METRES, any_radius_mm, centre_of, edges, offset, skeleton
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.domain.agreement import HOUR_US
from wellclear.domain.cells import cell_around, contains, covers
from wellclear.domain.parts import Cell
from wellclear.domain.quantities import E7, Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, SeparationMinima, TimeWindow, Volume
from wellclear.domain.volume_fields import volume_fields
from wellclear.picture.cells import cell_fault, cell_volume

START_US = 1_795_000_000_000_000
SEEDS = st.integers(0, 2**32)
PLACES = st.sampled_from(sorted(CENTRES))
NOTHING = SeparationMinima(0, 0, 0)


def drawn(draw: random.Random, place: str) -> Volume:
    """A volume of metres to some hundred kilometres, at some hours."""
    size_m = math.exp(draw.uniform(math.log(METRES[0]), math.log(METRES[1])))
    footprint = skeleton(draw, offset(centre_of(place), draw.uniform(0, 360), draw.uniform(0, 1.5) * size_m), size_m)
    start_us = START_US + draw.randint(0, 48 * HOUR_US)
    window = TimeWindow(start_us, start_us + draw.choice((0, 1, draw.randint(1, 30 * HOUR_US))))
    lower_mm = draw.choice((None, draw.randint(-100_000, 9_000_000)))
    band = AltitudeBand(draw.choice(list(Datum)), lower_mm, None if lower_mm is None else lower_mm + 1_000_000)
    return Volume(footprint, any_radius_mm(draw, footprint), band, window)


def rim(draw: random.Random, volume: Volume) -> list[Position]:
    """Points of a volume as far out as it reaches: along its edges, and by its radius beside them."""
    found: list[Position] = []
    for start, end in edges(volume.skeleton):
        line = GEOD.npts(start.lon_e7 / E7, start.lat_e7 / E7, end.lon_e7 / E7, end.lat_e7 / E7, 4)
        places = [start, end, *(Position(round(lat * E7), round(lon * E7)) for lon, lat in line)]
        if volume.radius_mm:
            first = draw.uniform(0, 360)
            places += [offset(at, first + turn, volume.radius_mm / 1000) for at in places for turn in range(0, 360, 60)]
        found += places
    return found


def outside(volumes: list[Volume], cell: Cell, draw: random.Random) -> list[Position]:
    """The points of some volumes that the exact engine finds outside the cell."""
    engine = ReferenceEngine(lambda one, other: NOTHING)
    engine.add(Announced("CELL", 1, "A", "air", (cell_volume(cell),), coarse=True))
    left = []
    for volume in volumes:
        points = rim(draw, volume)
        items = [Announced(f"P{number}", 1, "B", "air", (Volume(Point(at), 0, volume.band, volume.window),))
                 for number, at in enumerate(points)]  # fmt: skip
        met = engine.check_many(items)
        left += [at for at, conflicts in zip(points, met, strict=True) if not conflicts or not contains(cell, at)]
    return left


@pytest.mark.requirement("R25")
@settings(max_examples=60, deadline=None)
@given(SEEDS, PLACES, st.integers(1, 3))
def test_the_cell_contains_every_point_of_every_volume(seed: int, place: str, count: int) -> None:
    draw = random.Random(seed)
    volumes = [drawn(draw, place) for _ in range(count)]
    cell = cell_around([volume_fields(volume) for volume in volumes])
    assert cell_fault(cell) is None
    assert outside(volumes, cell, draw) == []
    for volume in volumes:
        assert cell.start_us <= volume.window.start_us <= volume.window.end_us <= cell.end_us
        assert covers(cell, cell_around([volume_fields(volume)]))


@settings(max_examples=30, deadline=None)
@given(SEEDS, PLACES)
def test_a_narrower_cell_is_found_out(seed: int, place: str) -> None:
    """The check can fail: without its southern or northern half a cell misses points, and does not cover itself."""
    draw = random.Random(seed)
    volume = drawn(draw, place)
    cell = cell_around([volume_fields(volume)])
    middle = (cell.south_e7 + cell.north_e7) // 2
    halves = [structs.replace(cell, north_e7=middle - 1_000_000), structs.replace(cell, south_e7=middle + 1_000_000)]
    assert not any(covers(half, cell) for half in halves)
    assert any(outside([volume], half, draw) for half in halves)
