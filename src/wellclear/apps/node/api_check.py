"""What the local API compares without announcing: own drafts with everything that is announced (R32, N13).

Red lines and zones judge them as they judge a draft that is kept or released (R30, R31). Nothing of it is stored,
logged or sent; look-ups stay local. The answer has what `apps.check.against` and `apps.check.drawn_rows` let out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from wellclear.airspace.conflict import Announced
from wellclear.apps.check.against import Meeting, compared_with, drafts_from
from wellclear.apps.check.drawn_rows import draft_to_judge, states_from
from wellclear.apps.node import board as boards
from wellclear.apps.node.detection import Detection
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.errors import Unavailable

Service = NamedDependency[NodeService]
WORK_S: Final = 0.02
"""After so much comparing the node's own work has its turn, for at least `TURN_S`: a question waits, not a bell."""
TURN_S: Final = 0.01


class DraftsBody(msgspec.Struct, kw_only=True):
    """Drafts of the node's own party: id, category, volumes as parts write them, and what each `states` of itself."""

    drafts: list[dict[str, Any]]


@post("/api/check", status_code=200)
async def check_drafts(service: Service, data: JSONBody[DraftsBody]) -> Row:
    """Which announced notices, red lines and zones some drafts would meet, and against what they were compared."""
    core = service.core
    drafts = await asyncio.to_thread(drafts_from, data.drafts, core.party)
    stated = [states_from(row.get("states"), f"drafts[{number}].states") for number, row in enumerate(data.drafts)]
    to_judge = {draft.id: draft_to_judge(draft, said) for draft, said in zip(drafts, stated, strict=True)}
    picture, view = core.picture, core.view
    members = [name for name, row in picture.parties.items() if row.state == "member" and "principal" in row.roles]
    told = {
        "party": core.party, "agreement": picture.agreement,
        "settings": msgspec.to_builtins(picture.terms) if picture.agreement else {},
        "compared": compared_with(core.detection.announced_by_others(), members, core.party),
        "size": core.follower.size, "link": boards.link(core, service.link_words),
    }  # fmt: skip
    found = await meetings_in_turns(core.detection, drafts)
    if core.picture.agreement != picture.agreement:
        raise Unavailable("agreement", "another version came into force meanwhile; ask again", retry_after_s=1)
    drawn = await asyncio.to_thread(core.drawing.checked, picture, view, to_judge, core.now_us)
    return {**told, "meetings": [meeting.fields() for meeting in found], "drawn": drawn}


async def meetings_in_turns(detection: Detection, drafts: Sequence[Announced], work_s: float = WORK_S) -> list[Meeting]:
    """What each draft would meet when its turn comes; in between the node hears, rings and sends."""
    loop, found = asyncio.get_running_loop(), list[Meeting]()
    began = loop.time()
    for draft in drafts:
        found += detection.meetings([draft])
        if loop.time() - began >= work_s:
            await asyncio.sleep(TURN_S)
            began = loop.time()
    return found


CHECKING: Final = [check_drafts]
"""The handlers of this module."""
