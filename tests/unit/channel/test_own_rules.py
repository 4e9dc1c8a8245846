"""What a node refuses before anybody signs, each with a reason and a sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wellclear.channel.composing import Composed, subject
from wellclear.channel.desk import Pen, write_act
from wellclear.channel.own_rules import check_approved, check_content, check_public, past_warning
from wellclear.domain.cells import cell_around
from wellclear.domain.names import ItemId
from wellclear.domain.parts import Group, open_part
from wellclear.errors import InvalidValue, Refused
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
HOUR_US = 3_600_000_000
END_US = START_US + HOUR_US


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=31)


def pen(sketch: Sketch, desk: str = f"{NORTH}/OPS") -> Pen:
    return Pen(sketch.channel, NORTH, desk, sketch.now_us, lambda: sketch.salt("own"))


def notice(
    sketch: Sketch,
    volumes: list[dict[str, Any]],
    category: str = "air",
    rest: dict[str, Any] | None = None,
    **asked: Any,
) -> Composed:
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": volumes},
        {"group": "category", "category": category},
        {"group": "rest", **(rest or {})},
    ]
    asked = {"to": [f"{SOUTH}/OPS"], "keep_until": "2026-12-01", "id": sketch.parties[NORTH].next_id(), **asked}
    return write_act(pen(sketch), "notice", groups, asked)


def groups_of(composed: Composed) -> list[Group]:
    return [open_part(raw, ref) for raw, ref in zip(composed.stored, composed.act.parts, strict=True)]


def refusal(sketch: Sketch, composed: Composed, roles: tuple[tuple[str, str], ...] | None = None) -> str:
    try:
        check_content(sketch.picture, composed.act, groups_of(composed))
        if roles is None:
            check_public(sketch.picture, [], composed.act)
        else:
            check_approved(sketch.picture, [], composed.act, sketch.approved(composed, *roles))
    except Refused as error:
        return error.reason if error.why else "no sentence"
    return ""


RELEASED = (("W1", "drafter"), ("R1", "release_authority"))


@pytest.mark.requirement("R6")
def test_a_good_notice_passes_also_one_that_has_begun(sketch: Sketch) -> None:
    assert refusal(sketch, notice(sketch, [circle(34.5, 38.3, 5_000)]), RELEASED) == ""
    begun = circle(34.5, 38.3, 5_000, start_us=START_US - HOUR_US, end_us=START_US + HOUR_US)
    assert refusal(sketch, notice(sketch, [begun]), RELEASED) == ""


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ((), "MISSING_APPROVAL"),
        ((("R1", "drafter"), ("R1", "release_authority")), "SAME_PERSON"),
        ((("W1", "drafter"), ("W2", "release_authority")), "NOT_YOUR_ROLE"),
        ((("X9", "drafter"), ("R1", "release_authority")), "NOT_ON_ROSTER"),
    ],
)
def test_four_eyes_and_roles_are_held_before_signing(
    sketch: Sketch, roles: tuple[tuple[str, str], ...], reason: str
) -> None:
    assert refusal(sketch, notice(sketch, [circle(34.5, 38.3, 5_000)]), roles) == reason


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ((("W1", "drafter"), ("W2", "release_authority")), "(W2 as release authority; R1 may do so)"),
        ((("R1", "administrator"),), "(R1 as administrator; A1, A2 may do so)"),
        ((("W1", "head_of_delegation"),), "(W1 as head of delegation; only a head of delegation's key may do so)"),
        ((("X9", "drafter"), ("R1", "release_authority")), "(a key that is no person's here as drafter; R1, W1, W2 "),
    ],
)
def test_a_refused_approval_is_told_with_its_person_its_role_and_who_may(
    sketch: Sketch, roles: tuple[tuple[str, str], ...], said: str
) -> None:
    composed = notice(sketch, [circle(34.5, 38.3, 5_000)])
    with pytest.raises(Refused) as refused:
        check_approved(sketch.picture, [], composed.act, sketch.approved(composed, *roles))
    assert said in refused.value.why and "approvals[" not in refused.value.why


def test_ids_desks_and_versions_are_held(sketch: Sketch) -> None:
    taken, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    volumes = [circle(34.5, 38.3, 5_000)]
    assert refusal(sketch, notice(sketch, volumes, id=taken)) == "ID_TAKEN"
    assert refusal(sketch, notice(sketch, volumes, id=str(ItemId(SOUTH, 5001)))) == "NOT_YOUR_NAME"
    assert refusal(sketch, notice(sketch, volumes, to=["SOUTHLAND/NOBODY"])) == "UNKNOWN_DESK"
    assert refusal(sketch, notice(sketch, volumes, audience=[NORTH])) == "NOTHING_TO_READ"
    asked = {"to": [f"{SOUTH}/OPS"], "subject": {"id": taken, "version": 2}}
    assert refusal(sketch, write_act(pen(sketch), "cancel", [], asked)) == "OLD_VERSION"
    twice = {"to": [f"{SOUTH}/OPS"], "subject": {"id": taken, "version": 1}}
    first, second = (write_act(pen(sketch), kind, [], twice) for kind in ("cancel", "complete"))
    with pytest.raises(Refused) as found:
        check_public(sketch.picture, [(first.act, sketch.released(first))], second.act)
    assert found.value.reason == "ALREADY_OVER", "what waits in the outbox counts"


@pytest.mark.requirement("R9")
def test_what_leaves_before_it_ends_is_refused(sketch: Sketch) -> None:
    long = circle(34.5, 38.3, 5_000, end_us=START_US + 30 * 24 * HOUR_US)
    assert refusal(sketch, notice(sketch, [long])) == "KEPT_TOO_SHORT"


@pytest.mark.parametrize(
    "broken", [{"radius_mm": -1}, {"end_us": START_US - HOUR_US}, {"centre": [950_000_000, 0]}, {"kind": "cube"}]
)
def test_own_geometry_must_be_computable(sketch: Sketch, broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        notice(sketch, [circle(34.5, 38.3, 5_000) | broken])


@pytest.mark.requirement("R25")
def test_a_slot_of_level_1_that_leaves_a_volume_out_is_refused(sketch: Sketch) -> None:
    def with_slot(start_us: int, end_us: int) -> Composed:
        cell: dict[str, Any] = {
            "group": "cell", "south_e7": 340_000_000, "west_e7": 380_000_000, "north_e7": 350_000_000,
            "east_e7": 390_000_000, "start_us": start_us, "end_us": end_us,
        }  # fmt: skip
        area = circle(34.5, 38.3, 5_000, start_us=START_US, end_us=END_US)
        volumes: dict[str, Any] = {"group": "volume", "volumes": [area]}
        groups: list[dict[str, Any]] = [cell, volumes, {"group": "category", "category": "air"}, {"group": "rest"}]
        asked = {"to": [f"{SOUTH}/OPS"], "keep_until": "2026-12-01", "id": sketch.parties[NORTH].next_id()}
        return write_act(pen(sketch), "notice", groups, asked)

    assert refusal(sketch, with_slot(START_US, END_US)) == ""
    assert refusal(sketch, with_slot(START_US + 1, END_US)) == "BAD_FIELDS"
    assert refusal(sketch, with_slot(START_US, END_US - 1)) == "BAD_FIELDS"


@pytest.mark.parametrize(("category", "asked"), [("survey", {"consent": [SOUTH]}), ("air", {})])
def test_outside_exercises_nothing_in_clear_leaves_the_desk(category: str, asked: dict[str, Any]) -> None:
    real = Sketch(seed=32, exercise=False)
    real.party("CASPIA", "host")
    real.party(NORTH, "principal")
    real.party(SOUTH, "principal")
    real.genesis()
    real.agree()
    for name in real.parties:
        real.enrol(name)
    composed = notice(real, [circle(34.5, 38.3, 5_000)], category, **asked)
    assert refusal(real, composed) == "UNSEALED"


def test_an_act_about_nothing_is_refused(sketch: Sketch) -> None:
    ghost = str(sketch.parties[NORTH].next_id())
    act = pen(sketch).write("complete", to=[f"{SOUTH}/OPS"], subject=subject(ghost, 1))
    assert refusal(sketch, act) == "UNKNOWN_NOTICE"


@pytest.mark.requirement("R6")
def test_what_is_over_before_anybody_reads_it_is_a_warning_and_no_refusal(sketch: Sketch) -> None:
    begun_us = START_US - 3 * HOUR_US
    ended = circle(34.5, 38.3, 5_000, start_us=begun_us, end_us=START_US - HOUR_US)
    lasting = circle(34.5, 38.3, 5_000, start_us=begun_us, end_us=START_US + HOUR_US)
    past = groups_of(notice(sketch, [ended]))
    assert past_warning(past, START_US) == (
        "it lies wholly in the past: it ended at 2026-11-18 10:06:40Z, 1 h ago; nobody can react to it"
    )
    assert past_warning(groups_of(notice(sketch, [ended, lasting])), START_US) == ""
    assert past_warning([], START_US) == ""
    assert refusal(sketch, notice(sketch, [ended])) == ""


@pytest.mark.requirement("R25")
@pytest.mark.parametrize("edge", ["south_e7", "north_e7", "west_e7", "east_e7"])
def test_a_cell_that_does_not_contain_its_volumes_is_refused(sketch: Sketch, edge: str) -> None:
    """Wider is allowed; narrower by a degree on any side is not."""
    volumes = [circle(34.5, 38.3, 60_000)]
    whole = msgspec.to_builtins(cell_around(volumes))
    step = 10_000_000 if edge in ("south_e7", "west_e7") else -10_000_000
    for cell, wanted in ((whole | {edge: whole[edge] - step}, ""), (whole | {edge: whole[edge] + step}, "BAD_FIELDS")):
        groups = [cell, {"group": "volume", "volumes": volumes}, {"group": "category", "category": "air"},
                  {"group": "rest"}]  # fmt: skip
        asked = {"to": [f"{SOUTH}/OPS"], "keep_until": "2026-12-01", "id": sketch.parties[NORTH].next_id()}
        assert refusal(sketch, write_act(pen(sketch), "notice", groups, asked)) == wanted
