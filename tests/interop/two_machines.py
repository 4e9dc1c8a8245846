"""Two machines that quickstart has put on one channel: loopback addresses, TLS, processes, and officers' commands.

Machine A is 127.0.0.2 and hosts; machine B is 127.0.0.3. What one person reads aloud is taken from A's screen and given
to B, as a voice would carry it.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from wellclear.apps.cli.main import main

PASSPHRASE = "correct horse battery"
GROUPS = re.compile(r"^ {4}((?:[0-9A-Z]{4} ){7}[0-9A-Z]{4})$", re.MULTILINE)
DATE = datetime.now(UTC) + timedelta(days=31)
DAY = f"{DATE:%Y-%m-%d}"
START = ["--start", f"{DAY}T10:00Z", "--end", f"{DAY}T12:00Z"]
PLACE = ["--circle", "34.56,38.27", "--radius", "5km", "--lower", "5000ft", "--upper", "9000ft", "--datum", "AMSL"]


class Screen:
    """One running command, with what stands on its screen so far."""

    def __init__(self, *words: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "wellclear.apps.cli.main", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        )  # fmt: skip
        self.text = ""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None, "it is a pipe"
        for line in self.process.stdout:
            with self._changed:
                self.text += line
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, pattern: str, timeout_s: float = 90) -> re.Match[str]:
        """Until the screen shows it."""
        with self._changed:
            self._changed.wait_for(lambda: re.search(pattern, self.text) or not self._reader.is_alive(), timeout_s)
            found = re.search(pattern, self.text)
        assert found, f"{pattern!r} does not stand in:\n{self.text}"
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self._reader.join(10)
        assert self.process.stdout is not None, "it is a pipe"
        self.process.stdout.close()


@dataclass
class Machine:
    """A home, and the commands of its officers; they run in this process, as `main` would run them."""

    home: Path
    screen: Screen

    def ask(self, *words: str) -> tuple[int, str]:
        """Exit code and output of one command."""
        said, complained = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(complained):
            code = main([*words, "--home", str(self.home)])
        return code, said.getvalue() if said.getvalue() else complained.getvalue()

    def run(self, *words: str, code: int = 0) -> str:
        """What a command printed; it ends with `code`."""
        ended, said = self.ask(*words)
        assert ended == code, f"{words}: {ended}\n{said}"
        return said

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def does(self, other: Machine, *words: str, code: int = 0) -> Any:
        """A command that logs something; then the other node has it too."""
        answer = self.json(*words, code=code)
        until = time.monotonic() + 60
        while json.loads(other.ask("status", "--json")[1])["size"] <= answer["index"]:
            assert time.monotonic() < until, f"{other.home} does not follow"
        return answer

    def until(self, seen: Callable[[Any], Any], *words: str) -> Any:
        """What a command answers as JSON, once it is so: an entry comes ahead of its parts."""
        until = time.monotonic() + 60
        while not seen(told := json.loads(self.ask(*words, "--json")[1])):
            assert time.monotonic() < until, f"{words} never told what was waited for:\n{told}"
        return told

    def reads(self, text: str) -> None:
        """Wait until its messages have this one."""
        self.until(lambda rows: any(row.get("text") == text for row in rows), "messages")


@contextmanager
def two_machines(base: Path, *words: str) -> Iterator[tuple[Machine, Machine]]:
    """Both machines with their channel open; `words` go to both commands, such as `--real`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WELLCLEAR_")}
    environment |= {"WELLCLEAR_PASSPHRASE": PASSPHRASE, "PYTHONWARNINGS": "default"}
    listen = f"127.0.0.2:{free_port('127.0.0.2')}"
    common = ["--kdf", "minimum", "--yes", *words]
    a = Screen(
        "quickstart", "host", "--party", "NORTHLAND", "--listen", listen, "--home", str(base / "a"),
        "--node-listen", f"127.0.0.2:{free_port('127.0.0.2')}", *common, environment=environment,
    )  # fmt: skip
    read_aloud = a.wait_for(GROUPS.pattern.replace("^", "(?m)^")).group(1)
    b = Screen(
        "quickstart", "join", f"https://{listen}", "--party", "SOUTHLAND", "--heard", read_aloud,
        "--home", str(base / "b"), "--node-listen", f"127.0.0.3:{free_port('127.0.0.3')}", *common,
        environment=environment,
    )  # fmt: skip
    try:
        a.wait_for("The channel is open")
        b.wait_for("The channel is open")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WELLCLEAR_PASSPHRASE", PASSPHRASE)
            yield Machine(base / "a", a), Machine(base / "b", b)
    finally:
        b.stop()
        a.stop()
