"""Asking a running node, over its local API, what own drafts would meet; a few drafts at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from wellclear.airspace.conflict import Announced
from wellclear.apps.check.against import (
    DRAFT_BYTES_MAX,
    Fields,
    Meeting,
    draft_bytes,
    meeting_from,
    question,
)
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.minima import channel_minima, default_minima
from wellclear.apps.check.plan import Plan, Progress
from wellclear.domain.agreement import settings_from
from wellclear.edges.node_client import NodeClient
from wellclear.errors import InvalidValue, Malformed

_SAYS: Final[Mapping[str, object]] = {}
ASKED_MAX: Final = 25
"""Drafts in one question, fewer than a node takes: with a thousand red lines each may take a third of a second."""
WAIT_S: Final = 50
QUESTION_BYTES_MAX: Final = 512 * 1024


def ask_node(
    client: NodeClient, party: str, plan: Plan, progress: Progress | None = None, says: Mapping[str, object] = _SAYS
) -> ChannelChecked:
    """What the drafts of a plan meet among all that the node knows to be announced, and which red lines and zones.

    `says` is what every draft states of itself that does not say it in its file.

    Raises:
        InvalidValue: one draft is larger than a node takes.
        Malformed: the node answers something else than was agreed.
        Unavailable: it does not answer.
    """
    drafts = [notice.announced() for notice in plan.notices.values()]
    states = {id_: {**says, **notice.states} for id_, notice in plan.notices.items()}
    found: list[Meeting] = []
    drawn: list[Fields] = []
    told: Fields = {}
    done = 0
    for batch in batches(drafts):
        if progress is not None:
            progress("asking the node", done, len(drafts))
        numbered = [replace(draft, id=str(number)) for number, draft in enumerate(batch)]
        stated = {str(number): states[draft.id] for number, draft in enumerate(batch)}
        told = client.post("check", question(numbered, stated), wait_s=WAIT_S)
        found += [_named(row, batch) for row in _list_in(told, "meetings")]
        drawn += [_drawn(row, batch) for row in _list_in(told.get("drawn"), "drafts")]
        done += len(batch)
    if not drafts:
        told = client.post("check", question([]))
    return _checked(plan, party, found, told, drawn)


def batches(drafts: Sequence[Announced]) -> Iterator[list[Announced]]:
    """The drafts in runs that one question holds."""
    batch: list[Announced] = []
    room = QUESTION_BYTES_MAX
    for draft in drafts:
        asked = question([draft])
        alone, size = draft_bytes(asked["drafts"][0]["volumes"]), len(json.dumps(asked))
        if alone > DRAFT_BYTES_MAX:
            why = f"its volumes take {alone} bytes, more than a node takes ({DRAFT_BYTES_MAX}); make several of it"
            raise InvalidValue(draft.id, why)
        if batch and (size > room or len(batch) == ASKED_MAX):
            yield batch
            batch, room = [], QUESTION_BYTES_MAX
        batch.append(draft)
        room -= size
    if batch:
        yield batch


def _named(row: object, batch: Sequence[Announced]) -> Meeting:
    meeting = meeting_from(row)
    number = int(meeting.a) if meeting.a.isascii() and meeting.a.isdecimal() else len(batch)
    if number >= len(batch) or not 0 <= meeting.a_volume < len(batch[number].volumes):
        raise Malformed("node", "meetings", "a draft that was not asked about")
    return replace(meeting, a=batch[number].id)


def _drawn(row: object, batch: Sequence[Announced]) -> Fields:
    """What one draft touches and enters, under its own id."""
    try:
        draft = batch[int(row["a"])]  # type: ignore[index]  # anything else is told as what was not agreed
        told: Fields = {**row, "a": draft.id}  # type: ignore[dict-item]  # as above
        for one in (*told["touched"], *told["entered"]):
            draft.volumes[one["volume"]]
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise Malformed("node", "drawn", f"not what was agreed between node and command line: {error}") from error
    return told


def _list_in(told: Any, name: str) -> list[Any]:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise Malformed("node", name, "a list belongs here")
    return found


def _checked(plan: Plan, party: str, found: Sequence[Meeting], told: Fields, drawn: Sequence[Fields]) -> ChannelChecked:
    try:
        agreed = int(told["agreement"]) > 0
        minima = channel_minima(settings_from(told["settings"])) if agreed else default_minima()
        compared = {name: told["compared"][name] for name in ("notices", "parties", "coarse", "missing")}
        judged = {name: told["drawn"][name] for name in ("red_lines", "zones", "as_of_us", "not_judged")}
        source, size = f"the node's picture ({told['link']['words']})", int(told["size"])
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed("node", "check", f"not what was agreed between node and command line: {error}") from error
    judged["drafts"] = list(drawn)
    return ChannelChecked(plan, party, tuple(found), minima, compared, size, source, agreed, drawn=judged)
