"""What one would build without geodesics: a tree over flat shapes in longitude and latitude, and PostGIS with the same.

Circles and corridors are buffered in degrees, at 111,320 metres a degree and stretched by the cosine of the latitude,
as many do. Height and time are compared on whole numbers. Both hold the volumes once and answer questions; neither
knows of datums, parts that are coarse, or how near two volumes come: they answer yes or no.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import shapely
from shapely import affinity

from wellclear.airspace.conflict import Announced, MinimaOf
from wellclear.airspace.reference import ReferenceEngine
from wellclear.domain.quantities import E7
from wellclear.domain.volume import Point, Polygon, Polygons, Route, SeparationMinima, Skeleton, Volume

DEGREE_M = 111_320.0
SERVER = "WELLCLEAR_BENCH_POSTGIS"
"""The environment variable that names a PostgreSQL server with PostGIS (a libpq connection string)."""

FAR = 2**60
Pairs = set[tuple[str, str]]


class Peer(Protocol):
    """Holds notices of one volume each, and says which are in conflict."""

    def load(self, items: Sequence[Announced]) -> None:
        """Hold them all."""
        ...

    def check(self, item: Announced) -> int:
        """With how many held notices one is in conflict."""
        ...

    def sweep(self) -> Pairs:
        """All pairs in conflict."""
        ...


class Reference:
    """Our engine."""

    def __init__(self, minima: MinimaOf) -> None:
        self._engine = ReferenceEngine(minima)

    def load(self, items: Sequence[Announced]) -> None:
        for item in items:
            self._engine.add(item)
        if items:
            self._engine.check(items[0])  # plants the tree

    def check(self, item: Announced) -> int:
        return len(self._engine.check(item))

    def sweep(self) -> Pairs:
        return {(found.a, found.b) for found in self._engine.swept()}


class Flat:
    """shapely's STRtree over flat shapes, numpy for the rest."""

    def __init__(self, minima: MinimaOf) -> None:
        self._minima = minima

    def load(self, items: Sequence[Announced]) -> None:
        self._ids = [item.id for item in items]
        self._categories = [item.category for item in items]
        self._parties = {party: number for number, party in enumerate(sorted({item.party for item in items}))}
        self._shapes = np.array([flat(item.volumes[0]) for item in items])
        self._facts = np.array([self._fact(item) for item in items]).T.copy()
        self._tree = shapely.STRtree(self._shapes)
        self._tree.query(self._shapes[0])

    def _fact(self, item: Announced) -> tuple[int, int, int, int, int]:
        return self._parties.get(item.party, -1), *slab(item.volumes[0])

    def check(self, item: Announced) -> int:
        minima = self._minima(item.category, item.category)
        return len(self._near(flat(item.volumes[0], minima.lateral_mm), self._fact(item), minima))

    def _near(self, shape: shapely.Geometry, fact: tuple[int, ...], minima: SeparationMinima) -> Any:
        """Rows in conflict with a shape that has been widened by the lateral minimum."""
        rows = self._tree.query(shape)
        party, start, end, lower, upper = self._facts[:, rows]
        fits = (party != fact[0]) & (start - minima.time_us <= fact[2]) & (fact[1] <= end + minima.time_us)
        fits &= (lower - minima.vertical_mm <= fact[4]) & (fact[3] <= upper + minima.vertical_mm)
        rows = rows[fits]
        shapely.prepare(shape)
        return rows[shapely.intersects(shape, self._shapes[rows])]

    def sweep(self) -> Pairs:
        """With no lateral minimum, as the crowd is swept."""
        found: Pairs = set()
        for number, shape in enumerate(self._shapes):
            minima = self._minima(self._categories[number], self._categories[number])
            rows = self._near(shape, tuple(self._facts[:, number].tolist()), minima)
            found |= {ordered(self._ids[number], self._ids[row]) for row in rows.tolist() if row > number}
        return found


