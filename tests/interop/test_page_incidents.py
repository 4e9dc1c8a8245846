"""The page of a desk that was told of an incident: accounts in columns, and both sides' counts beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import subject
from wellclear.domain.parts import group_from
from wellclear.testing.sketch import START_US, Sketch

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
EVENT = {
    "group": "incident", "sort": "shots", "lat_e7": 345_600_000, "lon_e7": 382_700_000, "place_precision": "near",
    "at_us": START_US, "time_precision": "hour", "about": [],
}  # fmt: skip


def account(language: str, text: str, least: int, most: int) -> dict[str, Any]:
    tally = {"what": "shots", "at_least": least, "at_most": most}
    held = {"sha256": "ab" * 32, "what": "recording.wav"}
    return {"group": "account", "language": language, "text": text, "tallies": [tally], "evidence": [held]}


def release(sketch: Sketch, party: str, kind: str, to: list[str], fields: dict[str, Any], **members: Any) -> str:
    """What a kind of two persons says, to some desks."""
    if "subject" not in members:
        members["id"] = sketch.parties[party].next_id()
    told = sketch.told([group_from(fields, kind)], [party, *to])
    composed = sketch.compose(kind, party, desk=f"{party}/OPS", to=[f"{one}/OPS" for one in to], told=told, **members)
    assert sketch.send(party, composed, sketch.released(composed)).stands
    return str(members.get("id", ""))


@pytest.mark.requirement("R35", "R36", "N8")
def test_the_page_shows_accounts_in_columns_and_counts_beside_each_other(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=65)
    item = release(sketch, SOUTH, "incident", [HOST, NORTH], EVENT)
    about = {"subject": subject(item, 1)}
    release(sketch, SOUTH, "account", [HOST, NORTH], account("ar", "سمعنا طلقتين من الشرق.", 2, 3), **about)
    release(sketch, NORTH, "account", [HOST, SOUTH], account("en", "Nobody of ours was there.", 0, 0), **about)
    release(sketch, NORTH, "account", [HOST, SOUTH], account("en", "One patrol passed by there.", 0, 1), **about)
    for party, to, count in ((NORTH, SOUTH, 3), (SOUTH, NORTH, 7)):
        row = {"day": "2026-11-20", "place": "Palmyra", "type": "attack", "count": count}
        words = f"Each attack that {party} saw."
        series = {"group": "series", "name": "attacks", "language": "en", "definition": words, "rows": [row]}
        release(sketch, party, "series", [to], series)
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    south.fetch()
    with opened(south) as page:
        columns = page.locator("#record-list article").filter(has_text=item).locator(".accounts > section")
        told = columns.all_inner_texts()
        assert [text.split("\n")[0] for text in told] == [HOST, NORTH, SOUTH]
        assert "Nothing told yet" in told[0] and "سمعنا" not in told[1] and "Nobody of ours" not in told[2]
        assert told[1].index("Nobody of ours") < told[1].index("One patrol"), (
            "the first account stays, and stands first"
        )
        assert "shots: 2 to 3." in told[2] and "SHA-256 abababab" in told[2]
        counts = page.inner_text("#counts")
        assert f"Each attack that {NORTH} saw." in counts and f"Each attack that {SOUTH} saw." in counts
        cells = page.locator("#counts tbody tr").first.locator("th, td").all_inner_texts()
        assert cells == ["2026-11-20", "Palmyra", "attack", "3", "7", "4"]
        page.screenshot(path=str(tmp_path / "incidents.png"), full_page=True)
