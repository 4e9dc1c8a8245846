"""docs/formats.md: its examples are read by the readers, its words and spellings are those of the code."""

from __future__ import annotations

import io
import re

import pytest

from tests.house.sources import ROOT
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.quantities import Position
from wellclear.domain.volume import Polygon, Volume
from wellclear.errors import InvalidValue
from wellclear.interop.files import READERS, format_of, read
from wellclear.interop.heights import height
from wellclear.interop.planned import Defaults, Planned
from wellclear.interop.positions import position, position_and_note
from wellclear.interop.said import WORDS
from wellclear.interop.table import COLUMNS

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"As `([\w.]+)`[^\n]*(?:\n[^\n`]+)?\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def planned(name: str) -> list[Planned]:
    items = list(read(name, io.BytesIO(EXAMPLES[name].encode()), Defaults()))
    for item in items:
        assert isinstance(item, Planned), str(item)
    return [item for item in items if isinstance(item, Planned)]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_example_is_read_without_a_fault() -> None:
    ids = {name: [item.id for item in planned(name)] for name in EXAMPLES}
    assert ids == {
        "routes.geojson": ["N-1", "N-2", "S-1"],
        "routes.geojsonl": ["N-3", "S-3"],
        "plan.csv": ["N-1", "N-2", "S-1", "S-2", "S-3"],
        "semicolons.csv": ["N-1"],
        "plan.kml": ["Alpha", "Bravo"],
        "flight.gpx": ["Patrol"],
    }
    assert {format_of(name) for name in EXAMPLES} == set(READERS) - {"kmz"}


def test_the_same_volume_is_the_same_in_any_format() -> None:
    def bare(item: Planned) -> Volume:
        return item.volume

    assert bare(planned("routes.geojson")[0]) == bare(planned("plan.csv")[0])


def test_the_cut_area_is_whole_again() -> None:
    item = planned("routes.geojson")[2]
    assert isinstance(item.volume.skeleton, Polygon)
    assert "parts that were cut at the antimeridian were joined" in item.notes


def test_the_page_names_every_word_and_category() -> None:
    words = section("The words")
    for word in WORDS:
        assert f"`{word}`" in words
    assert f"one of {', '.join(CATEGORIES)} |" in words
    assert ",".join(COLUMNS) in EXAMPLES["plan.csv"]


def test_every_spelling_of_a_position_is_read() -> None:
    rows = re.findall(r"^\| (?!spelling|-)([^|]+) \| (.*) \|$", section("Positions"), re.MULTILINE)
    spelt = [(name, text) for name, cell in rows for text in re.findall(r"`([^`]+)`", cell)]
    assert len(spelt) > 14
    places = {Position(345_600_000, 382_700_000), Position(-345_600_000, -705_000_000)}
    places |= {Position(345_500_000, 382_666_667), Position(345_599_998, 382_700_051)}
    for name, text in spelt:
        found, note = position_and_note(text, "at", decimal_comma=name == "decimal comma")
        assert (found in places, note) == (True, ""), text
    with pytest.raises(InvalidValue):
        position("34,56 38,27", "at")


def test_every_spelling_of_a_height_is_read_or_refused() -> None:
    text = section("Heights")
    for said in ("5000 ft AMSL", "1500 m W84", "FL250", "3000 ft STD", "unlimited", "UNL"):
        assert f"`{said}`" in text
        height(said, "lower")
    for said in ("GND", "SFC", "500 m AGL"):
        assert said.split()[-1] in text
        with pytest.raises(InvalidValue, match="the ground"):
            height(said, "lower")
