"""`series` as a stranger types it: tables in, counts beside each other out, and nothing half done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.interop.events.made import EXCERPT, HEADER, MONITOR, ROWS, TABLE
from wellclear.apps.cli.main import main
from wellclear.interop.events.form import parse_form
from wellclear.interop.events.known import known_form

STORE = ("--store", "outside.sqlite")


@pytest.fixture(autouse=True)
def at_a_strangers_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no home at all"))
    monkeypatch.chdir(tmp_path)
    Path("monitor.toml").write_text(MONITOR, encoding="utf-8")
    Path("monitor.csv").write_text(TABLE, encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["series", *words, *(() if words[0] == "mapping" else STORE)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def answer(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    found, out, err = told(capsys, *words, "--json")
    assert found == code, err
    return json.loads(out)


def take(capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> Any:
    return answer(capsys, "import", "monitor.csv", "--mapping", "monitor.toml", *more, code=code)


def test_the_excerpt_goes_in_by_the_built_in_mapping_and_again_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = answer(capsys, "import", str(EXCERPT))
    assert (first["rows"], first["added"], first["edition"], first["faults_count"]) == (66, 66, 1, 0)
    assert first["definition"]["cite"] == "Sundberg and Melander 2013"
    again = answer(capsys, "import", str(EXCERPT))
    assert (again["added"], again["changed"], again["same"], again["edition"]) == (0, 0, 66, 1)
    code, out, _ = told(capsys, "import", str(EXCERPT))
    assert (code, "all of them are kept already, so nothing changed." in out) == (0, True)
    (listed,) = answer(capsys, "list")
    assert (listed["series"], listed["events"], len(listed["editions"])) == ("UCDP-GED", 66, 1)


def test_a_newer_edition_says_how_many_rows_it_changed(capsys: pytest.CaptureFixture[str]) -> None:
    take(capsys)
    Path("monitor.csv").write_text(HEADER + "1,2026-11-20,2026-11-20,34.56,38.27,1,9\n5,2026-11-24,,,,1,1\n")
    newer = take(capsys)
    assert [newer[name] for name in ("added", "changed", "same", "withdrawn", "absent", "edition")] == [
        1,
        1,
        0,
        0,
        3,
        2,
    ]
    assert answer(capsys, "show", "--by", "type")["series"][0]["whole"]["events"] == 5
    assert answer(capsys, "show", "--by", "type", "--edition", "1")["series"][0]["whole"]["best"] == 8
    assert take(capsys, "--whole")["withdrawn"] == 3
    code, _, err = told(capsys, "show", "--edition", "9")
    assert (code, "9 is not there; MONITOR has 3 editions" in err) == (2, True)


def test_a_bad_row_is_told_by_line_and_the_rest_goes_in_or_nothing_with_strict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("monitor.csv").write_text(TABLE + "5,2026-02-30,,,,1,1\n" + ROWS[0] + "\n")
    code, out, err = told(capsys, "import", "monitor.csv", "--mapping", "monitor.toml", "--strict")
    assert (code, out) == (2, "")
    assert "--strict: 1 row of 6 cannot be used, so nothing was taken in:" in err
    assert "line 6, from: '2026-02-30': there is no such day" in err
    assert not Path("outside.sqlite").exists()
    found = take(capsys, code=3)
    assert found["faults"] == [{"line": 6, "column": "from", "why": "'2026-02-30': there is no such day"}]
    assert (found["added"], found["doubled"], found["remarks"][0]["line"]) == (4, 1, 7)
    code, out, err = told(capsys, "import", "monitor.csv", "--mapping", "monitor.toml", "--whole")
    assert (code, out) == (2, "")
    assert "--whole: cannot be said of a table of which 1 row cannot be used" in err


@pytest.mark.requirement("R36", "N8")
def test_series_stand_beside_each_other_and_are_never_added(capsys: pytest.CaptureFixture[str]) -> None:
    take(capsys)
    Path("monitor.toml").write_text(MONITOR.replace("MONITOR", "OTHER").replace("a monitor", "another monitor"))
    Path("monitor.csv").write_text(f"{HEADER}1,2026-11-20,2026-11-20,34.5,38.2,5,7\n")
    take(capsys)
    found = answer(capsys, "show", "--by", "day")
    assert [one["definition"]["by"] for one in found["series"]] == ["a monitor", "another monitor"]
    day = found["rows"][0]
    assert day["day"] == "2026-11-20"
    assert {name: counts["best"] for name, counts in day["counts"].items()} == {"MONITOR": 4, "OTHER": 7}
    code, out, _ = told(capsys, "show", "--by", "day")
    assert code == 0
    assert "never added together" in out
    assert "counted by another monitor" in out
    assert " 11 " not in out
    assert "at least" in told(capsys, "show", "MONITOR", "--by", "cell")[1]


@pytest.mark.requirement("N8")
def test_a_table_that_counts_something_else_takes_another_name(capsys: pytest.CaptureFixture[str]) -> None:
    take(capsys)
    Path("monitor.toml").write_text(MONITOR.replace('unit = "air attacks"', 'unit = "deaths"'))
    code, out, err = told(capsys, "import", "monitor.csv", "--mapping", "monitor.toml")
    assert (code, out) == (2, "")
    assert "another definition (unlike in: unit)" in err
    assert answer(capsys, "list")[0]["definition"]["unit"] == "air attacks"


def test_what_is_asked_for_alone_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "import", str(EXCERPT))
    shown = answer(capsys, "show", "--by", "type", "--type", "one-sided violence")
    assert [row["type"] for row in shown["rows"]] == ["one-sided violence"]
    turkish = answer(capsys, "show", "--by", "month", "--between", "turkey")["series"][0]["whole"]["events"]
    assert 0 < turkish < 66
    apart = answer(capsys, "show", "--by", "cell", "--cell", "1")["series"][0]["apart"]
    assert "place known to no better than a country" in apart


def test_a_picture_and_a_page_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    take(capsys)
    found = answer(capsys, "plot", "--png", "p.png", "--page", "p.html", "--start", "2026-11-20", "--end", "2026-11-30")
    assert (found["by"], found["first"], found["last"], found["series"]) == (
        "day",
        "2026-11-20",
        "2026-11-30",
        ["MONITOR"],
    )
    with Image.open("p.png") as picture:
        assert picture.size[0] == 1200
    assert Path("p.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_mapping_that_is_printed_is_one_that_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "mapping")
    assert code == 0
    assert parse_form(out.encode(), "printed") == known_form("ucdp-ged")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nowhere.csv"), "there is no such file"),
        (("import", "monitor.csv"), "has no columns 'id', 'date_start'"),
        (
            ("import", "monitor.csv", "--mapping", "nowhere.toml"),
            "is no file, and of the built-in ones",
        ),
        (("import", "monitor.csv", "--mapping", "monitor.csv"), "is neither TOML nor JSON"),
        (("show", "NOBODY"), "'NOBODY' is not kept here; there are MONITOR"),
        (("show", "--start", "yesterday"), "--start: 'yesterday' is no day"),
        (("show", "--start", "2026-11-23", "--end", "2026-11-20"), "is before the start"),
        (("show", "--by", "cell", "--cell", "0"), "from 0.01 to 10 degrees"),
        (("show", "--by", "cell", "--cell", "half"), "--cell: must be a decimal number"),
        (("plot",), "say where a picture goes"),
        (("plot", "--png", "p.jpg"), "must be a file that ends in .png"),
        (("plot", "--page", "nowhere/p.html"), "in a directory that is there"),
        (("plot", "--png", "p.png", "--between", "nobody"), "there is no event to show"),
        (("mapping", "acled"), "there are ucdp-ged"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    take(capsys)
    before = sorted(path.name for path in Path().iterdir())
    code, out, err = told(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert {path.name for path in Path().iterdir()} - {"outside.sqlite-shm", "outside.sqlite-wal"} <= set(before)


def test_without_a_home_or_a_file_nothing_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["series", "list"], ["series", "import", "monitor.csv", "--mapping", "monitor.toml"]):
        assert main(words) == 2
        assert "there is no home ~/.wellclear/node; name another, or a file with --store" in capsys.readouterr().err
    assert main(["series", "list", *STORE]) == 6
    assert "nothing is kept here yet" in capsys.readouterr().err
    assert main(["series", "import", "monitor.csv", "--mapping", "monitor.toml", "--home", "."]) == 0
    assert Path("outside.sqlite").exists()
    assert Path("outside.sqlite").stat().st_mode & 0o077 == 0
