"""Series as one picture for a report: for each a lane with its definition, its bars, and what stands in none."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Final

import numpy as np

from wellclear.apps.check.map.ink import Ink, fitted, width_of, wrapped
from wellclear.apps.check.map.sheetmap import EDGE, FAINT, INK, PAPER, PARTIES
from wellclear.apps.outside.lanes import NEVER_ADDED, Lane, Scene, is_least
from wellclear.interop.events.counts import Step

WIDTH: Final = 1200
_MARGIN: Final = 28
_LEFT: Final = 66
_TALL: Final = 170
_GRID: Final = "#e6e9ec"
_LABEL, _TEXT, _TITLE, _HEAD = 13, 14, 17, 22
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plot_png(scene: Scene) -> bytes:
    """The picture as a PNG file, 1200 pixels wide and as high as its lanes ask for."""
    sheet = _Sheet(scene)
    written = BytesIO()
    sheet.drawn().picture().save(written, "PNG", optimize=True)
    return written.getvalue()


class _Sheet:
    """Where what stands, from above to below; the height is found by asking for it before anything is drawn."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.right = WIDTH - _MARGIN
        self.start = scene.step.start(scene.first)
        self.end = scene.step.after(scene.step.start(scene.last))
        self.heads = [self._head(lane) for lane in scene.lanes]
        self.tails = [wrapped(lane.apart_words, _TEXT, self.right - _LEFT, 3) for lane in scene.lanes]
        self.notes = wrapped(" ".join((scene.asked, NEVER_ADDED, scene.own)).strip(), _TEXT, self.right - _MARGIN)

    def drawn(self) -> Ink:
        """The sheet with everything on it."""
        top = 66 + 20 * len(self.notes)
        tall = [22 + 18 * len(head) + 10 + _TALL + 24 + 19 * len(tail) + 22
                for head, tail in zip(self.heads, self.tails, strict=True)]  # fmt: skip
        ink = Ink(WIDTH, top + sum(tall) + 46, PAPER)
        ink.text(_MARGIN, 20, fitted(self.scene.headline, _HEAD, self.right - _MARGIN), _HEAD, INK, "la")
        for number, line in enumerate(self.notes):
            ink.text(_MARGIN, 54 + 20 * number, line, _TEXT, FAINT, "la")
        for number, lane in enumerate(self.scene.lanes):
            self._lane(ink, lane, number, top)
            top += tall[number]
        self._legend(ink, top + 18)
        return ink

    def _head(self, lane: Lane) -> list[str]:
        words = f"Counts {lane.counts}. An event: {lane.event}. Counted by {lane.by}."
        return wrapped(f"{words} {lane.credit}".strip(), _TEXT, self.right - _MARGIN, 3)

    def _lane(self, ink: Ink, lane: Lane, number: int, top: float) -> None:
        colour = PARTIES[number % len(PARTIES)]
        whose = f"{lane.party}'s own count: " if lane.party else ""
        title = f"{whose}{lane.series}: {lane.unit} by {self.scene.step}"
        ink.box(_MARGIN, top + 3, _MARGIN + 6, top + 18 + 18 * len(self.heads[number]), colour)
        ink.text(_MARGIN + 14, top, fitted(title, _TITLE, self.right - _MARGIN - 14), _TITLE, INK, "la")
        for at, line in enumerate(self.heads[number]):
            ink.text(
                _MARGIN + 14, top + 23 + 18 * at, fitted(line, _TEXT, self.right - _MARGIN - 14), _TEXT, FAINT, "la"
            )
        top += 22 + 18 * len(self.heads[number]) + 10
        self._grid(ink, lane, top)
        self._bars(ink, lane, colour, top)
        ink.line(np.array([(_LEFT, top + _TALL), (self.right, top + _TALL)]), FAINT, 1)
        self._days(ink, top + _TALL)
        for at, line in enumerate(self.tails[number]):
            ink.text(_LEFT, top + _TALL + 26 + 19 * at, line, _TEXT, FAINT, "la")

    def _grid(self, ink: Ink, lane: Lane, top: float) -> None:
        step = rise(lane.top)
        for figure in range(0, lane.top + 1, step):
            y = top + _TALL - _TALL * figure / max(lane.top, 1)
            if figure:
                ink.line(np.array([(_LEFT, y), (self.right, y)]), _GRID, 1)
            ink.text(_LEFT - 8, y, f"{figure:,}", _LABEL, FAINT, "rm")

    def _bars(self, ink: Ink, lane: Lane, colour: str, top: float) -> None:
        bottom, scale = top + _TALL, _TALL / max(lane.top, 1)
        for start, tally in lane.bars.items():
            left, right = self._x(start), self._x(self.scene.step.after(start))
            gap = min(2.0, (right - left) * 0.15)
            low, shown, high = tally.bar
            left, right = max(left + gap / 2, _LEFT), max(right - gap / 2, left + 0.5)
            if right > left and shown:
                hollow = is_least(tally)
                ink.box(left, bottom - shown * scale, right, bottom, PAPER if hollow else colour, colour)
            if high != low:
                middle = (left + right) / 2
                ink.line(np.array([(middle, bottom - low * scale), (middle, bottom - high * scale)]), INK, 1)

    def _x(self, day: date) -> float:
        share = (day - self.start).days / max(1, (self.end - self.start).days)
        return _LEFT + (self.right - _LEFT) * min(max(share, 0.0), 1.0)

    def _days(self, ink: Ink, y: float) -> None:
        taken = -1000.0
        for day, words in ticks(self.start, self.end):
            x = self._x(day)
            ink.line(np.array([(x, y), (x, y + 5)]), FAINT, 1)
            if x >= taken and x + width_of(words, _LABEL) / 2 <= self.right + _MARGIN:
                ink.text(x, y + 14, words, _LABEL, FAINT, "mm")
                taken = x + width_of(words, _LABEL) + 10

    def _legend(self, ink: Ink, y: float) -> None:
        x: float = _MARGIN
        ink.line(np.array([(_MARGIN, y - 14), (self.right, y - 14)]), EDGE, 1)
        for kind, words in (
            ("bar", "the source's best figure"), ("least", "at least: some events say no best"),
            ("range", "the source's low to high"),
        ):  # fmt: skip
            if kind == "range":
                ink.line(np.array([(x + 9, y - 8), (x + 9, y + 8)]), INK, 1)
            else:
                ink.box(x, y - 8, x + 18, y + 8, FAINT if kind == "bar" else PAPER, FAINT)
            ink.text(x + 26, y, words, _TEXT, INK, "lm")
            x += 26 + width_of(words, _TEXT) + 30


def rise(top: int) -> int:
    """From one line of the scale to the next: 1, 2 or 5 and zeros, so that there are five at most."""
    step = 1
    while step * 5 < top:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


def ticks(start: date, end: date) -> list[tuple[date, str]]:
    """The days that are written below a lane, as many as there is room for."""
    days = (end - start).days
    if days <= 62:
        every = 1 if days <= 16 else 7
        first = start if every == 1 else Step.WEEK.start(start)
        found = [date.fromordinal(day) for day in range(first.toordinal(), end.toordinal(), every)]
        return [(day, f"{day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if not at else ''}")
                for at, day in enumerate(day for day in found if day >= start)]  # fmt: skip
    every = 1 if days <= 800 else 3 if days <= 2_000 else 12
    found, day = [], start.replace(day=1)
    while day < end:
        if day >= start and (day.month - 1) % every == 0:
            found.append(day)
        day = Step.MONTH.after(day)
    return [(day, f"{_MONTHS[day.month - 1]} {day.year}") for day in found]
