"""One notice, three readers at levels 1, 2 and 4, a host that is none: one digest, no false alarm, no byte too much."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, structs

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import board
from wellclear.apps.node.disclosing import salts_of
from wellclear.channel.composing import Chain, Composed
from wellclear.channel.desk import ack, confirm, write_act
from wellclear.channel.sealing import unseal
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import decode_leaf
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Refused, Unverified
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, HOST = "NORTHLAND", "CASPIA"
LEVELS = {"EASTLAND": 1, "TRANSIA": 2, "SOUTHLAND": 4}
MARKS = {
    "cell": ("340000000", "390000000"), "volume": ("345612347", "383098761"), "category": ("desk line seventeen",),
    "rest": ("HERON SIX ONE", "a survey of ice"),
}  # fmt: skip
"""What stands in each field group and nowhere else."""
GROUPS: list[dict[str, Any]] = [
    {"group": "volume", "volumes": [circle(34.5612347, 38.3098761, 4_321)]},
    {"group": "category", "category": "drone", "contact": "desk line seventeen"},
    {"group": "rest", "call_sign": "HERON SIX ONE", "activity": "a survey of ice"},
]


def founded() -> Sketch:
    sketch = Sketch(seed=77)
    sketch.party(HOST, "host")
    for party in (NORTH, "SOUTHLAND"):
        sketch.party(party, "principal")
    for party in ("EASTLAND", "TRANSIA"):
        sketch.party(party, "observer")
    sketch.genesis()
    sketch.agree()
    for party in sketch.parties:
        sketch.enrol(party)
    return sketch


class Channel:
    """Five parties with real nodes over one relay."""

    def __init__(self, folder: Path) -> None:
        self.relay = Relay(founded())
        self.nodes = {
            party: Bench(self.relay, party, folder / f"{party}.sqlite") for party in self.relay.sketch.parties
        }
        self.north = self.nodes[NORTH]
        self.turn()

    def turn(self, turns: int = 1) -> None:
        """Everybody follows, fetches, and says what is due."""
        for _ in range(turns):
            self.relay.sketch.advance(1)
            for node in self.nodes.values():
                node.clock.advance(1)
                node.follow()
                node.fetch()
                node.core.tick()
                while node.core.detecting:
                    node.core.detect()
                node.send()

    def notice(self, **asked: Any) -> Composed:
        core = self.north.core
        pen = core.pen(f"{NORTH}/OPS")
        to = [f"{party}/OPS" for party in sorted(LEVELS)]
        members = {"to": to, "precedence": "P", "id": core.next_id(pen.desk), "keep_until": "2026-12-01"}
        return write_act(pen, "notice", GROUPS, members | asked, core.picture.terms)

    def say(self, composed: Composed) -> None:
        self.north.core.put(composed.act, self.relay.sketch.released(composed), composed.stored)
        self.turn(6)


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    channel = Channel(tmp_path)
    channel.say(channel.notice(levels=LEVELS))
    return channel


@pytest.mark.requirement("R5", "R25")
def test_who_was_shown_the_cell_alone_has_nothing_to_read_back_and_no_alarm_is_false(channel: Channel) -> None:
    east, north = channel.nodes["EASTLAND"].core, channel.north.core
    item, sketch = next(iter(north.view.items)), channel.relay.sketch
    said = ack(east.pen("EASTLAND/OPS"), east.picture, item, 1, [])
    east.put(said.act, sketch.watched(said), said.stored)
    channel.turn(3)
    assert "readback_differs" not in {alarm.kind for alarm in channel.north.rang}
    rows = {row["desk"]: row for row in board(north, "")["notices"][0]["recipients"]}
    assert (rows["EASTLAND/OPS"]["unconfirmed"], rows["EASTLAND/OPS"]["differences"]) == ("no", [])
    told = confirm(north.pen(f"{NORTH}/OPS"), north.picture, north.view, item, 1, "EASTLAND/OPS")
    north.put(told.act, sketch.watched(told), ())
    channel.turn(3)
    assert sketch.picture.answers[f"{item}/1/EASTLAND/OPS"].confirmed_us is not UNSET
    south = channel.nodes["SOUTHLAND"].core
    nothing = ack(south.pen("SOUTHLAND/OPS"), south.picture, item, 1, [])
    with pytest.raises(Refused, match="0 read back, 1 announced"):
        south.put(nothing.act, sketch.watched(nothing), nothing.stored)


def holds(node: Bench) -> str:
    """All that a party can read: its view, board and store, whatever lies in it opened by the keys that it holds."""
    core, store = node.core, node.core.store
    told = [repr(core.view), msgspec.json.encode(board(core, "")).decode(), repr(list(node.rang))]
    with sqlite3.connect(node.path) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608  # a table of its own
                told += [cell.decode("latin-1") if isinstance(cell, bytes) else str(cell) for cell in row]
        for (commit,) in database.execute("SELECT commitment FROM openings").fetchall():
            told.append((store.opening(commit) or b"").decode("latin-1"))
    for leaf in node.relay.sketch.leaves:
        act = decode_leaf(leaf).act
        told.append(leaf.decode())
        for ref in act.parts if act.channel is not UNSET else ():
            raw = node.relay.sketch.parts.get(str(ref.sha))
            keys = [
                store.epoch_key(author, number) for author in LEVELS | {NORTH: 0, HOST: 0} for number in range(1, 9)
            ]
            for key in [key for key in keys if key is not None] if raw is not None else ():
                try:
                    told.append(unseal(raw or b"", key, act, ref)[0].decode("latin-1"))
                except Unverified:
                    continue
    return "\n".join(told)


@pytest.mark.requirement("R25", "R34", "N12")
def test_three_readers_hold_one_digest_and_each_sees_its_own_groups(channel: Channel) -> None:
    assert len({node.core.picture.digest for node in channel.nodes.values()}) == 1
    (id_,) = channel.north.core.view.items
    for party, level in (LEVELS | {HOST: 0}).items():
        version = channel.nodes[party].core.view.items[id_].current
        seen = (version.cell, version.said, version.nature, version.rest)
        assert [group is not None for group in seen] == [number <= level for number in range(1, 5)], party


@pytest.mark.requirement("R25")
def test_what_was_not_shown_alarms_nobody(channel: Channel) -> None:
    for party, node in channel.nodes.items():
        assert [remark for _, _, remark in node.core.remarks] == [], party
        assert node.core.parts.wanted == {}, "nobody asks for what was not sent to it"
        begins = {"units_not_told"} if party == NORTH or LEVELS.get(party) else set()  # it starts within the hour
        assert {alarm.kind for alarm in node.core.alarms.listed()} <= {"answer_owed"} | begins, party
        assert node.core.state == "live"
    assert all(row["received_us"] for row in board(channel.north.core, "")["notices"][0]["recipients"])


@pytest.mark.requirement("R25", "R39")
@pytest.mark.parametrize("party", [*LEVELS, HOST])
def test_no_store_holds_a_byte_above_its_readers_level(channel: Channel, party: str) -> None:
    held, level = holds(channel.nodes[party]), LEVELS.get(party, 0)
    for number, group in enumerate(NOTICE_GROUPS, 1):
        for mark in MARKS[group]:
            assert (mark in held) == (number <= level), (party, group, mark)


@pytest.mark.requirement("R39")
def test_the_hosts_own_store_holds_envelopes_only(channel: Channel) -> None:
    """All that the host ever takes: the leaves, and the parts as they were sent."""
    taken = b"\n".join([*channel.relay.sketch.leaves, *channel.relay.sketch.parts.values()])
    for marks in MARKS.values():
        assert not [mark for mark in marks if mark.encode() in taken]


def test_the_author_holds_all_of_it_and_at_rest_none_of_it_in_clear(channel: Channel) -> None:
    held = holds(channel.north)
    assert all(mark in held for marks in MARKS.values() for mark in marks)
    channel.north.core.store.close()
    raw = b"".join(path.read_bytes() for path in channel.north.path.parent.glob(f"{NORTH}.sqlite*"))
    assert not [mark for marks in MARKS.values() for mark in marks if mark.encode() in raw]


@pytest.mark.requirement("R25", "N12")
def test_the_verdict_is_told_at_the_level_that_was_shown(channel: Channel) -> None:
    """SOUTHLAND sees all and is told of a conflict; TRANSIA hears none of it, and EASTLAND's cell is `possible`."""
    sketch = channel.relay.sketch
    for party in ("SOUTHLAND", "EASTLAND"):
        core = channel.nodes[party].core
        pen = core.pen(f"{party}/OPS")
        asked = {"to": [f"{NORTH}/OPS"], "precedence": "P", "id": core.next_id(pen.desk), "keep_until": "2026-12-01"}
        groups = [{"group": "volume", "volumes": [circle(34.57, 38.31, 2_000, start_us=START_US)]}, *GROUPS[1:]]
        said = write_act(pen, "notice", groups, asked, core.picture.terms)
        core.put(said.act, sketch.released(said), said.stored)
    channel.turn(8)
    logged = {
        party: {pair.verdicts[NORTH].row.verdict for pair in channel.nodes[party].core.view.pairs.values()}
        for party in channel.nodes
    }
    assert logged == {
        NORTH: {"conflict", "possible"}, "SOUTHLAND": {"conflict"}, "EASTLAND": {"possible"}, "TRANSIA": set(),
        HOST: set(),
    }  # fmt: skip
    for party in ("SOUTHLAND", "EASTLAND"):
        pairs = channel.nodes[party].core.view.pairs.values()
        assert not [pair for pair in pairs if pair.disputed], "both sides have found the same"
        assert all(pair.verdicts[party].row == pair.verdicts[NORTH].row for pair in pairs)


