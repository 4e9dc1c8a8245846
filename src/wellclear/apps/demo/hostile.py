"""Step 10: the host shows the two sides different logs; both nodes stop, prove it, and still pass a warning."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import UNSET

from wellclear.apps.demo.founding import answers
from wellclear.apps.demo.record import judge_evidence
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE, Board, Row, Station, rows
from wellclear.apps.demo.story import Story
from wellclear.apps.demo.two_faced import SECOND_LOG
from wellclear.apps.host.starting import HostFiles
from wellclear.apps.node.serve import STORE_FILE
from wellclear.channel.opening import open_leaf
from wellclear.domain.entry import Entry
from wellclear.edges.clock import SystemClock
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Refused, Unavailable, Unverified

CAUGHT_S: Final = 30.0
"""The liar hands on an entry every two seconds; nodes compare notes when a head differs, and every ten seconds too."""
_ROOT: Final = re.compile(r"([A-Za-z0-9+/]{12})[A-Za-z0-9+/]{31}=")


@dataclass(frozen=True, slots=True)
class Split:
    """Where the two logs part, and who announced what: the notice's item by party."""

    size: int
    announced: dict[str, str]


def two_histories(story: Story) -> None:
    """Step 10."""
    teller, host = story.teller, story.host.party
    teller.heading(10, "The host shows the two sides different logs")
    teller.say(
        f"From here on {host}'s host lies. It has one key and keeps two logs: each side is told that it spoke first."
        " What the other side says is held back, then handed on, one entry at a time."
    )
    split = _lie(story)
    _caught(story, split)
    _tell_the_lie(story, split)
    _proven(story)
    _still_warns(story)
    teller.say(
        "What the parties do now: telephone, show each other the evidence, and go on from the last log that both have,"
        " with another host (wellclear host change)."
    )


def _lie(story: Story) -> Split:
    """The host goes, and comes back with two logs; then both sides announce, as they always do."""
    teller, processes = story.teller, story.processes
    sides = (story.first, story.second)
    with teller.outcome("the host was away for a moment; it is back, and both nodes believe it"):
        story.same_picture()
        processes.end("host")
        size = len(log_of(HostFiles(story.host.settings.home).store))
        home, deceived = story.host.settings.home, story.second.party
        processes.start("host", "two-faced", home, EXERCISE_PASSPHRASE, deceived)
        processes.await_ready("host", lambda: answers(f"{story.host_url}/status"))
        for station in sides:
            station.until(_believes, CAUGHT_S, "that the host is back")
    now_us = SystemClock().now_us()
    forms = (story.scenario.unanswered.form(now_us, fast=True), story.scenario.late.form(now_us))
    announced = {}
    for station, form in zip(sides, forms, strict=True):
        with teller.outcome(f"{station.party} announced; the host has signed that it is in the log"):
            announced[station.party] = station.announce(form).item
    story.items["told"] = announced[story.second.party]
    return Split(size, announced)


def _believes(board: Board) -> bool:
    return bool(board["link"]["connection"] == "the host's stream is open" and not board["halt"])


def _caught(story: Story, split: Split) -> None:
    teller, sides = story.teller, (story.first, story.second)
    with teller.outcome("both nodes found it out, and stopped believing the host"):
        for station in sides:
            station.until(lambda board: board["halt"], CAUGHT_S, "that the host lies")
    seen = [
        (alarm["since_us"], station.desk, f"rings: {alarm['title']}")
        for kind in ("head_differs", "halted") for station in sides
        for alarm in rows(station.look(), "alarms", kind=kind)
    ]  # fmt: skip
    for at_us, desk, words in sorted(seen, key=lambda row: row[0]):
        teller.event(at_us, desk, words)
    with teller.outcome("no more than one entry written on one log had crossed to the other by then"):
        for station, other in (sides, sides[::-1]):
            crossed = [
                entry for entry in entries_of(station.settings.home / STORE_FILE)[split.size :]
                if entry.act.party == other.party and _written_on_the_other(entry, split.size)
            ]  # fmt: skip
            if len(crossed) > 1:
                raise Unavailable(f"{station.party}'s node", f"had taken {len(crossed)} of them when it stopped")
    with teller.outcome("board and page say HALTED, ring, and say what to do; nothing but safety can be sent"):
        for station in sides:
            _check_halted(station)


