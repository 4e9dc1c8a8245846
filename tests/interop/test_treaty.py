"""Two real nodes: red lines, zones and what is said of them by their officers' commands; two persons say each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.two_machines import DAY, PLACE, START, Machine, two_machines
from wellclear.apps.cli.main import main

pytestmark = pytest.mark.slow
SOUTH, NORTH = "SOUTHLAND/OPS", "NORTHLAND/OPS"
TEXT = "לא תהיה פריסה כאן"
BY = ["--as", "W1"]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("treaty")) as both:
        yield both


def released(speaker: Machine, other: Machine, *words: str) -> Any:
    """Draft, and have another officer release it; the answer."""
    drafted = speaker.json(*words, *BY)["draft"]
    return speaker.does(other, "release", drafted, "--as", "R1", "--yes")


@pytest.mark.requirement("R31", "N3")
def test_a_red_line_is_declared_amended_and_withdrawn(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    trigger = tmp_path / "trigger.json"
    trigger.write_text('{"cel": "radar &&"}', "utf-8")
    said = ["--to", NORTH, "--text", TEXT, "--language", "he", "--keep-until", "2030-01-01"]
    refused = b.run("redline", "declare", *said, "--trigger", str(trigger), *BY, code=2)
    assert "trigger.json: cel: " in refused and "red-lines.md" in refused
    assert b.json("release") == [] and "No red lines." in b.run("redline", "list")
    trigger.write_text('{"cel": "radar"}', "utf-8")
    item = released(b, a, "redline", "declare", *said, "--trigger", str(trigger))["id"]
    row = a.until(lambda row: "said" in row, "redline", "show", item)
    assert (row["said"]["text"], row["trigger"]["judged"], row["party"]) == (TEXT, "yes", "SOUTHLAND")
    a.run("ack", item, *BY)
    shown = a.run("redline", "show", item)
    for words in (TEXT, "Its trigger can be judged here.", "not its acceptance", "no desk speaks for it"):
        assert words in shown, words
    assert "no red line of NORTHLAND" in a.run("redline", "withdraw", item, *BY, code=2)
    released(b, a, "redline", "amend", item, "--no-trigger", "--keep-until", "2030-01-01")
    row = a.until(lambda row: row["version"] == 2 and "said" in row, "redline", "show", item)
    assert row["said"] == {"group": "red_line", "language": "he", "text": TEXT}
    released(b, a, "redline", "withdraw", item)
    assert "called off" in a.run("redline", "list")
    assert "was called off" in b.run("redline", "withdraw", item, *BY, code=2)


@pytest.mark.requirement("R31", "N12")
def test_a_plan_is_checked_by_the_others_line_on_its_own_node_alone(
    machines: tuple[Machine, Machine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = machines
    trigger, plan = tmp_path / "trigger.json", tmp_path / "plan.geojson"
    place = {"kind": "circle", "centre": [345_600_000, 382_700_000], "radius_mm": 5_000_000}
    trigger.write_text(json.dumps({"area": place, "cel": "radar"}), "utf-8")
    said = ["--to", NORTH, "--text", TEXT, "--language", "he", "--keep-until", "2030-01-01"]
    item = released(b, a, "redline", "declare", *said, "--trigger", str(trigger))["id"]
    a.until(lambda row: "said" in row, "redline", "show", item)
    window = {"start": f"{DAY}T10:00Z", "end": f"{DAY}T12:00Z"}
    point = {"type": "Point", "coordinates": [38.27, 34.56]}
    feature = {"type": "Feature", "geometry": point, "properties": {"id": "D-1", "radius_m": 500, **window}}
    plan.write_text(json.dumps(feature), "utf-8")

    def checked(home: Path, *words: str) -> tuple[int, Any]:
        code = main(["check", str(plan), "--against", str(home), *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, answer = checked(a.home)
    (touched,) = answer["drawn"]["drafts"][0]["touched"]
    assert (code, touched["id"], touched["text"], touched["verdict"]) == (1, item, TEXT, "possible")
    assert touched["unknown"] == ["radar"]
    assert answer["answer"].endswith("1 red line possibly touched. Nobody was told.")
    code, answer = checked(a.home, "--say", "radar=yes")
    assert code == 1 and answer["drawn"]["drafts"][0]["touched"][0]["verdict"] == "touches"
    assert any(change["kind"] == "move" for change in answer["drawn"]["drafts"][0]["changes"])
    code, answer = checked(a.home, "--say", "radar=no")
    assert (code, answer["drawn"]["drafts"], answer["drawn"]["red_lines"]) == (0, [], 1)
    assert a.json("release") == [] and "own_red_line" not in b.run("alarm", "list", "--json"), "nobody else hears"
    released(b, a, "redline", "withdraw", item)
    assert checked(a.home)[1]["drawn"]["red_lines"] == 0


@pytest.mark.requirement("R30", "N3")
def test_a_zone_is_claimed_agreed_renewed_disputed_and_withdrawn(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    named = ["--sort", "closure", "--name", "Eastern road", "--limit", "tanks=75", "--minima", "5km,1000ft,10min"]
    assert "No zones." in b.run("zone", "list")
    item = released(a, b, "zone", "declare", "--to", SOUTH, *named, *PLACE, *START)["id"]
    row = b.until(lambda row: "said" in row, "zone", "show", item)
    assert row["standing"]["words"] == "claimed by NORTHLAND" and row["standing"]["silent"] == ["SOUTHLAND"]
    assert row["said"]["limits"] == [{"text": "tanks", "at_most": 75}]
    assert "this party's own" in a.run("zone", "concur", item, *BY, code=2)
    b.run("ack", item, *BY)
    assert b.json("zone", "show", item)["standing"]["state"] == "claimed", "an acknowledgement is not agreement"
    assert "is at version 1" in b.run("zone", "concur", item, "--of-version", "2", *BY, code=2)
    released(b, a, "zone", "concur", item)
    assert a.until(lambda row: row["standing"]["concurs"], "zone", "show", item)["standing"]["state"] == "agreed"
    assert "AGREED" in a.run("zone", "show", item)
    released(a, b, "zone", "renew", item, "--end", f"{DAY}T18:00Z")
    row = b.until(lambda row: row["version"] == 2 and "said" in row, "zone", "show", item)
    assert (row["standing"]["state"], row["standing"]["silent"]) == ("claimed", ["SOUTHLAND"])
    assert row["said"]["volumes"][0]["end_us"] == row["said"]["end_us"] and row["said"]["name"] == "Eastern road"
    released(b, a, "zone", "dispute", item, "--text", "Not beyond the road.", "--language", "en")
    assert a.until(lambda row: row["standing"]["disputes"], "zone", "show", item)["standing"]["state"] == "disputed"
    assert "SOUTHLAND disputes it" in a.run("zone", "list")
    released(a, b, "zone", "withdraw", item)
    assert "has ended" in b.run("zone", "concur", item, *BY, code=2)


@pytest.mark.requirement("R29", "R12")
def test_nobody_consents_where_no_host_nation_has_a_desk(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    form = tmp_path / "notice.json"
    start, end = (f"{DAY}T{hour}:00Z" for hour in (10, 12))
    volume = {"circle": "34.56,38.27", "radius": "5km", "lower": "0ft", "upper": "900ft", "datum": "AMSL"}
    said = {"to": [SOUTH], "category": "air", "volumes": [{**volume, "start": start, "end": end}]}
    form.write_text(json.dumps(said), "utf-8")
    item = released(a, b, "draft", "--file", str(form))["id"]
    assert "Consent of the host nation: no desk speaks for it." in b.run("notice", "show", item)
    assert "a host nation alone" in b.run("consent", "give", item, *BY, code=2)
    assert "Host nation: no desk speaks for it." in b.run("consent", "list")


@pytest.mark.requirement("R12")
def test_an_authority_scope_is_called_off(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    unit = ["--unit", "coast guard:agency:yes", "--keep-until", "2030-01-01"]
    item = released(a, b, "scope", "declare", "--to", SOUTH, *unit)["id"]
    b.until(lambda told: told["found"], "scope", "find", "coast guard")
    assert "no authority scope of SOUTHLAND" in b.run("scope", "withdraw", item, *BY, code=2)
    released(a, b, "scope", "withdraw", item)
    assert "no desk speaks for this" in b.run("scope", "find", "coast guard", code=1)
