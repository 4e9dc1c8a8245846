"""Every rule of the fold that could be misread is held by a golden log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.golden.flips import Flip, flipped, flips
from tests.golden.logs import HERE, leaf_bytes

LOGS = [json.loads(path.read_text(encoding="ascii")) for path in sorted(HERE.glob("*.json"))]
SAME = Flip("nothing is changed", "fold", "class Second(", "class Second(")


def departs(second: Any) -> bool:
    """Whether a fold gives any golden log another digest, remark, or overdue state, or breaks on it."""
    return any(_departs(second(), log) for log in LOGS)


def _departs(fold: Any, log: dict[str, Any]) -> bool:
    wanted: list[str] = []
    for index, leaf in enumerate(log["leaves"]):
        wanted = log["overdue"].get(str(index), wanted)
        try:
            remarks, late = fold.fold(leaf_bytes(leaf)), fold.overdue()
        except (LookupError, AssertionError):
            return True
        if (remarks, fold.digest.hex(), late) != (log["remarks"].get(str(index), []), log["digests"][index], wanted):
            return True
    return False


@pytest.mark.requirement("R34", "R40")
@pytest.mark.parametrize("flip", flips(), ids=lambda flip: flip.name)
def test_a_golden_log_notices(flip: Flip) -> None:
    with flipped(flip) as second:
        assert departs(second), f"no golden log holds against: {flip.name}"


def test_without_a_change_nothing_departs() -> None:
    with flipped(SAME) as second:
        assert not departs(second)
