"""The node's application: the local API below `/api`, the page beside it, and the guard in front of both."""

from __future__ import annotations

from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ASGIApp

from wellclear.apps.described import described_at
from wellclear.apps.http import EXCEPTION_HANDLERS
from wellclear.apps.node.api_act import ACTING
from wellclear.apps.node.api_carried import CARRYING
from wellclear.apps.node.api_check import CHECKING
from wellclear.apps.node.api_copies import COPIES
from wellclear.apps.node.api_desk import DESK
from wellclear.apps.node.api_keys import KEYS
from wellclear.apps.node.api_read import READING
from wellclear.apps.node.described import PATH, node_document
from wellclear.apps.node.guard import BODY_BYTES_MAX, Guard
from wellclear.apps.node.page.files import page_handlers
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sessions import Sessions
from wellclear.edges.keyring import Keyring

OFFERED: Final = (*READING, *ACTING, *CARRYING, *CHECKING, *COPIES, *DESK, *KEYS)
"""Every operation of the API."""


def node_app(service: NodeService, token: str, listen_host: str) -> ASGIApp:
    """The application around a running service.

    Args:
        service: what it shows; started and stopped by the caller.
        token: what every request below `/api` must carry.
        listen_host: the address that the node listens on.
    """
    keyring = Keyring(service.home)
    sessions = Sessions(service.core.party, keyring, lambda: service.core.now_us)

    async def told_service() -> NodeService:
        return service

    async def told_sessions() -> Sessions:
        return sessions

    async def told_keyring() -> Keyring:
        return keyring

    app = Litestar(
        route_handlers=[*OFFERED, described_at(PATH, node_document(OFFERED)), *page_handlers],
        dependencies={
            "service": Provide(told_service),
            "sessions": Provide(told_sessions),
            "keyring": Provide(told_keyring),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
    return Guard(app, token, listen_host)
