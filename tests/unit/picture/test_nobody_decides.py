"""N7: whatever is found, asked or answered, a notice stays what its announcer says."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.domain.entry import Subject
from wellclear.domain.parts import Group
from wellclear.domain.reasons import Reason
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


@pytest.fixture
def clash() -> tuple[Sketch, str, str]:
    """Two notices in one place and hour, of either side."""
    sketch = Sketch.founded(seed=91)
    one, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.55, 38.30, 5_000)])
    other, _ = sketch.announce(SOUTH, [f"{NORTH}/OPS"], [circle(34.56, 38.31, 5_000)])
    return sketch, one, other


def about(sketch: Sketch, kind: str, party: str, item: str, version: int, **members: Any) -> Any:
    """An act of a party about an item, approved as its kind asks."""
    groups: list[Group] = sketch.notice_groups([circle(35.0, 39.0, 5_000)]) if kind == "amend" else []
    more = {"keep_until": "2026-12-01"} if kind == "amend" else {}
    said = sketch.compose(
        kind, party, desk=f"{party}/OPS", to=[f"{NORTH if party == SOUTH else SOUTH}/OPS"],
        subject=Subject(id=item, version=version), told=sketch.told(groups, [NORTH, SOUTH]), **more, **members,
    )  # fmt: skip
    approvals = sketch.watched(said) if kind in ("complete", "request", "comply", "unable") else sketch.released(said)
    return sketch.send(party, said, approvals)


@pytest.mark.requirement("N7")
@pytest.mark.parametrize(("kind", "version"), [("amend", 2), ("cancel", 1), ("complete", 1)])
def test_nobody_ends_or_moves_what_another_has_announced(
    clash: tuple[Sketch, str, str], kind: str, version: int
) -> None:
    sketch, one, other = clash
    for party, item in ((SOUTH, one), (NORTH, other)):
        before = sketch.picture.items[item]
        step = about(sketch, kind, party, item, version)
        assert [remark.reason for remark in step.remarks] == [Reason.NOT_THE_ANNOUNCER]
        assert sketch.picture.items[item] == before


@pytest.mark.requirement("N7", "R32")
@pytest.mark.parametrize("reply", ["comply", "unable"])
def test_no_request_and_no_answer_to_one_moves_a_notice_by_itself(clash: tuple[Sketch, str, str], reply: str) -> None:
    """Who complies amends its notice, or it stays as it is."""
    sketch, one, other = clash
    before = {item: sketch.picture.items[item] for item in (one, other)}
    asked = sketch.parties[SOUTH].next_id()
    assert about(sketch, "request", SOUTH, one, 1, id=asked, code="altitude").stands
    code = {"code": "technical"} if reply == "unable" else {}
    assert about(sketch, reply, NORTH, asked, 1, **code).stands
    assert {item: sketch.picture.items[item] for item in (one, other)} == before
