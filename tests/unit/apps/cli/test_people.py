from __future__ import annotations

from typing import Any

import pytest

from wellclear.apps.cli.people import roster_away, roster_with
from wellclear.apps.cli.watching import absences, leave_words
from wellclear.errors import InvalidValue

HOUR = {"start_us": 1_795_000_000_000_000, "end_us": 1_795_003_600_000_000}


def roster() -> dict[str, Any]:
    persons = [{"person": name, "key": name, "roles": ["watch_officer"]} for name in ("W1", "W2")]
    return {"desks": [{"desk": "NORTHLAND/OPS"}], "persons": persons}


def test_a_time_away_comes_and_goes() -> None:
    away = roster_away(roster(), "W1", {**HOUR, "deputy": "W2"})
    assert away["persons"][0]["away"] == {**HOUR, "deputy": "W2"} and away["desks"] == roster()["desks"]
    assert roster_away(away, "W1", None) == roster()


@pytest.mark.parametrize(
    ("handle", "away", "field"),
    [
        ("X9", HOUR, "HANDLE"), ("W1", {**HOUR, "deputy": "X9"}, "--deputy"),
        ("W1", {**HOUR, "deputy": "W1"}, "--deputy"), ("W1", {"start_us": 5, "end_us": 5}, "--until"),
    ],
)  # fmt: skip
def test_what_is_no_time_away_is_refused_before_anybody_signs(handle: str, away: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        roster_away(roster(), handle, away)
    assert refused.value.field == field


def test_other_roles_leave_a_time_away_where_it_is() -> None:
    away = roster_away(roster(), "W1", HOUR)
    changed = roster_with(away, "W1", "W1", ["release_authority"], [], "NORTHLAND")
    assert changed["persons"][0] == {"person": "W1", "key": "W1", "roles": ["release_authority"], "away": HOUR}


def test_who_is_away_is_told_in_status_and_list() -> None:
    officers = [{"person": "W1", "on_duty": "no", "away": {**HOUR, "deputy": "W2"}}, {"person": "W2", "on_duty": "yes"}]
    (line,) = absences({"officers": officers})
    assert line.startswith("  away: W1, ") and line.endswith(", deputy W2")
    assert leave_words(None) == "-" and leave_words(HOUR).endswith(", no deputy")
