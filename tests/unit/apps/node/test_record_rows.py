"""Records on the boards of real nodes: asked, answered, declared, called off; who speaks for whom, and gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import board
from wellclear.apps.node.record_acts import next_version
from wellclear.apps.node.record_rows import NO_SCOPE, NOBODY, UNREAD_SCOPE, record_rows, speaking
from wellclear.apps.node.shapes_records import Record, Speaking
from wellclear.channel.composing import Composed, subject
from wellclear.channel.desk import write_act
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import START_US, Sketch

HOST, NORTH, SOUTH, LAND = "CASPIA", "NORTHLAND", "SOUTHLAND", "TRANSIA"
TRACK = {"group": "track", "lat_e7": 345600000, "lon_e7": 382700000, "at_us": START_US, "mover": "drone"}
SCOPE = {
    "group": "authority_scope",
    "units": [{"unit": "river militia", "sort": "proxy", "can_stop": "no"}],
}
FOUR_EYES = ("authority_scope", "intent", "amend", "cancel")


class Channel:
    """Three parties with real nodes over one relay."""

    def __init__(self, folder: Path, *, with_land: bool = False) -> None:
        sketch = Sketch(seed=78)
        sketch.party(HOST, "host")
        for party in (NORTH, SOUTH):
            sketch.party(party, "principal")
        if with_land:
            sketch.party(LAND, "host_nation")
        sketch.genesis()
        sketch.agree()
        for party in sketch.parties:
            sketch.enrol(party)
        self.relay = Relay(sketch)
        self.nodes = {party: Bench(self.relay, party, folder / f"{party}.sqlite") for party in sketch.parties}
        self.turn(2)

    def turn(self, turns: int) -> None:
        for _ in range(turns):
            self.relay.sketch.advance(1)
            for node in self.nodes.values():
                node.clock.advance(1)
                node.follow()
                node.fetch()
                node.core.tick()
                node.send()

    def say(self, party: str, kind: str, group: dict[str, Any] | None, to: list[str], **asked: Any) -> str:
        """One act by the officers that its kind asks for; the id of what is new."""
        core, sketch = self.nodes[party].core, self.relay.sketch
        pen = core.pen(f"{party}/OPS")
        asked = {"to": to, "precedence": "P", **asked} | ({} if "subject" in asked else {"id": core.next_id(pen.desk)})
        groups = [] if group is None else [group]
        composed: Composed = (
            next_version(pen, groups, asked)
            if kind == "amend"
            else write_act(pen, kind, groups, asked, core.picture.terms)
        )
        approvals = sketch.released(composed) if kind in FOUR_EYES else sketch.watched(composed)
        core.put(composed.act, approvals, composed.stored)
        self.turn(6)
        return str(asked.get("id", ""))

    def rows(self, party: str) -> dict[str, Any]:
        return {row["id"]: row for row in record_rows(self.nodes[party].core)}


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    return Channel(tmp_path)


def reply(answer: str, *checked: str) -> dict[str, Any]:
    return {"group": "track_reply", "answer": answer, "checked_with": list(checked)}


@pytest.mark.requirement("R11")
def test_a_query_waits_for_each_desk_and_shows_all_replies_side_by_side(channel: Channel) -> None:
    item = channel.say(NORTH, "track_query", TRACK, [f"{SOUTH}/OPS", f"{HOST}/OPS"])
    row = channel.rows(SOUTH)[item]
    assert (row["kind"], row["mine"], row["waits_for"]) == ("track_query", "no", [f"{SOUTH}/OPS"])
    assert row["said"]["mover"] == "drone" and row["words"][0].startswith("Seen: drone, at ")
    assert channel.rows(NORTH)[item]["waits_for"] == []
    about = msgspec.to_builtins(subject(item, 1))
    channel.say(SOUTH, "track_reply", reply("not_known"), [f"{NORTH}/OPS"], subject=about)
    channel.say(SOUTH, "track_reply", reply("not_ours", "AIR", "ARTY"), [f"{NORTH}/OPS"], subject=about)
    row = channel.rows(NORTH)[item]
    assert [(one["party"], one["answer"], one["checked_with"]) for one in row["replies"]] == [
        (SOUTH, "not_known", []), (SOUTH, "not_ours", ["AIR", "ARTY"])
    ]  # fmt: skip
    assert [one["words"] for one in row["replies"]] == [
        ["NOT KNOWN, which does not mean NOT OURS.", "Checked with nobody."],
        ["NOT OURS.", "Checked with AIR and ARTY."],
    ]
    south, host = row["recipients"]
    assert south["acked"] and south["replied"] and south["received"] and "replied" not in host
    assert channel.rows(SOUTH)[item]["waits_for"] == [] and channel.rows(HOST)[item]["waits_for"] == [f"{HOST}/OPS"]
    assert "answer" not in channel.rows(HOST)[item]["replies"][0]  # it was not shown that


@pytest.mark.requirement("R11")
def test_no_node_composes_not_ours_that_was_checked_with_nobody(channel: Channel) -> None:
    item = channel.say(NORTH, "track_query", TRACK, [f"{SOUTH}/OPS"])
    with pytest.raises(InvalidValue, match="checked"):
        channel.say(SOUTH, "track_reply", reply("not_ours"), [f"{NORTH}/OPS"], subject={"id": item, "version": 1})
    assert channel.rows(SOUTH)[item]["replies"] == []


def parties_of(channel: Channel, reader: str) -> dict[str, Any]:
    return {row["party"]: row for row in speaking(channel.nodes[reader].core)["parties"]}


def ops(row: dict[str, Any]) -> dict[str, Any]:
    """The party's own desk, not the one that stands in for it."""
    found: dict[str, Any] = next(desk for desk in row["desks"] if desk["desk"] == f"{row['party']}/OPS")
    return found


