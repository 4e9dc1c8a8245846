"""A node that is sent another text than was committed to keeps the proof, rings, and says why it has not received."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.parts import FALSE
from wellclear.channel.false_part import check_false_part
from wellclear.channel.sealing import context, random_of, unseal
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PartRef
from wellclear.domain.parts import Message, opening_of
from wellclear.testing.sketch import Sketch

LIE = Message(group="message", language="en", text="south of the river")


def south_of(sketch: Sketch, path: Path) -> Bench:
    sketch.sealed = True
    return Bench(Relay(sketch), "SOUTHLAND", path / "south.sqlite")


def lie(south: Bench) -> tuple[int, PartRef]:
    """NORTHLAND seals another text than it has committed to; the index of its message, and the part."""
    sketch = south.relay.sketch
    honest = Message(group="message", language="en", text="north of the river")
    composed = sketch.compose(
        "message", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], id=sketch.parties["NORTHLAND"].next_id(),
        told=sketch.told([honest], ["SOUTHLAND"]),
    )  # fmt: skip
    (ref,) = composed.act.parts
    opening, key = unseal(composed.sent[0], sketch.epoch_key("NORTHLAND", int(ref.epoch or 0)), composed.act, ref)
    stored = key.seal(opening_of(LIE, opening[:32]), random_of(composed.sent[0]), context(composed.act, ref))
    ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
    composed = dataclasses.replace(composed, act=msgspec.structs.replace(composed.act, parts=[ref]), stored=(stored,))
    sketch.send("NORTHLAND", composed, sketch.watched(composed))
    return len(sketch.leaves) - 1, ref


@pytest.mark.requirement("R33", "N9")
def test_a_false_part_is_kept_as_proof_rung_and_not_received(tmp_path: Path) -> None:
    south = south_of(Sketch.founded(seed=71, epochs=True), tmp_path)
    index, ref = lie(south)
    south.follow()
    south.fetch()
    ((name, file),) = south.core.evidence_files.items()
    assert check_false_part(file).party == "NORTHLAND"
    (alarm,) = [alarm for alarm in south.core.alarms.listed() if alarm.kind == "false_part"]
    assert (alarm.index, alarm.state) == (index, "unack") and name in alarm.words
    told = south.core.parts.receipt(south.core.picture, south.clock.monotonic_us())
    assert told is not None and told[1] == {index: FALSE}
    assert south.core.state == "live", "the host has done nothing wrong"
    south.clock.advance(10_000)
    assert south.core.parts.due(south.clock.monotonic_us()) == [], "other bytes will never come"
    assert b"south of the river" not in file and south.core.opening(ref.commit) is None


@pytest.mark.requirement("R33")
def test_after_a_restart_the_proof_is_made_again_and_rings_no_more(tmp_path: Path) -> None:
    south = south_of(Sketch.founded(seed=71, epochs=True), tmp_path)
    lie(south)
    south.follow()
    south.fetch()
    before, rang = dict(south.core.evidence_files), len(south.rang)
    south.core.store.close()
    south.start()
    assert not south.core.evidence_files
    south.fetch()
    assert south.core.evidence_files == before
    assert len([alarm for alarm in south.rang[rang:] if alarm.kind == "false_part"]) == 0


def test_bytes_that_are_not_those_of_the_header_convict_nobody(tmp_path: Path) -> None:
    """A host that hands out other bytes is not believed, and asked again."""
    south = south_of(Sketch.founded(seed=71, epochs=True), tmp_path)
    _, ref = lie(south)
    south.follow()
    sha = str(ref.sha)
    stored = south.relay.sketch.parts[sha]
    for wrong in (b"", stored[:-1], bytes(len(stored)), stored + b"\0"):
        south.fetch({sha: wrong})
        assert not south.core.evidence_files
        south.clock.advance(1_000)
    south.fetch()
    assert len(south.core.evidence_files) == 1
