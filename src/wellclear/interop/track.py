"""A flown track as planned volumes: corridors with a moment for each vertex that hold every fix at its moment.

Each segment (a stretch without gap or jump, `sifting`) is thinned to legs and cut where that saves height: a climb in
one band would claim every level on all of its way. All volumes are of one notice, and neighbours of one segment share
their turning point and its moment. The half-width is the caller's and the tolerance together, so a fix is inside by at
least the caller's; the band reaches from the lowest to the highest fix of its legs, and `below_mm` and `above_mm`
beyond, rounded outward to whole hundreds of feet (STD) or ten metres (W84).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from wellclear.domain.quantities import Datum
from wellclear.domain.rings import place
from wellclear.domain.volume import VERTICES_MAX, AltitudeBand, Point, Route, TimeWindow, Volume
from wellclear.errors import InvalidValue
from wellclear.interop.fixes import Fix
from wellclear.interop.planned import Place, Planned
from wellclear.interop.recordings import Recording, row_count
from wellclear.interop.sifting import Limits, Sifted, sifted
from wellclear.interop.steps import Flown, steps_of
from wellclear.interop.thinning import Tolerance, thinned

TOLERANCE_MM_MIN: Final = 1_000
BANDS_MAX: Final = 100
_STEP_MM: Final = {Datum.STD: 30_480, Datum.W84: 10_000}


@dataclass(frozen=True, slots=True)
class Shaping:
    """How a corridor is drawn around a track; lengths in mm, moments in us.

    `geometric` asks for heights above the ellipsoid; None takes those by the barometer unless only the others are said.
    `start_us` is when the first fix shall be, or None for when it was; `shift_us` is added.

    Raises:
        InvalidValue: a tolerance below a metre, a margin below zero, no bands or too many.
    """

    half_width_mm: int = 1_852_000
    below_mm: int = 152_400
    above_mm: int = 152_400
    tolerance_mm: int = 200_000
    bands: int = 8
    leg_us: int = 300_000_000
    limits: Limits = field(default_factory=Limits)
    geometric: bool | None = None
    start_us: int | None = None
    shift_us: int = 0

    def __post_init__(self) -> None:
        if self.tolerance_mm < TOLERANCE_MM_MIN:
            raise InvalidValue("tolerance", "must be a metre or more")
        if min(self.half_width_mm, self.below_mm, self.above_mm) < 0:
            raise InvalidValue("half_width, below, above", "must not be below zero")
        if not 1 <= self.bands <= BANDS_MAX:
            raise InvalidValue("bands", f"must be between 1 and {BANDS_MAX}")
        if self.leg_us <= 0:
            raise InvalidValue("leg", "must be longer than nothing")


class Named(NamedTuple):
    """Whose the volumes will be, and what they are called."""

    id: str
    party: str
    category: str


@dataclass(frozen=True, slots=True)
class Routed:
    """A track as volumes, and all that is not in them. `datum` is None where no height was reported at all."""

    volumes: tuple[Planned, ...]
    sifted: Sifted
    datum: Datum | None
    shift_us: int
    used: int
    without_height: int


def track_to_route(recording: Recording, file: str, named: Named, shaping: Shaping) -> Routed:
    """The volumes around one aircraft's track.

    Raises:
        InvalidValue: nothing in the recording can be used; or moved in time it leaves what can be said.
    """
    geometric = _is_geometric(recording.fixes, shaping.geometric)
    limits = Limits(shaping.limits.gap_us, shaping.limits.speed_m_s, geometric)
    found = sifted(recording.fixes, limits)
    if not found.segments:
        said = "; ".join(f"{row_count(count)} {why}" for why, count in recording.dropped.most_common())
        raise InvalidValue(file, f"no position of {recording} can be used: {said}")
    first = found.segments[0][0]
    shift_us = shaping.shift_us + (0 if shaping.start_us is None else shaping.start_us - first.moment_us)
    kept = [fix for segment in found.segments for fix in segment]
    heights = [fix.height_mm(geometric=geometric) for fix in kept]
    without = sum(height is None for height in heights)
    datum = None if without == len(kept) else Datum.W84 if geometric else Datum.STD
    drawn: list[Volume] = []
    for segment in found.segments:
        drawn += _volumes(segment, shaping, datum, shift_us)
    at, alone = Place(file, noun="track"), len(drawn) == 1
    volumes = tuple(
        Planned(named.id if alone else f"{named.id}/{number}", named.id, named.party, named.category, volume, at)
        for number, volume in enumerate(drawn, start=1)
    )
    return Routed(volumes, found, datum, shift_us, len(kept), without)


def _is_geometric(fixes: Sequence[Fix], wanted: bool | None) -> bool:
    if wanted is not None:
        return wanted
    return all(fix.barometric_mm is None for fix in fixes) and any(fix.geometric_mm is not None for fix in fixes)


class _Leg(NamedTuple):
    """From one fix of a segment to another, indices both included."""

    first: int
    last: int


def _volumes(segment: Sequence[Fix], shaping: Shaping, datum: Datum | None, shift_us: int) -> Iterator[Volume]:
    """The volumes of one segment; a circle where the aircraft did not move."""
    radius_mm = shaping.half_width_mm + shaping.tolerance_mm
    flown = _flown(segment, geometric=datum is Datum.W84)
    legs = _legs(segment, shaping)
    if not legs:
        window = TimeWindow(segment[0].moment_us + shift_us, segment[-1].moment_us + shift_us)
        band = _band(flown.extremes(0, len(segment) - 1), datum, shaping)
        yield Volume(Point(segment[0].position), radius_mm, band, window)
        return
    for run in steps_of(flown, [(leg.first, leg.last) for leg in legs], shaping.bands):
        for some in _cut(segment, legs[run.start : run.stop]):
            vertices = [segment[some[0].first], *(segment[leg.last] for leg in some)]
            moments = tuple(fix.moment_us + shift_us for fix in vertices)
            route = Route(tuple(fix.position for fix in vertices), moments)
            band = _band(flown.extremes(some[0].first, some[-1].last), datum, shaping)
            yield Volume(route, radius_mm, band, TimeWindow(moments[0], moments[-1]))


def _legs(segment: Sequence[Fix], shaping: Shaping) -> list[_Leg]:
    """Legs from the first fix to the last; none ends where it begins, but the last one of a segment may.

    A leg that goes nowhere is made one with the leg after it, which begins there and so holds the same fixes.
    """
    corners = thinned(segment, Tolerance(shaping.tolerance_mm / 1000, leg_us=shaping.leg_us))
    legs: list[_Leg] = []
    start = corners[0]
    for corner in corners[1:]:
        if place(segment[start].position) == place(segment[corner].position) and corner != corners[-1]:
            continue
        legs.append(_Leg(start, corner))
        start = corner
    still = legs and place(segment[legs[-1].first].position) == place(segment[legs[-1].last].position)
    if still and len(legs) == 1:
        return []
    if still:
        last = legs.pop()
        legs[-1] = _Leg(legs[-1].first, last.last)
    return legs


def _cut(segment: Sequence[Fix], legs: Sequence[_Leg]) -> Iterator[Sequence[_Leg]]:
    """Legs in portions that one route may have: so many vertices, and no more of the earth than it allows."""
    if len(legs) < VERTICES_MAX:
        try:
            Route(tuple(segment[index].position for index in (legs[0].first, *(leg.last for leg in legs))))
        except InvalidValue:
            if len(legs) == 1:
                raise
        else:
            yield legs
            return
    half = len(legs) // 2
    yield from _cut(segment, legs[:half])
    yield from _cut(segment, legs[half:])


def _flown(segment: Sequence[Fix], *, geometric: bool) -> Flown:
    """Heights and moments; a fix without a height may have been anywhere between those before and after it."""
    said = [fix.height_mm(geometric=geometric) for fix in segment]
    ahead = _carried(said)
    behind = _carried(said[::-1])[::-1]
    between = [[height for height in pair if height is not None] for pair in zip(ahead, behind, strict=True)]
    return Flown(
        [fix.moment_us for fix in segment],
        [min(pair, default=None) for pair in between],
        [max(pair, default=None) for pair in between],
    )


def _carried(heights: Sequence[int | None]) -> list[int | None]:
    carried: list[int | None] = []
    for height in heights:
        carried.append(height if height is not None or not carried else carried[-1])
    return carried


def _band(extremes: tuple[int, int] | None, datum: Datum | None, shaping: Shaping) -> AltitudeBand:
    if extremes is None or datum is None:
        return AltitudeBand(datum or Datum.AMSL, None, None)
    step_mm = _STEP_MM[datum]
    lower_mm, upper_mm = extremes[0] - shaping.below_mm, extremes[1] + shaping.above_mm
    return AltitudeBand(datum, lower_mm // step_mm * step_mm, -(-upper_mm // step_mm) * step_mm)


def legs_within(volumes: Sequence[Planned]) -> int:
    """How many legs some volumes have together."""
    return sum(len(volume.volume.legs()) for volume in volumes)
