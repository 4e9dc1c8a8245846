"""`verify`: the verdict on a bundle on disk, at about the rate of its signatures (R33)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
"""Chunks that are opened ahead of the fold for each thread."""

Progress = Callable[[int, int], None]


def verify_path(
    path: Path,
    *,
    channel: str | None = None,
    threads: int = 2,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> VerifyReport:
    """The report on the bundle at a path. `channel` is the id that the reader knows by another way.

    Raises:
        Unavailable: the path cannot be read at all.
    """
    try:
        files = read_bundle(path)
    except Malformed as error:
        refused = Verdict({}, faults=[Fault(error.where or error.source, None, error.why)])
        return VerifyReport.of(str(path), refused)
    verdict = verify_bundle(files, channel=channel, opening=opener(threads), progress=progress, watch=watch)
    return VerifyReport.of(str(path), verdict)


def opener(threads: int) -> OpenChunks:
    """Open leaves in some threads; libsodium lets go of the interpreter while it verifies."""
    if threads < 2:
        return open_chunks

    def opened(chunks: Iterable[Chunk]) -> Iterator[list[Logged]]:
        with ThreadPoolExecutor(threads) as pool:
            ahead: deque[Future[list[Logged]]] = deque()
            for chunk in chunks:
                ahead.append(pool.submit(_open_chunk, chunk))
                if len(ahead) > threads * AHEAD_CHUNKS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    return opened


def _open_chunk(chunk: Chunk) -> list[Logged]:
    return [open_leaf(index, leaf) for index, leaf in chunk]
