"""A host that goes on in two ways, the node that has halted over it, and what still passes between the two."""

from __future__ import annotations

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import board
from wellclear.channel.composing import Composed
from wellclear.channel.desk import safety
from wellclear.channel.outbox import Item
from wellclear.channel.submission import Answer, Answers, Refusal, placed, sign_refusal
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.reasons import Reason
from wellclear.errors import Equivocation
from wellclear.log.merkle import leaf_hash
from wellclear.testing.sketch import Sketch

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
SEED = 61


def other_history(bench: Bench, past: Relay | None = None, *, epochs: bool = True) -> Relay:
    """The host goes on in two ways from one log: the node is halted, and hears the other one from now on.

    They part after `past`, or after the founding; with `epochs` as the log of the bench was founded.
    """
    common = list(past.sketch.leaves) if past is not None else []
    bench.relay.sketch.time(NORTH)
    bench.follow()
    fork = Relay(Sketch.founded(seed=SEED, epochs=epochs))
    for leaf in common[fork.size :]:
        fork.sketch.log(leaf)
    assert fork.sketch.leaves == bench.relay.sketch.leaves[: fork.size], "one log up to there"
    while fork.size <= bench.relay.size:
        fork.sketch.time(HOST)
    with pytest.raises(Equivocation) as found:
        bench.core.hear(fork.note(bench.relay.size))
    bench.core.halt(found.value)
    assert bench.core.state == "halted"
    bench.relay = fork
    return fork


def cease(bench: Bench, code: str = "cease") -> Composed:
    core, desk = bench.core, f"{SOUTH}/OPS"
    return safety(core.pen(desk), core.next_id(desk), [f"{NORTH}/OPS"], code, {"who": "a convoy"})


def put(bench: Bench, composed: Composed) -> Item:
    return bench.core.put(composed.act, bench.relay.sketch.watched(composed), composed.stored)


def hand_over(bench: Bench) -> list[int | Reason]:
    """The linked items go to the host, and its answer comes back, as over the network."""
    items, fates = bench.core.link(), []
    if not items:
        return []
    relay, sketch = bench.relay, bench.relay.sketch
    for item in items:
        bench.keep_parts(item.act, item.parts)
        fates.append(relay.submit(item.leaf))
    answers: list[Answer] = []
    for item, fate in zip(items, fates, strict=True):
        if isinstance(fate, Reason):
            refusal = Refusal(
                hash=b64(leaf_hash(item.leaf)), reason=fate.value, detail="", size=relay.size, time=sketch.now_us
            )
            answers.append(sign_refusal(refusal, sketch.parties[HOST].key("sequencer")))
        else:
            answers.append(placed(leaf_hash(item.leaf), fate, sketch.tree.inclusion_proof(fate, relay.size)))
    bench.core.answered(items, canonical.encode(Answers(checkpoint=relay.note().decode(), answers=answers)))
    return list(fates)


def hear(bench: Bench, start: int = 0) -> None:
    """The host's stream as it is after the halt."""
    bench.core.hear(bench.relay.note(), start, bench.relay.sketch.leaves[start:])


def outside(bench: Bench) -> list[str]:
    return [row["code"] for row in board(bench.core, "")["outside"]["rows"]]
