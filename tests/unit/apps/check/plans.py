"""Planned volumes for the tests of `check`, as readers would give them."""

from __future__ import annotations

from wellclear.apps.check.plan import Gathering, Plan
from wellclear.domain.quantities import Datum, Position, parse_time
from wellclear.domain.volume import AltitudeBand, Point, Skeleton, TimeWindow, Volume
from wellclear.interop.planned import Place, Planned, Skipped

START_US = parse_time("2026-11-23T10:00:00Z")
HOUR_US = 3_600_000_000
FEET_5000 = AltitudeBand(Datum.AMSL, 914_400, 1_524_000)


def at(lat: float, lon: float) -> Position:
    return Position(round(lat * 1e7), round(lon * 1e7))


def volume(
    lat: float = 34.5,
    lon: float = 38.3,
    radius_mm: int = 1_000_000,
    *,
    skeleton: Skeleton | None = None,
    band: AltitudeBand = FEET_5000,
    start_us: int = START_US,
    hours: float = 1,
) -> Volume:
    """A circle at 3,000 to 5,000 ft for an hour, unless told otherwise."""
    window = TimeWindow(start_us, start_us + round(hours * HOUR_US))
    return Volume(skeleton or Point(at(lat, lon)), radius_mm, band, window)


def planned(
    id_: str,
    party: str,
    of: Volume | None = None,
    *,
    notice: str = "",
    category: str = "air",
    line: int = 1,
    file: str = "plan.csv",
    notes: tuple[str, ...] = (),
) -> Planned:
    return Planned(id_, notice or id_, party, category, of or volume(), Place(file, None, line), notes)


def plan(*items: Planned | Skipped, own: str = "") -> Plan:
    gathering = Gathering(own)
    gathering.take_all(items)
    return gathering.plan()


def skipped(id_: str = "X-1") -> Skipped:
    return Skipped(Place("plan.csv", None, 9), id_, "start", "has no time zone", "write 2026-11-23T10:00:00Z")
