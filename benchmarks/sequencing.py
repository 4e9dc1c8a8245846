"""How many entries a host makes durable: in batches, and one at a time, over HTTP to a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks.workload import PASSPHRASE, Workload, make_host_home
from wellclear.channel.submission import Answers, Frame, encode_frames

BATCH_BYTES = 900_000
BATCH_ENTRIES = 256
_HOST = """
import sys
from pathlib import Path
from wellclear.apps.host.serve import serve
from wellclear.edges.settings import load_host
serve(load_host(Path(sys.argv[1])), sys.argv[2], on_ready=lambda url: print(url, flush=True))
"""


@contextmanager
def host_process(workload: Workload, directory: Path, size: int | None = None) -> Iterator[str]:
    """A host of the founded channel as a process, or with `size` of so much of its log; its address."""
    with tempfile.TemporaryDirectory(dir=directory) as home:
        make_host_home(Path(home), workload, size)
        command = [sys.executable, "-c", _HOST, home, PASSPHRASE]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None, "asked for just before"
            address = process.stdout.readline().strip()
            assert address, "the host did not start"
            yield address
        finally:
            process.terminate()
            process.wait(30)
            assert process.stdout is not None, "asked for just before"
            process.stdout.close()


class Line:
    """One kept-alive connection that sends submissions and checks their answers."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self._host, self._port = split.hostname or "", split.port or 0
        self.logged = 0

    async def __aenter__(self) -> Line:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def submit(self, body: bytes) -> list[int]:
        """Send one submission, count what was logged, and tell where; anything else is an assertion."""
        head = (
            f"POST /submit HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answered = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in answered.lower().split(b"\r\n")[1:-2])
        content = await self._reader.readexactly(int(fields[b"content-length"]))
        assert b" 200 " in answered.split(b"\r\n")[0], content[:300]
        answers = msgspec.json.decode(content, type=Answers).answers
        refused = [one.refused for one in answers if one.refused is not msgspec.UNSET]
        assert not refused, refused[0]
        self.logged += len(answers)
        return [one.index for one in answers if one.index is not msgspec.UNSET]


def bodies(frames: list[Frame]) -> list[bytes]:
    """Submissions as large as the protocol allows, or of 256 entries."""
    found: list[bytes] = []
    some: list[Frame] = []
    size = 0
    for frame in frames:
        more = len(frame.leaf) + sum(map(len, frame.parts))
        if some and (size + more > BATCH_BYTES or len(some) == BATCH_ENTRIES):
            found.append(encode_frames(some))
            some, size = [], 0
        some.append(frame)
        size += more
    found.append(encode_frames(some))
    return found


def batched_per_s(workload: Workload, directory: Path) -> float:
    """Entries a second in full submissions, one after the other."""
    sendings = bodies(workload.frames)

    async def run(address: str) -> float:
        async with Line(address) as line:
            start = time.perf_counter()
            for body in sendings:
                await line.submit(body)
            taken = time.perf_counter() - start
            assert line.logged == len(workload.frames), "all of it was logged"
            return len(workload.frames) / taken

    with host_process(workload, directory) as address:
        return asyncio.run(run(address))


def single_per_s(workload: Workload, directory: Path) -> float:
    """Entries a second when each is a submission of its own and every party has one connection."""
    streams = [[encode_frames([frame]) for frame in workload.of_party(name)] for name in workload.sketch.parties]

    async def send(address: str, stream: list[bytes]) -> int:
        async with Line(address) as line:
            for body in stream:
                await line.submit(body)
            return line.logged

    async def run(address: str) -> float:
        start = time.perf_counter()
        counts = await asyncio.gather(*(send(address, stream) for stream in streams))
        assert sum(counts) == len(workload.frames), "all of it was logged"
        return len(workload.frames) / (time.perf_counter() - start)

    with host_process(workload, directory) as address:
        return asyncio.run(run(address))
