"""The service loses nothing that it acknowledged, whichever write of the store fails, and says when it must stop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.unit.apps.host.world import HandClock, Writer, checked, running, service_of, store_sketch
from tests.unit.edges.faulty import Plan
from wellclear.apps.host import service as module
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles
from wellclear.channel.opening import open_leaf
from wellclear.channel.policy import cosigners
from wellclear.channel.submission import Frame, encode_frames
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Unavailable
from wellclear.log.checkpoint import cosignatures
from wellclear.testing.sketch import SECOND_US, Sketch

WRITES_OF_APPEND = 5  # BEGIN, leaves, parts, checkpoint, COMMIT


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=11)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.001)


def with_service(
    sketch: Sketch, files: HostFiles, do: Callable[[HostService], Awaitable[None]], plan: Plan | None = None
) -> None:
    async def run() -> None:
        service = service_of(sketch, files) if plan is None else service_of(sketch, files, connecting=plan.connect)
        async with running(service):
            await do(service)

    asyncio.run(run())


async def sent(service: HostService, sketch: Sketch, *frames: Frame) -> list[int | None]:
    body = await service.submit(encode_frames(frames))
    return [one.index for one in checked(sketch, body, *frames)]


async def sent_until_taken(service: HostService, sketch: Sketch, *frames: Frame) -> list[int | None]:
    """As a node does: again after every 503."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await sent(service, sketch, *frames)
            except Unavailable:
                await asyncio.sleep(0.002)


def logged_after(sketch: Sketch, files: HostFiles) -> list[bytes]:
    store = Store.open(files.store)
    store.fsck()
    leaves = store.leaves(len(sketch.leaves), store.size())
    store.close()
    return leaves


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("times", [1, 7])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(WRITES_OF_APPEND))
def test_what_was_acknowledged_is_there_once_and_in_order(
    sketch: Sketch, tmp_path: Path, write: int, after: bool, times: int
) -> None:
    files, plan = store_sketch(sketch, tmp_path), Plan()
    north = Writer(sketch, "NORTHLAND")
    frames = [north.message("SOUTHLAND") for _ in range(4)]

    async def do(service: HostService) -> None:
        assert await sent(service, sketch, frames[0]) == [len(sketch.leaves)]
        plan.arm(write, after=after, times=times)
        taken = await sent_until_taken(service, sketch, *frames[1:3])
        assert plan.struck
        taken += await sent_until_taken(service, sketch, frames[3])
        assert taken == [len(sketch.leaves) + number for number in (1, 2, 3)]

    with_service(sketch, files, do, plan)
    assert logged_after(sketch, files) == [frame.leaf for frame in frames]


def test_while_the_disk_is_full_writers_are_told_and_readers_served(sketch: Sketch, tmp_path: Path) -> None:
    files, plan = store_sketch(sketch, tmp_path), Plan()
    north = Writer(sketch, "NORTHLAND")
    first, second = north.time(), north.time()

    async def do(service: HostService) -> None:
        plan.arm(3, after=False, times=10_000, code=sqlite3.SQLITE_FULL)  # after the signature
        for frame in (first, second):
            with pytest.raises(Unavailable, match="the disk is full") as told:
                await sent(service, sketch, frame)
            assert told.value.retry_after_s
        assert service.checkpoint()
        plan.at = -1
        assert await sent_until_taken(service, sketch, first, second) == [len(sketch.leaves), len(sketch.leaves) + 1]

    with_service(sketch, files, do, plan)
    assert logged_after(sketch, files) == [first.leaf, second.leaf]


def test_many_at_once_share_commits(sketch: Sketch, tmp_path: Path) -> None:
    files = store_sketch(sketch, tmp_path)
    north, south = Writer(sketch, "NORTHLAND"), Writer(sketch, "SOUTHLAND")

    async def do(service: HostService) -> None:
        bodies = [[writer.time() for _ in range(6)] for _ in range(5) for writer in (north, south)]
        indices = await asyncio.gather(*(sent_until_taken(service, sketch, *frames) for frames in bodies))
        assert sorted(index for some in indices for index in some if index is not None) == list(
            range(len(sketch.leaves), len(sketch.leaves) + 60)
        )

    with_service(sketch, files, do)
    entries = [open_leaf(0, leaf).entry for leaf in logged_after(sketch, files)]
    for writer in (north, south):
        seqs = [one.link.seq for one in entries if one is not None and one.act.party == writer.party]
        assert seqs == sorted(seqs)


def test_after_a_restart_known_bytes_get_their_proof_again(sketch: Sketch, tmp_path: Path) -> None:
    files, frame = store_sketch(sketch, tmp_path), Writer(sketch, "NORTHLAND").message("SOUTHLAND")
    digests: list[bytes] = []

    async def do(service: HostService) -> None:
        assert await sent(service, sketch, frame) == [len(sketch.leaves)]
        digests.append(service.sequencer.picture.digest)

    with_service(sketch, files, do)
    with_service(sketch, files, do)
    assert digests[0] == digests[1]


def test_a_second_writer_stops_the_log(sketch: Sketch, tmp_path: Path) -> None:
    files, north = store_sketch(sketch, tmp_path), Writer(sketch, "NORTHLAND")

    async def do(service: HostService) -> None:
        other = sqlite3.connect(files.store)
        other.execute("UPDATE checkpoint SET size = size + 1")
        other.commit()
        other.close()
        for _ in range(2):
            with pytest.raises(Unavailable, match="somebody else wrote"):
                await sent(service, sketch, north.time())
        assert service.sequencer.stopped is not None

    with_service(sketch, files, do)


