"""Volumes: what may stand, and how a fault is named."""

from __future__ import annotations

import math

import pytest

from wellclear.domain.quantities import E7, WHOLE_MAX, Datum, Position
from wellclear.domain.volume import (
    WHOLE_EARTH_MM,
    AltitudeBand,
    Point,
    Polygon,
    Route,
    SeparationMinima,
    TimeWindow,
    Volume,
)
from wellclear.domain.volume_fields import bounding_cap, volume_fields, volume_from, volume_or_cap
from wellclear.errors import InvalidValue

BAND = {"datum": "AMSL", "lower_mm": 0, "upper_mm": 3_000_000}
SQUARE = [
    [340_000_000, 380_000_000],
    [340_000_000, 390_000_000],
    [350_000_000, 390_000_000],
    [350_000_000, 380_000_000],
]
HOLE = [[343_000_000, 383_000_000], [343_000_000, 387_000_000], [347_000_000, 387_000_000], [347_000_000, 383_000_000]]


def said(**own: object) -> dict[str, object]:
    return {"band": BAND, "start_us": 0, "end_us": 60_000_000, **own}


def circle(**own: object) -> dict[str, object]:
    return said(**({"kind": "circle", "centre": [345_600_000, 382_700_000], "radius_mm": 5_000_000} | own))


def corridor(**own: object) -> dict[str, object]:
    return said(**({"kind": "corridor", "route": [[0, 0], [0, E7], [E7, E7]], "half_width_mm": 1_000} | own))


