"""What one feature says of itself, in the words that all formats share, made into planned volumes.

| word | what |
|---|---|
| `id`, `notice` | the volume's name; what several volumes of one notice share |
| `party`, `category` | whose it is, and which kind of activity |
| `start`, `end` | RFC 3339 with a zone, or a date-time group |
| `lower`, `upper`, `datum` | heights; absent is unbounded; `datum` is for heights that do not say theirs |
| `radius_m`, `half_width_m` | decimal metres; `radius`, `half_width` with a unit beside them |
| `radar`, `jamming`, ... | what it carries or emits (`notice_words.STATED`): yes, no or not stated |

Absent, null and empty text mean that nothing was said; then the caller's defaults hold (for heights, see `band_from`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.notice_words import STATED
from wellclear.domain.quantities import format_time
from wellclear.domain.volume import AltitudeBand, Point, Route, TimeWindow, Volume
from wellclear.errors import InvalidValue
from wellclear.interop import heights
from wellclear.interop.heights import Height
from wellclear.interop.lengths import length, metres
from wellclear.interop.moments import EXAMPLE, moment
from wellclear.interop.planned import Defaults, Place, Planned, Skipped
from wellclear.interop.shapes import Shape

Values = Mapping[str, object]
WORDS: Final = (
    "id", "notice", "party", "category", "start", "end", "lower", "upper", "datum", "radius", "radius_m",
    "half_width", "half_width_m", *STATED,
)  # fmt: skip
NAME_CHARS_MAX: Final = 100
PARTY_DO: Final = "write whose it is, such as NORTHLAND, or give one party for the whole file"

_SIZE_DO: Final = "write metres such as 500, or give one for the whole file"

_DO: Final = {
    "start": EXAMPLE, "end": EXAMPLE, "times": EXAMPLE, "lower": heights.EXAMPLES, "upper": heights.EXAMPLES,
    "radius": "write it such as 5km, 800m or 3nm", "half_width": "write it such as 5km, 800m or 3nm",
    "radius_m": "write metres such as 500", "half_width_m": "write metres such as 500",
    "geometry": "write longitude and latitude in decimal degrees, such as [38.27, 34.56]",
    "datum": "write it beside the height, such as 5000 ft AMSL",
}  # fmt: skip


def planned_volumes(
    values: Values, shapes: Sequence[Shape], defaults: Defaults, place: Place, fallback_id: str
) -> list[Planned]:
    """The volumes of one feature, all of them or none.

    Raises:
        InvalidValue: the field at fault, why, and after a semicolon what to write instead.
    """
    said_id = text(values, "id") or fallback_id
    party = text(values, "party") or defaults.party
    if not party:
        raise InvalidValue("party", f"is missing; {PARTY_DO}")
    category = category_from(text(values, "category") or defaults.category)
    notice = text(values, "notice")
    states = states_from(values)
    band = band_from(values, defaults)
    window = window_from(values, shapes, defaults)
    sizes = _sizes(values, shapes, defaults)
    starts, ends = bool(values.get("start")), bool(values.get("end"))
    made = []
    for number, (shape, size_mm) in enumerate(zip(shapes, sizes, strict=True), start=1):
        volume = _volume(shape, size_mm, band, window, starts=starts, ends=ends)
        own_id = said_id if len(shapes) == 1 else f"{said_id}/{number}"
        made.append(Planned(own_id, notice or said_id, party, category, volume, place, shape.notes, states))
    return made


def skipped(place: Place, values: Values, error: InvalidValue) -> Skipped:
    """A feature that could not be used, from the fault that was found in it."""
    try:
        said_id = text(values, "id")
    except InvalidValue:
        said_id = ""
    reason, _, do = error.why.partition("; ")
    name = error.field.partition("[")[0].partition(".")[0].partition(",")[0]
    return Skipped(place, said_id, error.field, reason, do or _DO.get(name, "write it anew"))


def too_large(place: Place) -> Skipped:
    """A feature that takes too much room to be read."""
    return Skipped(place, "", place.noun, "is too large to be read", "cut it into several volumes of one notice")


class Names:
    """Ids for features that say none: their title, with their place in the file where that was taken already."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._taken: set[str] = set()

    def fallback(self, title: str, place: Place) -> str:
        """An id that this file has not had before."""
        name = " ".join(title.split())[:NAME_CHARS_MAX]
        if not name or not name.isprintable():
            name = f"{self._file}#{place.noun}-{place.index}"
        if name in self._taken:
            name = f"{name} ({place.noun} {place.index})"
        self._taken.add(name)
        return name


def text(values: Values, name: str) -> str:
    """A name as text, numbers as they were written; empty where nothing was said.

    Raises:
        InvalidValue: no text, too long, or characters that cannot be shown.
    """
    value = values.get(name)
    if value is None:
        return ""
    if type(value) is int or isinstance(value, Decimal):
        value = str(value)
    if not isinstance(value, str):
        raise InvalidValue(name, "must be text; write it in quotation marks")
    said = value.strip()
    if len(said) > NAME_CHARS_MAX:
        raise InvalidValue(name, f"has {len(said)} characters; write at most {NAME_CHARS_MAX}")
    if not said.isprintable():
        raise InvalidValue(name, "holds characters that cannot be shown; write letters, digits and spaces")
    return said


def category_from(said: str) -> str:
    """A category of the closed list, also with spaces or capitals; empty where none was said."""
    if not said:
        return ""
    name = "_".join(said.lower().replace("-", " ").split())
    if name not in CATEGORIES:
        raise InvalidValue("category", f"{said[:40]!r} is no category; write one of {', '.join(CATEGORIES)}")
    return name


