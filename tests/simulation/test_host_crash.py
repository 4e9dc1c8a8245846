"""kill -9 of a real host under load: what it acknowledged is there once, in its author's order, after the restart."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from tests.simulation.host_process import HostProcess
from tests.unit.apps.host.world import Writer, checked, store_sketch
from wellclear.apps.host.starting import HostFiles
from wellclear.channel.opening import open_leaf
from wellclear.channel.submission import Frame, encode_frames
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.settings import HostSettings, write_host
from wellclear.edges.store import Store
from wellclear.log.merkle import leaf_hash
from wellclear.testing.sketch import Sketch

PASSPHRASE = "an exercise"
SEEDS = (1, 2)
LIVES = 3
PER_WRITER = 150


def home_of(sketch: Sketch, home: Path) -> HostFiles:
    """A home with settings, keys and the sketched log."""
    settings = HostSettings(
        home=home, party=sketch.host, origin=sketch.origin, channel=sketch.channel, listen_port=0, kdf="minimum"
    )
    write_host(settings)
    host, keyring = sketch.parties[sketch.host], Keyring(home)
    for use in ("log", "sequencer", "cosigner"):
        create_key(keyring.path(use), use, sketch.host, PASSPHRASE, host.seed_of(use), kdf=KDF_BY_NAME["minimum"])
    return store_sketch(sketch, home)


class Author:
    """A node that sends its entries in order, again until it has the proof of each."""

    def __init__(self, sketch: Sketch, party: str, use: str, random_: random.Random) -> None:
        writer = Writer(sketch, party, use)
        self.sketch, self.random = sketch, random_
        self.waiting = [writer.time() for _ in range(PER_WRITER)]
        self.all = [frame.leaf for frame in self.waiting]
        self.acknowledged: dict[bytes, int] = {}
        self.told = asyncio.Event()

    async def send_all(self, url: str) -> None:
        """Send until nothing waits or the host is gone."""
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            while self.waiting:
                some = self.waiting[: self.random.randint(1, 12)]
                try:
                    answer = await client.post(
                        "/submit", content=encode_frames(some), headers={"Content-Type": "application/octet-stream"}
                    )
                except httpx.HTTPError:
                    return
                if answer.status_code == 200:
                    self.take(some, answer.content)

    def take(self, some: list[Frame], body: bytes) -> None:
        for frame, proven in zip(some, checked(self.sketch, body, *some), strict=True):
            assert proven.index is not None, proven.refusal
            assert self.acknowledged.setdefault(frame.leaf, proven.index) == proven.index
        del self.waiting[: len(some)]
        self.told.set()


@pytest.mark.requirement("R33")
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path, seed: int) -> None:
    sketch, dice = Sketch.founded(seed=seed, entries_per_minute=1_000_000), random.Random(seed)
    files = home_of(sketch, tmp_path)
    authors = [Author(sketch, party, use, dice) for party in ("NORTHLAND", "SOUTHLAND") for use in ("node", "recovery")]
    sketch_size, held = len(sketch.leaves), list[bytes]()
    for life in range(LIVES):
        host = HostProcess.start(tmp_path, PASSPHRASE)
        asyncio.run(one_life(host, authors, dice, last=life == LIVES - 1))
        held = leaves_of(files)[sketch_size:]
        for author in authors:
            mine = [leaf for leaf in held if leaf in set(author.all)]
            assert mine == author.all[: len(mine)], "once, in order, without a gap"
            assert set(author.acknowledged) <= set(mine)
            assert all(held[index - sketch_size] == leaf for leaf, index in author.acknowledged.items())
    assert all(not author.waiting for author in authors)
    strangers = [leaf for leaf in held if not any(leaf in author.all for author in authors)]
    said = [open_leaf(0, leaf).entry for leaf in strangers]
    assert all(one is not None and (one.act.party, one.act.kind) == ("CASPIA", "time") for one in said)


async def one_life(host: HostProcess, authors: list[Author], dice: random.Random, *, last: bool) -> None:
    """Load the host; kill it in the middle, or let it end in peace."""
    watched = dice.choice([author for author in authors if author.waiting])
    enough = dice.randint(0, len(watched.waiting) - 1)
    sending = [asyncio.create_task(author.send_all(host.url)) for author in authors]
    while not last and len(watched.waiting) > enough:
        watched.told = asyncio.Event()
        await watched.told.wait()
    if not last:
        host.kill()
    await asyncio.gather(*sending)
    if last:
        assert host.stop() == 0


def leaves_of(files: HostFiles) -> list[bytes]:
    store = Store.open(files.store)
    store.fsck()
    leaves = store.leaves(0, store.size())
    assert len({leaf_hash(leaf) for leaf in leaves}) == len(leaves)
    store.close()
    return leaves