def disclosed(channel: Channel, groups: list[dict[str, Any]], to: str = "EASTLAND") -> Composed:
    """A disclosure of the notice's first version, as the node composes it for an officer."""
    core = channel.north.core
    (id_,) = core.view.items
    subject = {"id": id_, "version": 1}
    asked = {"to": [f"{to}/OPS"], "subject": subject, "salts": salts_of(core, subject, groups)}
    return write_act(core.pen(f"{NORTH}/OPS"), "disclose", groups, asked)


@pytest.mark.requirement("R25")
def test_what_is_disclosed_later_is_what_was_committed_to_on_the_first_day(channel: Channel) -> None:
    channel.say(disclosed(channel, GROUPS[:2]))
    (row,) = board(channel.nodes["EASTLAND"].core, "")["notices"]
    assert (row["category"], row["volumes"][0]["raw"]) == ("drone", GROUPS[0]["volumes"][0])
    assert row["levels"] == {"EASTLAND": 3, "SOUTHLAND": 4, "TRANSIA": 2}
    (later,) = row["disclosed"]
    assert (later["groups"], later["to"]) == (["volume", "category"], ["EASTLAND"])
    held = holds(channel.nodes["EASTLAND"])
    assert all(mark in held for mark in MARKS["volume"]) and not any(mark in held for mark in MARKS["rest"])
    assert not any(mark in holds(channel.nodes["TRANSIA"]) for mark in MARKS["category"]), "it was not opened to all"
    for party, node in channel.nodes.items():
        assert [remark for _, _, remark in node.core.remarks] == [], party


