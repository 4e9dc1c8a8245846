"""The page of a check: complete in itself, closed to the network, and deaf to what hostile files may say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.house.test_page import ELSEWHERE, MARKUP, faults
from tests.unit.apps.check.map.sketches import HOSTILE, TURNING, clash, of_channel, of_files, theirs
from tests.unit.apps.check.plans import at, planned, skipped, volume
from wellclear.apps.check.map.page import SCRIPTS, asset, facts, map_page, page_of
from wellclear.apps.check.map.scene import NO_CLEARANCE, scene_of
from wellclear.domain.marks import EXERCISE
from wellclear.domain.volume import Route


class Elements(HTMLParser):
    """Tags with their attributes, and what scripts and styles hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.held: dict[str, list[str]] = {"script": [], "style": []}
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in self.held:
            self.held[self._in].append(data)


def facts_in(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(Elements(page).held["script"][:1]))
    return found


def test_the_page_holds_everything_and_may_load_nothing() -> None:
    page = map_page(clash())
    read = Elements(page)
    policy = next(attrs["content"] for tag, attrs in read.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for name in ("script", "style"):
        text = read.held[name][-1]
        hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{hashed}'" in policy
    assert not [tag for tag, _ in read.tags if tag in ("link", "img", "iframe", "object", "base", "form")]
    assert not [attrs for _, attrs in read.tags if {"src", "href", "style"} & attrs.keys() - {"href"}]
    assert [attrs["href"] for _, attrs in read.tags if "href" in attrs] == ["#clashes"]
    assert not re.search(r"[a-z]+://|url\(|@import", page)
    assert ("html", {"lang": "en"}) in read.tags
    assert NO_CLEARANCE in json.dumps(facts_in(page))


def test_the_scripts_reach_nothing_and_make_no_markup() -> None:
    texts = [(name, asset(name)) for name in (*SCRIPTS, "map.css", "map.html")]
    assert not faults(ELSEWHERE, texts)
    assert not faults(MARKUP, texts)
    assert not faults(re.compile(r"\bfetch\(|localStorage|document\.cookie|navigator\."), texts)


@pytest.mark.requirement("R23")
def test_no_name_ends_the_block_of_facts() -> None:
    page = map_page(clash(HOSTILE, TURNING))
    plain = map_page(clash())
    assert len(Elements(page).tags) == len(Elements(plain).tags)
    assert "alert(1)</script>" not in page
    assert "\u202e" not in page
    assert "".join(Elements(page).held["script"][:1]).isascii()
    told = facts_in(page)
    assert {one["id"] for one in told["volumes"]} == {HOSTILE, "A-1<U+202E>317-B"}
    assert "A-1<U+202E>317-B" in told["clashes"][0]["pair"]


def test_what_a_file_says_fills_no_slot_of_the_page() -> None:
    page = map_page(clash("{{script}}", "{{policy}}"))
    assert {one["id"] for one in facts_in(page)["volumes"]} == {"{{script}}", "{{policy}}"}


def test_facts_tell_who_where_when_and_how_high() -> None:
    route = Route((at(34.5, 38.2), at(34.5, 38.4)), ())
    told = facts_in(
        map_page(
            of_files(planned("A", "NORTH", volume(), notes=("a note",)), planned("B", "SOUTH", volume(skeleton=route)))
        )
    )
    (found,) = told["clashes"]
    assert (found["number"], found["verdict"], found["ids"]) == (1, "CONFLICT", ["A", "B"])
    assert [label for label, _ in found["lines"]][:3] == ["where", "when", "heights"]
    assert len(found["at"]) == 1
    assert len(found["overlap"]) == 1
    a, b = told["volumes"]
    assert a["heights"] == "from 3,000 ft AMSL to 5,000 ft AMSL"
    assert a["notes"] == ["a note"]
    assert len(b["lines"]) == 1
    assert told["span"] == a["window"]
    assert told["lines"][0].startswith("Minima applied")


def test_a_route_with_times_says_which_leg_is_when() -> None:
    start_us = volume().window.start_us
    route = Route((at(34.5, 38.2), at(34.5, 38.4), at(34.7, 38.4)), (start_us, start_us + 10, start_us + 20))
    told = facts_in(map_page(of_files(planned("A", "NORTH", volume(skeleton=route)), planned("B", "SOUTH"))))
    end_us = told["volumes"][0]["window"][1]
    assert told["volumes"][0]["legs"] == [[start_us, start_us + 10], [start_us + 10, end_us]]
    assert len(told["volumes"][0]["lines"]) == 2


@pytest.mark.requirement("R3")
def test_no_clash_says_against_what() -> None:
    told = facts_in(map_page(of_files(planned("A", "NORTH"), planned("B", "SOUTH", volume(37.0)), skipped("X-9"))))
    assert told["headline"] == "No conflict found."
    assert "1 volume of NORTH and 1 volume of SOUTH" in told["against"]
    assert "SKIPPED" in told["against"]
    assert len(told["skipped"]) == 1
    assert told["compared"] is True
    alone = facts_in(map_page(of_files(planned("A", "NORTH"))))
    assert alone["compared"] is False
    assert "Nothing was compared" in alone["headline"]
    nothing = facts_in(map_page(of_files(skipped())))
    assert nothing["volumes"] == []
    assert nothing["span"] is None


@pytest.mark.requirement("N13")
def test_of_a_cell_the_page_is_the_same_wherever_the_other_is() -> None:
    pages = {map_page(of_channel(theirs(lat, lon, coarse=True))) for lat, lon in ((34.5, 38.3), (34.52, 38.33))}
    (page,) = pages
    (found,) = facts_in(page)["clashes"]
    assert (found["b"], found["at"], found["window"], found["verdict"]) == (None, [], None, "POSSIBLE")
    assert found["ids"] == ["D-1", "SOUTH-OPS-7"]


@pytest.mark.requirement("N13")
def test_no_geometry_of_another_party_is_in_the_page() -> None:
    other = theirs(34.5432198, 38.3765419, hours=1.2345)
    page = map_page(of_channel(other))
    told = facts_in(page)
    assert {one["id"] for one in told["volumes"]} == {"D-1", "D-2"}
    assert [one["name"] for one in told["parties"]] == ["NORTH"]
    (found,) = told["clashes"]
    assert found["b"] is None
    assert "overlap" not in found
    assert len(found["at"]) == 1
    theirs_end_us = other.volumes[0].window.end_us
    for secret in ("5432198", "3765419", "7654321", "7,654", str(theirs_end_us)):
        assert secret not in page


def test_an_exercise_is_called_one() -> None:
    other = theirs(34.5, 38.3)
    assert facts_in(map_page(of_channel(other, exercise=True)))["exercise"] == EXERCISE
    assert facts_in(map_page(of_channel(other)))["exercise"] == ""


def test_steps_lead_to_the_points() -> None:
    scene = scene_of(clash())
    told = facts(scene)
    steps = told["volumes"][0]["rings"][0]
    x = y = 0
    walked = []
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        walked.append((x * told["unit"], y * told["unit"]))
    for found, point in zip(walked, scene.shapes[0].outline.rings[0], strict=True):
        assert found == pytest.approx(tuple(point), abs=told["unit"])
    assert page_of(scene) == map_page(clash()), "the same check is the same page"
