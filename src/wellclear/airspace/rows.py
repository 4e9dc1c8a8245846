"""Everything that is held, as columns, and which of it may be in conflict with something: candidates, and no verdicts.

Theory of operation, in the manner of a log-structured merge. Every volume (every leg of a route with times) is a row.
Rows come to the end, and rows that leave are marked dead: both are cheap. A tree of rectangles (`sheets`) covers the
rows up to a certain one. The *tail* of newer rows is compared one by one, in a few numpy calls. A question that finds
the tail or the dead too many first drops the dead and plants the tree anew; so loading builds it once. When that
happens changes no answer: neither the tree nor a filter leaves out what is in conflict, and the rest is measured.

The filters: another party, another notice; windows within the minimum, exactly; bands of one datum within the minimum,
exactly, and of two as widened; balls in space within radii and minimum. Rows of a dead notice are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from wellclear.airspace.conflict import Announced
from wellclear.airspace.geodesy import Flags, Floats, Ints
from wellclear.airspace.heights import UNBOUNDED_MM, widest_w84_mm
from wellclear.airspace.shapes import Shape, shape_of
from wellclear.airspace.sheets import lay
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import Volume

MM: Final = 1000.0
SLACK_M: Final = 0.05
"""More than the tolerance and all rounding; for candidates only."""

TAIL: Final = 512
"""So many rows may be new, or dead, before the tree is planted anew; of many rows one in `_TAIL_SHARE`."""

_TAIL_SHARE: Final = 8
_ROWS_AT_FIRST: Final = 64
_PAIRS_AT_ONCE: Final = 4_000_000  # the most rectangles that a tree may answer with in one go: some hundred megabytes
_DATUMS: Final = {datum: number for number, datum in enumerate(Datum)}
_NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Leg:
    """One volume as it is compared: whose, which, and its shape."""

    item: Announced
    index: int
    number: int
    volume: Volume
    shape: Shape
    vague: bool

    @property
    def key(self) -> tuple[str, int, int]:
        """What names it among all that is held."""
        return self.item.id, self.index, self.number


def legs_of(item: Announced) -> tuple[Leg, ...]:
    """A notice as it is compared."""
    return tuple(
        Leg(item, index, number, leg, shape_of(leg.skeleton), item.coarse or index in item.stand_ins)
        for index, volume in enumerate(item.volumes)
        for number, leg in enumerate(volume.legs())
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """n legs as numbers: `whole` (10, n) and `real` (5, n)."""

    whole: Ints  # notice, party, category, start, end, datum, lower, upper as said, lower, upper widened to W84
    real: Floats  # x, y, z, reach, radius in metres

    def fill(self, at: int, leg: Leg, notice: int, party: int, category: int) -> None:
        """Write one leg."""
        window, band = leg.volume.window, leg.volume.band
        lower_mm = -UNBOUNDED_MM if band.lower_mm is None else band.lower_mm
        upper_mm = UNBOUNDED_MM if band.upper_mm is None else band.upper_mm
        said = _DATUMS[band.datum], lower_mm, upper_mm
        widened = widest_w84_mm(band)
        self.whole[:, at] = (notice, party, category, window.start_us, window.end_us, *said, *widened)
        self.real[:, at] = (*leg.shape.centre, leg.shape.reach_m, leg.volume.radius_mm / MM)

    @classmethod
    def empty(cls, size: int) -> Columns:
        """Room for legs, nobody's as yet."""
        return cls(np.full((10, size), _NOBODY, np.int64), np.zeros((5, size)))

    def grown(self, size: int) -> Columns:
        """A copy with more room."""
        more = Columns.empty(size)
        used = self.whole.shape[1]
        more.whole[:, :used], more.real[:, :used] = self.whole, self.real
        return more

    def kept(self, rows: Ints) -> Columns:
        """A copy of some of them."""
        return Columns(self.whole[:, rows], self.real[:, rows])


@dataclass(frozen=True, slots=True)
class _Tree:
    """Rectangles of the rows below `covers`, in one tree."""

    tree: shapely.STRtree
    row: Ints
    covers: int


