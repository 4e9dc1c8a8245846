"""The flat shapes in PostgreSQL with PostGIS: a GiST index over shape, window and band, prepared statements.

WELLCLEAR_BENCH_POSTGIS names the server (a libpq connection string); the table lives and dies with the connection.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import psycopg
import shapely

from benchmarks.peers.asking import Holding, Item, Pairs
from benchmarks.peers.flat import flat

SERVER = "WELLCLEAR_BENCH_POSTGIS"


class PostGis:
    """The table."""

    def __init__(self, connection: Any, lateral_mm: int) -> None:
        self._connection = connection
        self._lateral_mm = lateral_mm

    def hold(self, items: Sequence[Item]) -> None:
        run = self._connection.execute
        run("DROP TABLE IF EXISTS volumes")
        run("CREATE TEMPORARY TABLE volumes (id text, party text, shape geometry, stay int8range, band int8range)")
        with self._connection.cursor().copy("COPY volumes FROM STDIN") as rows:
            for item in items:
                start, end, lower, upper = item["slab"]
                shape = shapely.to_wkb(flat(item), hex=True)
                rows.write_row((item["id"], item["party"], shape, f"[{start},{end}]", f"[{lower},{upper}]"))
        run("CREATE INDEX ON volumes USING gist (shape, stay, band)")
        run("ANALYZE volumes")

    def against(self, item: Item) -> int:
        start, end, lower, upper = item["slab"]
        row = self._connection.execute(
            "SELECT count(*) FROM volumes WHERE shape && %(shape)s::geometry"
            " AND ST_Intersects(shape, %(shape)s::geometry) AND party <> %(party)s"
            " AND stay && int8range(%(start)s, %(end)s, '[]') AND band && int8range(%(lower)s, %(upper)s, '[]')",
            {
                "shape": shapely.to_wkb(flat(item, self._lateral_mm), hex=True), "party": item["party"],
                "start": start, "end": end, "lower": lower, "upper": upper,
            }, prepare=True,
        ).fetchone()  # fmt: skip
        return int(row[0])

    def pairs(self) -> Pairs:
        rows = self._connection.execute(
            "SELECT a.id, b.id FROM volumes a JOIN volumes b ON a.id < b.id AND a.party <> b.party"
            " AND a.shape && b.shape AND a.stay && b.stay AND a.band && b.band AND ST_Intersects(a.shape, b.shape)"
        )
        return {(a, b) for a, b in rows}


@contextlib.contextmanager
def opened() -> Iterator[Holding]:
    """The questions to it, over one connection."""
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        yield Holding(partial(PostGis, connection), dict)
