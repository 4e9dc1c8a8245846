"""Host and node as processes of their own, started and ended by one command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import load_node
from wellclear.errors import Unavailable, WellclearError

STOP_S = 15


class Running:
    """Processes that end when this ends. Use it as a context manager."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """Look after one process more."""
        self._processes.append(process)

    def check(self) -> None:
        """Raise `Unavailable` if one of them has ended; it has said why itself."""
        for process in self._processes:
            if process.poll() is not None:
                raise Unavailable(str(process.args[-3]), f"ended with exit code {process.returncode}")  # type: ignore[index]  # our own list

    def wait(self) -> None:
        """Until one of them ends or the person stops us."""
        while True:
            self.check()
            time.sleep(0.5)

    def __enter__(self) -> Self:
        # Told to stop from outside, we still end what we started.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self._processes):
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start(what: Literal["host", "node"], home: Path) -> subprocess.Popen[bytes]:
    """`wellclear host serve` or `node serve` for a home; the passphrase reaches it by the environment.

    In a session of its own: Ctrl-C stops the command, and the command stops its processes, the node first.
    """
    command = [sys.executable, "-m", "wellclear.apps.cli.main", what, "serve", "--home", str(home)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # our own program


def wait_for_node(running: Running, home: Path, timeout_s: float) -> None:
    """Until the node's local API answers; raises `Unavailable` if a process ends or it takes too long."""
    until = time.monotonic() + timeout_s
    settings = load_node(home)
    last: WellclearError | None = None
    while time.monotonic() < until:
        running.check()
        try:
            with NodeClient.at(home, settings.api_url) as client:
                client.get("status")
        except Unavailable as error:
            last = error
            time.sleep(0.1)
        else:
            return
    raise Unavailable("node", "does not answer yet") from last
