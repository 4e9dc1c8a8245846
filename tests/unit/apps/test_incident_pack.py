"""What was notified near an incident, to whom and how it was answered: out of a log, by a store and by a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import SketchSource, bundle_of
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.main import main
from wellclear.apps.gathering import Gathered, gathered_from_store
from wellclear.apps.incident_pack import LEFT_OUT, pack, pack_lines, search_window
from wellclear.channel.composing import subject
from wellclear.domain.agreement import DAY_US, HOUR_US
from wellclear.domain.incidents import Incident
from wellclear.domain.parts import Units
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
HIT_US = START_US + 2 * HOUR_US
EVENT = Incident("incident", "explosion", 345_000_000, 383_000_000, "near", HIT_US, "hour", [])
SENT, LATER = "2026-11-24", 30


def record(sketch: Sketch, event: Incident = EVENT) -> str:
    item = sketch.parties[SOUTH].next_id()
    composed = sketch.compose(
        "incident", SOUTH, desk=f"{SOUTH}/OPS", to=[f"{NORTH}/OPS"], id=item, told=sketch.told([event], [NORTH, SOUTH])
    )
    assert sketch.send(SOUTH, composed, sketch.released(composed)).stands
    return item


def announce(sketch: Sketch, lat: float, start_us: int, radius_m: int = 5_000) -> str:
    volume = circle(lat, 38.3, radius_m, start_us=start_us)
    return sketch.announce(NORTH, [f"{SOUTH}/OPS"], [volume], keep_until=SENT)[0]


@pytest.fixture(scope="module")
def happened() -> tuple[Sketch, dict[str, str]]:
    """A notice that comes there, one that is far, one of another day; then the incident, and a month later."""
    made = Sketch.founded(seed=63)
    ids = {"there": announce(made, 34.5, HIT_US), "far": announce(made, 36.5, HIT_US)}
    ids["after"] = announce(made, 34.5, HIT_US + 20 * HOUR_US)
    made.receipt(SOUTH)
    made.ack(SOUTH, ids["there"])
    passed = made.compose(
        "passed_to_units", SOUTH, desk=f"{SOUTH}/OPS", to=[f"{NORTH}/OPS"], subject=subject(ids["there"], 1),
        told=made.told([Units("units", "squadron", START_US)], [NORTH, SOUTH]),
    )  # fmt: skip
    assert made.send(SOUTH, passed, made.watched(passed)).stands
    made.advance(2 * 3600)
    for party in (HOST, NORTH, SOUTH):
        made.time(party)
    ids["safety"], _ = made.safety(NORTH, [f"{SOUTH}/OPS"])
    ids["incident"] = record(made)
    made.answer(NORTH, "complete", ids["there"])
    return made, ids


def gathered(sketch: Sketch, party: str = SOUTH) -> Gathered:
    return gathered_from_store(SketchSource(sketch, party), party)


def prepared(sketch: Sketch, ids: dict[str, str]) -> dict[str, Any]:
    return pack(gathered(sketch), ids["incident"])


@pytest.mark.requirement("R35", "N1")
def test_the_pack_tells_what_was_notified_there_and_how_each_desk_answered(
    happened: tuple[Sketch, dict[str, str]],
) -> None:
    sketch, ids = happened
    told = prepared(sketch, ids)
    (notice,) = told["notices"]
    assert (notice["id"], notice["by"], notice["party"]) == (ids["there"], "volumes", NORTH)
    (desk,) = notice["recipients"]
    assert (desk["desk"], desk["level"], desk["echelon"]) == (f"{SOUTH}/OPS", 4, "squadron")
    assert [one["mark"] for one in desk["marks"]] == ["received", "acked", "passed"]
    assert notice["ended"]["how"] == "COMPLETED"
    assert [row["id"] for row in told["safety"]] == [ids["safety"]] and told["requests"] == []
    named = {row["index"] for row in told["entries"]}
    assert {notice["entry"], notice["ended"]["entry"], *(one["entry"] for one in desk["marks"])} <= named
    text = "\n".join(pack_lines(told))
    assert "no record that it was confirmed" in text and "down to squadron" in text and ids["far"] not in text


@pytest.mark.requirement("R35", "N1")
def test_what_has_left_the_picture_is_in_the_pack_all_the_same() -> None:
    sketch = Sketch.founded(seed=64)
    there = announce(sketch, 34.5, HIT_US)
    sketch.ack(SOUTH, there)
    sketch.advance(LATER * 86_400)
    for party in (HOST, NORTH, SOUTH):
        sketch.time(party)
    item = record(sketch)
    assert there not in sketch.picture.items, "its days are over"
    (notice,) = pack(gathered(sketch), item)["notices"]
    assert notice["id"] == there and notice["recipients"][0]["marks"][-1]["mark"] == "acked"


@pytest.mark.requirement("R35")
@pytest.mark.parametrize(
    ("place", "time", "reach_km", "around_us"),
    [("exact", "exact", 5, HOUR_US // 4), ("near", "hour", 25, HOUR_US), ("district", "day", 75, DAY_US),
     ("region", "week", 300, 7 * DAY_US)],
)  # fmt: skip
def test_it_looks_as_widely_as_place_and_time_are_known(place: Any, time: Any, reach_km: int, around_us: int) -> None:
    window = search_window(Incident("incident", "crash", 345_000_000, 383_000_000, place, HIT_US, time, []))
    assert window.radius_mm == reach_km * 1_000_000
    assert (window.window.start_us, window.window.end_us) == (HIT_US - around_us, HIT_US + around_us)


@pytest.mark.requirement("R35", "N1", "R25")
def test_what_is_not_open_is_told_as_not_looked_at(happened: tuple[Sketch, dict[str, str]]) -> None:
    sketch, ids = happened
    with pytest.raises(InvalidValue, match="is not open to CASPIA"):
        pack(gathered(sketch, HOST), ids["incident"])
    with pytest.raises(InvalidValue, match="is no incident in this log"):
        pack(gathered(sketch), ids["there"])
    found = gathered(sketch)
    blind = gathered(sketch, HOST)
    blind.records = found.records
    told = pack(blind, ids["incident"])
    assert told["notices"] == [] and {row["id"] for row in told["not_open"]} == {ids["there"], ids["far"], ids["after"]}
    assert "so they were not looked at" in "\n".join(pack_lines(told))


@pytest.mark.requirement("R35", "R33")
def test_a_file_is_held_to_a_bundle_entry_by_entry(
    happened: tuple[Sketch, dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sketch, ids = happened
    bundle, file = tmp_path / "bundle.tar", tmp_path / "pack.json"
    write_bundle(bundle_of(sketch, readers=[SOUTH]), bundle)
    words = ["incident", "pack", ids["incident"], str(bundle)]
    assert main([*words, "--out", str(file), "--json"]) == 0
    assert main([*words, "--out", str(file)]) == 2, "never over a file that is there"
    capsys.readouterr()
    assert main([*words, "--check", str(file)]) == 0
    assert "it is what this log gives" in capsys.readouterr().out
    told = json.loads(file.read_text("utf-8"))
    told["notices"] = []
    file.write_text(json.dumps(told), "utf-8")
    assert main([*words, "--check", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] == "no"
    told["entries"][0]["leaf"] = told["entries"][1]["leaf"]
    file.write_text(json.dumps(told), "utf-8")
    assert main([*words, "--check", str(file)]) == 1
    assert f"other entries at {told['entries'][0]['index']}" in capsys.readouterr().out
    file.write_text("[" * 100_000, "utf-8")
    assert main([*words, "--check", str(file)]) == 2
    assert "is no pack" in capsys.readouterr().err


@pytest.mark.requirement("R35", "N1", "N13")
def test_a_pack_names_anothers_site_and_not_its_place() -> None:
    """To whom it was notified and who acknowledged is what a review needs; where it is, the pack carries nowhere."""
    sketch = Sketch.founded(seed=67)
    volume = circle(34.5123456, 38.3, 5_000, start_us=HIT_US)
    site = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [volume], category="protected_site", keep_until=SENT)[0]
    sketch.ack(SOUTH, site)
    sketch.advance(2 * 3600)
    item = record(sketch)
    heard: list[tuple[int, int]] = []
    found = gathered_from_store(SketchSource(sketch, SOUTH), SOUTH, progress=lambda *at: heard.append(at))
    assert heard[-1] == (len(sketch.leaves), len(sketch.leaves)), "and it says how far it has read"
    told = pack(found, item)
    (notice,) = told["notices"]
    assert (notice["id"], notice["words"], notice["left_out"]) == (site, [], "yes")
    assert [one["mark"] for one in notice["recipients"][0]["marks"]] == ["received", "acked"]
    text = "\n".join(pack_lines(told))
    assert LEFT_OUT in text and "34.51" not in text and "345123456" not in str(told) and "34°30" not in text
    own = pack(gathered(sketch, NORTH), item)["notices"][0]
    assert own["words"] and "left_out" not in own, "its announcer's own pack says where it is"
