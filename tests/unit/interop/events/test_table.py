"""Tables of events: a real excerpt, spreadsheets' ways, doubled rows, and what cannot be used, by line and column."""

from __future__ import annotations

import gzip
import io
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from tests.unit.interop.events.made import EXCERPT, HEADER, MONITOR, ROWS, TABLE, read
from wellclear.domain.quantities import E7
from wellclear.errors import Malformed
from wellclear.interop.events import table
from wellclear.interop.events.event import Dated, Event, Placed
from wellclear.interop.events.known import known_form
from wellclear.interop.events.table import read_events

DAYS = (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23))


def faults(content: str | bytes, text: str = MONITOR) -> list[str]:
    return [str(fault) for fault in read(content, text).faults]


def refused(content: str | bytes, text: str = MONITOR) -> str:
    with pytest.raises(Malformed) as caught:
        read(content, text)
    return str(caught.value)


def test_the_excerpt_is_read_whole() -> None:
    found = read_events(io.BytesIO(EXCERPT.read_bytes()), "ged", known_form("ucdp-ged"))
    assert (found.rows, len(found.events), found.faults, found.doubled) == (66, 66, [], 0)
    event = found.events["214797"]
    assert (event.first, event.dated, event.placed, event.type) == (
        date(2016, 1, 1), Dated.DAY, Placed.EXACT, "state-based conflict"
    )  # fmt: skip
    assert (event.lat_e7, event.lon_e7, event.low, event.best, event.high) == (348_024_620, 367_076_020, 4, 4, 4)
    assert {one.dated for one in found.events.values()} == set(Dated)


@pytest.mark.requirement("N8")
def test_figures_that_do_not_go_together_are_kept_as_they_were_said() -> None:
    found = read_events(io.BytesIO(EXCERPT.read_bytes()), "ged", known_form("ucdp-ged"))
    assert "best 142 is below low 177; kept as it was said" in {remark.why for remark in found.remarks}
    assert found.events["219459"].best == 142


