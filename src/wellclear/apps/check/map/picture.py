"""A check as one picture for a report: the map with its legend, the first clashes, against what, and the minima."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Final

import numpy as np

from wellclear.apps.check.map.ink import Ink, fitted, width_of, wrapped
from wellclear.apps.check.map.scene import NO_CLEARANCE, AnyChecked, Clash, Scene, scene_of
from wellclear.apps.check.map.sheetmap import (
    ALARM,
    EDGE,
    FAINT,
    INK,
    PAPER,
    SheetMap,
    clash_number,
    mark_colours,
    strokes,
)
from wellclear.domain.marks import EXERCISE
from wellclear.domain.measures import moment
from wellclear.errors import InvalidValue

DEFAULT_SIZE: Final = (1600, 1130)
"""A sheet of A4, lying, at about 137 dots an inch."""
SIZE_LEAST: Final = 600
SIZE_MOST: Final = 6_000
_SMOOTH_MOST: Final = 3_500  # larger sheets have small enough pixels, and no memory to waste
_SIZE: Final = re.compile(r"([0-9]{2,5})\s*[xX×]\s*([0-9]{2,5})")


def picture_size(text: str, where: str) -> tuple[int, int]:
    """`1600x1130` in pixels.

    Raises:
        InvalidValue: not two numbers, or beyond what can be drawn and read.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InvalidValue(where, f"{text[:40]!r} is no size; write width and height in pixels, such as 1600x1130")
    width, height = int(match.group(1)), int(match.group(2))
    if not all(SIZE_LEAST <= side <= SIZE_MOST for side in (width, height)):
        raise InvalidValue(where, f"{width}x{height}: each side is from {SIZE_LEAST} to {SIZE_MOST} pixels")
    return width, height


def map_png(checked: AnyChecked, size: tuple[int, int] = DEFAULT_SIZE) -> bytes:
    """The picture as a PNG file; `size` is width and height in pixels."""
    return picture_of(scene_of(checked), size)


def picture_of(scene: Scene, size: tuple[int, int] = DEFAULT_SIZE) -> bytes:
    """The picture of a scene."""
    sheet = _Sheet(scene, *size)
    sheet.draw()
    written = BytesIO()
    sheet.ink.picture().save(written, "PNG", optimize=True)
    return written.getvalue()


