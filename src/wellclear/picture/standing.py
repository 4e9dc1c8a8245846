"""Whether an act may stand at all, before its own kind looks at it (protocol, "Order of judging").

A change of host is judged with its envelope, by the picture before it (decision 0006); every other act by the draft
that its entry's envelope has moved. So these take values, and neither move nor remark anything.
"""

from __future__ import annotations

from msgspec import UNSET
from rpds import HashTrieMap, HashTrieSet

from wellclear.domain.agreement import HOUR_US, Settings
from wellclear.domain.entry import RULES_MAX, Act, Entry
from wellclear.domain.kinds import KINDS
from wellclear.domain.reasons import Reason
from wellclear.picture.picture import Picture

_DECIDE_LIVE_KEYS = frozenset(name for name, kind in KINDS.items() if kind.group == "channel")
"""What even a node that lacks the rules in force must fold (protocol, "Rules")."""
_NEVER_STALE = frozenset({"propose", "sign_agreement", "host_change"})
"""Each names what it starts from or signs, so an old one can do nothing anew. And where false claims have put the
clocks years ahead, a ballot must be able to restart them, and the heads to replace a host that has to log the ballot.
"""


_FOUNDING = frozenset({"propose", "sign_agreement", "epoch", "time"})
"""The articles are sealed as well, so those who are to agree to them need a key."""


def rules_fault(act: Act, rules: int) -> Reason | None:
    """An act under a higher number than is in force, or one that this software does not know, does not stand."""
    if KINDS[act.kind].always:
        return None
    unknown = rules > RULES_MAX and act.kind not in _DECIDE_LIVE_KEYS
    return Reason.NEWER_RULES if unknown or act.rules > rules else None


def phase_fault(picture: Picture, act: Act) -> Reason | None:
    """Before an agreement only what founds it stands; with fewer than two principals only kinds with *always*."""
    if picture.size == 0:
        return None
    if not picture.agreement:
        return None if act.kind in _FOUNDING else Reason.NOT_YET_AGREED
    return None if picture.open or KINDS[act.kind].always else Reason.CLOSED


def seal_fault(picture: Picture, act: Act) -> Reason | None:
    """Parts in clear belong into exercises alone."""
    clear = any(ref.sha is not UNSET and not ref.sealed for ref in act.parts)
    return Reason.UNSEALED if clear and picture.size and not picture.exercise else None


def spent_fault(
    entry: Entry, terms: Settings, now_us: int, acts: HashTrieMap[int, HashTrieSet[bytes]]
) -> Reason | None:
    """An act with approvals counts once, and not at all when it was approved too long ago (decision 0009).

    `acts` are the hashes of acts by the hour in which they were said.
    """
    if entry.act.said < now_us - terms.approval_age_us and entry.act.kind not in _NEVER_STALE:
        return Reason.STALE_APPROVAL
    return Reason.DOUBLED if entry.act_hash in acts.get(entry.act.said // HOUR_US, HashTrieSet()) else None


def remembered(acts: HashTrieMap[int, HashTrieSet[bytes]], entry: Entry) -> HashTrieMap[int, HashTrieSet[bytes]]:
    """The acts with this one's among them."""
    hour = entry.act.said // HOUR_US
    return acts.insert(hour, acts.get(hour, HashTrieSet()).insert(entry.act_hash))
