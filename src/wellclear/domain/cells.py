"""Level 1 of a notice: the cell and the time slot around everything that it covers.

Cells are whole degrees, slots whole hours, both rounded outward from the circle around each volume. So the cell tells
a reader no more than that something lies within some hundred kilometres and some hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from wellclear.domain.parts import Cell
from wellclear.domain.quantities import E7, HALF_TURN_E7, Position
from wellclear.domain.volume_fields import Fields, bounding_cap, volume_from
from wellclear.errors import InvalidValue

SLOT_US = 3_600_000_000
_LEAST_CURVATURE_RADIUS_MM = 6_335_439_000  # of WGS-84, a(1 - e^2): no angle of a length is larger than this gives


def cell_around(volumes: Sequence[Fields]) -> Cell:
    """The cell around volumes in the form of `volume_fields`.

    Raises:
        InvalidValue: no volume, or one that cannot be read.
    """
    if not volumes:
        raise InvalidValue("volumes", "a notice covers one volume or more")
    boxes = [_box(fields) for fields in volumes]
    windows = [volume_from(fields).window for fields in volumes]
    west_deg, east_deg = _around([(west, east) for _, _, west, east in boxes])
    return Cell(
        group="cell",
        south_e7=min(south for south, _, _, _ in boxes) * E7,
        north_e7=max(north for _, north, _, _ in boxes) * E7,
        west_e7=west_deg * E7,
        east_e7=east_deg * E7,
        start_us=min(window.start_us for window in windows) // SLOT_US * SLOT_US,
        end_us=-(-max(window.end_us for window in windows) // SLOT_US) * SLOT_US,
    )


def _box(fields: Fields) -> tuple[int, int, int, int]:
    """South, north, west, east in whole degrees; east may exceed 180 where it lies west of west."""
    volume_from(fields)
    cap = bounding_cap(fields)
    whole = (-90, 90, -180, 180)
    if cap is None:
        return whole
    centre, radius_mm = cap
    radius = radius_mm / _LEAST_CURVATURE_RADIUS_MM
    # One part in a hundred more than the sphere says covers the flattening, which is one in 298.
    reach_deg = math.degrees(radius) * 1.01 + 1e-6
    lat, lon = centre.lat_e7 / E7, centre.lon_e7 / E7
    south, north = math.floor(lat - reach_deg), math.ceil(lat + reach_deg)
    if south <= -90 or north >= 90:
        return max(south, -90), min(north, 90), -180, 180
    widest = min(89.9, max(abs(lat - reach_deg), abs(lat + reach_deg)))
    reach_lon = reach_deg / math.cos(math.radians(widest))
    if reach_lon >= 179:
        return south, north, -180, 180
    return south, north, math.floor(lon - reach_lon), math.ceil(lon + reach_lon)


def _around(spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The narrowest span of longitudes around all; the whole turn when they leave no gap of two degrees."""
    covered = [False] * 360
    for west, east in spans:
        for degree in range(west, east):
            covered[degree % 360] = True
    if all(covered):
        return -180, 180
    gaps = [(_gap(covered, start), start) for start in range(360) if not covered[start] and covered[start - 1]]
    length, start = max(gaps)
    if length < 2:
        return -180, 180
    return _wrapped(start + length), _wrapped(start, ending=True)


def _gap(covered: Sequence[bool], start: int) -> int:
    return next(length for length in range(1, 361) if covered[(start + length) % 360])


def _wrapped(degree: int, *, ending: bool = False) -> int:
    wrapped = (degree + 180) % 360 - 180
    return 180 if ending and wrapped == -180 else wrapped


def covers(cell: Cell, other: Cell) -> bool:
    """Whether a cell covers all positions of another one."""
    if not cell.south_e7 <= other.south_e7 <= other.north_e7 <= cell.north_e7:
        return False
    turn = 2 * HALF_TURN_E7
    if cell.east_e7 - cell.west_e7 == turn:
        return True
    if other.east_e7 - other.west_e7 == turn:
        return False
    width, offset = (cell.east_e7 - cell.west_e7) % turn, (other.west_e7 - cell.west_e7) % turn
    return offset + (other.east_e7 - other.west_e7) % turn <= width


def contains(cell: Cell, position: Position) -> bool:
    """Whether a position lies in the cell, its edges included."""
    if not cell.south_e7 <= position.lat_e7 <= cell.north_e7:
        return False
    if cell.west_e7 <= cell.east_e7:
        return cell.west_e7 <= position.lon_e7 <= cell.east_e7 or (
            cell.east_e7 == HALF_TURN_E7 and position.lon_e7 == -HALF_TURN_E7
        )
    return position.lon_e7 >= cell.west_e7 or position.lon_e7 <= cell.east_e7
