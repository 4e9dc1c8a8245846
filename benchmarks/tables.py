"""Importing a table of events beside the bare reader of the standard library: every cell checked, or merely cut.

The table is made up in the form of UCDP GED: as many rows and columns, the same codes, places that come back.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import time
from datetime import date, timedelta
from pathlib import Path

from wellclear.apps.outside.keeping import take_table
from wellclear.edges.outside import opened
from wellclear.interop.events.known import known_form
from wellclear.interop.events.table import read_events

FORM = known_form("ucdp-ged")
COLUMNS = (
    "id", "date_start", "date_end", "date_prec", "type_of_violence", "dyad_name", "side_a", "side_b",
    "where_coordinates", "where_prec", "adm_1", "latitude", "longitude", "best", "low", "high", "event_clarity",
    "number_of_sources",
)  # fmt: skip
PLACES = 2_000
DAYS = 1_461


def made(rows: int) -> bytes:
    """A packed table of so many events, always the same."""
    chance = random.Random(7)
    places = [(f"place {at}, a town", round(32 + 5 * chance.random(), 6), round(36 + 6 * chance.random(), 6))
              for at in range(PLACES)]  # fmt: skip
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number in range(rows):
        day = date(2016, 1, 1) + timedelta(days=chance.randrange(DAYS))
        place, lat, lon = chance.choice(places)
        best = chance.randrange(12)
        writer.writerow(
            (f"{200_000 + number}.0", day, day, "1.0", f"{chance.randint(1, 3)}.0", "side one - side two", "side one",
             "side two", place, f"{chance.randint(1, 6)}.0", "a province", lat, lon, f"{best}.0", f"{best}.0",
             f"{best + chance.randrange(3)}.0", "1.0", "1.0")
        )  # fmt: skip
    return gzip.compress(text.getvalue().encode(), mtime=0)


def cut_s(raw: bytes) -> float:
    """Seconds in which the standard library's reader unpacks the table and cuts it into cells."""
    start = time.perf_counter()
    with gzip.open(io.BytesIO(raw), "rt", encoding="utf-8", newline="") as source:
        cells = sum(len(row) for row in csv.reader(source))
    assert cells % len(COLUMNS) == 0
    return time.perf_counter() - start


def read_s(raw: bytes) -> float:
    """Seconds in which a table is read into events."""
    start = time.perf_counter()
    table = read_events(io.BytesIO(raw), "table", FORM)
    taken = time.perf_counter() - start
    assert not table.faults_count
    return taken


def import_s(raw: bytes, directory: Path, *, again: bool = False) -> float:
    """Seconds in which a table is read and kept on the disk; `again`: where all of it is kept already."""
    path = directory / "outside.sqlite"
    if again:
        import_s(raw, directory)
        return _import_s(raw, path)
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _import_s(raw, path)


def _import_s(raw: bytes, path: Path) -> float:
    start = time.perf_counter()
    table = read_events(io.BytesIO(raw), "table", FORM)
    with opened(path, writing=True) as store:
        take_table(store, table, "table", 0)
    return time.perf_counter() - start
