"""Positions as MGRS grid references, for people who read maps (requirement R5), both ways.

Transverse Mercator by the series of Krueger to the sixth order of the third flattening (Karney, "Transverse Mercator
with an accuracy of a few nanometers", 2011, eq. 35 and 36); letters and zones as in NGA.STND.0037. A reference names a
square by its south-western corner, so what is shown is cut, never rounded; what is read is the middle of its square.
"""

from __future__ import annotations

import math
import re
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
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360 - 81 * _N**5 / 512 + 96199 * _N**6 / 604800,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440 + 46 * _N**5 / 105 - 1118711 * _N**6 / 3870720,
    17 * _N**3 / 480 - 37 * _N**4 / 840 - 209 * _N**5 / 4480 + 5569 * _N**6 / 90720,
    4397 * _N**4 / 161280 - 11 * _N**5 / 504 - 830251 * _N**6 / 7257600,
    4583 * _N**5 / 161280 - 108847 * _N**6 / 3991680,
    20648693 * _N**6 / 638668800,
)
_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS: Final = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")  # by zone modulo 3
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_FALSE_EASTING_M: Final = 500_000.0
_FALSE_NORTHING_M: Final = 10_000_000.0
_ROWS_REPEAT_M: Final = 2_000_000
_REFERENCE: Final = re.compile(
    r"(0?[1-9]|[1-5][0-9]|60)([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])((?:[0-9]{2}){0,5})", re.ASCII
)
_POLAR: Final = re.compile(r"[ABYZ][A-HJ-NP-Z]{2}(?:[0-9]{2}){0,5}", re.ASCII)
_SLACK_E7: Final = 20  # a square metre on the edge of a zone or band may have its middle beyond it


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


def position_from_mgrs(text: str, field: str = "position") -> tuple[Position, int]:
    """The middle of the square that a grid reference names, and the side of the square in metres.

    White space does not matter. Two to ten digits give squares of 10 km to 1 m; none at all gives one of 100 km.

    Raises:
        InvalidValue: no grid reference, a polar one, or a square that is not in its zone and band.
    """
    said = "".join(text.split()).upper()
    match = _REFERENCE.fullmatch(said)
    if match is None:
        if _POLAR.fullmatch(said):
            raise InvalidValue(field, f"{text[:40]} is in a polar grid; write degrees instead")
        raise InvalidValue(field, f"{text[:40]!r} is no grid reference; write one such as 37S DU 33031 24492")
    zone, band, digits = int(match.group(1)), match.group(2), match.group(5)
    side_m = 10 ** (5 - len(digits) // 2)
    within = [
        int(half) * side_m + side_m / 2 for half in (digits[: len(digits) // 2], digits[len(digits) // 2 :]) if half
    ]
    east_m, north_m = within or (side_m / 2, side_m / 2)
    column, row = _COLUMNS[zone % 3].find(match.group(3)), _ROWS.index(match.group(4))
    easting_m = (column + 1) * 100_000 + east_m
    northing_m = (row - (5 if zone % 2 == 0 else 0)) % 20 * 100_000 + north_m
    if column >= 0:
        for turn in range(5):
            position = position_from_utm(zone, easting_m, northing_m + turn * _ROWS_REPEAT_M, south=band < "N")
            if position is not None and _lies_in(position, zone, band, side_m):
                return position, side_m
    raise InvalidValue(field, f"{text[:40]} names a square that is not in its zone {zone}{band}; look at its letters")


def position_from_utm(zone: int, easting_m: float, northing_m: float, *, south: bool) -> Position | None:
    """The inverse of `utm`; None where the series do not lead back to the earth."""
    xi = (northing_m - (_FALSE_NORTHING_M if south else 0.0)) / (_SCALE * _RECTIFYING_M)
    eta = (easting_m - _FALSE_EASTING_M) / (_SCALE * _RECTIFYING_M)
    if abs(xi) > math.pi / 2 or abs(eta) > 0.1:
        return None
    north = xi - math.fsum(b * math.sin(2 * k * xi) * math.cosh(2 * k * eta) for k, b in enumerate(_BETA, start=1))
    east = eta - math.fsum(b * math.cos(2 * k * xi) * math.sinh(2 * k * eta) for k, b in enumerate(_BETA, start=1))
    conformal = math.sin(north) / math.hypot(math.sinh(east), math.cos(north))
    lam = math.degrees(math.atan2(math.sinh(east), math.cos(north))) + 6 * zone - 183
    return Position(round(math.degrees(_latitude(conformal)) * E7), round(lam * E7))


def _latitude(conformal: float) -> float:
    """The latitude whose conformal latitude has this tangent, by Newton's method (Karney 2011, eq. 19 to 21)."""
    eccentricity = math.sqrt(_F * (2 - _F))
    tau = conformal / (1 - eccentricity**2)
    for _ in range(6):
        sigma = math.sinh(eccentricity * math.atanh(eccentricity * tau / math.hypot(1, tau)))
        reached = tau * math.hypot(1, sigma) - sigma * math.hypot(1, tau)
        slope = (1 + (1 - eccentricity**2) * tau**2) / ((1 - eccentricity**2) * math.hypot(1, tau))
        tau += (conformal - reached) / math.hypot(1, reached) * slope
    return math.atan(tau)


def _lies_in(position: Position, zone: int, band: str, side_m: int) -> bool:
    """Whether a square around a position reaches into its zone and band: at their edges squares are cut."""
    reach_lat = _SLACK_E7 + side_m * E7 // 200_000
    reach_lon = round(reach_lat / math.cos(math.radians(min(abs(position.lat_e7) / E7, 85.0))))
    for lat_e7 in (position.lat_e7 - reach_lat, position.lat_e7, position.lat_e7 + reach_lat):
        if not -80 * E7 <= lat_e7 <= 84 * E7 or _BANDS[min((lat_e7 + 80 * E7) // (8 * E7), 19)] != band:
            continue
        if any(utm_zone(Position(lat_e7, position.lon_e7 + step)) == zone for step in (-reach_lon, 0, reach_lon)):
            return True
    return False
