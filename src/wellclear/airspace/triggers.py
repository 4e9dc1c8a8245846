"""The trigger of a red line: what a draft must be for its declarer to see the line touched (R31).

Every part that is given must hold; an absent one asks for nothing. One exception: an expression that names `inside`
decides about the place itself, so `inside || category == 'survey'` is a line that no flight around the area avoids.

    {"area"?: volume, "categories"?: [code], "capabilities"?: [code], "lead_us"?: n, "cel"?: "expression"}

`area` is a circle, a polygon or polygons as a volume is written (`domain.volume_fields`), but its `band`, `start_us`
and `end_us` may be absent: then every height, or every time before or after, is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wellclear.airspace.expressions import Expression, expression_from
from wellclear.airspace.red_line_terms import CAPABILITIES, Capability
from wellclear.domain.agreement import CATEGORIES, DAY_US, Category
from wellclear.domain.quantities import WHOLE_MAX
from wellclear.domain.volume import Route, Volume
from wellclear.domain.volume_fields import Fields, volume_fields, volume_from
from wellclear.errors import InvalidValue

LEAD_US_MAX: Final = 366 * DAY_US

_MEMBERS: Final = ("area", "categories", "capabilities", "lead_us", "cel")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What is asked of a draft: a place, one of some categories, one of some capabilities, a short lead, a condition.

    `lead_us`: the draft touches if it starts sooner than so long after it is judged. `area` without a band has one
    without faces, and without a start or an end the least or the greatest moment that there is.

    Raises:
        InvalidValue: it asks for nothing; a code that is not on its list, or twice; a corridor; an expression that
            names `inside` without an area.
    """

    area: Volume | None = None
    categories: tuple[Category, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    lead_us: int | None = None
    expression: Expression | None = None

    def __post_init__(self) -> None:
        _check_codes("categories", self.categories, CATEGORIES)
        _check_codes("capabilities", self.capabilities, CAPABILITIES)
        if self.lead_us is not None and not (type(self.lead_us) is int and 0 < self.lead_us <= LEAD_US_MAX):
            raise InvalidValue("lead_us", f"must be a whole number from 1 to {LEAD_US_MAX}, or be left out")
        if self.area is not None and isinstance(self.area.skeleton, Route):
            raise InvalidValue("area.kind", "must be circle, polygon or polygons; a route is no area")
        if self.expression is not None and "inside" in self.expression.names and self.area is None:
            raise InvalidValue("cel", "names `inside`, and there is no area; give one, or leave the name out")
        if not any((self.area, self.categories, self.capabilities, self.lead_us, self.expression)):
            raise InvalidValue("trigger", f"asks for nothing, so all would touch it; give one of {', '.join(_MEMBERS)}")

    @property
    def decides_place(self) -> bool:
        """Whether the expression decides about the place, and not the area alone."""
        return self.expression is not None and "inside" in self.expression.names


def trigger_from(fields: object) -> Trigger:
    """The trigger that some decoded JSON says; any JSON value may be given. Its expression is compiled here, once.

    Raises:
        InvalidValue: `field` is the path to the fault, such as `area.rings[0][3]` or `cel`.
    """
    if not isinstance(fields, dict):
        raise InvalidValue("trigger", "must be an object")
    for name in fields:
        if name not in _MEMBERS:
            shown = ascii(name)[1:-1][:40] if isinstance(name, str) else "?"
            raise InvalidValue(shown, f"is not a field here; they are {', '.join(_MEMBERS)}")
    if fields.get("lead_us", 0) is None:
        raise InvalidValue("lead_us", "must be a whole number, or be left out")
    return Trigger(
        area=_area(fields["area"]) if "area" in fields else None,
        categories=_codes(fields, "categories"),  # type: ignore[arg-type]  # the value itself checks them by its list
        capabilities=_codes(fields, "capabilities"),  # type: ignore[arg-type]  # as well
        lead_us=fields.get("lead_us"),
        expression=expression_from(fields["cel"]) if "cel" in fields else None,
    )


def trigger_fields(trigger: Trigger) -> Fields:
    """The fields of a trigger, ready for canonical JSON; reading them again gives the same."""
    fields: Fields = {}
    if trigger.area is not None:
        area = volume_fields(trigger.area)
        if trigger.area.band.lower_mm is None and trigger.area.band.upper_mm is None:
            del area["band"]
        fields["area"] = {name: value for name, value in area.items() if value not in (-WHOLE_MAX, WHOLE_MAX)}
    for name, codes in (("categories", trigger.categories), ("capabilities", trigger.capabilities)):
        if codes:
            fields[name] = list(codes)
    if trigger.lead_us is not None:
        fields["lead_us"] = trigger.lead_us
    if trigger.expression is not None:
        fields["cel"] = trigger.expression.source
    return fields


def _area(said: object) -> Volume:
    if not isinstance(said, dict):
        raise InvalidValue("area", "must be an object, as a volume is written")
    if said.get("kind") == "corridor":
        raise InvalidValue("area.kind", "must be circle, polygon or polygons; a route is no area")
    if said.get("start_us") == -WHOLE_MAX or said.get("end_us") == WHOLE_MAX:
        raise InvalidValue("area", "leave out the start or the end that is not meant")
    band = said.get("band")
    if isinstance(band, dict) and not {"lower_mm", "upper_mm"} & band.keys():
        raise InvalidValue("area.band", "must have a face; leave the band out where every height is meant")
    whole = {"band": {"datum": "AMSL"}, "start_us": -WHOLE_MAX, "end_us": WHOLE_MAX}
    try:
        return volume_from({**whole, **said})
    except InvalidValue as error:
        raise InvalidValue(f"area.{error.field}", error.why) from error


def _codes(fields: Fields, name: str) -> tuple[str, ...]:
    said = fields.get(name, [])
    if not isinstance(said, list) or (name in fields and not said):
        raise InvalidValue(name, "must be a list of one code or more; leave it out where any is meant")
    for code in said:
        if not isinstance(code, str):
            raise InvalidValue(name, "must be a list of codes")
    return tuple(said)


def _check_codes(name: str, codes: tuple[str, ...], known: tuple[str, ...]) -> None:
    for code in codes:
        if code not in known:
            raise InvalidValue(name, f"{code[:40]!a} is none of {', '.join(known)}")
    if list(codes) != sorted(set(codes)):
        raise InvalidValue(name, "must stand in the order of the alphabet, each once")