class _Sheet:
    """Where what stands. Lying, the clashes stand beside the map; upright, below it."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self.scene, self.width, self.height = scene, width, height
        self.lying = width > 1.15 * height
        self.unit = max(0.7, min(width / 1600, height / 900) if self.lying else width / 1130)
        self.margin = 26 * self.unit
        self.ink = Ink(width, height, PAPER, 2 if max(width, height) <= _SMOOTH_MOST else 1)

    def size(self, pixels: float) -> int:
        return round(pixels * self.unit)

    def draw(self) -> None:
        lying = self.lying
        bottom = self.height - self.size(44)
        beside = round(self.width * 0.34) if lying else 0
        top = self._head_height()
        legend = self._legend_height(self.width - beside - 2 * self.margin)
        map_bottom = bottom - legend if lying else round(top + (bottom - top) * 0.6) - legend
        right = self.width - self.margin - (beside if lying else 0)
        box = (round(self.margin), round(top), round(right), round(map_bottom))
        if self.scene.shapes:
            SheetMap(self.scene, self.ink, box, self.unit).draw()
        self._head()
        self._legend(map_bottom + 8 * self.unit, right)
        if lying:
            self._table(right + self.margin, top, self.width - self.margin, bottom)
        else:
            self._table(self.margin, map_bottom + legend + 6 * self.unit, self.width - self.margin, bottom)
        self._foot()

    def _said(self) -> Iterable[tuple[str, int, str]]:
        """The lines above the map: text, size, colour."""
        scene, width = self.scene, self.width - 2 * self.margin
        if scene.exercise:
            yield EXERCISE, 20, INK
        colour = ALARM if scene.clashes_found else INK
        yield from ((line, 28, colour) for line in wrapped(scene.headline, self.size(28), width, 3))
        told = [scene.against, *scene.lines[:3]]
        if scene.span is not None:
            told.insert(1, f"Times: {moment(scene.span[0])} to {moment(scene.span[1])} (UTC).")
        for text in told:
            yield from ((line, 15, FAINT) for line in wrapped(text, self.size(15), width, 3))

    def _head_height(self) -> float:
        return self.margin + sum(size * 1.35 for _, size, _ in self._said()) * self.unit + 12 * self.unit

    def _head(self) -> None:
        y = self.margin
        for text, size, colour in self._said():
            y += size * 1.35 * self.unit
            self.ink.text(self.margin, y - size * 0.3 * self.unit, text, self.size(size), colour, "ls")

    def _entries(self, right: float) -> Iterable[tuple[float, int, int | None, str]]:
        """The legend's entries, in rows: left end, row, party (None: a mark), text."""
        entries: list[tuple[int | None, str]] = [
            (number, f"{name} ({count:,})") for number, (name, count) in enumerate(self.scene.parties)
        ]
        entries += [(None, "clash, where nearest")] if self.scene.clashes else []
        x, row = self.margin, 0
        for party, text in entries[:40]:
            told = fitted(text, self.size(15), self.width / 3)
            wide = 48 * self.unit + width_of(told, self.size(15)) + 26 * self.unit
            if x + wide > right + 26 * self.unit and x > self.margin:
                x, row = self.margin, row + 1
            yield x, row, party, told
            x += wide

    def _legend_height(self, right: float) -> float:
        rows = max((row for _, row, _, _ in self._entries(right)), default=-1) + 1
        return (rows * 26 + 16) * self.unit

    def _legend(self, top: float, right: float) -> None:
        for x, row, party, text in self._entries(right):
            y = top + (row * 26 + 14) * self.unit
            if party is None:
                self.ink.mark(x + 20 * self.unit, y, "1", self.size(12), (ALARM, PAPER, PAPER))
            else:
                colour, dash = strokes(party, self.unit)
                west, north, east, south = x, y - 8 * self.unit, x + 40 * self.unit, y + 8 * self.unit
                ring = np.array([(west, north), (east, north), (east, south), (west, south), (west, north)])
                self.ink.area([ring], colour, 0.13, (0, 0, self.width, self.height))
                self.ink.line(ring, colour, 2 * self.unit, dash)
            self.ink.text(x + 48 * self.unit, y, text, self.size(15), INK, "lm")

    def _table(self, left: float, top: float, right: float, bottom: float) -> None:
        """The first clashes, as many as there is room for, in as many columns as are wide enough."""
        if not self.scene.clashes:
            self._nothing(left, top, right)
            return
        columns = max(1, int((right - left) / (430 * self.unit)))
        wide = (right - left - (columns - 1) * self.margin) / columns
        column, y, told = 0, top, 0
        for clash in self.scene.clashes:
            lines = self._clash_lines(clash, wide - 42 * self.unit)
            tall = sum(size * 1.32 for _, size, _ in lines) * self.unit + 14 * self.unit
            if y + tall > bottom - 24 * self.unit:
                column, y = column + 1, top
                if column == columns or y + tall > bottom:
                    break
            self._clash(clash, lines, left + column * (wide + self.margin), y, wide)
            y += tall
            told += 1
        if told < self.scene.clashes_found:
            left_out = f"and {self.scene.clashes_found - told:,} more: wellclear check … --json"
            self.ink.text(right, bottom, fitted(left_out, self.size(14), right - left), self.size(14), FAINT, "rs")

    def _nothing(self, left: float, top: float, right: float) -> None:
        y = top
        for line in wrapped("There is no clash to list. This allows nothing.", self.size(16), right - left):
            y += 22 * self.unit
            self.ink.text(left, y, line, self.size(16), FAINT, "ls")

    def _clash_lines(self, clash: Clash, wide: float) -> list[tuple[str, int, str]]:
        told = [(line, 16, INK) for line in wrapped(clash.block.pair, self.size(16), wide, 3)]
        for label, said in clash.block.lines:
            if label in ("where", "when", "heights", "", "apart", "yours", "why"):
                text = f"{label}: {said}" if label else said
                told += [(line, 13, FAINT) for line in wrapped(text, self.size(13), wide, 2)]
        return told

    def _clash(self, clash: Clash, lines: list[tuple[str, int, str]], left: float, top: float, wide: float) -> None:
        self.ink.mark(
            left + 16 * self.unit, top + 12 * self.unit, clash_number(clash), self.size(13), mark_colours(clash)
        )
        y = top
        for text, size, colour in lines:
            y += size * 1.32 * self.unit
            self.ink.text(left + 42 * self.unit, y - 2 * self.unit, text, self.size(size), colour, "ls")
        y += 8 * self.unit
        self.ink.line(np.array([(left, y), (left + wide, y)]), EDGE, self.unit)

    def _foot(self) -> None:
        y = self.height - 18 * self.unit
        self.ink.text(self.margin, y, NO_CLEARANCE, self.size(15), INK, "ls")
        size = self.size(12)
        credit = "Edges are geodesics. Coasts and rivers coarse, for orientation only: Natural Earth." * bool(
            self.scene.land
        )
        room = self.width - 2 * self.margin - width_of(NO_CLEARANCE, self.size(15)) - 20 * self.unit
        if width_of(credit, size) <= room:
            self.ink.text(self.width - self.margin, y, credit, size, FAINT, "rs")
