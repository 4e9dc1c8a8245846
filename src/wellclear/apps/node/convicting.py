"""A stopped node is shown by another party that its host has signed two histories.

Each of two nodes may hold one history, and neither of them a note that contradicts its own: the host shows each of them
its own side, or is gone. Both halt as soon as they see what the other has: its evidence file, or its copy of the log.
Nobody's word counts: only the two notes do, both under the key of the host that the own log names.
"""

from __future__ import annotations

from typing import Final

from wellclear.apps.copies import LogCopy
from wellclear.channel.host_change import known_log
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import HostCard
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, Misconfigured, Unverified
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.equivocation import check_evidence, check_pair_in, decode_evidence
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.note import parse_note

META: Final = "evidence"
"""Where a store keeps what its node has halted on."""


def take_evidence(store: Store, file: bytes) -> str:
    """Have this node halt at its next start, if the file convicts its host; returns the sentence that it proves.

    A node that has halted keeps the evidence that it has.

    Args:
        store: opened for writing; the node is not running.
        file: an evidence file, from whomever.

    Raises:
        Malformed: not an evidence file.
        Unverified: it proves nothing, or is about another host than this node's log names.
        Misconfigured: the node has no log yet, so that it believes nobody.
        Unavailable: the disk would not.
    """
    why, host, key = check_evidence(file), _host_of(store), decode_evidence(file).key
    if (key.name, key.public_key) != (host.origin, unb64(host.log)):
        raise Unverified("evidence", f"it convicts {key.name}, and the host of this node's log is {host.origin}")
    if store.get_meta(META) is None:
        with store.transaction():
            store.put_meta(META, file)
    return why


def evidence_in(store: Store, copy: LogCopy) -> bytes:
    """The evidence file that a node's own log and another party's copy make together.

    Raises:
        Unverified: both can be true, or the copy does not lead to a note of this node's host.
        Malformed, Misconfigured: as `take_evidence`.
    """
    host, own = _host_of(store), store.checkpoint()
    assert own is not None, "its log names a host"
    sizes = [parse_checkpoint(parse_note(note).text).size for note in (own, copy.note)]
    ours = (leaf for _, leaf in store.each_leaf())
    tree = Tree(map(leaf_hash, copy.leaves if sizes[1] >= sizes[0] else ours))
    try:
        check_pair_in(tree, own, copy.note, host.origin, unb64(host.log))
    except Equivocation as found:
        return found.evidence[2]
    raise Unverified(copy.source, "and this node's log can both be true; they convict nobody")


def _host_of(store: Store) -> HostCard:
    host = known_log((leaf for _, leaf in store.each_leaf()), store.size()).picture.host
    if host is None:
        raise Misconfigured("node", "its log is empty, so this node believes no host yet")
    return host
