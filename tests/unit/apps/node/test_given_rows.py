"""The access list of an own notice on real nodes: each version, each party, what came back, what came later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node.test_record_rows import HOST, LAND, NORTH, SOUTH, Channel
from wellclear.apps.cli.giving import cells
from wellclear.apps.node.given_rows import given_told
from wellclear.apps.node.shapes_notices import Given
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
    assert "received" not in row and cells(row)[4:] == ("not yet", "-")
    channel.nodes = {NORTH: node, SOUTH: south} | channel.nodes
    channel.turn(6)
    assert "received" in given(channel, item)[0]
