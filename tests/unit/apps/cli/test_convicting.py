"""evidence take, from a file or from another party's home."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.apps.cli.convicting import take
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.equivocation import check_evidence
from wellclear.log.merkle import Frontier
from wellclear.testing.sketch import Sketch


def home_of(party: str, home: Path, leaves: list[bytes], sketch: Sketch) -> Path:
    home.mkdir()
    write_node(NodeSettings(home, party, host_url="http://127.0.0.1:1", channel=sketch.channel, kdf="minimum"))

    def seal(hashes: list[bytes]) -> bytes:
        checkpoint = Checkpoint(sketch.origin, len(leaves), Frontier.empty().extend(hashes).root())
        return sign_checkpoint(checkpoint, sketch.parties["CASPIA"].key("log"))

    store = Store.create(home / "node.sqlite", sketch.channel)
    store.append(0, leaves, {}, seal)
    store.close()
    return home


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path]:
    """Two nodes that one host has shown two histories."""
    one, other = Sketch.founded(seed=31), Sketch.founded(seed=31)
    one.time("NORTHLAND")
    other.time("SOUTHLAND")
    north = home_of("NORTHLAND", tmp_path / "north", list(one.leaves), one)
    return north, home_of("SOUTHLAND", tmp_path / "south", list(other.leaves), other)


def evidence_of(home: Path) -> bytes | None:
    store = Store.open(home / "node.sqlite", writing=False)
    try:
        return store.get_meta("evidence")
    finally:
        store.close()


@pytest.mark.requirement("R33")
def test_a_log_convicts_and_so_does_the_file_that_it_made(
    homes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    north, south = homes
    take(north, home=south)
    assert "This node has halted: caspia.example/sketch signed two trees" in capsys.readouterr().out
    file = evidence_of(south)
    assert file is not None and check_evidence(file)
    path = tmp_path / "evidence.txt"
    path.write_bytes(file)
    take(path, home=north, as_json=True)
    assert '"halted"' in capsys.readouterr().out
    assert evidence_of(north) == file


def test_what_proves_nothing_halts_nobody(homes: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = homes
    with pytest.raises(Unverified, match="can both be true"):
        take(north, home=north)
    with pytest.raises(InvalidValue, match="no such file"):
        take(tmp_path / "none.tar", home=north)
    path = tmp_path / "evidence.txt"
    path.write_bytes(b"wellclear/evidence/1\nit lied\n")
    with pytest.raises((Malformed, Unverified)):
        take(path, home=north)
    assert evidence_of(north) is None
