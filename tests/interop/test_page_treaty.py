"""The page of a desk that was told of red lines and zones: each as its author's word, and silence as silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from tests.interop.test_page_halted import CHROMIUM, opened
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import subject
from wellclear.domain.parts import group_from
from wellclear.testing.sketch import START_US, Sketch, circle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
NORTH, SOUTH, LAND = "NORTHLAND", "SOUTHLAND", "EASTLAND"
DAY_US = 86_400_000_000
TEXT = "لا انتشار في هذه المنطقة"
ZONE = {
    "group": "zone", "sort": "closure", "name": "Eastern road", "language": "en", "start_us": START_US,
    "end_us": START_US + 30 * DAY_US, "limits": [{"text": "tanks", "at_most": 75}],
    "volumes": [to_builtins(circle(34.5, 38.3, 5000))],
}  # fmt: skip


def founded() -> Sketch:
    made = Sketch(seed=71)
    made.party("CASPIA", "host")
    for name in (NORTH, SOUTH):
        made.party(name, "principal")
    made.party(LAND, "host_nation")
    made.genesis()
    made.agree()
    for name in made.parties:
        made.enrol(name)
    return made


def say(sketch: Sketch, party: str, kind: str, fields: dict[str, Any], to: list[str], **members: Any) -> str:
    if "subject" not in members:
        members["id"] = sketch.parties[party].next_id()
    told = sketch.told([group_from(fields, kind)], [NORTH, SOUTH, LAND])
    composed = sketch.compose(kind, party, desk=f"{party}/OPS", to=[f"{name}/OPS" for name in to], told=told, **members)
    assert sketch.send(party, composed, sketch.released(composed)).stands
    return str(members.get("id", ""))


@pytest.mark.requirement("R29", "R30", "R31", "N3")
def test_the_page_shows_whose_word_a_line_or_zone_is_and_who_has_said_what(tmp_path: Path) -> None:
    sketch = founded()
    line = {"group": "red_line", "language": "ar", "text": TEXT, "trigger": {"cel": "radar"}}
    drawn = say(sketch, NORTH, "red_line", line, [SOUTH], keep_until="2026-12-31")
    odd = say(sketch, NORTH, "red_line", {**line, "trigger": {"more": 1}}, [SOUTH], keep_until="2026-12-31")
    claimed = say(sketch, NORTH, "zone", ZONE, [SOUTH, LAND], keep_until="2026-12-31")
    agreed = say(sketch, NORTH, "zone", ZONE, [LAND], keep_until="2026-12-31")
    for item in (claimed, agreed):
        position = {"group": "zone_reply", "position": "concurs"}
        say(sketch, LAND, "zone_reply", position, [NORTH], subject=subject(item, 1))
    notices = [sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(lat, 38.3, 5000)])[0] for lat in (34.5, 35.5)]
    consent = {"group": "consent", "about": notices[0], "version": 1, "consent": "consents"}
    say(sketch, LAND, "consent", consent, [NORTH])
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    south.fetch()
    with opened(south) as page:
        cards = page.locator("#record-list article")
        card = cards.filter(has_text=drawn)
        assert card.locator("blockquote[lang=ar]").inner_text() == TEXT
        assert card.locator("blockquote").evaluate("node => getComputedStyle(node).direction") == "rtl"
        told = card.inner_text()
        assert "Its trigger can be judged here." in told and "Its receipt is not its acceptance." in told
        assert "cannot be judged here: more" in cards.filter(has_text=odd).inner_text()
        told = cards.filter(has_text=claimed).inner_text()
        assert f"Claimed by {NORTH}." in told and f"{LAND} concurs." in told and "at most 75" in told
        assert f"{SOUTH} has said nothing of this version, which is no agreement." in told
        assert "AGREED: all who were told of this version concur." in cards.filter(has_text=agreed).inner_text()
        first, second = (page.locator("#notice-list article").filter(has_text=item).inner_text() for item in notices)
        assert "CONSENTS, version 1" in first
        assert "no word on version 1, which is no consent" in second
        page.screenshot(path=str(tmp_path / "treaty.png"), full_page=True)


def area(lat_e7: int, lon_e7: int) -> dict[str, Any]:
    return {"kind": "circle", "centre": [lat_e7, lon_e7], "radius_mm": 6_000_000}


@pytest.mark.requirement("R30", "R31", "N13")
def test_the_plan_draws_each_line_and_zone_by_its_sort_and_state_and_says_what_it_lacks(tmp_path: Path) -> None:
    sketch = founded()
    line = {"group": "red_line", "language": "en", "text": "No radar."}
    here = {"trigger": {"area": area(345_000_000, 383_000_000)}}
    drawn = say(sketch, NORTH, "red_line", {**line, **here}, [SOUTH], keep_until="2026-12-31")
    say(sketch, NORTH, "red_line", line, [SOUTH], keep_until="2026-12-31")
    far = {"trigger": {"area": area(-345_000_000, 383_000_000)}}
    say(sketch, NORTH, "red_line", {**line, **far}, [SOUTH], keep_until="2026-12-31")
    for sort, position in (("closure", ""), ("caution_area", "disputes"), ("area_of_separation", "concurs")):
        item = say(sketch, NORTH, "zone", {**ZONE, "sort": sort, "name": sort}, [SOUTH], keep_until="2026-12-31")
        if position:
            reply = {"group": "zone_reply", "position": position}
            say(sketch, SOUTH, "zone_reply", reply, [NORTH], subject=subject(item, 1))
    gone = say(sketch, NORTH, "zone", {**ZONE, "name": "gone"}, [SOUTH], keep_until="2026-12-31")
    called_off = sketch.compose("cancel", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], subject=subject(gone, 1))
    assert sketch.send(NORTH, called_off, sketch.released(called_off)).stands
    track = {"group": "track", "lat_e7": 345_000_000, "lon_e7": 383_000_000, "at_us": START_US, "mover": "air"}
    asked = sketch.compose("track_query", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], keep_until="2026-12-31",
                           id=sketch.parties[NORTH].next_id(),
                           told=sketch.told([group_from(track, "track")], [NORTH, SOUTH]))  # fmt: skip
    assert sketch.send(NORTH, asked, sketch.watched(asked)).stands
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5000)])
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    south.fetch()
    with opened(south) as page:
        plan = page.locator("#plan-box svg")
        plan.locator("g.red-line .core").wait_for()
        for kind in ("closure.claimed", "caution_area.disputed", "area_of_separation.agreed"):
            assert plan.locator(f"g.zone.{kind} .area").count() == 1, kind
        texts = [
            text.translate(dict.fromkeys(range(0x2066, 0x206A))) for text in plan.locator(".label").all_text_contents()
        ]
        told = {"closure: closure, claimed", "caution: caution_area, disputed", f"RED LINE {drawn}"}
        assert told | {"separation: area_of_separation, agreed"} <= set(texts) and len(texts) == 5
        styles = "node => { const s = getComputedStyle(node); return s.fill + s.strokeDasharray; }"
        looks = plan.locator("g.zone .area, g.red-line .area").evaluate_all(f"nodes => nodes.map({styles})")
        assert len(set(looks)) == 4, "told apart without a colour"
        assert "2 red lines or zones not drawn" in page.inner_text("#plan-box")
        assert plan.locator("g.other .area").count() == 1, "nothing of a track, and nothing of what was called off"
        plan.locator("g.zone.closure .area").dispatch_event("click")
        page.locator("#record-list article.picked", has_text="Closure").wait_for()
        page.screenshot(path=str(tmp_path / "plan.png"), full_page=True)
