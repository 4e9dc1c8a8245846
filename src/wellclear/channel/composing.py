"""Putting an entry together: an act with its parts, the persons' approvals, the node's link and signature.

Nothing here is random and no clock is read: salts and times are handed in. What a screen shows before a person approves
is exactly the act that is signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import UNSET, UnsetType, structs

from wellclear.channel.sealing import PartKey, context
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import (
    RULES_MAX,
    Act,
    Approval,
    Head,
    Header,
    Link,
    PartRef,
    Precedence,
    Role,
    Subject,
    act_hash,
    approval_message,
    check_header,
    close_leaf,
    entry_message,
    unsigned_leaf,
)
from wellclear.domain.kinds import AUDIENCE_MAX, CHANGED_BY_AMEND, KINDS, public_of
from wellclear.domain.parts import GROUPS_OF_KIND, NOTICE_GROUPS, Group, opening_of, store_in_clear
from wellclear.domain.records import GROUP_OF_RECORD
from wellclear.errors import InvalidValue, Unverified
from wellclear.log.ed25519 import Signer, verify
from wellclear.picture.copies import are_copies, groups_of_parts

_NEVER_WITHOUT = frozenset({"notice", "amend", "ack", "message", "finding", *GROUP_OF_RECORD})
"""Kinds that say nothing without their parts."""


@dataclass(frozen=True, slots=True)
class Told:
    """One field group and the parties that are to read it; nobody: it is committed to, but not sent."""

    group: Group
    audience: tuple[str, ...]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Composed:
    """An act with its parts, in the order of the header.

    `openings` proves each part against its commitment, also those that are not sent; `stored` are the bytes that go
    with a submission, the openings themselves where they travel in clear or not at all; `keys` open each sealed part
    alone. `unread` says why the text of a safety message does not go with it.
    """

    act: Act
    stored: tuple[bytes, ...]
    openings: tuple[bytes, ...] = ()
    keys: tuple[PartKey | None, ...] = ()
    unread: str = ""

    @property
    def sent(self) -> tuple[bytes, ...]:
        """The parts that go with a submission."""
        return tuple(part for part, ref in zip(self.stored, self.act.parts, strict=True) if ref.sha is not UNSET)


class Sealer(Protocol):
    """The author's epochs: which key seals for an audience now, and fresh randomness."""

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        """The number and the key of the live epoch for exactly these parties, sorted; raises `Refused` without one."""
        ...

    def random(self) -> bytes:
        """Thirty-two bytes that were never used before."""
        ...


def compose(
    kind: str,
    *,
    channel: str | UnsetType,
    party: str,
    said_us: int,
    precedence: Precedence = "R",
    desk: str | UnsetType = UNSET,
    to: Sequence[str] = (),
    told: Sequence[Told] = (),
    public: dict[str, Any] | UnsetType = UNSET,
    sealer: Sealer | None = None,
    **members: Any,
) -> Composed:
    """An act of a kind, checked against the kind's own row; `members` are code, id, subject, keep_until.

    Without a sealer its parts travel in clear, which belongs into exercises alone.

    Raises:
        InvalidValue: a member or a field group is missing, wrong or out of place.
    """
    if kind not in KINDS:
        raise InvalidValue("act.kind", f"{kind} is no kind; one of {', '.join(KINDS)}")
    _check_groups(kind, tuple(row.group.group for row in told))
    act = Act(
        rules=RULES_MAX, party=party, kind=kind, to=list(to), precedence=precedence, said=said_us, parts=[],
        channel=channel, desk=desk, public=public, **members,
    )  # fmt: skip
    public_of(act)
    made = [_stored(act, row, sealer) for row in told]
    openings = tuple(opening_of(row.group, row.salt) for row in told)
    refs, stored = [ref for ref, _, _ in made], tuple(raw for _, raw, _ in made)
    return Composed(structs.replace(act, parts=refs), stored, openings, tuple(key for _, _, key in made))


def _check_groups(kind: str, given: tuple[str, ...]) -> None:
    wanted = GROUPS_OF_KIND.get(kind, ())
    fits = given in (wanted, ()) and (given or kind not in _NEVER_WITHOUT)
    if kind in ("notice", "amend") and are_copies(len(given)):
        fits = given == groups_of_parts(len(given))
    if kind == "disclose":
        wanted = tuple(name for name in NOTICE_GROUPS if name in given)
        fits = bool(given) and given == wanted
    elif kind == "amend" and not fits:
        fits = given in {GROUPS_OF_KIND[other] for other in CHANGED_BY_AMEND}
    if not fits:
        raise InvalidValue("act.parts", f"{kind} has the parts {', '.join(wanted) or 'none'}, not {', '.join(given)}")


def _stored(act: Act, told: Told, sealer: Sealer | None) -> tuple[PartRef, bytes, PartKey | None]:
    """A part's place in the header of an act whose other members stand, its stored bytes, and the key of them."""
    ref, opening = store_in_clear(told.group, told.salt, told.audience)
    audience = tuple(sorted({*told.audience} - {act.party}))  # the author has a wrap of its own
    if sealer is None or not told.audience:
        return ref, opening, None
    if not audience:
        return PartRef(commit=ref.commit, enc="none"), opening, None
    if len(audience) > AUDIENCE_MAX:
        raise InvalidValue("audience", f"{len(audience)} parties; one part is sealed for at most {AUDIENCE_MAX}")
    number, epoch_key = sealer.epoch_for(audience)
    ref = PartRef(commit=ref.commit, enc="aes256gcm", sha=ref.commit, to=list(audience), epoch=number)
    where, random = context(act, ref), sealer.random()
    key = PartKey.derive(epoch_key, random, where)
    raw = key.seal(opening, random, where)
    return structs.replace(ref, sha=b64(hashlib.sha256(raw).digest())), raw, key


def subject(item: str, version: int) -> Subject:
    """Which item and version an act speaks of."""
    return Subject(id=item, version=version)


def approve(act: Act, signer: Signer, role: Role) -> Approval:
    """A person's approval of exactly this act."""
    signature = signer.sign(approval_message(act_hash(act)))
    return Approval(key=b64(signer.public_key), role=role, alg="ed25519", sig=b64(signature))


def approval_holds(of_act: bytes, approval: Approval) -> bool:
    """Whether an approval's signature fits the act with this hash."""
    try:
        verify(unb64(approval.key), approval_message(of_act), unb64(approval.sig))
    except Unverified:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the next entry of one key goes: the last `seq` (0 before the first) and the leaf hash it had."""

    seq: int
    prev: bytes | None

    def next(self, leaf_hash: bytes) -> Chain:
        """The chain after one more entry."""
        return Chain(self.seq + 1, leaf_hash)


def link(
    act: Act, approvals: Iterable[Approval], signer: Signer, chain: Chain, head: tuple[int, bytes] | None, time_us: int
) -> bytes:
    """The signed leaf: the act at its place in the key's chain, over the newest log that its author has verified.

    Raises:
        InvalidValue: the envelope would not be taken by any host; says which field.
    """
    place = Link(
        key=b64(signer.public_key),
        seq=chain.seq + 1,
        time=time_us,
        prev=UNSET if chain.prev is None else b64(chain.prev),
        head=UNSET if head is None else Head(size=head[0], root=b64(head[1])),
    )
    check_header(Header(act=act, link=place))
    canonical.check_value(act.public if act.public is not UNSET else {}, "act.public", depth=3)
    unsigned = unsigned_leaf(act, place, tuple(approvals))
    return close_leaf(unsigned, signer.sign(entry_message(unsigned)))
