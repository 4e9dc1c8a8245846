"""A copy for each recipient of what needs consent by name: whoever passes an opening on shows whose it was (R29).

The texts are the same, never a place or an hour of them changed; the salts are not, and so neither are the commitments.
A copy that nobody has yet is committed to as well, as long as there is room: for somebody who is consented to later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from msgspec import UNSET

from wellclear.channel.composing import Told
from wellclear.domain.entry import Act
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import Group, Nature
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Refused
from wellclear.picture.copies import COPIES_MAX, SIZE, Copy, are_copies, asks_shelter, copies_in, copy_for
from wellclear.picture.view_items import Version

FULL = (
    f"a notice has room for {COPIES_MAX} recipients with a copy of their own each; "
    "announce it to the others in a notice of its own"
)
ONE_COPY_ONE_READER = (
    "each recipient of a site, a movement, a deployment or a survey gets a copy of its own, "
    "so that a copy that is passed on shows whose it was"
)


def needs_copies(groups: Sequence[Group]) -> bool:
    """Whether what these groups say goes to each recipient in a copy of its own."""
    return any(isinstance(group, Nature) and group.category in CONSENTED for group in groups)


def in_copies(told: Sequence[Told], author: str, salt: Callable[[], bytes]) -> list[Told]:
    """The field groups once for each recipient, in the order of their names, and once for a later one if there is room.

    Raises:
        InvalidValue: there are more recipients than copies.
    """
    parties = sorted({party for row in told for party in row.audience} - {author})
    if len(parties) > COPIES_MAX:
        raise InvalidValue("consent", f"{len(parties)} recipients; {FULL}")
    if not parties:
        return list(told)
    rows: list[Told] = []
    for party in parties:
        own = tuple(sorted({party, author}))
        rows += [replace(row, audience=own if party in row.audience else (), salt=salt()) for row in told]
    spare = [replace(row, audience=(), salt=salt()) for row in told]
    return rows + spare if len(parties) < COPIES_MAX else rows


def copy_to_open(version: Version, author: str, readers: Sequence[str]) -> Copy:
    """The copy of an own notice that is opened further to some parties.

    Raises:
        Refused: it is for several where each needs its own, or no copy is left.
    """
    copies = list(copies_in(version, author))
    if not copies:
        raise Refused(Reason.NOT_COMMITTED, "that version did not commit to four field groups")
    if not asks_shelter(len(version.commits), version.nature):
        return copies[0]
    others = sorted({*readers} - {author})
    if len(others) != 1:
        raise Refused(Reason.BAD_FIELDS, f"{ONE_COPY_ONE_READER}; disclose it to one party at a time", field="to")
    held = copy_for(version, author, others[0]) or next((one for one in copies if not one.parties), None)
    if held is None:
        raise Refused(
            Reason.BAD_FIELDS, f"no copy is left for {others[0]}: amend it and name {others[0]} there", field="to"
        )
    return held


def check_copies(act: Act, groups: Sequence[Group]) -> None:
    """What the parts of an own notice must be where it needs consent: a copy a reader, and in all the same text.

    Raises:
        Refused: a part has several readers, or two copies say different things.
    """
    if act.kind not in ("notice", "amend") or not needs_copies(groups):
        return
    if any(len({*(ref.to if ref.to is not UNSET else ())} - {act.party}) > 1 for ref in act.parts):
        raise Refused(Reason.BAD_FIELDS, ONE_COPY_ONE_READER, field="consent")
    if any(group != groups[at % SIZE] for at, group in enumerate(groups)):
        raise Refused(Reason.BAD_FIELDS, "its copies say different things; every recipient is told the same")


def check_opened_copy(version: Version, act: Act) -> None:
    """What a disclosure of an own notice in copies must be: of one copy, to the one who has it or its first reader.

    Raises:
        Refused: somebody would get a copy that another party has.
    """
    if not are_copies(len(version.commits)):
        return
    named = {ref.commit: {*(ref.to if ref.to is not UNSET else ())} - {act.party} for ref in act.parts}
    for copy in copies_in(version, act.party):
        more = {party for commit in copy.commits for party in named.get(commit, ())}
        if more and len(more | copy.parties) > 1:
            raise Refused(Reason.BAD_FIELDS, ONE_COPY_ONE_READER, field="to")
