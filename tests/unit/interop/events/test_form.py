"""Mappings: what they must say, and what is said of those that do not."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.unit.interop.events.made import MONITOR, form
from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.events.event import Dated, Placed
from wellclear.interop.events.form import FIELDS, FORM_BYTES_MAX, Dates, parse_form
from wellclear.interop.events.known import KNOWN, UCDP_GED, known_form


def refused(text: str) -> str:
    with pytest.raises(Malformed) as caught:
        form(text)
    return str(caught.value)


@pytest.mark.parametrize("name", KNOWN)
def test_what_comes_with_the_program_is_read(name: str) -> None:
    assert known_form(name).definition.licence == "CC BY 4.0"
    assert set(known_form(name).columns) == set(FIELDS)


def test_a_mapping_says_what_counts_and_where_it_stands() -> None:
    found = known_form("ucdp-ged")
    assert (found.series, found.definition.unit, found.dates) == ("UCDP-GED", "deaths", Dates.ISO)
    assert found.dated["2"] is Dated.DAYS
    assert found.placed["6"] is Placed.COUNTRY
    assert found.types["3"] == "one-sided violence"


def test_json_will_do_as_well() -> None:
    assert parse_form(json.dumps(tomllib.loads(UCDP_GED)).encode(), "x.json") == known_form("ucdp-ged")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('series = "MONITOR"', "", "series: is missing"),
        ('series = "MONITOR"', 'series = "the monitor"', "'the monitor' is no name of a series"),
        ('unit = "air attacks"', "", "unit: is missing; no figure is shown without its definition"),
        ('unit = "air attacks"', 'unit = "air attacks"\ncolour = "red"', "colour: is no word of a mapping"),
        ('unit = "air attacks"', "unit = 5", "unit: must be text in quotation marks"),
        ('unit = "air attacks"', 'unit = "a"\ndates = "iso8601"', "dates: 'iso8601' is none of iso, day-first"),
        ('unit = "air attacks"', 'unit = "a"\nparty = "north land"', "party: 'north land' is no party"),
        ('unit = "air attacks"', 'unit = "a\\u202e"', "unit: holds U+202E"),
        ('unit = "air attacks"', f'unit = "{"a" * 1001}"', "unit: is longer than 1000 characters"),
        ('id = "no"', "", "[columns] id: is missing; say in [columns] where it stands"),
        ('type = "air attack"', "", "[columns] type: is missing; say in [columns] or [fixed]"),
        ('lat = "lat"', "", "lat and lon belong together"),
        ('start = "from"', 'strat = "from"', "[columns] strat: is no field there; did you mean start?"),
        ('lon = "lon"', 'lon = "lat"', "column 'lat' is named for two fields"),
        ('type = "air attack"', 'type = "air attack"\nbest = "1"', "[fixed] best: has a column as well"),
        ('type = "air attack"', 'type = "air attack"\nhigh = "many"', "[fixed] high: 'many' is no whole number"),
        ('place_precision = "near"', 'place_precision = "nearly"', "'nearly' is none of exact, near"),
        ('place_precision = "near"', '[date_precision]\n1 = "hour"', "[date_precision] 1: 'hour' is none of day"),
        ("[fixed]", "[[fixed]]", "[fixed]: must be a table of texts"),
        ('id = "no"', "id = 7", "[columns] id: must be text in quotation marks"),
        ("[columns]", "[columns", "is neither TOML nor JSON"),
    ],
)
def test_what_does_not_hold_together_is_named(old: str, new: str, said: str) -> None:
    assert old in MONITOR
    assert said in refused(MONITOR.replace(old, new))


def test_a_table_is_no_mapping() -> None:
    assert "is it a mapping, and not the table?" in refused("a,b\n" * FORM_BYTES_MAX)
    assert "`wellclear series mapping`" in refused("id,date_start\n1,2016-01-01\n")


def test_one_column_may_be_start_and_end_and_one_count_all_three() -> None:
    text = MONITOR.replace('end = "to"', 'end = "from"').replace('"at least"', '"count"')
    assert form(text).columns["low"] == form(text).columns["best"]


def test_another_name_is_not_known() -> None:
    with pytest.raises(InvalidValue, match="there are ucdp-ged"):
        known_form("acled")
