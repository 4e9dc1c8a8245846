"""The page of a halted node in a real browser: why, by which notes, what still works, and what nobody believes."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.interop.live_channel import PASSPHRASE, key_of
from tests.interop.test_page import ARGS, WAIT_MS
from tests.unit.apps.node.bench import Bench
from tests.unit.apps.node.halting import SEED, SOUTH, cease, hand_over, hear, other_history, put
from tests.unit.apps.node.test_changing import decide_at, decided
from tests.unit.channel.relay import Relay
from wellclear.apps.node.app import node_app
from wellclear.apps.node.board import NOT_HANDED, OUTSIDE, UNPROVEN
from wellclear.apps.node.service import NodeService
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import Keyring, create_key
from wellclear.testing.sketch import Sketch, circle

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
TOKEN = "of-this-test"


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    """A halted node that has handed one message over and heard another one; the officer's key lies in its home."""
    bench = Bench(Relay(Sketch.founded(seed=SEED, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    fork = other_history(bench)
    put(bench, cease(bench))
    hand_over(bench)
    fork.sketch.safety("NORTHLAND", [f"{SOUTH}/OPS"], "emergency")
    hear(bench)
    key = key_of(fork.sketch.parties[SOUTH], "W1")
    create_key(Keyring(tmp_path).officer_path("W1"), "person", f"{SOUTH}/W1", PASSPHRASE, **key)
    return bench


@contextmanager
def opened(bench: Bench) -> Iterator[Any]:
    """The page of a node whose host cannot be reached, with nothing failed at the end."""
    signer = bench.relay.sketch.parties[SOUTH].key("node")
    client = HostClient("http://127.0.0.1:1", bench.relay.sketch.channel, signer, bench.clock)
    app = node_app(NodeService(bench.core, client, bench.path.parent), TOKEN, "127.0.0.1")
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page()
        page.set_default_timeout(WAIT_MS)
        try:
            page.goto(f"http://127.0.0.1:{port}/#token={TOKEN}")
            page.locator("#outbox-list p").first.wait_for()
            yield page
            assert page.is_hidden("#broken")
        finally:
            browser.close()
            server.should_exit = server.force_exit = True
            thread.join(10)


def take_watch(page: Any) -> None:
    page.fill("dialog input[name=person]", "W1")
    page.fill("dialog input[name=passphrase]", PASSPHRASE)
    page.keyboard.press("Enter")


@pytest.mark.requirement("R4", "R33")
def test_a_halted_page_says_what_still_works_and_calls_nothing_sent(south: Bench) -> None:
    with opened(south) as page:
        page.wait_for_selector("#halt:not([hidden])")
        halt = page.inner_text("#halt")
        assert "Safety still goes out" in halt and "Telephone every party" in halt and "evidence/" in halt
        assert page.inner_text("#alarm-list article h3").startswith("HALTED: the host has signed two logs")
        assert page.get_by_role("button", name="Acknowledge with read-back").count() == 0, "it would be refused"
        page.click("#halt summary")
        assert page.locator("#halt pre").count() == 2
        assert "HALTED" in page.inner_text("#link-state")
        outbox = page.inner_text("#outbox-list")
        assert "NOT IN THE LOG" in outbox and UNPROVEN in outbox
        heard = page.inner_text("#safety-list")
        assert "HEARD OUTSIDE THE RECORD" in heard and OUTSIDE in heard and "IN-FLIGHT EMERGENCY" in heard
        assert "heard outside the record" in page.inner_text("#alarm-list")
        page.click("#safety")
        page.locator("dialog select[name=code]").wait_for()
        page.click("dialog button[type=submit]")
        page.click("dialog button[type=submit]")
        take_watch(page)
        page.locator("#said", has_text=f"NOT SENT: {NOT_HANDED}").wait_for()


@pytest.mark.requirement("R4", "R33")
def test_what_cannot_go_out_is_not_offered_and_says_why(tmp_path: Path) -> None:
    bench = Bench(Relay(Sketch.founded(seed=SEED, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    sketch = bench.relay.sketch
    item, _ = sketch.announce("NORTHLAND", [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    sketch.ack(SOUTH, item)
    bench.follow()
    other_history(bench, bench.relay)
    put(bench, cease(bench))
    with opened(bench) as page:
        page.wait_for_selector("#halt:not([hidden])")
        assert page.is_hidden("#write") and page.is_enabled("#safety")
        assert page.inner_text("#write-not") == "Not possible, this node has halted: Write a message"
        told = "Not possible, this node has halted: Passed to units"
        assert told in page.inner_text("#notice-list")
        offered = {button.inner_text() for button in page.query_selector_all("main button") if button.is_visible()}
        assert offered <= {"Acknowledge this alarm", "Show", "Throw it away"}, offered


@pytest.mark.requirement("R33")
def test_an_officer_decides_about_it_after_the_change_of_host(south: Bench) -> None:
    followed = Relay(Sketch.founded(seed=SEED, epochs=True))
    followed.sketch.time("NORTHLAND")
    decide_at(south, decided(followed.sketch, followed.size))
    (held,) = south.core.outbox.items.values()
    with opened(south) as page:
        assert page.is_hidden("#halt")
        page.get_by_role("button", name="Send it again").click()
        take_watch(page)
        page.locator("#outbox-list b", has_text="NOT SENT: waiting").wait_for()
        assert south.core.outbox.items[held.id].state == "waiting"
