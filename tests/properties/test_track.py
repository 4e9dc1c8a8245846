"""Every fix that a route was made of lies inside it at its moment, as the engine judges it: anywhere, whatever flew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.airspace.conflict import Announced
from wellclear.airspace.geodesy import forward
from wellclear.airspace.reference import ReferenceEngine
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, SeparationMinima, TimeWindow, Volume
from wellclear.interop.fixes import Fix
from wellclear.interop.recordings import Recording
from wellclear.interop.track import Named, Shaping, track_to_route

NONE = SeparationMinima(lateral_mm=0, vertical_mm=0, time_us=0)
PLACES = st.sampled_from([(34.56, 38.27), (0.0, 180.0), (62.0, -179.0), (89.9, 10.0), (-90.0, 0.0), (-45.0, -70.0)])
TURNS = st.sampled_from([0.0, 0.0, 1.0, -3.0, 45.0, 90.0, -120.0, 180.0])
STEPS = st.lists(
    st.tuples(
        TURNS,
        st.sampled_from([0.0, 0.3, 5.0, 240.0, 240.0, 700.0]),  # m/s; the last is no flight
        st.sampled_from([1, 5, 10, 30, 59, 61, 400]),  # seconds
        st.sampled_from([0, 0, 12, -8, None]),  # m/s; or no height
    ),
    min_size=1,
    max_size=40,
)


def flown(place: tuple[float, float], steps: list[tuple[float, float, int, int | None]]) -> Recording:
    recording = Recording("4baac6", rows=len(steps))
    lat, lon, bearing, second, up_mm = *place, 40.0, 0, 9_000_000
    for row, (turn, speed, lasts, climb) in enumerate(steps, start=1):
        bearing, second = bearing + turn, second + lasts
        to_lon, to_lat, onward = forward(*(np.array([value]) for value in (lon, lat, bearing, speed * lasts)))
        lat, lon, bearing = float(to_lat[0]), float(to_lon[0]), float(onward[0])
        up_mm += 0 if climb is None else climb * lasts * 1000
        at = Position(round(lat * 1e7), round(lon * 1e7))
        recording.fixes.append(Fix(second * 1_000_000, at, None if climb is None else up_mm, None, row))
    return recording


@pytest.mark.requirement("R32")
@settings(max_examples=60)
@given(PLACES, STEPS, st.sampled_from([1_000, 50_000, 2_000_000]), st.integers(1, 6), st.sampled_from([20, 300]))
def test_every_fix_is_inside_its_leg_at_its_moment(
    place: tuple[float, float],
    steps: list[tuple[float, float, int, int | None]],
    tolerance_mm: int,
    bands: int,
    leg_s: int,
) -> None:
    """With no half-width and no margin in height: what is left is what the tolerance promises."""
    check_inside(flown(place, steps), Shaping(0, 0, 0, tolerance_mm, bands, leg_s * 1_000_000))


@settings(max_examples=20)
@given(st.tuples(st.floats(-85, 85), st.floats(-180, 180)), st.floats(-2, 2), st.integers(2, 35))
def test_so_it_is_on_legs_of_hundreds_of_kilometres(place: tuple[float, float], turn: float, count: int) -> None:
    """There the great circle that thinning computes with and the geodesic that the engine judges by part."""
    straight = flown(place, [(turn / count, 240.0, 59, 0)] * count)
    check_inside(straight, Shaping(0, 0, 0, 25_000, 1, 3_600_000_000))


def check_inside(recording: Recording, shaping: Shaping) -> None:
    """Each kept fix against the route, by the engine; and that no row was lost."""
    made = track_to_route(recording, "t", Named("T", "NORTH", "air"), shaping)
    engine = ReferenceEngine(lambda one, other: NONE)
    engine.add(Announced("T", 1, "NORTH", "air", tuple(planned.volume for planned in made.volumes)))
    kept = [fix for segment in made.sifted.segments for fix in segment]
    asked = []
    for number, fix in enumerate(kept):
        band = AltitudeBand(Datum.STD, fix.barometric_mm, fix.barometric_mm)
        volume = Volume(Point(fix.position), 0, band, TimeWindow(fix.moment_us, fix.moment_us))
        asked.append(Announced(f"F-{number}", 1, "SOUTH", "air", (volume,)))
    assert all(engine.check_many(asked))
    aside = sum(len(one.fixes) for one in made.sifted.left_out)
    assert len(kept) + aside + made.sifted.repeated == recording.rows