@pytest.mark.parametrize(
    "fields",
    [
        circle(),
        circle(band={"datum": "STD"}),
        corridor(),
        corridor(times_us=[0, 30_000_000, 60_000_000]),
        corridor(route=[[0, 0], [0, E7], [E7, E7], [0, 0], [0, E7]]),  # a racetrack
        said(kind="polygon", rings=[SQUARE]),
        said(kind="polygon", rings=[SQUARE, HOLE]),
        said(kind="polygon", rings=[SQUARE[::-1], HOLE]),
        said(kind="polygon", rings=[[[0, 1_790_000_000], [0, -1_790_000_000], [E7, -1_800_000_000]]]),
        said(kind="polygon", rings=[[[80 * E7, lon * E7] for lon in range(-180, 180, 30)]]),  # around the pole
        said(kind="polygons", polygons=[[SQUARE, HOLE], [[[0, 0], [0, E7], [E7, 0]]]]),
    ],
)
def test_what_was_read_is_written_the_same(fields: dict[str, object]) -> None:
    volume = volume_from(fields)
    assert volume_fields(volume) == fields
    assert volume_or_cap(fields) == (volume, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ([], "volume"),
        (circle(kind="square"), "kind"),
        (circle(centre=[345_600_000]), "centre"),
        (circle(centre=[True, 0]), "centre[0]"),
        (circle(centre=[0.5, 0]), "centre[0]"),
        (circle(centre=[900_000_001, 0]), "centre[0]"),
        (circle(centre=[0, 1_800_000_000]), "centre[1]"),
        (circle(radius_mm=-1), "radius_mm"),
        (circle(radius_mm=None), "radius_mm"),
        (circle(purpose="x"), "purpose"),
        (circle(band={"datum": "AGL"}), "band.datum"),
        (circle(band={"datum": "W84", "lower_mm": 2, "upper_mm": 1}), "band"),
        (circle(band={"datum": "W84", "lower_mm": "1"}), "band.lower_mm"),
        (circle(end_us=-1), "end_us"),
        (circle(end_us=2**53), "end_us"),
        (corridor(half_width_mm=-1), "half_width_mm"),
        (corridor(route=[[0, 0]]), "route"),
        (corridor(route=[[0, 0], [0, 0], [0, 1]]), "route[1]"),
        (corridor(route=[[0, 0], [1, "x"]]), "route[1][1]"),
        (corridor(route=[[90 * E7, 0], [90 * E7, 5]]), "route[1]"),  # one pole, two spellings
        (corridor(times_us=[0, 1]), "times_us"),
        (corridor(times_us=[0, 2, 1]), "times_us[2]"),
        (corridor(times_us=[]), "times_us"),
        (corridor(times_us=[-1, 2, 3]), "times_us[0]"),
        (corridor(times_us=[0, 2, 60_000_001]), "times_us[2]"),
        (corridor(route=[[0, 0], [0, 125 * E7]]), "route"),
        (said(kind="polygon", rings=[]), "rings"),
        (said(kind="polygon", rings=[SQUARE[:2]]), "rings[0]"),
        (said(kind="polygon", rings=[[*SQUARE, SQUARE[0]]]), "rings[0][4]"),
        (said(kind="polygon", rings=[[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]]), "rings[0][0]"),
        (said(kind="polygon", rings=[SQUARE, [[0, 0], [0, 1000], [1000, 0]]]), "rings[1]"),
        (said(kind="polygon", rings=[SQUARE, HOLE, [HOLE[0], HOLE[1], [345_000_000, 384_000_000]]]), "rings[1][1]"),
        (said(kind="polygon", rings=[[[0, 0], [0, 2 * E7], [0, E7]]]), "rings[0][0]"),  # folds back on itself
        (said(kind="polygons", polygons=[]), "polygons"),
        (said(kind="polygons", polygons=[[SQUARE], [SQUARE[:2]]]), "polygons[1][0]"),
        (said(kind="polygon", rings=[[[0, lon * E7] for lon in range(-180, 180, 30)]]), "rings[0]"),
    ],
)
def test_a_fault_is_named_by_its_path(fields: object, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        volume_from(fields)
    assert caught.value.field == field
    stand_in, reason = volume_or_cap(fields)
    assert reason is not None
    assert isinstance(stand_in.skeleton, Point)


def test_a_figure_of_eight_ring_is_refused_wherever_it_lies() -> None:
    for lat, lon in ((0, 0), (34, 179), (89, 10), (-89, -180)):
        ring = [[0, 0], [E7 // 2, E7 // 2], [0, E7 // 2], [E7 // 2, 0]]
        moved = [[lat * E7 + a, (lon * E7 + b + 180 * E7) % (360 * E7) - 180 * E7] for a, b in ring]
        with pytest.raises(InvalidValue, match="crosses"):
            volume_from(said(kind="polygon", rings=[moved]))


def test_too_many_vertices_and_too_long_routes_are_refused_before_they_cost_anything() -> None:
    with pytest.raises(InvalidValue, match="vertices"):
        volume_from(corridor(route=[[0, i] for i in range(1_001)]))
    zigzag = [[0, 0 if i % 2 else 90 * E7] for i in range(900)]
    with pytest.raises(InvalidValue, match="km"):
        volume_from(corridor(route=zigzag))


@pytest.mark.requirement("R27")
def test_a_route_with_times_is_a_volume_per_leg() -> None:
    legs = volume_from(corridor(times_us=[10, 20, 30])).legs()
    assert [leg.window for leg in legs] == [TimeWindow(0, 20), TimeWindow(20, 60_000_000)]
    assert [leg.skeleton for leg in legs] == [
        Route((Position(0, 0), Position(0, E7))),
        Route((Position(0, E7), Position(E7, E7))),
    ]
    whole = volume_from(corridor())
    assert whole.legs() == (whole,)


def test_the_stand_in_keeps_what_can_be_read_and_widens_the_rest() -> None:
    crossed = said(kind="polygon", rings=[[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]])
    volume, reason = volume_or_cap(crossed)
    assert "crosses" in str(reason)
    assert (volume.window, volume.band.upper_mm) == (TimeWindow(0, 60_000_000), 3_000_000)
    assert 70_000_000 < volume.radius_mm < 80_000_000

    volume, _ = volume_or_cap(corridor(half_width_mm="wide"))
    assert volume.radius_mm == WHOLE_EARTH_MM
    volume, _ = volume_or_cap(circle(start_us=None))
    assert volume.window == TimeWindow(-WHOLE_MAX, WHOLE_MAX)
    volume, _ = volume_or_cap(circle(band={"datum": "W84", "lower_mm": 2, "upper_mm": 1}))
    assert (volume.band.lower_mm, volume.band.upper_mm) == (None, None)


@pytest.mark.parametrize("fields", [None, 3, [], {}, circle(kind="blob"), corridor(route=[[0, 0], ["x", 1]])])
def test_what_cannot_be_placed_at_all_is_the_whole_earth(fields: object) -> None:
    assert bounding_cap(fields) is None
    assert volume_or_cap(fields)[0].radius_mm == WHOLE_EARTH_MM


def test_the_types_refuse_what_the_codec_refuses() -> None:
    band, window = AltitudeBand(Datum.W84, None, None), TimeWindow(0, 0)
    triangle = Polygon(((Position(0, 0), Position(0, 1000), Position(1000, 0)),))
    with pytest.raises(InvalidValue):
        Volume(triangle, 1, band, window)
    with pytest.raises(InvalidValue):
        SeparationMinima(-1, 0, 0)


def test_a_thousand_vertices_are_read_without_comparing_all_edges() -> None:
    ring = [
        [round(34 * E7 + E7 * math.cos(i * math.tau / 1000)), round(38 * E7 + E7 * math.sin(i * math.tau / 1000))]
        for i in range(1000)
    ]
    assert isinstance(volume_from(said(kind="polygon", rings=[ring])).skeleton, Polygon)
