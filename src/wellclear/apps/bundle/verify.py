"""`verify`: the verdict on a bundle on disk, at about the rate of its signatures (R33)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.bundle.report import VerifyReport
from wellclear.channel.opening import open_leaf
from wellclear.channel.verdict import Verdict
from wellclear.channel.verify import Chunk, OpenChunks, Watch, open_chunks, verify_bundle
from wellclear.domain.logged import Logged
from wellclear.errors import Malformed
from wellclear.log.bundle import Fault

AHEAD_CHUNKS = 8
"""Chunks that are opened ahead of the fold for each process."""
ALONE_CHUNKS = 16
"""Chunks of a log that are opened without further processes."""

Progress = Callable[[int, int], None]


def verify_path(
    path: Path,
    *,
    channel: str | None = None,
    threads: int = 2,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> VerifyReport:
    """The report on the bundle at a path.

    `channel` is the id that the reader knows by another way; `threads` is how many processes may open entries at once.

    Raises:
        InvalidValue, Unavailable: the path cannot be read at all.
    """
    try:
        files = read_bundle(path)
    except Malformed as error:
        refused = Verdict({}, faults=[Fault(error.where or error.source, None, error.why)])
        return VerifyReport.of(str(path), refused)
    verdict = verify_bundle(files, channel=channel, opening=opener(threads), progress=progress, watch=watch)
    return VerifyReport.of(str(path), verdict)


def opener(workers: int) -> OpenChunks:
    """Open leaves in some processes beside the fold; a short log is not worth starting them.

    Threads do not help: each signature is so short that they spend their time handing the interpreter to each other.
    """
    if workers < 2:
        return open_chunks

    def opened(chunks: Iterable[Chunk]) -> Iterator[list[Logged]]:
        left = iter(chunks)
        yield from open_chunks(islice(left, ALONE_CHUNKS))
        further = next(left, None)
        if further is not None:
            yield from _in_processes(chain((further,), left), workers)

    return opened


def _in_processes(chunks: Iterable[Chunk], workers: int) -> Iterator[list[Logged]]:
    """In order. Where processes cannot be started or die, the same is done here, only slower."""
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        ahead: deque[tuple[Chunk, Future[list[Logged]] | None]] = deque()
        for chunk in chunks:
            ahead.append((chunk, _submitted(pool, chunk)))
            if len(ahead) > workers * AHEAD_CHUNKS:
                yield _result(*ahead.popleft())
        while ahead:
            yield _result(*ahead.popleft())


def _submitted(pool: ProcessPoolExecutor, chunk: Chunk) -> Future[list[Logged]] | None:
    try:
        return pool.submit(_open_chunk, chunk)
    except (BrokenProcessPool, OSError):
        return None


def _result(chunk: Chunk, future: Future[list[Logged]] | None) -> list[Logged]:
    try:
        return _open_chunk(chunk) if future is None else future.result()
    except BrokenProcessPool:
        return _open_chunk(chunk)


def _open_chunk(chunk: Chunk) -> list[Logged]:
    return [open_leaf(index, leaf) for index, leaf in chunk]
