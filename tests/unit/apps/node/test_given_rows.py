"""The access list of an own notice on real nodes: each version, each party, what came back, what came later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node.test_record_rows import HOST, LAND, NORTH, SOUTH, Channel
from wellclear.apps.cli.giving import cells
from wellclear.apps.node.given_rows import given_told
from wellclear.apps.node.rows import notice_row
from wellclear.apps.node.shapes_notices import Given, Notice
from wellclear.apps.node.sheltering import SENTENCE, in_a_list
from wellclear.channel.composing import subject
from wellclear.channel.desk import write_act
from wellclear.errors import Refused
from wellclear.testing.sketch import START_US, circle

OPS = [f"{party}/OPS" for party in (HOST, SOUTH, LAND)]
PLACE = circle(34.5, 38.3, 5_000, start_us=START_US + 3_600_000_000)


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    return Channel(tmp_path, with_land=True)


def announce(channel: Channel, kind: str = "notice", **asked: Any) -> str:
    """A site of NORTHLAND's, as its officers release it."""
    core, sketch = channel.nodes[NORTH].core, channel.relay.sketch
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": [PLACE]}, {"group": "category", "category": "protected_site"},
        {"group": "rest", "site": "hospital", "last_checked": "2026-11-17"},
    ]  # fmt: skip
    named = {"to": OPS, "precedence": "R", "keep_until": "2026-12-01"} | asked
    named |= {} if "subject" in asked else {"id": core.next_id(f"{NORTH}/OPS")}
    composed = write_act(core.pen(f"{NORTH}/OPS"), kind, groups, named, core.picture.terms)
    core.put(composed.act, sketch.released(composed), composed.stored)
    channel.turn(6)
    return str(named.get("id", ""))


def given(channel: Channel, item: str) -> list[dict[str, Any]]:
    core = channel.nodes[NORTH].core
    told = given_told(core, core.view.items[item])
    msgspec.convert(told, Given, strict=True)
    return list(told["given"])


@pytest.mark.requirement("R29", "N1")
def test_the_submitter_sees_who_was_given_which_version_and_what_came_back(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH, LAND], disclose={LAND: 4})
    first = {row["party"]: row for row in given(channel, item)}
    assert sorted(first) == [SOUTH, LAND], "the host relays it, and was given nothing"
    assert (first[SOUTH]["level"], first[SOUTH]["groups"]) == (1, ["cell"])
    assert (first[LAND]["level"], first[LAND]["groups"]) == (4, ["cell", "volume", "category", "rest"])
    assert all("received" in row and row["acked"] == [] and row["disclosed"] == [] for row in first.values())
    announce(channel, "amend", consent=[LAND], subject=msgspec.to_builtins(subject(item, 2)))
    rows = given(channel, item)
    assert [(row["version"], row["party"], row["level"]) for row in rows] == [(1, SOUTH, 1), (1, LAND, 4), (2, LAND, 1)]
    assert cells(rows[0])[:3] == ("1", SOUTH, "level 1: the cell and the time slot")


@pytest.mark.requirement("R29", "N1")
def test_nobody_else_is_told_who_was_given_it(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH])
    core = channel.nodes[SOUTH].core
    with pytest.raises(Refused, match="NOT_THE_ANNOUNCER"):
        given_told(core, core.view.items[item])
    assert given(channel, item)[0]["party"] == SOUTH


@pytest.mark.requirement("R29")
def test_what_was_never_received_is_told_as_not_yet(channel: Channel) -> None:
    node = channel.nodes[NORTH]
    south = channel.nodes.pop(SOUTH)
    item = announce(channel, consent=[SOUTH])
    (row,) = given(channel, item)
    assert "received" not in row and cells(row)[4:6] == ("not yet", "-")
    channel.nodes = {NORTH: node, SOUTH: south} | channel.nodes
    channel.turn(6)
    assert "received" in given(channel, item)[0]


@pytest.mark.requirement("N1", "N13", "R29")
def test_a_list_of_all_notices_holds_no_place_of_anothers_site(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH], disclose={SOUTH: 4})
    core = channel.nodes[SOUTH].core
    one = notice_row(core, core.view.items[item])
    assert one["volumes"] and one["rest"]["site"] == "hospital", "asked for by its id it says where to keep clear of"
    listed = in_a_list(one)
    told = msgspec.json.encode(listed).decode()
    for place in ("345000000", "34.5", "383000000", "hospital", "start_us", "south_e7"):
        assert place not in told
    assert (listed["id"], listed["category"], listed["volumes"]) == (item, "protected_site", [])
    msgspec.convert(listed, Notice)
    own = channel.nodes[NORTH].core
    mine = notice_row(own, own.view.items[item])
    assert in_a_list(mine) == mine


@pytest.mark.requirement("N2")
def test_each_protected_notice_says_that_protection_does_not_hang_on_it(channel: Channel) -> None:
    item = announce(channel, consent=[SOUTH, LAND], disclose={SOUTH: 4})
    told = {party: notice_row(node.core, node.core.view.items[item]) for party, node in channel.nodes.items()}
    assert told[NORTH]["protection"] == told[SOUTH]["protection"] == SENTENCE
    assert "protection" not in told[LAND], "whoever is shown the cell alone is not told what lies in it"
    assert "whether or not it was notified" in SENTENCE
