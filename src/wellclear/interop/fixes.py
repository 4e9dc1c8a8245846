"""Fixes: where an aircraft was reported, when and how high; made from one row of whatever recorded it.

A height by the barometer is a pressure height (STD), one by satellite navigation is above the ellipsoid (W84); both are
kept. Which unit a column has is told by its name and the names beside it, as the program writes it that it comes from:

* traffic: `timestamp, latitude, longitude, altitude, geoaltitude`, feet;
* OpenSky: `time, lat, lon, baroaltitude, geoaltitude` (`baro_altitude`, `geo_altitude`), metres;
* readsb, tar1090, dump1090: `lat, lon, alt_baro, alt_geom`, feet, `ground` for an aircraft on the ground.

The moment of a fix is that of its position (`last_position`, `lastposupdate`), if a row says it: receivers repeat an
old position for as long as the aircraft is heard at all, and the row's own time would move it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from wellclear.domain.quantities import WHOLE_MAX, LengthUnit, Position, Rounding, length_mm, position_from_degrees
from wellclear.errors import InvalidValue
from wellclear.interop.moments import moment

Row = Mapping[str, Any]

POSITION_TIMES: Final = ("last_position", "lastposupdate", "last_position_update")
ROW_TIMES: Final = ("timestamp", "time", "datetime", "time_utc", "utc")
LATITUDES: Final = ("latitude", "lat")
LONGITUDES: Final = ("longitude", "lon", "lng", "long")
ADDRESSES: Final = ("icao24", "hex", "icao", "address")
CALLSIGNS: Final = ("callsign", "flight")
GROUND: Final = ("onground", "on_ground")
OPENSKY: Final = frozenset({"baroaltitude", "baro_altitude"})
BAROMETRIC: Final = {
    "altitude": LengthUnit.FT, "alt_baro": LengthUnit.FT, "baroaltitude": LengthUnit.M, "baro_altitude": LengthUnit.M,
    "altitude_ft": LengthUnit.FT, "alt_ft": LengthUnit.FT, "baro_altitude_ft": LengthUnit.FT,
    "baro_altitude_m": LengthUnit.M,
}  # fmt: skip
GEOMETRIC: Final = {
    "geoaltitude": LengthUnit.FT, "alt_geom": LengthUnit.FT, "geo_altitude": LengthUnit.M,
    "geo_altitude_ft": LengthUnit.FT, "geo_altitude_m": LengthUnit.M,
}  # fmt: skip
_SAYS_NOTHING: Final = frozenset({"", "nan", "nat", "null", "none", "na"})
_UNITS_US: Final = ((10**11, 10**6), (10**14, 10**3), (10**17, 1))
_NANOSECONDS: Final = 1000
_LATE_US: Final = 4_102_444_800_000_000  # the year 2100


@dataclass(frozen=True, slots=True)
class Fix:
    """A position report: `barometric_mm` is a pressure height, `geometric_mm` one above the ellipsoid, if said."""

    moment_us: int
    position: Position
    barometric_mm: int | None
    geometric_mm: int | None
    row: int

    def height_mm(self, *, geometric: bool) -> int | None:
        """One of the two heights."""
        return self.geometric_mm if geometric else self.barometric_mm


def said(row: Row, names: tuple[str, ...]) -> Any:
    """The first of some columns that says something, or None."""
    for name in names:
        value = row.get(name)
        if value is not None and not (isinstance(value, str) and value.strip().lower() in _SAYS_NOTHING):
            if isinstance(value, Decimal) and not value.is_finite():
                continue
            return value.strip() if isinstance(value, str) else value
    return None


def fix_of(row: Row, number: int) -> Fix:
    """The fix in a row.

    Raises:
        InvalidValue: no position or no moment, or one that cannot be; `why` can be counted over all rows.
    """
    lat, lon = said(row, LATITUDES), said(row, LONGITUDES)
    if lat is None or lon is None:
        raise InvalidValue("position", "without a position")
    try:
        position = position_from_degrees(lat, lon)
    except InvalidValue as error:
        raise InvalidValue("position", "with a position that is none on earth") from error
    at = said(row, POSITION_TIMES)
    moment_us = moment_of(said(row, ROW_TIMES) if at is None else at)
    on_ground = str(said(row, GROUND)).lower() in ("true", "1") or row.get("alt_baro") == "ground"
    if on_ground:
        return Fix(moment_us, position, None, None, number)
    geometric = dict(GEOMETRIC)
    if not OPENSKY.isdisjoint(row):
        geometric["geoaltitude"] = LengthUnit.M
    return Fix(moment_us, position, _height_mm(row, BAROMETRIC), _height_mm(row, geometric), number)


def moment_of(value: Any) -> int:
    """A moment from text with its zone, or from seconds, milli-, micro- or nanoseconds since 1970.

    Which of them a number counts is plain from its size: they are a thousandfold apart, and aviation's records begin
    after 1973.

    Raises:
        InvalidValue: nothing said, no zone, no such moment.
    """
    if value is None:
        raise InvalidValue("time", "without a time")
    if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
        try:
            return moment(value, "time")
        except InvalidValue as error:
            why = "with a time that has no zone" if "no time zone" in error.why else "with a time that is none"
            raise InvalidValue("time", why) from error
    try:
        number = Decimal("nan") if isinstance(value, bool) else Decimal(value)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InvalidValue("time", "with a time that is none") from error
    if not number.is_finite() or not 0 <= number <= WHOLE_MAX * _NANOSECONDS:
        raise InvalidValue("time", "with a time that is none")
    for below, unit_us in _UNITS_US:
        if number < below:
            moment_us = round(number * unit_us)
            break
    else:
        moment_us = round(number / _NANOSECONDS)
    if moment_us > _LATE_US:
        raise InvalidValue("time", "with a time that is none")
    return moment_us


def _height_mm(row: Row, columns: Mapping[str, LengthUnit]) -> int | None:
    """The first height that some columns say; what is no height says nothing."""
    for name, unit in columns.items():
        value = said(row, (name,))
        if value is not None:
            try:
                return length_mm(value, unit, Rounding.NEAREST, name)
            except InvalidValue:
                continue
    return None
