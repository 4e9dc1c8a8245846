"""What one would build without geodesics: shapely's STRtree over flat shapes, numpy for the rest.

Shapes lie in the plane of longitude and latitude. Circles and corridors are buffered in degrees, at 111,320 metres a
degree and stretched by the cosine of the latitude, as many do. Height and time are compared on whole numbers. It knows
of no datums, of no parts that are coarse, and not how near two volumes come: it answers yes or no.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from shapely import affinity

from benchmarks.peers.asking import Holding, Item, Pairs, ordered

DEGREE_M = 111_320.0
E7 = 10_000_000


class Flat:
    """The tree; `lateral_mm` widens whatever is asked about."""

    def __init__(self, lateral_mm: int) -> None:
        self._lateral_mm = lateral_mm

    def hold(self, items: Sequence[Item]) -> None:
        self._ids = [item["id"] for item in items]
        self._parties = {party: number for number, party in enumerate(sorted({item["party"] for item in items}))}
        self._shapes = np.array([flat(item) for item in items])
        self._facts = np.array([self._fact(item) for item in items]).T.copy()
        self._tree = shapely.STRtree(self._shapes)
        self._tree.query(self._shapes[0])

    def _fact(self, item: Item) -> tuple[int, ...]:
        return (self._parties.get(item["party"], -1), *item["slab"])

    def against(self, item: Item) -> int:
        return len(self._near(flat(item, self._lateral_mm), self._fact(item)))

    def _near(self, shape: shapely.Geometry, fact: tuple[int, ...]) -> Any:
        """Rows in conflict with a shape that has been widened by the lateral minimum."""
        rows = self._tree.query(shape)
        party, start, end, lower, upper = self._facts[:, rows]
        fits = (party != fact[0]) & (start <= fact[2]) & (fact[1] <= end)
        fits &= (lower <= fact[4]) & (fact[3] <= upper)
        rows = rows[fits]
        shapely.prepare(shape)
        return rows[shapely.intersects(shape, self._shapes[rows])]

    def pairs(self) -> Pairs:
        """With no lateral minimum, as the crowd is swept."""
        found: Pairs = set()
        for number, shape in enumerate(self._shapes):
            near = self._near(shape, tuple(self._facts[:, number].tolist()))
            found |= {ordered(self._ids[number], self._ids[row]) for row in near.tolist() if row > number}
        return found


def flat(item: Item, wider_mm: int = 0) -> shapely.Geometry:
    """A footprint in the plane of longitude and latitude, widened."""
    drawn = _drawn(item["shape"], item["corners"])
    radius_mm = item["radius_mm"] + wider_mm
    if not radius_mm:
        return drawn
    squeeze = max(math.cos(math.radians(drawn.centroid.y)), 1e-6)
    wide = affinity.scale(drawn, squeeze, 1, origin=(0, 0)).buffer(radius_mm / 1000 / DEGREE_M)
    return affinity.scale(wide, 1 / squeeze, 1, origin=(0, 0))


def _drawn(shape: str, corners: Any) -> shapely.Geometry:
    match shape:
        case "point":
            return shapely.Point(corners[0] / E7, corners[1] / E7)
        case "route":
            return shapely.LineString([(lon / E7, lat / E7) for lon, lat in corners])
        case "polygon":
            outer, *holes = [[(lon / E7, lat / E7) for lon, lat in ring] for ring in corners]
            return shapely.make_valid(shapely.Polygon(outer, holes))  # not every polygon of the globe is one on a map
        case _:
            return shapely.union_all([_drawn("polygon", part) for part in corners])


@contextlib.contextmanager
def opened() -> Iterator[Holding]:
    """The questions to it."""
    yield Holding(Flat, dict)
