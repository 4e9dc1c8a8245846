"""Closed lists of what a notice says beside its place: what a site is, what moves, what it is for (N4, R27, R29).

Each list names what is there or what is done. None has a word for whom or what anything is directed at.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta

from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import INTEGER_MAX
from wellclear.domain.entry import Wire

SiteSort = Literal[
    "hospital", "clinic", "ambulance_post", "school", "shelter", "camp", "water", "power", "food", "aid_office",
    "aid_store", "worship", "culture", "burial", "media", "dangerous_works", "united_nations", "other",
]  # fmt: skip
SITE_SORTS: tuple[SiteSort, ...] = get_args(SiteSort)
"""What a protected site is."""

VehicleSort = Literal["ambulance", "bus", "car", "lorry", "tanker", "trailer", "boat", "aircraft", "other"]
VEHICLE_SORTS: tuple[VehicleSort, ...] = get_args(VehicleSort)
VEHICLE_ROWS_MAX = 9
"""Each sort once."""

Purpose = Literal[
    "aid", "construction", "evacuation", "exercise", "inspection", "maintenance", "medical", "observation", "other",
    "patrol", "presence", "rescue", "rotation", "site_survey", "supply", "training", "transit", "withdrawal",
]  # fmt: skip
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""What an activity is for, of itself; never against whom."""
SURVEY_PURPOSES: frozenset[Purpose] = frozenset({"inspection", "site_survey"})
"""A survey is not a deployment: it looks, and nobody stays."""

STATED: tuple[str, ...] = ("air_defence", "armed_escort", "crewed", "jamming", "lasers", "live_weapons", "radar")
"""What a notice can say with yes or no that it carries or emits, as zones and red lines ask of it (R30, R31).

Each is a member of its own: of a list nobody could tell "no" from "not said". None says at whom or what (N4).
"""

CONSENTED: frozenset[str] = frozenset({"aid_movement", "deployment", "protected_site", "survey"})
"""Categories that go to nobody who was not consented to by name (R29, N13)."""
SITE_DAYS_MAX = 90
SITE_US_MAX = SITE_DAYS_MAX * DAY_US
"""How long after its last check a protected site may be announced for (R29)."""


class Vehicles(Wire, frozen=True):
    """How many vehicles of one sort move; a sort stands once."""

    sort: VehicleSort
    count: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
