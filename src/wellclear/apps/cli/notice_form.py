"""A notice as people write it, on the command line or in a small file, made into the four groups of an entry.

    {"to": ["SOUTHLAND/OPS"], "category": "air", "precedence": "P",
     "volumes": [{"circle": "34.56,38.27", "radius": "5km", "lower": "5000ft", "upper": "9000ft", "datum": "AMSL",
                  "start": "2026-11-23T10:00Z", "end": "2026-11-23T12:00Z"}]}

A volume is a `circle` with a `radius`, a `corridor` (two positions or more) with a `half_width`, or a `polygon`. The
file may be GeoJSON instead (RFC 7946): then the same words stand in each feature's `properties`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from wellclear.apps.cli import typed
from wellclear.apps.inputs import read_input
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.cells import cell_around
from wellclear.domain.names import check_party, party_of_desk
from wellclear.domain.parts import Rest, group_from
from wellclear.domain.volume import Point, Polygon, Route, Skeleton, TimeWindow, Volume
from wellclear.domain.volume_fields import volume_fields
from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.geojson import shapes_of

Fields = dict[str, Any]
Named = Callable[[str], str]
FILE_BYTES_MAX = 1024 * 1024
_json = msgspec.json.Decoder(float_hook=Decimal)  # exact, and no lone surrogate that nobody can show
REST_MEMBERS = tuple(name for name in Rest.__struct_fields__ if name != "group")
OF_VOLUME = frozenset(
    {"circle", "corridor", "polygon", "radius", "half_width", "times", "lower", "upper", "datum", "start", "end"}
)
OF_NOTICE = frozenset(
    {"to", "category", "precedence", "volumes", "contact", "withhold", "levels", "disclose", "consent", "keep_until"}
    | {*REST_MEMBERS}
)

TEMPLATE: Fields = {
    "to": ["SOUTHLAND/OPS"],
    "category": "air",
    "precedence": "P",
    "volumes": [
        {
            "circle": "34.56,38.27", "radius": "5km", "lower": "5000ft", "upper": "9000ft", "datum": "AMSL",
            "start": "2026-11-23T10:00Z", "end": "2026-11-23T12:00Z",
        },
        {
            "corridor": "34.50,38.00; 34.56,38.27", "half_width": "2nm", "lower": "FL120", "upper": "FL140",
            "start": "2026-11-23T09:30Z", "end": "2026-11-23T10:00Z",
        },
    ],
    "contact": "NORTHLAND duty officer",
    "activity": "air transport",
    "crewed": "yes",
    "live_weapons": "no",
    "withhold": ["rest"],
    "levels": {"SOUTHLAND": 2},
    "keep_until": "2026-11-24",
}  # fmt: skip
"""An example of the file form; every word that it may hold but the other members of the group `rest`."""


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """A notice ready to be composed; `volumes` in the form of `domain.volume_fields`."""

    to: tuple[str, ...]
    category: str
    precedence: str
    volumes: tuple[Fields, ...]
    keep_until: str
    contact: str = ""
    rest: Fields = field(default_factory=dict)
    withhold: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    """Of recipients that are shown less than the agreement's default."""
    disclose: dict[str, int] = field(default_factory=dict)
    """Of those that are shown more."""
    consent: tuple[str, ...] = ()
    """The parties that are given what needs consent: a site, a movement, a deployment, a survey."""

    def groups(self) -> list[Fields]:
        """The four groups in their order."""
        nature: Fields = {"group": "category", "category": self.category}
        if self.contact:
            nature["contact"] = self.contact
        cell: Fields = msgspec.to_builtins(cell_around(self.volumes))
        groups = [cell, {"group": "volume", "volumes": list(self.volumes)}, nature, {"group": "rest", **self.rest}]
        for group in groups:
            try:
                group_from(group, "notice")
            except Malformed as error:
                raise InvalidValue(error.where, error.why) from error
        return groups


def as_option(name: str) -> str:
    """What a member is called on the command line."""
    return f"--{name.replace('_', '-')}"


