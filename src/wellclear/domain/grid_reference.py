"""Positions as MGRS grid references, for people who read maps (requirement R5).

Transverse Mercator by the series of Krueger to the sixth order of the third flattening (Karney, "Transverse Mercator
with an accuracy of a few nanometers", 2011, eq. 35); letters and zones as in NGA.STND.0037. Only for showing: a
reference names a square metre by its south-western corner, so it is cut, never rounded, and nothing is computed from
it.
"""

from __future__ import annotations

import math
from typing import Final

from wellclear.domain.quantities import E7, Position
from wellclear.errors import InvalidValue

_A_M: Final = 6_378_137.0
_F: Final = 1 / 298.257223563
_N: Final = _F / (2 - _F)
_SCALE: Final = 0.9996
_RECTIFYING_M: Final = _A_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_ALPHA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180 - 127 * _N**5 / 288 + 7891 * _N**6 / 37800,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440 + 281 * _N**5 / 630 - 1983433 * _N**6 / 1935360,
    61 * _N**3 / 240 - 103 * _N**4 / 140 + 15061 * _N**5 / 26880 + 167603 * _N**6 / 181440,
    49561 * _N**4 / 161280 - 179 * _N**5 / 168 + 6601661 * _N**6 / 7257600,
    34729 * _N**5 / 80640 - 3418889 * _N**6 / 1995840,
    212378941 * _N**6 / 319334400,
)
_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS: Final = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")  # by zone modulo 3
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_FALSE_EASTING_M: Final = 500_000.0
_FALSE_NORTHING_M: Final = 10_000_000.0


def mgrs(position: Position) -> str:
    """A grid reference to one metre, such as `15T WG 00000 49776`.

    Raises:
        InvalidValue: north of 84 degrees or south of 80, where MGRS changes to polar grids.
    """
    if not -80 * E7 <= position.lat_e7 <= 84 * E7:
        raise InvalidValue("position", "is in a polar grid")
    zone = utm_zone(position)
    easting, northing = utm(position, zone)
    band = _BANDS[min((position.lat_e7 + 80 * E7) // (8 * E7), 19)]
    column = _COLUMNS[zone % 3][int(easting // 100_000) - 1]
    row = _ROWS[(int(northing // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    return f"{zone}{band} {column}{row} {int(easting % 100_000):05d} {int(northing % 100_000):05d}"


def utm_zone(position: Position) -> int:
    """The UTM zone, 1 to 60, with the exceptions for Norway and Svalbard."""
    lat, lon = position.lat_e7, position.lon_e7
    if 56 * E7 <= lat < 64 * E7 and 3 * E7 <= lon < 12 * E7:
        return 32
    if lat >= 72 * E7 and 0 <= lon < 42 * E7:
        return 31 + 2 * ((lon // E7 + 3) // 12)
    return (lon + 180 * E7) // (6 * E7) + 1


def utm(position: Position, zone: int) -> tuple[float, float]:
    """Easting and northing in metres in a UTM zone; southern northings count from ten million."""
    phi = math.radians(position.lat_e7 / E7)
    lam = math.radians((position.lon_e7 - (6 * zone - 183) * E7) / E7)
    eccentricity = math.sqrt(_F * (2 - _F))
    sine = math.sin(phi)
    conformal = math.sinh(math.atanh(sine) - eccentricity * math.atanh(eccentricity * sine))
    xi = math.atan2(conformal, math.cos(lam))
    eta = math.asinh(math.sin(lam) / math.hypot(conformal, math.cos(lam)))
    north = xi + math.fsum(a * math.sin(2 * k * xi) * math.cosh(2 * k * eta) for k, a in enumerate(_ALPHA, start=1))
    east = eta + math.fsum(a * math.cos(2 * k * xi) * math.sinh(2 * k * eta) for k, a in enumerate(_ALPHA, start=1))
    northing_m = _SCALE * _RECTIFYING_M * north
    return (
        _FALSE_EASTING_M + _SCALE * _RECTIFYING_M * east,
        northing_m + (_FALSE_NORTHING_M if position.lat_e7 < 0 else 0.0),
    )
