"""Who has told what of an incident, a column a teller, and what nobody has told yet (R35).

Columns stand in the order of the parties' names, and in each of them its accounts in the order of the log: none is
merged with another, ranked, or taken for what happened (N8). A period that has passed is *late* and nothing more: it
rings nobody, and says nothing of why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from wellclear.domain.agreement import DAY_US
from wellclear.domain.names import party_of_desk
from wellclear.picture.view_records import RecordView, Reply

FIRST_US: Final = 2 * DAY_US
"""Within which a first account is asked for, from the moment of the incident's entry."""
FULL_US: Final = 7 * DAY_US
"""Within which a full one is; which account is full, people judge."""

State = Literal["waits", "late", "told", "told_late"]


@dataclass(frozen=True, slots=True)
class Column:
    """One teller: its accounts, oldest first, by when a first and a full one are asked for, and how the first stands.

    Moments are microseconds of UTC. `open_until_us` is None once the period of the full account has passed.
    """

    party: str
    accounts: tuple[Reply, ...]
    first_due_us: int
    full_due_us: int
    first: State
    open_until_us: int | None


def columns(record: RecordView, now_us: int) -> tuple[Column, ...]:
    """A column for whoever recorded the incident, each party that it was told to, and whoever has told of it."""
    began_us = record.versions[min(record.versions)].moment_us
    told = record.told()
    asked = {party_of_desk(desk) for version in record.versions.values() for desk in version.to}
    tellers = sorted({record.party, *asked, *(reply.party for reply in told)})
    return tuple(_column(one, [reply for reply in told if reply.party == one], began_us, now_us) for one in tellers)


def _column(party: str, accounts: list[Reply], began_us: int, now_us: int) -> Column:
    first_due_us, full_due_us = began_us + FIRST_US, began_us + FULL_US
    if accounts:
        first: State = "told" if accounts[0].moment_us <= first_due_us else "told_late"
    else:
        first = "waits" if now_us <= first_due_us else "late"
    open_until_us = full_due_us if now_us <= full_due_us else None
    return Column(party, tuple(accounts), first_due_us, full_due_us, first, open_until_us)
