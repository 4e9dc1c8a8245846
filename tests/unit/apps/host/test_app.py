"""The host over real HTTP: entries in, proofs out, and nothing for strangers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.apps.host.world import HandClock, Writer, host_keys, read, served, service_of, store_sketch, submit
from wellclear.apps.host.app import Readers
from wellclear.apps.host.service import HostService
from wellclear.channel.policy import cosigners
from wellclear.channel.submission import Frame, decode_frames, encode_frames
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import SUBMISSION_BYTES_MAX
from wellclear.domain.reasons import Reason
from wellclear.edges.client import HostClient
from wellclear.errors import Unavailable
from wellclear.log.checkpoint import cosignatures, open_checkpoint
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.tiles import bundles_for, decode_bundle, split_hashes, tiles_for
from wellclear.testing.sketch import Sketch

OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=11)


def over_http(
    sketch: Sketch,
    home: Path,
    do: Callable[[httpx.AsyncClient], Awaitable[None]],
    founding: Path | None = None,
    readers: Readers = "members",
) -> None:
    async def run() -> None:
        async with served(service_of(sketch, store_sketch(sketch, home)), founding, readers) as client:
            await do(client)

    asyncio.run(run())


@pytest.mark.requirement("R33")
def test_entries_are_logged_with_proofs_and_known_ones_proven_again(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        north, size = Writer(sketch, "NORTHLAND"), len(sketch.leaves)
        first, second = north.message("SOUTHLAND"), north.time()
        assert [one.index for one in await submit(client, sketch, first, second)] == [size, size + 1]
        assert [one.index for one in await submit(client, sketch, first)] == [size]
        north.time()
        refused, known = await submit(client, sketch, north.time(), second)
        assert refused.refusal is not None
        assert refused.refusal.reason == Reason.NOT_NEXT
        assert known.index == size + 1

    over_http(sketch, tmp_path, do)


def test_the_log_is_read_as_tiles_and_proven_from_them(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        north = Writer(sketch, "NORTHLAND")
        sent = [north.time() for _ in range(300)]
        await submit(client, sketch, *sent)
        note = (await read(client, sketch, "/checkpoint")).content
        checkpoint = open_checkpoint(note, sketch.origin, host_keys(sketch).log.public_key)
        assert cosignatures(note, [key for _, key in cosigners(sketch.picture)])
        size = len(sketch.leaves) + 300
        leaves: list[bytes] = []
        for tile in bundles_for(0, size):
            answer = await read(client, sketch, f"/{tile.path}")
            assert ("immutable" in answer.headers["cache-control"]) == (tile.width == 256)
            leaves += decode_bundle(answer.content, tile.width)
        assert leaves == [*sketch.leaves, *(frame.leaf for frame in sent)]
        tree = Tree(map(leaf_hash, leaves))
        assert (checkpoint.size, checkpoint.root) == (size, tree.root())
        for tile in tiles_for(0, size):
            answer = await read(client, sketch, f"/{tile.path}")
            assert split_hashes(answer.content, tile.width) == tree.nodes(
                8 * (tile.level or 0), tile.start, tile.start + tile.width
            )
        for path in ("/tile/0/001.p/255", "/tile/entries/002", "/tile/9/000", "/tile/0/1", "/tile/x"):
            assert (await read(client, sketch, path)).status_code == 404

    over_http(sketch, tmp_path, do)


def test_strangers_learn_no_more_than_the_status(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        told = (await client.get("/status")).json()
        assert told.keys() == {"software", "channel", "origin", "size", "exercise", "state"}
        assert (told["channel"], told["size"]) == (sketch.channel, len(sketch.leaves))
        for path in ("/checkpoint", "/tile/0/000.p/3", "/tile/entries/000.p/3", "/events", "/part/" + "0" * 64):
            for answer in (await client.get(path), await read(client, sketch, path, use="stranger")):
                assert answer.status_code in (403, 409)
                assert answer.json()["error"].keys() >= {"code", "message"}
        assert (await client.get("/founding")).status_code == 403
        assert (await client.get("/schema")).status_code == 404
        assert (await client.get("/submit")).status_code == 405

    over_http(sketch, tmp_path, do)


def test_a_host_may_let_anyone_read_but_parts_never(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        assert (await client.get("/checkpoint")).status_code == 200
        assert (await client.get("/tile/entries/000.p/3")).status_code == 200
        assert (await client.get("/founding")).status_code == 409
        await submit(client, sketch, frame := Writer(sketch, "NORTHLAND").message("SOUTHLAND"))
        assert (await client.get(part_path(sketch, frame))).status_code == 404

    over_http(sketch, tmp_path, do, readers="anyone")


def part_path(sketch: Sketch, frame: Frame) -> str:
    entry = sketch.logged(0, frame.leaf).entry
    assert entry is not None
    sha = entry.act.parts[0].sha
    assert isinstance(sha, str)
    return f"/part/{unb64(sha).hex()}"


@pytest.mark.requirement("R25", "R39")
def test_parts_go_to_their_audience_alone(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        await submit(client, sketch, frame := Writer(sketch, "NORTHLAND").message("SOUTHLAND"))
        path = part_path(sketch, frame)
        for party in ("SOUTHLAND", "NORTHLAND"):  # the author too: its stand-by did not send it
            answer = await read(client, sketch, path, party)
            assert (answer.status_code, answer.content) == (200, frame.parts[0])
        for party, other in (
            ("CASPIA", path),
            ("SOUTHLAND", path.upper()),
            ("SOUTHLAND", "/part/x"),
        ):
            assert (await read(client, sketch, other, party)).status_code == 404

    over_http(sketch, tmp_path, do)


def test_the_founding_file_is_for_principals(sketch: Sketch, tmp_path: Path) -> None:
    (tmp_path / "founding.json").write_bytes(b"{}")

    async def do(client: httpx.AsyncClient) -> None:
        assert (await read(client, sketch, "/founding")).content == b"{}"
        refused = await read(client, sketch, "/founding", "CASPIA")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NOT_A_PRINCIPAL")

    over_http(sketch, tmp_path, do, tmp_path / "founding.json")


def test_followers_get_what_was_and_then_what_comes(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        north, size = Writer(sketch, "NORTHLAND"), len(sketch.leaves)
        header = (await read(client, sketch, "/checkpoint")).request.headers  # signed for another path
        assert (await client.get("/events?from=3", headers=header)).status_code == 403
        signed = (await read(client, sketch, "/events?from=99999999999999999999")).json()
        assert signed["error"]["code"] == "malformed"
        own = HostClient(str(client.base_url), sketch.channel, north.signer, HandClock(sketch.now_us))
        async with own:
            stream = own.events(3)
            leaves, note = list[bytes](), b""
            while len(leaves) < size - 3:
                event = await anext(stream)
                assert event.start == 3 + len(leaves)
                leaves += event.leaves
            frames = [north.time(), north.message("SOUTHLAND")]
            await submit(client, sketch, *frames)
            while len(leaves) < size - 1:
                event = await anext(stream)
                leaves, note = [*leaves, *event.leaves], event.note
            await stream.aclose()  # type: ignore[attr-defined]  # an async generator
        assert leaves == [*sketch.leaves[3:], *(frame.leaf for frame in frames)]
        checkpoint = open_checkpoint(note, sketch.origin, host_keys(sketch).log.public_key)
        assert checkpoint.size == size + 2

    over_http(sketch, tmp_path, do)


def test_a_host_that_stops_ends_its_streams(sketch: Sketch, tmp_path: Path) -> None:
    async def run() -> None:
        service = service_of(sketch, store_sketch(sketch, tmp_path))
        async with served(service) as client:
            signer, clock = Writer(sketch, "NORTHLAND").signer, HandClock(sketch.now_us)
            own = HostClient(str(client.base_url), sketch.channel, signer, clock)
            stream = own.events(len(sketch.leaves))
            await anext(stream)
            assert len(service.followers) == 1
            service.followers.close()
            with pytest.raises(Unavailable):
                _ = [event async for event in stream]
            await own.close()

    asyncio.run(run())


def test_bodies_that_are_no_submission_are_refused_in_words(
    sketch: Sketch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Many hostile bodies against one host: each is answered in the one shape, and nothing is a fault of ours."""
    good = encode_frames([Writer(sketch, "NORTHLAND").message("SOUTHLAND")])
    bodies: list[bytes] = []

    @given(st.binary(max_size=300) | st.tuples(st.integers(0, len(good) - 1), st.integers(1, 255)))
    def collect(change: bytes | tuple[int, int]) -> None:
        if isinstance(change, bytes):
            bodies.append(change)
        else:
            at, by = change
            bodies.append(good[:at] + bytes([good[at] ^ by]) + good[at + 1 :])

    collect()

    async def do(client: httpx.AsyncClient) -> None:
        for body in bodies:
            answer = await client.post("/submit", content=body, headers=OCTETS)
            if answer.status_code == 200:
                told = msgspec.json.decode(answer.content)["answers"]
                assert len(told) == len(decode_frames(body))
                assert all("refused" in one for one in told)
            else:
                assert answer.status_code == 400
                assert answer.json()["error"]["code"] == "malformed"
        big = await client.post("/submit", content=bytes(SUBMISSION_BYTES_MAX + 1), headers=OCTETS)
        assert (big.status_code, big.json()["error"]["code"]) == (413, "too_large")
        form = await client.post("/submit", content=good, headers={"Content-Type": "text/plain"})
        assert form.status_code == 400
        assert (await client.get("/status")).json()["size"] == len(sketch.leaves)

    with caplog.at_level(logging.ERROR):
        over_http(sketch, tmp_path, do)
    assert not caplog.records


def test_hostile_authorization_is_refused_in_words(sketch: Sketch, tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        for header in (b"", b"Bearer x", b'Wellclear key="", time="", sig=""', b"Wellclear " + b"x" * 5000, b"\xff"):
            answer = await client.get("/checkpoint", headers=[(b"Authorization", header)])
            assert answer.status_code in (400, 403)

    over_http(sketch, tmp_path, do)


def test_a_fault_of_this_program_is_told_without_its_inside(
    sketch: Sketch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("a secret of the inside")

    async def do(client: httpx.AsyncClient) -> None:
        monkeypatch.setattr(HostService, "status", broken)
        answer = await client.get("/status")
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "error"
        assert "secret" not in answer.text

    over_http(sketch, tmp_path, do)
    assert any("GET /status failed" in record.getMessage() for record in caplog.records)
