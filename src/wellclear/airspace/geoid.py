"""Where mean sea level lies above the ellipsoid: the EGM96 grid that ships with the package, and its stated error.

The grid (`grid/LICENCE.md` says whence) holds whole centimetres every quarter of a degree; between its nodes the
undulation is bilinear, computed in whole numbers, so that everybody gets the same millimetre. What it is not:

* *The model.* Bilinear interpolation leaves the full model to degree 360 by at most 1.152 m (GeographicLib's
  documentation of its data set egm96-15, evaluated at the middles of all cells); rounding to centimetres adds 5 mm.
* *The geoid.* EGM96 and the later and finer EGM2008 differ by half a metre in the mean square and by about 10 m at
  most, near ocean trenches and high mountains.
* *A mean sea level.* The zero of a national height system departs from the geoid by up to 2 m.

`ERROR_MM` is the sum. A verdict rests on the least and most over all the surface where two volumes may be near each
other, never on one position (decision 0015).
"""

from __future__ import annotations

import lzma
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from wellclear.airspace.geodesy import FLATTENING, Floats
from wellclear.airspace.heights import ANYWHERE, Undulation
from wellclear.airspace.shapes import Shape
from wellclear.domain.quantities import Position

INTERPOLATION_MM: Final = 1_200
MODEL_MM: Final = 10_000
NATIONAL_MM: Final = 2_000
ERROR_MM: Final = INTERPOLATION_MM + MODEL_MM + NATIONAL_MM

_CELL_E7: Final = 2_500_000
_CELLS_A_DEGREE: Final = 4
_ROWS: Final = 721
_COLUMNS: Final = 1440
_HALF_TURN_E7: Final = 1_800_000_000
_QUARTER_TURN_E7: Final = 900_000_000
_MM_A_CENTIMETRE: Final = 10
_SLACK_DEGREES: Final = 1e-6  # more than all rounding of what follows; a tenth of a metre
_OVERLAPS_MAX: Final = 64


@cache
def _grid() -> npt.NDArray[np.int16]:
    """Undulations in centimetres (721, 1440): from the south pole northward, from 180° W eastward."""
    planes = lzma.decompress(files(__package__).joinpath("grid", "egm96_15.xz").read_bytes())
    low, high = np.frombuffer(planes, np.uint8).reshape(2, _ROWS, _COLUMNS).astype(np.uint16)
    steps = low + (high << 8)
    centimetres = np.cumsum(np.cumsum(steps, axis=1, dtype=np.uint16), axis=0, dtype=np.uint16).view(np.int16)
    centimetres.setflags(write=False)
    return centimetres


def undulation_mm(position: Position) -> int:
    """The height of the EGM96 geoid above the ellipsoid at a position, bilinear in the grid, to the nearest mm."""
    row, up = divmod(position.lat_e7 + _QUARTER_TURN_E7, _CELL_E7)
    if row == _ROWS - 1:
        row, up = row - 1, _CELL_E7
    column, across = divmod((position.lon_e7 + _HALF_TURN_E7) % (2 * _HALF_TURN_E7), _CELL_E7)
    corners: list[list[int]] = _grid()[row : row + 2, [column, (column + 1) % _COLUMNS]].tolist()
    south, north = (west * (_CELL_E7 - across) + east * across for west, east in corners)
    weighed = (south * (_CELL_E7 - up) + north * up) * _MM_A_CENTIMETRE
    return (2 * weighed + _CELL_E7**2) // (2 * _CELL_E7**2)


def undulation_near(a: Shape, b: Shape, a_reach_m: float, b_reach_m: float) -> Undulation:
    """Between what mean sea level lies wherever the surface is within `a_reach_m` of a and `b_reach_m` of b.

    Radii and separation belong to the reaches. The boxes of each in space, padded by its reach, hold all such places,
    and so do the balls around their overlaps. Never wider than the whole earth's; the whole earth's where none overlap.
    """
    low = np.maximum((a.boxes[:, :3] - a_reach_m)[:, None], (b.boxes[:, :3] - b_reach_m)[None])
    high = np.minimum((a.boxes[:, 3:] + a_reach_m)[:, None], (b.boxes[:, 3:] + b_reach_m)[None])
    overlap = (low <= high).all(axis=2)
    low, high = low[overlap], high[overlap]
    if len(low) > _OVERLAPS_MAX:
        low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    balls = zip((low + high) / 2, np.sqrt(((high - low) ** 2).sum(axis=1)) / 2, strict=True)
    found = [_extremes_cm(centre, float(reach_m)) for centre, reach_m in balls]
    if not found:
        return ANYWHERE
    least_mm = min(least for least, _ in found) * _MM_A_CENTIMETRE - ERROR_MM
    most_mm = max(most for _, most in found) * _MM_A_CENTIMETRE + ERROR_MM
    return Undulation(max(least_mm, ANYWHERE.low_mm), min(most_mm, ANYWHERE.high_mm))


def _extremes_cm(centre: Floats, reach_m: float) -> tuple[int, int]:
    """The least and the most of all nodes around the cells of the grid that a ball in space touches."""
    rows, columns = _window(centre, reach_m)
    nodes = _grid()[rows]
    if columns is not None:
        nodes = nodes[:, columns]
    return int(nodes.min()), int(nodes.max())


def _window(centre: Floats, reach_m: float) -> tuple[slice, npt.NDArray[np.int64] | None]:
    """Rows, and columns or None for all, of the nodes around what a ball in space cuts out of the ellipsoid.

    Seen from the middle of the earth a ball covers a cap: in latitude as far as its angle goes, in longitude as far as
    the meridians that touch it, and all the way round if it reaches a pole. Geodetic latitude rises with geocentric.
    """
    away_m = float(np.sqrt((centre**2).sum()))
    if reach_m >= away_m:
        return slice(0, _ROWS), None
    angle = float(np.degrees(np.arcsin(reach_m / away_m))) + _SLACK_DEGREES
    middle = float(np.degrees(np.arcsin(np.clip(centre[2] / away_m, -1.0, 1.0))))
    south, north = _geodetic(middle - angle), _geodetic(middle + angle)
    first = int(np.floor((south + 90) * _CELLS_A_DEGREE))
    last = int(np.ceil((north + 90) * _CELLS_A_DEGREE))
    rows = slice(max(0, first), min(_ROWS, last + 1))
    if abs(middle) + angle >= 90:
        return rows, None
    half = (
        float(np.degrees(np.arcsin(min(1.0, np.sin(np.radians(angle)) / np.cos(np.radians(middle)))))) + _SLACK_DEGREES
    )
    lon = float(np.degrees(np.arctan2(centre[1], centre[0])))
    west = int(np.floor((lon - half + 180) * _CELLS_A_DEGREE))
    east = int(np.ceil((lon + half + 180) * _CELLS_A_DEGREE))
    return rows, np.arange(west, min(east, west + _COLUMNS - 1) + 1) % _COLUMNS


def _geodetic(geocentric: float) -> float:
    """The latitude of a point of the ellipsoid, all in degrees; a pole for what goes beyond one."""
    if abs(geocentric) >= 90:
        return float(np.copysign(90.0, geocentric))
    return float(np.degrees(np.arctan(np.tan(np.radians(geocentric)) / (1 - FLATTENING) ** 2)))
