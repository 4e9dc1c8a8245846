"""`wellclear node serve`: a home directory's node behind uvicorn on loopback, until it is told to stop."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from litestar.types import ASGIApp

from wellclear.apps.connections import BoundedProtocol
from wellclear.apps.node.app import node_app
from wellclear.apps.node.changing import bound_of
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.hearing import Progress
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.witness_app import witness_app
from wellclear.channel.epochs import Wrapping
from wellclear.edges.client import HostClient
from wellclear.edges.clock import Clock, SystemClock
from wellclear.edges.database import Connect, Database, connect
from wellclear.edges.keyring import Keyring, box_key, public_half, write_private
from wellclear.edges.node_client import TOKEN_FILE
from wellclear.edges.peers import Peers
from wellclear.edges.settings import NodeSettings
from wellclear.edges.store import Store
from wellclear.edges.wrapping import wrap
from wellclear.errors import Misconfigured
from wellclear.log.ed25519 import Signer

LOG: Final = logging.getLogger("wellclear.node")
STORE_FILE: Final = "node.sqlite"
RESTORED_FILE: Final = "restored"
STOP_S: Final = 3


def serve(
    settings: NodeSettings,
    passphrase: str,
    *,
    progress: Progress | None = None,
    on_ready: Callable[[str], None] | None = None,
    recovery: str | None = None,
) -> None:
    """Run the node in this process until SIGINT or SIGTERM.

    Args:
        settings: of the home directory; it has joined a channel.
        passphrase: opens the node's key.
        progress: told how much of the own log is verified.
        on_ready: told the address once requests are answered; port 0 in the settings takes a free one.
        recovery: opens the recovery key, under which the node is to read while the log does not know its own key yet.

    Raises:
        Misconfigured, Unavailable, Unverified: a key, the store or the address is not what it should be; or the
            channel turns out to be real, and the node's key was made for exercises.
    """
    keyring = Keyring(settings.home)
    sealing, *further = keyring.unlock_sealing(passphrase)
    cosigner = keyring.unlock("cosigner", passphrase) if keyring.path("cosigner").is_file() else None
    picture = keyring.unlock("picture", passphrase) if keyring.path("picture").is_file() else None
    second = keyring.unlock_second(passphrase)
    keys = NodeKeys(keyring.unlock("node", passphrase), sealing, cosigner, tuple(further), picture, second)
    exercise = public_half(keyring.path("node")).exercise
    reader = None if recovery is None else keyring.unlock("recovery", recovery)

    def opening() -> NodeService:  # it belongs to the event loop that uvicorn runs, so it is made there
        return open_node(settings, keys, SystemClock(), progress, exercise_key=exercise, reader=reader)

    server = NodeServer(settings, opening, on_ready)
    server.run()
    if server.fault is not None:
        raise server.fault


def open_node(
    settings: NodeSettings,
    keys: NodeKeys,
    clock: Clock,
    progress: Progress | None = None,
    *,
    exercise_key: bool = False,
    reader: Signer | None = None,
    connecting: Connect = connect,
    entropy: Callable[[int], bytes] = os.urandom,
    wrapping: Wrapping = wrap,
    transport: httpx.AsyncBaseTransport | None = None,
) -> NodeService:
    """The service of a home directory, its own log verified and folded; not yet started.

    `reader` is the key under which the host is asked, if it is not the node's own. The last four stand for the disk,
    the machine's randomness, HPKE's, and the network, where others are meant.

    Raises:
        Misconfigured: another channel's store, or one that another process writes to; or a real channel's log under
            an exercise's key.
        Unverified: the store is not what the host signed.
        Unavailable: the disk would not read.
    """
    path, box = settings.home / STORE_FILE, box_key(keys.signer)
    if path.exists() and not Database.is_only_begun(path, connecting=connecting):
        store = Store.open(path, box_key=box, connecting=connecting)
    else:
        store = Store.create(path, settings.channel, box_key=box, connecting=connecting)
    try:
        if store.channel != settings.channel:
            raise Misconfigured(str(path), "holds another channel than the settings name", do="Use a home for each")
        core = NodeCore(settings.party, settings.channel, store, keys, clock, entropy, wrapping)
        core.follower.bound = bound_of(store)
        restored = settings.home / RESTORED_FILE
        core.exercise_key = exercise_key
        core.replay(progress)
        core.check_key()
        if restored.exists():
            core.restored()
            restored.unlink()
    except BaseException:
        store.close()
        raise
    asks = reader or keys.signer
    client = HostClient(settings.host_url, settings.channel, asks, clock, settings.ca_file, transport=transport)
    peers = Peers(settings.peers, settings.ca_file, transport=transport) if settings.peers else None
    return NodeService(core, client, settings.home, peers)


def new_token(home: Path) -> str:
    """A fresh start-up token in `HOME/token`, readable by its owner only."""
    token = secrets.token_urlsafe(32)
    write_private(home / TOKEN_FILE, token.encode("ascii") + b"\n", replace=True)
    return token


class NodeServer(uvicorn.Server):
    """uvicorn around one service: the log is verified and followed before the first request is answered."""

    def __init__(
        self,
        settings: NodeSettings,
        opening: Callable[[], NodeService],
        on_ready: Callable[[str], None] | None = None,
    ) -> None:
        self._opening, self._settings = opening, settings
        self.service: NodeService | None = None
        self._guarded: ASGIApp | None = None
        self.fault: Misconfigured | None = None
        self.on_ready = on_ready
        self._witness: uvicorn.Server | None = None
        super().__init__(_config(self._app, settings.listen_host, settings.listen_port))

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        assert self._guarded is not None, "startup has made it"
        await self._guarded(scope, receive, send)

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Open the node, begin to follow, then listen."""
        self.service = self._opening()
        self.service.on_fatal = self._on_fatal
        # Only now: a second start on this home has failed above, and has not taken the first one's token away.
        self._guarded = node_app(self.service, new_token(self._settings.home), self._settings.listen_host)
        self.service.start()
        try:
            await self._start_witness(self.service)
            await super().startup(sockets)
        except SystemExit as error:  # how uvicorn reports an address that is taken
            which, config = "listen", self.config
            if self._witness is not None and not self._witness.started:
                which, config = "witness_listen", self._witness.config
            await self._stop_witness()
            await self.service.stop()
            (self._settings.home / TOKEN_FILE).unlink(missing_ok=True)
            address = f"{config.host}:{config.port}"
            raise Misconfigured(which, f"{address} cannot be had", do="Is another node running?") from error
        if self.on_ready is not None and self.started:
            self.on_ready(self.address())

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """End the streams, let requests in flight finish, then give the store back."""
        assert self.service is not None, "startup has made it"
        self.service.end_streams()
        await self._stop_witness()
        await super().shutdown(sockets)
        await self.service.stop()
        # Here and not after `run`: uvicorn ends the process by the very signal that it was stopped by.
        (self._settings.home / TOKEN_FILE).unlink(missing_ok=True)

    def address(self) -> str:
        """Where it listens, with the port that it got."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def _start_witness(self, service: NodeService) -> None:
        """Serve other nodes and monitors, where the settings name an address for that."""
        if self._settings.witness_listen is None:
            return
        config = _config(witness_app(service), *self._settings.witness_listen)
        config.load()
        self._witness = uvicorn.Server(config)
        self._witness.lifespan = config.lifespan_class(config)
        await self._witness.startup()

    async def _stop_witness(self) -> None:
        witness, self._witness = self._witness, None
        if witness is not None and witness.started:
            await witness.shutdown()

    def _on_fatal(self) -> None:
        told = self.service.fault if self.service is not None else None
        self.fault = told or Misconfigured("node", "a part of it died; its log says more", do="Start it again")
        self.should_exit = True


def _config(app: Any, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app, host=host, port=port, loop="uvloop", http=BoundedProtocol, interface="asgi3", ws="none", lifespan="off",
        access_log=False, log_config=None, server_header=False, date_header=False, proxy_headers=False,
        timeout_graceful_shutdown=STOP_S,
    )  # fmt: skip
