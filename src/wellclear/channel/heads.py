"""The head that an entry names, held to the own tree: its author may have seen another log."""

from __future__ import annotations

from msgspec import UNSET

from wellclear.domain.canonical import b64
from wellclear.domain.logged import Logged, Remark
from wellclear.domain.reasons import Reason
from wellclear.log.merkle import Tree
from wellclear.picture.picture import Picture


def head_fault(before: Picture, logged: Logged, tree: Tree) -> Remark | None:
    """HEAD_DIFFERS, when an author names a size that we have with a root that we do not; None for all others.

    `before` is the picture before the entry, and says whose key has signed it: else a host may log anything in
    anybody's name. It is that party's also where the host should have refused the entry.
    """
    entry = logged.entry
    row = None if entry is None else before.keys.get(entry.link.key)
    if entry is None or row is None or row.party != entry.act.linker or entry.link.head is UNSET:
        return None
    head = entry.link.head
    if head.size > tree.size or b64(tree.root(head.size)) == head.root:
        return None
    return Remark(logged.index, Reason.HEAD_DIFFERS, f"{entry.act.linker} has seen another log of {head.size} entries")
