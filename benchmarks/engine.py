"""Our conflict engine, asked as its peers are: the same files, the same questions, a process of its own.

It answers where, when and by how much two volumes clash, which is most of what a check costs; yes or no follows.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.asking import Holding, Item, Pairs
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import (
    AltitudeBand,
    Point,
    Polygon,
    Polygons,
    Route,
    SeparationMinima,
    Skeleton,
    TimeWindow,
    Volume,
)

FAR = 2**60
"""Where a face that is not there lies, for those who know whole numbers only."""


class Engine:
    """The engine behind the questions."""

    def __init__(self, lateral_mm: int) -> None:
        minima = SeparationMinima(lateral_mm, 0, 0)
        self._engine = ReferenceEngine(lambda a, b: minima)

    def hold(self, items: Sequence[Announced]) -> None:
        for item in items:
            self._engine.add(item)
        self._engine.check(items[0])  # plants the tree

    def against(self, item: Announced) -> int:
        return len(self._engine.check(item))

    def pairs(self) -> Pairs:
        return {(found.a, found.b) for found in self._engine.swept()}


def written(item: Announced) -> Item:
    """A notice of one volume as it stands in a file."""
    (volume,) = item.volumes
    assert volume.band.datum is Datum.W84, "a peer knows one datum"
    assert not isinstance(volume.skeleton, Route) or not volume.skeleton.times_us, "a peer knows whole windows"
    shape, corners = _corners(volume.skeleton)
    lower, upper = volume.band.lower_mm, volume.band.upper_mm
    slab = [volume.window.start_us, volume.window.end_us]
    slab += [-FAR if lower is None else lower, FAR if upper is None else upper]
    return {
        "id": item.id, "party": item.party, "shape": shape, "corners": corners, "radius_mm": volume.radius_mm,
        "slab": slab,
    }  # fmt: skip


def read(item: Item) -> Announced:
    """The notice again."""
    start, end, lower, upper = item["slab"]
    band = AltitudeBand(Datum.W84, None if lower == -FAR else lower, None if upper == FAR else upper)
    volume = Volume(_skeleton(item["shape"], item["corners"]), item["radius_mm"], band, TimeWindow(start, end))
    return Announced(item["id"], 1, item["party"], "air", (volume,))


def _corners(skeleton: Skeleton) -> tuple[str, Any]:
    match skeleton:
        case Point(position):
            return "point", _pair(position)
        case Route(vertices, _):
            return "route", [_pair(one) for one in vertices]
        case Polygon(rings):
            return "polygon", [[_pair(one) for one in ring] for ring in rings]
        case Polygons(parts):
            return "polygons", [_corners(part)[1] for part in parts]


def _skeleton(shape: str, corners: Any) -> Skeleton:
    match shape:
        case "point":
            return Point(_position(corners))
        case "route":
            return Route(tuple(map(_position, corners)))
        case "polygon":
            return _polygon(corners)
        case _:
            return Polygons(tuple(map(_polygon, corners)))


def _polygon(rings: Any) -> Polygon:
    return Polygon(tuple(tuple(map(_position, ring)) for ring in rings))


def _pair(position: Position) -> list[int]:
    return [position.lon_e7, position.lat_e7]


def _position(pair: Sequence[int]) -> Position:
    return Position(pair[1], pair[0])


def write(path: Path, work: object) -> str:
    """Write a file of work; its path."""
    path.write_text(json.dumps(work), encoding="utf-8")
    return str(path)


@contextlib.contextmanager
def opened() -> Iterator[Holding]:
    """The questions to it."""
    yield Holding(Engine, read)
