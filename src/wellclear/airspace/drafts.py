"""A draft as red lines see it: its volumes and what it states of itself; whatever it leaves open is unknown.

The same form holds an announced notice, of which a reader may know no more than a cell and a slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from wellclear.airspace.expressions import Fact
from wellclear.airspace.red_line_terms import CAPABILITIES, NO_FACE_M, Capability
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.quantities import WHOLE_MAX, Datum, Position
from wellclear.domain.volume import WHOLE_EARTH_MM, AltitudeBand, Point, TimeWindow, Volume
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.errors import InvalidValue

NOWHERE_SAID: Final = Volume(
    Point(Position(0, 0)), WHOLE_EARTH_MM, AltitudeBand(Datum.AMSL, None, None), TimeWindow(-WHOLE_MAX, WHOLE_MAX)
)
"""Stands in for a draft without a volume: it may be anywhere, at any time."""

_OPPOSITE: Final[dict[Capability, Capability]] = {"crewed": "uncrewed", "uncrewed": "crewed"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What is planned, or what is known of a notice.

    `category` is empty and `purpose` and `count` None where they are not known; `has` and `lacks` are the capabilities
    that it states with yes and with no. `coarse`: the one volume is a disclosed cell and slot. `stand_ins` are the
    indexes of volumes that stand in for geometry that could not be computed.

    Raises:
        InvalidValue: no volume; `NOWHERE_SAID` stands in for what is not said.
    """

    volumes: tuple[Volume, ...]
    category: str = ""
    has: frozenset[Capability] = frozenset()
    lacks: frozenset[Capability] = frozenset()
    count: int | None = None
    purpose: str | None = None
    coarse: bool = False
    stand_ins: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.volumes:
            raise InvalidValue("volumes", "a draft covers one volume or more")

    def vague(self, index: int) -> bool:
        """Whether a volume is wider than what is meant."""
        return self.coarse or index in self.stand_ins

    def without(self, capabilities: Sequence[Capability]) -> Draft:
        """The same, stating that it has none of some capabilities."""
        gone = frozenset(capabilities)
        return replace(self, has=self.has - gone, lacks=self.lacks | gone)

    def starts_us(self) -> tuple[int, int] | None:
        """The least and the greatest moment at which it may first start; None where nothing bounds it."""
        if any(index in self.stand_ins for index in range(len(self.volumes))):
            return None
        first_us = min(volume.window.start_us for volume in self.volumes)
        return first_us, max(volume.window.end_us for volume in self.volumes) if self.coarse else first_us

    def facts(self, now_us: int) -> dict[str, Fact]:
        """What is known of it as a whole, by the names of an expression."""
        facts: dict[str, Fact] = {}
        if self.category in CATEGORIES:
            facts["category"] = self.category
        if self.purpose is not None:
            facts["purpose"] = self.purpose
        if self.count is not None:
            facts["count"] = self.count
        starts_us = self.starts_us()
        if starts_us is not None and starts_us[0] == starts_us[1]:
            facts["lead_s"] = (starts_us[0] - now_us) // _SECOND_US
        return facts | dict.fromkeys(self.has, True) | dict.fromkeys(self.lacks, False)


def draft_from(volumes: Sequence[object], fields: Mapping[str, object], *, coarse: bool = False) -> Draft:
    """A draft from volumes in the form of `domain.volume_fields` and the members of a notice's other groups.

    `fields` are as `draft_of` reads them. Nothing raises: a volume that cannot be computed becomes the cap that surely
    covers it.
    """
    read = [volume_or_cap(one) for one in volumes]
    stand_ins = frozenset(index for index, (_, fault) in enumerate(read) if fault is not None)
    return draft_of(tuple(volume for volume, _ in read), fields, coarse=coarse, stand_ins=stand_ins)


def draft_of(
    volumes: tuple[Volume, ...],
    fields: Mapping[str, object],
    *,
    coarse: bool = False,
    stand_ins: frozenset[int] = frozenset(),
) -> Draft:
    """A draft, or a notice as far as it is open, from volumes that were read already.

    `fields` may hold `category`, `count`, `purpose` and every capability by its code, said with yes or no. What cannot
    be read is unknown; where there is no volume, it may be anywhere. Nothing raises.
    """
    category, count, purpose = (fields.get(name) for name in ("category", "count", "purpose"))
    known = category if isinstance(category, str) and category in CATEGORIES else ""
    stated: dict[Capability, bool] = {"uncrewed": True} if known == "drone" else {}
    for capability in CAPABILITIES:
        said = fields.get(capability)
        if said in ("yes", "no"):
            stated[capability] = said == "yes"
    for one, other in _OPPOSITE.items():
        if one in stated:
            stated.setdefault(other, not stated[one])
    return Draft(
        volumes=volumes or (NOWHERE_SAID,),
        category=known,
        has=frozenset(name for name, has in stated.items() if has),
        lacks=frozenset(name for name, has in stated.items() if not has),
        count=count if type(count) is int and 0 <= count <= WHOLE_MAX else None,
        purpose=purpose if isinstance(purpose, str) else None,
        coarse=coarse,
        stand_ins=stand_ins if volumes else frozenset({0}),
    )


def facts_of(volume: Volume) -> dict[str, Fact]:
    """What is known of one volume (of a route with times, one leg) by the names of an expression.

    Heights are known only where they are said above mean sea level: those of another datum are an interval there.
    """
    facts: dict[str, Fact] = {"start": _moment(volume.window.start_us), "end": _moment(volume.window.end_us)}
    lower_mm, upper_mm = volume.band.lower_mm, volume.band.upper_mm
    if volume.band.datum is Datum.AMSL or lower_mm is None:
        facts["lower_m"] = -NO_FACE_M if lower_mm is None else lower_mm // 1_000
    if volume.band.datum is Datum.AMSL or upper_mm is None:
        facts["upper_m"] = NO_FACE_M if upper_mm is None else -(-upper_mm // 1_000)
    return facts


def _moment(moment_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment_us)
