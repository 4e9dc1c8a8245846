"""Host and node as processes of their own, started and ended by one command."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from wellclear.apps.cli.asking import without_passphrases
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
                raise Unavailable(_what(process), f"ended with exit code {process.returncode}")

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


def start(what: Literal["host", "node"], home: Path, secret: str, *options: str) -> subprocess.Popen[bytes]:
    """`wellclear host serve` or `node serve` for a home; the passphrase reaches it by a pipe, and stands nowhere else.

    An environment can be read by whoever may look at the process, for as long as it lives, and is handed on. With `-P`
    nothing that lies in the directory where the command was given is taken for a module, and run beside the keys.
    In a session of its own: Ctrl-C stops the command, and the command stops its processes, the node first.
    """
    command = [sys.executable, "-P", "-m", "wellclear.apps.cli.main", what, "serve", "--home", str(home), *options]
    process = subprocess.Popen(  # noqa: S603  # our own program
        [*command, "--passphrase-file", "/dev/stdin"],
        stdin=subprocess.PIPE, start_new_session=True, env=without_passphrases(),
    )  # fmt: skip
    assert process.stdin is not None, "it is a pipe"
    with contextlib.suppress(BrokenPipeError), process.stdin:  # one that has ended already says why itself
        process.stdin.write(secret.encode("utf-8") + b"\n")
    return process


def _what(process: subprocess.Popen[bytes]) -> str:
    """`host` or `node`, from the words that started it."""
    words = [str(word) for word in process.args] if isinstance(process.args, list) else []
    return words[words.index("serve") - 1]


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
