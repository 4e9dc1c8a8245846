"""The undulation that a verdict rests on holds everywhere where two volumes are near each other (R32)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.airspace.geodesy import forward
from wellclear.airspace.geoid import ERROR_MM, undulation_mm, undulation_near
from wellclear.airspace.heights import ANYWHERE
from wellclear.airspace.shapes import Shape, shape_of
from wellclear.domain.quantities import Position
from wellclear.domain.volume import Point, Polygon, Route, Skeleton

PLACES = st.one_of(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.floats(-60, 60), st.sampled_from([-180.0, 180.0, 179.9, -179.9])),
    st.tuples(st.sampled_from([90.0, -90.0, 89.9, -89.9, 89.5]), st.floats(-180, 180)),
)
BEARINGS = st.floats(-180, 180)


def moved(lat: float, lon: float, bearing: float, metres: float) -> tuple[float, float]:
    to_lon, to_lat, _ = forward(*(np.array([value]) for value in (lon, lat, bearing, metres)))
    return float(to_lat[0]), float(to_lon[0])


def position(lat: float, lon: float) -> Position:
    return Position(round(lat * 1e7), round(lon * 1e7))


def skeleton(kind: str, lat: float, lon: float, bearing: float, metres: float) -> Skeleton:
    """A point, a straight route that begins there, or a triangle around it."""
    if kind == "point":
        return Point(position(lat, lon))
    if kind == "route":
        return Route((position(lat, lon), position(*moved(lat, lon, bearing, metres))))
    return Polygon((tuple(position(*moved(lat, lon, bearing + turn, metres)) for turn in (0, -120, 120)),))


@pytest.mark.requirement("R32")
@given(
    st.sampled_from(["point", "route", "polygon"]),
    PLACES,
    BEARINGS,
    st.floats(100, 2_000_000),
    st.floats(0, 300_000),
    st.floats(0, 300_000),
    st.lists(st.tuples(st.floats(0, 1), BEARINGS, st.floats(0, 1)), min_size=1, max_size=8),
)
def test_the_interval_holds_the_undulation_wherever_both_are_within_reach(
    kind: str,
    place: tuple[float, float],
    bearing: float,
    metres: float,
    reach_m: float,
    other_m: float,
    steps: list[tuple[float, float, float]],
) -> None:
    """Places around a skeleton, each held against a small volume that has it within reach."""
    shape = shape_of(skeleton(kind, *place, bearing, metres))
    for along, turn, share in steps:
        if kind == "route":
            inside = moved(*place, bearing, along * metres)
        else:
            inside = moved(*place, bearing, along * metres / 3 if kind == "polygon" else 0)
        near = moved(*inside, turn, share * reach_m)
        other = shape_of(Point(position(*moved(*near, turn + 90, share * other_m))))
        for found in (
            undulation_near(shape, other, reach_m + 0.05, other_m + 0.05),
            undulation_near(other, shape, other_m + 0.05, reach_m + 0.05),
            undulation_near(shape, shape, reach_m + 0.05, reach_m + 0.05),
        ):
            here_mm = undulation_mm(position(*near))
            assert ANYWHERE.low_mm <= found.low_mm <= here_mm <= found.high_mm <= ANYWHERE.high_mm
            assert found.low_mm == ANYWHERE.low_mm or found.low_mm + ERROR_MM <= here_mm
            assert found.high_mm == ANYWHERE.high_mm or here_mm <= found.high_mm - ERROR_MM


@given(PLACES, PLACES, BEARINGS, st.floats(100, 3_000_000), st.floats(0, 1_000_000))
def test_more_reach_never_narrows_it(
    place: tuple[float, float], to: tuple[float, float], bearing: float, metres: float, reach_m: float
) -> None:
    shape: Shape = shape_of(skeleton("route", *place, bearing, metres))
    other = shape_of(Point(position(*to)))
    least = undulation_near(shape, other, reach_m, reach_m)
    if least != ANYWHERE:
        more = undulation_near(shape, other, reach_m + 50_000, reach_m + 50_000)
        assert more.low_mm <= least.low_mm <= least.high_mm <= more.high_mm
