"""The page of a desk that is asked whose a track is: it shows the question, and asks for the units before NOT OURS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.bench import Bench
from tests.unit.apps.test_sentences_records import NORTH, SCOPE, SOUTH, say
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import subject
from wellclear.testing.sketch import START_US, Sketch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.mark.requirement("R11", "R12")
def test_the_page_shows_records_and_asks_for_the_units_before_not_ours(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=53)
    track = {"group": "track", "lat_e7": 345_600_000, "lon_e7": 382_700_000, "at_us": START_US, "mover": "drone"}
    open_one = say(sketch, NORTH, "track_query", SOUTH, track)
    known = say(sketch, SOUTH, "track_query", NORTH, track)
    reply = {"group": "track_reply", "answer": "not_known", "checked_with": []}
    say(sketch, NORTH, "track_reply", SOUTH, reply, subject=subject(known, 1))
    scope = {"group": "authority_scope", "units": SCOPE}
    say(sketch, NORTH, "authority_scope", SOUTH, scope, keep_until="2026-12-01")
    say(sketch, NORTH, "intent", SOUTH, {"group": "intent", "intent": "warning"})
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    south.fetch()
    with opened(south) as page:
        cards = page.locator("#record-list article")
        assert cards.count() == 4
        assert "NOT KNOWN, which does not mean NOT OURS" in cards.filter(has_text=known).inner_text()
        told = page.inner_text("#record-list")
        assert "2nd air brigade (force), which it can stop." in told and "what it did was a warning" in told
        assert "no desk speaks for it" in page.inner_text("#record-gap")
        ringing = page.locator("#alarm-list article")
        assert ringing.filter(has_text=open_one).get_by_role("button", name="Answer").count() == 1
        asked = cards.filter(has_text=open_one)
        assert "Seen: drone" in asked.inner_text()
        asked.get_by_role("button", name="Answer").click()
        page.select_option("dialog select[name=answer]", "not_ours")
        page.click("dialog .go")
        assert "NOT OURS names the units that were asked" in page.inner_text("dialog .problem")
        page.screenshot(path=str(tmp_path / "records.png"), full_page=True)
