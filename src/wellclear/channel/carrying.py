"""What a guest's device hands to the node that carries it: acts with approvals and stored parts, and whole entries.

`acts` stand in the order in which they are to be logged: first the epochs that the others are sealed under. `entries`
are linked by a key of the guest's own (a roster by its recovery key) and passed on as they are. `openings` let the
device's own persons read before they approve; `handed` leaves them out, so that who carries an act gets nothing that
the act does not send.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, structs

from wellclear.channel.composing import Composed
from wellclear.channel.opening import open_leaf
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import APPROVALS_MAX, PARTS_MAX, SUBMISSION_BYTES_MAX, Act, Approval, Wire, plainly
from wellclear.domain.logged import Logged
from wellclear.domain.parts import Group, open_part
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture

HANDED_BYTES_MAX = 2 * SUBMISSION_BYTES_MAX
ACTS_MAX = 128


class CarriedAct(Wire, frozen=True):
    """One act; `parts` and `openings` in base64: one for each part that is sent, one for each of the act's."""

    act: Act
    approvals: Annotated[list[Approval], Meta(max_length=APPROVALS_MAX)]
    parts: Annotated[list[str], Meta(max_length=PARTS_MAX)]
    openings: Annotated[list[str], Meta(max_length=PARTS_MAX)] = msgspec.field(default_factory=list)

    def sent(self) -> list[bytes]:
        """The stored bytes of the parts that are sent; raises `InvalidValue` with the place."""
        return [unb64(raw, field=f"parts[{number}]") for number, raw in enumerate(self.parts)]

    def groups(self) -> list[Group]:
        """What the act says, each opening held to its commitment.

        Raises:
            InvalidValue: an opening is no base64, or not every part has one.
            Malformed, Unverified: it does not open, or is not what the act commits to.
        """
        if len(self.openings) != len(self.act.parts):
            raise InvalidValue("openings", "not all that it says is here; look at it where it was made")
        pairs = zip(self.openings, self.act.parts, strict=True)
        return [open_part(unb64(raw, field=f"openings[{at}]"), ref) for at, (raw, ref) in enumerate(pairs)]


def to_be_carried(composed: Composed, via: str) -> CarriedAct:
    """A composed act that names who carries it; nobody has approved it yet."""
    return CarriedAct(
        act=structs.replace(composed.act, via=via), approvals=[], parts=[b64(raw) for raw in composed.sent],
        openings=[b64(raw) for raw in composed.openings],
    )  # fmt: skip


class HandedOver(Wire, frozen=True):
    """The file: acts in the order in which they are to be logged, and whole entries (base64) that go before them."""

    wellclear_acts: Literal[1]
    acts: Annotated[list[CarriedAct], Meta(max_length=ACTS_MAX)] = msgspec.field(default_factory=list)
    entries: Annotated[list[str], Meta(max_length=ACTS_MAX)] = msgspec.field(default_factory=list)

    def encode(self) -> bytes:
        """The file's content: one line of canonical JSON."""
        return canonical.encode(self) + b"\n"

    @property
    def handed(self) -> HandedOver:
        """What goes to the carrier."""
        return structs.replace(self, acts=[structs.replace(one, openings=[]) for one in self.acts])

    def leaves(self) -> list[bytes]:
        """The whole entries; raises `InvalidValue` with the place."""
        return [unb64(raw, field=f"entries[{number}]") for number, raw in enumerate(self.entries)]


def read_handed_over(raw: bytes, source: str = "acts") -> HandedOver:
    """What was handed over, from its file; nothing of it is checked but its form.

    Raises:
        Malformed: no such file, or nothing in it; says which member.
    """
    if len(raw) > HANDED_BYTES_MAX:
        raise Malformed(source, "", "larger than any submission")
    try:
        read = msgspec.json.decode(raw, type=HandedOver, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(source, *plainly(error, "acts")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, "", f"no acts: {error}") from error
    if not read.acts and not read.entries:
        raise Malformed(source, "acts", "there is nothing in it to carry")
    for number, one in enumerate(read.acts):
        if one.act.via is UNSET:
            raise Malformed(source, f"acts[{number}].act.via", "names nobody who is to carry it")
    return read


def check_passed_on(picture: Picture, leaves: Sequence[bytes], party: str) -> list[Logged]:
    """Whole entries of another party, as they would stand one after the other at the end of this log.

    `party` is whose node passes them on: it does so for nobody's entry that its own key, or any node's, could link.

    Raises:
        Unverified: the signature of one does not hold, or it is no entry.
        Refused: it is the own party's, or linked by a node's key; or the reason that the fold would remark.
    """
    passed = []
    for number, leaf in enumerate(leaves):
        logged = open_leaf(picture.size, leaf)
        if logged.entry is None or logged.fault is not None:
            raise Unverified(f"entries[{number}]", "its signature or its form does not hold")
        row = picture.keys.get(logged.entry.link.key)
        if row is None or row.party == party or row.use != "recovery":
            why = "only what another party's recovery key has linked is passed on"
            raise Refused(Reason.NOT_YOUR_KEY, why, field=f"entries[{number}]")
        step = fold(picture, logged)
        if step.remarks:
            raise Refused(step.remarks[0].reason, step.remarks[0].reason.sentence, field=f"entries[{number}]")
        passed.append(logged)
        picture = step.picture
    return passed
