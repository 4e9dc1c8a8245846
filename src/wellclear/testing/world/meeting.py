"""What two nodes have handed to each other past their host, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wellclear.apps.node.core import NodeCore
from wellclear.log.checkpoint import Checkpoint, parse_checkpoint
from wellclear.log.equivocation import decode_evidence
from wellclear.log.note import parse_note
from wellclear.testing.world.ledger import Shown

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

EVIDENCE: Final = b"wellclear/evidence/"


def meet(world: World, reader: str, peer: str, sent: bytes, answer: bytes) -> None:
    """An answer is about to be taken up by the reader; the peer has taken up what was sent before it answered.

    Whoever has been handed evidence, or a note that its own log contradicts, has to halt. Who answered with a shorter
    log than it was told of may not know yet.
    """
    one, other = _core(world, reader), _core(world, peer)
    if one is None or other is None or world.ledger.counts["host resumed"]:
        return
    world.ledger.count("notes exchanged")
    told = _checkpoint(sent), _checkpoint(answer)
    if _contradicts(one, answer, told[1]):
        _note(world, reader)
    if _contradicts(other, sent, told[0]) and (told[1] is None or told[0] is None or told[0].size <= told[1].size):
        _note(world, peer)


def _core(world: World, party: str) -> NodeCore | None:
    """Of a node that runs, and follows the host that there is."""
    node = world.nodes.get(party)
    service = None if node is None else node.live()
    if service is None or service.core.state == "left":
        return None
    host = service.core.picture.host
    return service.core if host is not None and host.origin == world.card.origin else None


def _checkpoint(word: bytes) -> Checkpoint | None:
    return None if not word or word.startswith(EVIDENCE) else parse_checkpoint(parse_note(word).text)


def _contradicts(core: NodeCore, word: bytes, told: Checkpoint | None) -> bool:
    host = core.picture.host
    assert host is not None, "it follows one"
    if told is None:
        return word.startswith(EVIDENCE) and decode_evidence(word).key.name == host.origin
    tree = core.follower.tree
    return told.origin == host.origin and told.size <= tree.size and tree.root(told.size) != told.root


def _note(world: World, party: str) -> None:
    world.ledger.count("two histories met")
    world.ledger.shown.append(Shown(party, world.nodes[party].lives, world.loop.now_us))
