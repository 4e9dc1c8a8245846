"""The page of a desk whose neighbour has lost a key, and one of whose own officers is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.bench import Bench
from tests.unit.apps.test_doubtful import SOUTH, lost, revoke
from tests.unit.channel.relay import Relay
from tests.unit.picture.test_leave import hours, put

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.mark.requirement("R2", "R33")
def test_the_page_shows_what_is_doubtful_and_who_is_away(tmp_path: Path) -> None:
    sketch, good, bad, since = lost()
    put(sketch, SOUTH, W1=hours(sketch, 0, 9, "W2"))
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    revoke(sketch, since)
    south.follow()
    with opened(south) as page:
        listed = page.inner_text("#doubtful")
        assert f"index {since}" in listed and "NORTHLAND/R1's key" in listed
        cards = page.locator("#notice-list article")
        assert "DOUBTFUL" in cards.filter(has_text=bad).inner_text()
        assert "DOUBTFUL" not in cards.filter(has_text=good).inner_text()
        assert "NORTHLAND/R1's key was lost" in page.inner_text("#alarm-list")
        assert "Away now: W1" in page.inner_text("#watch")
        page.click("#take-watch")
        roles = page.inner_text("dialog")
        assert "AWAY" in roles and "deputy W2" in roles and "stands for W1 now" in roles
