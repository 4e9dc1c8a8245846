"""A real host process and real nodes over loopback, founded from a sketch's keys; for end-to-end tests."""

from __future__ import annotations

import asyncio
import hashlib
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from wellclear.apps.host.create import create_host, read_founding
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.service import NodeService
from wellclear.channel.composing import Composed, approve, compose
from wellclear.channel.desk import write_act
from wellclear.domain.agreement import Settings, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Role
from wellclear.domain.parts import Articles
from wellclear.edges.card import CardFile
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import KDF_BY_NAME, box_key, create_key
from wellclear.edges.store import Store
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch, SketchParty

HOST, NORTH, SOUTH = "CASPIA", "NORTHLAND", "SOUTHLAND"
PASSPHRASE = "a test and nothing else"
PATIENCE_S: Final = 60  # how long a busy machine may take; no test waits it out unless it fails
_SERVE = """
import sys
from pathlib import Path
from wellclear.apps.host.serve import serve
from wellclear.edges.settings import load_host
serve(load_host(Path(sys.argv[1])), sys.argv[2], on_ready=lambda url: print(url, flush=True))
"""


@dataclass
class Host:
    """The host in a process of its own."""

    home: Path
    process: subprocess.Popen[str]
    url: str

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_S)


def found(home: Path, host: str = HOST, terms: Settings | None = None) -> tuple[str, dict[str, SketchParty]]:
    """A host's home with a genesis; the channel's id, and the parties with their keys.

    With one of the principals as `host` there is no neutral party.
    """
    sketch = Sketch(seed=11)
    parties = {HOST: sketch.party(HOST, "host")} if host == HOST else {}
    for name in (NORTH, SOUTH):
        parties[name] = sketch.party(name, *(("principal", "host") if name == host else ("principal",)))
    home.mkdir(mode=0o700, exist_ok=True)
    create_key(home / "keys" / "cosigner.json", "cosigner", host, PASSPHRASE, **key_of(parties[host], "cosigner"))
    channel = create_host(
        home, host, [CardFile(card=party.card(), exercise="yes") for party in parties.values()],
        terms or default_settings(), Articles(group="articles", text="An exercise.", open_points=[]), True,
        "caspia.example/live", PASSPHRASE, listen_port=0, kdf="minimum",
    )  # fmt: skip
    return channel, parties


def key_of(party: SketchParty, use: str) -> dict[str, Any]:
    """What `create_key` needs to make the sketch's own key."""
    seed = hashlib.sha256(f"sketch {party.seed} {party.name} {use}".encode()).digest()
    assert b64(SigningKey(seed).public_key) == party.public(use), "the sketch makes its keys in another way"
    return {"seed": seed, "exercise": True, "kdf": KDF_BY_NAME["minimum"]}


def serve(home: Path) -> Host:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(home), PASSPHRASE],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready, "the host did not start"
    return Host(home, process, process.stdout.readline().strip())


def node_of(home: Path, party: SketchParty, channel: str, url: str) -> NodeService:
    """A node with the party's own node key, over a store in `home`, replayed and not yet started."""
    home.mkdir(mode=0o700, exist_ok=True)
    signer, path = party.key("node"), home / "node.sqlite"
    box = box_key(signer)
    store = Store.open(path, box_key=box) if path.exists() else Store.create(path, channel, box_key=box)
    clock = SystemClock()
    keys = NodeKeys(signer, party.sealing, party.key("cosigner"), (), party.key("picture"))
    core = NodeCore(party.name, channel, store, keys, clock, os.urandom)
    core.replay()
    return NodeService(core, HostClient(url, channel, signer, clock), home)


@dataclass
class Desk:
    """A party at its node: what an officer with keys would do."""

    party: SketchParty
    node: NodeService

    @property
    def desk(self) -> str:
        return self.party.desk

    def by(self, composed: Composed, *persons: tuple[str, Role]) -> list[Any]:
        return [approve(composed.act, self.party.key(person), role) for person, role in persons]

    async def send(self, composed: Composed, *persons: tuple[str, Role], use: str = "node") -> int:
        """Approve, put, and wait until it is in the verified log; its index. A remark fails the test."""
        item = self.node.put(composed.act, self.by(composed, *persons), composed.stored, use)
        done = await self.node.wait_for(composed.act, item.id, PATIENCE_S)
        assert done is not None, self.node.core.outbox.items.get(item.id)
        assert done[1] == [], done[1]
        return done[0]

    async def until(self, seen: Any, seconds: float = PATIENCE_S) -> None:
        """Wait until something is so in this node."""
        async with asyncio.timeout(seconds):
            while not seen():
                await self.node.changed(0.5)


async def agree(north: Desk, south: Desk, host_home: Path) -> None:
    """Found the channel: settings, signatures, rosters."""
    raw = await north.node.client.founding()
    assert raw == await south.node.client.founding()
    await north.until(lambda: north.node.core.picture.size > 0)
    terms, salt, _, _ = read_founding(raw, north.node.core.picture)
    public = {
        "do": "amend_agreement", "base": 0, "settings": msgspec.to_builtins(terms), "salt": b64(salt),
    }  # fmt: skip
    head: tuple[str, Role] = ("head_of_delegation", "head_of_delegation")
    index = await north.send(_plain(north, "propose", public), head)
    for desk in (north, south):
        await desk.until(lambda desk=desk: desk.node.core.picture.size > index)
        proposal = next(iter(desk.node.core.picture.proposals))
        await desk.send(_plain(desk, "sign_agreement", {"proposal": proposal, "base": 0}), head)
    for desk in (north, south):
        desk.node.core.outbox.signers["recovery"] = desk.party.key("recovery")
        await desk.until(lambda desk=desk: desk.node.core.picture.agreement == 1)
        roster = _plain(desk, "roster", msgspec.to_builtins(desk.party.roster()))
        await desk.send(roster, use="recovery")
        del desk.node.core.outbox.signers["recovery"]
    for desk in (north, south):
        await desk.until(lambda desk=desk: len(desk.node.core.picture.persons) == 10)


def _plain(desk: Desk, kind: str, public: dict[str, Any]) -> Composed:
    core = desk.node.core
    return compose(kind, channel=core.channel, party=core.party, said_us=core.now_us, public=public)


def notice(desk: Desk, to: list[str], volumes: list[dict[str, Any]], id_: str | None = None) -> Composed:
    """A notice of the desk, all of it shown to the addressees."""
    core = desk.node.core
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": volumes},
        {"group": "category", "category": "air"},
        {"group": "rest", "crewed": "yes"},
    ]
    asked = {"to": to, "precedence": "P", "id": id_ or core.next_id(desk.desk), "keep_until": "2030-01-01"}
    return write_act(core.pen(desk.desk), "notice", groups, asked)
