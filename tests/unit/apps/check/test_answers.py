"""The forms for programs: every figure of the engine is in them, and what they say of volumes can be read again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.unit.apps.check.plans import at, plan, planned, skipped, volume
from wellclear.apps.check.answers import CSV_COLUMNS, csv_answer, json_pieces
from wellclear.apps.check.features import geojson_pieces
from wellclear.apps.check.minima import typed_minima
from wellclear.apps.check.plan import Checked, checked
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand, Point

MINIMA = typed_minima("500", "100 ft", "60")


def clash(a_id: str = "A-1") -> Checked:
    near = volume(skeleton=Point(at(34.5, 38.322)))
    noted = planned(a_id, "NORTHLAND", notes=("edge 3 leaves its straight line by 135 m",))
    return checked(plan(noted, planned("B-1", "SOUTHLAND", near, line=2), skipped()), MINIMA)


def json_of(answer: Checked) -> Any:
    return json.loads("".join(json_pieces(answer)))


def geojson_of(answer: Checked) -> Any:
    return json.loads("".join(geojson_pieces(answer)))


def csv_of(answer: Checked) -> str:
    return "".join(csv_answer(answer))


@pytest.mark.requirement("R32")
def test_json_has_every_dimension_and_says_against_what() -> None:
    told = json_of(clash())
    (row,) = told["conflicts"]
    assert (row["a"], row["b"], row["verdict"]) == ("A-1", "B-1", "conflict")
    assert row["lateral_mm"] - row["minima"]["lateral_mm"] == row["lateral_margin_mm"] < 0
    assert row["vertical_mm"] == row["vertical_most_mm"] == row["time_us"] == 0
    assert (row["start"], row["end"]) == ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")
    assert row["a_side"]["nearest"]["said"].endswith("E")
    assert row["a_side"]["heights"] == {
        "datum": "AMSL", "lower_mm": 914_400, "upper_mm": 1_524_000, "said": "from 3,000 ft AMSL to 5,000 ft AMSL",
    }  # fmt: skip
    assert row["b_side"]["place"] == {"file": "plan.csv", "line": 2, "said": "plan.csv, line 2"}
    assert told["compared"] == {
        "volumes": 2, "notices": 2, "parties": 2, "volumes_of": {"NORTHLAND": 1, "SOUTHLAND": 1}, "skipped": 1,
        "coarse": 0, "nothing_was_compared": "no",
    }  # fmt: skip
    assert told["skipped"][0]["said"].startswith("plan.csv, line 9 (X-1): start: has no time zone; write")
    assert told["notes"] == [
        {"id": "A-1", "place": "plan.csv, line 1", "note": "edge 3 leaves its straight line by 135 m"}
    ]
    assert told["minima"]["lateral_mm"] == 500_000
    assert told["engine"]


def test_a_possible_conflict_has_its_reason_in_every_form() -> None:
    levels = AltitudeBand(Datum.STD, None, 1_828_800)
    answer = checked(plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", volume(band=levels))), MINIMA)
    (row,) = json_of(answer)["conflicts"]
    (line,) = csv.DictReader(io.StringIO(csv_of(answer)))
    assert "AMSL" in row["why_possible"]
    assert line["why_possible"] == row["why_possible"]


def test_csv_has_one_line_a_conflict_and_no_formulas() -> None:
    (line,) = csv.DictReader(io.StringIO(csv_of(clash("=2+3"))))
    assert tuple(line) == CSV_COLUMNS
    assert "'=2+3" in (line["a"], line["b"])
    assert int(line["lateral_mm"]) < 500_000
    assert csv_of(checked(plan(), MINIMA)).strip() == ",".join(CSV_COLUMNS)


def test_geojson_shows_the_clash_as_a_line_and_the_volumes_in_it() -> None:
    told = geojson_of(clash())
    line, a, b = told["features"]
    assert line["geometry"]["type"] == "LineString"
    assert line["properties"]["kind"] == "conflict"
    assert [one["properties"]["id"] for one in (a, b)] == ["A-1", "B-1"]
    assert a["geometry"] == {"type": "Point", "coordinates": [38.3, 34.5]}
    assert a["properties"]["radius_m"] == 1000
    assert a["properties"]["lower"] == {"value": 914.4, "unit": "M", "datum": "AMSL"}
    assert told["compared"]["skipped"] == 1


def test_where_two_meet_the_clash_is_a_point() -> None:
    told = geojson_of(checked(plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND")), MINIMA))
    assert told["features"][0]["geometry"]["type"] == "Point"


def test_the_place_is_between_the_footprints_and_not_between_their_centres() -> None:
    """Two circles of 1 km whose centres are 2,020 m apart: their edges are 20 m apart, half-way."""
    told = json_of(clash())["conflicts"][0]
    a, b = (float(told[side]["nearest"]["lon"]) for side in ("a_side", "b_side"))
    assert 38.3 < a < b < 38.322
    assert told["lateral_mm"] == pytest.approx((b - a) * 91_860_000, rel=0.01)
    assert " and " in told["said"]["where"]
