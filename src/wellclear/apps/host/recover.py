"""Bringing an old copy of a host's log up to date from a member's copy, without signing anything.

What is taken is proven by the host's own note over it: the host has signed that history already, so it may go on from
there. A restored host signs nothing before it has matched the newest note of every principal, or all others have
decided from where it goes on (`takeover.resume`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wellclear.apps.copies import LogCopy, check_owner
from wellclear.apps.host.starting import HostFiles, replay
from wellclear.channel.host_change import known_log
from wellclear.domain.canonical import unb64
from wellclear.domain.reasons import Reason
from wellclear.edges.promise import Promise
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Refused, Unverified
from wellclear.log.checkpoint import open_checkpoint
from wellclear.log.merkle import Frontier, Tree, leaf_hash


def recover_from(files: HostFiles, copies: Sequence[LogCopy], *, from_all: bool = True) -> int:
    """Bring an old copy forward to the longest of the members' copies; returns its size.

    Where the store holds more than any of them, it stays as it is: nothing that was signed is cut away here.

    Args:
        files: the home with the old copy; its host must not be running.
        copies: bundles or node homes.
        from_all: every principal's must be among them. Otherwise the others decide from where the host goes on
            (`takeover.resume`), also where it has promised more than anybody holds: the promise is left as it is.

    Raises:
        Refused: a principal's copy is missing.
        Unverified: two copies cannot both be begun from one history, or a copy is not its party's.
        Malformed, Misconfigured, Unavailable: as `recover_host`.
    """
    longest = max(copies, key=lambda copy: copy.size)
    known = known_log(longest.leaves, longest.size)
    for copy in copies:
        check_owner(copy, known.picture)
        if Tree(map(leaf_hash, copy.leaves)).root() != known.tree.root(copy.size):
            raise Unverified(copy.source, f"and {longest.source} hold two histories; the members must change the host")
    absent = set(known.picture.principals) - {copy.party for copy in copies}
    if absent and from_all:
        raise Refused(
            Reason.MISSING_APPROVAL,
            f"no copy of {', '.join(sorted(absent))}: a longer log may have been signed to them. Give theirs too, or "
            "have the others decide from where to go on (host resume)",
        )
    parts = {sha: stored for copy in copies for sha, stored in copy.parts.items()}
    return recover_host(files, longest.note, longest.leaves, parts, promising=from_all)


def recover_host(
    files: HostFiles, note: bytes, leaves: Sequence[bytes], parts: Mapping[str, bytes], *, promising: bool = True
) -> int:
    """Add what the store lacks of a log that the host's own `note` covers; returns the store's size then.

    Args:
        files: the home with the old copy; its host must not be running.
        note: a note under this log's key, from a member.
        leaves: the member's whole log from index 0, as long as the note says.
        parts: stored bytes by the base64 of their SHA-256; missing ones stay missing.
        promising: whether the host may start from there, unless it has promised more.

    Raises:
        Malformed: the leaves are not as many as the note says.
        Unverified: the note is not this host's, the leaves do not lead to it, or the store holds another history:
            then two histories were signed, and the members must choose by a change of host.
        Misconfigured: no store, a damaged one, or its host is running.
        Unavailable: the disk would not.
    """
    store = Store.open(files.store)
    try:
        frontier = store.fsck()
        picture, *_ = replay(store)
        if picture.host is None:
            raise Misconfigured(str(files.store), "holds no genesis")
        key = unb64(picture.host.log)
        checkpoint = open_checkpoint(note, picture.host.origin, key)
        if len(leaves) != checkpoint.size:
            raise Malformed("copy of the log", "", f"{len(leaves)} entries; the note says {checkpoint.size}")
        shared, size = sorted((frontier.size, checkpoint.size))
        if list(map(leaf_hash, leaves[:shared])) != store.leaf_hashes(0, shared):
            raise Unverified("copy of the log", "begins otherwise than this store: two histories were signed")
        if Frontier.empty().extend(list(map(leaf_hash, leaves))).root() != checkpoint.root:
            raise Unverified("copy of the log", "does not lead to the root that the note says")
        if checkpoint.size > frontier.size:
            store.append(frontier.size, leaves[frontier.size :], parts, lambda hashes: note)
        if promising:
            _promise(files, size)
    finally:
        store.close()
    return size


def _promise(files: HostFiles, size: int) -> None:
    """Renew the promise. One that says more than was brought stays: then a still newer copy is wanted."""
    promise = Promise(files.promise) if files.promise.exists() else Promise.create(files.promise, size)
    try:
        promise.keep(size)
        promise.check(size)
    finally:
        promise.close()
