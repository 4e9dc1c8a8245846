"""What a map shows, for the page and for the picture alike: outlines, clashes with their places, words, the time span.

Everything that came from a file or from another party is text here, with what would turn or hide it made visible. Of a
check against a channel a scene has the own drafts and the others' ids, and no place but those on the drafts (N13).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from wellclear.airspace.conflict import Conflict
from wellclear.airspace.geodesy import Floats
from wellclear.apps.check import words
from wellclear.apps.check.against import Meeting
from wellclear.apps.check.blocks import Block, conflict_block, meeting_block
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.map.land import land_around
from wellclear.apps.check.map.outlines import Outline, degrees, outline, rings_of
from wellclear.apps.check.map.plane import Plane
from wellclear.apps.check.plan import Checked, Plan
from wellclear.apps.figures import listed, shape, window
from wellclear.domain.canonical import forbidden_character
from wellclear.domain.quantities import Position
from wellclear.domain.rings import Ring
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton
from wellclear.interop.planned import Planned

DRAWN_MAX: Final = 3_000
"""Above so many volumes only those in clashes are drawn, and the rest as how many there are in a cell."""
CLASHES_MAX: Final = 2_000
"""The worst so many clashes are told; all are in the other forms of the answer."""
OVERLAPS_MAX: Final = 500
NOTES_MAX: Final = 100
LONG: Final = 20
"""A window so many times longer than the usual one does not stretch the time axis."""
_CELLS: Final = 120

NO_CLEARANCE: Final = "Planning sketch, not a clearance. Nothing was announced and nobody was told."

Bounds = tuple[float, float, float, float]
AnyChecked = Checked | ChannelChecked


@dataclass(frozen=True, slots=True)
class Shape:
    """One volume as it is drawn. `legs` are the windows of its lines, for a route with times."""

    planned: Planned
    party: int
    outline: Outline
    legs: tuple[tuple[int, int], ...]
    clashes: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """A pair that clashes: `block` is how it is said; `a`, `b` are indexes of shapes (None: not drawn, not ours).

    `at` are one or two points of the plane, none where no place is told; `window` likewise. `severity` sorts: least
    is worst.
    """

    number: int
    block: Block
    a: int | None
    b: int | None
    ids: tuple[str, str]
    at: Floats
    window: tuple[int, int] | None
    severity: float
    overlap: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Density:
    """Volumes that are not drawn: how many have their middle in each square of the plane."""

    cell_m: float
    corners: Floats
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn and said. `span` is the time axis, which leaves out what is far longer than the rest."""

    plane: Plane
    headline: str
    against: str
    lines: tuple[str, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    parties: tuple[tuple[str, int], ...]
    shapes: tuple[Shape, ...]
    clashes: tuple[Clash, ...]
    clashes_found: int
    density: Density
    span: tuple[int, int] | None
    was_compared: bool
    own: str
    exercise: bool = False
    bounds: Bounds = (0.0, 0.0, 0.0, 0.0)
    land: tuple[tuple[str, Floats], ...] = ()


def visible(text: str) -> str:
    """Text in which nothing turns, hides or breaks what stands beside it (R23)."""
    if forbidden_character(text) is None:
        return text
    return "".join(
        letter if forbidden_character(letter) is None else f"<U+{ord(letter):04X}>" for letter in text
    )  # fmt: skip


def scene_of(checked: AnyChecked, *, drawn_max: int = DRAWN_MAX) -> Scene:
    """Everything about a check that can be drawn; `drawn_max` as `DRAWN_MAX`."""
    plan = checked.plan
    everything = [planned for notice in plan.notices.values() for planned in notice.planned]
    kept = _worst(checked)
    concerned = {id_ for one in kept for id_ in one.notices}
    drawn = _drawn(everything, kept, concerned, drawn_max)
    plane = Plane.around(*degrees(corner for one in everything for corner in corners(one.volume.skeleton)))
    parties = {name: number for number, name in enumerate(plan.parties)}
    shapes = tuple(
        Shape(one, parties[one.party], outline(one.volume, plane), _legs(one), one.notice in concerned) for one in drawn
    )
    clashes = tuple(_clashes(kept, plane, shapes))
    bounds = _bounds(shapes, clashes, plane, everything)
    told = _told(checked)
    return Scene(
        plane=plane,
        headline=visible(told.headline),
        against=visible(told.against),
        lines=tuple(visible(line) for line in (checked.minima.lines() if checked.was_compared else ())),
        skipped=tuple(visible(str(one)) for one in plan.skipped[:NOTES_MAX]),
        notes=(*_unfilled(shapes), *_notes(plan, everything)),
        parties=tuple((visible(name), count) for name, count in plan.parties.items()),
        shapes=shapes,
        clashes=clashes,
        clashes_found=told.found,
        density=_density(everything, drawn, plane),
        span=_span(drawn or everything, [clash.window for clash in clashes]),
        was_compared=checked.was_compared,
        own=visible(told.own),
        exercise=told.exercise,
        bounds=bounds,
        land=tuple(land_around(plane, bounds)) if everything else (),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What the two kinds of check say of themselves."""

    headline: str
    against: str
    found: int
    own: str = ""
    exercise: bool = False


def _told(checked: AnyChecked) -> _Told:
    if isinstance(checked, ChannelChecked):
        headline, against = checked.headline(), checked.against()
        return _Told(headline, against, len(checked.meetings), checked.party, checked.exercise)
    return _Told(words.headline(checked), words.against(checked), len(checked.conflicts))


def corners(skeleton: Skeleton) -> Iterator[Position]:
    """The positions that a skeleton is made of."""
    match skeleton:
        case Point(position):
            yield position
        case Route(vertices, _):
            yield from vertices
        case Polygon(rings):
            yield from _first(rings)
        case Polygons(parts):
            for part in parts:
                yield from _first(part.rings)


def _first(rings: Sequence[Ring]) -> Ring:
    return rings[0]  # holes lie inside


@dataclass(frozen=True, slots=True)
class _Kept:
    """A clash before it is drawn: its number in the answer, whose volumes come nearest, where and when."""

    number: int
    block: Block
    ids: tuple[str, str]
    notices: tuple[str, ...]
    volumes: tuple[str, ...]
    places: tuple[Position, ...]
    window: tuple[int, int] | None
    severity: float
    overlaps: bool


def _worst(checked: AnyChecked) -> list[_Kept]:
    """The worst `CLASHES_MAX` in the order of their numbers; found in one pass, because a million are not held."""
    if isinstance(checked, ChannelChecked):
        return [_of_meeting(checked, number, one) for number, one in enumerate(checked.meetings[:CLASHES_MAX], 1)]
    worst = nsmallest(
        CLASHES_MAX,
        enumerate(checked.conflicts, 1),
        key=lambda row: (row[1].verdict, row[1].lateral_margin_mm, row[0]),
    )
    return [_of_conflict(checked, number, one) for number, one in sorted(worst, key=lambda row: row[0])]


def _of_conflict(checked: Checked, number: int, conflict: Conflict) -> _Kept:
    places = checked.places(conflict)
    return _Kept(
        number, conflict_block(checked, conflict), (conflict.a, conflict.b), (conflict.a, conflict.b),
        tuple(checked.volume_of(conflict, side).id for side in "ab"), places[: 1 + (places[0] != places[1])],
        (conflict.start_us, conflict.end_us), conflict.lateral_margin_mm, not conflict.lateral_mm,
    )  # fmt: skip


def _of_meeting(checked: ChannelChecked, number: int, meeting: Meeting) -> _Kept:
    figures = meeting.figures
    return _Kept(
        number, meeting_block(checked, meeting), (meeting.a, meeting.b), (meeting.a,),
        (checked.own_volume(meeting).id,), (Position(figures["lat_e7"], figures["lon_e7"]),) if figures else (),
        (figures["start_us"], figures["end_us"]) if figures else None,
        figures["lateral_margin_mm"] if figures else 0, False,
    )  # fmt: skip


def _drawn(
    everything: Sequence[Planned], kept: Sequence[_Kept], concerned: set[str], drawn_max: int
) -> Sequence[Planned]:
    """All volumes, or where they are too many those of notices in clashes, what comes nearest before the rest of it."""
    if len(everything) <= drawn_max:
        return everything
    nearest = {id_ for one in kept for id_ in one.volumes}
    wanted = [one for one in everything if one.notice in concerned]
    first = sorted(wanted, key=lambda one: one.id not in nearest)[:drawn_max]
    chosen = {one.id for one in first}
    return [one for one in wanted if one.id in chosen]


def _legs(planned: Planned) -> tuple[tuple[int, int], ...]:
    skeleton, span = planned.volume.skeleton, planned.volume.window
    if not isinstance(skeleton, Route) or not skeleton.times_us:
        return ()
    return tuple(pairwise((span.start_us, *skeleton.times_us[1:-1], span.end_us)))


def _unfilled(shapes: Sequence[Shape]) -> Iterator[str]:
    around = [visible(one.planned.id) for one in shapes if not one.outline.filled]
    if around:
        more = f" and {len(around) - 5} more" if len(around) > 5 else ""
        yield f"Drawn as an edge alone, because it reaches around the earth: {', '.join(around[:5])}{more}."


def _notes(plan: Plan, everything: Sequence[Planned]) -> Iterator[str]:
    datums = sorted({one.volume.band.datum.value for one in everything if one.volume.band != _unbounded(one)})
    if len(datums) > 1:
        yield (
            f"Heights are from {listed(datums)}: the strip keeps them apart. They were compared with the error "
            "of the conversion added both ways."
        )
    for number, (planned, said) in enumerate(plan.notes()):
        if number == NOTES_MAX:
            yield "There are more notes; --json lists them all."
            return
        yield visible(f"{planned.place} ({planned.id}): {said}.")


def _unbounded(planned: Planned) -> object:
    band = planned.volume.band
    return band if band.lower_mm is None and band.upper_mm is None else None


def _clashes(kept: Sequence[_Kept], plane: Plane, shapes: Sequence[Shape]) -> Iterator[Clash]:
    drawn = {shape_.planned.id: number for number, shape_ in enumerate(shapes)}
    for order, one in enumerate(kept):
        a, b = (drawn.get(id_) for id_ in (*one.volumes, "")[:2])
        overlap: tuple[Floats, ...] = ()
        if a is not None and b is not None and one.overlaps and order < OVERLAPS_MAX:
            overlap = _overlap(shapes[a].outline, shapes[b].outline)
        yield Clash(
            one.number, _plainly(one.block), a, b, (visible(one.ids[0]), visible(one.ids[1])),
            plane.project(*degrees(one.places)), one.window, one.severity, overlap,
        )  # fmt: skip


def _plainly(block: Block) -> Block:
    lines = tuple((label, visible(text)) for label, text in block.lines)
    return Block(block.verdict, visible(block.pair), lines, tuple(visible(cell) for cell in block.short))


def _overlap(a: Outline, b: Outline) -> tuple[Floats, ...]:
    try:
        return rings_of(shapely.intersection(a.area(), b.area()))
    except shapely.GEOSException:
        return ()  # a hatching less; the clash itself was found elsewhere and keeps its mark


def _density(everything: Sequence[Planned], drawn: Sequence[Planned], plane: Plane) -> Density:
    seen = {one.id for one in drawn}
    left = [next(corners(one.volume.skeleton)) for one in everything if one.id not in seen]
    if not left:
        return Density(1.0, np.empty((0, 2)), ())
    points = plane.project(*degrees(left))
    cell_m = max(float(np.ptp(points, axis=0).max()) / _CELLS, 1.0)
    corner, counts = np.unique(np.floor(points / cell_m), axis=0, return_counts=True)
    return Density(cell_m, corner * cell_m, tuple(int(count) for count in counts))


def _span(drawn: Sequence[Planned], clashes: Sequence[tuple[int, int] | None]) -> tuple[int, int] | None:
    windows = [(one.volume.window.start_us, one.volume.window.end_us) for one in drawn]
    if not windows:
        return None
    usual = float(np.median([end - start for start, end in windows]))
    kept = [one for one in windows if one[1] - one[0] <= LONG * usual]
    kept += [one for one in clashes if one is not None and one[1] - one[0] <= LONG * usual]
    return min(start for start, _ in kept), max(end for _, end in kept)


def _bounds(shapes: Sequence[Shape], clashes: Sequence[Clash], plane: Plane, everything: Sequence[Planned]) -> Bounds:
    """West, south, east, north of all that is drawn, in metres of the plane."""
    parts = [one.outline.points() for one in shapes] + [clash.at for clash in clashes]
    if not shapes:
        parts.append(plane.project(*degrees(next(corners(one.volume.skeleton)) for one in everything)))
    points = np.concatenate(parts) if parts else np.empty((0, 2))
    if not len(points):
        return (-1000.0, -1000.0, 1000.0, 1000.0)
    west, south = (float(value) for value in points.min(axis=0))
    east, north = (float(value) for value in points.max(axis=0))
    return west, south, east, north


def said(planned: Planned) -> tuple[str, str, str]:
    """Where, how high and when one volume is, in words."""
    return visible(shape(planned.volume)), visible(words.heights(planned)), window(planned.volume)
