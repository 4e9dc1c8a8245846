"""Composing and reading copies: one for each recipient, all alike, and of two for one reader the first."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from msgspec import UNSET, structs

from tests.unit.picture.test_disclose import AREA, NORTH, SOUTH, Sealed
from wellclear.channel.composing import Composed
from wellclear.channel.copies import check_copies
from wellclear.channel.desk import Pen, write_act
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.copy_marks import mark_of, parse_mark
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import NOTICE_GROUPS, Group, open_part
from wellclear.domain.spoken import spoken
from wellclear.errors import InvalidValue, Refused
from wellclear.picture.view import View, fold_view, open_later
from wellclear.testing.sketch import START_US, circle

PARTIES = ["CASPIA", "EASTLAND", "SOUTHLAND", "TRANSIA", "WESTLAND"]


def said(category: str, parties: list[str], **asked: Any) -> Composed:
    salts = (number.to_bytes(32, "big") for number in count())
    pen = Pen(b64(bytes(32)), NORTH, "NORTHLAND/OPS", START_US, lambda: next(salts))
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": [circle(34.5, 38.3, 5_000)]},
        {"group": "category", "category": category}, {"group": "rest"},
    ]  # fmt: skip
    named = {"to": [f"{party}/OPS" for party in parties], "keep_until": "2026-12-01", "id": "NORTHLAND-1001-9"}
    consent = {"consent": parties} if category in CONSENTED else {}
    return write_act(pen, "notice", groups, named | consent | asked, default_settings())


def groups_in(composed: Composed) -> list[Group]:
    return [
        open_part(raw, structs.replace(ref, enc="none", epoch=UNSET, sha=UNSET, to=UNSET))
        for raw, ref in zip(composed.openings, composed.act.parts, strict=True)
    ]


@pytest.mark.requirement("R29", "N1", "N13")
@pytest.mark.parametrize("category", sorted(CONSENTED))
def test_what_needs_consent_goes_out_in_a_copy_for_each(category: str) -> None:
    composed = said(category, PARTIES[:3], disclose=dict.fromkeys(PARTIES[:3], 4) if category != "aid_movement" else {})
    readers = [{*(ref.to if ref.to is not UNSET else ())} - {NORTH} for ref in composed.act.parts]
    assert readers == [{party} for party in PARTIES[:3] for _ in NOTICE_GROUPS] + [set()] * 4
    assert len({ref.commit for ref in composed.act.parts}) == 16
    groups = groups_in(composed)
    assert all(group == groups[at % 4] for at, group in enumerate(groups)), "and they say the same"
    check_copies(composed.act, groups)


@pytest.mark.requirement("R29")
def test_what_needs_no_consent_is_said_once_for_all() -> None:
    assert len(said("air", PARTIES).act.parts) == len(NOTICE_GROUPS)


@pytest.mark.requirement("R29")
def test_there_is_room_for_four_and_a_fifth_is_refused_with_what_to_do() -> None:
    assert len(said("survey", PARTIES[:4]).act.parts) == 16
    with pytest.raises(InvalidValue, match=r"5 recipients; a notice has room for 4 .*announce it to the others"):
        said("survey", PARTIES)


@pytest.mark.requirement("R29", "N1")
def test_no_node_sends_one_copy_to_two_nor_two_texts_in_two_copies() -> None:
    composed = said("survey", PARTIES[:2])
    groups = groups_in(composed)
    shared = [structs.replace(composed.act.parts[0], to=PARTIES[:2]), *composed.act.parts[1:]]
    with pytest.raises(Refused, match=r"each recipient of a site, .* gets a copy of its own"):
        check_copies(structs.replace(composed.act, parts=shared), groups)
    other = groups_in(said("survey", PARTIES[:2], withhold=[]))
    other[5] = groups_in(said("survey", PARTIES[:1]))[0]
    with pytest.raises(Refused, match="its copies say different things"):
        check_copies(composed.act, other)


@pytest.mark.requirement("R29")
def test_a_mark_is_read_as_a_fingerprint_is_and_made_of_what_two_parties_hold() -> None:
    mark = mark_of(bytes(1056))
    assert len(mark) == 9 and mark != spoken(bytes(1056))[:9] and parse_mark(mark.lower().replace(" ", "-")) == mark
    assert mark_of(bytes(1055) + b"\x01") != mark
    for text in ("", "7K2M", "7K2M 0Q9D 0000", "7K2M 0Q9*"):
        with pytest.raises(InvalidValue, match="MARK"):
            parse_mark(text)


@pytest.mark.requirement("R29", "R34")
@pytest.mark.parametrize("later", [(0, 1), (1, 0)])
def test_of_two_copies_for_one_reader_the_first_is_taken_in_whatever_order_they_come(later: tuple[int, int]) -> None:
    """No node of ours sends that; a hostile author's reader must all the same see one thing, and always the same."""
    sealed = Sealed()
    other = sealed.sketch.told(sealed.sketch.notice_groups([circle(35.5, 39.3, 5_000)]), [NORTH, SOUTH])
    told = [replace(row, salt=bytes([at]) * 32) for at, row in enumerate([*sealed.told, *other])]
    sealed.item = sealed.sketch.parties[NORTH].next_id()
    sealed.send("notice", told, id=sealed.item, keep_until="2026-12-01", to=["SOUTHLAND/OPS"])
    view, index = View(), len(sealed.sketch.leaves) - 1
    for at, (leaf, step) in enumerate(zip(sealed.sketch.leaves, sealed.sketch.steps, strict=True)):
        view, _ = fold_view(view, sealed.sketch.logged(at, leaf), step, {})
    entry = sealed.sketch.logged(index, sealed.sketch.leaves[index]).entry
    assert entry is not None
    opened = sealed.opened(entry.act, SOUTH)
    commits = [ref.commit for ref in entry.act.parts]
    for copy in later:
        some = {commit: opened[commit] for commit in commits[copy * 4 : copy * 4 + 4]}
        view, _ = open_later(view, index, some)
    version = view.items[sealed.item].current
    assert version.said is not None and version.said.volumes == AREA
    assert view.items[sealed.item] == sealed.view(SOUTH)[0].items[sealed.item], (
        "as if all had been there from the start"
    )
