"""A founded channel whose southern node is a process of its own, so that a browser can look at it and it can die."""

from __future__ import annotations

import asyncio
import hashlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from tests.interop.live_channel import NORTH, PASSPHRASE, PATIENCE_S, SOUTH, Desk, Host, agree, found, node_of, serve
from tests.ports import free_port
from wellclear.domain.canonical import b64
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import SketchParty

T = TypeVar("T")
_SERVE = """
import sys
from pathlib import Path
from wellclear.apps.node.serve import serve
from wellclear.edges.settings import load_node
settings = load_node(Path(sys.argv[1]))
serve(settings, sys.argv[2], on_ready=lambda url: print(url, flush=True))
"""


@dataclass
class Node:
    """The southern node in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    token: str

    @property
    def page(self) -> str:
        return f"{self.url}/#token={self.token}"

    def die(self) -> None:
        """As a power cut would have it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE_S)


@dataclass
class PageChannel:
    """Host and southern node as processes; a desk acts in a thread for one story at a time."""

    base: Path
    host: Host
    channel: str
    parties: dict[str, SketchParty]

    @classmethod
    def founded(cls, base: Path) -> PageChannel:
        channel, parties = found(base / "host")
        made = cls(base, serve(base / "host"), channel, parties)
        made.tell(made._agree)
        made._furnish(base / SOUTH)
        return made

    def tell(self, story: Callable[[], Awaitable[T]]) -> T:
        """Run a story beside whatever loop this thread has."""

        async def told() -> T:
            return await story()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(told())).result(2 * PATIENCE_S)

    def at(self, name: str, act: Callable[[Desk], Awaitable[T]]) -> T:
        """What a party's desk does; its node runs in this process as long as that takes."""

        async def story() -> T:
            node = node_of(self.base / name, self.parties[name], self.channel, self.host.url)
            node.start()
            try:
                desk = Desk(self.parties[name], node)
                await desk.until(lambda: node.core.state == "live")
                return await act(desk)
            finally:
                await node.stop()

        return self.tell(story)

    async def _agree(self) -> None:
        desks = [
            Desk(self.parties[name], node_of(self.base / name, self.parties[name], self.channel, self.host.url))
            for name in (NORTH, SOUTH)
        ]
        for desk in desks:
            desk.node.start()
        try:
            await agree(desks[0], desks[1], self.host.home)
        finally:
            for desk in desks:
                await desk.node.stop()

    def _furnish(self, home: Path) -> None:
        """Keys and settings, as `wellclear node join` leaves them."""
        party, keyring = self.parties[SOUTH], Keyring(home)
        for use in ("node", "cosigner"):
            create_key(keyring.path(use), use, SOUTH, PASSPHRASE, **_seed(party, use))
        create_key(
            keyring.path("sealing"), "sealing", SOUTH, PASSPHRASE, party.seed_of("sealing"), exercise=True,
            kdf=KDF_BY_NAME["minimum"],
        )  # fmt: skip
        create_key(keyring.officer_path("W1"), "person", f"{SOUTH}/W1", PASSPHRASE, **_seed(party, "W1"))
        settings = NodeSettings(home, SOUTH, host_url=self.host.url, channel=self.channel, kdf="minimum")
        write_node(replace(settings, listen_port=free_port()))

    def serve_south(self) -> Node:
        home = self.base / SOUTH
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(home), PASSPHRASE],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert ready, "the node did not start"
        return Node(process, process.stdout.readline().strip(), (home / "token").read_text("ascii").strip())


def _seed(party: SketchParty, use: str) -> dict[str, Any]:
    seed = hashlib.sha256(f"sketch {party.seed} {party.name} {use}".encode()).digest()
    assert b64(SigningKey(seed).public_key) == party.public(use), "the sketch makes its keys in another way"
    return {"seed": seed, "exercise": True, "kdf": KDF_BY_NAME["minimum"]}
