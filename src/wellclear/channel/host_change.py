"""What the heads of delegation decide about the host, as a file outside the log (protocol, "Bootstrap and change").

A dead or hostile host logs no decision about itself. So the decision travels as a file: one act, `host_change`, and the
approvals of the heads, to which anybody may add his own. It is one of two:

    change    another host goes on from `size` and `root`; the act becomes the new host's first entry
    resume    the host in force, restored from a copy, goes on from there; the act is in no log

A change needs the heads of all principals but the new host's own party. A resume may lack one more of them, because
one dead principal must not stop the channel for ever; whoever is missing is not heeded when it claims a longer log.
Address and certificate stand beside the act and are approved by nobody: everything that comes from there proves itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.channel.composing import approval_holds, compose
from wellclear.channel.opening import open_leaf
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import APPROVALS_MAX, Act, Approval, Entry, Head, Link, Wire, act_hash, plainly
from wellclear.domain.kinds import HostCard, HostChange, public_of
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused
from wellclear.log.merkle import Tree
from wellclear.picture.approvals import approvals_fault
from wellclear.picture.fold import fold
from wellclear.picture.membership import host_change_fault
from wellclear.picture.picture import Picture

FILE_BYTES_MAX = 64 * 1024
_SOURCE = "change of host"


class _File(Wire, frozen=True):
    """The file: one line of canonical JSON."""

    wellclear_host_change: Literal[1]
    act: Act
    approvals: Annotated[list[Approval], Meta(max_length=APPROVALS_MAX)]
    url: str
    certificate: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about the host as far as it is approved. `certificate` is PEM, empty where none is to be trusted."""

    act: Act
    body: HostChange
    approvals: tuple[Approval, ...]
    url: str
    certificate: bytes = b""

    @property
    def act_hash(self) -> bytes:
        """What the heads approve."""
        return act_hash(self.act)

    def encode(self) -> bytes:
        """The bytes of the file."""
        file = _File(
            wellclear_host_change=1, act=self.act, approvals=list(self.approvals), url=self.url,
            certificate=b64(self.certificate) if self.certificate else UNSET,
        )  # fmt: skip
        return canonical.encode(file) + b"\n"

    def approved(self, approval: Approval) -> Decision:
        """The same with one approval more; a key's second one changes nothing."""
        if any(other.key == approval.key for other in self.approvals):
            return self
        return replace(self, approvals=(*self.approvals, approval))


def decide(channel: str, body: HostChange, now_us: int, url: str, certificate: bytes = b"") -> Decision:
    """A decision that nobody has approved yet; raises `InvalidValue` for an address or origin that cannot be."""
    public = msgspec.to_builtins(body)
    act = compose("host_change", channel=channel, party=body.host.party, said_us=now_us, public=public).act
    return Decision(act, body, (), url, certificate)


