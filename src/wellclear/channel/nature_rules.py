"""What a notice must say by its category, before its own node signs it (R27, R29, N13).

All of it is sealed, so nobody else can ask: a site that stands still says what it is and when somebody last looked; a
movement its legs with times, its vehicles, its escort and whom to reach on board; who comes or looks, by whose
invitation and what for. One never stands for another: the convoy of February 2020 was known as a position.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import UNSET

from wellclear.domain.agreement import DAY_US
from wellclear.domain.notice_words import SITE_DAYS_MAX, SITE_US_MAX, SURVEY_PURPOSES
from wellclear.domain.parts import Group, Nature, Rest
from wellclear.domain.reasons import Reason
from wellclear.domain.volume import Route, Volume
from wellclear.errors import Refused

_OF_ONE = {"site": "protected_site", "last_checked": "protected_site"}
"""Members of `rest` that one category alone has."""


def check_nature(nature: Nature, volumes: Sequence[Volume], rest: Group | None, said_us: int) -> None:
    """What the category of a notice asks for; `said_us` is when it is said.

    Raises:
        Refused: BAD_FIELDS, with the member that is missing or has no place here, and what to say instead.
    """
    told = rest if isinstance(rest, Rest) else Rest(group="rest")
    for member, category in _OF_ONE.items():
        if getattr(told, member) is not UNSET and nature.category != category:
            raise _refused(member, f"belongs to a {category} alone; {nature.category} is announced by itself")
    match nature.category:
        case "protected_site":
            _check_site(volumes, told, said_us)
        case "aid_movement":
            _check_movement(volumes, told)
        case "deployment" | "survey":
            _check_coming(nature, told)
        case _:
            pass


def _check_site(volumes: Sequence[Volume], rest: Rest, said_us: int) -> None:
    """A site says what it is and when it was last checked, and expires; a site entry never covers a movement."""
    if any(_timed(volume) for volume in volumes):
        raise _refused("volumes", "a protected site stands still; what moves is announced as an aid_movement")
    if rest.vehicles is not UNSET:
        raise _refused("vehicles", "a protected site stands still; vehicles are announced as an aid_movement")
    if rest.site is UNSET:
        raise _refused("site", "a protected site says what it is, such as hospital")
    if rest.last_checked is UNSET:
        raise _refused("last_checked", "a protected site says on which day somebody last checked it")
    checked_us = _day_us(rest.last_checked)
    if checked_us > said_us:
        raise _refused("last_checked", f"{rest.last_checked} has not come yet; say when it was last checked")
    if max(volume.window.end_us for volume in volumes) > checked_us + SITE_US_MAX:
        raise _refused("last_checked", f"it would stand for more than {SITE_DAYS_MAX} days after its last check, "
                                       f"{rest.last_checked}; end it earlier, or check it again")  # fmt: skip


def _check_movement(volumes: Sequence[Volume], rest: Rest) -> None:
    """A protected movement says route, times, vehicles, escort and contact; a site never stands for it (R27)."""
    routes = [volume for volume in volumes if isinstance(volume.skeleton, Route)]
    if not routes or not all(_timed(volume) for volume in routes):
        raise _refused("volumes", "an aid movement names its route with a time at each point")
    if rest.armed_escort is UNSET:
        raise _refused("armed_escort", "an aid movement says whether it has an armed escort, yes or no")
    if rest.vehicles is UNSET:
        raise _refused("vehicles", "an aid movement says how many vehicles of which sort move")
    if len({row.sort for row in rest.vehicles}) != len(rest.vehicles):
        raise _refused("vehicles", "each sort of vehicle stands once, with the number of all of that sort")
    if rest.contact_on_board is UNSET:
        raise _refused("contact_on_board", "an aid movement says who can be reached on board, and how")


def _check_coming(nature: Nature, rest: Rest) -> None:
    """Who comes or looks says by whose invitation and what for; a survey is not a deployment."""
    said = nature.category
    if rest.invitation is UNSET:
        raise _refused("invitation", f"a {said} says by whose invitation it is; write none where nobody has invited it")
    if rest.purpose is UNSET:
        raise _refused("purpose", f"a {said} says what it is for, by a code of the closed list")
    if said == "survey" and rest.purpose not in SURVEY_PURPOSES:
        raise _refused("purpose", f"a survey is for {' or '.join(sorted(SURVEY_PURPOSES))}; "
                                  f"what stays for {rest.purpose} is a deployment")  # fmt: skip
    if said == "deployment" and rest.purpose in SURVEY_PURPOSES:
        raise _refused("purpose", f"who comes for {rest.purpose} and does not stay is announced as a survey")


def _timed(volume: Volume) -> bool:
    return isinstance(volume.skeleton, Route) and bool(volume.skeleton.times_us)


def _day_us(day: str) -> int:
    try:
        days = (datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    except ValueError as error:
        raise _refused("last_checked", f"{day} is on no calendar") from error
    return days * DAY_US


def _refused(field: str, why: str) -> Refused:
    return Refused(Reason.BAD_FIELDS, why, field=field)
