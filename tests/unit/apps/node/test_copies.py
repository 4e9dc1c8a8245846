"""A copy for each recipient on real nodes: whose it is, what a mark says of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from tests.unit.apps.node.test_given_rows import PLACE, announce
from tests.unit.apps.node.test_record_rows import HOST, LAND, NORTH, SOUTH, Channel
from wellclear.apps.cli.giving import mark_lines
from wellclear.apps.cli.notices import copy_lines, left_out_lines
from wellclear.apps.node.board import board
from wellclear.apps.node.copies import whose
from wellclear.apps.node.disclosing import salts_of
from wellclear.apps.node.given_rows import given_told
from wellclear.apps.node.parts import groups_of
from wellclear.apps.node.rows import notice_row
from wellclear.apps.node.shapes_notices import MarkedCopies, Notice
from wellclear.channel.composing import Composed, subject
from wellclear.channel.desk import write_act
from wellclear.domain.entry import SALT_BYTES
from wellclear.errors import InvalidValue, Refused
from wellclear.picture.copies import copies_in, copy_for
from wellclear.picture.view_items import Version

VOLUME = {"group": "volume", "volumes": [PLACE]}
CATEGORY = {"group": "category", "category": "protected_site"}


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    return Channel(tmp_path, with_land=True)


def version_at(channel: Channel, party: str, item: str) -> Version:
    return channel.nodes[party].core.view.items[item].current


def row_at(channel: Channel, party: str, item: str) -> dict[str, Any]:
    core = channel.nodes[party].core
    row = notice_row(core, core.view.items[item])
    msgspec.convert(row, Notice)
    return row


def disclosed(channel: Channel, item: str, to: str, *groups: dict[str, Any]) -> Composed:
    core, about = channel.nodes[NORTH].core, msgspec.to_builtins(subject(item, 1))
    salts = salts_of(core, about, groups, [to])
    asked = {"to": [f"{to}/OPS"], "subject": about, "salts": salts}
    return write_act(core.pen(f"{NORTH}/OPS"), "disclose", groups, asked)


def put(channel: Channel, composed: Composed) -> None:
    channel.nodes[NORTH].core.put(composed.act, channel.relay.sketch.released(composed), composed.stored)
    channel.turn(6)


@pytest.mark.requirement("R29", "N1")
def test_each_recipient_holds_a_copy_of_its_own_and_no_other(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH, LAND], disclose={SOUTH: 4, LAND: 4})
    north = version_at(channel, NORTH, item)
    south, land, spare = copies_in(north, NORTH)
    assert (land.parties, south.parties, spare.parties) == ({LAND}, {SOUTH}, set())
    assert len({*land.commits, *south.commits, *spare.commits}) == 12
    for party, own, other in ((SOUTH, south, land), (LAND, land, south)):
        core = channel.nodes[party].core
        assert all(core.opening(commit) is not None for commit in own.commits), party
        assert all(core.opening(commit) is None for commit in (*other.commits, *spare.commits)), party
        version = version_at(channel, party, item)
        assert (version.said, version.rest) == (north.said, north.rest), "and all are told the same"
        assert [remark for _, _, remark in core.remarks] == []
    texts = [channel.nodes[party].core.opening(copy.commits[1]) for party, copy in ((SOUTH, south), (LAND, land))]
    assert texts[0] is not None and texts[1] is not None and texts[0] != texts[1]
    assert texts[0][SALT_BYTES:] == texts[1][SALT_BYTES:], "no place was changed to tell them apart"
    assert len({node.core.picture.digest for node in channel.nodes.values()}) == 1


@pytest.mark.requirement("R29", "N1")
def test_a_mark_tells_the_author_whose_copy_it_was(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH, LAND], disclose={SOUTH: 4})
    south, land = (row_at(channel, party, item)["copy"] for party in (SOUTH, LAND))
    assert south["mark"] != land["mark"] and (south["party"], south["desk"]) == (SOUTH, f"{SOUTH}/OPS")
    assert copy_lines({"copy": south}) == [f"  copy of {SOUTH}/OPS ({SOUTH}), mark {south['mark']}"]
    core = channel.nodes[NORTH].core
    told = whose(core, south["mark"].lower().replace(" ", "-"))
    msgspec.convert(told, MarkedCopies, strict=True)
    (copy,) = told["copies"]
    assert (copy["id"], copy["version"], copy["party"], copy["newest"]) == (item, 1, SOUTH, "yes")
    assert f"is {SOUTH}'s copy of {item} version 1: cell, volume, category, rest" in mark_lines(told)[0]
    given = {row["party"]: row["mark"] for row in given_told(core, core.view.items[item])["given"]}
    assert given == {SOUTH: south["mark"], LAND: land["mark"]}
    assert "copy" not in row_at(channel, NORTH, item), "the author's own view is nobody's copy"


@pytest.mark.requirement("R29")
def test_a_mark_that_is_nobodys_is_told_as_that_and_others_copies_are_not_looked_up(channel: Channel) -> None:
    assert "None of the 0 copies" in mark_lines(whose(channel.nodes[NORTH].core, "0000 0000"))[0]
    item = announce(channel, consent=[SOUTH])
    mark = row_at(channel, SOUTH, item)["copy"]["mark"]
    assert whose(channel.nodes[SOUTH].core, mark)["copies"] == [], "whose copy it is, its announcer alone is told"
    for text in ("", "7K2M", "7K2M 0Q9D 1", "7K2M 0Q9*"):
        with pytest.raises(InvalidValue, match="MARK"):
            whose(channel.nodes[NORTH].core, text)


@pytest.mark.requirement("R29")
def test_an_amendment_gives_new_marks_and_the_old_ones_still_say_whose_they_were(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH])
    first = row_at(channel, SOUTH, item)["copy"]["mark"]
    announce(channel, "amend", consent=[SOUTH, LAND], subject=msgspec.to_builtins(subject(item, 2)))
    second = row_at(channel, SOUTH, item)["copy"]["mark"]
    core = channel.nodes[NORTH].core
    found = [whose(core, mark)["copies"][0] for mark in (first, second)]
    assert [(row["version"], row["newest"]) for row in found] == [(1, "no"), (2, "yes")]
    assert "which an amendment has replaced" in mark_lines(whose(core, first))[0]


@pytest.mark.requirement("R29", "R25")
def test_what_is_shown_later_stays_in_the_copy_of_who_is_shown_it(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH])
    mark = row_at(channel, SOUTH, item)["copy"]["mark"]
    put(channel, disclosed(channel, item, SOUTH, VOLUME, CATEGORY))
    row = row_at(channel, SOUTH, item)
    assert row["volumes"] and row["category"] == "protected_site" and row["copy"]["mark"] == mark
    cell = msgspec.to_builtins(version_at(channel, NORTH, item).cell)
    put(channel, disclosed(channel, item, LAND, cell))
    version = version_at(channel, NORTH, item)
    south, land = copy_for(version, NORTH, SOUTH), copy_for(version, NORTH, LAND)
    assert south is not None and land is not None and not {*south.commits} & {*land.commits}
    assert row_at(channel, LAND, item)["copy"]["mark"] != mark
    assert version.shown_to[0] == (LAND, SOUTH) or {*version.shown_to[0]} - {NORTH} == {LAND, SOUTH}
    with pytest.raises(Refused, match=f"no copy is left for {HOST}: amend it"):
        disclosed(channel, item, HOST, cell)


@pytest.mark.requirement("R29", "N1")
def test_nobody_is_given_a_copy_that_another_party_has(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH], disclose={SOUTH: 4})
    core = channel.nodes[NORTH].core
    about = msgspec.to_builtins(subject(item, 1))
    with pytest.raises(Refused, match="one party at a time"):
        salts_of(core, about, [VOLUME], [HOST, LAND])
    asked = {"to": [f"{LAND}/OPS"], "subject": about, "salts": salts_of(core, about, [VOLUME], [SOUTH])}
    copied = write_act(core.pen(f"{NORTH}/OPS"), "disclose", [VOLUME], asked)
    with pytest.raises(Refused, match="gets a copy of its own"):
        put(channel, copied)
    pen = core.pen(f"{NORTH}/OPS")
    groups: list[dict[str, Any]] = [
        VOLUME,
        CATEGORY,
        {"group": "rest", "site": "hospital", "last_checked": "2026-11-17"},
    ]
    named = {"to": [f"{SOUTH}/OPS", f"{LAND}/OPS"], "id": core.next_id(pen.desk), "keep_until": "2026-12-01"}
    site = write_act(pen, "notice", groups, named | {"consent": [SOUTH, LAND]}, core.picture.terms)
    both = [
        structs.replace(ref, to=[LAND, SOUTH]) if isinstance(ref.to, list) else ref for ref in site.act.parts
    ]  # fmt: skip
    with pytest.raises(Refused, match="gets a copy of its own"):
        core.check_draft(structs.replace(site.act, parts=both), groups_of(site.act, site.openings))


@pytest.mark.requirement("N1", "N13", "R29")
def test_no_list_and_no_board_holds_the_place_of_anothers_site(channel: Channel) -> None:
    announce(channel, consent=[SOUTH, LAND], disclose={SOUTH: 4})
    for party in (SOUTH, LAND):
        told = msgspec.json.encode(board(channel.nodes[party].core, "")).decode()
        for place in ("345000000", "34.5", "383000000", "hospital", "south_e7", "340000000"):
            assert place not in told, (party, place)
        (row,) = board(channel.nodes[party].core, "")["notices"]
        assert row["sheltered"] == "yes" and "are in no list" in row["left_out"] and row["copy"]["mark"]
        assert "are in no list. One at a time: wellclear notice show ID" in left_out_lines([row])[0]
    assert left_out_lines(board(channel.nodes[NORTH].core, "")["notices"]) == []
    assert "345000000" in msgspec.json.encode(board(channel.nodes[NORTH].core, "")).decode(), "the author has its own"
