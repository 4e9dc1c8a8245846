"""The node's page in a real browser, on a real node: what rings, is answered by keyboard, and must not be trusted when
its node is gone."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.interop.live_channel import NORTH, PASSPHRASE, SOUTH, Desk, notice
from tests.interop.page_channel import Node, PageChannel
from wellclear.channel.desk import message, write_act
from wellclear.testing.sketch import circle

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-proxy-server",
]  # fmt: skip
DESK = "SOUTHLAND/OPS"
HOSTILE = (
    '<img src="https:' + '//x.example/a.png" onerror="document.body.dataset.owned=\'yes\'"><script>alert(1)</script>'
)
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageChannel]:
    made = PageChannel.founded(tmp_path_factory.mktemp("page"))
    yield made
    made.host.stop()


@pytest.fixture(scope="module")
def announced(channel: PageChannel) -> str:
    return announce(channel)


def announce(channel: PageChannel) -> str:
    """A notice that asks the southern desk for an acknowledgement and crosses its own, and a message full of markup."""
    start_us = int(time.time()) * 1_000_000 + 2 * 3_600_000_000

    async def cross(desk: Desk) -> None:
        volumes = [circle(34.60, 38.30, 5_000, start_us=start_us), corridor(start_us)]
        written = notice(desk, ["NORTHLAND/OPS"], volumes)
        await desk.send(written, ("W1", "drafter"), ("R1", "release_authority"))

    async def act(desk: Desk) -> str:
        written = notice(desk, [DESK], [circle(34.56, 38.27, 5_000, start_us=start_us)])
        await desk.send(written, ("W1", "drafter"), ("R1", "release_authority"))
        core = desk.node.core
        said = message(core.pen(desk.desk), core.next_id(desk.desk), [DESK], {"text": HOSTILE, "language": "en"})
        await desk.send(said, ("W1", "watch_officer"))
        return str(written.act.id)

    channel.at(SOUTH, cross)
    return channel.at(NORTH, act)


def corridor(start_us: int) -> dict[str, Any]:
    """A route far from everything else."""
    route = [[350_000_000, 365_000_000], [351_000_000, 366_000_000], [350_000_000, 367_000_000]]
    flown = circle(35.0, 36.5, 1, start_us=start_us) | {"kind": "corridor", "route": route, "half_width_mm": 2_000_000}
    return {name: value for name, value in flown.items() if name not in ("centre", "radius_mm")}


@pytest.fixture
def node(channel: PageChannel, announced: str) -> Iterator[Node]:
    served = channel.serve_south()
    yield served
    served.die()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any, node: Node) -> Iterator[Any]:
    with shown(browser, node) as opened:
        yield opened


@pytest.fixture
def own(browser: Any, tmp_path: Path) -> Iterator[tuple[Any, PageChannel, str]]:
    """Page, channel and announced notice of one test, which changes what the others look at."""
    channel = PageChannel.founded(tmp_path)
    with ExitStack() as ending:
        ending.callback(channel.host.stop)
        item = announce(channel)
        node = channel.serve_south()
        ending.callback(node.die)
        yield ending.enter_context(shown(browser, node)), channel, item


@contextmanager
def shown(browser: Any, node: Node) -> Iterator[Any]:
    """The opened page; at the end it has asked nobody but its node, and nothing in it has failed."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.clock.install()
    opened.set_default_timeout(WAIT_MS)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.headers = opened.goto(node.page).headers
    opened.locator("svg.plan circle.area").nth(1).wait_for()  # the other party's notice comes ahead of its parts
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(f"{node.url}/")] == []
    assert faults == []


def alarm_of(page: Any, item: str) -> Any:
    card = page.locator("#alarm-list article", has_text=item).filter(has_text="Answer by").first
    card.wait_for()
    return card


