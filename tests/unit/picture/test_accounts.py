"""Accounts of an incident: a column a teller, never merged, and what nobody has told yet (R35, N8)."""

from __future__ import annotations

import pytest

from tests.unit.picture.test_treaty import EVENT, NORTH, SOUTH, new, reasons, say, sketch
from tests.unit.picture.viewed import seen
from wellclear.apps.account_words import column_lines
from wellclear.channel.composing import subject
from wellclear.domain.incidents import Account, Tally
from wellclear.domain.parts import Group
from wellclear.domain.statements import Statement
from wellclear.errors import InvalidValue
from wellclear.picture.accounts import FIRST_US, FULL_US, Column, columns
from wellclear.testing.sketch import SECOND_US, Sketch

__all__ = ["sketch"]
OURS = Account("account", "en", "Nobody of ours was there.", [Tally("shots", 0, 0)], [])
THEIRS = Account("account", "ar", "سمعنا طلقتين.", [Tally("shots", 2, 3)], [])
MORE = Account("account", "en", "One patrol passed by there.", [Tally("shots", 0, 1)], [])


def tell(sketch: Sketch, party: str, item: str, words: Group) -> None:
    to = NORTH if party == SOUTH else SOUTH
    assert not reasons(say(sketch, party, "account", words, to, subject=subject(item, 1)))


def side_by_side(sketch: Sketch, item: str) -> dict[str, Column]:
    view, _ = seen(sketch)
    return {one.party: one for one in columns(view.records[item], sketch.picture.now_us)}


def pass_days(sketch: Sketch, days: float) -> None:
    sketch.advance(days * 86_400)
    for party in ("CASPIA", NORTH, SOUTH):
        sketch.time(party)


@pytest.mark.requirement("R35", "N8")
def test_each_account_stands_in_its_tellers_column_as_it_was_said(sketch: Sketch) -> None:
    item, _ = new(sketch, SOUTH, "incident", EVENT, NORTH)
    for party, words in ((SOUTH, THEIRS), (NORTH, OURS), (NORTH, MORE)):
        sketch.advance(60)
        tell(sketch, party, item, words)
    told = side_by_side(sketch, item)
    assert list(told) == [NORTH, SOUTH], "in the order of the names, whoever told first"
    assert [one.groups["account"] for one in told[NORTH].accounts] == [OURS, MORE], "the first stays"
    assert [one.groups["account"] for one in told[SOUTH].accounts] == [THEIRS]


@pytest.mark.requirement("R35", "N8")
def test_nobody_edits_the_account_of_another(sketch: Sketch) -> None:
    item, _ = new(sketch, SOUTH, "incident", EVENT, NORTH)
    tell(sketch, NORTH, item, OURS)
    before = side_by_side(sketch, item)
    for party in (SOUTH, NORTH):
        to = NORTH if party == SOUTH else SOUTH
        other = Statement("statement", "no_statement", [])
        assert reasons(say(sketch, party, "amend", other, to, subject=subject(item, 2), keep_until="2026-12-01"))
    forged = sketch.compose(
        "account", SOUTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], told=sketch.told([MORE], [NORTH, SOUTH]),
        subject=subject(item, 1),
    )  # fmt: skip
    with pytest.raises(InvalidValue, match="is no desk of SOUTHLAND"):
        sketch.send(SOUTH, forged, sketch.released(forged))
    assert side_by_side(sketch, item) == before
    tell(sketch, SOUTH, item, MORE)
    after = side_by_side(sketch, item)
    assert after[NORTH] == before[NORTH] and len(after[SOUTH].accounts) == 1


@pytest.mark.requirement("R35")
def test_what_nobody_has_told_is_shown_as_that_and_since_when_it_is_late(sketch: Sketch) -> None:
    item, _ = new(sketch, SOUTH, "incident", EVENT, NORTH)
    began_us = sketch.picture.now_us
    assert {party: one.first for party, one in side_by_side(sketch, item).items()} == {NORTH: "waits", SOUTH: "waits"}
    north = side_by_side(sketch, item)[NORTH]
    assert (north.first_due_us, north.full_due_us) == (began_us + FIRST_US, began_us + FULL_US)
    assert column_lines(north, began_us)[0].startswith("Nothing told yet; a first account is asked for by ")
    tell(sketch, SOUTH, item, THEIRS)
    pass_days(sketch, 2.5)
    told = side_by_side(sketch, item)
    assert (told[NORTH].first, told[SOUTH].first) == ("late", "told")
    assert "12 h" in column_lines(told[NORTH], sketch.picture.now_us)[0]
    tell(sketch, NORTH, item, OURS)
    told = side_by_side(sketch, item)
    assert told[NORTH].first == "told_late" and told[NORTH].open_until_us == began_us + FULL_US
    assert "after it was asked for" in column_lines(told[NORTH], sketch.picture.now_us)[0]
    pass_days(sketch, 5)
    late = side_by_side(sketch, item)[NORTH]
    assert late.open_until_us is None
    assert column_lines(late, sketch.picture.now_us)[1].startswith("A full account was asked for by ")


@pytest.mark.requirement("R35")
def test_the_last_moment_of_two_days_is_in_time(sketch: Sketch) -> None:
    item, _ = new(sketch, SOUTH, "incident", EVENT, NORTH)
    view, _ = seen(sketch)
    began_us = sketch.picture.now_us
    states = [columns(view.records[item], began_us + FIRST_US + more)[0].first for more in (0, SECOND_US)]
    assert states == ["waits", "late"]
