"""Copies: the four field groups of a notice once more, under other salts, for one reader each (protocol, "Parts", R29).

    parts 0 to 3     cell, volume, category, rest
    parts 4 to 7     the same texts again, for somebody else; and so on, up to four copies

Who is shown what does not hang on the copy that shows it, so the rest of the program goes on to see four groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wellclear.domain.entry import PARTS_MAX
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import NOTICE_GROUPS, Nature
from wellclear.picture.view_items import ItemView, Version

SIZE = len(NOTICE_GROUPS)
COPIES_MAX = PARTS_MAX // SIZE
Readers = tuple[tuple[str, ...], ...]


def are_copies(parts: int) -> bool:
    """Whether a notice with so many parts holds more than one copy."""
    return parts > SIZE and parts % SIZE == 0


def groups_of_parts(parts: int) -> tuple[str, ...]:
    """The field group that belongs into each part of a notice; whatever is no whole copy has none."""
    return NOTICE_GROUPS * (parts // SIZE) if are_copies(parts) else NOTICE_GROUPS[:parts]


def by_group(readers: Readers) -> Readers:
    """Who reads each field group, by whichever copy."""
    if not are_copies(len(readers)):
        return readers
    return tuple(tuple(sorted({one for some in readers[at::SIZE] for one in some})) for at in range(SIZE))


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: the commitments of its four parts and the readers of each, without the author."""

    commits: tuple[str, ...]
    readers: Readers

    @property
    def parties(self) -> set[str]:
        """Whoever was shown a part of it, at first or later."""
        return {party for some in self.readers for party in some}


def copies_in(version: Version, author: str) -> Iterator[Copy]:
    """The copies of a version; one, where it is said once for all its readers."""
    for start in range(0, len(version.commits) // SIZE * SIZE, SIZE):
        place = slice(start, start + SIZE)
        readers = tuple(tuple(one for one in some if one != author) for some in version.readers[place])
        yield Copy(version.commits[place], readers)


def copy_for(version: Version, author: str, party: str) -> Copy | None:
    """The copy that a party was shown a part of, if it was shown any."""
    return next((one for one in copies_in(version, author) if party in one.parties), None)


def asks_shelter(parts: int, nature: Nature | None) -> bool:
    """Whether what is said in so many parts is shown to others one at a time alone: no list, map or export (N1, N13).

    A category that asks for consent says so, and so does a copy of one's own, where the category is not open.
    """
    return are_copies(parts) or (nature is not None and nature.category in CONSENTED)


def is_sheltered(item: ItemView, version: Version, reader: str) -> bool:
    """Whether a notice is another party's, and such that this reader sees it one at a time alone."""
    if item.kind != "notice" or item.party == reader:
        return False
    return asks_shelter(len(version.commits), version.nature)


def taken_before(held: Sequence[int], place: int) -> bool:
    """Whether the same field group was taken from an earlier copy: whoever gets two takes the first of them."""
    return any(one < place and one % SIZE == place % SIZE for one in held)
