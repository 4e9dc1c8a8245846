"""The page of a desk that was given another party's site: in no list, on no map, shown while picked, with its mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.test_given_rows import announce
from tests.unit.apps.node.test_record_rows import LAND, SOUTH, Channel
from wellclear.apps.node.rows import notice_row

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.mark.requirement("R29", "N1", "N2", "N13")
def test_anothers_site_is_shown_while_it_is_picked_with_the_mark_of_the_copy(tmp_path: Path) -> None:
    channel = Channel(tmp_path, with_land=True)
    site = announce(channel, consent=[SOUTH, LAND], disclose={SOUTH: 4})
    other = announce(channel, consent=[SOUTH], disclose={SOUTH: 4})
    south = channel.nodes[SOUTH]
    mark = notice_row(south.core, south.core.view.items[site])["copy"]["mark"]
    with opened(south) as page:
        card = page.locator("#notice-list article").filter(has_text=site)
        card.wait_for()
        told = page.inner_text("#notice-list")
        assert "34.5" not in told and "hospital" not in told and "Where and when: in no list" in told
        assert f"Copy of {SOUTH}/OPS, mark {mark}" in card.inner_text()
        assert page.locator("#plan-box svg.plan").count() == 0, "there is no map of such places"
        card.click()
        card.get_by_text("34.5").first.wait_for()
        assert "hospital" in card.inner_html()
        assert "whether or not it was notified" in card.inner_text()
        assert "34.5" not in page.locator("#notice-list article").filter(has_text=other).inner_text(), "one at a time"
        page.locator("#plan-box svg.plan").wait_for()
