"""The demo as a person meets it: a terminal, one key, a process that dies, an interruption.

That it plays to its end when nobody sits there, `make test` proves by playing it.
"""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.interop.foreign import ask, build, toolchain
from wellclear.apps.demo.record import verify
from wellclear.apps.demo.scenario import PALMYRA
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE
from wellclear.edges.settings import load_node
from wellclear.log.equivocation import check_evidence

pytestmark = pytest.mark.slow
PATIENCE_S = 150.0


class Terminal:
    """The demo at a terminal of 80 columns: what it has said so far, and keys for it."""

    def __init__(self, *options: str) -> None:
        self.said = ""
        self._end, theirs = pty.openpty()
        environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"}
        environment.pop("DISPLAY", None)
        command = [sys.executable, "-m", "wellclear.apps.cli.main", "demo", "--no-browser", *options]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)

    def read_until(self, words: str) -> None:
        """Read until the demo has said some words; fails the test when it ends, or says them too late."""
        until = time.monotonic() + PATIENCE_S
        while words not in " ".join(self.said.split()):
            assert time.monotonic() < until, f"{words!r} was not said:\n{self.said}"
            assert self._read(), f"it ended without {words!r}:\n{self.said}"

    def read_line(self) -> None:
        """Read on to the end of the line that it is saying."""
        until = time.monotonic() + PATIENCE_S
        while not self.said.endswith("\n"):
            assert time.monotonic() < until and self._read(), self.said

    def press(self, key: str) -> None:
        os.write(self._end, key.encode())

    def end(self) -> int:
        """Read the rest, and return the exit code."""
        until = time.monotonic() + PATIENCE_S
        while self._read():
            assert time.monotonic() < until, f"it does not end:\n{self.said}"
        return self.process.wait(30)

    def close(self) -> None:
        """End it, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.end()
        os.close(self._end)

    def _read(self) -> bool:
        if not select.select([self._end], [], [], 1.0)[0]:
            return self.process.poll() is None
        try:
            piece = os.read(self._end, 65_536)
        except OSError:  # Linux' way to say that nobody holds the other end
            return False
        self.said += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)


def children_of(directory: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((directory / "processes.json").read_text(encoding="utf-8"))
    return found


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be counted has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def short_scenario(tmp_path: Path) -> Path:
    """The shipped scenario, in which the person gets the seconds that --fast gives nobody, and some more."""
    path = tmp_path / "short.toml"
    path.write_text(PALMYRA.read_text(encoding="utf-8").replace('precedence = "O" ', 'precedence = "P" '), "utf-8")
    return path


def try_what_it_names(terminal: Terminal) -> None:
    """The three commands that the demo names while the channel lives."""
    terminal.read_line()
    said = terminal.said.partition("stays alive")[2].splitlines()
    lines = [line.strip() for line in said if line.strip().startswith("wellclear ")]
    assert len(lines) == 3
    environment = {**os.environ, "WELLCLEAR_PASSPHRASE": EXERCISE_PASSPHRASE}
    for line in lines:
        words = [*shlex.split(line)[1:], *(["--once"] if " board " in line else [])]
        command = [sys.executable, "-m", "wellclear.apps.cli.main", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)


@pytest.mark.requirement("R2")
def test_a_person_answers_by_one_key_and_a_stranger_verifies_what_is_kept(tmp_path: Path) -> None:
    terminal = Terminal("--exit", "--keep", str(tmp_path / "kept"), "--scenario", str(short_scenario(tmp_path)))
    try:
        terminal.read_until("You are SOUTHLAND's watch officer; your desk is ringing.")
        terminal.read_until("Press nothing")
        assert "EXERCISE EXERCISE EXERCISE" in " ".join(terminal.said.split())
        assert terminal.said.count("/#token=") == 2
        terminal.press("x")
        terminal.press("a")
        assert terminal.end() == 0, terminal.said
    finally:
        terminal.close()
    assert "you answered by one key" in " ".join(terminal.said.split())
    assert "the other desk" not in terminal.said
    assert max(map(len, terminal.said.replace("/#token=", "\n").splitlines())) < 200
    kept = tmp_path / "kept"
    report = verify(kept / "bundle", load_node(kept / "southland").channel)
    assert report["ok"] == "yes"
    assert all(is_gone(pid) for pid in children_of(kept).values())
    assert "acknowledge" in (kept / "timeline.txt").read_text(encoding="utf-8")


def test_a_node_that_dies_ends_the_demo_with_the_step_named(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    terminal = Terminal("--exit", "--keep", str(kept), "--scenario", str(short_scenario(tmp_path)))
    try:
        terminal.read_until("Press nothing")
        os.kill(children_of(kept)["node-southland"], signal.SIGKILL)
        assert terminal.end() == 1
    finally:
        terminal.close()
    assert "STEP 7: this did not come about" in " ".join(terminal.said.split())
    assert str(kept / "logs") in terminal.said
    assert all(is_gone(pid) for pid in children_of(kept).values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_interrupts_the_demo_leaves_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    kept = tmp_path / "kept"
    terminal = Terminal("--exit", "--keep", str(kept))
    try:
        terminal.read_until("STEP 4")
        children = children_of(kept)
        terminal.process.send_signal(number)
        assert terminal.end() == 130
    finally:
        terminal.close()
    assert len(children) == 4
    assert all(is_gone(pid) for pid in children.values())


def test_even_a_killed_demo_leaves_nothing_running(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    terminal = Terminal("--exit", "--keep", str(kept))
    try:
        terminal.read_until("STEP 4")
        children = [os.pidfd_open(pid) for pid in children_of(kept).values()]
        terminal.process.kill()
        for child in children:
            assert select.select([child], [], [], 30)[0], "a child outlived the demo"
            os.close(child)
    finally:
        terminal.close()


def test_at_the_end_the_channel_lives_and_the_three_commands_work(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    terminal = Terminal("--fast", "--keep", str(kept))
    try:
        terminal.read_until("wellclear timeline --home")
        try_what_it_names(terminal)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert all(is_gone(pid) for pid in children_of(kept).values())


@pytest.mark.requirement("R33", "R4")
def test_a_host_that_lies_is_caught_by_both_sides_and_convicted_before_strangers(tmp_path: Path) -> None:
    """Step 10: the demo checks its own outcomes; what it leaves behind convinces a program that is not ours."""
    kept = tmp_path / "kept"
    terminal = Terminal("--hostile-host", "--fast", "--keep", str(kept))
    try:
        terminal.read_until("wellclear verify-evidence")
        try_what_it_names(terminal)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 0, terminal.said
    finally:
        terminal.close()
    said = " ".join(terminal.said.split())
    assert "both nodes found it out, and stopped believing the host" in said
    assert "no more than one entry written on one log had crossed" in said
    assert "rings, outside the record, through the very host that nobody believes" in said
    files = [file for party in ("northland", "southland") for file in (kept / party / "evidence").iterdir()]
    assert len(files) == 2
    go = toolchain()
    program = None if go is None else build(go, tmp_path)
    for file in files:
        assert "caspia.example/palmyra signed" in check_evidence(file.read_bytes())
        assert program is None or ask(program, "evidence", file).ok
    assert all(is_gone(pid) for pid in children_of(kept).values())


def test_a_directory_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    terminal = Terminal("--exit", "--fast", "--keep", str(tmp_path))
    try:
        assert terminal.end() == 6
    finally:
        terminal.close()
    assert "is not empty" in terminal.said
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
