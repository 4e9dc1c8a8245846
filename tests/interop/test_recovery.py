"""What docs/operate.md says of lost machines, played command by command: the commands are taken from the page.

SOUTHLAND's machine is stolen, and restored on a new one; another time it is lost with everything but the recovery key.
After either, the party speaks again, the other one reads it, and what the thief could have said is doubtful.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tests.interop.two_machines import PASSPHRASE, Machine, two_machines
from tests.ports import free_port
from wellclear.apps.cli.main import main
from wellclear.apps.cli.running import Running, start, wait_for_node
from wellclear.domain.canonical import unb64
from wellclear.edges.settings import load_node

pytestmark = pytest.mark.slow


def commands(title: str) -> list[str]:
    """The lines of code below a heading of the page, up to the next heading."""
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    (text,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)


@dataclass
class Stage:
    """A new machine on which the page is played. `said` is what each command printed, by the command."""

    base: Path
    url: str
    channel: str
    words: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)

    def play(self, lines: list[str]) -> None:
        for line in lines:
            self.one(line)

    def one(self, line: str) -> None:
        if line.startswith("#"):
            assert "Ctrl-C" in line, line
            self.running.close()
            return
        program, *words = [self.meant(word) for word in shlex.split(line)]
        if program in ("mv", "cp", "rm"):
            self.files(program, words)
        else:
            assert program == "wellclear", line
            self.command(line, words)

    def meant(self, word: str) -> str:
        """A word of the page, as it stands on this machine."""
        word = self.words.get(word, word)
        for name in ("node", "next", "last"):
            word = word.replace(f"~/.wellclear/{name}", str(self.base / name))
        return word.replace("/media/safe", str(self.base / "safe"))

    def files(self, program: str, words: list[str]) -> None:
        *options, source, target = words if len(words) > 2 or program != "rm" else [*words, ""]
        if program == "mv":
            shutil.move(source, target)
        elif program == "cp" and "-r" in options:
            shutil.copytree(source, target)
        elif program == "cp":
            shutil.copy2(source, target)
        else:
            shutil.rmtree(words[-1])

    def command(self, line: str, words: list[str]) -> None:
        home = Path(words[words.index("--home") + 1]) if "--home" in words else self.base / "node"
        if words[:2] == ["node", "serve"]:
            self.serve(home, *[word for word in words[2:] if word == "--by-recovery"])
            return
        more = [] if "--home" in words else ["--home", str(home)]
        if words[:2] == ["node", "init"]:
            more += ["--kdf", "minimum", "--listen", f"127.0.0.6:{free_port('127.0.0.6')}"]
        more += ["--json"]
        said, complained = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(complained):
            code = main([*words, *more])
        assert code == 0, f"{line}: {code}\n{said.getvalue()}{complained.getvalue()}"
        self.said[line] = said.getvalue()
        if words[:2] == ["node", "init"]:
            told = json.loads(said.getvalue())
            self.words |= {"KEY": told["key"], "SEALING": told["sealing"]}

    def serve(self, home: Path, *options: str) -> None:
        running = self.running.enter_context(Running())
        running.add(start("node", home, PASSPHRASE, *options))
        wait_for_node(running, home, timeout_s=60)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two of them for each story: at its end one is gone."""
    with two_machines(tmp_path) as both:
        yield both


@pytest.fixture
def stage(machines: tuple[Machine, Machine], tmp_path: Path) -> Iterator[Stage]:
    _, b = machines
    settings = load_node(b.home)
    base = tmp_path / "new"
    base.mkdir()
    (base / "safe").mkdir()
    made = Stage(base, settings.host_url, settings.channel)
    made.words = {"https://198.51.100.7:8644": made.url, "ID": made.channel}
    (base / "node").symlink_to(b.home)
    with made.running:
        yield made


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.requirement("R33", "R21")
def test_a_stolen_machine_is_restored_and_what_was_lost_is_revoked(
    machines: tuple[Machine, Machine], stage: Stage
) -> None:
    a, b = machines
    before, after = split(commands("The machine is stolen"), "wellclear restore")
    first, second = split(after, "wellclear node init")
    stage.play(before)
    b.does(a, "message", "Said before the loss", "--to", "NORTHLAND/OPS", "--as", "W1")
    stage.words["2026-11-23T10:00Z"] = now()
    b.does(a, "message", "Said by a thief", "--to", "NORTHLAND/OPS", "--as", "W1")
    stage.words["NODE"] = live_of(b, "node")
    b.screen.stop()
    (stage.base / "node").unlink()
    stage.play(first)
    stage.play(second)
    new = Machine(stage.base / "next", a.screen)
    new.does(a, "message", "Here again", "--to", "NORTHLAND/OPS", "--as", "W1")
    a.reads("Here again")
    board = a.json("board", "--once")
    doubtful = [row for row in board["doubtful"]["rows"] if row["kind"] == "message"]
    assert len(doubtful) == 1 and len(doubtful[0]["why"]) == 2, "linked by the node's key, approved by W1's"
    texts = {row["index"]: row.get("text") for row in board["messages"]}
    assert texts[doubtful[0]["index"]] == "Said by a thief", "what was said before the loss is as good as ever"
    states = {row["key"]: row["state"] for row in new.json("key", "list")["keys"]}
    assert states[stage.words["NODE"]] == "revoked"
    assert not (new.home / "keys" / "recovery.json").exists(), "it lies in the safe again"


@pytest.mark.requirement("R33", "R21")
def test_a_party_that_has_nothing_left_but_its_recovery_key_comes_back(
    machines: tuple[Machine, Machine], stage: Stage
) -> None:
    a, b = machines
    before, _ = split(commands("The machine is stolen"), "wellclear restore")
    stage.play(before)
    stage.words["NODE"] = live_of(b, "node")
    stage.words["2026-11-23T10:00Z"] = now()
    b.screen.stop()
    (stage.base / "node").unlink()
    shutil.rmtree(b.home)
    (stage.base / "safe" / "south.tar").unlink()
    stage.play(commands("Nothing is left but the recovery key"))
    last = Machine(stage.base / "last", a.screen)
    last.does(a, "message", "From nothing", "--to", "NORTHLAND/OPS", "--as", "W1")
    a.does(last, "message", "We read you", "--to", "SOUTHLAND/OPS", "--as", "W1")
    last.reads("We read you")
    a.reads("From nothing")
    states = {row["key"]: row["state"] for row in last.json("key", "list")["keys"]}
    assert states[stage.words["NODE"]] == "revoked" and states[stage.words["KEY"]] == "live"


def live_of(machine: Machine, use: str) -> str:
    (row,) = [row for row in machine.json("key", "list")["keys"] if (row["use"], row["state"]) == (use, "live")]
    assert unb64(row["key"], 32)
    return str(row["key"])


def split(lines: list[str], at: str) -> tuple[list[str], list[str]]:
    """What stands before the first line that begins so, and the rest."""
    place = next(number for number, line in enumerate(lines) if line.startswith(at))
    return lines[:place], lines[place:]
