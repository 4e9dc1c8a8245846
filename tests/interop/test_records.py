"""Two real nodes ask each other whose a track is, and say for whom they speak, by the commands of their officers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.two_machines import Machine, two_machines

pytestmark = pytest.mark.slow
SEEN = ["--at", "34.56,38.27", "--time", "2026-11-22T10:00Z", "--mover", "drone", "--height", "900m AMSL"]
SOUTH, NORTH = "SOUTHLAND/OPS", "NORTHLAND/OPS"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("records")) as both:
        yield both


@pytest.mark.requirement("R11")
def test_a_track_is_asked_about_and_answered_with_whom_it_was_checked(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    item = a.does(b, "track", "query", "--as", "W1", "--to", SOUTH, *SEEN)["id"]
    asked = b.until(lambda row: "said" in row, "track", "show", item)
    assert (asked["said"]["mover"], asked["said"]["height_mm"], asked["waits_for"]) == ("drone", 900_000, [SOUTH])
    assert "--checked-with" in b.run("track", "reply", item, "not-ours", "--as", "W1", code=2)
    assert "own" in a.run("track", "reply", item, "ours", "--as", "W1", code=2)
    b.does(a, "track", "reply", item, "not-known", "--as", "W1")
    units = ["--checked-with", "air wing", "--checked-with", "coast guard"]
    b.does(a, "track", "reply", item, "not-ours", *units, "--as", "W1")
    told = a.until(lambda row: all("answer" in one for one in row["replies"]), "track", "show", item)
    assert [(row["answer"], row["checked_with"]) for row in told["replies"]] == [
        ("not_known", []), ("not_ours", ["air wing", "coast guard"])
    ]  # fmt: skip
    shown = a.run("track", "show", item)
    assert "NOT KNOWN" in shown and "NOT OURS" in shown and "air wing, coast guard" in shown
    assert f"{SOUTH}: NOT OURS" in a.run("track", "list")


@pytest.mark.requirement("R12")
def test_who_speaks_for_a_unit_is_found_and_gaps_are_told(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    lasting = ["--keep-until", "2030-01-01", "--as", "W1"]
    drafted = a.json("scope", "declare", "--to", SOUTH, "--unit", "river militia:proxy:no", *lasting)["draft"]
    item = a.does(b, "release", drafted, "--as", "R1", "--yes")["id"]
    found = b.until(lambda told: told["found"], "scope", "find", "Militia")
    assert [(row["desk"], row["can_stop"]) for row in found["found"]] == [(NORTH, "no")]
    assert "no desk speaks for this" in b.run("scope", "find", "air wing", code=1)
    told = b.run("scope", "list")
    assert "it has not said for whom it speaks" in told and "Host nation: no desk speaks for it." in told
    drafted = a.json("scope", "amend", item, "--unit", "air wing:force:yes", *lasting)["draft"]
    a.does(b, "release", drafted, "--as", "R1", "--yes")
    found = b.until(lambda told: told["found"], "scope", "find", "air wing")
    assert found["found"][0]["scope"] == item
    assert "no desk speaks for this" in b.run("scope", "find", "militia", code=1)
    assert "no authority scope of SOUTHLAND" in b.run("scope", "amend", item, "--unit", "x:force:yes", *lasting, code=2)


def test_intent_is_declared_by_a_code_and_by_two_persons(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    assert "none of no_confrontation" in a.run("intent", "declare", "we mean no harm", "--to", SOUTH, "--as", "W1",
                                               code=2)  # fmt: skip
    drafted = a.json("intent", "declare", "warning", "--to", SOUTH, "--as", "W1")["draft"]
    assert "no declarations" in b.run("intent", "list").lower()
    a.does(b, "release", drafted, "--as", "R1", "--yes")
    told = b.until(lambda rows: rows and rows[0]["words"], "intent", "list")
    assert told[0]["words"] == ["what it did was a warning"]
    b.run("ack", told[0]["id"], "--as", "W1")
    a.until(lambda rows: rows and "acked" in rows[0]["recipients"][0], "intent", "list")
