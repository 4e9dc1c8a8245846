"""What an exporter hands out: nothing that the readers were not told by whoever said it first."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.bundles import bundle_of
from wellclear.channel.bundle import part_path
from wellclear.channel.composing import Composed
from wellclear.domain.entry import PartRef
from wellclear.domain.parts import Message
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"


@pytest.mark.requirement("R25", "R33")
@pytest.mark.parametrize(
    "spelled",
    [
        lambda ref: PartRef(commit=ref.commit, enc="none"),
        lambda ref: PartRef(commit=ref.commit, enc="none", sha=ref.sha, to=[HOST, SOUTH]),
    ],
    ids=["only committed to", "sent to itself"],
)
def test_who_repeats_a_commitment_is_not_its_author(spelled: Callable[[PartRef], PartRef]) -> None:
    sketch = Sketch.founded(seed=31)
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.55, 38.30, 5_000)])
    entry = sketch.logged(0, sketch.leaves[-1]).entry
    assert entry is not None
    secret = {part_path(ref.commit) for ref in entry.act.parts}
    composed = sketch.compose(
        "message", HOST, desk=sketch.parties[HOST].desk, to=[f"{SOUTH}/OPS"], id=sketch.parties[HOST].next_id(),
        told=sketch.told([Message(group="message", language="en", text="x")], [SOUTH]),
    )  # fmt: skip
    stored = tuple(sketch.parts[str(ref.sha)] for ref in entry.act.parts)
    copied = Composed(msgspec.structs.replace(composed.act, parts=list(map(spelled, entry.act.parts))), stored)
    sketch.send(HOST, copied, sketch.watched(copied))
    assert not secret & bundle_of(sketch, SOUTH, readers=[HOST]).keys()
    assert secret <= bundle_of(sketch, SOUTH, readers=[SOUTH]).keys()
    assert secret <= bundle_of(sketch, SOUTH, readers=[NORTH, SOUTH]).keys()


def test_a_reader_who_is_no_party_of_the_channel_is_refused_with_the_list_of_those_who_are() -> None:
    with pytest.raises(InvalidValue, match=r"NOWHERE is no party .* its parties are CASPIA, NORTHLAND, SOUTHLAND"):
        bundle_of(Sketch.founded(seed=32), SOUTH, readers=[NORTH, "NOWHERE"])


def test_a_party_that_has_left_may_get_what_it_was_told() -> None:
    sketch = Sketch.founded(seed=33)
    sketch.send(HOST, *sketch.by_head(HOST, "withdraw"))
    sketch.send(NORTH, *sketch.by_head(NORTH, "withdraw"))
    assert sketch.picture.parties[NORTH].state == "withdrawn"
    assert bundle_of(sketch, SOUTH, readers=[NORTH])
