from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.drafting import rest_members
from wellclear.apps.cli.notice_form import (
    TEMPLATE,
    as_option,
    form_from,
    form_from_file,
    volume_from_words,
)
from wellclear.domain.parts import NOTICE_GROUPS, group_from
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import InvalidValue, Malformed

TIMES = {"start": "2026-11-23T10:00Z", "end": "2026-11-23T12:00Z"}
CIRCLE = {"circle": "34.56,38.27", "radius": "5km", "lower": "5000ft", "upper": "9000ft", "datum": "AMSL", **TIMES}
WORDS = {"to": ["SOUTHLAND/OPS"], "category": "air"}


def write(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "notice.json"
    path.write_text(json.dumps(value))
    return path


def test_what_is_typed_is_what_is_announced() -> None:
    volume = volume_from_words(CIRCLE, as_option)
    assert volume == {
        "kind": "circle", "centre": [345600000, 382700000], "radius_mm": 5_000_000,
        "band": {"datum": "AMSL", "lower_mm": 1_524_000, "upper_mm": 2_743_200},
        "start_us": 1_795_428_000_000_000, "end_us": 1_795_435_200_000_000,
    }  # fmt: skip


def test_a_notice_always_has_its_four_groups() -> None:
    form = form_from(WORDS, [volume_from_words(CIRCLE, as_option)], as_option)
    groups = form.groups()
    assert tuple(group["group"] for group in groups) == NOTICE_GROUPS
    assert form.keep_until == "2026-11-24"
    assert form.precedence == "P"
    for group in groups:
        group_from(group, "test")


def test_the_template_is_a_notice(tmp_path: Path) -> None:
    form = form_from_file(write(tmp_path, TEMPLATE), {})
    assert [volume["kind"] for volume in form.volumes] == ["circle", "corridor"]
    assert form.rest == {"activity": "air transport", "crewed": "yes", "live_weapons": "no"}
    assert form.withhold == ("rest",)
    form.groups()


def test_options_say_over_the_file(tmp_path: Path) -> None:
    form = form_from_file(write(tmp_path, TEMPLATE), {"category": "drone", "to": ["CASPIA/OPS"]})
    assert (form.category, form.to) == ("drone", ("CASPIA/OPS",))


def test_a_polygon_may_be_closed_or_not() -> None:
    square = "34,38; 34,39; 35,39; 35,38"
    words = {"polygon": square, "lower": "FL100", "upper": "FL200", **TIMES}
    open_, closed = (volume_from_words({**words, "polygon": text}, as_option) for text in (square, f"{square}; 34,38"))
    assert open_ == closed
    volume_from(open_)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"radius": None}, "--radius: is missing"),
        ({"start": None}, "--start: is missing"),
        ({"end": "2026-11-23T09:00Z"}, "--end: .* not after the start"),
        ({"corridor": "1,2; 3,4"}, "--circle: give one of"),
        ({"circle": None}, "--circle: give one of"),
        ({"circle": "34.56"}, "--circle: '34.56' is no position"),
        ({"radius": "5"}, "--radius: '5' is no length"),
        ({"radius": 5}, "--radius: must be text"),
        ({"radius": "90000km"}, "radius"),
        ({"start": "2026-11-23T10:00"}, "--start: has no time zone"),
        ({"colour": "red"}, "--colour: is no word"),
    ],
)
def test_a_volume_that_cannot_be_names_the_option(changes: dict[str, Any], said: str) -> None:
    words = {name: value for name, value in {**CIRCLE, **changes}.items() if value is not None}
    with pytest.raises(InvalidValue, match=said):
        volume_from_words(words, as_option)


