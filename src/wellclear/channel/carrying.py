"""What a guest's device hands to the node that is to carry it: an act, its approvals, and its stored parts.

`openings` let the device's own persons read before they approve; `handed` leaves out those of parts that are not sent,
so that who carries an act gets nothing that the act does not send.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, structs

from wellclear.domain import canonical
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import APPROVALS_MAX, PARTS_MAX, SUBMISSION_BYTES_MAX, Act, Approval, Wire, plainly
from wellclear.domain.parts import Group, open_part
from wellclear.errors import Malformed


class HandedOver(Wire, frozen=True):
    """The file; `parts` and `openings` in base64: one for each part that is sent, one for each of the act's."""

    wellclear_act: Literal[1]
    act: Act
    approvals: Annotated[list[Approval], Meta(max_length=APPROVALS_MAX)]
    parts: Annotated[list[str], Meta(max_length=PARTS_MAX)]
    openings: Annotated[list[str], Meta(max_length=PARTS_MAX)] = msgspec.field(default_factory=list)

    def encode(self) -> bytes:
        """The file's content: one line of canonical JSON."""
        return canonical.encode(self) + b"\n"

    @property
    def handed(self) -> HandedOver:
        """What goes to the carrier."""
        return structs.replace(self, openings=[])

    def sent(self) -> list[bytes]:
        """The stored bytes of the parts that are sent; raises `InvalidValue` with the place."""
        return [unb64(raw, field=f"parts[{number}]") for number, raw in enumerate(self.parts)]

    def groups(self) -> list[Group]:
        """What the act says, each opening held to its commitment.

        Raises:
            InvalidValue: an opening is no base64, or one is missing.
            Malformed, Unverified: it does not open, or is not what the act commits to.
        """
        pairs = zip(self.openings, self.act.parts, strict=False)
        return [open_part(unb64(raw, field=f"openings[{at}]"), ref) for at, (raw, ref) in enumerate(pairs)]


def read_handed_over(raw: bytes, source: str = "act") -> HandedOver:
    """An act from its file; nothing of it is checked but its form.

    Raises:
        Malformed: no such file; says which member.
    """
    if len(raw) > 2 * SUBMISSION_BYTES_MAX:
        raise Malformed(source, "", "larger than any submission")
    try:
        read = msgspec.json.decode(raw, type=HandedOver, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(source, *plainly(error, "act")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, "", f"no act: {error}") from error
    if read.act.via is UNSET:
        raise Malformed(source, "act.via", "names nobody who is to carry it")
    return read
