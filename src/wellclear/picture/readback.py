"""Whether a read-back fits what was said (R5): a mismatch over the agreed tolerance stays UNCONFIRMED.

Each volume is read back by its first position, lower and upper face and start. Whole numbers are compared as they are;
positions by their distance, which is *computed* (floats) and so decides nothing that is signed or digested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, UnsetType

from wellclear.domain.measures import distance, exact_moment, height
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import NOTICE_GROUPS, Difference, ReadbackRow
from wellclear.domain.quantities import E7, Position
from wellclear.picture.view_items import AckView, Shape, Version

_A_MM = 6_378_137_000.0
_E2 = 0.00669437999014  # first eccentricity squared of WGS-84
_R_MM = 6_371_000_000.0
_NOTHING = "nothing that can be read"


@dataclass(frozen=True, slots=True)
class ReadbackDifference:
    """One value that came back other than it was said, both in words; `distance_mm` for positions, else None.

    `volume` counts from 0, as on the wire; what people read counts from 1.
    """

    volume: int
    field: Literal["position", "lower", "upper", "start", "count"]
    said: str
    read: str
    distance_mm: int | None = None

    def __str__(self) -> str:
        if self.distance_mm is not None:
            return f"volume {self.volume + 1}: first position {distance(self.distance_mm)} from what was announced"
        return str(self.as_part())

    def as_part(self) -> Difference:
        """The form in which `readback_wrong` tells it."""
        return Difference(volume=self.volume, field=self.field, said=self.said, read=self.read)


def distance_mm(a: Position, b: Position) -> int:
    """How far two positions are apart along the surface of the ellipsoid, in millimetres.

    The straight line between the two points of the WGS-84 ellipsoid, lengthened to the arc of a sphere:
    s = 2 R asin(c / 2 R). The sphere's radius enters only through the lengthening, c^3 / 24 R^2, so that the error
    stays below 1 mm up to 30 km, 5 cm up to 100 km and a thousandth of the distance anywhere.
    """
    chord_mm = math.dist(_geocentric_mm(a), _geocentric_mm(b))
    return round(2 * _R_MM * math.asin(min(1.0, chord_mm / (2 * _R_MM))))


def _geocentric_mm(position: Position) -> tuple[float, float, float]:
    lat, lon = math.radians(position.lat_e7 / E7), math.radians(position.lon_e7 / E7)
    across_mm = _A_MM / math.sqrt(1 - _E2 * math.sin(lat) ** 2)
    return (
        across_mm * math.cos(lat) * math.cos(lon),
        across_mm * math.cos(lat) * math.sin(lon),
        across_mm * (1 - _E2) * math.sin(lat),
    )


def readback_differences(version: Version, ack: AckView) -> tuple[ReadbackDifference, ...] | None:
    """Every value beyond the tolerances of the agreement under which the version was announced.

    Empty when all of it fits; None while the read-back, or what was said, is not open to this reader. Who had been
    shown no volume when it answered has nothing to read back (R25).
    """
    if ack.rows is None or version.shapes is None:
        return None
    notice = len(version.shown_first) == len(NOTICE_GROUPS)
    if notice and not ack.rows and not version.had_shown("volume", party_of_desk(ack.desk), ack.index):
        return ()
    found: list[ReadbackDifference] = []
    if len(ack.rows) != len(version.shapes):
        found.append(ReadbackDifference(0, "count", str(len(version.shapes)), str(len(ack.rows))))
    for number, (shape, row) in enumerate(zip(version.shapes, ack.rows, strict=False)):
        found += _of_volume(number, shape, row, version)
    return tuple(found)


def _of_volume(number: int, shape: Shape, row: ReadbackRow, version: Version) -> list[ReadbackDifference]:
    tolerances, band, window = version.terms.tolerances, shape.volume.band, shape.volume.window
    found: list[ReadbackDifference] = []
    read = Position(row.lat_e7, row.lon_e7)
    if shape.first is None:
        found.append(ReadbackDifference(number, "position", _NOTHING, str(read)))
    else:
        away_mm = distance_mm(shape.first, read)
        if away_mm > tolerances.position_mm:
            found.append(ReadbackDifference(number, "position", str(shape.first), str(read), away_mm))
    datum = band.datum.value
    if _far(band.lower_mm, row.lower_mm, tolerances.height_mm):
        found.append(ReadbackDifference(number, "lower", _face(band.lower_mm, datum), _face(row.lower_mm, datum)))
    if _far(band.upper_mm, row.upper_mm, tolerances.height_mm):
        found.append(ReadbackDifference(number, "upper", _face(band.upper_mm, datum), _face(row.upper_mm, datum)))
    start = exact_moment(row.start_us)
    if not shape.timed:
        found.append(ReadbackDifference(number, "start", _NOTHING, start))
    elif abs(window.start_us - row.start_us) > tolerances.time_us:
        found.append(ReadbackDifference(number, "start", exact_moment(window.start_us), start))
    return found


def _far(said_mm: int | None, read_mm: int | UnsetType, tolerance_mm: int) -> bool:
    if said_mm is None or read_mm is UNSET:
        return (said_mm is None) != (read_mm is UNSET)
    return abs(said_mm - read_mm) > tolerance_mm


def _face(face_mm: int | UnsetType | None, datum: str) -> str:
    """A read-back carries no datum of its own: its heights are measured from what those announced are."""
    return "unbounded" if face_mm is None or face_mm is UNSET else height(face_mm, datum)
