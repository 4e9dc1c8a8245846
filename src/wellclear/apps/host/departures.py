"""Who has left, and how far the keys that a party had then still read: up to the entry that says so, and no further."""

from __future__ import annotations

from wellclear.channel.requests import READING_USES
from wellclear.domain.logged import Logged
from wellclear.picture.picture import Step
from wellclear.picture.rows import KeyRow, PartyRow


class Departures:
    """The reading keys that ended because their party left, each with that party and the size of what it may read."""

    def __init__(self) -> None:
        self._of_key: dict[str, tuple[str, int]] = {}

    def take(self, logged: Logged, step: Step) -> None:
        """What one more entry has ended."""
        gone = {
            change.id
            for change in step.changes
            if change.table == "party" and isinstance(change.row, PartyRow) and change.row.state != "member"
        }
        for change in step.changes if gone else ():
            row = change.row
            if isinstance(row, KeyRow) and row.party in gone and row.use in READING_USES and row.state == "replaced":
                self._of_key[change.id] = (row.party, logged.index + 1)

    def of(self, key: str) -> tuple[str, int] | None:
        """The party that had this key when it left, and the size of the log up to there; None for any other key."""
        return self._of_key.get(key)
