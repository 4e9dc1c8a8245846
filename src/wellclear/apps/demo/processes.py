"""The processes of the demo: started, watched, and gone before the demo is.

Each is a child of this process in a session of its own, so that Ctrl-C reaches the demo alone and the stop is orderly:
nodes first, the host last. A child that loses the demo without being told (a kill, a closed terminal) ends by itself
(`child`). What a process says goes to a file.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from wellclear.errors import Unavailable

START_S: Final = 15.0
STOP_S: Final = 6.0
LOOK_AGAIN_S: Final = 0.05
PORTS: Final = range(20_000, 32_000)
KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "COVERAGE_PROCESS_START")


class Processes:
    """The demo's children by name, with their logs in one directory."""

    def __init__(self, directory: Path) -> None:
        self._logs = directory / "logs"
        self._list = directory / "processes.json"
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, role: str, home: Path, passphrase: str, *more: str) -> None:
        """Start `role` (`child`) on a home directory."""
        with self.log(name).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-P", "-m", "wellclear.apps.demo.child", role, str(home), *more],
                stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment(), start_new_session=True, text=True,
            )  # fmt: skip
        self._running[name] = child
        assert child.stdin is not None, "it was asked for as a pipe"
        try:
            child.stdin.write(passphrase + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            self.check()
        pids = {name: process.pid for name, process in self._running.items()}
        self._list.write_text(json.dumps(pids, indent=2) + "\n", encoding="utf-8")

    def log(self, name: str) -> Path:
        """Where a process' words go."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raise `Unavailable`, naming process and log, if one of them has ended."""
        for name, child in self._running.items():
            if child.poll() is not None:
                raise Unavailable(name, f"has ended ({_how(child.returncode)}); its last words are in {self.log(name)}")

    def await_ready(self, name: str, ready: Callable[[], bool]) -> None:
        """Come back once `ready` says so; raises `Unavailable` when the process ends before, or takes too long."""
        until = time.monotonic() + START_S
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise Unavailable(name, f"is not ready after {START_S:.0f} s; its words are in {self.log(name)}")
            time.sleep(LOOK_AGAIN_S)

    def end(self, name: str) -> None:
        """End one of them and forget it."""
        child = self._running.pop(name)
        child.terminate()
        child.wait(STOP_S)
        if child.stdin is not None:
            _close(child.stdin.close)

    def stop(self) -> None:
        """End all, the last started first; who does not go is killed."""
        for child in reversed(self._running.values()):
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + STOP_S
        for child in reversed(self._running.values()):
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin is not None:
                _close(child.stdin.close)
        self._running.clear()


def _close(close: Callable[[], None]) -> None:
    try:
        close()
    except BrokenPipeError:
        return  # nobody reads it any more, which was the point


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def environment() -> dict[str, str]:
    """What a child is given of the environment: nothing that could change its settings, keys or modules."""
    return {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}


@contextmanager
def supervised(directory: Path) -> Iterator[Processes]:
    """Processes that are gone when the block is left."""
    processes = Processes(directory)
    try:
        yield processes
    finally:
        processes.stop()


def free_ports(count: int) -> list[int]:
    """Different ports of 127.0.0.1 that are free now.

    Below those from which systems choose one for whoever calls out: such a call could take it before its server does.
    """
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise Unavailable("127.0.0.1", f"no {count} free ports from {PORTS.start} to {PORTS.stop - 1}")
