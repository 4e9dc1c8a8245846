from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.interop.reading import (
    END,
    END_US,
    POINT,
    SQUARE,
    START,
    START_US,
    collection,
    everything,
    fault,
    feature,
    one,
    planned,
)
from wellclear.domain.quantities import Datum, Position, parse_time
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, TimeWindow, Volume
from wellclear.errors import Malformed
from wellclear.interop.heights import height
from wellclear.interop.planned import Defaults, Planned, Skipped

FILE = "routes.geojson"


def circle(**words: Any) -> dict[str, Any]:
    return feature(POINT, **{"radius_m": 1, **words})


def drawn(kind: str, coordinates: Any, **words: Any) -> dict[str, Any]:
    return feature({"type": kind, "coordinates": coordinates}, **words)


LINE = {"type": "LineString", "coordinates": [[38.0, 34.5], [38.1, 34.5], [38.1, 34.6]]}


def test_a_point_with_a_radius_is_a_circle() -> None:
    lower = {"value": 5000, "unit": "FT", "datum": "AMSL"}
    said = circle(id="N-1", category="Protected site", radius_m=500.0001, lower=lower, upper="9000 ft AMSL")
    item = one(FILE, said)
    assert item.volume == Volume(
        Point(Position(345_600_000, 382_700_000)),
        500_001,
        AltitudeBand(Datum.AMSL, 1_524_000, 2_743_200),
        TimeWindow(START_US, END_US),
    )
    assert (item.id, item.notice, item.party, item.category) == ("N-1", "N-1", "NORTHLAND", "protected_site")
    assert (str(item.place), item.notes) == ("routes.geojson, feature 1", ())


def test_numbers_never_pass_through_a_float() -> None:
    written = json.dumps(feature(POINT, radius_m=1)).replace("34.56", "34.56000005000000000000000000001")
    assert one(FILE, written).volume.skeleton == Point(Position(345_600_001, 382_700_000))


def test_every_shape_is_read() -> None:
    hole = [[38.2, 34.2], [38.4, 34.2], [38.4, 34.4], [38.2, 34.2]]
    far = [[x + 2, y] for x, y in SQUARE]
    shapes = [
        item.volume.skeleton
        for item in planned(
            everything(
                FILE,
                collection(
                    feature(LINE, half_width="2 NM"),
                    drawn("Polygon", [SQUARE, hole]),
                    drawn("MultiPolygon", [[SQUARE], [far]]),
                ),
            )
        )
    ]
    assert [type(shape) for shape in shapes] == [Route, Polygon, Polygons]
    assert isinstance(shapes[1], Polygon)
    assert [len(ring) for ring in shapes[1].rings] == [4, 3]  # closed rings are opened


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (drawn("MultiPoint", [[38, 34], [39, 34]], id="N-1", radius_m=5), [Point, Point]),
        (drawn("MultiLineString", [LINE["coordinates"]] * 2, id="N-1", half_width_m=5), [Route, Route]),
        (
            feature({"type": "GeometryCollection", "geometries": [POINT, LINE]}, id="N-1", radius_m=5, half_width_m=5),
            [Point, Route],
        ),
    ],
)
def test_several_shapes_are_several_volumes_of_one_notice(said: Any, kinds: list[type]) -> None:
    made = planned(everything(FILE, said))
    assert [type(item.volume.skeleton) for item in made] == kinds
    assert [(item.id, item.notice) for item in made] == [("N-1/1", "N-1"), ("N-1/2", "N-1")]


def test_a_route_with_times_has_its_window_from_them() -> None:
    times = ["2026-11-23T10:00:00Z", "2026-11-23T13:10:00+03:00", "231020ZNOV26"]
    item = one(FILE, feature(LINE, half_width_m=500, times=times, start=None, end=None))
    assert isinstance(item.volume.skeleton, Route)
    assert item.volume.skeleton.times_us == tuple(START_US + minutes * 60_000_000 for minutes in (0, 10, 20))
    assert item.volume.window == TimeWindow(START_US, START_US + 1_200_000_000)
    wider = one(FILE, feature(LINE, half_width_m=500, times=times, start="2026-11-23T09:00:00Z"))
    assert wider.volume.window == TimeWindow(parse_time("2026-11-23T09:00:00Z"), END_US)


