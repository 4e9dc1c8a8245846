"""One program as its operator starts it: started, killed without warning, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from wellclear.apps.cli.asking import without_passphrases
from wellclear.testing.processes.founding import PASSPHRASE

START_S_MAX: Final = 120.0
STOP_S_MAX: Final = 30.0
LOOK_AGAIN_S: Final = 0.05
LAUNCHER: Final = (sys.executable, "-P", "-m", "wellclear.apps.cli.main")
"""What an operator calls `wellclear`. A test may start the same commands with a bug planted before them."""


@dataclass
class Process:
    """`wellclear host serve` or `node serve` over one home. `answers` asks it whether it is ready.

    `up` is set while it answers; `lives` counts its starts; `died` says how it ended when nobody had asked it to.
    `began` is called when a life answers for the first time.
    """

    name: str
    what: Literal["host", "node"]
    home: Path
    answers: Callable[[], bool]
    launcher: tuple[str, ...] = LAUNCHER
    began: Callable[[Process], None] = lambda process: None
    up: threading.Event = field(default_factory=threading.Event)
    lives: int = 0
    died: list[str] = field(default_factory=list)
    up_since_us: int = 0
    _running: subprocess.Popen[bytes] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def log(self) -> Path:
        """Where all its lives write what they say."""
        return self.home / "log"

    @property
    def runs(self) -> bool:
        """Whether it was started and has not been ended."""
        return self._running is not None

    def start(self) -> None:
        """Start it, without waiting until it answers; the passphrase reaches it by a pipe."""
        command = [*self.launcher, self.what, "serve", "--home", str(self.home), "--passphrase-file", "/dev/stdin"]
        with self._lock, self.log.open("ab") as log:
            self.lives += 1
            running = subprocess.Popen(  # noqa: S603  # our own program
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
                env=without_passphrases(),
            )  # fmt: skip
            self._running = running
        assert running.stdin is not None, "it is a pipe"
        with contextlib.suppress(BrokenPipeError), running.stdin:  # one that has ended says why in its log
            running.stdin.write(PASSPHRASE.encode() + b"\n")
        threading.Thread(target=self._await, args=(running,), daemon=True).start()

    def _await(self, running: subprocess.Popen[bytes]) -> None:
        """Set `up` when this life answers; look no more when it was ended."""
        give_up = time.monotonic() + START_S_MAX
        while not self.answers():
            with self._lock:
                if self._running is not running:
                    return
                if running.poll() is not None or time.monotonic() > give_up:
                    self._mourn()
                    return
            time.sleep(LOOK_AGAIN_S)  # waits for a process, not for a time
        with self._lock:
            if self._running is running:
                self.up_since_us = time.time_ns() // 1000
                self.up.set()
                self.began(self)

    def wait_until_up(self) -> bool:
        """Come back when it answers; False when it has ended instead, with its last words in `died`."""
        while not self.up.wait(LOOK_AGAIN_S):
            if not self.runs:
                return False
        return True

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed; comes back when it is gone."""
        running = self._take()
        if running is not None:
            running.send_signal(signal.SIGKILL)
            running.wait()

    def stop(self) -> None:
        """Ask it to stop, as its operator does, and wait."""
        running = self._take()
        if running is None:
            return
        running.send_signal(signal.SIGTERM)
        try:
            code = running.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.died.append(f"did not stop within {STOP_S_MAX:.0f} s of being asked")
            running.kill()
            running.wait()
        else:
            if code not in (0, -signal.SIGTERM):
                self.died.append(f"stopped with exit code {code}: {self.last_words()}")

    def look(self) -> None:
        """Notice if it has ended by itself."""
        with self._lock:
            if self._running is not None and self._running.poll() is not None:
                self._mourn()

    def _take(self) -> subprocess.Popen[bytes] | None:
        """It is to end now, and nobody minds; None if it has ended by itself before."""
        with self._lock:
            self.look()
            self.up.clear()
            running, self._running = self._running, None
            return running

    def _mourn(self) -> None:
        assert self._running is not None, "it was started"
        self.up.clear()
        running, self._running = self._running, None
        code = running.poll()
        how = f"does not answer after {START_S_MAX:.0f} s" if code is None else f"ended with code {code}"
        self.died.append(f"{how}: {self.last_words()}")
        if code is None:
            running.kill()
            running.wait()

    def last_words(self) -> str:
        """The end of its log, on one line."""
        with self.log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 600))
            return " ".join(log.read().decode("utf-8", "replace").split())[-400:]
