"""Who may fetch which part: derived from the headers in the log, kept in memory."""

from __future__ import annotations

from msgspec import UNSET

from wellclear.domain.logged import Logged


class Audiences:
    """The parties that the log's headers name for each part, and its author, by the base64 of its SHA-256."""

    def __init__(self) -> None:
        self._of_part: dict[str, frozenset[str]] = {}

    def take(self, logged: Logged) -> None:
        """Whom one more entry lets read its parts; a later entry may open a part to more parties."""
        if logged.entry is None:
            return
        act = logged.entry.act
        for ref in act.parts:
            if ref.sha is not UNSET and ref.to is not UNSET:
                self._of_part[ref.sha] = self._of_part.get(ref.sha, frozenset()).union((*ref.to, act.party))

    def includes(self, sha: str, party: str) -> bool:
        """Whether the party may fetch this part; False as well where there is none."""
        return party in self._of_part.get(sha, ())
