"""The access list of an own notice: who was given which of its versions, as what, and what came back (R29, N1).

It is read off the headers, which name the readers of each part, and off the receipts. A receipt that names an entry as
not opened leaves its row open, so what is received here was opened as well. Who has read it with own eyes, or passed
it on, nobody can tell.
"""

from __future__ import annotations

from msgspec import UNSET

from wellclear.apps.node.copies import mark_given
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.rows import moments, shown_row
from wellclear.apps.node.said import Row
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused
from wellclear.picture.rows import answer_id, owed_id
from wellclear.picture.view_items import ItemView, Version

STANDS_FOR = "A receipt means that it arrived and was opened; nobody can tell who read it, or passed it on."


def given_told(core: NodeCore, item: ItemView) -> Row:
    """Every version of an own notice with the parties that it was given to, oldest first.

    Raises:
        Refused: it is another party's; who else was given that is its announcer's to know.
    """
    if item.party != core.party:
        raise Refused(Reason.NOT_THE_ANNOUNCER, f"{item.id} is a notice of {item.party}; its announcer alone is told")
    rows = [row for _, version in sorted(item.versions.items()) for row in _given(core, item, version)]
    return {"id": item.id, "party": item.party, "given": rows, "words": STANDS_FOR}


def _given(core: NodeCore, item: ItemView, version: Version) -> list[Row]:
    shown = shown_row(version)
    parties = sorted({party for readers in shown["shown"].values() for party in readers} - {item.party})
    return [_to_party(core, item, version, party, shown) for party in parties]


def _to_party(core: NodeCore, item: ItemView, version: Version, party: str, shown: Row) -> Row:
    later = [one for one in version.disclosed if party in one.parties]
    first = any(version.had_shown(group, party, version.index + 1) for group in NOTICE_GROUPS)
    owed = core.picture.owed.get(owed_id(version.index, party))
    desks = [desk for desk in version.to if party_of_desk(desk) == party]
    answers = [(desk, core.picture.answers.get(answer_id(item.id, version.version, desk))) for desk in desks]
    given_us = version.moment_us if first or not later else later[0].moment_us
    return {
        "version": version.version, "party": party, "level": shown["levels"].get(party, 0),
        "groups": [group for group, readers in shown["shown"].items() if party in readers], "desks": desks,
        **mark_given(core, item, version, party),
        **moments(given=given_us, received=None if owed is None or owed.received_us is UNSET else owed.received_us),
        "disclosed": [{"index": one.index, **moments(at=one.moment_us), "groups": list(one.groups)} for one in later],
        "acked": [{"desk": desk, **moments(at=row.acked_us)} for desk, row in answers
                  if row is not None and row.acked_us is not UNSET],
    }  # fmt: skip