def volume_from_words(words: Mapping[str, Any], named: Named) -> Fields:
    """One volume from what was typed; `named` says what each member is called where it stands.

    Raises:
        InvalidValue: names the member and says what to write instead.
    """
    text = {name: _text(value, named(name)) for name, value in words.items()}
    unknown = sorted(set(text) - OF_VOLUME)
    if unknown:
        raise InvalidValue(named(unknown[0]), f"is no word for a volume; there are {', '.join(sorted(OF_VOLUME))}")
    if "times" in text and "corridor" not in text:
        raise InvalidValue(named("times"), "goes with a corridor: a time for each of its points")
    shapes = [name for name in ("circle", "corridor", "polygon") if name in text]
    if len(shapes) != 1:
        raise InvalidValue(named("circle"), "give one of circle, corridor, polygon")
    skeleton, radius_mm = _skeleton(shapes[0], text, named)
    return _volume(skeleton, radius_mm, text, named)


def _skeleton(shape: str, text: Mapping[str, str], named: Named) -> tuple[Skeleton, int]:
    try:
        if shape == "circle":
            return Point(typed.position(text["circle"], named("circle"))), _size("radius", text, named)
        vertices = typed.positions(text[shape], named(shape))
        if shape == "corridor":
            return Route(vertices, _times(text, named)), _size("half_width", text, named)
        closed = len(vertices) > 1 and vertices[0] == vertices[-1]
        return Polygon((vertices[:-1] if closed else vertices,)), 0
    except InvalidValue as error:
        raise error if error.field.startswith(named("")[:2]) else InvalidValue(named(shape), str(error)) from error


def _times(text: Mapping[str, str], named: Named) -> tuple[int, ...]:
    """When each point of a route is passed, if that is said: `10:00Z; 10:40Z` with their days."""
    words = [word.strip() for word in text.get("times", "").split(";") if word.strip()]
    return tuple(typed.moment(word, named("times")) for word in words)


def _size(name: str, text: Mapping[str, str], named: Named) -> int:
    if name not in text:
        raise InvalidValue(named(name), "is missing; write 5km, 800m or 3nm")
    return typed.length(text[name], named(name))


def _volume(skeleton: Skeleton, radius_mm: int, text: Mapping[str, str], named: Named) -> Fields:
    for name in ("start", "end"):
        if name not in text:
            raise InvalidValue(named(name), "is missing; every volume has a start and an end (R9)")
    band = typed.band(
        text.get("lower", "unlimited"), text.get("upper", "unlimited"), text.get("datum"),
        (named("lower"), named("upper"), named("datum")),
    )  # fmt: skip
    start_us, end_us = (typed.moment(text[name], named(name)) for name in ("start", "end"))
    if end_us <= start_us:
        raise InvalidValue(named("end"), f"{text['end']} is not after the start, {text['start']}")
    return volume_fields(Volume(skeleton, radius_mm, band, TimeWindow(start_us, end_us)))


def form_from(words: Mapping[str, Any], volumes: list[Fields], named: Named) -> NoticeForm:
    """The notice around its volumes.

    Raises:
        InvalidValue: names the member and says what to write instead.
    """
    unknown = sorted(set(words) - OF_NOTICE)
    if unknown:
        raise InvalidValue(named(unknown[0]), f"is no word for a notice; there are {', '.join(sorted(OF_NOTICE))}")
    to = words.get("to", [])
    if not isinstance(to, list | tuple) or not to:
        raise InvalidValue(named("to"), "is missing; a desk looks like SOUTHLAND/OPS")
    for desk in to:
        party_of_desk(_text(desk, named("to")), field=named("to"))
    category = words.get("category")
    if category not in CATEGORIES:
        raise InvalidValue(named("category"), f"is one of {', '.join(CATEGORIES)}")
    if not volumes:
        raise InvalidValue(named("volumes"), "a notice covers one volume or more")
    rest = {name: words[name] for name in REST_MEMBERS if words.get(name) is not None}
    withhold = tuple(words.get("withhold") or ())
    for name in withhold:
        if name not in ("volume", "category", "rest"):
            raise InvalidValue(named("withhold"), "is one of volume, category, rest; the cell is always sent")
    return NoticeForm(
        to=tuple(to), category=str(category), precedence=str(words.get("precedence") or "P"), volumes=tuple(volumes),
        keep_until=_keep_until(words.get("keep_until"), volumes, named("keep_until")),
        contact=_text(words.get("contact") or "", named("contact")), rest=rest, withhold=withhold,
        levels=_levels(words.get("levels"), named("levels")),
        disclose=_levels(words.get("disclose"), named("disclose")),
        consent=_consent(words.get("consent") or (), named("consent")),
    )  # fmt: skip


def _consent(said: Any, where: str) -> tuple[str, ...]:
    if not isinstance(said, list | tuple) or not all(isinstance(party, str) for party in said):
        raise InvalidValue(where, 'is a list of parties such as ["SOUTHLAND"]')
    for party in said:
        check_party(party, field=where)
    return tuple(said)


