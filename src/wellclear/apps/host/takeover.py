"""Another party goes on as host from its own copy of the log; or a restored host goes on from where all others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from wellclear.apps.host.starting import UNHEEDED, HostFiles, HostKeys, unheeded_of
from wellclear.channel.composing import Chain, link
from wellclear.channel.host_change import (
    Decision,
    check_decision,
    check_place,
    check_root,
    is_resume,
    known_log,
    missing,
)
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.reasons import SOFT, Reason
from wellclear.edges.promise import Promise
from wellclear.edges.settings import HostSettings, write_host
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Misconfigured, Refused, Unavailable
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.merkle import Frontier
from wellclear.picture.fold import fold


def take_over(
    settings: HostSettings,
    keys: HostKeys,
    decision: Decision,
    leaves: Sequence[bytes],
    parts: Mapping[str, bytes],
    now_us: int,
) -> int:
    """Make a host's home that goes on from the decision's size; its first entry is the decision. Returns the size.

    Args:
        settings: of the new home; it holds no host yet. They are written at the end.
        keys: the ones that the decision names.
        decision: approved by the heads of delegation.
        leaves: the own copy of the log from index 0, at least as long as the decision says.
        parts: what this party holds of the parts, by the base64 of their SHA-256; the others stay missing here.
        now_us: this host's clock.

    Raises:
        Refused: the decision does not stand on this copy; says why.
        Misconfigured: there is a host in this home already, or the keys are other ones, or an exercise's in a real
            channel.
        Unavailable: the disk would not take it.
    """
    files, card = HostFiles(settings.home), decision.body.host
    if files.store.exists():
        raise Misconfigured(str(files.store), "there is a host in this home already", do="Name another home")
    if (card.log, card.sequencer) != (b64(keys.log.public_key), b64(keys.sequencer.public_key)):
        raise Misconfigured("keys", "the decision names other keys than lie here", do="Use the home that proposed it")
    known = known_log(leaves, decision.body.size)
    keys.check_place(known.picture)
    check_decision(decision, known)
    check_root(decision, known.tree)
    check_place(decision, known)
    size, root = decision.body.size, known.tree.root(decision.body.size)
    leaf = link(decision.act, decision.approvals, keys.sequencer, Chain(0, None), (size, root), now_us)
    step = fold(known.picture, open_leaf(size, leaf))
    if not step.stands or step.picture.host != card:
        reason = next((one.reason for one in step.remarks if one.reason not in SOFT), Reason.NOT_POSSIBLE)
        raise Refused(reason, f"as entry {size} it would not stand; have a new decision approved")

    def seal(hashes: list[bytes]) -> bytes:
        return sign_checkpoint(Checkpoint(card.origin, size + 1, Frontier.empty().extend(hashes).root()), keys.log)

    try:
        store = Store.create(files.store, known.picture.channel)
        try:
            store.append(0, [*leaves[:size], leaf], parts, seal)
        finally:
            store.close()
        Promise.create(files.promise, size + 1).close()
    except Unavailable:
        files.forget()
        raise
    write_host(replace(settings, origin=card.origin, channel=known.picture.channel))
    return size + 1


def resume(files: HostFiles, keys: HostKeys, decision: Decision) -> tuple[int, tuple[str, ...]]:
    """Let a restored host go on from where the heads of the others have decided; its size, and who is not heeded.

    Raises:
        Refused: it is no such decision of theirs, or this store is not what they speak of.
        Misconfigured: no store, a damaged one, or its host is running; or keys of an exercise in a real channel.
        Unavailable: the disk would not.
    """
    store = Store.open(files.store)
    try:
        store.fsck()
        size = decision.body.size
        known = known_log((leaf for _, leaf in store.each_leaf()), size)
        keys.check_place(known.picture)
        if not is_resume(decision, known.picture):
            raise InvalidValue(
                "FILE", "it names another host than this one; that one takes over with: host change take"
            )
        check_decision(decision, known)
        check_root(decision, known.tree)
        absent = missing(decision, known.picture)
        check_place(decision, known, unheeded=absent)
        note = sign_checkpoint(Checkpoint(decision.body.host.origin, size, known.tree.root(size)), keys.log)
        with store.transaction():
            store.cut(size, note)
            store.put_meta(UNHEEDED, msgspec.json.encode(sorted({*unheeded_of(store), *absent})))
        files.promise.unlink(missing_ok=True)
        Promise.create(files.promise, size).close()
    finally:
        store.close()
    return size, absent
