"""Step 7: the stop. A notice rings at your desk; you answer by one key, or the ladder runs before your eyes."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from wellclear.apps.demo.station import Board, Row, Said, Station, opened, rings, rows
from wellclear.apps.demo.steps import acked
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.apps.demo.telling import moment
from wellclear.domain.quantities import Position
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable

KEYS: Final = frozenset(b"aA")
KEYS_READ_MAX: Final = 64
LOOK_S: Final = 0.1
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
    host_s = getattr(story.scenario.agreement.deadlines_s.host, form.precedence)
    keys = _keys() if _can_answer(story) else None
    if keys is None:
        _run_ladder(story, said, host_s, lambda: False)
    else:
        with keys as pressed:
            _ask(story, said, host_s)
            _run_ladder(story, said, host_s, pressed)


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
    with teller.outcome(f"{host.desk} rings at the host's own desk"):
        host.until(lambda board: _called_host(board, said.item), SOON_S, "the host's ring")
    with teller.outcome(f"{host.party} knows who, when and how urgent; not one word of what was said was given to it"):
        shown = rows(host.look(), "notices", id=said.item)
        if not shown or any(row.get("volumes") or row.get("category") or row.get("rest") for row in shown):
            raise Unavailable(f"{host.party}'s board", f"shows {shown or 'no such notice'}")
    teller.say("Parts are not sealed yet: the host's machine stores them, and hands them to their readers alone.")
    with teller.outcome(f"{station.party}/W2 answers, late; the lateness stays on record"):
        story.read_back(said, station, story.first, officer=station.officer("watch_officer", 1))


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
