"""Records as board, page and command line show them: what was said, and what each desk has replied, side by side.

Nothing is merged (N8): replies stand in the order of the log. What was not shown to this party is absent, and a desk
that has not said for whom it speaks is told as a gap (R12).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.incident_rows import incident_row
from wellclear.apps.node.rows import moments, yes
from wellclear.apps.node.said import Row
from wellclear.apps.node.statement_rows import statement_row
from wellclear.apps.node.treaty_rows import consents_told, position_row, treaty_row
from wellclear.apps.record_words import record_lines
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import Group
from wellclear.domain.records import AuthorityScope, TrackReply
from wellclear.picture.picture import Picture
from wellclear.picture.rows import answer_id, owed_id
from wellclear.picture.view_records import RecordVersion, RecordView, Reply
from wellclear.picture.view_treaty import ConsentWords

NOBODY: Final = "no desk speaks for it"
NO_SCOPE: Final = "it has not said for whom it speaks"
UNREAD_SCOPE: Final = "it has said for whom it speaks, but not to this party"


def record_rows(core: NodeCore) -> list[Row]:
    """Every record in the picture, newest first."""
    consents = consents_told(core)
    rows = [record_row(core, record, consents) for _, record in core.view.records.items()]
    return sorted(rows, key=lambda row: int(row["index"]), reverse=True)


def record_row(core: NodeCore, record: RecordView, consents: ConsentWords | None = None) -> Row:
    """A record at its newest version, with every reply and how far each desk that it is for has come."""
    said = record.current
    told: Row = {
        "id": record.id, "kind": record.kind, "party": record.party, "desk": said.desk, "to": list(said.to),
        "version": said.version, "index": said.index, "precedence": said.precedence,
        "keep_until_day": said.keep_until_day, "mine": yes(record.party == core.party),
        **moments(at=said.moment_us, ended=record.ended_us), **_opened(group for _, group in said.groups.items()),
        "replies": [reply_row(reply) for reply in record.told()],
        "recipients": [_recipient(core.picture, record.id, said, desk) for desk in said.to],
    }  # fmt: skip
    told["waits_for"] = [
        row["desk"] for row in told["recipients"]
        if record.kind == "track_query" and row["party"] == core.party and "replied_us" not in row
    ]  # fmt: skip
    told |= incident_row(record, core.picture.now_us) | statement_row(record)
    return told | treaty_row(core, record, consents_told(core) if consents is None else consents)


def reply_row(reply: Reply) -> Row:
    """What one desk has said of a record, exactly and in words, if it is open here; of a track its answer (R11)."""
    told: Row = {
        "index": reply.index, "kind": reply.kind, "party": reply.party, "desk": reply.desk, "version": reply.version,
        **moments(at=reply.moment_us), **_opened(group for _, group in reply.groups.items()),
    }  # fmt: skip
    group = reply.groups.get("track_reply")
    if isinstance(group, TrackReply):
        told |= {"answer": group.answer, "checked_with": list(group.checked_with)}
    return told | position_row(reply)


def _recipient(picture: Picture, item: str, said: RecordVersion, desk: str) -> Row:
    party = party_of_desk(desk)
    answer = picture.answers.get(answer_id(item, said.version, desk))
    owed = picture.owed.get(owed_id(said.index, party))
    told: Row = {"desk": desk, "party": party}
    if owed is not None and owed.received_us is not UNSET:
        told |= moments(received=owed.received_us)
    if answer is not None:
        for name, moment_us in (("acked", answer.acked_us), ("replied", answer.replied_us)):
            told |= moments(**{name: moment_us}) if moment_us is not UNSET else {}
        if answer.acked_by is not UNSET:
            told["acked_by"] = answer.acked_by.partition("/")[2]
    return told


def _opened(groups: Iterable[Group]) -> Row:
    """The one group of a record, exactly as said and in words; nothing where it is not open here."""
    for group in groups:
        return {"said": msgspec.to_builtins(group), "words": list(record_lines(group))}
    return {"words": []}


# Who speaks for whom.


def speaking(core: NodeCore) -> Row:
    """For whom each desk speaks by its newest scope that stands, and where nobody does (R12)."""
    picture, newest = core.picture, _newest_scopes(core)
    members = {name: row for name, row in picture.parties.items() if row.state == "member"}
    parties: list[Row] = [
        {
            "party": name, "roles": list(row.roles),
            "desks": [_scope_of(desk, newest.get(desk)) for desk in _desks_of(picture, name)],
        }
        for name, row in sorted(members.items())
    ]  # fmt: skip
    hosts = [row for row in parties if "host_nation" in row["roles"] and row["desks"]]
    for row in parties:
        row["gap"] = _gap(row["desks"])
    return {"parties": parties, "host_nation": [row["party"] for row in hosts], "gap": "" if hosts else NOBODY}


def _gap(desks: list[Row]) -> str:
    if any("units" in desk for desk in desks):
        return ""
    return UNREAD_SCOPE if any("scope" in desk for desk in desks) else NO_SCOPE


def _desks_of(picture: Picture, party: str) -> list[str]:
    return sorted(desk for desk, row in picture.desks.items() if row.party == party)


def _newest_scopes(core: NodeCore) -> dict[str, RecordView]:
    """By desk: its newest scope that has not been called off."""
    newest: dict[str, RecordView] = {}
    for _, record in core.view.records.items():
        if record.kind != "authority_scope" or record.ended_us is not None:
            continue
        desk = record.current.desk
        if desk not in newest or newest[desk].current.index < record.current.index:
            newest[desk] = record
    return newest


def _scope_of(desk: str, record: RecordView | None) -> Row:
    if record is None:
        return {"desk": desk}
    said = record.current
    told: Row = {
        "desk": desk, "scope": record.id, "version": said.version, "keep_until_day": said.keep_until_day,
        **moments(at=said.moment_us),
    }  # fmt: skip
    group = said.groups.get("authority_scope")
    if isinstance(group, AuthorityScope):
        told["units"] = [msgspec.to_builtins(unit) for unit in group.units]
    return told