def _written_on_the_other(entry: Entry, size: int) -> bool:
    return entry.link.head is not UNSET and entry.link.head.size > size


def _check_halted(station: Station) -> None:
    board = station.look()
    if board["link"]["state"] != "halted" or not rows(board, "alarms", kind="halted", level="alarm", state="unack"):
        raise Unavailable(f"{station.party}'s board", f"shows {board['link']['state']}, and no ringing alarm of it")
    try:
        station.ask_altitude(board["notices"][0]["id"], {"datum": "STD"})
    except (Refused, Misconfigured):
        return
    raise Unavailable(f"{station.party}'s node", "took a request although it has halted")


def _tell_the_lie(story: Story, split: Split) -> None:
    """What the liar's own disk holds: the same place of the log, signed away twice."""
    teller, home = story.teller, story.host.settings.home
    first_of = {}
    with teller.outcome("the host's disk holds both logs; in each of them another side spoke first"):
        for station, place in ((story.first, home), (story.second, home / SECOND_LOG)):
            entries = list(enumerate(entries_of(HostFiles(place).store)))[split.size :]
            notices = [(at, entry.act) for at, entry in entries if entry.act.kind == "notice"]
            if not notices or notices[0][1].party != station.party:
                raise Unavailable(f"the log that {station.party} was shown", f"holds {notices[:2]}")
            first_of[station.party] = notices[0][0]
    for party, at in first_of.items():
        teller.say(f"To {party} it signed: entry {at} is {split.announced[party]}, and nobody else's stands before it.")


def _proven(story: Story) -> None:
    teller = story.teller
    for station in (story.first, story.second):
        file = story.evidence[station.party] = station.settings.home / station.look()["halt"]["evidence"]
        with teller.outcome(f"a stranger, with every network door shut, verified {station.party}'s evidence"):
            proves = _ROOT.sub(r"\1…", judge_evidence(file)["proves"])
        teller.say(f"It proves: {proves}.")
    with teller.outcome("one byte changed in a copy: it proves nothing any more"):
        _check_spoiled(story.evidence[story.second.party])
    teller.say("A Go program that is not ours can be asked as well; foreign/go-verify in the repository builds it:")
    teller.line(f"    go-verify evidence {story.evidence[story.second.party]}")


def _check_spoiled(file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="wellclear-stranger-") as place:
        raw = bytearray(file.read_bytes())
        raw[len(raw) // 2] ^= 1
        copy = Path(place) / file.name
        copy.write_bytes(raw)
        try:
            judge_evidence(copy)
        except Unverified:
            return
    raise Unavailable("wellclear verify-evidence", "took evidence in which a byte was changed")


def _still_warns(story: Story) -> None:
    """Safety, from a node that has halted, through the very host that lied."""
    teller, sender, hearer = story.teller, story.second, story.first
    with teller.outcome(f"{sender.party} calls an emergency all the same; its node calls that unproven"):
        item, state = sender.cry("emergency", hearer.desk)
        if state != "unproven":
            raise Unavailable(f"{sender.party}'s node", f"says of {item} that it is {state}")
    with teller.outcome(f"{hearer.desk} rings, outside the record, through the very host that nobody believes"):
        row = hearer.until(lambda board: _heard(board, item), CAUGHT_S, f"the ring of {item}")
    teller.event(row["heard_us"], hearer.desk, f"{row['code'].upper()}, {item}, by {row['by']} at {row['desk']}")
    teller.say(f"Its board says: {row['mark']}")


def _heard(board: Board, item: str) -> Row | None:
    return next((row for row in board["outside"]["rows"] if (row["id"], row["code"]) == (item, "emergency")), None)


def log_of(path: Path) -> list[bytes]:
    """The leaves of a store that another process may be writing to."""
    store = Store.open(path, writing=False)
    try:
        return store.leaves(0, store.size())
    finally:
        store.close()


def entries_of(path: Path) -> list[Entry]:
    """The entries of such a store; of an honest author each leaf is one."""
    return list(_entries(log_of(path)))


def _entries(leaves: list[bytes]) -> Iterator[Entry]:
    for index, leaf in enumerate(leaves):
        entry = open_leaf(index, leaf).entry
        if entry is None:
            raise Unavailable("the log", f"holds at {index} what is no entry")
        yield entry