def read_decision(raw: bytes) -> Decision:
    """The decision in a file's bytes; nothing of it is verified.

    Raises:
        Malformed: no such file, or not in its one spelling.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise Malformed(_SOURCE, "", f"{len(raw)} bytes; such a file has at most {FILE_BYTES_MAX}")
    line = raw.removesuffix(b"\n")
    try:
        file = msgspec.convert(canonical.decode(line, _SOURCE), _File, strict=True)
        certificate = b"" if file.certificate is UNSET else unb64(file.certificate, field="certificate")
        body = public_of(file.act) if file.act.kind == "host_change" else None  # of other kinds it knows not all
    except msgspec.ValidationError as error:
        raise Malformed(_SOURCE, *plainly(error, "")) from error
    except InvalidValue as error:
        raise Malformed(_SOURCE, error.field, error.why) from error
    if not isinstance(body, HostChange):
        raise Malformed(_SOURCE, "act.kind", "host_change belongs here")
    return Decision(file.act, body, tuple(file.approvals), file.url, certificate)


@dataclass(frozen=True, slots=True)
class Known:
    """One's own verified log as seen from a decision's size.

    `picture` is that after the entries below the size, as far as there are any; `tree` is of all entries; `beyond` are
    those from the size on, which the decision would cut away.
    """

    picture: Picture
    tree: Tree
    beyond: tuple[Logged, ...]


def known_log(leaves: Iterable[bytes], size: int) -> Known:
    """Fold a log that its owner has verified before."""
    picture, tree, beyond = Picture(), Tree(), []
    for index, leaf in enumerate(leaves):
        logged = open_leaf(index, leaf)
        tree.append(logged.leaf_hash)
        if index < size:
            picture = fold(picture, logged).picture
        else:
            beyond.append(logged)
    return Known(picture, tree, tuple(beyond))


def is_resume(decision: Decision, picture: Picture) -> bool:
    """Whether it lets the host in force go on, instead of naming another one."""
    return picture.host == decision.body.host


def missing(decision: Decision, picture: Picture) -> tuple[str, ...]:
    """The principals whose heads have not approved it and are asked to; the party that is to host is not."""
    rows = (picture.keys.get(approval.key) for approval in decision.approvals)
    heads = {row.party for row in rows if row is not None}
    return tuple(name for name in picture.principals if name not in heads and name != decision.body.host.party)


def check_decision(decision: Decision, known: Known) -> None:
    """Return if the heads of delegation that this log knows have decided so.

    Raises:
        Refused: another channel, an approval is missing or does not hold, or the fold would not take it.
    """
    picture = known.picture
    if decision.act.channel != picture.channel:
        raise Refused(Reason.OTHER_CHANNEL, f"it is about channel {decision.act.channel}", field="channel")
    if picture.size < decision.body.size:  # our log ends before; what lies between is proven while it is followed
        picture = msgspec.structs.replace(picture, size=decision.body.size)
    check = _check_resume if is_resume(decision, picture) else _check_change
    check(decision, picture)


def _check_change(decision: Decision, picture: Picture) -> None:
    entry, approved = _as_entry(decision)
    unapproved, detail = approvals_fault(picture, entry, approved)
    if unapproved is not None:
        raise Refused(unapproved, detail, field="approvals")
    fault = host_change_fault(picture, entry, approved)
    if fault is not None:
        raise Refused(fault, f"{decision.body.host.party} cannot become host with this")


def _check_resume(decision: Decision, picture: Picture) -> None:
    absent = missing(decision, picture)
    if decision.act.party != decision.body.host.party:
        raise Refused(Reason.NOT_YOUR_KEY, "the act is not of the host's party", field="act.party")
    others = set(picture.principals) - {decision.body.host.party, *absent}
    if not others or len(absent) > 1:  # the host's own word alone decides nothing
        raise Refused(Reason.MISSING_APPROVAL, f"the heads of delegation of {', '.join(absent)}", field="approvals")
    asked = tuple(name for name in picture.principals if name not in absent)
    entry, approved = _as_entry(decision)
    fault, detail = approvals_fault(msgspec.structs.replace(picture, principals=asked), entry, approved)
    if fault is not None:
        raise Refused(fault, detail, field="approvals")


def check_next(decision: Decision, approval: Approval, picture: Picture) -> None:
    """Return if one more approval is one that the decision asks for; the others may still be missing.

    Raises:
        Refused: the key is not that of the head of delegation of a principal whose approval is missing.
    """
    row = picture.keys.get(approval.key)
    if row is None or row.state != "live" or row.use != "head_of_delegation":
        raise Refused(Reason.NOT_ON_ROSTER, "this is no live key of a head of delegation", field="approvals")
    if row.party not in missing(decision, picture):
        raise Refused(Reason.NOT_REQUIRED, f"{row.party}'s approval is there already, or not asked for")


def _as_entry(decision: Decision) -> tuple[Entry, tuple[bool, ...]]:
    """The entry that the decision is or would be, linked by the very key that it names."""
    body = decision.body
    link = Link(
        key=body.host.sequencer, seq=1, time=decision.act.said, head=Head(size=body.size, root=body.root)
    )  # fmt: skip
    entry = Entry(
        leaf=b"", act=decision.act, link=link, approvals=decision.approvals, sig="", leaf_hash=b"",
        act_hash=decision.act_hash,
    )  # fmt: skip
    return entry, tuple(approval_holds(entry.act_hash, approval) for approval in decision.approvals)


def overruled(decision: Decision, picture: Picture) -> tuple[str, ...]:
    """Whose claims of a longer log the others have decided not to heed: who is missing under a resume; else nobody."""
    return missing(decision, picture) if is_resume(decision, picture) else ()


def check_place(
    decision: Decision, known: Known, own_named: Sequence[int] = (), unheeded: Collection[str] = ()
) -> None:
    """Return if the log may go on from there: nothing is lost that a principal has named as verified.

    `own_named` are the sizes that this party itself has named in what it sent, logged or not; empty for others than
    principals. `unheeded` are principals that the decision has overruled.

    Raises:
        Refused: a principal has named a longer log than the decision keeps; names entry and party.
    """
    size = decision.body.size
    heeded = set(known.picture.principals).difference(unheeded)
    for logged in known.beyond:
        entry = logged.entry
        if entry is None or logged.fault is not None or entry.link.head is UNSET:
            continue
        if entry.act.party in heeded and entry.link.head.size > size:
            raise _cuts(size, f"{entry.act.party} has named a log of {entry.link.head.size} in entry {logged.index}")
    if own_named and max(own_named) > size:
        raise _cuts(size, f"this party has named a log of {max(own_named)} in what it has sent")


def fits(decision: Decision, tree: Tree) -> bool:
    """Whether a log begins as the decision says, as far as it goes that far."""
    size = decision.body.size
    return tree.size < size or b64(tree.root(size)) == decision.body.root


def check_root(decision: Decision, tree: Tree) -> None:
    """Raise `Refused` unless the log has the decision's root at its size."""
    size = decision.body.size
    if tree.size < size:
        raise Refused(
            Reason.HEAD_AHEAD,
            f"it goes on from {size} entries; this log has {tree.size}, and cannot tell",
            field="size",
        )
    if not fits(decision, tree):
        raise Refused(Reason.HEAD_DIFFERS, f"this log has another root at {size} entries", field="root")


def card_of(party: str, origin: str, log: str, sequencer: str) -> HostCard:
    """A new host's card; raises `InvalidValue` for an origin that cannot be."""
    try:
        return msgspec.convert({"party": party, "origin": origin, "log": log, "sequencer": sequencer}, HostCard)
    except msgspec.ValidationError as error:
        raise InvalidValue("origin", plainly(error, "")[1]) from error


def _cuts(size: int, why: str) -> Refused:
    return Refused(
        Reason.NOT_POSSIBLE, f"to go on from {size} entries would cut away what is agreed: {why}", field="size"
    )
