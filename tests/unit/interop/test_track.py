"""A flown track as volumes: margins, steps, standing still, limits of the domain, moving in time."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.house.sources import ROOT
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import VERTICES_MAX, Point, Route
from wellclear.errors import InvalidValue
from wellclear.interop.features import feature_of
from wellclear.interop.files import read
from wellclear.interop.fixes import Fix
from wellclear.interop.planned import Defaults, Planned
from wellclear.interop.recordings import Recording, read_recordings
from wellclear.interop.track import Named, Routed, Shaping, legs_within, track_to_route

TRACKS = ROOT / "tests" / "vectors" / "tracks"
NAMED = Named("T-1", "NORTHLAND", "air")
SECOND_US = 1_000_000


def recorded(*fixes: tuple[float, float, float, int | None], geometric: bool = False) -> Recording:
    """Of (second, latitude, longitude, height in m)."""
    recording = Recording("4baac6")
    for row, (second, lat, lon, up_m) in enumerate(fixes, start=1):
        mm = None if up_m is None else up_m * 1000
        at = Position(round(lat * 1e7), round(lon * 1e7))
        barometric_mm, geometric_mm = (None, mm) if geometric else (mm, None)
        recording.fixes.append(Fix(round(second * SECOND_US), at, barometric_mm, geometric_mm, row))
    return recording


def routed(recording: Recording, **shaping: Any) -> Routed:
    return track_to_route(recording, "track.json", NAMED, Shaping(**shaping))


def sample(name: str) -> Recording:
    _, found = read_recordings(io.BytesIO((TRACKS / name).read_bytes()), name)
    (recording,) = found.values()
    return recording


@pytest.mark.requirement("R32")
def test_a_level_flight_is_one_corridor_with_its_margins() -> None:
    made = routed(recorded(*((second, 34 + second / 500, 38, 10_000) for second in range(0, 120, 10))))
    (only,) = made.volumes
    volume = only.volume
    assert (only.id, only.notice, only.party, only.category) == ("T-1", "T-1", "NORTHLAND", "air")
    assert isinstance(volume.skeleton, Route)
    assert volume.skeleton.times_us == (0, 110 * SECOND_US)
    assert volume.radius_mm == 1_852_000 + 200_000
    assert volume.band.datum is Datum.STD
    assert (volume.band.lower_mm, volume.band.upper_mm) == (323 * 30_480, 334 * 30_480)
    assert volume.band.lower_mm is not None
    assert volume.band.upper_mm is not None
    assert volume.band.lower_mm <= 10_000_000 - 152_400 <= 10_000_000 + 152_400 <= volume.band.upper_mm
    assert made.used == 12


def test_a_climb_is_cut_into_steps_that_share_their_turning_points() -> None:
    made = routed(sample("climb_excerpt.json"), bands=4)
    assert len(made.volumes) == 4
    one = routed(sample("climb_excerpt.json"), bands=1)
    assert len(one.volumes) == 1
    for before, after in zip(made.volumes, made.volumes[1:], strict=False):
        assert isinstance(before.volume.skeleton, Route)
        assert isinstance(after.volume.skeleton, Route)
        assert before.volume.skeleton.vertices[-1] == after.volume.skeleton.vertices[0]
        assert before.volume.window.end_us == after.volume.window.start_us
    assert {planned.notice for planned in made.volumes} == {"T-1"}
    whole = one.volumes[0].volume.band
    assert whole.lower_mm == min(planned.volume.band.lower_mm or 0 for planned in made.volumes)
    assert whole.upper_mm == max(planned.volume.band.upper_mm or 0 for planned in made.volumes)


def test_the_spoofed_flight_is_cut_and_its_other_cluster_left_out() -> None:
    made = routed(sample("spoofing_excerpt.json"))
    assert [len(one.fixes) for one in made.sifted.left_out] == [20]
    assert [round(jump.speed_m_s, -1) for jump in made.sifted.jumps] == [1210, 900]
    assert len(made.sifted.gaps) == len(made.sifted.segments) - 1 == 3
    assert made.used + 20 + made.sifted.repeated == 163
    for gap in made.sifted.gaps:
        middle_us = (gap.before.moment_us + gap.after.moment_us) // 2
        for planned in made.volumes:
            assert not planned.volume.window.start_us <= middle_us <= planned.volume.window.end_us


def test_heights_above_the_ellipsoid_are_used_where_asked_for_or_where_there_are_no_others() -> None:
    fixes = [(0.0, 34.0, 38.0, 1_000), (10.0, 34.01, 38.0, 1_000)]
    made = routed(recorded(*fixes, geometric=True))
    assert made.datum is Datum.W84
    band = made.volumes[0].volume.band
    assert (band.datum, band.lower_mm, band.upper_mm) == (Datum.W84, 840_000, 1_160_000)
    made = routed(recorded(*fixes), geometric=True)
    assert (made.datum, made.without_height) == (None, 2)
    assert (made.volumes[0].volume.band.lower_mm, made.volumes[0].volume.band.upper_mm) == (None, None)


def test_a_fix_without_height_has_the_range_of_those_around_it() -> None:
    made = routed(recorded((0, 34, 38, 1_000), (10, 34.01, 38, None), (20, 34.02, 38, 2_000)), bands=1, below_mm=0)
    assert made.without_height == 1
    assert (made.volumes[0].volume.band.lower_mm or 0) // 30_480 == 32


def test_one_who_stands_still_is_a_circle_and_one_who_waits_on_the_way_waits_in_his_leg() -> None:
    made = routed(recorded(*((second, 34.0, 38.0, 0) for second in range(0, 100, 10))))
    assert isinstance(made.volumes[0].volume.skeleton, Point)
    assert (made.volumes[0].volume.window.start_us, made.volumes[0].volume.window.end_us) == (0, 90 * SECOND_US)
    waits = [(0, 34.0, 38.0, 0), *((second, 34.02, 38.0, 0) for second in range(10, 700, 30)), (710, 34.04, 38.0, 0)]
    made = routed(recorded(*waits, *((second, 34.04, 38.0, 0) for second in range(720, 1_400, 30))))
    (only,) = made.volumes
    assert isinstance(only.volume.skeleton, Route)
    assert [vertex.lat_e7 for vertex in only.volume.skeleton.vertices] == [340_000_000, 340_200_000, 340_400_000]
    assert only.volume.window.end_us == 1_380 * SECOND_US
    assert only.volume.legs()[-1].window.end_us == 1_380 * SECOND_US


def test_a_leg_lasts_no_longer_than_it_may() -> None:
    straight = recorded(*((second, 34 + second / 500, 38, 10_000) for second in range(0, 1_210, 10)))
    assert legs_within(routed(straight).volumes) == 4
    assert legs_within(routed(straight, leg_us=100 * SECOND_US).volumes) >= 12


def test_more_than_a_route_may_hold_becomes_several_volumes() -> None:
    zigzag = recorded(*((second, 34 + second / 1_000, 38 + (second % 2) * 0.01, 1_000) for second in range(2_500)))
    made = routed(zigzag, tolerance_mm=1_000)
    assert len(made.volumes) >= 3
    for planned in made.volumes:
        assert isinstance(planned.volume.skeleton, Route)
        assert len(planned.volume.skeleton.vertices) <= VERTICES_MAX
    around = recorded(*((second, 10.0, -170 + second / 400, 10_000) for second in range(0, 120_000, 40)))
    assert len(routed(around).volumes) >= 2


def test_it_is_moved_in_time_by_a_duration_or_to_a_start() -> None:
    recording = recorded((100, 34, 38, 0), (110, 34.01, 38, 0))
    assert routed(recording, shift_us=7 * SECOND_US).volumes[0].volume.window.start_us == 107 * SECOND_US
    made = routed(recording, start_us=1_000 * SECOND_US)
    assert made.volumes[0].volume.window.start_us == 1_000 * SECOND_US
    assert made.shift_us == 900 * SECOND_US
    with pytest.raises(InvalidValue):
        routed(recording, shift_us=2**60)


def test_it_reads_back_as_the_same_volumes() -> None:
    """Negative levels of one on the ground, routes with times, circles: all of it."""
    recording = sample("climb_excerpt.json")
    recording.fixes += [Fix(recording.fixes[-1].moment_us + 10**9, Position(0, 0), -10_000, None, 99)]
    made = routed(recorded((0, 34, 38, 0), (10, 34.01, 38, 0), (400, 34.01, 38, 0)), below_mm=152_400)
    for volumes in (routed(recording).volumes, made.volumes):
        text = json.dumps({"type": "FeatureCollection", "features": [feature_of(planned) for planned in volumes]})
        found = list(read("x.geojson", io.BytesIO(text.encode()), Defaults()))
        assert all(isinstance(item, Planned) for item in found)
        assert [item.volume for item in found if isinstance(item, Planned)] == [planned.volume for planned in volumes]


def test_nothing_usable_says_why() -> None:
    recording = Recording("4baac6", rows=3)
    recording.drop("without a position", 1)
    with pytest.raises(InvalidValue, match=r"no position of 4baac6, 3 rows can be used: 1 row without a position"):
        routed(recording)


@pytest.mark.parametrize(
    "wrong", [{"tolerance_mm": 999}, {"below_mm": -1}, {"bands": 0}, {"bands": 101}, {"leg_us": 0}]
)
def test_a_shape_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue):
        Shaping(**wrong)  # type: ignore[arg-type]  # each value fits its field
