"""`check` as a stranger types it: no home, no keys, no network; every form of the answer; its exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import bundle_of
from tests.golden.check_messages import POINT, SAME, TWO, collection
from tests.unit.apps.node.test_detection import NORTH, SOUTH, announce
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.check_text import BLOCKS_SHOWN
from wellclear.apps.cli.main import main
from wellclear.domain.quantities import format_time
from wellclear.testing.sketch import START_US, Sketch, circle

WINDOW = {"start": format_time(START_US), "end": format_time(START_US + 3_600_000_000)}


@pytest.fixture(autouse=True)
def at_a_strangers_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no home at all"))
    monkeypatch.chdir(tmp_path)


def put(text: str, name: str = "plan.geojson") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["check", *words, "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out or captured.err)


@pytest.mark.requirement("R32")
def test_a_stranger_gets_an_answer_from_a_file_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*args: object) -> None:
        raise AssertionError("a check of files opens no connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert main(["check", put(TWO)]) == 1
    text = capsys.readouterr().out
    for said in (
        "CONFLICT 1  A-1 (NORTHLAND, air) and B-1 (SOUTHLAND, air)",
        "1 conflict found.",
        "Compared: 1 volume of",
    ):
        assert said in text
    assert not list(Path.cwd().glob("no home*"))


@pytest.mark.parametrize(
    ("features", "code", "answer"),
    [
        ([(POINT, {}), (POINT, {"party": "SOUTHLAND"})], 1, "1 conflict found."),
        ([(POINT, {}), (POINT, {"party": "SOUTHLAND"}), (None, {})], 1, "1 conflict found."),
        ([(POINT, {}), ({"type": "Point", "coordinates": [0, 0]}, {"party": "S"})], 0, "No conflict found."),
        (
            [(POINT, {}), ({"type": "Point", "coordinates": [0, 0]}, {"party": "S"}), (None, {})],
            3,
            "No conflict found.",
        ),
        ([(POINT, {})], 0, "Nothing was compared: the only volume is NORTHLAND's"),
        ([], 0, "Nothing was compared: there is no volume"),
    ],
)
def test_the_exit_codes(features: list[Any], code: int, answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    found, value = told(capsys, put(collection(features)))
    assert found == code
    assert value["answer"].startswith(answer)
    assert len(value["skipped"]) == sum(geometry is None for geometry, _ in features)


def test_bad_input_is_2_and_so_is_any_skipped_feature_under_strict(capsys: pytest.CaptureFixture[str]) -> None:
    name = put(collection([(POINT, {}), (POINT, {"party": "SOUTHLAND"}), (None, {})]))
    assert told(capsys, name, "--strict")[0] == 2
    assert told(capsys, "nowhere.geojson")[0] == 2
    code, value = told(capsys, put(collection([(None, {})])))
    assert code == 2
    assert "1 feature cannot be used, so nothing was compared" in value["error"]["message"]


def test_both_are_said_where_something_clashes_and_something_was_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", put(collection([(POINT, {}), (POINT, {"party": "SOUTHLAND"}), (None, {})]))]) == 1
    text = capsys.readouterr().out
    assert "1 conflict found." in text
    assert "1 feature was SKIPPED and not compared" in text
    assert "SKIPPED plan.geojson, feature 3 (A-3): geometry: is missing" in text


def test_two_places_are_named_for_one_id(capsys: pytest.CaptureFixture[str]) -> None:
    _, value = told(capsys, put(SAME), put(TWO.replace("A-1", "A"), "more.geojson"))
    said = [row["said"] for row in value["skipped"]]
    assert said[0].startswith("plan.geojson, feature 2 (A): id: is taken already by plan.geojson, feature 1")
    assert said[-1].startswith("more.geojson, feature 1 (A): id: is taken already by plan.geojson, feature 1")


def test_what_a_file_does_not_say_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    bare = {"type": "Feature", "id": "A", "geometry": POINT, "properties": {}}
    route = {"type": "LineString", "coordinates": [[38.2, 34.5], [38.4, 34.5]]}
    other = {"type": "Feature", "geometry": route, "properties": {"party": "SOUTHLAND", "id": "B"}}
    words = [
        put(json.dumps({"type": "FeatureCollection", "features": [bare, other]})),
        "--party", "NORTHLAND", "--category", "drone", "--start", "231000ZNOV26", "--end", "2026-11-23T14:00+03:00",
        "--lower", "1000 ft AMSL", "--upper", "400 m AMSL", "--radius", "1 NM", "--half-width", "500",
    ]  # fmt: skip
    code, value = told(capsys, *words)
    assert code == 1, value
    a, b = value["conflicts"][0]["a_side"], value["conflicts"][0]["b_side"]
    assert (a["party"], b["party"], a["category"]) == ("NORTHLAND", "SOUTHLAND", "drone")
    assert a["heights"]["lower_mm"] == 304_800
    assert (a["start"], a["end"]) == ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")


def test_typed_heights_close_no_open_side(capsys: pytest.CaptureFixture[str]) -> None:
    """A volume up to 5,000 ft stays open below, whatever floor is typed for volumes that say no height."""
    name = put(collection([(POINT, {"upper": "5000 ft AMSL"}), (POINT, {"party": "SOUTHLAND"})]))
    _, value = told(capsys, name, "--lower", "3000 ft AMSL", "--upper", "9000 ft AMSL")
    heights = [value["conflicts"][0][side]["heights"]["said"] for side in ("a_side", "b_side")]
    assert heights == ["unbounded below, to 5,000 ft AMSL", "from 3,000 ft AMSL to 9,000 ft AMSL"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lower", "3000 ft"], "--lower and --upper: say what heights are measured from"),
        (["--lower", "3000 ft AMSL", "--upper", "FL10"], "two datums"),
        (["--lower", "3000 ft AMSL", "--upper", "900 m AMSL"], "lies above"),
        (["--upper", "100 ft AGL"], "--upper: AGL"),
        (["--category", "bombing"], "--category: 'bombing' is none of air"),
        (["--start", "2026-11-23T10:00"], "--start: has no time zone"),
    ],
)
def test_what_is_typed_wrong_is_told_by_the_name_of_the_option(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", put(TWO), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.requirement("R32")
def test_minima_are_typed_taken_from_an_agreement_or_said_to_be_the_defaults(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = put(TWO)
    default = told(capsys, name)[1]["minima"]
    typed = told(capsys, name, "--lateral", "5 NM", "--vertical", "1000ft", "--time", "10 min")[1]["minima"]
    assert (default["source"], typed["source"]) == ("defaults", "options")
    assert [default[one] for one in ("lateral_mm", "vertical_mm", "time_us")] == [9_260_000, 304_800, 600_000_000]
    assert [typed[one] for one in ("lateral_mm", "vertical_mm", "time_us")] == [9_260_000, 304_800, 600_000_000]
    assert main(["agreement", "template"]) == 0
    terms = put(capsys.readouterr().out, "terms.json")
    agreed = told(capsys, name, "--agreement", terms)[1]["minima"]
    assert {**agreed, "source": "", "said": ""} == {**default, "source": "", "said": ""}


def test_every_form_goes_to_a_file_or_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    name = put(TWO)
    for form, ending in (("--json", "json"), ("--geojson", "geojson"), ("--csv", "csv"), ("", "txt")):
        assert main(["check", name, *filter(None, [form])]) == 1
        printed = capsys.readouterr()
        assert main(["check", name, "-o", f"answer.{ending}"]) == 1
        assert f"Written: answer.{ending}" in capsys.readouterr().out
        with Path(f"answer.{ending}").open(encoding="utf-8", newline="") as file:
            kept = file.read()
        assert kept.split() == printed.out.split()
        assert printed.err == ("1 conflict found.\n" if form in ("--geojson", "--csv") else "")
    (line,) = csv.DictReader(io.StringIO(Path("answer.csv").read_text(encoding="utf-8")))
    assert (line["a"], line["b"]) == ("A-1", "B-1")
    assert json.loads(Path("answer.geojson").read_text(encoding="utf-8"))["features"][0]["properties"]["a"] == "A-1"


def test_the_volumes_of_an_answer_can_be_checked_again(capsys: pytest.CaptureFixture[str]) -> None:
    route = {"type": "LineString", "coordinates": [[179.9, 34.5], [-179.9, 34.6]]}
    times = {"radius_m": None, "half_width_m": 700, "times": ["2026-11-23T10:00:00Z", "2026-11-23T10:30:00Z"]}
    area = {"type": "Polygon", "coordinates": [[[179.5, 34], [-179.5, 34], [-179.5, 35], [179.5, 35], [179.5, 34]]]}
    first = put(collection([(route, {**times, "upper": "FL100"}), (area, {"party": "SOUTHLAND", "radius_m": None})]))
    assert main(["check", first, "-o", "again.geojson"]) == 1
    kept = json.loads(Path("again.geojson").read_text(encoding="utf-8"))
    kept["features"] = [row for row in kept["features"] if row["properties"]["kind"] == "volume"]
    capsys.readouterr()
    before, after = told(capsys, first)[1], told(capsys, put(json.dumps(kept), "volumes.geojson"))[1]
    assert after["skipped"] == []
    for row in (*before["conflicts"], *after["conflicts"]):
        for side in ("a_side", "b_side"):
            del row[side]["place"]
    assert before["conflicts"] == after["conflicts"]


def test_standard_input_is_read_where_its_format_is_said() -> None:
    words = [sys.executable, "-m", "wellclear.apps.cli.main", "check", "-", "--json"]
    done = subprocess.run([*words, "--format", "geojson"], input=TWO, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["conflicts"][0]["a_side"]["place"]["said"] == "standard input, feature 1"


def test_a_format_is_that_of_standard_input_and_an_archive_may_come_there(tmp_path: Path) -> None:
    kml = "<kml><Placemark><name>K</name><Point><coordinates>38.3,34.5</coordinates></Point></Placemark></kml>"
    with zipfile.ZipFile("plan.kmz", "w") as archive:
        archive.writestr("doc.kml", kml)
    words = [sys.executable, "-m", "wellclear.apps.cli.main", "check", "-", put(TWO), "--format", "kmz", "--json"]
    words += ["--party", "EASTLAND", "--radius", "500", "--start", "231000ZNOV26", "--end", "231100ZNOV26"]
    done = subprocess.run(words, input=Path("plan.kmz").read_bytes(), capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["compared"]["parties"] == 3
    assert "standard input, line 1, placemark 1" in json.dumps(told["conflicts"])


def test_standard_input_that_shows_no_format_is_asked_for_one() -> None:
    words = [sys.executable, "-m", "wellclear.apps.cli.main", "check", "-"]
    done = subprocess.run(words, input="id,party\n", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "standard input: is in no format that can be read; write one of geojson, csv" in done.stderr
    assert "or say which it is with --format" in done.stderr
    assert subprocess.run(words, input=TWO, capture_output=True, text=True, check=False).returncode == 1


def test_what_is_said_to_be_unlimited_stays_so(capsys: pytest.CaptureFixture[str]) -> None:
    name = put(collection([(POINT, {"lower": "unlimited", "upper": "unlimited"}), (POINT, {"party": "SOUTHLAND"})]))
    _, value = told(capsys, name, "--lower", "3000 ft AMSL", "--upper", "9000 ft AMSL")
    assert value["conflicts"][0]["a_side"]["heights"]["said"] == "all heights"


@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_a_template_has_no_fault_and_a_clash_to_be_found(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--template", form]) == 0
    code, value = told(capsys, put(capsys.readouterr().out, f"plan.{form}"))
    assert code == 1
    assert value["skipped"] == value["notes"] == []


def test_a_long_list_is_short_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    north = [(POINT, {"id": f"N-{number:03}"}) for number in range(BLOCKS_SHOWN + 15)]
    assert main(["check", put(collection([*north, (POINT, {"id": "S-1", "party": "SOUTHLAND"})]))]) == 1
    text = capsys.readouterr().out
    assert text.count("CONFLICT ") == BLOCKS_SHOWN
    assert all(text.count(f"N-{number:03}") >= 1 for number in range(BLOCKS_SHOWN + 15))


@pytest.mark.requirement("R23")
def test_letters_that_turn_or_hide_text_are_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    name = put(TWO, "pl\u202ean.geojson")
    main(["check", name])
    text = capsys.readouterr().out
    assert "\u202e" not in text
    assert "<U+202E>" in text


def test_many_volumes(capsys: pytest.CaptureFixture[str]) -> None:
    """Four thousand on a lattice, each party's beside the other's: every pair of neighbours touches, no other does."""
    side, step = 64, 0.05
    rows = ["id,party,category,shape,positions,radius_m,start,end"]
    for number in range(side * side):
        lat, lon = 30 + number // side * step, 38 + number % side * step
        party = ("NORTHLAND", "SOUTHLAND")[(number // side + number) % 2]
        rows.append(f"V-{number:04},{party},air,circle,{lat:.2f} {lon:.2f},2000,231000ZNOV26,231100ZNOV26")
    code, value = told(capsys, put("\n".join(rows) + "\n", "many.csv"), "--lateral", "1900", "--vertical", "0")
    assert code == 1
    assert value["compared"]["volumes"] == side * side
    pairs = {(int(row["a"][2:]), int(row["b"][2:])) for row in value["conflicts"]}
    lattice = {(one, one + 1) for one in range(side * side) if (one + 1) % side}
    lattice |= {(one, one + side) for one in range(side * side - side)}
    near = {(a, b) for a, b in pairs if b - a in (1, side)}
    assert pairs == near
    assert pairs == lattice


# Against a bundle.


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    sketch = Sketch.founded(seed=21)
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)], withhold=("volume",))
    write_bundle(bundle_of(sketch, NORTH), tmp_path / "bundle.tar")
    return "bundle.tar"


def draft(**more: Any) -> str:
    properties = {**WINDOW, "id": "D-1", "radius_m": 1000, **more}
    feature = {"type": "Feature", "geometry": POINT, "properties": properties}
    return put(json.dumps({"type": "FeatureCollection", "features": [feature]}), "draft.geojson")


@pytest.mark.requirement("N13", "R24")
def test_a_draft_against_a_bundle_needs_no_party_and_tells_nobody(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", draft(), "--against", bundle]) == 1
    captured = capsys.readouterr()
    assert "EXERCISE" in captured.err
    for said in ("CONFLICT 1  D-1 (yours) and SOUTHLAND-", "POSSIBLE 2  D-1 (yours)", "Nobody was told.", "as a cell"):
        assert said in captured.out
    for form in ("--csv", "--geojson", "--json"):
        assert main(["check", draft(), "--against", bundle, form]) == 1
    assert "38.31" not in capsys.readouterr().out


def test_against_a_bundle_another_partys_volume_is_skipped(bundle: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", draft(party="SOUTHLAND"), "--against", bundle]) == 2
    assert "this check is for the drafts of NORTHLAND alone" in capsys.readouterr().err
    assert main(["check", draft(party="NORTHLAND"), "--against", bundle]) == 1


def test_the_token_of_this_machine_goes_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", draft(), "--against", "http://192.0.2.1:8645"]) == 2
    assert "name the token for it with --token-file" in capsys.readouterr().err


def test_a_bundle_that_does_not_verify_is_5(bundle: str, capsys: pytest.CaptureFixture[str]) -> None:
    raw = bytearray(Path(bundle).read_bytes())
    raw[len(raw) // 2] ^= 1
    Path(bundle).write_bytes(raw)
    assert main(["check", draft(), "--against", bundle]) == 5
    assert "does not verify" in capsys.readouterr().err


RING = "38,34 38.1,34 38.1,34.1 38,34"
DRAWN = f"""<kml><Document><Placemark><name>Route 1</name><LineString><coordinates>{RING}</coordinates></LineString>
</Placemark></Document></kml>"""
WHEN = ("--start", "2026-11-23T10:00Z", "--end", "2026-11-23T11:00Z", "--half-width", "500")


def test_two_drawings_of_two_parties_need_no_more_than_a_party_each(capsys: pytest.CaptureFixture[str]) -> None:
    files = put(DRAWN, "ours.kml"), put(DRAWN, "theirs.kml")
    code, answer = told(capsys, *files, "--party", "NORTHLAND", "--party", "SOUTHLAND", *WHEN)
    assert code == 1
    assert [(one["a"], one["b"]) for one in answer["conflicts"]] == [("Route 1", "Route 1 (SOUTHLAND)")]
    assert not answer["skipped"]
    assert main(["check", *files, "--party", "NORTHLAND", *WHEN]) == 3
    assert "by a --party for each file" in capsys.readouterr().out
    assert main(["check", files[0], "--party", "NORTHLAND", "--party", "SOUTHLAND", *WHEN]) == 2
    assert "--party: is given 2 times for 1 file; give it once" in capsys.readouterr().err
    both = ("--party", "NORTHLAND", "--party", "SOUTHLAND", *WHEN, "--against", ".")
    assert main(["check", *files, *both]) == 2
    assert "--party: is given more than once; against a channel" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.html", "say --map for a map"),
        ("a.pdf", "say --png for a picture"),
        ("a.XLSX", "a spreadsheet opens answer.csv"),
        ("a.kml", "the clashes as a drawing are answer.geojson"),
    ],
)
def test_an_output_is_not_named_for_what_it_is_not(capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    assert main(["check", put(TWO), "-o", name]) == 2
    assert said in capsys.readouterr().err
    assert not Path(name).exists()


def test_what_ends_as_the_other_begins_meets_at_one_moment(capsys: pytest.CaptureFixture[str]) -> None:
    row = "{},{},{}:00Z,{}:00Z,34.5,38.3,5 km"
    rows = (
        row.format("A", "N", "2026-11-23T10", "2026-11-23T11"),
        row.format("B", "S", "2026-11-23T11", "2026-11-23T12"),
    )
    assert main(["check", put("\n".join(("id,party,start,end,lat,lon,radius", *rows)), "plan.csv")]) == 1
    assert "  when      2026-11-23 11:00:00Z, where one ends as the other begins" in capsys.readouterr().out
