"""Who is away, and who stands for them (protocol, "Persons"): whose word counts, and whom a ladder calls.

A person on the roster may have one time away, from and until a moment of the picture, and for it a deputy of the same
roster. Meanwhile the person's approvals carry nothing but `safety`: an absent person's key is in a drawer, or in other
hands. The deputy has the person's roles beside its own, all but `administrator`: power over keys is not lent.
"""

from __future__ import annotations

from msgspec import UNSET

from wellclear.picture.picture import Picture
from wellclear.picture.rows import PersonRow

NOT_LENT = "administrator"


def is_away(row: PersonRow, now_us: int) -> bool:
    """Whether a person is away at a moment."""
    return row.away is not UNSET and row.away.start_us <= now_us < row.away.end_us


def stands_for(picture: Picture, name: str, now_us: int) -> list[str]:
    """Whose deputy a person (PARTY/HANDLE) is at a moment, by name."""
    found = []
    for other in picture.deputies.get(name) or ():
        row = picture.persons.get(other)
        if row is not None and is_away(row, now_us):
            found.append(other)
    return found


def roles_at(picture: Picture, name: str, now_us: int) -> frozenset[str]:
    """The roles in which a person's word counts at a moment, those that it has as a deputy among them."""
    row = picture.persons.get(name)
    if row is None:
        return frozenset()
    lent = (picture.persons[other].roles for other in stands_for(picture, name, now_us))
    return frozenset(row.roles) | {role for roles in lent for role in roles if role != NOT_LENT}


def on_duty(picture: Picture, party: str, role: str, now_us: int) -> list[str]:
    """A party's persons of a role in the order of the ladder; a deputy in the place of whom it stands for."""
    found: dict[str, None] = {}
    rows = [(row.rank, name, row) for name, row in picture.persons.items() if name.startswith(f"{party}/")]
    for _, name, row in sorted(rows, key=lambda told: told[:2]):
        if role not in row.roles:
            continue
        if not is_away(row, now_us):
            found[name] = None
        elif row.away is not UNSET and row.away.deputy is not UNSET:
            deputy = f"{party}/{row.away.deputy}"
            theirs = picture.persons.get(deputy)
            if theirs is not None and not is_away(theirs, now_us):
                found[deputy] = None
    return list(found)
