"""The timeline of records: asked, answered, declared, amended; sealed where the reader was not meant to read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bundles import SketchSource
from wellclear.apps.timeline import timeline_of_store
from wellclear.channel.composing import subject
from wellclear.domain.parts import Group, group_from
from wellclear.testing.sketch import START_US, Sketch

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
SCOPE = [
    {"unit": "2nd air brigade", "sort": "force", "can_stop": "yes"},
    {"unit": "northern militias", "sort": "proxy", "can_stop": "no"},
]


def say(sketch: Sketch, party: str, kind: str, to: str, fields: dict[str, Any], **members: Any) -> str:
    """An act of a desk with one part for the addressee's party; its own id, if it has one."""
    group: Group = group_from(fields, kind)
    if "subject" not in members:
        members["id"] = sketch.parties[party].next_id()
    composed = sketch.compose(
        kind, party, desk=f"{party}/OPS", to=[f"{to}/OPS"], told=sketch.told([group], [to]), **members
    )
    released = kind in ("authority_scope", "amend", "intent")
    approvals = sketch.released(composed) if released else sketch.watched(composed)
    assert sketch.send(party, composed, approvals).stands
    return str(members.get("id", ""))


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    made = Sketch.founded(seed=52)
    track = {
        "group": "track", "lat_e7": 345_600_000, "lon_e7": 382_700_000, "at_us": START_US, "mover": "drone",
        "datum": "AMSL", "height_mm": 3_000_000, "course_deg": 45, "speed_mm_s": 60_000, "uncertainty_mm": 500_000,
    }  # fmt: skip
    asked = say(made, NORTH, "track_query", SOUTH, track)
    made.advance(42)
    for answer, checked in (("not_known", []), ("not_ours", ["air defence", "2nd wing"])):
        fields = {"group": "track_reply", "answer": answer, "checked_with": checked}
        say(made, SOUTH, "track_reply", NORTH, fields, subject=subject(asked, 1))
    scope = {"group": "authority_scope", "units": SCOPE}
    named = say(made, NORTH, "authority_scope", SOUTH, scope, keep_until="2026-12-01")
    fewer = {**scope, "units": SCOPE[:1]}
    say(made, NORTH, "amend", SOUTH, fewer, subject=subject(named, 2), keep_until="2026-12-01")
    say(made, SOUTH, "intent", NORTH, {"group": "intent", "intent": "warning", "about": asked})
    return made


@pytest.mark.requirement("R11", "R12")
def test_records_are_told_in_sentences(sketch: Sketch) -> None:
    told = "\n".join(timeline_of_store(SketchSource(sketch, SOUTH), SOUTH).lines())
    for words in (
        "W1 at NORTHLAND/OPS asked SOUTHLAND/OPS whose a track is (NORTHLAND-",
        "Seen: drone, at 34.5600000",
        "3,000 m AMSL",
        "course 045",
        "60 m a second",
        "NOT KNOWN, which does not mean NOT OURS.",
        "Checked with nobody.",
        "NOT OURS.",
        "Checked with air defence and 2nd wing.",
        "after it was asked",
        "2nd air brigade (force), which it can stop.",
        "northern militias (proxy), which it cannot stop.",
        "For anybody else no desk speaks here.",
        "to version 2",
        "that what it did was a warning (SOUTHLAND-",
    ):
        assert words in told, words


@pytest.mark.requirement("R25")
def test_whoever_was_not_meant_to_read_is_told_that_something_was_said(sketch: Sketch) -> None:
    told = "\n".join(timeline_of_store(SketchSource(sketch, HOST), HOST).lines())
    assert "whose a track is" in told and "Sealed (track): its text was not disclosed to CASPIA." in told
    assert "Sealed (authority scope)" in told
    for words in ("345600000", "34.56", "NOT OURS", "air brigade", "a warning"):
        assert words not in told
