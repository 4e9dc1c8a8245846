"""Gaps between altitude bands, of one datum or of two (requirement R32, decisions 0010 and 0015).

Bands of one datum compare natively, in whole millimetres, whatever the datum. Bands of two are brought to one datum
by adding an *interval* of offsets to each face, and so have a least and a most gap instead of one:

* AMSL to W84: the undulation of the geoid where the two volumes may be near each other, with its error (`geoid`);
  over the whole earth -107 m to +86 m, and 2 m more each way because a national mean sea level is not the geoid.
* STD to AMSL: true height minus pressure height, -1500 m to +1000 m, and at least a tenth of the height either way.
  QNH between 950 and 1050 hPa alone makes -540 m to +300 m; cold or warm air does the rest, up to a tenth.

The second is a bound for anywhere and any day, wide on purpose: without a pressure setting that both parties hold, a
narrower figure would be a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand

GEOID_LOW_MM: Final = -109_000
GEOID_HIGH_MM: Final = 88_000
PRESSURE_LOW_MM: Final = -1_500_000
PRESSURE_HIGH_MM: Final = 1_000_000
_PRESSURE_SHARE: Final = 10  # one part in ten of the height

UNBOUNDED_MM: Final = 2**60
"""Stands for an absent face where every band needs two numbers; far beyond any height that can be said."""


class Undulation(NamedTuple):
    """Between which heights above the ellipsoid mean sea level lies somewhere, in mm, with every error of it."""

    low_mm: int
    high_mm: int


ANYWHERE: Final = Undulation(GEOID_LOW_MM, GEOID_HIGH_MM)
"""The whole earth's."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The least and the most vertical gap that two bands can have, in mm; equal unless their datums differ."""

    least_mm: int
    most_mm: int


def crosses_the_geoid(a: AltitudeBand, b: AltitudeBand) -> bool:
    """Whether the gap between two bands rests on where mean sea level is above the ellipsoid."""
    return (a.datum is Datum.W84) is not (b.datum is Datum.W84)


def gap(a: AltitudeBand, b: AltitudeBand, at: Undulation = ANYWHERE) -> Gap:
    """The gap between two bands where they may be near each other; 0 where they touch or overlap."""
    if a.datum is b.datum:
        apart_mm = max(0, _native_mm(a, b), _native_mm(b, a))
        return Gap(apart_mm, apart_mm)
    common = Datum.W84 if Datum.W84 in (a.datum, b.datum) else Datum.AMSL
    faces_a, faces_b = _faces(a, common, at), _faces(b, common, at)
    upward, downward = _between(faces_a, faces_b), _between(faces_b, faces_a)
    return Gap(max(0, upward.least_mm, downward.least_mm), max(0, upward.most_mm, downward.most_mm))


def widest_w84_mm(band: AltitudeBand) -> tuple[int, int]:
    """A band above the ellipsoid that surely holds a band, for finding candidates; `UNBOUNDED_MM` for no face.

    The whole earth's undulation: a pair's is known only when both are, and levels and heights above the sea meet above
    the sea, and must not be parted by two undulations of two places.
    """
    lower, upper = _faces(band, Datum.W84, ANYWHERE)
    return -UNBOUNDED_MM if lower is None else lower[0], UNBOUNDED_MM if upper is None else upper[1]


def _native_mm(below: AltitudeBand, above: AltitudeBand) -> int:
    return above.lower_mm - below.upper_mm if below.upper_mm is not None and above.lower_mm is not None else 0


_Face = tuple[int, int] | None
"""Between which heights a face lies; None where there is none."""


def _faces(band: AltitudeBand, common: Datum, at: Undulation) -> tuple[_Face, _Face]:
    return _face(band.lower_mm, band.datum, common, at), _face(band.upper_mm, band.datum, common, at)


def _between(below: tuple[_Face, _Face], above: tuple[_Face, _Face]) -> Gap:
    """From the upper face of one band up to the lower face of the other; negative where they overlap."""
    upper, lower = below[1], above[0]
    if upper is None or lower is None:
        return Gap(-UNBOUNDED_MM, -UNBOUNDED_MM)
    return Gap(lower[0] - upper[1], lower[1] - upper[0])


def _face(face_mm: int | None, said: Datum, common: Datum, at: Undulation) -> _Face:
    """Between which heights above `common` a face lies that was said in another datum."""
    if face_mm is None or said is common:
        return None if face_mm is None else (face_mm, face_mm)
    low_mm = high_mm = face_mm
    if said is Datum.STD:
        share_mm = abs(face_mm) // _PRESSURE_SHARE + 1
        low_mm += min(PRESSURE_LOW_MM, -share_mm)
        high_mm += max(PRESSURE_HIGH_MM, share_mm)
    if common is Datum.W84:
        low_mm += at.low_mm
        high_mm += at.high_mm
    return low_mm, high_mm
