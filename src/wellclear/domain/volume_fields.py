"""How volumes are written in a part: strict fields both ways, and what to do with nonsense.

    {"kind": "circle",   "centre": [lat_e7, lon_e7], "radius_mm": n, ...}
    {"kind": "corridor", "route": [[lat_e7, lon_e7], ...], "half_width_mm": n, "times_us": [...]?, ...}
    {"kind": "polygon",  "rings": [[[lat_e7, lon_e7], ...], ...], ...}
    {"kind": "polygons", "polygons": [[ring, ...], ...], ...}

and in all of them `"band": {"datum": "W84" | "AMSL" | "STD", "lower_mm": n?, "upper_mm": n?}, "start_us": n,
"end_us": n`. An absent face is unbounded; there are no other fields. What was read and written again is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from wellclear.domain.quantities import E7, HALF_TURN_E7, WHOLE_MAX, Datum, Position
from wellclear.domain.rings import bounding_cap_of, unit_vector
from wellclear.domain.volume import (
    WHOLE_EARTH_MM,
    AltitudeBand,
    Point,
    Polygon,
    Polygons,
    Route,
    TimeWindow,
    Volume,
)
from wellclear.errors import InvalidValue

Fields = dict[str, object]
T = TypeVar("T")

_COMMON: Final = frozenset({"kind", "band", "start_us", "end_us"})
_OWN: Final[dict[str, frozenset[str]]] = {
    "circle": frozenset({"centre", "radius_mm"}),
    "corridor": frozenset({"route", "half_width_mm"}),
    "polygon": frozenset({"rings"}),
    "polygons": frozenset({"polygons"}),
}
_PLACES: Final = {"circle": "centre", "corridor": "route", "polygon": "rings", "polygons": "polygons"}
_CURVATURE_RADIUS_MM: Final = (
    6_399_593_626  # the largest of WGS-84, a^2/b: no arc of an angle is longer than this gives
)
_CAP_MARGIN_MM: Final = 1_000
_CONVEX_CAP: Final = math.radians(85)  # a smaller cap holds the edges between the vertices that it holds


def volume_fields(volume: Volume) -> Fields:
    """The fields of a volume, ready for canonical JSON: integers, strings, lists and objects only."""
    band: Fields = {"datum": volume.band.datum.value}
    if volume.band.lower_mm is not None:
        band["lower_mm"] = volume.band.lower_mm
    if volume.band.upper_mm is not None:
        band["upper_mm"] = volume.band.upper_mm
    fields: Fields = {"band": band, "start_us": volume.window.start_us, "end_us": volume.window.end_us}
    match volume.skeleton:
        case Point(position):
            fields |= {"kind": "circle", "centre": _pair(position), "radius_mm": volume.radius_mm}
        case Route(vertices, times_us):
            fields |= {"kind": "corridor", "route": _pairs(vertices), "half_width_mm": volume.radius_mm}
            if times_us:
                fields["times_us"] = list(times_us)
        case Polygon(rings):
            fields |= {"kind": "polygon", "rings": [_pairs(ring) for ring in rings]}
        case Polygons(parts):
            fields |= {"kind": "polygons", "polygons": [[_pairs(ring) for ring in part.rings] for part in parts]}
    return fields


def volume_from(fields: object) -> Volume:
    """The volume that some decoded JSON says, or a refusal; any JSON value may be given.

    Raises:
        InvalidValue: `field` is the path to the fault, such as `rings[0][3]`, and `why` what was expected there.
    """
    if not isinstance(fields, dict):
        raise InvalidValue("volume", "must be an object")
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in _OWN:
        raise InvalidValue("kind", f"must be one of {', '.join(_OWN)}")
    optional = frozenset({"times_us"}) if kind == "corridor" else frozenset[str]()
    _check_names(fields, _COMMON | _OWN[kind], optional, "")
    band = _band(fields["band"])
    window = TimeWindow(_whole(fields["start_us"], "start_us"), _whole(fields["end_us"], "end_us"))
    if kind == "circle":
        return Volume(
            Point(_position(fields["centre"], "centre")), _whole(fields["radius_mm"], "radius_mm"), band, window
        )
    if kind == "corridor":
        return _corridor(fields, band, window)
    if kind == "polygon":
        return Volume(Polygon(_rings(fields["rings"], "rings")), 0, band, window)
    parts = []
    for index, rings in enumerate(_list(fields["polygons"], "polygons")):
        where = f"polygons[{index}]"
        read = _rings(rings, where)
        try:
            parts.append(Polygon(read))
        except InvalidValue as error:
            raise InvalidValue(where + error.field.removeprefix("rings"), error.why) from error
    return Volume(Polygons(tuple(parts)), 0, band, window)


def bounding_cap(fields: object) -> tuple[Position, int] | None:
    """A circle (centre, radius in mm) that surely covers what some fields may mean; None if that cannot be told.

    It asks for a known kind, readable positions, and a readable radius where the kind has one.
    """
    if not isinstance(fields, dict):
        return None
    kind = fields.get("kind")
    if not isinstance(kind, str) or _PLACES.get(kind) not in fields:
        return None
    radii = [fields[name] for name in ("radius_mm", "half_width_mm") if name in fields]
    if kind in ("circle", "corridor") and not radii:
        return None
    positions = [position for name in _PLACES.values() if name in fields for position in _positions_in(fields[name])]
    readable = [position for position in positions if position is not None]
    if len(readable) < len(positions):
        return None
    centre, radius = bounding_cap_of([unit_vector(position) for position in readable])
    if radius > _CONVEX_CAP:
        return None
    radius_mm = math.ceil(radius * _CURVATURE_RADIUS_MM) + _CAP_MARGIN_MM
    for said in radii:
        if type(said) is not int or not 0 <= said <= WHOLE_EARTH_MM:
            return None
        radius_mm += said
    lat_e7 = round(math.degrees(math.asin(max(-1.0, min(1.0, centre[2])))) * E7)
    lon_e7 = round(math.degrees(math.atan2(centre[1], centre[0])) * E7)
    return Position(lat_e7, lon_e7), min(radius_mm, WHOLE_EARTH_MM)


def volume_or_cap(fields: object) -> tuple[Volume, str | None]:
    """The volume and None, or a circle that stands in for it and the reason why it could not be computed.

    What can be read is kept; each of place, band and window that cannot be read becomes as wide as it can be. So
    nobody hides by writing nonsense: the stand-in is compared with everything, as `possible` (decision: geometry
    that cannot be computed). Never raises, for any JSON value.
    """
    try:
        return volume_from(fields), None
    except InvalidValue as error:
        reason = str(error)
    cap = bounding_cap(fields)
    centre, radius_mm = cap if cap is not None else (Position(0, 0), WHOLE_EARTH_MM)
    said = fields if isinstance(fields, dict) else {}
    band = _or(lambda: _band(said.get("band")), AltitudeBand(Datum.AMSL, None, None))
    start_us, end_us = said.get("start_us"), said.get("end_us")
    window = _or(
        lambda: TimeWindow(_whole(start_us, "start_us"), _whole(end_us, "end_us")), TimeWindow(-WHOLE_MAX, WHOLE_MAX)
    )
    return Volume(Point(centre), radius_mm, band, window), reason


def _or(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except InvalidValue:
        return otherwise


def _corridor(fields: Fields, band: AltitudeBand, window: TimeWindow) -> Volume:
    vertices = tuple(_position(item, f"route[{i}]") for i, item in enumerate(_list(fields["route"], "route")))
    times_us: tuple[int, ...] = ()
    if "times_us" in fields:
        said = _list(fields["times_us"], "times_us")
        if not said:
            raise InvalidValue("times_us", "must not be empty; leave it out")
        times_us = tuple(_whole(item, f"times_us[{i}]") for i, item in enumerate(said))
    half_width_mm = _whole(fields["half_width_mm"], "half_width_mm")
    if not 0 <= half_width_mm <= WHOLE_EARTH_MM:
        raise InvalidValue("half_width_mm", f"must be between 0 and {WHOLE_EARTH_MM}")
    return Volume(Route(vertices, times_us), half_width_mm, band, window)


def _band(said: object) -> AltitudeBand:
    if not isinstance(said, dict):
        raise InvalidValue("band", "must be an object")
    _check_names(said, frozenset({"datum"}), frozenset({"lower_mm", "upper_mm"}), "band.")
    datum = said["datum"]
    if not isinstance(datum, str) or datum not in Datum.__members__:
        raise InvalidValue("band.datum", f"must be one of {', '.join(Datum.__members__)}")
    lower_mm = _whole(said["lower_mm"], "band.lower_mm") if "lower_mm" in said else None
    upper_mm = _whole(said["upper_mm"], "band.upper_mm") if "upper_mm" in said else None
    return AltitudeBand(Datum[datum], lower_mm, upper_mm)


def _rings(said: object, where: str) -> tuple[tuple[Position, ...], ...]:
    return tuple(
        tuple(_position(item, f"{where}[{i}][{j}]") for j, item in enumerate(_list(ring, f"{where}[{i}]")))
        for i, ring in enumerate(_list(said, where))
    )


def _position(said: object, where: str) -> Position:
    if not isinstance(said, list) or len(said) != 2:
        raise InvalidValue(where, "must be a pair: latitude and longitude in degrees x 10^7")
    lat_e7, lon_e7 = _whole(said[0], f"{where}[0]"), _whole(said[1], f"{where}[1]")
    if abs(lat_e7) > 90 * E7:
        raise InvalidValue(f"{where}[0]", "is a latitude beyond a pole")
    if not -HALF_TURN_E7 <= lon_e7 < HALF_TURN_E7:
        raise InvalidValue(f"{where}[1]", "is a longitude outside [-180, 180)")
    return Position(lat_e7, lon_e7)


def _positions_in(said: object) -> list[Position | None]:
    """Every position below a value; None for whatever is neither a list nor a position."""
    found: list[Position | None] = []
    waiting = [said]
    while waiting:
        value = waiting.pop()
        if not isinstance(value, list) or not value:
            found.append(None)
        elif len(value) == 2 and not any(isinstance(item, list) for item in value):
            found.append(_readable(value[0], value[1]))
        else:
            waiting.extend(value)
    return found


def _readable(lat_e7: object, lon_e7: object) -> Position | None:
    if type(lat_e7) is not int or type(lon_e7) is not int:
        return None
    try:
        return Position(lat_e7, lon_e7)
    except InvalidValue:
        return None


def _list(said: object, where: str) -> list[object]:
    if not isinstance(said, list):
        raise InvalidValue(where, "must be a list")
    return said


def _whole(said: object, where: str) -> int:
    if type(said) is not int:
        raise InvalidValue(where, "must be an integer")
    if abs(said) > WHOLE_MAX:
        raise InvalidValue(where, "is beyond what canonical JSON can carry")
    return said


def _check_names(said: Fields, needed: frozenset[str], optional: frozenset[str], prefix: str) -> None:
    for name in sorted(needed):
        if name not in said:
            raise InvalidValue(prefix + name, "is missing")
    for name in said:
        if name not in needed | optional:
            _unknown(prefix, name)


def _unknown(prefix: str, name: object) -> NoReturn:
    shown = ascii(name)[1:-1][:40] if isinstance(name, str) else "?"
    raise InvalidValue(prefix + shown, "is not a field here")


def _pair(position: Position) -> list[int]:
    return [position.lat_e7, position.lon_e7]


def _pairs(positions: tuple[Position, ...]) -> list[list[int]]:
    return [_pair(position) for position in positions]