@pytest.mark.requirement("R2", "R20", "R24")
def test_what_rings_is_a_card_with_place_time_and_deadline(page: Any, announced: str) -> None:
    card = alarm_of(page, announced)
    text = card.inner_text()
    assert "UNACKNOWLEDGED" in text
    assert "34.56000° N 038.27000° E" in text
    assert "Answer by" in text
    assert "in " in text
    assert page.locator("#banner").inner_text() == "EXERCISE EXERCISE EXERCISE"
    assert page.locator("#zulu").inner_text().endswith("Z")
    steps = page.locator("#duty-list article", has_text=announced).locator("ol.ladder li")
    assert steps.count() >= 3
    assert page.locator("svg.plan circle.area").count() == 2
    assert page.locator("svg.plan path.swath").count() == page.locator("svg.plan path.axis").count() == 1
    assert page.locator("svg.strip rect.area").count() == 3


def test_the_page_may_load_nothing_from_elsewhere(page: Any, node: Node) -> None:
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert node.token not in page.url
    page.evaluate("fetch('http:' + '//127.0.0.1:1/x').catch(() => { document.body.dataset.stopped = 'yes'; })")
    page.locator("body[data-stopped=yes]").wait_for()


@pytest.mark.requirement("R23")
def test_hostile_text_is_text(page: Any) -> None:
    quote = page.locator("#message-list blockquote").first
    assert quote.inner_text() == HOSTILE
    assert page.locator("#message-list img, #message-list script").count() == 0
    assert page.evaluate("document.body.dataset.owned") is None


@pytest.mark.requirement("R32", "N7")
def test_a_conflict_is_shown_with_both_verdicts_and_is_not_answered_by_a_read_back(page: Any) -> None:
    clash = page.locator("#clash-list article").first
    clash.wait_for()
    text = clash.inner_text()
    assert "CONFLICT" in text
    assert "Theirs" in text
    assert "Minima applied" in text
    assert page.locator("svg.plan .cross").count() == 1
    alarm = page.locator("#alarm-list article", has_text="How near").first
    alarm.wait_for()
    assert alarm.get_by_role("button", name="Acknowledge this alarm").count() == 1
    assert alarm.get_by_role("button", name="Acknowledge with read-back").count() == 0
    assert "consent" in page.locator("#clash-limits").inner_text()


@pytest.mark.requirement("R2")
def test_silence_ends_by_itself(page: Any, announced: str) -> None:
    alarm_of(page, announced)
    page.click("text=Enable sound")
    silence = page.get_by_role("button", name="Silence 30 s")
    silence.click()
    page.locator("#sound", has_text="Silenced").wait_for()
    page.clock.fast_forward(31_000)
    silence.wait_for()
    assert "UNACKNOWLEDGED" in alarm_of(page, announced).inner_text(), "silencing acknowledges nothing"


@pytest.mark.requirement("R4")
def test_safety_takes_two_steps(page: Any) -> None:
    page.click("#safety")
    page.locator("dialog select[name=code]").wait_for()
    page.click("dialog button[type=submit]")
    assert "NOT YET SENT" in page.locator("dialog .ready").inner_text()
    page.keyboard.press("Escape")


@pytest.mark.requirement("R2", "R5")
def test_an_officer_acknowledges_by_keyboard_with_a_read_back(own: tuple[Any, PageChannel, str]) -> None:
    page, channel, announced = own
    card = alarm_of(page, announced)
    page.keyboard.press("j")
    while not card.evaluate("node => node === document.activeElement"):
        page.keyboard.press("j")
    page.keyboard.press("a")
    page.fill("dialog input[name=person]", "W1")
    page.fill("dialog input[name=passphrase]", PASSPHRASE)
    page.keyboard.press("Enter")
    page.locator("#read-on-map").wait_for()
    assert page.locator("[data-readback=lat]").input_value() == "", "nothing is filled in before it was read"
    page.keyboard.press("Enter")
    assert page.locator("[data-readback=lat]").input_value() == "34.56 N"
    page.keyboard.press("Enter")
    page.locator("#said", has_text="In the log at index").wait_for()
    card.wait_for(state="detached")
    assert "W1" in page.locator("#watch").inner_text()

    async def seen(desk: Desk) -> list[Any]:
        def acks() -> Any:
            item = desk.node.core.view.items.get(announced)
            ack = item.current.acks.get(DESK) if item is not None else None
            return ack if ack is not None and ack.rows is not None else None

        await desk.until(lambda: acks() is not None)
        return list(acks().rows)

    (row,) = channel.at(NORTH, seen)
    assert (row.lat_e7, row.lon_e7, row.lower_mm, row.upper_mm) == (345_600_000, 382_700_000, 0, 10_000_000)


