"""`import track` as a stranger types it: a recording becomes plans for `check`, and what is not in them is told."""

from __future__ import annotations

import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT
from wellclear.apps.cli.main import main
from wellclear.interop.files import read
from wellclear.interop.planned import Defaults, Planned

TRACKS = ROOT / "tests" / "vectors" / "tracks"
CLIMB, SPOOFED = str(TRACKS / "climb_excerpt.json"), str(TRACKS / "spoofing_excerpt.json")


@pytest.fixture(autouse=True)
def at_a_strangers_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "no home at all"))
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["import", "track", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code, out, err = told(capsys, *words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err


def features(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["features"]
    return found


@pytest.mark.requirement("R32")
def test_a_track_becomes_plans_that_check_reads(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, CLIMB, "--party", "NORTHLAND")
    assert code == 0
    assert "used: 80 positions in " in err
    assert "heights by the barometer (STD)" in err
    assert "not used: nothing" in err
    Path("track.geojson").write_text(out, encoding="utf-8")
    assert {feature["properties"]["notice"] for feature in features(out)} == {"ELY1747"}
    on_it = features(out)[0]["geometry"]["coordinates"][0]
    start = features(out)[0]["properties"]["start"]
    other = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": on_it},
        "properties": {"id": "S-1", "party": "SOUTHLAND", "radius_m": 100, "start": start, "end": start},
    }
    Path("theirs.geojson").write_text(json.dumps(other), encoding="utf-8")
    assert main(["check", "track.geojson", "theirs.geojson", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["conflicts"][0]["a"] == "ELY1747"


def test_a_spoofed_track_ends_with_3_and_says_what_is_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, SPOOFED, "--party", "NORTHLAND", "-o", "track.geojson")
    assert (code, out) == (3, "")
    assert err.count("GAP: nothing for ") == 3
    assert err.count("JUMP: ") == 2
    assert "1214 m/s; what flies at 350 m/s at most did not do that" in err
    assert "LEFT OUT: 20 positions, 2024-09-17 09:39:08.68Z to 2024-09-17 09:47:44.335Z, from 49.65" in err
    assert "Which are wrong cannot be told from the track alone" in err
    assert "spoof" not in err.replace(SPOOFED, ""), "nobody knows that"
    items = list(read("track.geojson", io.BytesIO(Path("track.geojson").read_bytes()), Defaults()))
    assert len(items) == 4
    assert all(isinstance(item, Planned) for item in items)


def test_whoever_checks_a_track_that_is_not_whole_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, SPOOFED, "--party", "NORTHLAND", "-o", "track.geojson")
    assert main(["check", "track.geojson"]) == 0
    said = "(3 gaps, 2 jumps, 20 positions left out): a clash with what is missing is not seen."
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note: ")]
    assert notes[0].endswith(f"not all of it is here {said}")


def test_strict_writes_nothing_unless_all_of_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    err = refused(capsys, SPOOFED, "--party", "NORTHLAND", "--strict", "-o", "track.geojson")
    assert "--strict: the track is not whole, so nothing was written:" in err
    assert "GAP: " in err
    assert not Path("track.geojson").exists()
    assert told(capsys, CLIMB, "--strict")[0] == 0


def test_the_report_has_it_all_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, SPOOFED, "--json")
    assert (code, err) == (3, "")
    report = json.loads(out)
    assert (report["aircraft"], report["callsign"], report["datum"]) == ("4baac6", "THY9BP", "STD")
    assert report["rows"] == report["used"] + report["left_out"] + report["repeated"] == 163
    assert [jump["speed_m_s"] for jump in report["jumps"]] == [1214, 903]
    (stretch,) = report["stretches_left_out"]
    assert stretch["positions"] == 20
    assert stretch["left"]["kind"] == "jump"
    assert len(report["geojson"]["features"]) == report["volumes"]
    assert "party" not in report["geojson"]["features"][0]["properties"]
    code, out, _ = told(capsys, SPOOFED, "--json", "-o", "track.geojson")
    assert "geojson" not in json.loads(out)
    assert len(features(Path("track.geojson").read_text("utf-8"))) == 4


def test_margins_id_and_time_are_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(
        capsys, CLIMB, "--party", "N", "--category", "exercise", "--id", "N-7", "--half-width", "1000",
        "--tolerance", "100", "--below", "0", "--above", "1000ft", "--bands", "1", "--start", "2026-11-23T10:00Z",
    )  # fmt: skip
    assert code == 0
    (feature,) = features(out)
    said = feature["properties"]
    assert (said["id"], said["category"], said["half_width_m"]) == ("N-7", "exercise", 1100)
    assert said["start"] == "2026-11-23T10:00:00Z"
    assert said["lower"]["unit"] == "FL"
    assert "moved in time by" in err
    _, out, _ = told(capsys, CLIMB, "--shift-time", "-7d", "--bands", "1")
    assert features(out)[0]["properties"]["start"].startswith("2019-10-27T")


def test_standard_input_is_read_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(CLIMB).read_bytes())))
    code, _, err = told(capsys, "-")
    assert code == 0
    assert err.startswith("standard input: JSON table by rows, 738043 (ELY1747), 80 rows")


