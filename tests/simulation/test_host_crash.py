"""kill -9 of a real host under load: what it acknowledged is there once, in its author's order, after the restart."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import random
import ssl
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulation.host_process import START_S_MAX, HostProcess
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
OCTETS = {"Content-Type": "application/octet-stream"}
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
        create_key(
            keyring.path(use), use, sketch.host, PASSPHRASE, host.seed_of(use), exercise=True,
            kdf=KDF_BY_NAME["minimum"],
        )  # fmt: skip
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
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=START_S_MAX) as client:
            while self.waiting:
                some = self.waiting[: self.random.randint(1, 12)]
                try:
                    answer = await client.post("/submit", content=encode_frames(some), headers=OCTETS)
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


@pytest.mark.requirement("R33")
@pytest.mark.slow
def test_a_full_disk_stops_writing_but_not_reading_and_loses_nothing(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=3, entries_per_minute=1_000_000)
    files, north = home_of(sketch, tmp_path), Writer(sketch, "NORTHLAND")
    taken: list[bytes] = []
    waiting: list[Frame] = []

    async def fill(url: str) -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=START_S_MAX) as client:
            for _ in range(100):
                waiting[:] = [north.message("SOUTHLAND") for _ in range(8)]
                answer = await client.post("/submit", content=encode_frames(waiting), headers=OCTETS)
                if answer.status_code != 200:
                    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
                    assert answer.headers["retry-after"]
                    assert (await client.get("/status")).json()["size"] >= len(sketch.leaves) + len(taken)
                    return
                assert all(one.index is not None for one in checked(sketch, answer.content, *waiting))
                taken.extend(frame.leaf for frame in waiting)
        raise AssertionError("the disk never filled")

    async def again(url: str) -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=START_S_MAX) as client:
            answer = await client.post("/submit", content=encode_frames(waiting), headers=OCTETS)
            assert all(one.index is not None for one in checked(sketch, answer.content, *waiting))

    host = HostProcess.start(tmp_path, PASSPHRASE, file_bytes_max=400_000)
    asyncio.run(fill(host.url))
    assert taken
    host.kill()
    host = HostProcess.start(tmp_path, PASSPHRASE)
    asyncio.run(again(host.url))
    assert host.stop() == 0
    held = [leaf for leaf in leaves_of(files)[len(sketch.leaves) :] if b'"kind":"message"' in leaf]
    assert held == [*taken, *(frame.leaf for frame in waiting)]


@pytest.mark.slow
def test_with_a_certificate_it_speaks_tls_only(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=3)
    home_of(sketch, tmp_path)
    certificate, key = self_signed()
    (tmp_path / "tls.pem").write_bytes(certificate)
    (tmp_path / "tls.key").write_bytes(key)
    write_host(
        HostSettings(
            tmp_path, sketch.host, sketch.origin, sketch.channel, listen_port=0, kdf="minimum",
            tls_cert=tmp_path / "tls.pem", tls_key=tmp_path / "tls.key",
        )
    )  # fmt: skip
    host = HostProcess.start(tmp_path, PASSPHRASE)
    assert host.url.startswith("https://")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "tls.pem"))
    with httpx.Client(verify=trusted, trust_env=False) as client:
        assert client.get(f"{host.url}/status").json()["channel"] == sketch.channel
        with pytest.raises(httpx.HTTPError):
            client.get(host.url.replace("https", "http") + "/status")
    assert host.stop() == 0


def self_signed() -> tuple[bytes, bytes]:
    """A certificate for the loopback address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "host")])
    day = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day - datetime.timedelta(1))
    made = builder.not_valid_after(day + datetime.timedelta(1)).add_extension(address, False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )
