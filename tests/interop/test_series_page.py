"""The page of series in a real browser, opened as a file: bars are read in every lane, by pointer or keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.test_check_map import ARGS, CHROMIUM, DRAWN, until
from tests.unit.apps.outside.test_lanes import scene
from wellclear.apps.outside.page import page_of
from wellclear.interop.events.counts import Step

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    file = tmp_path / "counts.html"
    file.write_text(page_of({step: scene(step) for step in Step}, Step.DAY), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        opened = browser.new_page(viewport={"width": 1200, "height": 900})
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        opened.on("request", lambda asked: None if asked.url.startswith("file:") else faults.append(asked.url))
        opened.goto(file.as_uri())
        until(opened, "document.querySelectorAll('.lane canvas').length === 2")
        yield opened
        assert faults == []
        browser.close()


@pytest.mark.requirement("R36", "N8")
def test_lanes_stand_beside_each_other_and_are_read_together(page: Any) -> None:
    assert page.inner_text("h1") == "2 series, by day: 2026-11-20 to 2026-11-23"
    assert "never added together" in page.inner_text("#basis")
    lanes = page.inner_text("#lanes")
    assert "SOUTHLAND's own count: OWN: air attacks by day" in lanes
    assert "Counted by a monitor." in lanes
    assert "1 event of 4 stands in no bar: 1 dated within two to six days." in lanes
    page.focus(".lane canvas")
    page.keyboard.press("ArrowRight")
    read = page.inner_text("#reading").split("\n")
    told = ["OWN", "7 (5 to 7) air attacks, 1 event", "MONITOR", "4 (3 to 4) air attacks, 2 events"]
    assert read == ["2026-11-20", *told]


def test_bars_may_be_longer_and_the_time_shorter(page: Any) -> None:
    before = page.eval_on_selector(".lane canvas", DRAWN)
    page.click("text=month")
    assert page.inner_text("h1") == "2 series, by month: 2026-11-20 to 2026-11-23"
    assert page.eval_on_selector(".lane canvas", DRAWN) != before
    page.click("text=day")
    page.fill("#from", "2026-11-22")
    assert page.inner_text("h1") == "2 series, by day: 2026-11-22 to 2026-11-23"
    page.click("#all")
    page.click("summary")
    until(page, "document.querySelectorAll('#table-body tr').length === 2")
    row = " ".join(page.inner_text("#table-body tr:first-child").split())
    assert row == "2026-11-20 1 7 (5 to 7) 2 4 (3 to 4)"


def test_a_lane_may_be_hidden_and_the_ground_be_dark(page: Any) -> None:
    page.uncheck("#legend input >> nth=0")
    assert not page.is_visible(".lane >> nth=0")
    assert page.is_visible(".lane >> nth=1")
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
