"""What the local API tells: every list of the board by itself, and what only a look-up needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from wellclear import __version__
from wellclear.apps.host.create import read_founding
from wellclear.apps.http import not_found
from wellclear.apps.node import board as boards
from wellclear.apps.node.copies import copy_row
from wellclear.apps.node.given_rows import given_told
from wellclear.apps.node.opened import OpenedLog
from wellclear.apps.node.record_rows import record_row, record_rows, speaking
from wellclear.apps.node.rows import conflict_rows, notice_row, roster_row, shown_row, yes
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sheltering import in_a_list
from wellclear.apps.node.treaty_rows import consents_told
from wellclear.apps.timeline import timeline_of_store
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import decode_leaf
from wellclear.domain.parts import Articles
from wellclear.domain.spoken import spoken
from wellclear.errors import WellclearError
from wellclear.picture.membership import required_of

Service = NamedDependency[NodeService]


@get("/api/status")
async def status(service: Service) -> Row:
    """How the node stands, in a few words."""
    core = service.core
    return {
        "software": f"wellclear {__version__}", "party": core.party, "channel": core.channel,
        "spoken": spoken(unb64(core.channel)), "exercise": "yes" if core.picture.exercise else "no",
        "phase": boards.phase(core), "size": core.follower.size,
        "digest": b64(core.picture.digest), "link": boards.link(core, service.link_words),
    }  # fmt: skip


@get("/api/board")
async def board(service: Service) -> Row:
    """The whole board."""
    return boards.board(service.core, service.link_words)


@get("/api/events")
async def events(service: Service) -> Stream:
    """Server-sent events: the whole board whenever something changed, and at least every two seconds."""
    told = service.boards(lambda: boards.board(service.core, service.link_words))
    return _stream("board", told)


@get("/api/rings")
async def rings(service: Service) -> Stream:
    """Server-sent events: each alarm as it rings, ahead of the board that shows it."""
    rung = (boards.alarm_row(service.core, alarm) if alarm else None async for alarm in service.rings())
    return _stream("ring", rung)


def _stream(name: str, told: AsyncIterator[Row | None]) -> Stream:
    """Rows as events of one name; None is a comment that only shows that the node lives."""

    async def events_of() -> AsyncIterator[bytes]:
        yield b": open\n\n"
        async for row in told:
            data = msgspec.json.encode(row)
            yield b": alive\n\n" if row is None else b"event: %s\ndata: %s\n\n" % (name.encode("ascii"), data)

    return Stream(events_of(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@get("/api/notices")
async def notices(service: Service) -> list[Row]:
    """Every notice in the picture; of another party's sites and movements, no places: these are asked for by id."""
    core, consents = service.core, consents_told(service.core)
    notices = (item for _, item in sorted(core.view.items.items()) if item.kind == "notice")
    return [in_a_list(notice_row(core, item, consents)) for item in notices]


@get("/api/notices/{item:str}")
async def notice(service: Service, item: FromPath[str]) -> Response[Any] | Row:
    """One notice or safety message; `?` versions before the newest are in its log only."""
    found = service.core.view.items.get(item)
    return not_found(f"{item[:40]} is not in the picture") if found is None else notice_row(service.core, found)


@get("/api/notices/{item:str}/versions/{version:int}")
async def notice_version(service: Service, item: FromPath[str], version: FromPath[int]) -> Response[Any] | Row:
    """One version of a notice as this node could open it, and who reads which of its field groups."""
    found = service.core.view.items.get(item)
    said = found.versions.get(version) if found is not None and found.kind == "notice" else None
    if found is None or said is None:
        return not_found(f"{item[:40]} version {version} is not in the picture")
    opened = [group for group in (said.cell, said.said, said.nature, said.rest) if group is not None]
    return {
        "id": found.id, "version": version, "party": found.party, "mine": yes(found.party == service.core.party),
        "to": list(said.to), "groups": [msgspec.to_builtins(group) for group in opened], **shown_row(said),
        **copy_row(service.core, found, said),
    }  # fmt: skip


@get("/api/notices/{item:str}/given")
async def notice_given(service: Service, item: FromPath[str]) -> Response[Any] | Row:
    """Who was given an own notice: the access list, for its announcer alone."""
    found = service.core.view.items.get(item)
    if found is None or found.kind != "notice":
        return not_found(f"{item[:40]} is no notice in the picture")
    return given_told(service.core, found)


@get("/api/conflicts")
async def conflicts(service: Service) -> Row:
    """Conflicts, and against what they were looked for."""
    return {"conflicts": conflict_rows(service.core), "compared": boards.compared(service.core)}


@get("/api/duties")
async def duties(service: Service) -> list[Row]:
    """Every answer that is waited for."""
    return boards.duties(service.core)


