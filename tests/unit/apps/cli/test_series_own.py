"""A party's own counts from a table, and reports as they are typed; what cannot be used is refused by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.apps.cli.reports_entered import report_group
from wellclear.apps.cli.series_own import ROWS_MAX, lines_of, series_group, series_rows
from wellclear.apps.own_counts import Counted, beside
from wellclear.domain.parts import group_from
from wellclear.errors import InvalidValue, Unavailable

TABLE = "day,place,type,count\n2026-11-20,Hama,attack,3\n2026-11-21, Homs ,attack,0\n"
TYPED: dict[str, str | None] = {
    "outlet": "The Daily", "language": "en", "record": "off", "printed": "2026-11-21", "said": "2026-11-20",
    "agency": "A wire", "speaker": "a source",
}  # fmt: skip


@pytest.mark.requirement("R36")
def test_a_table_becomes_a_series_with_its_definition(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    group = series_group(file, " attacks ", "en", "Each one that a patrol saw.")
    assert group["rows"][1] == {"day": "2026-11-21", "place": "Homs", "type": "attack", "count": 0}
    assert group["name"] == "attacks"
    group_from(group, "test")
    for name, language in (("", "en"), ("attacks", "English")):
        with pytest.raises(InvalidValue, match=r"--name|--language"):
            series_group(file, name, language, "words")
    with pytest.raises(Unavailable):
        series_group(tmp_path / "none.csv", "attacks", "en", "words")
    file.write_bytes(b"\xff")
    with pytest.raises(InvalidValue, match="no text in UTF-8"):
        series_group(file, "attacks", "en", "words")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("day,place,count\n", "line 1: the columns are day, place, type, count"),
        ("day,place,type,count\n", "has no rows"),
        ("day,place,type,count\n2026-11-20,Hama,attack\n", "line 2: it has not as many cells"),
        ("day,place,type,count\n2026-11-20,Hama,attack,3,4\n", "line 2: it has not as many cells"),
        ("day,place,type,count\n2026-11-31,Hama,attack,3\n", "line 2, day"),
        ("day,place,type,count\n20261120,Hama,attack,3\n", "line 2, day"),
        ("day,place,type,count\n2026-11-20,,attack,3\n", "line 2, place"),
        ("day,place,type,count\n2026-11-20,Hama,attack,-3\n", "line 2, count"),
        ("day,place,type,count\n2026-11-20,Hama,attack,3.5\n", "line 2, count"),
        ("day,place,type,count\n2026-11-20,Hama,attack,99999999999999999\n", "line 2, count"),
        (TABLE + "2026-11-20,Hama,attack,4\n", "line 4: the same day, place and type as line 2"),
        ('day,place,type,count\n2026-11-20,"Ha"ma,attack,3\n', "no CSV"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_by_line_and_nothing_is_taken(table: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        series_rows(table, "counts.csv")


def test_a_table_that_is_too_long_is_cut_by_people() -> None:
    rows = "".join(f"2026-11-20,place {number},attack,1\n" for number in range(ROWS_MAX + 1))
    with pytest.raises(InvalidValue, match="cut the table into several"):
        series_rows("day,place,type,count\n" + rows, "counts.csv")


@pytest.mark.requirement("R36")
def test_a_report_says_who_is_behind_it() -> None:
    group = report_group(TYPED, ["Talks will continue."])
    assert (group["on_record"], group["agency"], group["speaker"]) == ("no", "A wire", "a source")
    group_from(group, "test")
    group_from(report_group({**TYPED, "agency": None, "said": None}, ["a", "b"]), "test")
    for change, claims, said in (
        ({"record": "maybe"}, ["a"], "--record"), ({"speaker": None}, ["a"], "--speaker"), ({}, [" "], "--claim"),
        ({"said": "2026-11-22"}, ["a"], "--said"), ({"outlet": "x" * 121}, ["a"], "--outlet"),
        ({}, ["a"] * 33, "--claim"), ({"language": "eng"}, ["a"], "--language"),
    ):  # fmt: skip
        with pytest.raises(InvalidValue, match=said):
            report_group({**TYPED, **change}, claims)


@pytest.mark.requirement("R36")
def test_every_column_is_told_with_its_definition() -> None:
    column = Counted("attacks", "NORTHLAND's own count", "each one seen", "NORTHLAND", apart={"dated to a week": 2})
    column.counts[("2026-11-20", "Hama", "attack")] = 3
    lines = [str(line) for line in lines_of([column], beside([column]))]
    assert lines[0] == "(1) attacks, NORTHLAND's own count: each one seen" and "2 dated to a week" in lines[1]
