"""The picture's time: claims, now, and when a clock starts (protocol, "Time").

No decision rests on one clock. Clocks are the host and the principals, one per party, and observers that the agreement
names; now is the second greatest of their latest claims and never goes back. With fewer than two claims it stands.
"""

from __future__ import annotations

from rpds import HashTrieMap

from wellclear.domain.entry import Entry, Link
from wellclear.picture.picture import Draft

SLACK_US = 60_000_000
"""The most that a host can gain by claiming a late hour."""


def move_clocks(draft: Draft, entry: Entry) -> None:
    """Take the claim of who links, if its party is a clock, and move now; the host's own is its sequencer's."""
    before, link = draft.before, entry.link
    if before.host is None or link.key == before.host.sequencer:
        draft.write("host_claim_us", link.time)
    if before.size == 0:
        draft.now_us = link.time
        draft.write("claims", before.claims.insert(entry.act.party, link.time))
        return
    party = entry.act.linker
    if party not in before.clocks:
        return
    claims = before.claims.insert(party, link.time)
    draft.write("claims", claims)
    known = sorted(claim for party in before.clocks if (claim := claims.get(party)) is not None)
    if len(known) > 1:
        draft.now_us = max(before.now_us, known[-2])


def restart_clocks(draft: Draft) -> None:
    """Set now anew, back if need be: the second greatest of the latest claims of the principals and the host.

    A poisoned claim of the future must not last for ever. Each principal has just signed, so its claim is fresh; the
    claims of observers are forgotten until they speak again. Nothing that was logged is undone.
    """
    claims = draft.read("claims")
    trusted = {draft.read("host").party, *draft.read("principals")}
    fresh = {party: claims[party] for party in trusted if party in claims}
    draft.write("claims", HashTrieMap(fresh))
    if len(fresh) > 1:
        draft.now_us = sorted(fresh.values())[-2]


def clock_start_us(draft: Draft, link: Link) -> int:
    """When a clock starts that this entry starts; a quiet hour or a delayed link makes nobody overdue.

    At the entry's moment or, if later, at the lesser of the host's latest claim and the author's own claim + 60 s.
    """
    host_claim_us: int = draft.read("host_claim_us")
    return max(draft.now_us, min(host_claim_us, link.time + SLACK_US))