def test_a_made_up_table_is_read_as_its_mapping_says() -> None:
    found = read(TABLE)
    assert [event.dated for event in found.events.values()] == [Dated.DAY, Dated.DAY, Dated.DAYS, Dated.DAY]
    assert found.events["4"] == Event(
        "4", DAYS[3], DAYS[3], Dated.DAY, "", None, None, Placed.NEAR, "air attack", "", 4, 4, None
    )
    assert (found.events["1"].lat_e7, found.events["1"].lon_e7) == (34 * E7 + 56 * E7 // 100, 38 * E7 + 27 * E7 // 100)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TABLE.encode(),
        b"\xff\xfe" + TABLE.encode("utf-16-le"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.rstrip("\n").encode(),
        TABLE.replace(",", "\t").encode(),
        ("sep=;\n" + TABLE.replace(",", ";").replace("34.56", "34,56")).encode(),
        TABLE.replace("\n", "\n\n").encode(),
        gzip.compress(TABLE.encode()),
        gzip.compress(TABLE[:40].encode()) + gzip.compress(TABLE[40:].encode()),
        TABLE.replace("\n1,", "\n1.0,").replace(",4,4", ",4.0,4.00").encode(),
        (HEADER.replace("no,", "no,names,") + "".join(row.replace(",", ",x y,", 1) + "\n" for row in ROWS)).encode(),
    ],
)  # fmt: skip
def test_the_same_table_as_programs_write_it(content: bytes) -> None:
    assert faults(content) == []
    assert read(content).events == read(TABLE).events


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("5,2016-02-30,,,,,1", "line 6, from: '2016-02-30': there is no such day"),
        ("5,,,,,,1", "line 6, from: is empty; write it, such as 2026-11-23"),
        ("5,23/11/2026,,,,,1", 'line 6, from: \'23/11/2026\' is no day such as 2026-11-23; say in the mapping whether'),
        ("5,46349,,,,,1", "a spreadsheet may mean 2026-11-23 by it: say dates = \"spreadsheet\""),
        ("5,1016-01-01,,,,,1", "line 6, from: '1016-01-01' is not between 1900 and 2199"),
        ("5,2026-11-23,2026-11-20,,,,1", "line 6, to: 2026-11-20 is before the start, 2026-11-23"),
        (",2026-11-23,,,,,1", "line 6, no: is empty; write it, such as 417"),
        ("5,2026-11-23,,34.5,,,1", "line 6, lon: is missing while the other of the two is there"),
        ("5,2026-11-23,,134.5,38,,1", "line 6, lat: 134.5 is beyond 90 degrees"),
        ("5,2026-11-23,,north,38,,1", "line 6, lat: 'north' must be a decimal number such as 34.56"),
        ("5,2026-11-23,,,,,-1", "line 6, count: '-1' is no whole number from 0"),
        ("5,2026-11-23,,,,,1.5", "line 6, count: '1.5' is no whole number from 0"),
        ('5,2026-11-23,,,,,"1,500"', "line 6, count: '1,500' is no whole number from 0"),
        ("5,2026-11-23,,,,99999999,1", "line 6, at least: 99999999 is more than 10,000,000; is it the right column?"),
        ("5,2026-11-23,,,,1,2,3", "line 6: has 8 cells for 7 columns; put quotation marks"),
        ("5,2026-11-23,,,", "line 6: has 5 cells for 7 columns; it is cut short"),
        ("=A5,2026-11-23,,,,1,2", "line 6, no: holds a formula"),
        ("#REF!,2026-11-23,,,,1,2", "line 6, no: holds a formula"),
        ("a\u202eb,2026-11-23,,,,1,2", "line 6, no: holds U+202E"),
        (f"{'a' * 101},2026-11-23,,,,1,2", "line 6, no: is longer than 100 characters"),
        ('"5,2026-11-23,,,,1,2', "line 6: cannot be read: unexpected end of data; close its quotation marks"),
        (f"{'a' * 140_000},2026-11-23,,,,1,2", "line 6: cannot be read: field larger than field limit"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_told_and_the_rest_is_read(row: str, said: str) -> None:
    found = read(TABLE + row + "\n")
    assert len(found.events) == 4
    assert found.faults_count == 1
    assert said in str(found.faults[0])


@pytest.mark.parametrize(
    ("dates", "said"),
    [("day-first", "23.11.2026"), ("day-first", "23/11/2026"), ("month-first", "11/23/2026"), ("spreadsheet", "46349"),
     ("spreadsheet", "46349.5"), ("iso", "2026-11-23 00:00:00.000")],
)  # fmt: skip
def test_days_are_read_as_the_mapping_says(dates: str, said: str) -> None:
    text = f'dates = "{dates}"\n{MONITOR}'
    found = read(f"{HEADER}1,{said},{said},,,1,1\n", text)
    assert [event.first for event in found.events.values()] == [DAYS[3]]


def test_a_code_that_the_mapping_does_not_know_is_named() -> None:
    raw = EXCERPT.read_text().replace(",1.0,1.0,Government of Syria - Syrian", ",9,1.0,Government of Syria - Syrian", 1)
    found = read_events(io.BytesIO(raw.encode()), "ged", known_form("ucdp-ged"))
    assert [str(fault) for fault in found.faults] == [
        "line 2, date_prec: '9' is not in [date_precision] of the mapping; add it there with what it means"
    ]


def test_rows_that_say_the_same_again_count_once() -> None:
    found = read(TABLE + ROWS[1] + "\n" + ROWS[1] + "\n")
    assert (len(found.events), found.doubled, found.faults) == (4, 2, [])
    assert [str(remark) for remark in found.remarks] == [
        "line 6, no: says again what line 3 says; counted once", "line 7, no: says again what line 3 says; counted once"
    ]  # fmt: skip


@pytest.mark.requirement("N8")
def test_of_rows_that_differ_under_one_id_none_is_taken() -> None:
    found = read(TABLE + "2,2026-11-20,2026-11-20,34.52,37.63,2,9\n")
    assert sorted(found.events) == ["1", "3", "4"]
    why = "'2' stands in lines 3, 6, which differ in best; none was taken, correct the table"
    assert [str(fault) for fault in found.faults] == [f"line 3, no: {why}", f"line 6, no: {why}"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "table.csv: is empty; say in a mapping file"),
        ("\n\n", "table.csv: is empty"),
        (HEADER, "there is no row below the header"),
        (TABLE.replace("from,to", "From,until"), "has no columns 'from' (is 'From' meant?), 'to'; there are 'no'"),
        (TABLE.replace("at least", "count"), "has no column 'at least'"),
        (TABLE.replace("lat,lon", "lat,lat,lon"), "line 1: has two columns called 'lat'"),
        ("\x00\x01\x02", "line 1: has no columns"),
        (b"no,from\xff\n", "line 1: the text is not UTF-8"),
        (HEADER + "1" * 1_100_000, "line 2: is longer than 1048576 characters"),
        (HEADER + '"1\n",' * 300_000, "line 2: begins a row of more than 1048576 characters"),
        (gzip.compress(TABLE.encode())[:-9], "the gzip file breaks off"),
        (gzip.compress(TABLE.encode(), mtime=0)[:30] + b"\xff" * 40, "the gzip file is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_whole(content: Any, said: str) -> None:
    assert said in refused(content)


def test_what_grows_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"\n" * 4_000_000 + b"x" * 4_000_000)
    assert "2,000,000 empty lines" in refused(packed)
    monkeypatch.setattr(table, "BYTES_MAX", 2**20)
    assert "it is larger than 1 MiB; cut the table in time first" in refused(packed)
    monkeypatch.setattr(table, "ROWS_MAX", 3)
    assert "line 5: is row 4, and 3 are the most" in refused(TABLE)
    monkeypatch.setattr(table, "LINES_MAX", 3)
    assert "line 4: is beyond 3 lines" in refused(TABLE)


def test_of_many_faults_the_first_are_held_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "FAULTS_MAX", 2)
    found = read(HEADER + "1,,,,,1,1\n" * 5)
    assert ([fault.line for fault in found.faults], found.faults_count) == ([2, 3], 5)


@pytest.mark.requirement("N4")
def test_there_is_no_field_for_people_and_none_for_what_was_aimed_at() -> None:
    assert {each.name for each in fields(Event)} == {
        "id", "first", "last", "dated", "place", "lat_e7", "lon_e7", "placed", "type", "between", "low", "best", "high"
    }  # fmt: skip
