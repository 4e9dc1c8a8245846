"""Level 1 of an own notice: a coarse cell and a time slot around all of its volumes (R25).

Both are widened outward to a grid, a tenth of a degree and one hour, so that the cell does not tell the shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from wellclear.domain.agreement import HOUR_US
from wellclear.domain.parts import Cell
from wellclear.domain.quantities import E7, HALF_TURN_E7
from wellclear.domain.volume_fields import bounding_cap, volume_from
from wellclear.errors import InvalidValue

GRID_E7 = E7 // 10
_MM_PER_DEGREE = 110_500_000
"""Less than a degree of latitude is long anywhere, so that a radius is rounded to more degrees, never to fewer."""


def cell_around(volumes: Sequence[object]) -> Cell:
    """The cell of some volumes in the form of a part.

    Raises:
        InvalidValue: there are none, or one of them cannot be computed.
    """
    if not volumes:
        raise InvalidValue("volumes", "a notice covers at least one volume")
    boxes = [_box(fields, f"volumes[{number}]") for number, fields in enumerate(volumes)]
    windows = [volume_from(fields).window for fields in volumes]
    west_e7, east_e7 = _around([(west, east) for _, west, _, east in boxes])
    return Cell(
        group="cell",
        south_e7=max(-90 * E7, min(south for south, _, _, _ in boxes) // GRID_E7 * GRID_E7),
        north_e7=min(90 * E7, -(-max(north for _, _, north, _ in boxes) // GRID_E7) * GRID_E7),
        west_e7=west_e7,
        east_e7=east_e7,
        start_us=min(window.start_us for window in windows) // HOUR_US * HOUR_US,
        end_us=-(-max(window.end_us for window in windows) // HOUR_US) * HOUR_US,
    )


def _box(fields: object, where: str) -> tuple[int, int, int, int]:
    """South, west, north, east of the circle around a volume; west and east may lie beyond half a turn."""
    try:
        volume_from(fields)
    except InvalidValue as error:
        raise InvalidValue(f"{where}.{error.field}", error.why) from error
    cap = bounding_cap(fields)
    assert cap is not None, "what can be computed has a circle around it"
    centre, radius_mm = cap
    high_e7 = math.ceil(radius_mm / _MM_PER_DEGREE * E7)
    south_e7, north_e7 = centre.lat_e7 - high_e7, centre.lat_e7 + high_e7
    steepest = max(abs(south_e7), abs(north_e7))
    if steepest >= 89 * E7:
        return south_e7, -HALF_TURN_E7, north_e7, HALF_TURN_E7
    wide_e7 = math.ceil(high_e7 / math.cos(math.radians(steepest / E7)))
    return south_e7, centre.lon_e7 - wide_e7, north_e7, centre.lon_e7 + wide_e7


def _around(spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """West and east, on the grid, around spans of longitude; the whole turn where that is the shortest."""
    reference = spans[0][0]
    unrolled = []
    for west, east in spans:
        turns = round((west - reference) / (2 * HALF_TURN_E7)) * 2 * HALF_TURN_E7
        unrolled.append((west - turns, east - turns))
    west = min(row[0] for row in unrolled) // GRID_E7 * GRID_E7
    east = -(-max(row[1] for row in unrolled) // GRID_E7) * GRID_E7
    if east - west >= 2 * HALF_TURN_E7:
        return -HALF_TURN_E7, HALF_TURN_E7
    return _wrapped(west), _wrapped(east)


def _wrapped(lon_e7: int) -> int:
    return (lon_e7 + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
