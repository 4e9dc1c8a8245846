"""The plane that a map is drawn in: azimuthal equidistant on the ellipsoid, around the middle of what is drawn.

From the middle every distance and direction is exact, and the antimeridian and the poles are places like others. It
is a drawing: nothing is decided in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from wellclear.airspace.geodesy import Floats, forward, inverse

_ROUNDS: Final = 200


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east (x) and north (y) of a middle, which is given in degrees."""

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: Floats, lat: Floats) -> Plane:
        """Around the middle of the smallest cap that holds all positions, to about a hundredth of its size."""
        if not lon.size:
            return cls(0.0, 0.0)
        phi, lam = np.radians(lat), np.radians(lon)
        upward = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
        vectors = np.unique(upward, axis=0)
        middle = vectors[0]
        for number in range(1, _ROUNDS):  # towards the farthest by ever smaller steps (Badoiu and Clarkson)
            farthest = vectors[np.argmin(vectors @ middle)]
            middle = middle + (farthest - middle) / (number + 1)
        if not np.linalg.norm(middle):
            middle = vectors[0]
        x, y, z = (float(part) for part in middle)
        return cls(float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y)))))

    def project(self, lon: Floats, lat: Floats) -> Floats:
        """Positions in degrees as (n, 2) in metres."""
        azimuth, distance = inverse(np.full_like(lon, self.lon), np.full_like(lat, self.lat), lon, lat)
        turned = np.radians(azimuth)
        return np.stack([distance * np.sin(turned), distance * np.cos(turned)], axis=-1)

    def unproject(self, points: Floats) -> tuple[Floats, Floats]:
        """Longitudes and latitudes of points (n, 2) of the plane."""
        x, y = points[:, 0], points[:, 1]
        lon, lat, _ = forward(
            np.full_like(x, self.lon), np.full_like(x, self.lat), np.degrees(np.arctan2(x, y)), np.hypot(x, y)
        )
        return lon, lat
