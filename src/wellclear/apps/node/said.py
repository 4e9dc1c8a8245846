"""What a version of an item says by itself, as rows for page and command line; made once for each version.

A desk looks at a hundred notices many times a second, and none of them changes between two looks.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.domain.grid_reference import mgrs
from wellclear.domain.measures import height
from wellclear.domain.quantities import Position, degrees_from_e7, dtg
from wellclear.errors import InvalidValue
from wellclear.picture.view_changes import changes_between, vague
from wellclear.picture.view_items import ItemView, Version

Row = dict[str, Any]


class SaidRows:
    """The rows of all items at their newest versions, each kept until the item is another one."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[ItemView, Row]] = {}
        self.marks: dict[str, str] = {}
        """The marks of copies, by commitment; made of openings, which lie encrypted in the store."""

    def row_of(self, item: ItemView) -> Row:
        """What could be opened of an item, its flags (R8), and what differs from the version before (R9)."""
        kept = self._kept.get(item.id)
        if kept is None or kept[0] is not item:
            kept = self._kept[item.id] = (item, _said(item))
        return kept[1]

    def keep_only(self, items: Container[str]) -> None:
        """Drop what has left the view."""
        for gone in [id_ for id_ in self._kept if id_ not in items]:
            del self._kept[gone]


def _said(item: ItemView) -> Row:
    version, older = item.current, item.versions.get(item.current.version - 1)
    changes = [] if older is None else changes_between(older, version)
    rows = [{"field": one.path, "old": one.before or "", "new": one.after or ""} for one in changes]
    return _opened(version) | {"flags": [*vague(version)], "changes": rows}


@lru_cache(maxsize=16_384)
def stamp(moment_us: int | None) -> str:
    """The date-time group of a moment; empty for none, microseconds for what has no group."""
    if moment_us is None:
        return ""
    try:
        return dtg(moment_us)
    except InvalidValue:
        return f"{moment_us} us"


def _opened(version: Version) -> Row:
    """Each field group that this reader could open."""
    told: Row = {"volumes": []}
    if version.said is not None:
        told["volumes"] = [volume_row(fields) for fields in version.said.volumes]
    if version.cell is not None:
        told["cell"] = msgspec.to_builtins(version.cell)
    if version.nature is not None:
        told["category"] = version.nature.category
        if version.nature.contact is not UNSET:
            told["contact"] = version.nature.contact
    if version.rest is not None:
        told["rest"] = {name: value for name, value in msgspec.to_builtins(version.rest).items() if name != "group"}
    if version.safety is not None:
        told |= safety_fields(msgspec.to_builtins(version.safety))
    return told


_SAFETY_MEMBERS = ("text", "who", "call_sign", "until_us", "lat_e7", "lon_e7")


def safety_fields(fields: Row) -> Row:
    """What a safety message's part says, as far as a desk shows it."""
    told: Row = {name: value for name, value in fields.items() if name in _SAFETY_MEMBERS}
    if "lat_e7" in fields and "lon_e7" in fields:
        told |= {"lat": degrees_from_e7(fields["lat_e7"]), "lon": degrees_from_e7(fields["lon_e7"])}
    told["volumes"] = [volume_row(one) for one in fields.get("volumes", ())]
    return told


def volume_row(fields: Mapping[str, Any]) -> Row:
    """One volume: `raw` is exactly what was said; the rest is for people, and only where it can be read."""
    told: Row = {"kind": str(fields.get("kind", "")), "raw": dict(fields)}
    places = [_place(pair) for pair in _pairs(fields)]
    told["positions"] = [place for place in places if place is not None]
    radius_mm = fields.get("radius_mm", fields.get("half_width_mm"))
    if isinstance(radius_mm, int):
        told["radius_m"] = f"{radius_mm / 1000:g}"
    band = fields.get("band")
    if isinstance(band, Mapping):
        for name in ("lower", "upper"):
            face_mm = band.get(f"{name}_mm")
            if isinstance(face_mm, int):
                told[name] = height(face_mm, str(band.get("datum", "")))
    for name in ("start", "end"):
        moment_us = fields.get(f"{name}_us")
        if isinstance(moment_us, int):
            told |= {f"{name}_us": moment_us, name: stamp(moment_us)}
    first = next(iter(_pairs(fields)), None)
    if first is not None and _place(first) is not None:
        try:
            told["grid"] = mgrs(Position(first[0], first[1]))
        except InvalidValue:  # beyond the grid's own limits
            told["grid"] = ""
    return told


def _pairs(fields: Mapping[str, Any]) -> list[Any]:
    """Every position of a volume in its order, whatever its form."""
    found: list[Any] = []
    waiting: list[Any] = [fields[name] for name in ("centre", "route", "rings", "polygons") if name in fields][:1]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value):
            found.append(value)
        elif isinstance(value, list):
            waiting = [*value, *waiting]
    return found


def _place(pair: Sequence[int]) -> list[str] | None:
    try:
        position = Position(pair[0], pair[1])
    except InvalidValue:
        return None
    return [degrees_from_e7(position.lat_e7), degrees_from_e7(position.lon_e7)]
