"""What the local API compares without announcing: own drafts with everything that is announced (R32, N13).

Nothing of it is stored, logged or sent; look-ups stay local. The answer has what `apps.check.against` lets out.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from wellclear.apps.check.against import compared_with, drafts_from
from wellclear.apps.node import board as boards
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService

Service = NamedDependency[NodeService]


class DraftsBody(msgspec.Struct, kw_only=True):
    """Drafts of the node's own party: id, category, volumes as parts write them."""

    drafts: list[dict[str, Any]]


@post("/api/check", status_code=200)
async def check_drafts(service: Service, data: JSONBody[DraftsBody]) -> Row:
    """Which announced notices some drafts would meet, and against what they were compared."""
    core = service.core
    drafts = drafts_from(data.drafts, core.party)
    members = [name for name, row in core.picture.parties.items() if row.state == "member" and "principal" in row.roles]
    return {
        "party": core.party, "agreement": core.picture.agreement,
        "settings": msgspec.to_builtins(core.picture.terms) if core.picture.agreement else {},
        "meetings": [meeting.fields() for meeting in core.detection.meetings(drafts)],
        "compared": compared_with(core.detection.announced_by_others(), members, core.party),
        "size": core.follower.size, "link": boards.link(core, service.link_words),
    }  # fmt: skip


CHECKING: Final = [check_drafts]
"""The handlers of this module."""
