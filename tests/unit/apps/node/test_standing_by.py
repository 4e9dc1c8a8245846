"""A stand-by's node follows and does not speak, until it has taken over: what its key links does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.core import STANDS_BY
from wellclear.channel.desk import Pen, message
from wellclear.errors import Refused
from wellclear.testing.sketch import Sketch

SOUTH = "SOUTHLAND"


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    """A node whose key is registered as a stand-by's, with something to receive."""
    sketch = Sketch.founded(seed=74)
    public = {"key": sketch.parties[SOUTH].public("standby0"), "use": "standby"}
    added = sketch.compose("add_key", SOUTH, public=public)
    sketch.send(SOUTH, added, sketch.approved(added, ("A1", "administrator"), ("A2", "administrator")))
    sketch.message("NORTHLAND", ["SOUTHLAND/OPS"], "hello")
    bench = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    bench.core.outbox.signers["node"] = sketch.parties[SOUTH].key("standby0")
    bench.follow()
    return bench


def test_it_says_nothing_by_itself_and_tells_who_would_speak_there(south: Bench) -> None:
    assert south.core.stands_by
    for _ in range(40):
        south.clock.advance(1)
        south.core.tick()
    assert not south.core.outbox.items
    fields, sketch = {"text": "a", "language": "en"}, south.relay.sketch
    with pytest.raises(Refused) as refused:  # nor an epoch to seal it under
        message(south.core.pen("SOUTHLAND/OPS"), "SOUTHLAND-1001-6", ["NORTHLAND/OPS"], fields)
    assert STANDS_BY in str(refused.value)
    in_clear = Pen(sketch.channel, SOUTH, "SOUTHLAND/OPS", south.clock.now_us(), lambda: bytes(32))
    said = message(in_clear, "SOUTHLAND-1001-6", ["NORTHLAND/OPS"], fields)
    with pytest.raises(Refused) as refused:
        south.core.put(said.act, sketch.watched(said), said.stored)
    assert STANDS_BY in str(refused.value)
    assert not south.core.outbox.items


def test_it_takes_over_and_speaks(south: Bench) -> None:
    sketch = south.relay.sketch
    over = sketch.compose("takeover", SOUTH)
    south.core.check_draft(over.act, ())
    two = sketch.approved(over, ("A1", "administrator"), ("A2", "administrator"))
    south.core.outbox.signers["standby"] = south.core.outbox.signers["node"]
    assert south.core.put(over.act, two, (), "standby").state == "waiting"
    sketch.send(SOUTH, over, two, use="standby0")
    south.follow()
    assert not south.core.stands_by