class Rows:
    """Columns over all held legs, a tree over most of them."""

    def __init__(self, tail: int = TAIL) -> None:
        self._tail = tail
        self.legs: list[Leg | None] = []
        self._columns = Columns.empty(_ROWS_AT_FIRST)
        self._tree = _planted((), np.empty(0))
        self._dead = 0
        self._of: dict[int, list[int]] = {}

    def put(self, notice: int, legs: Iterable[Leg], party: int, category: int) -> None:
        """Hold the legs of a notice, whose number must be new."""
        rows = self._of[notice] = []
        for leg in legs:
            row = len(self.legs)
            if row == self._columns.whole.shape[1]:
                self._columns = self._columns.grown(2 * row)
            self._columns.fill(row, leg, notice, party, category)
            self.legs.append(leg)
            rows.append(row)

    def drop(self, notice: int) -> None:
        """Forget the legs of a notice."""
        for row in self._of.pop(notice):
            self.legs[row] = None
            self._columns.whole[:2, row] = _NOBODY
            self._dead += 1

    def of(self, notice: int) -> list[Leg]:
        """The held legs of a notice."""
        return [leg for row in self._of[notice] if (leg := self.legs[row]) is not None]

    def near(self, asked: Sequence[Leg], columns: Columns, minima: Ints) -> tuple[Ints, list[Leg]]:
        """Pairs that may be in conflict: numbers of asked legs, and the held leg that each is near; none twice.

        `minima` (asked categories, held categories, 3) are lateral (mm), vertical (mm) and time (us); the categories in
        `columns` count in its first axis.
        """
        self._tend()
        if not asked or not self.legs:
            return np.empty(0, np.int64), []
        used = len(self.legs)
        found = [
            one * used + row for one, row in (self._kept(columns, minima, *pairs) for pairs in self._raw(asked, minima))
        ]
        pairs = np.unique(np.concatenate(found))
        held = [self.legs[row] for row in (pairs % used).tolist()]
        return pairs // used, [leg for leg in held if leg is not None]

    def _raw(self, asked: Sequence[Leg], minima: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Pairs of asked leg and row: by the tree in portions, then the tail."""
        if self._tree.row.size:
            widest_m = float(minima[:, :, 0].max()) / MM + SLACK_M
            radius = np.array([leg.volume.radius_mm / MM for leg in asked])
            owner, rectangles = _laid([leg.shape for leg in asked], radius + widest_m)
            step = max(1, _PAIRS_AT_ONCE // self._tree.row.size)
            for start in range(0, owner.size, step):
                mine, theirs = self._tree.tree.query(_diagonals(rectangles[start : start + step]))
                yield owner[start + mine], self._tree.row[theirs]
        tail = np.arange(self._tree.covers, len(self.legs))
        step = max(1, _PAIRS_AT_ONCE // max(1, tail.size))
        for start in range(0, len(asked), step):
            block = np.arange(start, min(start + step, len(asked)))
            yield np.repeat(block, tail.size), np.tile(tail, block.size)

    def _kept(self, asked: Columns, minima: Ints, one: Ints, row: Ints) -> tuple[Ints, Ints]:
        """Pairs that pass the filters; the cheapest first, because most pairs fail it."""
        held = self._columns
        for passes in (_by_time, _by_owner, _by_height, _by_ball):
            fits = passes(asked, held, one, row, minima[asked.whole[2, one], held.whole[2, row]])
            one, row = one[fits], row[fits]
        return one, row

    def _tend(self) -> None:
        """Plant the tree anew when too much has come or gone since."""
        alive = len(self.legs) - self._dead
        spare = max(self._tail, alive // _TAIL_SHARE)
        if len(self.legs) - self._tree.covers <= spare and self._dead <= spare:
            return
        rows = np.flatnonzero(self._columns.whole[0, : len(self.legs)] != _NOBODY)
        legs = [leg for leg in self.legs if leg is not None]
        self.legs = list(legs)
        self._columns = self._columns.kept(rows).grown(max(_ROWS_AT_FIRST, rows.size + spare))
        self._dead = 0
        number = np.cumsum(np.bincount(rows, minlength=1)) - 1
        self._of = {notice: number[old].tolist() for notice, old in self._of.items()}
        self._tree = _planted([leg.shape for leg in legs], self._columns.real[4, : len(legs)] + SLACK_M)


def _planted(shapes: Sequence[Shape], pad_m: Floats) -> _Tree:
    row, rectangles = _laid(shapes, pad_m)
    return _Tree(shapely.STRtree(_diagonals(rectangles)), row, len(shapes))


def _laid(shapes: Sequence[Shape], pad_m: Floats) -> tuple[Ints, Floats]:
    """The rectangles of shapes padded by so many metres, and whose each is."""
    if not shapes:
        return np.empty(0, np.int64), np.empty((0, 4))
    shape = np.repeat(np.arange(len(shapes)), [len(one.boxes) for one in shapes])
    box, rectangles = lay(np.concatenate([one.boxes for one in shapes]), pad_m[shape])
    return shape[box], rectangles


def _diagonals(rectangles: Floats) -> shapely.Geometry:
    """What a tree asks of a geometry is its envelope, and no geometry with a given one is smaller than its diagonal."""
    return shapely.linestrings(rectangles.reshape(-1, 2, 2))


# The filters: each takes asked and held columns, pairs of numbers into them, and the minima of each pair (n, 3).


def _by_time(asked: Columns, held: Columns, one: Ints, row: Ints, minima: Ints) -> Flags:
    time_us = minima[:, 2]
    fits: Flags = asked.whole[3, one] - time_us <= held.whole[4, row]
    fits &= held.whole[3, row] - time_us <= asked.whole[4, one]
    return fits


def _by_owner(asked: Columns, held: Columns, one: Ints, row: Ints, minima: Ints) -> Flags:
    fits: Flags = held.whole[1, row] != _NOBODY
    fits &= (asked.whole[0, one] != held.whole[0, row]) & (asked.whole[1, one] != held.whole[1, row])
    return fits


def _by_height(asked: Columns, held: Columns, one: Ints, row: Ints, minima: Ints) -> Flags:
    vertical_mm = minima[:, 1]
    fits: Flags = asked.whole[8, one] - vertical_mm <= held.whole[9, row]
    fits &= held.whole[8, row] - vertical_mm <= asked.whole[9, one]
    native = asked.whole[6, one] - vertical_mm <= held.whole[7, row]
    native &= held.whole[6, row] - vertical_mm <= asked.whole[7, one]
    same = asked.whole[5, one] == held.whole[5, row]
    return np.where(same, native, fits)


def _by_ball(asked: Columns, held: Columns, one: Ints, row: Ints, minima: Ints) -> Flags:
    reach = asked.real[3, one] + asked.real[4, one] + held.real[3, row] + held.real[4, row]
    reach += minima[:, 0] / MM + SLACK_M
    apart = ((asked.real[:3, one] - held.real[:3, row]) ** 2).sum(axis=0)
    fits: Flags = apart <= reach**2
    return fits
