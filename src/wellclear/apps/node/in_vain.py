"""Own entries in the log that nobody can read, for the author's desk to say again.

An act is sealed before it is logged, and its approvals cover the seal. If the log gives the epoch's number to another
key meanwhile (a change of host, a restored copy of this node), the act is logged all the same: it counts, and no reader
can open it. Where the number is nobody's, the fold remarks it for all. Where it is another key's, the author alone can
know at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.epochs import EpochKeys
from wellclear.domain.entry import Act
from wellclear.domain.logged import Logged, Remark
from wellclear.domain.reasons import Reason
from wellclear.picture.picture import Step

UNREAD: Final = frozenset({Reason.UNKNOWN_EPOCH, Reason.OTHER_AUDIENCE, Reason.PART_UNREADABLE})
"""Remarks of an own entry that say that nobody has read it."""


def say_again(act: Act) -> str:
    """What the desk does about an own entry that nobody can read."""
    if act.kind == "ack":
        who = act.subject.id.partition("-")[0] if act.subject is not UNSET else "the announcer"
        return f"Nobody can open its read-back: have {who} say that the read-back is wrong, then acknowledge again"
    if act.kind in ("notice", "amend", "disclose"):
        return "Nobody can open it: say it again, by an amendment"
    return "Nobody can open it: say it again"


def in_vain(keys: EpochKeys, part: Callable[[str], bytes | None], logged: Logged, step: Step) -> list[Remark]:
    """A remark where an own entry that stands is sealed under another key than the log's epoch of that number has.

    `part` gives stored bytes by their `sha`; of what is not held here nothing is said.
    """
    entry = logged.entry
    if entry is None or entry.act.party != keys.party or not step.stands:
        return []
    if any(remark.reason in UNREAD for remark in step.remarks):
        return []  # all can see it
    for ref in entry.act.parts:
        stored = part(ref.sha) if ref.sealed and ref.sha is not UNSET else None
        if stored is not None and not keys.fits(entry.act, ref, stored):
            return [Remark(logged.index, Reason.PART_UNREADABLE, f"epoch {ref.epoch} has another key in the log")]
    return []
