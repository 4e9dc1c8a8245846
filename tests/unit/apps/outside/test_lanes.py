"""Lanes, the picture and the page: each series with its definition and its own scale, and nothing added."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib.resources import files
from io import BytesIO

import pytest
from PIL import Image

from tests.unit.interop.events.made import HEADER, MONITOR, TABLE, form, read
from wellclear.apps.outside.lanes import LANES_MAX, NEVER_ADDED, NO_OWN, Scene, best_step, scene_of
from wellclear.apps.outside.page import facts, page_of
from wellclear.apps.outside.plot import plot_png, rise, ticks
from wellclear.errors import InvalidValue
from wellclear.interop.events.counts import Counts, Step, count

OWN = MONITOR.replace('series = "MONITOR"', 'series = "OWN"\nparty = "SOUTHLAND"').replace('by = "a', 'by = "its own')
OTHER = f"{HEADER}1,2026-11-20,2026-11-20,34.5,38.2,5,7\n"


def counted(table: str, mapping: str, step: Step = Step.DAY) -> Counts:
    made = form(mapping)
    return count(made.series, made.definition, read(table, mapping).events.values(), step=step)


def scene(step: Step = Step.DAY, *, own: bool = True) -> Scene:
    counts = [counted(TABLE, MONITOR, step)] + ([counted(OTHER, OWN, step)] if own else [])
    return scene_of(counts, None, None)


@pytest.mark.requirement("R36")
def test_a_partys_own_count_stands_above_others_and_only_where_there_is_one() -> None:
    assert [(lane.party, lane.series) for lane in scene().lanes] == [("SOUTHLAND", "OWN"), ("", "MONITOR")]
    assert scene().own == "Own counts here: SOUTHLAND."
    assert scene(own=False).own == NO_OWN
    assert [lane.series for lane in scene(own=False).lanes] == ["MONITOR"]


def test_what_stands_in_no_bar_is_told_with_the_reason() -> None:
    (lane,) = scene(own=False).lanes
    assert lane.apart_words == "1 event of 4 stands in no bar: 1 dated within two to six days."
    assert scene(Step.MONTH, own=False).lanes[0].apart_words == ""
    assert scene().headline == "2 series, by day: 2026-11-20 to 2026-11-23"


@pytest.mark.requirement("N8")
def test_no_figure_is_added_over_series() -> None:
    """On 20 November the monitor counts 4 and the party 7: an 11 stands nowhere."""
    drawn = {step: scene(step) for step in Step}
    told = facts(drawn, Step.DAY)
    day = (date(2026, 11, 20) - date(1970, 1, 1)).days
    bars = {lane["series"]: [bar for bar in lane["bars"][Step.DAY] if bar[0] == day] for lane in told["lanes"]}
    assert bars == {"OWN": [[day, 1, 5, 7, 7, 0]], "MONITOR": [[day, 2, 3, 4, 4, 0]]}
    numbers = re.findall(r"(?<![\d-])\d+(?![\d-])", json.dumps(told["lanes"]))
    assert "11" not in numbers
    assert NEVER_ADDED in told["basis"]


@pytest.mark.requirement("R36")
def test_every_lane_carries_its_definition() -> None:
    for lane in facts({step: scene(step) for step in Step}, Step.DAY)["lanes"]:
        assert (lane["unit"], lane["counts"]) == ("air attacks", "air attacks that its observers told it of")
        assert lane["by"]
        assert lane["event"]


def test_the_picture_is_1200_pixels_wide_and_has_a_lane_more_for_a_series_more() -> None:
    one, two = (Image.open(BytesIO(plot_png(scene(own=own)))) for own in (False, True))
    assert one.size[0] == two.size[0] == 1200
    assert two.size[1] > one.size[1] + 200
    assert one.getcolors(100_000) is not None


def test_the_page_is_one_file_that_reaches_nothing() -> None:
    text = page_of({step: scene(step) for step in Step}, Step.DAY)
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|<link|<img|\bsrc=", text)
    assert "{{" not in text


def test_what_a_source_says_stays_text() -> None:
    hostile = MONITOR.replace('unit = "air attacks"', 'unit = "</script><script>alert(1)</script>"')
    drawn = {step: scene_of([counted(TABLE, hostile, step)], None, None) for step in Step}
    text = page_of(drawn, Step.DAY)
    assert "<script>alert" not in text
    assert text.count("</script>") == 2
    assert plot_png(drawn[Step.DAY])
    script = files("wellclear.apps.outside").joinpath("assets", "counts.js").read_text("utf-8")
    assert not re.search(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|eval|Function|fetch|XMLHttpRequest)\b", script)


def test_what_cannot_be_shown_is_refused() -> None:
    none = count("MONITOR", form().definition, [])
    with pytest.raises(InvalidValue, match="there is no event to show"):
        scene_of([none], None, None)
    with pytest.raises(InvalidValue, match="more than a plot holds"):
        scene_of([counted(TABLE, MONITOR)] * (LANES_MAX + 1), None, None)


@pytest.mark.parametrize(
    ("first", "last", "step"),
    [
        ((2026, 1, 1), (2026, 1, 1), Step.DAY),
        ((2026, 1, 1), (2026, 12, 31), Step.DAY),
        ((2026, 1, 1), (2027, 2, 1), Step.WEEK),
        ((2016, 1, 1), (2019, 12, 31), Step.WEEK),
        ((1989, 1, 1), (2024, 12, 31), Step.MONTH),
    ],
)
def test_bars_are_as_short_as_a_sheet_can_show(
    first: tuple[int, int, int], last: tuple[int, int, int], step: Step
) -> None:
    assert best_step(date(*first), date(*last)) is step
    written = ticks(date(*first), date(*last))
    assert len(written) <= 40
    assert all(date(*first) <= day <= date(*last) for day, _ in written)


@pytest.mark.parametrize("top", [0, 1, 5, 6, 10, 11, 26, 99, 983, 10_000_000])
def test_a_scale_has_a_few_lines(top: int) -> None:
    assert top // rise(top) <= 5
    assert str(rise(top)).rstrip("0") in ("1", "2", "5")
