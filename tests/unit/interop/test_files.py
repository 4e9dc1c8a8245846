from __future__ import annotations

import io

import pytest

from tests.unit.interop.reading import POINT, feature, one
from wellclear.errors import InvalidValue
from wellclear.interop.files import READERS, begins_as, format_of, read
from wellclear.interop.planned import Defaults, Place, Skipped


@pytest.mark.parametrize(
    ("name", "fmt"),
    [("a.geojson", "geojson"), ("b/A.JSON", "geojson"), ("a.ndjson", "geojson"), ("a.csv", "csv"), ("a.kmz", "kmz"),
     ("a.KML", "kml"), ("a.gpx", "gpx"), ("a.pdf", ""), ("geojson", ""), ("", "")],
)  # fmt: skip
def test_the_ending_tells_the_format(name: str, fmt: str) -> None:
    assert format_of(name) == fmt
    assert not fmt or fmt in READERS


def test_the_caller_may_say_the_format() -> None:
    assert one("a.geojson", feature(POINT, radius_m=1)).party == "NORTHLAND"
    with pytest.raises(InvalidValue, match=r"a\.pdf: is in no format that can be read; write one of geojson, csv, kml"):
        list(read("a.pdf", io.BytesIO(b""), Defaults()))
    assert list(read("standard input", io.BytesIO(b"shape,positions\n"), Defaults(), "CSV")) == []


@pytest.mark.parametrize(
    ("head", "fmt"),
    [
        (b"PK\x03\x04..", "kmz"), (b" \n{", "geojson"), (b"\xef\xbb\xbf{", "geojson"), (b"\x1e{", "geojson"),
        (b"<?xml version='1.0'?><kml xmlns='x'>", "kml"), (b"<gpx>", "gpx"), (b"<k:kml>", "kml"), (b"<html>", ""),
        (b"id;kml", ""), (b"", ""),
    ],
)  # fmt: skip
def test_the_beginning_tells_the_format_where_it_is_plain(head: bytes, fmt: str) -> None:
    assert begins_as(head) == fmt


def test_a_file_with_the_wrong_name_is_read_as_what_it_is() -> None:
    assert one("plan.csv", feature(POINT, radius_m=1)).party == "NORTHLAND"
    assert one("plan", feature(POINT, radius_m=1)).party == "NORTHLAND"


def test_a_place_is_told_with_what_helps_to_find_it() -> None:
    assert str(Place("plan.csv", None, 7)) == "plan.csv, line 7"
    assert str(Place("routes.geojson", 12)) == "routes.geojson, feature 12"
    assert str(Skipped(Place("x.kml", 2, 9, "placemark"), "A", "start", "is missing", "write it")) == (
        "x.kml, line 9, placemark 2 (A): start: is missing; write it"
    )
