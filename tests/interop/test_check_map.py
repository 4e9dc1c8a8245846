"""The page of a check in a real browser, opened as a file: it asks nobody for anything, and all can be reached."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.apps.check.map.sketches import HOSTILE, TURNING, of_channel, of_files, theirs
from tests.unit.apps.check.plans import HOUR_US, START_US, at, planned, skipped, volume
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.map.page import asset, map_page
from wellclear.apps.check.map.plane import Plane
from wellclear.apps.check.plan import Checked
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand, Route

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WAIT_MS = 60_000
RED = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4) found += data[at] > 150 && data[at + 1] < 60 && data[at + 2] < 60;
    return found;
}"""
DRAWN = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum = (sum * 31 + data[at] + 3 * data[at + 1] + 7 * data[at + 2]) % 1e9;
    return sum;
}"""


def until(page: Any, condition: str) -> None:
    """Wait for it, looked at once a picture; the browser's own way of waiting needs `eval`, which the page forbids."""
    page.evaluate(
        f"""() => new Promise((done, failed) => {{
            const last = performance.now() + {WAIT_MS};
            const look = () => {{
                if ({condition}) done();
                else if (performance.now() > last) failed("never");
                else requestAnimationFrame(look);
            }};
            requestAnimationFrame(look);
        }})"""
    )


def drawn_anew(page: Any, before: int) -> None:
    until(page, f"({DRAWN})(document.querySelector('#map')) !== {before}")