def test_a_polygon_that_crosses_itself_names_the_option() -> None:
    words = {"polygon": "34,38; 35,39; 34,39; 35,38", "lower": "FL1", "upper": "FL2", **TIMES}
    with pytest.raises(InvalidValue, match="--polygon"):
        volume_from_words(words, as_option)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to": []}, "--to: is missing"),
        ({"to": ["SOUTHLAND"]}, "--to: 'SOUTHLAND' is no desk"),
        ({"category": "attack"}, "--category: is one of air"),
        ({"withhold": ["cell"]}, "--withhold: is one of volume"),
        ({"keep_until": "2026-11-22"}, "--keep-until: .* before the notice's end"),
        ({"keep_until": "soon"}, "--keep-until: 'soon' is no day"),
        ({"purpose_of_it": "x"}, "--purpose-of-it: is no word"),
    ],
)
@pytest.mark.requirement("N4")
def test_a_notice_that_cannot_be_names_the_option(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        form_from({**WORDS, **changes}, [volume_from_words(CIRCLE, as_option)], as_option)


def test_a_rest_that_no_entry_may_hold_is_refused_before_anything_is_sent() -> None:
    form = form_from({**WORDS, "squawk": "9999"}, [volume_from_words(CIRCLE, as_option)], as_option)
    with pytest.raises(InvalidValue, match="squawk"):
        form.groups()


def test_a_fault_in_a_file_names_its_place(tmp_path: Path) -> None:
    faulty = {**TEMPLATE, "volumes": [CIRCLE, {**CIRCLE, "radius": "5"}]}
    with pytest.raises(InvalidValue, match=r"volumes\[1\]\.radius"):
        form_from_file(write(tmp_path, faulty), {})


GEOMETRIES = [
    ({"type": "Point", "coordinates": [38.27, 34.56]}, {"radius": "5km"}, "circle"),
    ({"type": "LineString", "coordinates": [[38, 34], [39, 34.5]]}, {"half_width": "2nm"}, "corridor"),
    ({"type": "Polygon", "coordinates": [[[38, 34], [39, 34], [39, 35], [38, 34]]]}, {}, "polygon"),
    (
        {"type": "MultiPolygon", "coordinates": [[[[38, 34], [39, 34], [39, 35]]], [[[40, 34], [41, 34], [41, 35]]]]},
        {},
        "polygons",
    ),
]


@pytest.mark.parametrize(("geometry", "size", "kind"), GEOMETRIES)
def test_geojson_is_read_longitude_first(
    tmp_path: Path, geometry: dict[str, Any], size: dict[str, str], kind: str
) -> None:
    properties = {"lower": "FL100", "upper": "FL200", **TIMES, **size, **WORDS}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    for document in (feature, {"type": "FeatureCollection", "features": [feature]}):
        form = form_from_file(write(tmp_path, document), {})
        assert form.volumes[0]["kind"] == kind
        assert form.category == "air"
        if kind == "circle":
            assert form.volumes[0]["centre"] == [345600000, 382700000]


@pytest.mark.parametrize(
    "geometry",
    [None, {}, {"type": "Blob", "coordinates": []}, {"type": "Point", "coordinates": "x"},
     {"type": "Polygon", "coordinates": [[]]}, {"type": "Point", "coordinates": [200000, 1]}],
)  # fmt: skip
def test_geojson_that_is_none_is_malformed(tmp_path: Path, geometry: Any) -> None:
    feature = {"type": "Feature", "geometry": geometry, "properties": {**TIMES, **WORDS, "radius": "1km"}}
    with pytest.raises((Malformed, InvalidValue)):
        form_from_file(write(tmp_path, feature), {})


def test_a_part_that_was_cut_at_the_antimeridian_is_joined(tmp_path: Path) -> None:
    west, east = [[180, 1], [180, 2], [179, 2], [179, 1]], [[-179, 1], [-179, 2], [-180, 2], [-180, 1]]
    feature = {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[west], [east]]}}
    properties = {"lower": "FL100", "upper": "FL200", **TIMES, **WORDS}
    (volume,) = form_from_file(write(tmp_path, {**feature, "properties": properties}), {}).volumes
    assert volume["kind"] == "polygon"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"volumes": 7}', b'{"volumes": [7]}', b'{"to": "\\ud800"}',
        b'{"type": "FeatureCollection"}', b'{"a": 1e9999999999999999999}',
    ],
)  # fmt: skip
def test_bytes_that_are_no_notice_are_no_traceback(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "notice.json"
    path.write_bytes(raw)
    with pytest.raises((Malformed, InvalidValue)):
        form_from_file(path, {})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="no such file"):
        form_from_file(tmp_path / "none.json", {})


@pytest.mark.requirement("R27")
def test_a_corridor_may_say_when_each_point_is_passed() -> None:
    corridor = {
        "corridor": "34.50,38.00; 34.56,38.27", "half_width": "100m", "datum": "AMSL", **TIMES,
        "times": "2026-11-23T10:00Z; 2026-11-23T12:00Z",
    }  # fmt: skip
    volume = volume_from_words(corridor, as_option)
    assert volume["times_us"] == [volume["start_us"], volume["end_us"]]
    with pytest.raises(InvalidValue, match="--times: goes with a corridor"):
        volume_from_words({**CIRCLE, "times": corridor["times"]}, as_option)
    with pytest.raises(InvalidValue, match="1 times for 2 vertices"):
        volume_from_words({**corridor, "times": "2026-11-23T10:00Z"}, as_option)


@pytest.mark.requirement("R27")
def test_vehicles_are_said_by_sort_and_number() -> None:
    assert rest_members(["vehicles=lorry:12,car:2"]) == {
        "vehicles": [{"sort": "lorry", "count": 12}, {"sort": "car", "count": 2}]
    }
    for wrong in ("12 lorries", "tank:1", "lorry:0", "lorry:many", ""):
        with pytest.raises(InvalidValue, match="write SORT:NUMBER, such as lorry:12"):
            rest_members([f"vehicles={wrong}"])
