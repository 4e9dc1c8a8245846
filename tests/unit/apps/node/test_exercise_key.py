"""A node whose key was made for exercises says nothing once it knows that its channel is real."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.domain.canonical import b64
from wellclear.errors import Misconfigured, Unavailable
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


def world(path: Path, *, exercise: bool) -> Bench:
    sketch = Sketch(seed=56, exercise=exercise)
    for name, role in (("CASPIA", "host"), (NORTH, "principal"), (SOUTH, "principal")):
        sketch.party(name, role)  # type: ignore[arg-type]  # a tuple of literals loses their type
    sketch.genesis()
    bench = Bench(Relay(sketch), SOUTH, path / "node.sqlite")
    bench.core.exercise_key = True
    return bench


@pytest.mark.requirement("R24")
def test_it_links_nothing_in_a_real_channel(tmp_path: Path) -> None:
    bench = world(tmp_path, exercise=False)
    bench.core.check_key()
    assert bench.core.picture.size == 0, "it has heard nothing yet, and cannot link either"
    assert bench.core.link() == []
    with pytest.raises(Unavailable, match="heard nothing"):  # so no key of a person is opened before either
        assert bench.core.real
    sketch = bench.relay.sketch
    bench.follow()
    assert bench.core.real
    composed, approvals = sketch.by_head(SOUTH, "propose", founding(sketch))
    bench.core.put(composed.act, approvals, composed.stored)
    with pytest.raises(Misconfigured, match=f"{SOUTH}'s key for node was made for exercises"):
        bench.core.link()
    assert [item.state for item in bench.core.outbox.items.values()] == ["waiting"]


def test_it_speaks_in_an_exercise(tmp_path: Path) -> None:
    bench = world(tmp_path, exercise=True)
    bench.follow()
    composed, approvals = bench.relay.sketch.by_head(SOUTH, "propose", founding(bench.relay.sketch))
    bench.core.put(composed.act, approvals, composed.stored)
    assert [item.state for item in bench.core.link()] == ["linked"]


def founding(sketch: Sketch) -> dict[str, object]:
    return {
        "do": "amend_agreement",
        "base": 0,
        "settings": msgspec.to_builtins(sketch.settings),
        "salt": b64(sketch.salt_of_settings),
    }