@pytest.mark.requirement("R33")
def test_an_old_copy_of_the_store_is_not_served(sketch: Sketch, tmp_path: Path) -> None:
    files, north = store_sketch(sketch, tmp_path), Writer(sketch, "NORTHLAND")
    old = files.store.read_bytes()

    async def do(service: HostService) -> None:
        await sent(service, sketch, north.time(), north.time())

    with_service(sketch, files, do)
    for suffix in ("-wal", "-shm"):
        files.store.with_name(files.store.name + suffix).unlink(missing_ok=True)
    files.store.write_bytes(old)
    with pytest.raises(Misconfigured, match="old copy"):
        service_of(sketch, files)
    files.promise.unlink()
    with pytest.raises(Misconfigured, match="beside the store"):
        service_of(sketch, files)


@pytest.mark.requirement("R33")
def test_a_copy_with_its_promise_is_found_out_by_the_first_principal(sketch: Sketch, tmp_path: Path) -> None:
    files, south = store_sketch(sketch, tmp_path), Writer(sketch, "SOUTHLAND")

    async def do(service: HostService) -> None:
        with pytest.raises(Unavailable, match="NORTHLAND has verified a log of 900"):
            service.events("NORTHLAND", "", 900)
        with pytest.raises(Unavailable, match="has stopped"):
            await sent(service, sketch, south.time())

    with_service(sketch, files, do)
    assert logged_after(sketch, files) == []


def test_bad_bodies_cost_little_and_are_refused_in_words(sketch: Sketch, tmp_path: Path) -> None:
    files, stranger = store_sketch(sketch, tmp_path), Writer(sketch, "NORTHLAND", "stranger")

    async def do(service: HostService) -> None:
        with pytest.raises(Malformed, match="too many entries that do not verify"):
            await service.submit(encode_frames([stranger.time() for _ in range(12)]))
        with pytest.raises(Malformed, match="entry 8: too many"):
            await service.submit(encode_frames([Frame(b"x")] * 12))

    with_service(sketch, files, do)


def test_a_key_that_an_entry_before_it_brings_is_known(sketch: Sketch, tmp_path: Path) -> None:
    files = store_sketch(sketch, tmp_path)
    public = {"key": sketch.parties["NORTHLAND"].public("standby"), "use": "standby"}
    add = Writer(sketch, "NORTHLAND", "recovery").frame(sketch.compose("add_key", "NORTHLAND", public=public))
    first = Writer(sketch, "NORTHLAND", "standby").time()

    async def do(service: HostService) -> None:
        assert await sent(service, sketch, add, first) == [len(sketch.leaves), len(sketch.leaves) + 1]

    with_service(sketch, files, do)


def test_its_own_cosignature_is_never_older_than_four_seconds(sketch: Sketch, tmp_path: Path) -> None:
    clock = HandClock(sketch.now_us)

    async def run() -> None:
        async with running(service_of(sketch, store_sketch(sketch, tmp_path), clock)) as service:
            keys = [key for _, key in cosigners(service.sequencer.picture)]
            for late_s, said_s in ((0, 0), (3, 0), (4, 4), (100, 100), (-5, -5)):
                clock.us = sketch.now_us + late_s * SECOND_US
                said = cosignatures(service.checkpoint(), keys)
                assert said == [("CASPIA/cosigner", sketch.now_us // SECOND_US + said_s)]

    asyncio.run(run())


@pytest.mark.requirement("R2")
def test_its_clock_moves_the_picture_when_a_due_instant_waits_for_it(tmp_path: Path) -> None:
    own = Sketch.founded(seed=12)
    own.safety("NORTHLAND", ["SOUTHLAND/OPS"])
    clock = HandClock(own.now_us)

    async def run() -> None:
        async with running(service_of(own, store_sketch(own, tmp_path), clock)) as service:
            size = service.sequencer.size
            for late_s, entries in ((0, 0), (30, 0), (31, 1), (32, 1), (10_000, 2), (10_001, 2)):
                clock.us = own.now_us + late_s * SECOND_US
                service.tick()
                assert service.sequencer.pending_picture.size == size + entries
            await sent_until_taken(service, own, Writer(own, "NORTHLAND").time())
            assert service.sequencer.picture.claims["CASPIA"] >= own.now_us + 10_000 * SECOND_US

    asyncio.run(run())


def test_a_fault_of_this_program_stops_it_instead_of_hanging(
    sketch: Sketch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, stopped = store_sketch(sketch, tmp_path), list[bool]()

    def broken(*_: object) -> bytes:
        raise AssertionError("an invariant that does not hold")

    async def do(service: HostService) -> None:
        service.on_fatal = lambda: stopped.append(True)
        monkeypatch.setattr(service.store, "append", broken)
        with pytest.raises(Unavailable, match="is stopping"):
            await sent(service, sketch, Writer(sketch, "NORTHLAND").time())
        with pytest.raises(Unavailable, match="has stopped"):
            await sent(service, sketch, Writer(sketch, "SOUTHLAND").time())
        assert stopped == [True]

    with_service(sketch, files, do)
