"""What the local API tells of marks: whose copy of an own notice one is (R29)."""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from wellclear.apps.node.copies import whose
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService

Service = NamedDependency[NodeService]


@get("/api/copies/{mark:str}")
async def copies_marked(service: Service, mark: FromPath[str]) -> Row:
    """The copies of own notices that have a mark, and whom they were given to; of others' notices nothing is told."""
    return whose(service.core, mark)


COPIES: Final = [copies_marked]
"""The handlers of this module."""
