"""Step 7: the stop. A notice rings at your desk; you answer by one key, or the ladder runs before your eyes."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from wellclear.apps.demo.blind import found_in, held_by, words_of
from wellclear.apps.demo.station import Board, Row, Said, Station, opened, rings, rows
from wellclear.apps.demo.steps import acked
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.apps.demo.telling import moment, spent
from wellclear.domain.agreement import SECOND_US
from wellclear.domain.quantities import Position
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable

KEYS: Final = frozenset(b"aA")
KEYS_READ_MAX: Final = 64
LOOK_S: Final = 0.1
ON_TIME_S: Final = 3.0
LADDER: Final = {
    "ack": "is called: the answer is due, and nobody has given it",
    "next_name": "is called: the next name of the desk",
    "other_desk": "is called: the other desk",
    "host": "is called: the host, who has not been told a word of it",
}


def unanswered(story: Story) -> None:
    """Step 7, whichever way it goes."""
    teller = story.teller
    desk_station = story.second
    teller.heading(7, "A desk does not answer, unless it is yours")
    form = story.scenario.unanswered.form(SystemClock().now_us(), fast=story.fast)
    with teller.outcome(f"{story.first.party} announced, and {desk_station.party}'s desk rings"):
        said = story.first.announce(form)
        desk_station.until(lambda board: rings(board, "notice", said.item), SOON_S, f"the ring of {said.item}")
    story.items["unanswered"] = said.item
    words = words_of(form.groups(), story.scenario.settings())
    host_s = getattr(story.scenario.agreement.deadlines_s.host, form.precedence)
    keys = _keys() if _can_answer(story) else None
    if keys is None:
        _run_ladder(story, said, host_s, lambda: False)
    else:
        with keys as pressed:
            _ask(story, said, host_s)
            _run_ladder(story, said, host_s, pressed)
    _blind(story, said, words)


def _can_answer(story: Story) -> bool:
    return not story.fast and sys.stdin is not None and sys.stdin.isatty()


def _ask(story: Story, said: Said, host_s: int) -> None:
    """The one question of the demo."""
    teller, station = story.teller, story.second
    station.until(lambda board: opened(board, said.item, said.version), SOON_S, f"what {said.item} says")
    station.until(lambda board: _received(board, said.item), SOON_S, f"the receipt of {said.item}")  # starts the clock
    due = _duty(station.look(), said.item)
    teller.say("")
    teller.bell()
    teller.say(f"You are {station.party}'s watch officer; your desk is ringing.", "bold")
    for line in _shown(station, said.item):
        teller.say(f"  {line}")
    until = f" until {moment(due['due_us'])}" if due else ""
    teller.say(f"Press A to read back what stands here and acknowledge it{until}. It is no consent.", "bold")
    teller.say(f"Press nothing, and in {host_s} seconds you have seen the whole ladder.")


def _shown(station: Station, item: str) -> Iterator[str]:
    notice = station.notice(item)
    for volume in notice.get("volumes", []):
        raw = volume.get("raw", volume)
        place = raw.get("centre") or raw.get("route", [[0, 0]])[0]
        yield f"{item}  {notice.get('category')}  from {notice.get('party')}"
        yield f"first position {Position(*place)}  {volume.get('grid', '')}"
        yield f"from {volume.get('lower') or 'ground'} to {volume.get('upper') or 'unlimited'}"
        yield f"start {moment(raw['start_us'])}"


def _run_ladder(story: Story, said: Said, host_s: int, pressed: Callable[[], bool]) -> None:
    """Tell every rung as it is passed, until somebody answers or the host has been called."""
    station, teller = story.second, story.teller
    began, told = time.monotonic(), set[str]()
    until = began + host_s + SOON_S
    while time.monotonic() < until:
        board = station.look()
        if acked(board, said.item, station.desk):
            _answered(story, said, "on the page", time.monotonic() - began)
            return
        _tell_rungs(story, board, said.item, told)
        if "host" in told:
            _ran_out(story, said)
            return
        if pressed():
            station.acknowledge(said.item, said.version)
            _answered(story, said, "by one key", time.monotonic() - began)
            return
        station.await_change(LOOK_S if _can_answer(story) else 1.0)
    with teller.outcome("the ladder ran to its last rung"):
        raise Unavailable("the ladder", f"stood at {', '.join(sorted(told)) or 'no rung'} after {host_s} s")


def _tell_rungs(story: Story, board: Board, item: str, told: set[str]) -> None:
    duty = _duty(board, item)
    for rung in duty.get("rungs", []) if duty else []:
        name = rung["rung"]
        if name not in told and board["now_us"] > rung["at_us"]:
            told.add(name)
            story.teller.bell()
            story.teller.event(rung["at_us"], str(rung.get("who") or story.second.desk), LADDER.get(name, name))


def _received(board: Board, item: str) -> bool:
    told = rows(board, "notices", id=item)
    return bool(told) and all(row.get("received_us") for row in told[0]["recipients"])


def _duty(board: Board, item: str) -> Row | None:
    found = rows(board, "duties", item=item, what="acknowledge")
    return found[0] if found else None


def _answered(story: Story, said: Said, how: str, after_s: float) -> None:
    teller = story.teller
    with teller.outcome(f"you answered {how}, after {after_s:.0f} s; {story.first.party} confirmed your read-back"):
        story.confirm(said, story.second, story.first)


def _ran_out(story: Story, said: Said) -> None:
    """The host has been called; then the second officer answers, late, and late it stays."""
    teller, station, host = story.teller, story.second, story.host
    with teller.outcome("due, next name, other desk, host: every rung was passed on record"):
        duty = _duty(station.look(), said.item) or {}
        missing = {"next_name", "other_desk", "host"} - {row["rung"] for row in duty.get("rungs", ())}
        if missing or duty.get("overdue") != "yes":
            raise Unavailable("the ladder", f"lacks {', '.join(sorted(missing)) or 'the mark overdue'}")
    with teller.outcome(f"{host.desk} rings at the host's own desk, and in time"):
        rang = host.until(lambda board: _called_host(board, said.item), SOON_S, "the host's ring")[0]
        late_s = (rang["rang_us"] - _rung_at(duty, "host")) / SECOND_US
        if late_s > ON_TIME_S:
            raise Unavailable(f"{host.party}'s ring", f"came {late_s:.1f} s after the agreed moment")
    teller.event(rang["rang_us"], host.desk, f"rang, {spent(max(late_s, 0.0))} after the agreed moment")
    with teller.outcome(f"{station.party}/W2 answers, late; the lateness stays on record"):
        story.read_back(said, station, story.first, officer=station.officer("watch_officer", 1))


def _rung_at(duty: Row, name: str) -> int:
    return next(int(row["at_us"]) for row in duty["rungs"] if row["rung"] == name)


def _blind(story: Story, said: Said, words: Sequence[str]) -> None:
    """The host's machine is searched for what was said; it had all that it takes to relay and to ring, and no word."""
    teller, host, reader = story.teller, story.host, story.second
    texts = [word for word in words if not word.lstrip("-").isdigit()]
    numbers = len(words) - len(texts)
    teller.say(
        f"Is the host blind? Looked for: {', '.join(texts)}, and {numbers} long numbers, the notice's places and times;"
        " each as text, in hexadecimal and in base64."
    )
    with teller.outcome(f"all {len(words)} stand on {reader.party}'s board"):
        shown = {"its board": msgspec.json.encode(reader.notice(said.item))}
        missing = [word for word in words if not found_in([word], shown)]
        if missing:
            raise Unavailable(f"{reader.party}'s board", f"does not show {', '.join(missing)}")
    with teller.outcome(f"none of them stands in anything that {host.party}'s machine holds or serves"):
        held = held_by(host, story.host_url, said.index)
        found = found_in(words, held.pieces)
        if found or held.refused != held.sealed:
            raise Unavailable(f"{host.party}'s machine", "; ".join(found) or "hands sealed parts to its own party")
        if not found_in([said.item], held.pieces):
            raise Unavailable(f"{host.party}'s machine", f"does not even hold {said.item}: the search proves nothing")
    teller.say(
        f"Searched: {len(held.pieces)} files, rows and answers, {held.size // 1024:,} KiB. It does hold who said it, to"
        f" whom, when, how urgently, under which name ({said.item}), and {held.sealed} sealed parts that nobody but the"
        " two sides can open."
    )


def _called_host(board: Board, item: str) -> list[Row]:
    return [row for row in rows(board, "alarms", item=item) if row.get("rung") == "host"]


@contextmanager
def _keys() -> Iterator[Callable[[], bool]]:
    """Whether one of the keys was pressed, read from the terminal without waiting for a line."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        termios.tcflush(terminal, termios.TCIFLUSH)
        yield (
            lambda: (
                bool(select.select([terminal], [], [], 0)[0]) and not KEYS.isdisjoint(os.read(terminal, KEYS_READ_MAX))
            )
        )
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