@pytest.mark.requirement("R12")
def test_who_speaks_for_whom_is_the_newest_scope_of_each_desk_and_gaps_are_told(channel: Channel) -> None:
    first = channel.say(NORTH, "authority_scope", SCOPE, [f"{SOUTH}/OPS"], keep_until="2026-12-01")
    told = speaking(channel.nodes[SOUTH].core)
    parties = parties_of(channel, SOUTH)
    assert (told["host_nation"], told["gap"]) == ([], NOBODY)
    assert parties[NORTH]["gap"] == "" and ops(parties[NORTH])["units"] == SCOPE["units"]
    assert parties[SOUTH]["gap"] == NO_SCOPE
    hidden = parties_of(channel, HOST)[NORTH]
    assert hidden["gap"] == UNREAD_SCOPE and ops(hidden)["scope"] == first
    more = {**SCOPE, "units": [*SCOPE["units"], {"unit": "air wing", "sort": "force", "can_stop": "yes"}]}
    about = {"id": first, "version": 2}
    channel.say(NORTH, "amend", more, [f"{SOUTH}/OPS"], subject=about, keep_until="2026-12-01")
    parties = parties_of(channel, SOUTH)
    assert [unit["unit"] for unit in ops(parties[NORTH])["units"]] == ["river militia", "air wing"]
    channel.say(NORTH, "cancel", None, [f"{SOUTH}/OPS"], subject=about)
    assert parties_of(channel, SOUTH)[NORTH]["gap"] == NO_SCOPE
    assert channel.rows(SOUTH)[first]["ended"]


@pytest.mark.requirement("R12")
def test_a_host_nation_with_a_desk_is_no_gap(tmp_path: Path) -> None:
    told = speaking(Channel(tmp_path, with_land=True).nodes[NORTH].core)
    assert (told["host_nation"], told["gap"]) == ([LAND], "")


def test_the_board_tells_them_in_the_shapes_that_are_described(channel: Channel) -> None:
    item = channel.say(NORTH, "intent", {"group": "intent", "intent": "warning"}, [f"{SOUTH}/OPS"])
    channel.say(NORTH, "track_query", TRACK, [f"{SOUTH}/OPS"])
    told = board(channel.nodes[SOUTH].core, "")
    msgspec.convert(told["records"], list[Record], strict=True)
    msgspec.convert(told["speaking"], Speaking, strict=True)
    assert all(row.keys() <= Record.__annotations__.keys() for row in told["records"])
    assert [row["kind"] for row in told["records"]] == ["track_query", "intent"]  # newest first
    assert channel.rows(SOUTH)[item]["words"] == ["what it did was a warning"]