def states_from(values: Values) -> tuple[tuple[str, str], ...]:
    """What a feature says that it carries or emits; what it does not say is absent, and is not no."""
    stated = []
    for name in STATED:
        said = " ".join(text(values, name).lower().replace("_", " ").split())
        if said and said not in ("yes", "no", "not stated"):
            raise InvalidValue(name, f"{said[:40]!r} is neither yes nor no; write yes, no, or nothing")
        stated += [(name, said)] if said else []
    return tuple(stated)


def band_from(values: Values, defaults: Defaults) -> AltitudeBand:
    """The band of heights; an absent face is unbounded.

    The caller's heights hold only where neither face is said: filling in one would make a volume smaller than its
    author said.
    """
    measured_from = text(values, "datum")
    datum = heights.datum(measured_from, "datum") if measured_from else None
    lower, upper = defaults.lower, defaults.upper
    if _is_said(values.get("lower")) or _is_said(values.get("upper")):
        lower, upper = _face(values, "lower"), _face(values, "upper")
    return heights.band(lower, upper, datum, ("lower", "upper", "datum"))


def window_from(values: Values, shapes: Sequence[Shape], defaults: Defaults) -> TimeWindow:
    """From start to end: as said, else from the times of the vertices, else the caller's."""
    times = [moment_us for shape in shapes for moment_us in shape.span_us or ()]
    start_us = _moment(values, "start", min(times) if times else defaults.start_us)
    end_us = _moment(values, "end", max(times) if times else defaults.end_us)
    if end_us < start_us:
        raise InvalidValue(
            "end", f"{format_time(end_us)} is before the start, {format_time(start_us)}; exchange the two"
        )
    if times and min(times) < start_us:
        raise InvalidValue("times", "begin before the start; write an earlier start, or leave start out")
    if times and max(times) > end_us:
        raise InvalidValue("times", "go on after the end; write a later end, or leave end out")
    return TimeWindow(start_us, end_us)


def times_from(said: object, where: str = "times") -> list[int]:
    """Moments of vertices from a list of text; None is none.

    Raises:
        InvalidValue: no list of moments.
    """
    if said is None:
        return []
    if not isinstance(said, list):
        raise InvalidValue(where, "must be a list with one time for each vertex; write them in square brackets")
    moments = []
    for number, item in enumerate(said, start=1):
        if not isinstance(item, str):
            raise InvalidValue(f"{where}, vertex {number}", f"must be text; {EXAMPLE}")
        moments.append(moment(item, f"{where}, vertex {number}"))
    return moments


def _is_said(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _face(values: Values, name: str) -> Height | None:
    said = values.get(name)
    return heights.height_from(said, name) if _is_said(said) else None


def _moment(values: Values, name: str, otherwise_us: int | None) -> int:
    said = values.get(name)
    if said is not None and not isinstance(said, str):
        raise InvalidValue(name, f"must be text; {EXAMPLE}")
    if said is not None and said.strip():
        return moment(said, name)
    if otherwise_us is None:
        raise InvalidValue(name, f"is missing; {EXAMPLE}, or give one for the whole file")
    return otherwise_us


def _sizes(values: Values, shapes: Sequence[Shape], defaults: Defaults) -> Iterator[int]:
    """The radius of each shape in millimetres; a size that nothing can use is a fault, lest an area be too small."""
    kinds = {type(shape.skeleton) for shape in shapes}
    radius_mm = _size(values, "radius", defaults.radius_m) if Point in kinds else 0
    half_width_mm = _size(values, "half_width", defaults.half_width_m) if Route in kinds else 0
    for kind, name, other in ((Point, "radius", "half_width"), (Route, "half_width", "radius")):
        said = _is_said(values.get(name)) or _is_said(values.get(f"{name}_m"))
        if kind not in kinds and said and _size(values, name, None) > 0:
            do = f"write {other} instead" if kinds <= {Point, Route} else "draw it larger, and leave this out"
            raise InvalidValue(name, f"is for {'circles' if kind is Point else 'routes'}, and this is none; {do}")
    of = {Point: radius_mm, Route: half_width_mm}
    return (of.get(type(shape.skeleton), 0) for shape in shapes)


def _size(values: Values, name: str, given_m: str | None) -> int:
    in_metres, with_unit = values.get(f"{name}_m"), values.get(name)
    if _is_said(with_unit):
        if _is_said(in_metres):
            raise InvalidValue(name, f"is said beside {name}_m; say one of them")
        if not isinstance(with_unit, str):
            raise InvalidValue(name, f"has no unit; write {name}_m for metres, or text such as 5km, 800m or 3nm")
        return length(with_unit, name)
    number = in_metres.strip() if isinstance(in_metres, str) else in_metres
    if number is None or number == "":
        if given_m is None:
            example = "circle needs a radius" if name == "radius" else "route needs a half-width"
            raise InvalidValue(f"{name}_m", f"is missing, and a {example}; {_SIZE_DO}")
        number = given_m
    if type(number) is not int and not isinstance(number, Decimal | str):
        raise InvalidValue(f"{name}_m", "must be a number of metres; write it such as 500")
    return metres(number, f"{name}_m")


def _volume(shape: Shape, size_mm: int, band: AltitudeBand, window: TimeWindow, *, starts: bool, ends: bool) -> Volume:
    """One volume; a route with times has its own window where none was said."""
    first_us, last_us = shape.span_us or (window.start_us, window.end_us)
    start_us = window.start_us if shape.opens and starts else first_us
    end_us = window.end_us if shape.closes and ends else last_us
    try:
        return Volume(shape.skeleton, size_mm, band, TimeWindow(start_us, end_us))
    except InvalidValue as error:
        name = "radius_m" if error.field == "radius_mm" else error.field
        raise InvalidValue(name, f"{error.why.partition('; ')[0]}; {_DO.get(name, 'write it anew')}") from error