def test_one_of_several_aircraft_is_chosen_by_address_or_callsign(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["time,lat,lon,hex,flight,alt_baro"]
    for second in range(0, 60, 10):
        for address, callsign in (("A1", "ONE"), ("B2", "TWO"), ("C3", "TWO")):
            lines.append(f"{1_700_000_000 + second},34.{second:04d},38,{address},{callsign},1000")
    Path("sky.csv").write_text("\n".join(lines), encoding="utf-8")
    err = refused(capsys, "sky.csv")
    assert "the file has 3 aircraft; choose one by its address:" in err
    assert "\n  a1 (ONE), 6 rows" in err
    assert "'NINE' is not in the file; there are:" in refused(capsys, "sky.csv", "--aircraft", "NINE")
    assert "'TWO' is said by 2 aircraft" in refused(capsys, "sky.csv", "--aircraft", "TWO")
    for wanted in ("a1", "A1", "one"):
        code, out, _ = told(capsys, "sky.csv", "--aircraft", wanted)
        assert (code, features(out)[0]["properties"]["id"]) == (0, "ONE")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nowhere.json"], "nowhere.json: there is no such file"),
        ([CLIMB, "--half-width", "wide"], "--half-width: 'wide' is no length"),
        ([CLIMB, "--tolerance", "0.5"], "--tolerance: must be a metre or more"),
        ([CLIMB, "--gap", "0"], "--gap: must be longer than nothing"),
        ([CLIMB, "--leg", "soon"], "--leg: 'soon' is no duration"),
        ([CLIMB, "--max-speed", "350"], "--max-speed: '350' is no speed; write '350 m/s', '680 kt' or '1250 km/h'"),
        ([CLIMB, "--max-speed", "99999 m/s"], "is not between 1 and 20,000 m/s"),
        ([CLIMB, "--shift-time", "tomorrow"], "--shift-time: 'tomorrow' is no duration; write 7d, 12 h, -90min or 30s"),
        ([CLIMB, "--shift-time", "1d", "--start", "2026-11-23T10:00Z"], "give one of the two"),
        ([CLIMB, "--start", "2026-11-23T10:00"], "--start: has no time zone"),
        ([CLIMB, "--category", "plane"], "--category: 'plane' is none of air"),
        ([CLIMB, "--shift-time", "999999w"], "canonical JSON"),
        ([str(ROOT / "LICENSE")], "names no columns latitude and longitude"),
        (["drawn.kml"], "this is XML and no recording; KML and GPX are read by `wellclear check` as they are"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(
    capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    Path("drawn.kml").write_text("<kml/>\n", encoding="utf-8")
    assert why in refused(capsys, *words)


def test_speeds_are_read_in_what_pilots_use(capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("120 kt", "120 KTS", "222.24 km/h", "62 m/s"):
        code, _, err = told(capsys, CLIMB, "--max-speed", said)
        assert code == 3
        assert "what flies at 62 m/s at most" in err


def test_every_command_of_the_guide_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Those about tracks in docs/planning.md, with the samples under the names there."""
    page = (ROOT / "docs" / "planning.md").read_text("utf-8").partition("## A flight that was recorded\n")[2]
    block, *_ = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    Path("flight.json.gz").write_bytes(Path(CLIMB).read_bytes())
    Path("survey.csv").write_text(
        "time,lat,lon,geo_altitude_m\n" + "".join(f"{1_700_000_000 + s},34.{s * 2:04d},38,400\n" for s in range(50)),
        "utf-8",
    )
    assert main(["check", "--template", "csv"]) == 0
    Path("plan.csv").write_text(capsys.readouterr().out, "utf-8")
    lines = [line.removeprefix("$ ") for line in block.splitlines()]
    assert len(lines) == 3
    for line in lines:
        words = shlex.split(line)
        assert words[0] == "wellclear"
        assert main(words[1:]) == (1 if words[1] == "check" else 0), line
        capsys.readouterr()