class PostGis:
    """The same flat shapes in PostgreSQL: a GiST index over shape, window and band, prepared statements."""

    def __init__(self, minima: MinimaOf, connection: Any) -> None:
        self._minima = minima
        self._connection = connection

    def load(self, items: Sequence[Announced]) -> None:
        run = self._connection.execute
        run("CREATE EXTENSION IF NOT EXISTS postgis")
        run("CREATE EXTENSION IF NOT EXISTS btree_gist")
        run("DROP TABLE IF EXISTS volumes")
        run("CREATE TABLE volumes (id text, party text, shape geometry, stay int8range, band int8range)")
        with self._connection.cursor().copy("COPY volumes FROM STDIN") as rows:
            for item in items:
                start, end, lower, upper = slab(item.volumes[0])
                shape = shapely.to_wkb(flat(item.volumes[0]), hex=True)
                rows.write_row((item.id, item.party, shape, f"[{start},{end}]", f"[{lower},{upper}]"))
        run("CREATE INDEX ON volumes USING gist (shape, stay, band)")
        run("ANALYZE volumes")

    def check(self, item: Announced) -> int:
        minima = self._minima(item.category, item.category)
        start, end, lower, upper = slab(item.volumes[0])
        row = self._connection.execute(
            "SELECT count(*) FROM volumes WHERE shape && %(shape)s::geometry"
            " AND ST_Intersects(shape, %(shape)s::geometry) AND party <> %(party)s"
            " AND stay && int8range(%(start)s, %(end)s, '[]') AND band && int8range(%(lower)s, %(upper)s, '[]')",
            {
                "shape": shapely.to_wkb(flat(item.volumes[0], minima.lateral_mm), hex=True), "party": item.party,
                "start": start - minima.time_us, "end": end + minima.time_us,
                "lower": lower - minima.vertical_mm, "upper": upper + minima.vertical_mm,
            }, prepare=True,
        ).fetchone()  # fmt: skip
        return int(row[0])

    def sweep(self) -> Pairs:
        """With no minima, as the crowd is swept."""
        rows = self._connection.execute(
            "SELECT a.id, b.id FROM volumes a JOIN volumes b ON a.id < b.id AND a.party <> b.party"
            " AND a.shape && b.shape AND a.stay && b.stay AND a.band && b.band AND ST_Intersects(a.shape, b.shape)"
        )
        return {(a, b) for a, b in rows}


def ordered(one: str, other: str) -> tuple[str, str]:
    """A pair of ids, the lower first."""
    return (one, other) if one < other else (other, one)


def slab(volume: Volume) -> tuple[int, int, int, int]:
    """Window and band in whole numbers."""
    lower, upper = volume.band.lower_mm, volume.band.upper_mm
    window = volume.window
    return window.start_us, window.end_us, -FAR if lower is None else lower, FAR if upper is None else upper


def flat(volume: Volume, wider_mm: int = 0) -> shapely.Geometry:
    """A footprint in the plane of longitude and latitude, widened."""
    drawn = _drawn(volume.skeleton)
    radius_mm = volume.radius_mm + wider_mm
    if not radius_mm:
        return drawn
    squeeze = max(math.cos(math.radians(drawn.centroid.y)), 1e-6)
    wide = affinity.scale(drawn, squeeze, 1, origin=(0, 0)).buffer(radius_mm / 1000 / DEGREE_M)
    return affinity.scale(wide, 1 / squeeze, 1, origin=(0, 0))


def _drawn(skeleton: Skeleton) -> shapely.Geometry:
    match skeleton:
        case Point(position):
            return shapely.Point(position.lon_e7 / E7, position.lat_e7 / E7)
        case Route(vertices, _):
            return shapely.LineString([(p.lon_e7 / E7, p.lat_e7 / E7) for p in vertices])
        case Polygon(rings):
            outer, *holes = [[(p.lon_e7 / E7, p.lat_e7 / E7) for p in ring] for ring in rings]
            return shapely.make_valid(shapely.Polygon(outer, holes))  # not every polygon of the globe is one on a map
        case Polygons(parts):
            return shapely.union_all([_drawn(part) for part in parts])


Maker = Callable[[MinimaOf], Peer]


@contextlib.contextmanager
def peers() -> Iterator[dict[str, Maker]]:
    """Our engine and its peers by name; PostGIS where a server is named and `psycopg` is installed."""
    found: dict[str, Maker] = {"Wellclear": Reference, "flat tree": Flat}
    server = os.environ.get(SERVER)
    if not server:
        yield found
        return
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        yield found | {"PostGIS": lambda minima: PostGis(minima, connection)}
