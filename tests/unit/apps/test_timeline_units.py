"""Which copies of a log can tell that units were not proven to know before a start, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundles import SketchSource, bundle_of
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.timeline import Line, timeline_of_bundle, timeline_of_store
from wellclear.channel.composing import subject
from wellclear.domain.agreement import HOUR_US, MINUTE_US
from wellclear.domain.measures import moment
from wellclear.domain.parts import Units
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
AT_US = START_US + 5 * HOUR_US
DUE_US = AT_US - HOUR_US
UNITS = Units(group="units", echelon="battery", at_us=START_US)


def told(sketch: Sketch, reader: str) -> list[Line]:
    lines = timeline_of_store(SketchSource(sketch, reader), reader).said
    return [line for line in lines if line.kind == "overdue" and line.facts["owed"] == "passed_to_units"]


def announced(start_us: int = AT_US) -> tuple[Sketch, str]:
    sketch = Sketch.founded(seed=91)
    item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 500, start_us=start_us)])
    return sketch, item


def until(sketch: Sketch, moment_us: int) -> None:
    sketch.now_us = moment_us
    for party in (NORTH, SOUTH, HOST):
        sketch.time(party)


def passed(sketch: Sketch, item: str, version: int = 1) -> None:
    sketch.answer(SOUTH, "passed_to_units", item, version)


@pytest.mark.requirement("R28", "R33")
def test_author_and_desk_can_tell_it_and_who_was_shown_nothing_cannot() -> None:
    sketch, item = announced()
    until(sketch, DUE_US)
    assert told(sketch, NORTH) == [], "due is not overdue"
    until(sketch, DUE_US + MINUTE_US)
    words = (
        f"Nothing on record says that the units of {SOUTH}/OPS know of {item} version 1, as was asked by "
        f"{moment(DUE_US)}, before its start at {moment(AT_US)}."
    )
    for reader in (NORTH, SOUTH):
        (line,) = told(sketch, reader)
        assert (line.text, line.at_us, line.index) == (words, DUE_US, None)
    assert told(sketch, HOST) == []


@pytest.mark.requirement("R28")
def test_proof_in_time_leaves_no_line_and_late_proof_says_so() -> None:
    sketch, item = announced()
    late, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 500, start_us=AT_US)])
    passed(sketch, item)
    until(sketch, DUE_US + MINUTE_US)
    sketch.now_us += MINUTE_US
    passed(sketch, late)
    assert [line.facts["item"] for line in told(sketch, NORTH)] == [late]
    said = timeline_of_store(SketchSource(sketch, NORTH), NORTH).said
    details = [line.details for line in said if line.kind == "passed_to_units"]
    assert not any("It was asked by" in one for one in details[0])
    assert any(one.startswith(f"It was asked by {moment(DUE_US)}, ") for one in details[1])


@pytest.mark.requirement("R28")
@pytest.mark.parametrize("kind", ["cancel", "complete"])
def test_what_ended_before_is_not_asked(kind: str) -> None:
    sketch, item = announced()
    composed = sketch.compose(
        kind, NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], subject=subject(item, 1)
    )  # fmt: skip
    sketch.send(NORTH, composed, sketch.released(composed) if kind == "cancel" else sketch.watched(composed))
    until(sketch, DUE_US + MINUTE_US)
    assert told(sketch, NORTH) == []


@pytest.mark.requirement("R28", "N1", "N13")
def test_of_a_site_its_author_alone_has_the_hour_in_its_timeline() -> None:
    sketch = Sketch.founded(seed=92)
    volume = circle(34.5, 38.3, 500, start_us=AT_US)
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], [volume], category="protected_site")
    until(sketch, DUE_US + MINUTE_US)
    assert len(told(sketch, NORTH)) == 1 and told(sketch, SOUTH) == []


@pytest.mark.requirement("R28")
def test_what_came_too_late_is_told_at_once_and_only_once() -> None:
    sketch, item = announced(START_US + 10 * MINUTE_US)
    until(sketch, START_US + MINUTE_US)
    (line,) = told(sketch, SOUTH)
    assert line.at_us == START_US and line.facts["item"] == item


@pytest.mark.requirement("R28", "R33")
def test_a_bundle_tells_it_as_the_store_does(tmp_path: Path) -> None:
    sketch, item = announced()
    until(sketch, DUE_US + MINUTE_US)
    write_bundle(bundle_of(sketch, NORTH), tmp_path / "b.tar")
    report = timeline_of_bundle(tmp_path / "b.tar")
    lines = [line for line in report.said if line.facts.get("owed") == "passed_to_units"]
    assert report.exit_code == 0 and lines == told(sketch, NORTH) and lines[0].facts["item"] == item
