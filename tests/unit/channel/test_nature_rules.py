"""What each category must say before its node signs it: sites, movements, who comes and who looks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wellclear.channel.nature_rules import check_nature
from wellclear.domain.parts import Nature, Rest, group_from
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import Malformed, Refused
from wellclear.testing.sketch import START_US, circle

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
ROUTE: dict[str, Any] = {
    "kind": "corridor", "route": [[345_000_000, 383_000_000], [346_000_000, 383_000_000]], "half_width_mm": 100_000,
    "band": {"datum": "AMSL"}, "start_us": START_US, "end_us": START_US + HOUR_US,
}  # fmt: skip
TIMED = ROUTE | {"times_us": [START_US, START_US + HOUR_US]}
MOVES: dict[str, Any] = {
    "armed_escort": "no", "vehicles": [{"sort": "lorry", "count": 12}], "contact_on_board": "satellite telephone 881",
}  # fmt: skip
SITE: dict[str, Any] = {"site": "hospital", "last_checked": "2026-11-17"}
COMES: dict[str, Any] = {"invitation": "the host nation", "purpose": "training"}
LOOKS: dict[str, Any] = {"invitation": "the host nation", "purpose": "site_survey"}
PLACE = circle(34.5, 38.3, 5_000)


def refused(category: str, volumes: list[dict[str, Any]], rest: dict[str, Any]) -> str:
    nature = msgspec.convert({"group": "category", "category": category}, Nature)
    told = msgspec.convert({"group": "rest", **rest}, Rest)
    try:
        check_nature(nature, [volume_from(volume) for volume in volumes], told, START_US)
    except Refused as error:
        return f"{error.field}: {error.why}" if error.reason == "BAD_FIELDS" else str(error)
    return ""


def less(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.requirement("R27")
def test_a_movement_says_its_legs_with_times_vehicles_escort_and_contact() -> None:
    assert refused("aid_movement", [TIMED], MOVES) == ""
    for name in MOVES:
        assert refused("aid_movement", [TIMED], less(MOVES, name)).startswith(f"{name}: ")
    assert "route with a time at each point" in refused("aid_movement", [ROUTE], MOVES)
    assert "route with a time at each point" in refused("aid_movement", [TIMED, ROUTE], MOVES)
    twice = MOVES | {"vehicles": [{"sort": "lorry", "count": 1}, {"sort": "lorry", "count": 2}]}
    assert "each sort of vehicle stands once" in refused("aid_movement", [TIMED], twice)


@pytest.mark.requirement("R27")
def test_a_site_never_covers_a_movement() -> None:
    assert "route with a time" in refused("aid_movement", [PLACE], MOVES), "a position is no movement"
    assert refused("aid_movement", [TIMED], MOVES | SITE).startswith("site: belongs to a protected_site alone")
    assert "stands still" in refused("protected_site", [TIMED], SITE)
    assert "stands still" in refused("protected_site", [PLACE], SITE | {"vehicles": MOVES["vehicles"]})
    assert refused("ground", [PLACE], {"last_checked": "2026-11-17"}).startswith("last_checked: belongs to")


@pytest.mark.requirement("R29")
def test_a_site_says_what_it_is_and_when_it_was_checked_and_expires() -> None:
    assert refused("protected_site", [PLACE], SITE) == ""
    for name in SITE:
        assert refused("protected_site", [PLACE], less(SITE, name)).startswith(f"{name}: ")
    checked_us = START_US - START_US % DAY_US - DAY_US
    last = circle(34.5, 38.3, 5_000, end_us=checked_us + 90 * DAY_US)
    assert refused("protected_site", [last], SITE) == ""
    over = circle(34.5, 38.3, 5_000, end_us=checked_us + 90 * DAY_US + 1)
    assert "more than 90 days after its last check" in refused("protected_site", [PLACE, over], SITE)
    assert "has not come yet" in refused("protected_site", [PLACE], SITE | {"last_checked": "2026-11-19"})
    assert "on no calendar" in refused("protected_site", [PLACE], SITE | {"last_checked": "2026-02-31"})


@pytest.mark.requirement("N13")
@pytest.mark.parametrize(("category", "rest"), [("deployment", COMES), ("survey", LOOKS)])
def test_who_comes_or_looks_says_by_whose_invitation_and_what_for(category: str, rest: dict[str, Any]) -> None:
    assert refused(category, [PLACE], rest) == ""
    for name in rest:
        assert refused(category, [PLACE], less(rest, name)).startswith(f"{name}: ")


@pytest.mark.requirement("N13")
def test_a_survey_is_not_a_deployment() -> None:
    assert refused("survey", [PLACE], COMES).endswith("what stays for training is a deployment")
    assert refused("deployment", [PLACE], LOOKS).endswith("is announced as a survey")


@pytest.mark.requirement("N4", "R27", "R29")
@pytest.mark.parametrize(
    "rest",
    [
        {"purpose": "strike"}, {"site": "depot"}, {"last_checked": "yesterday"}, {"vehicles": []},
        {"vehicles": [{"sort": "tank", "count": 1}]}, {"vehicles": [{"sort": "car", "count": 0}]},
        {"vehicles": [{"sort": "car", "count": 1, "aim": "x"}]}, {"invitation": ""},
    ],
)  # fmt: skip
def test_the_lists_are_closed(rest: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        group_from({"group": "rest", **rest}, "groups[0]")
