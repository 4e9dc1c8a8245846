from __future__ import annotations

import io

import pytest

from tests.unit.interop.reading import POINT, feature, one
from wellclear.errors import InvalidValue
from wellclear.interop.files import READERS, format_of, read
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


def test_a_place_is_told_with_what_helps_to_find_it() -> None:
    assert str(Place("plan.csv", None, 7)) == "plan.csv, line 7"
    assert str(Place("routes.geojson", 12)) == "routes.geojson, feature 12"
    assert str(Skipped(Place("x.kml", 2, 9, "placemark"), "A", "start", "is missing", "write it")) == (
        "x.kml, line 9, placemark 2 (A): start: is missing; write it"
    )
