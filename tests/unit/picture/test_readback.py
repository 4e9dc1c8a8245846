"""A read-back beside what was announced: what differs, by how much, and what never reaches confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

from tests.unit.picture.viewed import DESK, PLAN_US, announced_sketch, only, row, seen
from wellclear.domain.agreement import MINUTE_US
from wellclear.domain.parts import ReadbackRow
from wellclear.domain.quantities import Position
from wellclear.picture.readback import distance_mm
from wellclear.testing.sketch import Sketch


@pytest.mark.requirement("R5")
def test_a_read_back_that_is_nine_kilometres_off_never_reaches_confirmed() -> None:
    sketch, item = announced_sketch()
    sketch.ack("SOUTHLAND", item, rows=[row(lat=34.581)])
    sketch.answer("NORTHLAND", "confirm", item, public={"desk": DESK})  # a node that does not hold to the rules
    view, remarks = seen(sketch)
    recipient = only(view.items[item], sketch)
    assert recipient.confirmed_us is not None and recipient.standing == "UNCONFIRMED"
    assert [remark.reason for remark in remarks] == ["READBACK_DIFFERS"]
    assert recipient.differences is not None
    (difference,) = recipient.differences
    assert difference.field == "position" and difference.distance_mm == pytest.approx(8_985_000, rel=0.001)
    assert str(difference) == "volume 1: first position 9.0 km from what was announced"
    assert (difference.said, difference.read) == ("34.5000000N 038.3000000E", "34.5810000N 038.3000000E")
    assert difference.as_part().said == difference.said


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, None),
        ({"lat": 34.509}, None),  # 998 m
        ({"lat": 34.5091}, "volume 1: first position 1.0 km from what was announced"),  # 1009 m
        ({"lower_mm": 60_000}, None),
        ({"lower_mm": -60_001}, "volume 1, lower: -60.001 m AMSL read back, 0 m AMSL announced"),
        ({"upper_mm": 1_524_000}, "volume 1, upper: 5,000 ft AMSL read back, 10,000 m AMSL announced"),
        ({"start_us": PLAN_US + MINUTE_US}, None),
        (
            {"start_us": PLAN_US - MINUTE_US - 1},
            "volume 1, start: 2026-11-20 11:05:39.999999Z read back, 2026-11-20 11:06:40Z announced",
        ),
    ],
)
def test_each_axis_has_its_own_tolerance_and_its_bound_still_fits(members: dict[str, Any], words: str | None) -> None:
    sketch, item = announced_sketch()
    sketch.ack("SOUTHLAND", item, rows=[row(**members)])
    recipient = only(seen(sketch)[0].items[item], sketch)
    assert [str(difference) for difference in recipient.differences or ()] == ([words] if words else [])
    assert recipient.standing == ("UNCONFIRMED" if words else "ACKED")


@pytest.mark.requirement("R5")
def test_a_face_that_was_left_out_and_a_volume_that_was_left_out_are_differences() -> None:
    sketch, item = announced_sketch()
    short = ReadbackRow(lat_e7=345_000_000, lon_e7=383_000_000, start_us=PLAN_US, lower_mm=0)
    sketch.ack("SOUTHLAND", item, rows=[short])
    (upper,) = only(seen(sketch)[0].items[item], sketch).differences or ()
    assert str(upper) == "volume 1, upper: unbounded read back, 10,000 m AMSL announced"
    sketch.answer("NORTHLAND", "readback_wrong", item, public={"desk": DESK})
    sketch.ack("SOUTHLAND", item, rows=[])
    assert [*map(str, only(seen(sketch)[0].items[item], sketch).differences or ())] == [
        "volumes: 0 read back, 1 announced"
    ]
    sketch.advance(1)  # the same act would count once only
    sketch.answer("NORTHLAND", "readback_wrong", item, public={"desk": DESK})
    sketch.ack("SOUTHLAND", item, rows=[row()])
    sketch.answer("NORTHLAND", "confirm", item, public={"desk": DESK})
    assert only(seen(sketch)[0].items[item], sketch).standing == "CONFIRMED"


@pytest.mark.requirement("R5")
def test_a_read_back_of_nonsense_cannot_fit() -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [{"kind": "circle", "start_us": "soon"}])
    sketch.ack("SOUTHLAND", item, rows=[row()])
    view, remarks = seen(sketch)
    assert [d.field for d in only(view.items[item], sketch).differences or ()] == [
        "position",
        "lower",
        "upper",
        "start",
    ]
    assert [remark.reason for remark in remarks] == ["NOT_COMPUTABLE", "READBACK_DIFFERS"]


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("far_m", "error_mm"), [(10, 1), (1_000, 1), (30_000, 1), (100_000, 50), (5_000_000, 5_000_000)]
)
@pytest.mark.parametrize("lat", [-89.9, -34.5, 0.0, 34.5, 60.0, 89.99])
@pytest.mark.parametrize("azimuth", [0.0, 45.0, 90.0, 200.0])
def test_distances_agree_with_the_geodesic_as_closely_as_is_promised(
    far_m: int, error_mm: int, lat: float, azimuth: float
) -> None:
    there = Geodesic.WGS84.Direct(lat, 38.3, azimuth, far_m)
    a = Position(round(lat * 10**7), 383_000_000)
    b = Position(round(there["lat2"] * 10**7), round(there["lon2"] * 10**7))
    exact_m = Geodesic.WGS84.Inverse(a.lat_e7 / 1e7, a.lon_e7 / 1e7, b.lat_e7 / 1e7, b.lon_e7 / 1e7)["s12"]
    assert abs(distance_mm(a, b) - exact_m * 1000) <= error_mm
