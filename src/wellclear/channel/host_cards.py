"""Whose notes to believe: the host in force, and whom the leaves that wait behind our log make host.

A change of host is proven by the approvals of the heads of delegation inside its leaf, before any note covers it. They
have said too how long a host is believed that goes on under its old key (protocol, "Bootstrap and change").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from wellclear.channel.ahead import Ahead
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import HostCard, HostChange, public_of
from wellclear.domain.logged import Logged
from wellclear.errors import InvalidValue, Unverified
from wellclear.log.checkpoint import Checkpoint, open_checkpoint
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture

RootOf = Callable[[int], bytes | None]
"""The root of the own log with the leaves behind it, up to a size; None while one of them is missing."""


def host_cards(picture: Picture, index: int, ahead: Ahead, root_of: RootOf) -> Iterator[HostCard]:
    """The host in force after `index` entries, then whom the waiting leaves that follow on them make host."""
    if picture.host is None and index in ahead:
        picture, index = fold(picture, open_leaf(0, ahead[0])).picture, 1
    if picture.host is not None:
        yield picture.host
    waiting = range(index, index + len(ahead))
    changes = [at for at in waiting if b'"kind":"host_change"' in ahead.get(at, b"")]
    for at in range(index, max(changes, default=-1) + 1):
        if at not in ahead:
            return
        logged = open_leaf(at, ahead[at])
        step = fold(picture, logged)
        if at in changes and step.stands and _stands_on(logged, root_of):
            assert step.picture.host is not None, "a change of host names one"
            yield step.picture.host
        picture = step.picture


def _stands_on(logged: Logged, root_of: RootOf) -> bool:
    assert logged.entry is not None, "it was folded without remark"
    try:
        body = public_of(logged.entry.act)
    except InvalidValue:
        return False
    return isinstance(body, HostChange) and root_of(logged.index) == unb64(body.root)


def open_by_host(note: bytes, cards: Iterable[HostCard], bound: HostChange | None) -> Checkpoint:
    """The checkpoint of a note under the key of one of `cards`, none of which is believed beyond `bound`.

    Raises:
        Malformed, Unverified: none of them signed it, or the heads have declared void what it promises.
    """
    fault: Unverified | None = None
    for card in cards:
        bound = None if bound is not None and card == bound.host else bound
        try:
            checkpoint = open_checkpoint(note, card.origin, unb64(card.log))
        except Unverified as error:
            fault = fault or error
            continue
        if bound is not None and checkpoint.size > bound.size:
            raise Unverified("checkpoint", f"by decision of the heads, {card.party} is host up to {bound.size} only")
        return checkpoint
    raise fault or Unverified("checkpoint", "the genesis is not there yet, and only it names the host's key")
