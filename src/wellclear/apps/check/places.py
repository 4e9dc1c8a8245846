"""Where two footprints meet, or come nearest: for people, who look for the place and not for the skeletons.

The engine names the nearest positions of the skeletons. A circle's is its centre, so the nearest position of the
*footprint* lies on the way to the other one, by as much as the radius.
"""

from __future__ import annotations

import numpy as np

from wellclear.airspace.conflict import Conflict
from wellclear.airspace.geodesy import forward, inverse
from wellclear.domain.quantities import E7, Position

_MM = 1000.0


def nearest_places(conflict: Conflict, a_radius_mm: int, b_radius_mm: int) -> tuple[Position, Position]:
    """The nearest positions of both footprints; twice the same, in the middle of what they share, where they meet."""
    a, b = conflict.a_nearest, conflict.b_nearest
    if a == b:
        return a, b
    lon, lat = np.array([a.lon_e7 / E7]), np.array([a.lat_e7 / E7])
    azimuth, distance = inverse(lon, lat, np.array([b.lon_e7 / E7]), np.array([b.lat_e7 / E7]))
    length_m, a_m, b_m = float(distance[0]), a_radius_mm / _MM, b_radius_mm / _MM
    middle_m = (max(0.0, length_m - b_m) + min(length_m, a_m)) / 2
    along = [a_m, length_m - b_m] if length_m > a_m + b_m else [middle_m]
    to_lon, to_lat, _ = forward(
        lon.repeat(len(along)), lat.repeat(len(along)), azimuth.repeat(len(along)), np.array(along)
    )
    found = [
        Position(round(float(to_lat[number]) * E7), round(float(to_lon[number]) * E7)) for number in range(len(along))
    ]
    return found[0], found[-1]