def _levels(said: Any, where: str) -> dict[str, int]:
    if said is not None and not (isinstance(said, Mapping) and all(type(level) is int for level in said.values())):
        raise InvalidValue(where, 'is an object such as {"SOUTHLAND": 2}')
    return dict(said or {})


def form_from_file(path: Path, over: Mapping[str, Any]) -> NoticeForm:
    """The notice in a file; `over` holds what options say over it.

    Raises:
        Malformed, InvalidValue: names the place in the file.
        InvalidValue, Unavailable: the file cannot be read.
    """
    words, volumes = words_and_volumes(path)
    return form_from({**words, **over}, volumes, str)


def volumes_from_file(path: Path) -> list[Fields]:
    """The volumes in a file that says nothing else, in either form; raises as `form_from_file`."""
    words, volumes = words_and_volumes(path)
    if words.keys() - {"type"}:
        raise Malformed(str(path), min(words.keys() - {"type"}), "does not belong here; the file says volumes alone")
    if not volumes:
        raise Malformed(str(path), "volumes", "one volume or more belongs here; see draft --template")
    return volumes


def words_and_volumes(path: Path) -> tuple[Fields, list[Fields]]:
    """What a file says of a notice, and its volumes; raises as `form_from_file`."""
    document = read_json(path)
    if document.get("type") in ("Feature", "FeatureCollection"):
        return _from_geojson(document, str(path))
    rows = document.pop("volumes", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Malformed(str(path), "volumes", "a list of objects belongs here; see --template")
    return document, [
        volume_from_words(row, lambda name, at=at: f"volumes[{at}].{name}")  # type: ignore[misc]  # mypy cannot type a default of a lambda
        for at, row in enumerate(rows)
    ]


def read_json(path: Path) -> Fields:
    """A JSON object from a file, its numbers kept exact.

    Raises:
        InvalidValue, Unavailable: it cannot be read.
        Malformed: it is no JSON object.
    """
    raw = read_input(path, FILE_BYTES_MAX + 1)
    if len(raw) > FILE_BYTES_MAX:
        raise Malformed(str(path), "", f"larger than {FILE_BYTES_MAX} bytes")
    try:
        document = _json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        raise Malformed(str(path), "", f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise Malformed(str(path), "", "an object belongs here")
    return document


def _from_geojson(document: Fields, source: str) -> tuple[Fields, list[Fields]]:
    features = document.get("features") if document["type"] == "FeatureCollection" else [document]
    words = {name: document[name] for name in OF_NOTICE & document.keys()}
    volumes = []
    for at, feature in enumerate(features if isinstance(features, list) else []):
        where = f"features[{at}]"
        try:
            properties = dict(feature.get("properties") or {})
            shapes = shapes_of(feature.get("geometry"), where=f"{where}.geometry")
        except (TypeError, AttributeError, ValueError) as error:
            raise Malformed(source, where, "a Feature with a geometry and properties belongs here") from error
        except InvalidValue as error:
            raise Malformed(source, error.field, error.why) from error
        words |= {name: properties.pop(name) for name in list(properties) if name in OF_NOTICE}
        named: Named = lambda name, where=where: f"{where}.properties.{name}"  # type: ignore[misc]  # noqa: E731  # one name for each feature
        text = {name: _text(value, named(name)) for name, value in properties.items() if name in OF_VOLUME}
        for shape in shapes:
            size = {Point: "radius", Route: "half_width"}.get(type(shape.skeleton))
            volumes.append(_volume(shape.skeleton, _size(size, text, named) if size else 0, text, named))
    return words, volumes


def _text(value: Any, where: str) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    if not isinstance(value, str):
        raise InvalidValue(where, 'must be text, such as "5km"')
    return value


def _keep_until(said: Any, volumes: list[Fields], where: str) -> str:
    """The day after which the notice leaves the picture; unless said, the day after its end."""
    last_us = max(int(volume["end_us"]) for volume in volumes)
    end = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=last_us)).date()
    if said is None:
        return (end + timedelta(days=1)).isoformat()
    try:
        day = datetime.strptime(str(said), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise InvalidValue(where, f"{said!r} is no day; write it such as 2026-11-24") from error
    if day < end:
        raise InvalidValue(where, f"{said} is before the notice's end, {end.isoformat()}")
    return day.isoformat()
