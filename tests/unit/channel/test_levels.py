"""Who is shown which groups of a notice, by the level of each recipient."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from wellclear.channel.composing import Composed
from wellclear.channel.desk import Pen, write_act
from wellclear.channel.levels import levels_shown, shown_to
from wellclear.domain.agreement import Disclosure, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import START_US, circle

TO = ["CASPIA/OPS", "SOUTHLAND/OPS", "SOUTHLAND/AIR", "TRANSIA/OPS"]
PEN = Pen(b64(bytes(32)), "NORTHLAND", "NORTHLAND/OPS", START_US, lambda: bytes(32))
TERMS = msgspec.structs.replace(
    default_settings(), disclosure=[Disclosure(category="drone", level=2), Disclosure(category="survey", level=1)]
)


def notice(category: str = "air", **asked: Any) -> Composed:
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": [circle(34.5, 38.3, 5_000)]},
        {"group": "category", "category": category}, {"group": "rest", "crewed": "yes"},
    ]  # fmt: skip
    named = {"to": TO, "keep_until": "2026-12-01", "id": "NORTHLAND-1001-9"} | asked
    if category in CONSENTED:
        named = {"consent": ALL} | named
    return write_act(PEN, "notice", groups, named, TERMS)


def readers(composed: Composed) -> dict[str, list[str]]:
    refs = zip(cycle(NOTICE_GROUPS), composed.act.parts, strict=False)
    shown: dict[str, set[str]] = {name: set() for name in NOTICE_GROUPS}
    for name, ref in refs:
        shown[name] |= {*(ref.to if ref.to is not UNSET else ())} - {"NORTHLAND"}
    return {name: sorted(parties) for name, parties in shown.items()}


ALL = ["CASPIA", "SOUTHLAND", "TRANSIA"]


@pytest.mark.requirement("R25", "N13")
@pytest.mark.parametrize(("category", "level"), [("air", 4), ("drone", 2), ("survey", 1), ("deployment", 1)])
def test_a_category_is_shown_at_its_default(category: str, level: int) -> None:
    shown = readers(notice(category))
    assert shown == {name: ALL if number <= level else [] for number, name in enumerate(NOTICE_GROUPS, 1)}


@pytest.mark.requirement("R25")
def test_each_recipient_is_shown_what_its_level_reaches() -> None:
    shown = readers(notice(levels={"CASPIA": 1, "SOUTHLAND": 2}))
    assert shown == {"cell": ALL, "volume": ["SOUTHLAND", "TRANSIA"], "category": ["TRANSIA"], "rest": ["TRANSIA"]}
    unread = [ref for at, ref in enumerate(notice("survey").act.parts) if at % len(NOTICE_GROUPS)]
    assert all(ref.sha is UNSET for ref in unread), "what nobody reads is committed to alone"


@pytest.mark.requirement("R25")
def test_at_level_0_nothing_is_sent_and_nobody_is_addressed() -> None:
    composed = notice(levels={"SOUTHLAND": 0})
    assert composed.act.to == ["CASPIA/OPS", "TRANSIA/OPS"]
    assert all("SOUTHLAND" not in parties for parties in readers(composed).values())
    with pytest.raises(InvalidValue, match="nobody is left"):
        notice(levels=dict.fromkeys(ALL, 0))


@pytest.mark.requirement("R25", "N13")
def test_more_than_the_default_takes_a_word_of_its_own() -> None:
    with pytest.raises(InvalidValue, match="at level 1 by default; level 2 for SOUTHLAND takes disclose"):
        notice("survey", levels={"SOUTHLAND": 2})
    shown = readers(notice("survey", disclose={"SOUTHLAND": 3}))
    assert shown == {"cell": ALL, "volume": ["SOUTHLAND"], "category": ["SOUTHLAND"], "rest": []}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"levels": {"WESTLAND": 1}}, "WESTLAND is none of the recipients"),
        ({"levels": {"NORTHLAND": 1}}, "NORTHLAND is none of the recipients"),
        ({"levels": {"SOUTHLAND": 5}}, "a whole number from 0 to 4"),
        ({"disclose": {"SOUTHLAND": -1}}, "a whole number from 0 to 4"),
        ({"levels": {"SOUTHLAND": True}}, "a whole number from 0 to 4"),
        ({"disclose": {"SOUTHLAND": "4"}}, "a whole number from 0 to 4"),
    ],
)
def test_a_wrong_level_is_refused_with_its_reason(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        notice(**asked)


def test_what_is_withheld_stays_so_at_every_level() -> None:
    assert readers(notice(withhold=["volume"])) == {"cell": ALL, "volume": [], "category": ALL, "rest": ALL}


def test_the_level_shown_is_the_one_without_a_gap() -> None:
    shown = shown_to({"A": 1, "B": 4, "C": 2}, ())
    assert levels_shown(NOTICE_GROUPS, list(shown.values())) == {"A": 1, "B": 4, "C": 2}
    assert levels_shown(NOTICE_GROUPS, [("A",), (), ("A",), ("A",)]) == {"A": 1}


@pytest.mark.requirement("R29", "N1", "N13")
@pytest.mark.parametrize("category", sorted(CONSENTED))
def test_who_was_not_consented_to_by_name_is_left_out(category: str) -> None:
    composed = notice(category, consent=["SOUTHLAND"], disclose={"SOUTHLAND": 4})
    assert composed.act.to == ["SOUTHLAND/OPS", "SOUTHLAND/AIR"]
    assert readers(composed) == {name: ["SOUTHLAND"] for name in NOTICE_GROUPS}, "no other party, not even the host's"
    with pytest.raises(InvalidValue, match="given to nobody who is not named here, one by one: CASPIA, SOUTHLAND"):
        notice(category, consent=[])


@pytest.mark.requirement("R29", "N13")
def test_a_level_is_no_consent_and_consent_is_no_level() -> None:
    with pytest.raises(InvalidValue, match="survey is given to SOUTHLAND only where SOUTHLAND is named here"):
        notice("survey", consent=["CASPIA"], disclose={"SOUTHLAND": 3})
    assert readers(notice("survey", consent=["CASPIA"]))["volume"] == [], "the default level stays"
    assert notice("survey", consent=["CASPIA", "SOUTHLAND"], levels={"SOUTHLAND": 0}).act.to == ["CASPIA/OPS"]
    with pytest.raises(InvalidValue, match="WESTLAND is none of the recipients"):
        notice("survey", consent=["WESTLAND"])
    with pytest.raises(InvalidValue, match="air needs none; it is for aid_movement, deployment"):
        notice("air", consent=["SOUTHLAND"])