@pytest.mark.requirement("R25")
def test_no_desk_passes_another_text_off_as_the_first_days(channel: Channel) -> None:
    other = {"group": "volume", "volumes": [circle(34.6, 38.3, 4_321)]}
    with pytest.raises(Refused, match="NOT_COMMITTED"):
        disclosed(channel, [other])
    core = channel.north.core
    (id_,) = core.view.items
    asked = {"to": ["EASTLAND/OPS"], "subject": {"id": id_, "version": 1}}
    forged = write_act(core.pen(f"{NORTH}/OPS"), "disclose", [other], asked)
    with pytest.raises(Refused, match="NOT_COMMITTED"):
        core.put(forged.act, channel.relay.sketch.released(forged), forged.stored)
    with pytest.raises(Refused, match="UNKNOWN_NOTICE"):
        salts_of(core, {"id": id_, "version": 2}, [other])
    with pytest.raises(InvalidValue):
        salts_of(core, {"id": id_, "version": 1}, [{"group": "volume", "volumes": 3}])


@pytest.mark.requirement("R25")
@pytest.mark.parametrize("salted", [True, False])
def test_readers_refuse_another_text_from_a_desk_whose_software_would_send_it(channel: Channel, salted: bool) -> None:
    """With a commitment of its own it was never committed to; under the first day's it does not fit."""
    core, sketch = channel.north.core, channel.relay.sketch
    (id_,) = core.view.items
    other = {"group": "volume", "volumes": [circle(34.6, 38.3, 4_321)]}
    asked = {"to": ["EASTLAND/OPS"], "subject": {"id": id_, "version": 1}}
    forged = write_act(core.pen(f"{NORTH}/OPS"), "disclose", [other], asked)
    if salted:
        commit = core.view.items[id_].current.commits[1]
        part = structs.replace(forged.act.parts[0], commit=commit)
        forged = replace(forged, act=structs.replace(forged.act, parts=[part]))
    channel.turn(2)  # the epoch for this reader is logged
    key = channel.relay.sketch.parties[NORTH]
    seq, prev = sketch.picture.chains[key.public("node")]
    key.chains["node"] = Chain(seq, unb64(prev))
    assert sketch.send(NORTH, forged, sketch.released(forged)).remarks == ()
    channel.turn(2)
    node = channel.nodes["EASTLAND"].core
    assert node.view.items[id_].current.said is None
    reasons = {remark.reason for _, _, remark in node.remarks}
    assert reasons == ({Reason.PART_UNREADABLE} if salted else {Reason.NOT_COMMITTED, Reason.PART_UNREADABLE})
