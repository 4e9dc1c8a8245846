"""`wellclear host serve`: a home directory's host behind uvicorn, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Final

import uvicorn

from wellclear.apps.connections import BoundedProtocol
from wellclear.apps.host.app import Readers, host_app
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, HostKeys, Progress, open_host
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import Keyring, public_half
from wellclear.edges.settings import HostSettings
from wellclear.errors import Misconfigured

LOG: Final = logging.getLogger("wellclear.host")
STOP_S: Final = 5
"""How long requests in flight may take once the host is told to stop."""
CONNECTIONS_MAX: Final = 2048
SWITCH_S: Final = 0.000_5
"""A thread that verifies gives way to the event loop after so long; Python's own 5 ms would be felt."""


def serve(
    settings: HostSettings,
    passphrase: str,
    *,
    readers: Readers = "members",
    unheeded: Iterable[str] = (),
    progress: Progress | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Run the host in this process until SIGINT or SIGTERM.

    Args:
        settings: of the home directory.
        passphrase: opens the keys log, sequencer and, where it lies here, cosigner.
        readers: who may read log and events.
        unheeded: principals whose claims to have seen a larger log do not stop it; a person's decision.
        progress: told how much of the log is verified.
        on_ready: told the address once requests are answered; port 0 in the settings takes a free one.

    Raises:
        Misconfigured, Unavailable: as `starting.open_host`; or the address cannot be had; or the host had to stop.
    """
    keys = unlock_keys(Keyring(settings.home), passphrase)
    files = HostFiles(settings.home)
    service = open_host(
        files, keys, SystemClock(), channel=settings.channel or None, unheeded=unheeded, progress=progress
    )
    sys.setswitchinterval(SWITCH_S)
    founding = files.founding if files.founding.is_file() else None
    HostServer(server_config(settings, host_app(service, founding, readers)), service, on_ready).run()
    if service.sequencer.stopped is not None:
        raise service.sequencer.stopped


def server_config(settings: HostSettings, app: Any) -> uvicorn.Config:
    """How an ASGI application is served at a host's address: nothing told of itself, and nothing without bounds."""
    return uvicorn.Config(
        app, host=settings.listen_host, port=settings.listen_port, loop="uvloop",
        http=BoundedProtocol, ws="none", lifespan="off", access_log=False, log_config=None, server_header=False,
        date_header=False, proxy_headers=False, timeout_graceful_shutdown=STOP_S,
        limit_concurrency=CONNECTIONS_MAX, ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )  # fmt: skip


def unlock_keys(keyring: Keyring, passphrase: str) -> HostKeys:
    """The keys that a host signs with; raises `Misconfigured` for a missing one or a wrong passphrase."""
    cosigner = keyring.unlock("cosigner", passphrase) if keyring.path("cosigner").is_file() else None
    log, sequencer = keyring.unlock("log", passphrase), keyring.unlock("sequencer", passphrase)
    held = [path for use in ("log", "sequencer", "cosigner") if (path := keyring.path(use)).is_file()]
    return HostKeys(log, sequencer, cosigner, tuple(path.stem for path in held if public_half(path).exercise))


class HostServer(uvicorn.Server):
    """uvicorn around one service: started before the first request, stopped after the last commit."""

    def __init__(
        self, config: uvicorn.Config, service: HostService, on_ready: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(config)
        self._service = service
        self.on_ready = on_ready
        service.on_fatal = self._on_fatal

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # any sockets
        """Begin to commit, then to listen."""
        self._service.start()
        try:
            await super().startup(sockets)  # type: ignore[arg-type]  # handed through
        except SystemExit as error:  # how uvicorn reports an address that is taken
            address = f"{self.config.host}:{self.config.port}"
            raise Misconfigured("listen", f"{address} cannot be had", do="Is another host running?") from error
        if self.on_ready is not None and self.started:
            self.on_ready(self.address())

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # any sockets
        """End the streams, let requests in flight finish, then close the files."""
        self._service.followers.close()
        await super().shutdown(sockets)  # type: ignore[arg-type]  # handed through
        await self._service.stop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in peace, the second time at once. uvicorn's own would raise the signal again when all is done."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def address(self) -> str:
        """Where it listens, with the port that it got."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        scheme = "https" if self.config.is_ssl else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def _on_fatal(self) -> None:
        self.should_exit = True
