"""`reports` as a stranger types it: two outlets are one origin, and eleven facts tell whom they go back to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.main import main

HEAD = "id,fact,claim,outlet,agency,speaker,record,said,printed,cites\n"
ROWS = (
    "A-1,talks,Talks began.,Outlet A,Agency X,a source,off,2025-04-09,2025-04-10,",
    "B-1,talks,They talk.,Outlet B,Agency X,a source,off,,2025-04-10,",
)


@pytest.fixture(autouse=True)
def at_a_strangers_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no home at all"))
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["reports", *words])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def take(capsys: pytest.CaptureFixture[str], *rows: str, strict: bool = False) -> tuple[int, Any, str]:
    Path("r.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    words = ["import", "r.csv", "--store", "o.sqlite", "--json", *(["--strict"] if strict else [])]
    code, out, err = told(capsys, *words)
    return code, json.loads(out) if out else None, err


@pytest.mark.requirement("R36", "N8")
def test_the_case_tells_one_origin_and_eleven_facts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "show", "--example", "palmyra")
    assert code == 0
    assert out.startswith("EXERCISE  EXERCISE  EXERCISE\n")
    assert "Outlet A and Outlet B are one origin: what they share, 11 facts, came through Agency X." in out
    assert "11 facts go back to:" in out
    assert "sources in Northland (off the record)" in out
    found = json.loads(told(capsys, "show", "--example", "palmyra", "--json")[1])
    assert found["exercise"] == "yes"
    assert [fact["count"] for fact in found["facts"]] == [1] * 11
    assert found["one_origin"] == [{"outlets": ["Outlet A", "Outlet B"], "facts": 11, "through": ["Agency X"]}]
    assert sum(len(of) for of in found["voices"].values()) == 14


def test_reports_go_in_and_again_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert take(capsys, *ROWS)[1] == {"file": "r.csv", "reports": 2, "added": 2, "changed": 0, "same": 0, "wrong": []}
    assert take(capsys, *ROWS)[1]["same"] == 2
    assert take(capsys, ROWS[0].replace("began", "went on"))[1]["changed"] == 1
    code, out, _ = told(capsys, "show", "--store", "o.sqlite")
    assert code == 0
    assert "counts once, all of it through Agency X and a source" in out
    assert "Outlet A: Talks went on." in out
    assert "EXERCISE" not in out


def test_what_cannot_be_used_is_told_and_with_strict_nothing_goes_in(capsys: pytest.CaptureFixture[str]) -> None:
    bad = ROWS[1].replace("2025-04-10", "2025-04-31")
    code, found, err = take(capsys, ROWS[0], bad, strict=True)
    assert (code, found) == (2, None)
    assert "line 3, printed: '2025-04-31': there is no such day" in err
    assert not Path("o.sqlite").exists()
    code, found, _ = take(capsys, ROWS[0], bad)
    assert (code, found["added"], len(found["wrong"])) == (3, 1, 1)


def test_a_circle_and_what_is_not_there_take_nothing_in(capsys: pytest.CaptureFixture[str]) -> None:
    take(capsys, ROWS[0])
    code, found, err = take(capsys, ROWS[0] + "B-1", ROWS[1] + "A-1")
    assert (code, found) == (2, None)
    assert "in a circle: Outlet A" in err
    assert take(capsys, ROWS[1] + "Z-9")[0] == 2
    out = told(capsys, "show", "--store", "o.sqlite", "--json")[1]
    assert [report["id"] for fact in json.loads(out)["facts"] for report in fact["reports"]] == ["A-1"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "--example", "x"), 2, "there are palmyra"),
        (("show", "--store", "o.sqlite"), 6, "nothing is kept here yet"),
        (("show", "--store", "nowhere/o.sqlite"), 2, "there is no directory nowhere"),
        (("show", "--store", "."), 2, "is a directory"),
        (("show",), 2, "there is no home"),
        (("import", "nowhere.csv", "--store", "o.sqlite"), 2, "there is no such file"),
    ],
)
def test_what_is_wrong_is_said(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = told(capsys, *words)
    assert (found, out) == (code, "")
    assert said in err
