"""What a party carries out of the log of others' sites and the like: nothing, and how much that was (N1, N13).

A list of places that were to be spared is worth most to who would strike them. So no export of a party, and no account
that is told of a whole log, opens what it was shown of another party's sites, movements, deployments and surveys, nor
what tells of their places: read-backs, limits, findings. The commitments stay, and so does every proof. One at a time
its own node shows them, by id.

    sheltered = Sheltered(party, part)          part: commitment -> salt and text, if this party holds it
    out = sheltered.take(act)                   the commitments of this act whose openings stay out
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET

from wellclear.domain.entry import Act, PartRef
from wellclear.domain.parts import NOTICE_GROUPS, Findings, Group, Nature, open_part
from wellclear.errors import Malformed, Unverified
from wellclear.picture.copies import asks_shelter

LEFT_OUT: Final = (
    "left out: it tells of another party's site, movement, deployment or survey, which stand in no list and no export"
)
_CATEGORY: Final = NOTICE_GROUPS.index("category")
_ABOUT: Final = frozenset({"ack", "readback_wrong", "request"})
"""Answers that repeat places, heights or hours of what they are about."""


class Sheltered:
    """Goes along a log, in its order, and says of each act which of its parts its holder hands to nobody."""

    def __init__(self, party: str, part: Callable[[str], bytes | None]) -> None:
        self.party = party
        self._part = part
        self._items: set[str] = set()
        self._commits: set[str] = set()

    def take(self, act: Act) -> frozenset[str]:
        """The commitments of an act whose openings stay out of what is handed over."""
        out = frozenset(self._out(act))
        self._commits |= out
        return out

    def hides(self, commit: str) -> bool:
        """Whether the opening of a commitment stays out, by any act that was taken so far."""
        return commit in self._commits

    def _out(self, act: Act) -> set[str]:
        about = act.subject.id if act.subject is not UNSET else ""
        commits = {ref.commit for ref in act.parts}
        if act.kind in ("notice", "amend") and act.party != self.party and self._is_sheltered(act):
            self._items.add(about if act.id is UNSET else act.id)
            return commits
        if act.kind == "disclose":
            return commits & self._commits
        if act.kind in _ABOUT and about in self._items:
            return commits
        if act.kind == "finding":
            return {commit for commit in commits if self._names_one(self._opened(commit))}
        return set()

    def _is_sheltered(self, act: Act) -> bool:
        nature = self._opened(act.parts[_CATEGORY].commit) if len(act.parts) > _CATEGORY else None
        return asks_shelter(len(act.parts), nature if isinstance(nature, Nature) else None)

    def _names_one(self, group: Group | None) -> bool:
        return isinstance(group, Findings) and any(one in self._items for row in group.rows for one in (row.a, row.b))

    def _opened(self, commit: str) -> Group | None:
        raw = self._part(commit)
        if raw is None:
            return None
        try:
            return open_part(raw, PartRef(commit=commit, enc="none"))
        except (Malformed, Unverified):
            return None
