"""Units that must know before the start: both desks ring without proof, once, and nothing waits for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node.test_record_rows import HOST, NORTH, SOUTH, Channel
from wellclear.apps.cli.notices import units_lines
from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.board import board
from wellclear.apps.node.rows import notice_row
from wellclear.apps.node.said import stamp
from wellclear.apps.node.shapes_notices import UnitsAsked, UnitsRow
from wellclear.channel.desk import passed, write_act
from wellclear.domain.agreement import HOUR_US, MINUTE_US
from wellclear.domain.canonical import b64
from wellclear.domain.cells import cell_around
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.testing.sketch import START_US, circle

OPS = f"{SOUTH}/OPS"
AT_US = (START_US // HOUR_US + 30) * HOUR_US + 30 * MINUTE_US
"""When the notices of these tests start; their slot starts half an hour earlier."""
DUE_US = AT_US - HOUR_US
ASKED, SLOT_ASKED = f"asked by {stamp(DUE_US)}", f"asked by {stamp(DUE_US - 30 * MINUTE_US)}"
SITE = {"site": "hospital", "last_checked": "2026-11-17"}
CELL_ONLY = ("volume", "category", "rest")


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    return Channel(tmp_path)


def announce(
    channel: Channel, start_us: int = AT_US, withhold: Sequence[str] = (), item: str = "", version: int = 1,
    to: Sequence[str] = (OPS,),
    **asked: Any,
) -> str:  # fmt: skip
    core, sketch = channel.nodes[NORTH].core, channel.relay.sketch
    volume = volume_fields(volume_from(circle(34.5, 38.3, 500, start_us=start_us)))
    _, *more = sketch.notice_groups([volume], asked.pop("category", "air"))
    groups = [msgspec.to_builtins(group) for group in (cell_around([volume]), *more)]
    groups[-1] |= asked.pop("rest", {})
    asked |= {"to": list(to), "precedence": "P", "keep_until": "2026-12-01", "withhold": withhold}
    asked |= {"subject": {"id": item, "version": version}} if item else {"id": core.next_id(f"{NORTH}/OPS")}
    composed = write_act(core.pen(f"{NORTH}/OPS"), "amend" if item else "notice", groups, asked, core.picture.terms)
    core.put(composed.act, sketch.released(composed), composed.stored)
    channel.turn(8)
    return item or str(asked["id"])


def until(channel: Channel, moment_us: int) -> None:
    """Let the time come, on every clock, and everybody look."""
    seconds = (moment_us - channel.relay.sketch.now_us) / 1_000_000 - 3
    channel.relay.sketch.advance(seconds)
    for node in channel.nodes.values():
        node.clock.advance(seconds)
    channel.turn(3)


def prove(channel: Channel, item: str, version: int = 1, party: str = SOUTH) -> None:
    core, sketch = channel.nodes[party].core, channel.relay.sketch
    said = passed(core.pen(f"{party}/OPS"), core.picture, item, version, "battery", sketch.now_us)
    core.put(said.act, sketch.watched(said), said.stored)
    channel.turn(4)


def by_head(channel: Channel, party: str, kind: str, public: dict[str, Any] | None = None) -> None:
    composed, approvals = channel.relay.sketch.by_head(party, kind, public)
    channel.nodes[party].core.put(composed.act, approvals, composed.stored)
    for node in channel.nodes.values():
        node.send()


def end(channel: Channel, item: str, kind: str) -> None:
    channel.say(NORTH, kind, None, [OPS], subject={"id": item, "version": 1})


def rung(channel: Channel, party: str) -> list[Alarm]:
    return [one for one in channel.nodes[party].core.alarms.listed() if one.kind == "units_not_told"]


def sounded(channel: Channel, party: str) -> int:
    return sum(one.kind == "units_not_told" for one in channel.nodes[party].rang)


def row_of(channel: Channel, party: str, item: str) -> dict[str, Any]:
    told = board(channel.nodes[party].core, "")
    (notice,) = [row for row in told["notices"] if row["id"] == item]
    found: dict[str, Any] = notice["recipients"][0]
    return found


@pytest.mark.requirement("R2", "R28")
def test_an_hour_before_the_start_without_proof_both_desks_ring_and_nobody_else(channel: Channel) -> None:
    item = announce(channel, to=(OPS,))
    until(channel, DUE_US)
    assert not rung(channel, SOUTH) and not rung(channel, NORTH), "due is not overdue"
    until(channel, DUE_US + 1_000_000)
    (south,), (north,) = rung(channel, SOUTH), rung(channel, NORTH)
    times = f"{ASKED}, start {stamp(AT_US)}"
    assert south.words == f"{OPS} has not proven that its units know of {item} version 1: {times}"
    assert north.words.startswith(f"No proof that the units of {OPS} know of {item} version 1: {times}; call ")
    assert south.precedence == "P"
    assert not rung(channel, HOST)
    channel.turn(5)
    assert (sounded(channel, SOUTH), sounded(channel, NORTH), sounded(channel, HOST)) == (1, 1, 0)


@pytest.mark.requirement("R2", "R28")
def test_proof_ends_it_and_comes_in_time_or_is_told_as_late(channel: Channel) -> None:
    first, second = announce(channel), announce(channel)
    assert row_of(channel, NORTH, first)["units"]["words"] == ASKED
    prove(channel, first)
    until(channel, DUE_US + MINUTE_US)
    assert [one.item for one in rung(channel, SOUTH)] == [second] == [one.item for one in rung(channel, NORTH)]
    assert row_of(channel, NORTH, second)["units"]["words"] == f"{ASKED}, not proven"
    prove(channel, second)
    assert rung(channel, SOUTH) == rung(channel, NORTH) == []
    assert [row_of(channel, SOUTH, one)["units"]["state"] for one in (first, second)] == ["passed", "passed_late"]


@pytest.mark.requirement("R2", "N3")
def test_the_four_marks_stay_four_and_none_of_the_others_is_proof(channel: Channel) -> None:
    item = announce(channel)
    core, sketch = channel.nodes[SOUTH].core, channel.relay.sketch
    channel.say(SOUTH, "ack", _read_back(), [f"{NORTH}/OPS"], subject={"id": item, "version": 1})
    channel.say(NORTH, "confirm", None, [OPS], subject={"id": item, "version": 1}, public={"desk": OPS})
    until(channel, DUE_US + MINUTE_US)
    row = row_of(channel, NORTH, item)
    assert row["received"] and row["acked"] and row["confirmed"] and "passed" not in row
    assert row["units"]["state"] == "overdue" and rung(channel, SOUTH) and rung(channel, NORTH)
    until(channel, AT_US + MINUTE_US)
    state = board(core, "")["notices"][0]["state"]
    assert state == "ACTIVE" and "passed" not in row_of(channel, NORTH, item), "a start waits for nobody"
    assert sketch.picture.items[item].state == "RELEASED"


def _read_back() -> dict[str, Any]:
    row = {"lat_e7": 345000000, "lon_e7": 383000000, "lower_mm": 0, "upper_mm": 10_000_000, "start_us": AT_US}
    return {"group": "readback", "volumes": [row]}


@pytest.mark.requirement("R28", "N12")
def test_who_was_shown_a_cell_is_asked_by_its_slot_at_both_desks(channel: Channel) -> None:
    announce(channel, withhold=CELL_ONLY)
    slot_due_us = DUE_US - 30 * MINUTE_US
    until(channel, slot_due_us + 1_000_000)
    (south,), (north,) = rung(channel, SOUTH), rung(channel, NORTH)
    assert f"{SLOT_ASKED}, start {stamp(AT_US - 30 * MINUTE_US)}" in south.words
    assert f"{SLOT_ASKED}, start {stamp(AT_US - 30 * MINUTE_US)}" in north.words, (
        "nor does the author's tell another moment"
    )


@pytest.mark.requirement("R28", "N12")
def test_each_desk_is_asked_by_what_it_was_shown_itself(channel: Channel) -> None:
    item = announce(channel, to=(OPS, f"{HOST}/OPS"), levels={HOST: 1})
    told = {row["desk"]: row["due_us"] for row in board(channel.nodes[NORTH].core, "")["units"] if row["item"] == item}
    assert told == {OPS: DUE_US, f"{HOST}/OPS": DUE_US - 30 * MINUTE_US}
    (south,) = board(channel.nodes[SOUTH].core, "")["units"]
    (host,) = board(channel.nodes[HOST].core, "")["units"]
    assert (south["desk"], south["mine"], south["due_us"]) == (OPS, "yes", DUE_US)
    assert (host["desk"], host["mine"], host["due_us"]) == (f"{HOST}/OPS", "yes", DUE_US - 30 * MINUTE_US)
    unknown = [row for row in board(channel.nodes[HOST].core, "")["notices"][0]["recipients"] if row["desk"] == OPS]
    assert "units" not in unknown[0], "who was shown a cell cannot tell when another desk is asked"


@pytest.mark.requirement("R28")
def test_what_comes_later_than_that_rings_at_once(channel: Channel) -> None:
    announce(channel, start_us=channel.relay.sketch.now_us + 20 * MINUTE_US)
    assert len(rung(channel, SOUTH)) == len(rung(channel, NORTH)) == 1


@pytest.mark.requirement("R28")
def test_a_new_version_asks_anew_and_what_was_owed_stays_shown(channel: Channel) -> None:
    item = announce(channel)
    until(channel, DUE_US + MINUTE_US)
    announce(channel, AT_US + 5 * HOUR_US, item=item, version=2)
    assert rung(channel, SOUTH) == rung(channel, NORTH) == []
    row = row_of(channel, NORTH, item)
    assert row["units"]["words"] == f"asked by {stamp(DUE_US + 5 * HOUR_US)}"
    assert [(one["version"], one["words"]) for one in row["units_earlier"]] == [(1, f"{ASKED}, not proven")]
    assert units_lines({"recipients": [row]}) == [
        f"  {OPS}, v2, passed to units: asked by {stamp(DUE_US + 5 * HOUR_US)}",
        f"  {OPS}, v1, passed to units: {ASKED}, not proven",
    ]
    until(channel, DUE_US + 5 * HOUR_US + MINUTE_US)
    assert [one.version for one in rung(channel, SOUTH)] == [2] == [one.version for one in rung(channel, NORTH)]
    assert sounded(channel, SOUTH) == sounded(channel, NORTH) == 2


@pytest.mark.requirement("R28")
def test_a_version_that_was_amended_in_time_leaves_nothing_behind(channel: Channel) -> None:
    item = announce(channel)
    announce(channel, AT_US + 5 * HOUR_US, item=item, version=2)
    until(channel, DUE_US + MINUTE_US)
    assert not rung(channel, SOUTH) and "units_earlier" not in row_of(channel, NORTH, item)


@pytest.mark.requirement("R28")
@pytest.mark.parametrize("kind", ["cancel", "complete"])
def test_an_end_ends_it(channel: Channel, kind: str) -> None:
    rings, quiet = announce(channel), announce(channel)
    end(channel, quiet, kind)
    until(channel, DUE_US + MINUTE_US)
    assert [one.item for one in rung(channel, SOUTH)] == [rings] == [one.item for one in rung(channel, NORTH)]
    end(channel, rings, kind)
    assert rung(channel, SOUTH) == rung(channel, NORTH) == []
    assert row_of(channel, NORTH, rings)["units"]["state"] == "overdue", "what was owed stays on record"
    assert row_of(channel, NORTH, quiet)["units"]["state"] == "closed"


@pytest.mark.requirement("R2", "R28")
def test_once_all_is_over_it_stays_until_somebody_has_seen_it(channel: Channel) -> None:
    announce(channel)
    until(channel, DUE_US + MINUTE_US)
    alarms = channel.nodes[NORTH].core.alarms
    alarms.see(rung(channel, NORTH)[0].key, "W1", channel.nodes[NORTH].clock.now_us())
    until(channel, AT_US + 2 * HOUR_US)
    assert [one.state for one in rung(channel, SOUTH)] == ["cleared"], "none expires silently"
    assert rung(channel, NORTH) == []


@pytest.mark.requirement("R28")
def test_it_rings_once_over_restarts_and_a_silence_holds(channel: Channel) -> None:
    announce(channel)
    until(channel, DUE_US + MINUTE_US)
    node = channel.nodes[SOUTH]
    node.core.alarms.see(rung(channel, SOUTH)[0].key, "W1", node.clock.now_us())
    for party in (NORTH, SOUTH):
        channel.nodes[party].core.store.close()
        channel.nodes[party].start()
    channel.turn(3)
    assert sounded(channel, SOUTH) == sounded(channel, NORTH) == 1
    assert [(one.state, one.seen_by) for one in rung(channel, SOUTH)] == [("acked", "W1")]
    assert [one.state for one in rung(channel, NORTH)] == ["unack"]


@pytest.mark.requirement("R28")
def test_a_node_that_starts_waits_for_the_proof_that_may_be_on_its_way(channel: Channel) -> None:
    item = announce(channel)
    away = channel.nodes.pop(NORTH)
    prove_later = DUE_US - MINUTE_US
    until(channel, prove_later)
    prove(channel, item)
    until(channel, DUE_US + MINUTE_US)
    away.core.store.close()
    away.clock.utc_us = channel.relay.sketch.now_us
    away.start()
    channel.nodes[NORTH] = away
    away.core.tick()
    assert not rung(channel, NORTH)
    channel.turn(3)
    assert not rung(channel, NORTH) and sounded(channel, NORTH) == 0


@pytest.mark.requirement("R28")
def test_who_has_left_is_asked_no_more(channel: Channel) -> None:
    item = announce(channel, to=(OPS, f"{HOST}/OPS"))
    until(channel, DUE_US + MINUTE_US)
    assert {one.desk for one in rung(channel, NORTH)} == {OPS, f"{HOST}/OPS"}
    by_head(channel, SOUTH, "withdraw")
    channel.turn(2)
    assert {one.desk for one in rung(channel, NORTH)} == {f"{HOST}/OPS"}
    assert row_of(channel, NORTH, item)["units"]["state"] == "closed"


@pytest.mark.requirement("R28")
def test_an_agreement_may_ask_for_seconds_and_holds_for_what_is_announced_from_then_on(channel: Channel) -> None:
    before = announce(channel)
    sketch = channel.relay.sketch
    settings = msgspec.to_builtins(msgspec.structs.replace(sketch.picture.terms, passed_before_us=10_000_000))
    joint = {"do": "amend_agreement", "base": 1, "settings": settings, "salt": "A" * 43 + "="}
    by_head(channel, NORTH, "propose", joint)
    proposal = b64(hashlib.sha256(b"\x00" + sketch.leaves[-1]).digest())
    for party in (NORTH, SOUTH):
        by_head(channel, party, "sign_agreement", {"proposal": proposal, "base": 1})
    assert sketch.picture.agreement == 2
    after = announce(channel)
    told = {row["item"]: row["due_us"] for row in board(channel.nodes[SOUTH].core, "")["units"]}
    assert told == {before: DUE_US, after: AT_US - 10_000_000}


def test_the_rows_are_those_of_the_described_shape(channel: Channel) -> None:
    item = announce(channel)
    assert row_of(channel, SOUTH, item)["units"].keys() == UnitsAsked.__annotations__.keys()
    (row,) = board(channel.nodes[SOUTH].core, "")["units"]
    assert row.keys() == UnitsRow.__annotations__.keys()
    msgspec.convert(row, UnitsRow)


@pytest.mark.requirement("N1", "N13", "R28")
def test_no_list_tells_the_hour_of_anothers_site_and_it_rings_all_the_same(channel: Channel) -> None:
    item = announce(channel, category="protected_site", rest=SITE, disclose={SOUTH: 4}, consent=[SOUTH])
    (listed,) = board(channel.nodes[SOUTH].core, "")["units"]
    msgspec.convert(listed, UnitsRow)
    assert (listed["item"], listed["state"]) == (item, "asked") and not {"due_us", "start_us"} & listed.keys()
    core = channel.nodes[SOUTH].core
    assert notice_row(core, core.view.items[item])["recipients"][0]["units"]["due_us"] == DUE_US
    until(channel, DUE_US + MINUTE_US)
    (alarm,) = rung(channel, SOUTH)
    assert alarm.words.endswith("asked by an hour that the notice itself tells")
    assert "due_us" not in next(row for row in board(core, "")["alarms"] if row["kind"] == "units_not_told")
    assert ASKED in rung(channel, NORTH)[0].words, "its author knows its own"