@get("/api/alarms")
async def alarms(service: Service) -> list[Row]:
    """What rings, or has rung."""
    return boards.alarms(service.core)


@get("/api/messages")
async def messages(service: Service) -> list[Row]:
    """Messages, newest first."""
    return boards.messages(service.core)


@get("/api/requests")
async def requests(service: Service) -> list[Row]:
    """Requests about notices, with their answers."""
    return boards.requests(service.core)


@get("/api/records")
async def records(service: Service) -> Row:
    """Every record, newest first, and who speaks for whom."""
    return {"records": record_rows(service.core), "speaking": speaking(service.core)}


@get("/api/records/{item:str}")
async def record(service: Service, item: FromPath[str]) -> Response[Any] | Row:
    """One record: what was said, and what each desk has replied, side by side."""
    found = service.core.view.records.get(item)
    return not_found(f"{item[:40]} is no record in the picture") if found is None else record_row(service.core, found)


@get("/api/remarks")
async def remarks(service: Service) -> list[Row]:
    """What cannot stand, newest first."""
    return boards.remarks(service.core)


@get("/api/outbox")
async def outbox(service: Service) -> Row:
    """What is not sent yet, and what it says."""
    return boards.outbox_opened(service.core)


@get("/api/roster")
async def roster(service: Service) -> Row:
    """The own roster as an entry writes it, and everybody's under `parties`."""
    picture = service.core.picture
    parties = {name: roster_row(picture, name) for name in sorted(picture.parties.keys())}
    return {
        "party": service.core.party,
        **parties.get(service.core.party, {"desks": [], "persons": []}),
        "parties": parties,
    }


@get("/api/agreement")
async def agreement(service: Service) -> Row:
    """The settings and articles in force, what is proposed and by whom it is signed; at first, the founding file.

    An open proposal comes with its leaf and its parts as far as they are open here, so that whoever is about to sign
    its hash can hold to it what is shown.
    """
    picture = service.core.picture
    proposals = [
        {
            "proposal": name, "do": row.do, "base": row.base, "by": row.party, "signed": list(row.signed),
            "state": row.state, **_content(service, name),
        }
        for name, row in sorted(picture.proposals.items())
    ]  # fmt: skip
    told: Row = {
        "version": picture.agreement, "rules": picture.rules, "principals": list(picture.principals),
        "settings": msgspec.to_builtins(picture.terms) if picture.agreement else {}, "proposals": proposals,
    }  # fmt: skip
    articles = _articles_in_force(service)
    if articles is not None:
        told["articles"] = msgspec.to_builtins(articles)
    if not picture.agreement and picture.size:
        told |= await _founding(service)
    return told


def _content(service: NodeService, name: str) -> Row:
    body = service.core.picture.proposed.get(name)
    if body is None:
        return {"required": [], "public": {}}
    index = service.core.store.find(unb64(name))
    assert index is not None, "the picture has it from the log"
    leaf = service.core.store.leaves(index, index + 1)[0]
    held = OpenedLog(service.core.store).part
    parts = [(ref.commit, held(ref.commit)) for ref in decode_leaf(leaf).act.parts]
    return {
        "required": list(required_of(service.core.picture, body)), "public": msgspec.to_builtins(body),
        "index": index, "leaf": b64(leaf), "parts": {commit: b64(raw) for commit, raw in parts if raw is not None},
    }  # fmt: skip


def _articles_in_force(service: NodeService) -> Articles | None:
    """The text of the newest version in force that has one; a version without keeps that of the one before."""
    articles = service.core.view.articles
    done = [
        (row.base, name)
        for name, row in service.core.picture.proposals.items()
        if row.do == "amend_agreement" and row.state == "done"
    ]
    for _, name in sorted(done, reverse=True):
        index = service.core.store.find(unb64(name))
        if index is not None and index in articles:
            return articles[index]
    return None


async def _founding(service: NodeService) -> Row:
    """The founding file from the host, held to the genesis; nothing where the host does not give it."""
    if service.core.party not in service.core.picture.principals:
        return {}
    try:
        raw = await service.client.founding()
        read_founding(raw, service.core.picture)
    except WellclearError as error:
        return {"founding_fault": str(error)}
    return {"founding": json.loads(raw)}


@get("/api/timeline")
async def timeline(service: Service) -> Row:
    """What happened, entry by entry, in plain sentences."""
    report = await asyncio.to_thread(timeline_of_store, OpenedLog(service.core.store), service.core.party)
    return dict(report.json())


READING: Final = [
    status, board, events, rings, notices, notice, notice_version, notice_given, conflicts, duties, alarms, messages,
    requests, records, record, remarks, outbox, roster, agreement, timeline,
]  # fmt: skip
"""The handlers of this module."""
