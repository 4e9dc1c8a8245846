"""Two real nodes tell of one incident, count beside each other, and prepare what was notified, by their commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.interop.two_machines import DAY, Machine, two_machines

pytestmark = pytest.mark.slow
SOUTH, NORTH = "SOUTHLAND/OPS", "NORTHLAND/OPS"
KEEP = ["--keep-until", f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}"]
WORDS = "سمعنا طلقتين."


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("incidents")) as both:
        yield both


def released(author: Machine, other: Machine, *words: str) -> str:
    """Drafted by one officer and released by another; its id."""
    drafted = author.json(*words, "--as", "W1")["draft"]
    return str(author.does(other, "release", drafted, "--as", "R1", "--yes")["id"])


@pytest.mark.requirement("R35", "N8", "N1")
def test_both_sides_tell_of_an_incident_and_neither_changes_the_others_account(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = machines
    where = ["--at", "34.56,38.27", "--place", "near", "--time", f"{DAY}T11:00Z", "--known-to", "hour"]
    item = released(b, a, "incident", "record", "shots", *where, "--to", NORTH, *KEEP)
    told = a.until(lambda row: "said" in row, "incident", "show", item)
    assert [(one["party"], one["first"]) for one in told["columns"]] == [("NORTHLAND", "waits"), ("SOUTHLAND", "waits")]
    held = tmp_path / "recording.wav"
    held.write_bytes(b"two shots")
    released(a, b, "incident", "account", item, "--language", "en", "--text", "Nobody of ours was there.")
    released(b, a, "incident", "account", item, "--language", "ar", "--text", WORDS, "--number", "shots=2..3",
             "--evidence", str(held))  # fmt: skip
    both = a.until(lambda row: sum("said" in one for one in row["replies"]) == 2, "incident", "show", item)
    assert [one["said"]["text"] for one in both["replies"]] == ["Nobody of ours was there.", WORDS]
    assert [len(one["accounts"]) for one in both["columns"]] == [1, 1]
    shown = a.run("incident", "show", item)
    assert shown.index("Nobody of ours") < shown.index(WORDS) and "shots: 2 to 3." in shown
    assert "NORTHLAND: 1, SOUTHLAND: 1" in b.run("incident", "list")
    out = tmp_path / "pack.json"
    assert "Notices that come there: none on record." in b.run("incident", "pack", item, "--out", str(out))
    assert "it is what this log gives" in b.run("incident", "pack", item, "--check", str(out))
    assert json.loads(out.read_text("utf-8"))["incident"]["id"] == item


@pytest.mark.requirement("R36", "N8")
def test_both_sides_declare_their_counts_and_see_the_difference(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = machines
    assert "No counts" in a.run("series", "beside")
    for one, other, to, count in ((a, b, SOUTH, 3), (b, a, NORTH, 7)):
        table = tmp_path / f"{count}.csv"
        table.write_text(f"day,place,type,count\n2026-11-20,Hama,attack,{count}\n", "utf-8")
        words = ["--name", "attacks", "--language", "en", "--definition", f"each that {count} saw", "--to", to]
        released(one, other, "series", "declare", str(table), *words)
    told = a.until(lambda row: len(row["columns"]) == 2, "series", "beside")
    assert [one["definition"] for one in told["columns"]] == ["each that 3 saw", "each that 7 saw"]
    assert [(row["counts"], row["difference"]) for row in told["rows"]] == [([3, 7], 4)]
    released(a, b, "reports", "enter", "--outlet", "The Daily", "--claim", "Talks will continue.", "--language", "en",
             "--to", SOUTH)  # fmt: skip
    rows = b.until(lambda rows: rows and rows[0]["words"], "reports", "entered")
    assert rows[0]["said"]["claims"] == ["Talks will continue."]
