"""A host's home directory around a sketched log, and the nodes that write to it: real files, keys and bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn

from wellclear.apps.host.app import Readers, host_app
from wellclear.apps.host.serve import HostServer
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, HostKeys, open_host
from wellclear.channel.composing import Chain, Composed, link
from wellclear.channel.requests import authorize
from wellclear.channel.submission import Frame, Proven, check_answers, encode_frames
from wellclear.domain.entry import Approval
from wellclear.domain.parts import Message
from wellclear.edges.database import Connect, connect
from wellclear.edges.promise import Promise
from wellclear.edges.store import Store
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import Frontier, leaf_hash
from wellclear.testing.sketch import Sketch


@dataclass(slots=True)
class HandClock:
    """A clock that the test moves."""

    us: int

    def now_us(self) -> int:
        return self.us

    def monotonic_us(self) -> int:
        return self.us


@dataclass(slots=True)
class Writer:
    """One node that links entries without the sketch's log: it follows only what it is told."""

    sketch: Sketch
    party: str
    use: str = "node"
    chain: Chain = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.chain = self.sketch.parties[self.party].chains.get(self.use, Chain(0, None))

    @property
    def signer(self) -> Signer:
        return self.sketch.parties[self.party].key(self.use)

    def frame(self, composed: Composed, approvals: Sequence[Approval] = (), head: int | None = None) -> Frame:
        """The act linked at the end of this writer's chain, over the sketch's log."""
        size = len(self.sketch.leaves) if head is None else head
        root = self.sketch.tree.root(min(size, self.sketch.tree.size))
        leaf = link(composed.act, approvals, self.signer, self.chain, (size, root), self.sketch.now_us)
        self.chain = self.chain.next(leaf_hash(leaf))
        return Frame(leaf, composed.sent)

    def time(self, head: int | None = None) -> Frame:
        """A `time` entry: the smallest there is."""
        return self.frame(self.sketch.compose("time", self.party), head=head)

    def message(self, to: str, text: str = "hello") -> Frame:
        """A message of one watch officer, with one part."""
        self.count += 1
        group = Message(group="message", language="en", text=f"{text} {self.count}")
        composed = self.sketch.compose(
            "message", self.party, desk=f"{self.party}/OPS", to=[f"{to}/OPS"],
            id=self.sketch.parties[self.party].next_id(), told=self.sketch.told([group], [to]),
        )  # fmt: skip
        return self.frame(composed, self.sketch.watched(composed))


def host_keys(sketch: Sketch) -> HostKeys:
    """The keys of the sketch's host."""
    host = sketch.parties[sketch.host]
    return HostKeys(host.key("log"), host.key("sequencer"), host.key("cosigner"))


def signed_note(sketch: Sketch, size: int) -> bytes:
    """The host's note over the first entries of the sketch."""
    return sign_checkpoint(Checkpoint(sketch.origin, size, sketch.tree.root(size)), host_keys(sketch).log)


def store_sketch(sketch: Sketch, home: Path) -> HostFiles:
    """Put the sketch's whole log into a new home."""
    files = HostFiles(home)
    store = Store.create(files.store, sketch.channel)

    def seal(hashes: list[bytes]) -> bytes:
        return sign_checkpoint(
            Checkpoint(sketch.origin, len(hashes), Frontier.empty().extend(hashes).root()), host_keys(sketch).log
        )

    store.append(0, sketch.leaves, sketch.parts, seal)
    store.close()
    Promise.create(files.promise, len(sketch.leaves)).close()
    return files


def service_of(
    sketch: Sketch, files: HostFiles, clock: HandClock | None = None, *, connecting: Connect = connect
) -> HostService:
    """The service over that home; its clock stands where the sketch's does."""
    return open_host(files, host_keys(sketch), clock or HandClock(sketch.now_us), connecting=connecting)


@asynccontextmanager
async def running(service: HostService) -> AsyncIterator[HostService]:
    """The service without HTTP."""
    service.start()
    try:
        yield service
    finally:
        await service.stop()


@asynccontextmanager
async def served(
    service: HostService, founding: Path | None = None, readers: Readers = "members"
) -> AsyncIterator[httpx.AsyncClient]:
    """The service behind uvicorn on a free port, in this process, and a client to it."""
    config = uvicorn.Config(
        host_app(service, founding, readers), host="127.0.0.1", port=0, ws="none", lifespan="off", log_config=None,
        access_log=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = HostServer(config, service)
    ready = asyncio.Event()
    server.on_ready = lambda address: ready.set()
    task = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        async with httpx.AsyncClient(base_url=server.address(), trust_env=False) as client:
            yield client
    finally:
        waiting.cancel()
        server.should_exit = True
        await task


async def submit(client: httpx.AsyncClient, sketch: Sketch, *frames: Frame) -> list[Proven]:
    """Send frames over HTTP and check the whole answer."""
    response = await client.post(
        "/submit", content=encode_frames(frames), headers={"Content-Type": "application/octet-stream"}
    )
    assert response.status_code == 200, response.text
    return checked(sketch, response.content, *frames)


def checked(sketch: Sketch, body: bytes, *frames: Frame) -> list[Proven]:
    """The host's answer with its proofs and signatures checked."""
    keys = host_keys(sketch)
    hashes = [leaf_hash(frame.leaf) for frame in frames]
    return check_answers(body, hashes, sketch.origin, keys.log.public_key, keys.sequencer.public_key)[1]


async def read(
    client: httpx.AsyncClient, sketch: Sketch, path: str, party: str = "NORTHLAND", use: str = "node"
) -> httpx.Response:
    """GET as a member."""
    header = authorize(sketch.parties[party].key(use), sketch.channel, "GET", path, sketch.now_us)
    return await client.get(path, headers={"Authorization": header})