def test_a_page_whose_node_dies_is_grey_and_says_so(page: Any, node: Node) -> None:
    assert "old" not in (page.locator("html").get_attribute("class") or "")
    node.die()
    page.locator("html.old").wait_for()
    assert "OLD PICTURE" in page.locator("#old").inner_text()
    assert "does not answer" in page.locator("#alarm-list").inner_text()
    assert page.locator(".column.pictures").evaluate("node => getComputedStyle(node).filter") == "grayscale(1)"


@pytest.mark.requirement("R24")
@pytest.mark.parametrize(
    ("width", "height"), [(480, 800), (768, 1024), (1024, 768), (1280, 800), (1440, 900), (1920, 1080)]
)
def test_nothing_is_cut_off_on_a_narrow_screen(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("width => document.querySelector('svg.plan').viewBox.baseVal.width <= width", arg=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """() => [...document.querySelectorAll('table, svg, button, article, section, #head > *')]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1)
            .map(one => one.id || one.className || one.tagName)"""
    )
    assert cut == []
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    banner = page.locator("#banner").bounding_box()
    assert 0 <= banner["y"] < height, "it says EXERCISE wherever the page is scrolled to"


def test_labels_of_a_drawing_do_not_cover_each_other(page: Any) -> None:
    for drawing in ("plan", "strip"):
        labels = page.locator(f"svg.{drawing} .label")
        boxes = labels.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        assert len(boxes) == 2
        one, other = sorted(boxes, key=lambda box: float(box["top"]))
        apart = other["left"] >= one["right"] or one["left"] >= other["right"]
        assert apart or other["top"] - one["top"] >= 12


def test_keys_are_dead_while_somebody_types_or_has_switched_them_off(page: Any) -> None:
    page.click("#take-watch")
    page.locator("dialog input[name=person]").press_sequentially("?ja")
    assert page.locator("dialog").count() == 1
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.keyboard.press("?")
    page.locator("dialog input[type=checkbox]").uncheck()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.keyboard.press("?")
    assert page.locator("dialog").count() == 0


def test_a_page_without_a_token_shows_no_picture(browser: Any, node: Node) -> None:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{node.url}/")
    opened.locator("#old", has_text="no token").wait_for()
    assert "Not known" in opened.locator("#alarm-list").inner_text()
    context.close()


def test_the_modules_have_their_media_types(page: Any, node: Node) -> None:
    answer = page.request.get(f"{node.url}/page/main.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert page.request.get(f"{node.url}/page/files.py").status == 404
    assert json.loads(page.request.get(f"{node.url}/api/board").text())["error"]["code"] == "no_token"


@pytest.mark.requirement("R25")
def test_a_notice_at_level_1_rings_with_its_cell_and_is_drawn_as_one(own: tuple[Any, PageChannel, str]) -> None:
    page, channel, _ = own

    async def act(desk: Desk) -> str:
        core = desk.node.core
        groups: list[dict[str, Any]] = [
            {"group": "volume", "volumes": [circle(34.2, 37.6, 5_000, start_us=int(time.time() + 86_400) * 1_000_000)]},
            {"group": "category", "category": "air"}, {"group": "rest"},
        ]  # fmt: skip
        asked = {
            "to": [DESK], "precedence": "P", "id": core.next_id(desk.desk), "keep_until": "2030-01-01",
            "levels": {SOUTH: 1},
        }  # fmt: skip
        written = write_act(core.pen(desk.desk), "notice", groups, asked, core.picture.terms)
        await desk.send(written, ("W1", "drafter"), ("R1", "release_authority"))
        return str(written.act.id)

    item = channel.at(NORTH, act)
    page.locator("svg.plan .coarse path.area").wait_for()
    text = alarm_of(page, item).inner_text()
    assert "34.00000° N 037.00000° E – 35.00000° N 038.00000° E" in text
    assert "Level 1 only" in page.locator("#notice-list article", has_text=item).inner_text()
