"""Putting an entry together: an act with its parts, the persons' approvals, the node's link and signature.

Nothing here is random and no clock is read: salts and times are handed in. What a screen shows before a person approves
is exactly the act that is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

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
from wellclear.domain.kinds import KINDS, public_of
from wellclear.domain.parts import GROUPS_OF_KIND, Group, store_in_clear
from wellclear.errors import InvalidValue, Unverified
from wellclear.log.ed25519 import Signer, verify


@dataclass(frozen=True, slots=True)
class Told:
    """One field group and the parties that are to read it; nobody: it is committed to, but not sent."""

    group: Group
    audience: tuple[str, ...]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Composed:
    """An act and the stored bytes of its parts, in the order of the header; also of parts that are not sent."""

    act: Act
    stored: tuple[bytes, ...]

    @property
    def sent(self) -> tuple[bytes, ...]:
        """The parts that go with a submission."""
        return tuple(part for part, ref in zip(self.stored, self.act.parts, strict=True) if ref.sha is not UNSET)


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
    **members: Any,
) -> Composed:
    """An act of a kind, checked against the kind's own row; `members` are code, id, subject, keep_until.

    Raises:
        InvalidValue: a member or a field group is missing, wrong or out of place.
    """
    if kind not in KINDS:
        raise InvalidValue("act.kind", f"{kind} is no kind; one of {', '.join(KINDS)}")
    wanted = GROUPS_OF_KIND.get(kind, ())
    given = tuple(row.group.group for row in told)
    if given not in (wanted, ()) or (given == () and kind in ("notice", "amend", "ack", "message", "finding")):
        raise InvalidValue("act.parts", f"{kind} has the parts {', '.join(wanted) or 'none'}, not {', '.join(given)}")
    refs: list[PartRef] = []
    stored: list[bytes] = []
    for row in told:
        ref, raw = store_in_clear(row.group, row.salt, row.audience)
        refs.append(ref)
        stored.append(raw)
    act = Act(
        rules=RULES_MAX, party=party, kind=kind, to=list(to), precedence=precedence, said=said_us, parts=refs,
        channel=channel, desk=desk, public=public, **members,
    )  # fmt: skip
    public_of(act)
    return Composed(act, tuple(stored))


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
