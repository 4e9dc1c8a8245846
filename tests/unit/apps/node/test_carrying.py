"""A node that carries what another party's persons have approved: as it came, or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import Composed
from wellclear.errors import InvalidValue, Refused
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """NORTHLAND's node, in a channel with a guest."""
    sketch = Sketch.founded(seed=73)
    guest = sketch.party(GUEST, "agency")
    guest.guest = True
    sketch.joint({"do": "admit", "base": sketch.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    sketch.enrol(GUEST)
    made = Bench(Relay(sketch), NORTH, tmp_path / "node.sqlite")
    made.follow()
    return made


def notice(bench: Bench, via: str = NORTH) -> Composed:
    sketch = bench.relay.sketch
    groups = sketch.notice_groups([circle(34.55, 38.30, 5_000)])
    return sketch.compose(
        "notice", GUEST, desk=f"{GUEST}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[GUEST].next_id(),
        keep_until="2026-12-01", via=via, told=sketch.told(groups, [SOUTH]),
    )  # fmt: skip


@pytest.mark.requirement("R33")
def test_a_guests_notice_goes_out_as_it_came(bench: Bench) -> None:
    sketch, composed = bench.relay.sketch, notice(bench)
    item = bench.core.carry(composed.act, sketch.released(composed), composed.sent)
    assert bench.core.carry(composed.act, sketch.released(composed), composed.sent) == item
    bench.send()
    assert composed.act.id in bench.core.picture.items
    assert item.id not in bench.core.outbox.items
    assert bench.core.picture.items[str(composed.act.id)].party == GUEST


@pytest.mark.requirement("R33")
def test_what_is_not_for_this_node_to_carry_or_not_whole_is_refused(bench: Bench) -> None:
    sketch, composed, other = bench.relay.sketch, notice(bench), notice(bench, via=SOUTH)
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        bench.core.carry(other.act, sketch.released(other), other.sent)
    with pytest.raises(Refused, match="MISSING_APPROVAL"):
        bench.core.carry(composed.act, [], composed.sent)
    with pytest.raises(Refused, match="BAD_APPROVAL"):
        bench.core.carry(composed.act, sketch.released(other), composed.sent)
    with pytest.raises(InvalidValue, match="parts"):
        bench.core.carry(composed.act, sketch.released(composed), composed.sent[1:])
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        bench.core.put(composed.act, sketch.released(composed), composed.stored)
    assert not bench.core.outbox.items