def realistic() -> Checked:
    """Two clashes hours apart, a route with times, two datums, a name that is markup and one that turns text."""
    route = Route((at(34.5, 38.0), at(34.5, 38.3), at(34.7, 38.4)), tuple(START_US + n * HOUR_US for n in (0, 1, 2)))
    return of_files(
        planned("PATROL", "NORTH", volume(skeleton=route, hours=2)),
        planned("RANGE", "SOUTH", volume(34.5, 38.31, 6_000_000, hours=3)),
        planned(HOSTILE, "NORTH", volume(34.9, 38.3, 3_000_000, start_us=START_US + 5 * HOUR_US)),
        planned(TURNING, "SOUTH", volume(34.91, 38.3, 3_000_000, start_us=START_US + 5 * HOUR_US)),
        planned("FLIGHT", "SOUTH", volume(34.2, 38.9, band=AltitudeBand(Datum.STD, 3_048_000, 6_096_000))),
        skipped("X-9"),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        launched.close()


class Opener:
    """Opens pages as files, and holds them to it: one request, which is the file, and no fault."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._contexts: list[Any] = []
        self.asked: list[str] = []
        self.faults: list[str] = []

    def open(self, checked: Checked | ChannelChecked, **options: Any) -> Any:
        file = self._folder / f"map{len(self._contexts)}.html"
        file.write_text(map_page(checked), "utf-8")
        context = self._browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
        self._contexts.append(context)
        context.on("request", lambda request: self.asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.goto(file.as_uri())
        until(page, "document.querySelector('#headline').textContent")
        self.asked = [url for url in self.asked if url != file.as_uri()]
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def opener(browser: Any, tmp_path: Path) -> Iterator[Opener]:
    made = Opener(browser, tmp_path)
    yield made
    made.close()
    assert made.asked == []
    assert made.faults == []


@pytest.mark.requirement("R32")
def test_a_file_alone_shows_what_clashes(opener: Opener) -> None:
    page = opener.open(realistic())
    assert page.locator("#headline").inner_text() == "2 conflicts found."
    assert page.locator("#clash-list button").count() == 2
    assert page.locator("#volume-list button").count() == 5
    assert page.locator("#map").evaluate(RED) > 100
    assert "not a clearance" in page.locator("#limits").inner_text()
    basis = page.locator("#basis").inner_text()
    assert "Minima applied" in basis
    assert "X-9" in basis
    assert "AMSL and STD" in basis
    assert page.evaluate("fetch('http:' + '//127.0.0.1:1/x').then(() => 'sent', () => 'stopped')") == "stopped"
    opener.faults.clear()  # the browser says that it stopped the line above


@pytest.mark.requirement("R23")
def test_hostile_names_are_text(opener: Opener) -> None:
    page = opener.open(realistic())
    assert HOSTILE in page.locator("#volume-list").inner_text()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert "A-1<U+202E>317-B" in page.locator("#clash-list").inner_text()


def test_a_clash_in_the_list_moves_the_map_and_the_time(opener: Opener) -> None:
    page = opener.open(realistic())
    before = page.locator("#map").evaluate(DRAWN)
    page.locator("#clash-list button").nth(1).click()
    page.locator("#chosen").wait_for()
    assert "CONFLICT" in page.locator("#chosen").inner_text()
    assert page.locator("#moment").inner_text().startswith("231")
    assert page.locator("#all-times").get_attribute("aria-pressed") == "false"
    assert "1 clash" in page.locator("#active").inner_text()
    drawn_anew(page, before)
    assert page.locator('[aria-current="true"]').count() == 1
    page.get_by_role("button", name="Next clash").click()
    page.get_by_role("button", name="Select nothing").click()
    assert page.locator("#chosen").is_hidden()


def test_the_slider_is_moved_by_keys_and_says_the_moment(opener: Opener) -> None:
    page = opener.open(realistic())
    slider = page.locator("#slider")
    slider.focus()
    page.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext") == "231000ZNOV26"
    first = page.locator("#map").evaluate(DRAWN)
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "231600ZNOV26"
    drawn_anew(page, first)
    page.click("#before")
    assert slider.get_attribute("aria-valuetext") == "231500ZNOV26"
    page.click("#all-times")
    assert slider.get_attribute("aria-valuetext") == "all times"
    page.click("#play")
    until(page, "document.querySelector('#slider').getAttribute('aria-valuetext') > '231030'")
    page.click("#play")
    assert page.locator("#play").get_attribute("aria-label") == "Play"
    page.check("#now-only")
    assert page.locator("#clash-list button").count() <= 1


def test_a_part_of_the_times_can_be_shown_larger(opener: Opener) -> None:
    page = opener.open(realistic())
    longest = int(page.locator("#slider").get_attribute("max"))
    page.get_by_role("button", name="Show fewer times").click()
    assert int(page.locator("#slider").get_attribute("max")) < longest / 2
    page.locator("#clash-list button").nth(1).click()
    assert 0 < int(page.locator("#slider").input_value()) < int(page.locator("#slider").get_attribute("max"))
    for _ in range(3):
        page.get_by_role("button", name="Show more of the times").click()
    assert int(page.locator("#slider").get_attribute("max")) == longest


def test_the_map_is_reached_and_moved_by_keys(opener: Opener) -> None:
    page = opener.open(realistic())
    page.locator("#map").focus()
    for key in ("+", "ArrowLeft", "ArrowUp", "-", "0"):
        before = page.locator("#map").evaluate(DRAWN)
        page.keyboard.press(key)
        drawn_anew(page, before)
    page.keyboard.press("n")
    page.locator("#chosen").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#chosen").is_hidden()
    page.locator("#search").focus()
    page.keyboard.type("n0patrol")
    assert page.locator("#chosen").is_hidden(), "letters that are typed are no commands"


def test_a_press_on_the_map_selects_and_search_narrows(opener: Opener) -> None:
    page = opener.open(of_files(planned("A-1", "NORTH"), planned("B-1", "SOUTH", volume(34.9))))
    page.locator("#search").fill("b-1")
    assert page.locator("#volume-list button").count() == 1
    page.locator("#search").fill("")
    page.locator("#volume-list button").first.click()
    box = page.locator("#map").bounding_box()
    until(page, "true")
    page.get_by_role("button", name="Select nothing").click()
    page.mouse.click(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2 + 20)
    page.locator("#chosen").wait_for()
    assert "A-1" in page.locator("#chosen").inner_text()
    assert "No clash of this volume was found" in page.locator("#chosen").inner_text()


def test_two_fingers_pinch_and_one_drags(opener: Opener) -> None:
    page = opener.open(realistic(), viewport={"width": 390, "height": 844}, has_touch=True)
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *spots: tuple[float, float]) -> None:
        points = [{"x": left, "y": top, "id": number} for number, (left, top) in enumerate(spots)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def scale_bar() -> int:
        """How far apart two positions are that are 100 pixels apart, in seconds of arc; smaller is nearer."""
        told = []
        for left in (x - 50, x + 50):
            page.mouse.move(left, y)
            told.append(float(page.locator("#cursor").inner_text().split()[1].split("°")[0]))
        return round(abs(told[1] - told[0]) * 3600)

    far = scale_bar()
    before = page.locator("#map").evaluate(DRAWN)
    touch("touchStart", (x - 20, y), (x + 20, y))
    for apart in (30, 45, 60, 80):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    drawn_anew(page, before)
    assert far / 5 < scale_bar() < far / 3, "four times as far apart is four times as near"
    before = page.locator("#map").evaluate(DRAWN)
    touch("touchStart", (x, y))
    touch("touchMove", (x + 60, y + 30))
    touch("touchEnd")
    drawn_anew(page, before)
    assert page.locator("#chosen").is_hidden(), "a drag selects nothing"


def test_a_party_can_be_left_out_of_sight(opener: Opener) -> None:
    page = opener.open(realistic())
    page.locator("#legend input").first.uncheck()
    until(page, "document.querySelectorAll('#volume-list button').length === 3")
    assert page.locator("#clash-list button").count() == 0


def test_light_and_dark(opener: Opener) -> None:
    page = opener.open(realistic(), color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light", exact=True).click()
    assert page.evaluate(ground) != dark
    assert page.locator("#map").evaluate(RED) > 100


@pytest.mark.parametrize(
    ("width", "height"), [(320, 640), (390, 844), (768, 1024), (1024, 768), (1440, 900), (3840, 2160)]
)
def test_nothing_is_cut_off_at_any_width(opener: Opener, width: int, height: int) -> None:
    page = opener.open(realistic(), viewport={"width": width, "height": height})
    page.locator("#clash-list button").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """() => [...document.querySelectorAll('button, canvas, section, aside, header, label, output, li')]
            .filter(one => one.getClientRects().length && one.getBoundingClientRect().right > innerWidth + 1)
            .map(one => one.id || one.className || one.tagName)"""
    )
    assert cut == []
    assert page.locator("#map").bounding_box()["height"] >= 180


def test_every_control_has_a_name(opener: Opener) -> None:
    page = opener.open(realistic())
    page.locator("#clash-list button").first.click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [tabindex="0"]')]
            .filter(one => !one.getAttribute('aria-label') && !one.textContent.trim())
            .filter(one => !one.closest('label')?.textContent.trim()).map(one => one.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("h1").count() == 1


@pytest.mark.requirement("R3")
def test_no_clash_and_nothing_compared_are_different(opener: Opener) -> None:
    page = opener.open(of_files(planned("A-1", "NORTH"), planned("B-1", "SOUTH", volume(37.0))))
    assert "1 volume of NORTH and 1 volume of SOUTH" in page.locator("#clash-list").inner_text()
    page = opener.open(of_files(planned("A-1", "NORTH")))
    assert "Nothing was compared" in page.locator("#clash-list").inner_text()
    page = opener.open(of_files(skipped()))
    assert page.locator("#times").is_hidden()
    assert "no volume" in page.locator("#volume-list").inner_text()


@pytest.mark.requirement("N13")
def test_against_a_channel_there_is_the_others_id_and_not_its_shape(opener: Opener) -> None:
    page = opener.open(of_channel(theirs(34.5, 38.3, coarse=True), exercise=True))
    assert "EXERCISE" in page.locator("#exercise").inner_text()
    assert page.locator("#volume-list button").count() == 2
    page.locator("#clash-list button").click()
    assert "SOUTH-OPS-7" in page.locator("#chosen").inner_text()
    assert "Only your own drafts are drawn" in page.locator("#basis").inner_text()


@pytest.mark.parametrize(("lat", "lon"), [(34.5, 38.3), (-17.0, 179.9), (89.999, 20.0), (-90.0, 0.0), (0.0, -180.0)])
def test_the_page_projects_as_the_program_does(browser: Any, lat: float, lon: float) -> None:
    lats, lons = (
        np.array([lat + 0.5, lat - 1.3, -60.0, 80.0, 10.0]),
        np.array([lon + 0.7, lon - 2.0, 100.0, -170.0, 0.0]),
    )
    lats = np.clip(lats, -90.0, 90.0)
    expected = Plane(lon, lat).project(lons, lats)
    page = browser.new_page()
    found = page.evaluate(
        f"""pairs => {{
            const facts = {{ middle: [{lat}, {lon}] }};
            {asset("earth.js")}
            return pairs.map(([lat, lon]) => {{
                const point = project(lat, lon);
                return [...point, ...unproject(...point)];
            }});
        }}""",
        [[float(one), float(other)] for one, other in zip(lats, lons, strict=True)],
    )
    page.close()
    drawn = np.array(found)
    assert np.abs(drawn[:, :2] - expected).max() < 0.01, "a centimetre"
    assert np.abs(drawn[:, 2] - lats).max() < 1e-6
    turned = (drawn[:, 3] - lons + 180.0) % 360.0 - 180.0
    assert np.abs(turned * np.cos(np.radians(lats))).max() < 1e-6


def test_the_pointer_says_where_it_is(opener: Opener) -> None:
    page = opener.open(of_files(planned("A-1", "NORTH"), planned("B-1", "SOUTH", volume(37.5))))
    page.click("#volume-list button")
    until(page, "true")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + round(box["width"] / 2), box["y"] + round(box["height"] / 2))
    told = page.locator("#cursor").inner_text()
    assert told.startswith(("34.50", "34.49"))
    assert "°N 038." in told
