"""The page of both desks when units are to know before a start: asked, not proven, proven; four marks all the while."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.test_record_rows import NORTH, SOUTH, Channel
from tests.unit.apps.node.test_units import ASKED, DUE_US, OPS, announce, prove, until
from wellclear.domain.agreement import MINUTE_US

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.mark.requirement("R2", "R28")
def test_both_desks_see_that_it_is_asked_and_then_not_proven_beside_four_marks(tmp_path: Path) -> None:
    channel = Channel(tmp_path)
    proven, open_ = announce(channel), announce(channel)
    south, north = channel.nodes[SOUTH], channel.nodes[NORTH]
    with opened(south) as page:
        to_do = page.locator("#duty-list article").filter(has_text="units are to know")
        to_do.first.wait_for()
        assert to_do.count() == 2 and ASKED in to_do.first.inner_text()
        assert to_do.first.get_by_role("button", name="Passed to units").count() == 1
    prove(channel, proven)
    until(channel, DUE_US + MINUTE_US)
    with opened(south) as page:
        alarm = page.locator("#alarm-list article").filter(has_text="has not proven that its units know")
        alarm.wait_for()
        assert open_ in alarm.inner_text() and "Units were to know by" in alarm.inner_text()
        assert alarm.get_by_role("button", name="Passed to units").count() == 1
        assert page.locator("#duty-list article.late").filter(has_text=open_).count() >= 1
    with opened(north) as page:
        card = page.locator("#notice-list article").filter(has_text=open_)
        card.wait_for()
        assert f"passed to units: {ASKED}, not proven" in card.inner_text()
        assert card.locator("table.marks thead th").count() == 5, "sent, and the four marks"
        good = page.locator("#notice-list article").filter(has_text=proven)
        assert "proven in time" in good.inner_text() and "not proven" not in good.inner_text()
        alarm = page.locator("#alarm-list article").filter(has_text=f"No proof that the units of {OPS} know")
        assert alarm.count() == 1 and alarm.get_by_role("button", name="Passed to units").count() == 0
