"""Geodesics of the WGS-84 ellipsoid on arrays: metres and degrees in float64, one function call for many of them.

All answers are computed from quantised facts beside the picture and never signed. Distances come from PROJ's
implementation of Karney's algorithms (about 15 nm); nothing here has a special case at the antimeridian or a pole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SEMI_MAJOR_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
SEMI_MINOR_M: Final = SEMI_MAJOR_M * (1 - FLATTENING)
CURVATURE_RADIUS_MIN_M: Final = SEMI_MINOR_M**2 / SEMI_MAJOR_M

_GEOD: Final = Geod(a=SEMI_MAJOR_M, rf=298.257223563)
_ECCENTRICITY_SQUARED: Final = FLATTENING * (2 - FLATTENING)
_SPHERE_M: Final = 6_371_000.0
_STEP_M: Final = 1e-6
_STEPS_MAX: Final = 20


def inverse(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> tuple[Floats, Floats]:
    """Azimuths at the first points (degrees) and distances (metres) of the geodesics between n pairs of points."""
    if not lon.size:
        return np.empty(0), np.empty(0)
    azimuth, _, distance = _GEOD.inv(lon, lat, to_lon, to_lat, return_back_azimuth=False)
    return np.asarray(azimuth, np.float64), np.asarray(distance, np.float64)


def forward(lon: Floats, lat: Floats, azimuth: Floats, distance_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Where n geodesics arrive: longitudes, latitudes, and the azimuths in which they would go on (degrees)."""
    if not lon.size:
        return np.empty(0), np.empty(0), np.empty(0)
    to_lon, to_lat, onward = _GEOD.fwd(lon, lat, azimuth, distance_m, return_back_azimuth=False)
    return np.asarray(to_lon, np.float64), np.asarray(to_lat, np.float64), np.asarray(onward, np.float64)


def ecef(lon: Floats, lat: Floats) -> Floats:
    """Earth-centred coordinates (n, 3) in metres of points on the ellipsoid: the frame without any seam."""
    phi, lam = np.radians(lat), np.radians(lon)
    normal = SEMI_MAJOR_M / np.sqrt(1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2)
    across = normal * np.cos(phi)
    height = normal * (1 - _ECCENTRICITY_SQUARED) * np.sin(phi)
    return np.stack([across * np.cos(lam), across * np.sin(lam), height], axis=-1)


def sag_m(length_m: Floats) -> Floats:
    """How far a geodesic of some length can leave its chord: no arc on the ellipsoid is curved more than that."""
    half = np.minimum(length_m / (2 * CURVATURE_RADIUS_MIN_M), np.pi / 2)
    return CURVATURE_RADIUS_MIN_M * (1 - np.cos(half))


def surface_bounds(chord_low_m: Floats, chord_high_m: Floats) -> tuple[Floats, Floats]:
    """A lower and an upper bound of geodesic distance for points whose straight distance lies between two values.

    Lower: a path on the surface is no shorter than its chord, and no shorter than its projection on the sphere inside
    the ellipsoid. Upper: a geodesic is nowhere curved more than the smallest radius allows (Schur's comparison).
    """
    inner = np.sqrt(np.maximum(chord_low_m**2 - (SEMI_MAJOR_M - SEMI_MINOR_M) ** 2, 0.0)) / (2 * SEMI_MAJOR_M)
    lower = np.maximum(np.maximum(chord_low_m, 0.0), 2 * SEMI_MINOR_M * np.arcsin(np.minimum(inner, 1.0)))
    outer = chord_high_m / (2 * CURVATURE_RADIUS_MIN_M)
    upper = np.where(
        outer < 1.0, 2 * CURVATURE_RADIUS_MIN_M * np.arcsin(np.minimum(outer, 1.0)), np.pi * SEMI_MAJOR_M * 1.01
    )
    return lower, upper


@dataclass(frozen=True, slots=True)
class Feet:
    """The feet of n perpendiculars from points onto geodesics that go on beyond both ends.

    `along_m` is measured from the geodesic's start, `across_m` is positive to its right; `azimuth` is the
    geodesic's at the foot (degrees).
    """

    along_m: Floats
    across_m: Floats
    lon: Floats
    lat: Floats
    azimuth: Floats


def feet(lon: Floats, lat: Floats, azimuth: Floats, point_lon: Floats, point_lat: Floats) -> Feet:
    """Drop perpendiculars from n points onto n geodesics given by a start and an azimuth there.

    Each step solves the right spherical triangle at the current foot. The ellipsoid is so nearly a sphere that each
    step leaves less than a hundredth of the error for points within a few thousand kilometres; a micrometre ends it.
    For points near a quarter turn away, where every foot is as good as another, it stops after a bounded number.
    """
    along = np.zeros_like(lon)
    foot_lon, foot_lat, foot_azimuth = lon.copy(), lat.copy(), azimuth.copy()
    across = np.zeros_like(lon)
    active = np.arange(lon.size)
    for _ in range(_STEPS_MAX):
        bearing, distance = inverse(foot_lon[active], foot_lat[active], point_lon[active], point_lat[active])
        turn = np.radians(bearing - foot_azimuth[active])
        across[active] = np.copysign(distance, np.sin(turn))
        arc = distance / _SPHERE_M
        step = _SPHERE_M * np.arctan2(np.cos(turn) * np.sin(arc), np.cos(arc))
        moving = np.abs(step) > _STEP_M
        active, step = active[moving], step[moving]
        if not active.size:
            break
        along[active] += step
        foot_lon[active], foot_lat[active], foot_azimuth[active] = forward(
            lon[active], lat[active], azimuth[active], along[active]
        )
    return Feet(along, across, foot_lon, foot_lat, foot_azimuth)


def turns(lon: Floats, lat: Floats, ring_lon: Floats, ring_lat: Floats, starts: Ints) -> Ints:
    """How often each of k rings goes around its point: 0 outside, 1 or -1 inside.

    `lon`, `lat` repeat the point for every vertex of its ring; `starts` (k) tells where each ring begins. Seen from a
    point, the azimuth along a geodesic edge turns steadily by less than half a turn, so the differences at the
    vertices are all there is to sum. Undefined for a point on the ring, which the distance decides first.
    """
    bearing, _ = inverse(lon, lat, ring_lon, ring_lat)
    following = np.arange(1, bearing.size + 1)
    following[np.append(starts[1:], bearing.size) - 1] = starts
    change = (bearing[following] - bearing + 180.0) % 360.0 - 180.0
    summed: Floats = np.add.reduceat(change, starts)
    return np.rint(summed / 360.0).astype(np.int64)
