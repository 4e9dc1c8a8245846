"""The page of a halted node in a real browser: why, by which notes, what still works, and what nobody believes."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.interop.test_page import ARGS, WAIT_MS
from tests.unit.apps.node.bench import Bench
from tests.unit.apps.node.test_halted import SOUTH, cease, hand_over, hear, other_history, put
from tests.unit.channel.relay import Relay
from wellclear.apps.node.app import node_app
from wellclear.apps.node.board import OUTSIDE, UNPROVEN
from wellclear.apps.node.service import NodeService
from wellclear.edges.client import HostClient
from wellclear.testing.sketch import Sketch

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
TOKEN = "of this test"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A halted node that has handed one message over and heard another one; nothing moves any more."""
    south = Bench(Relay(Sketch.founded(seed=61)), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    fork = other_history(south)
    put(south, cease(south))
    hand_over(south)
    fork.sketch.safety("NORTHLAND", [f"{SOUTH}/OPS"], "emergency")
    hear(south)
    client = HostClient("http://127.0.0.1:1", fork.sketch.channel, fork.sketch.parties[SOUTH].key("node"), south.clock)
    app = node_app(NodeService(south.core, client, tmp_path), TOKEN, "127.0.0.1")
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/#token={TOKEN.replace(' ', '%20')}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.mark.requirement("R4", "R33")
def test_a_halted_page_says_what_still_works_and_calls_nothing_sent(url: str) -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        try:
            page: Any = browser.new_page()
            page.goto(url)
            page.wait_for_selector("#halt:not([hidden])", timeout=WAIT_MS)
            halt = page.inner_text("#halt")
            assert "Safety still goes out" in halt and "Telephone every party" in halt and "evidence/" in halt
            page.click("#halt summary")
            assert page.locator("#halt pre").count() == 2
            assert "CASPIA" in page.inner_text("#halt pre >> nth=0").upper()
            assert "HALTED" in page.inner_text("#link-state")
            outbox = page.inner_text("#outbox-list")
            assert "NOT IN THE LOG" in outbox and UNPROVEN in outbox
            heard = page.inner_text("#safety-list")
            assert "HEARD OUTSIDE THE RECORD" in heard and OUTSIDE in heard and "IN-FLIGHT EMERGENCY" in heard
            assert "heard outside the record" in page.inner_text("#alarm-list")
            assert page.is_hidden("#broken")
        finally:
            browser.close()