def test_waiting_at_the_end_of_a_route_is_kept_when_the_repeated_vertex_goes() -> None:
    line = {"type": "LineString", "coordinates": [[38, 34], [38.1, 34], [38.1, 34]]}
    times = ["2026-11-23T10:00:00Z", "2026-11-23T10:10:00Z", "2026-11-23T10:30:00Z"]
    item = one(FILE, feature(line, half_width_m=5, times=times, start=None, end=None))
    assert item.volume.window.end_us == parse_time("2026-11-23T10:30:00Z")
    assert item.notes == ("a vertex that repeats the one before was left out",)


def test_defaults_say_what_a_feature_does_not() -> None:
    defaults = Defaults("SOUTHLAND", "air", START_US, END_US, height("FL100", ""), height("FL200", ""), "700")
    item = one(FILE, POINT, defaults)
    assert (item.party, item.category, item.volume.radius_mm) == ("SOUTHLAND", "air", 700_000)
    assert item.volume.band == AltitudeBand(Datum.STD, 3_048_000, 6_096_000)
    said = one(FILE, feature(POINT, radius="1 km", upper="unlimited", lower=None), defaults)
    assert said.volume.band == AltitudeBand(Datum.AMSL, None, None)
    other = one(FILE, feature(POINT, upper="900 m W84"), defaults)  # a face that is not said stays open
    assert other.volume.band == AltitudeBand(Datum.W84, None, 900_000)
    assert (said.party, said.volume.radius_mm) == ("NORTHLAND", 1_000_000)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (feature(POINT, id="B"), "feature 1 (B): radius_m: is missing, and a circle needs a radius; write metres"),
        (circle(radius="1 m"), "radius: is said beside radius_m; say one of them"),
        (feature(POINT, radius=5), "radius: has no unit; write radius_m for metres"),
        (feature(POINT, radius_m="many"), "radius_m: must be a decimal number such as 34.56; write metres such as 500"),
        (feature(POINT, radius_m=-1), "radius_m: -1 is below zero; write metres"),
        (feature(POINT, radius_m=True), "radius_m: must be a number of metres; write"),
        (feature(POINT, radius_m=30_000_000), "radius_m: must be between 0 and 20100000000; write"),
        (circle(party=None), "party: is missing; write whose it is, such as NORTHLAND"),
        (circle(party=["N"]), "party: must be text; write it in quotation marks"),
        (circle(party="A\x1b[2J"), "party: holds characters that cannot be shown; write letters"),
        (circle(id="x" * 101), "id: has 101 characters; write at most 100"),
        (circle(category="bombing"), "category: 'bombing' is no category; write one of air, drone"),
        (circle(start=None), "start: is missing; write it such as 2026-11-23T10:00:00Z"),
        (circle(start="2026-11-23T10:00:00"), "start: has no time zone; write it such as"),
        (circle(start="2026-11-31T10:00:00Z"), "start: no such moment: day is out of range for month"),
        (circle(start=END, end=START), "is before the start, 2026-11-23T12:00:00Z; exchange"),
        (circle(lower="GND"), "lower: GND means the ground, whose height is not known here"),
        (circle(lower=5000), "lower: has no unit; write {"),
        (circle(lower={"value": 5, "unit": "KM", "datum": "AMSL"}), "lower.unit: is none of M, FT, FL"),
        (circle(lower={"value": 5, "unit": "M"}), "lower.datum: is missing; write {"),
        (circle(lower={"value": 5, "unit": "M", "datum": "AGL"}), "lower.datum: AGL means the ground"),
        (circle(lower="1000 ft", upper="FL100"), "datum: say what heights are measured from"),
        (circle(lower="1000 ft AMSL", upper="FL100"), "FL100 and 1000 ft AMSL are measured from two"),
        (circle(lower="FL200", upper="FL100"), "lower: FL200 lies above FL100; exchange the two"),
        (drawn("Point", [34, 91], radius_m=1), "GeoJSON writes longitude first, so exchange"),
        (drawn("Point", [361, 1], radius_m=1), "is more than one turn; write longitude and"),
        (drawn("Point", ["38", 34], radius_m=1), "holds what is no number; write"),
        (drawn("Point", [38], radius_m=1), "a position is two numbers; write"),
        (drawn("Point", [], radius_m=1), "a position is two numbers; write"),
        (drawn("Circle", []), "geometry.type: 'Circle' is none of Point, MultiPoint"),
        (feature(None), "geometry: is missing; draw a Point, LineString or Polygon, or leave the feature out"),
        (drawn("Polygon", [SQUARE], radius_m=5), "radius: is for circles, and this is none"),
        (feature(POINT, half_width_m=5, radius_m=1), "half_width: is for routes, and this is none; write radius"),
        (
            drawn("Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]),
            "geometry: ring 1, vertex 1: the edge from here crosses or touches itself; draw it without crossings",
        ),
        (drawn("Polygon", [[[0, 0], [1, 1], [0, 0]]]), "needs three vertices or more; write"),
        (drawn("Polygon", [[[0, 0], [120, 0], [-120, 1]]]), "more than a cap of 60 degrees; cut"),
        (drawn("LineString", [[1, 1], [1, 1]], half_width_m=1), "needs two vertices or more; write"),
        (
            feature(LINE, half_width_m=1, times=[START]),
            "times: there is 1 time for 3 vertices; write one time for each",
        ),
        (
            feature(LINE, half_width_m=1, times=[END, START, START]),
            "vertex 2: is before the time of the vertex before it",
        ),
        (feature(LINE, half_width_m=1, times=["x"]), "times, vertex 1: 'x' is no date and time; write it such as"),
        (feature(LINE, half_width_m=1, times=START), "times: must be a list with one time for each vertex"),
        (circle(times=[START]), "times: are for a LineString, which this is not; leave them out"),
        ({"type": "Feature", "geometry": POINT, "properties": 5}, "properties: must be an object; write {"),
        (
            feature({"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]}),
            "inside a collection",
        ),
    ],
)
def test_each_fault_says_what_to_write_instead(said: Any, told: str) -> None:
    sentence = fault(FILE, said)
    assert sentence.startswith("routes.geojson, feature 1")
    assert told in sentence
    assert "; " in sentence


def test_a_bad_feature_does_not_hide_the_good_ones_beside_it() -> None:
    good = json.dumps(feature(POINT, radius_m=1))
    bad = ['{"a": NaN}', '{"a": 1, "a": 2}', '{"a" 1}', "[" * 5_000 + "]" * 5_000, "7", "null", '"x"', '{"type": "x"}']
    written = f'{{"type": "FeatureCollection", "features": [{good}, {", ".join(bad)}, {good}]}}'
    items = everything(FILE, written)
    assert [type(item) for item in items] == [Planned, *[Skipped] * len(bad), Planned]
    told = [str(item) for item in items[1:-1]]
    assert told[0] == "routes.geojson, feature 2: JSON: NaN is no number; write null, or leave it out"
    assert told[1] == "routes.geojson, feature 3: a: stands twice in one object; write it once"
    assert told[2].startswith("routes.geojson, feature 4: JSON: is broken at character 6")
    assert told[3].startswith("routes.geojson, feature 5: JSON: is nested too deeply")
    assert items[-1].place.index == len(bad) + 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"])
def test_features_a_line_have_their_lines(ending: str) -> None:
    lines = [json.dumps(feature(POINT, id=f"L{n}", radius_m=1)) for n in range(3)]
    lines[1] = lines[1][:-9]
    items = everything("routes.geojsonl", "\ufeff" + ending.join(lines) + ending)
    step = ending.count("\n")
    assert [str(item.place) for item in items] == [
        f"routes.geojsonl, line {1 + step * n}, feature {n + 1}" for n in range(3)
    ]
    assert [type(item) for item in items] == [Planned, Skipped, Planned]


def test_text_sequences_and_features_over_several_lines() -> None:
    texts = [json.dumps(feature(POINT, id=f"L{n}", radius_m=1), indent=1) for n in range(3)]
    assert [item.id for item in planned(everything(FILE, "".join(f"\x1e{text}\n" for text in texts)))] == [
        "L0",
        "L1",
        "L2",
    ]
    assert [item.id for item in planned(everything(FILE, "\n".join(texts)))] == ["L0", "L1", "L2"]
    broken = everything(FILE, f"\x1e{texts[0]}\n\x1e{texts[1][:20]}\n\x1e{texts[2]}\n")
    assert [type(item) for item in broken] == [Planned, Skipped, Planned]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "routes.geojson: is empty"),
        ("[]", "line 1: is no GeoJSON, which begins with a brace"),
        ("{", "line 1: the file ends in the middle of a value"),
        ('{"a": 1}', "is JSON, but holds no features; export it as GeoJSON"),
        ('{"type": "FeatureCollection"}', "holds no features"),
        ('{"type": "Topology", "objects": {}}', "is TopoJSON; export it as GeoJSON"),
        ('{"type": "FeatureCollection",\n"features": [', "line 2: the file ends in the middle"),
        (
            '{"type": "FeatureCollection",\n"features": [{}',
            "line 2: a comma or the end of the list belongs here|ends in",
        ),
        ('{"type": "FeatureCollection",\n"features": [] "x": 1}', "line 2: a comma belongs here"),
        ('{"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}, "features": []}', "not in WGS 84"),
        (b'{"features": [\n"\xff"]}', "line 2: the text is not UTF-8"),
        ("{" * 100_000, "ends in the middle"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(written: Any, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        everything(FILE, written)


def test_an_old_collection_in_wgs84_is_read() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(everything(FILE, {"crs": crs, **collection(feature(POINT, radius_m=1))})) == 1


def test_a_feature_that_is_too_large_takes_no_memory_and_hides_nothing() -> None:
    large = '{"a": "' + '\\\\\\"x' * 2_500_000 + '"}'
    good = json.dumps(feature(POINT, radius_m=1))
    items = everything(FILE, f'{{"features": [{good}, {large}, {good}]}}')
    assert [type(item) for item in items] == [Planned, Skipped, Planned]
    assert "is larger than 8 MiB; cut it" in str(items[1])
    lines = everything(FILE, f"{good}\n{large}\n{good}")
    assert [type(item) for item in lines] == [Planned, Skipped, Planned]


def test_what_was_not_used_is_told() -> None:
    item = one(FILE, drawn("LineString", [[38, 34, 0], [38, 34.1, 900]], half_width_m=1))
    assert item.notes == (
        "heights in its coordinates were not used, because they are no band; say one with lower and upper",
    )


def test_an_edge_that_leaves_its_straight_line_is_told() -> None:
    line = {"type": "LineString", "coordinates": [[38, 34.5], [39.0894, 34.5], [39.1, 34.5]]}
    item = one(FILE, feature(line, half_width_m=500))
    assert item.notes == ("edge 1 leaves its straight line on the map by 134 m: edges are shortest paths",)
    over = {"type": "LineString", "coordinates": [[179.95, 1], [-179.95, 1]]}
    assert one(FILE, feature(over, half_width_m=1)).notes == (
        "an edge crosses the 180th meridian, the shorter way round",
    )
    onward = {"type": "LineString", "coordinates": [[179.95, 1], [180.05, 1]]}
    assert one(FILE, feature(onward, half_width_m=1)).notes == ()
    assert one(FILE, feature(onward, half_width_m=1)).volume == one(FILE, feature(over, half_width_m=1)).volume
