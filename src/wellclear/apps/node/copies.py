"""Whose copy is it: the mark that stands on what a recipient sees, and what its author can tell from one (R29).

A mark is made of the opening of a copy, which its recipient and the author alone hold. So it says whose copy was shown,
printed or passed on. It does not say who did that, and nothing at all where somebody has typed the words anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.said import Row, stamp
from wellclear.domain.copy_marks import mark_of, parse_mark
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.picture.copies import Copy, are_copies, copies_in, copy_for, is_sheltered
from wellclear.picture.view_items import ItemView, Version

SAYS: Final = "A mark says whose copy it was, and not who passed it on; who types the words anew leaves it out."


def copy_row(core: NodeCore, item: ItemView, version: Version) -> Row:
    """What stands with another party's site and the like: that it is `sheltered`, and the mark of our `copy` of it."""
    if not is_sheltered(item, version, core.party):
        return {}
    copy = copy_for(version, item.party, core.party) if are_copies(len(version.commits)) else None
    mark = None if copy is None else next(_marks(core, copy, core.party), None)
    if mark is None:
        return {"sheltered": "yes"}
    desk = next((one for one in version.to if party_of_desk(one) == core.party), core.party)
    return {"sheltered": "yes", "copy": {"mark": mark, "party": core.party, "desk": desk}}


def mark_given(core: NodeCore, item: ItemView, version: Version, party: str) -> Row:
    """The `mark` of the copy that a party was given of an own notice; nothing where it has none of its own."""
    copy = copy_for(version, item.party, party) if are_copies(len(version.commits)) else None
    mark = None if copy is None else next(_marks(core, copy, party), None)
    return {} if mark is None else {"mark": mark}


def whose(core: NodeCore, text: str) -> Row:
    """The copies of own notices that have a mark: of which version, and whose; none is an answer as well.

    Raises:
        InvalidValue: it is no mark.
    """
    mark = parse_mark(text)
    own = [item for _, item in sorted(core.view.items.items()) if item.kind == "notice" and item.party == core.party]
    rows, looked, closed = [], 0, 0
    for item in own:
        for _, version in sorted(item.versions.items()):
            for copy in _given(version, item.party):
                found = [*_marks(core, copy)]
                looked, closed = looked + 1, closed + (not found)
                if mark in found:
                    rows.append(_row(item, version, copy))
    return {"mark": mark, "copies": rows, "looked": looked, "not_held": closed, "words": SAYS}


def _given(version: Version, author: str) -> list[Copy]:
    return [one for one in copies_in(version, author) if one.parties] if are_copies(len(version.commits)) else []


def _row(item: ItemView, version: Version, copy: Copy) -> Row:
    parties = sorted(copy.parties)
    return {
        "id": item.id, "version": version.version, "party": ", ".join(parties),
        "newest": "yes" if version is item.current else "no",
        "desks": [desk for desk in version.to if party_of_desk(desk) in copy.parties],
        "groups": [name for name, readers in zip(NOTICE_GROUPS, copy.readers, strict=True) if readers],
        "at_us": version.moment_us, "at": stamp(version.moment_us),
    }  # fmt: skip


def _marks(core: NodeCore, copy: Copy, party: str = "") -> Iterator[str]:
    """The marks of the parts of a copy that a party (or whoever has it) was shown, as far as they are held here."""
    for commit, readers in zip(copy.commits, copy.readers, strict=True):
        if not readers or (party and party not in readers):
            continue
        known = core.said.marks.get(commit)
        if known is None and (opening := core.opening(commit)) is not None:
            known = core.said.marks[commit] = mark_of(opening)
        if known is not None:
            yield known
