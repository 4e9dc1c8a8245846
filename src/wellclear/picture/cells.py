"""Level 1 as a volume: the cell and time slot of a notice, as something that surely covers all that it may mean.

A cell is bounded by meridians, which are geodesics, and by parallels, which are not: the geodesic between two corners
bends towards the pole. So the edge nearer to the equator is moved there until its geodesic clears the parallel; a cell
wider than 5 degrees, or near a pole, is covered by a circle.
"""

from __future__ import annotations

import math

from wellclear.domain.parts import Cell
from wellclear.domain.quantities import E7, HALF_TURN_E7, WHOLE_MAX, Datum, Position
from wellclear.domain.volume import WHOLE_EARTH_MM, AltitudeBand, Point, Polygon, TimeWindow, Volume
from wellclear.domain.volume_fields import bounding_cap
from wellclear.errors import InvalidValue

_WIDE_E7 = 5 * E7
_POLAR_E7 = 85 * E7
_MARGIN_E7 = 2_000  # 22 m: a geodesic leaves the great circle by less than 15 m over 5 degrees
_UNBOUNDED = AltitudeBand(Datum.AMSL, None, None)


def cell_fault(cell: Cell) -> str | None:
    """Why a cell cannot be computed as it was said; None when it can."""
    if cell.south_e7 > cell.north_e7:
        return "its south lies north of its north"
    return "its end is before its start" if cell.end_us < cell.start_us else None


def cell_volume(cell: Cell) -> Volume:
    """A volume of all heights that covers the cell and slot; nonsense covers the whole earth, or all of time."""
    window = TimeWindow(cell.start_us, cell.end_us) if cell.start_us <= cell.end_us else _ALWAYS
    if cell.south_e7 > cell.north_e7:
        return Volume(Point(Position(0, 0)), WHOLE_EARTH_MM, _UNBOUNDED, window)
    width_e7 = _width_e7(cell)
    if 0 < width_e7 <= _WIDE_E7 and max(abs(cell.south_e7), abs(cell.north_e7)) <= _POLAR_E7:
        try:
            return Volume(Polygon((_ring(cell, width_e7),)), 0, _UNBOUNDED, window)
        except InvalidValue:  # too thin to be a ring
            pass
    return _circle(cell, width_e7, window)


_ALWAYS = TimeWindow(-WHOLE_MAX, WHOLE_MAX)


def _width_e7(cell: Cell) -> int:
    """How far the east lies east of the west: 0 to one turn."""
    width_e7 = cell.east_e7 - cell.west_e7
    return width_e7 if width_e7 >= 0 else width_e7 + 2 * HALF_TURN_E7


def _ring(cell: Cell, width_e7: int) -> tuple[Position, ...]:
    south_e7, north_e7 = cell.south_e7 - _MARGIN_E7, cell.north_e7 + _MARGIN_E7
    if south_e7 > 0:
        south_e7 = _toward_equator(south_e7, width_e7)
    if north_e7 < 0:
        north_e7 = _toward_equator(north_e7, width_e7)
    west_e7, east_e7 = cell.west_e7 - 1, cell.west_e7 + width_e7 + 1
    corners = ((south_e7, west_e7), (south_e7, east_e7), (north_e7, east_e7), (north_e7, west_e7))
    return tuple(Position(lat_e7, lon_e7) for lat_e7, lon_e7 in corners)


def _toward_equator(lat_e7: int, width_e7: int) -> int:
    """The latitude of two corners whose great circle reaches a latitude in its middle, and not beyond it."""
    tangent = math.tan(math.radians(lat_e7 / E7)) * math.cos(math.radians(width_e7 / E7) / 2)
    return round(math.degrees(math.atan(tangent)) * E7)


def _circle(cell: Cell, width_e7: int, window: TimeWindow) -> Volume:
    """The circle around the corners; from the middle meridian no other point of the cell is farther than they are."""
    lons_e7 = (cell.west_e7, cell.west_e7 + width_e7 // 2, cell.west_e7 + width_e7)
    corners = [
        [lat, (lon + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7]
        for lat in (cell.south_e7, cell.north_e7)
        for lon in lons_e7
    ]
    cap = bounding_cap({"kind": "polygon", "rings": [corners]}) if width_e7 <= HALF_TURN_E7 else None
    centre, radius_mm = cap if cap is not None else (Position(0, 0), WHOLE_EARTH_MM)
    return Volume(Point(centre), radius_mm, _UNBOUNDED, window)
