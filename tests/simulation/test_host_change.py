"""The host is lost, hostile or restored: the principals decide in a file, and the same log goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.simulation.channel_homes import PASSPHRASE, World, host_home
from wellclear.apps.bundle.verify import verify_path
from wellclear.channel.composing import approve
from wellclear.channel.host_change import card_of, decide, read_decision
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostChange
from wellclear.edges.store import Store
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.testing.sketch import Sketch

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASSPHRASE)
    made = World(tmp_path, capsys)
    yield made
    made.close()


def message(text: str, to: str, home: Path, wait_s: int = 20) -> list[str]:
    return ["message", text, "--to", f"{to}/OPS", "--as", "W1", "--home", str(home), "--wait", str(wait_s)]


@pytest.mark.requirement("R33")
def test_the_same_log_goes_on_with_another_host(world: World, tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=21)
    old = world.host(host_home(sketch, tmp_path / "host", 0))
    north, south = (world.node(sketch, party, old.url) for party in ("NORTHLAND", "SOUTHLAND"))
    first = world.json(*message("before", "SOUTHLAND", north.home))["index"]
    for node in (north, south):
        node.until(lambda board: board["size"] > first)
    old.kill()
    assert "NOT SENT" in world.run(*message("in between", "SOUTHLAND", north.home, wait_s=0))

    for node, party in ((north, "north"), (south, "south")):  # whoever's copy is longer, both can check it
        world.run("export", str(tmp_path / f"{party}.bundle"), "--home", str(node.home))
    theirs = ["--copy", str(tmp_path / "north.bundle")]

    port, file, new_home = free_port(), tmp_path / "change.json", tmp_path / "south-host"
    say = ["--url", f"http://127.0.0.1:{port}", "--origin", "south.example/channel", "--kdf", "minimum"]
    homes = ["--home", str(south.home), "--host-home", str(new_home)]
    proposed = world.json("host", "change", "propose", str(file), *say, *homes, *theirs)
    assert (proposed["host"], proposed["missing"]) == ("SOUTHLAND", ["NORTHLAND"])
    take = ["host", "change", "take", str(file), "--listen", f"127.0.0.1:{port}", "--kdf", "minimum", *homes, *theirs]
    assert "MISSING_APPROVAL" in world.refused(*take)
    assert "NOT_REQUIRED" in world.refused("host", "change", "approve", str(file), "--yes", "--home", str(south.home))
    ours = ["--copy", str(tmp_path / "south.bundle"), "--home", str(north.home)]
    approved = world.json("host", "change", "approve", str(file), "--yes", *ours)
    assert approved["missing"] == []
    follow = ["host", "change", "follow", str(file), "--home"]
    assert "somebody else writes" in world.refused(*follow, str(north.home))
    assert world.json(*take)["entries"] == proposed["entries"] + 1
    new = world.host(new_home)
    assert new.url == f"http://127.0.0.1:{port}"
    for node in (north, south):
        node.stop()
        world.json(*follow, str(node.home))
        node.start()

    last = world.json(*message("afterwards", "NORTHLAND", south.home))["index"]
    for node in (north, south):
        node.until(lambda board: board["size"] > last and board["outbox"]["waiting"] == board["outbox"]["linked"] == 0)
    check_one_log(world, sketch, tmp_path)


def check_one_log(world: World, sketch: Sketch, tmp_path: Path) -> None:
    """Both nodes hold one log with one picture, and what waited stands in it once; a stranger can check all of it."""
    south = world.nodes["SOUTHLAND"]
    assert shared_digest(world)
    own = [leaf for leaf in south.leaves() if b'"kind":"message"' in leaf and b'"party":"NORTHLAND"' in leaf]
    assert len(own) == 2  # "before", and "in between" exactly once
    bundle = tmp_path / "south.tar"
    world.run("export", str(bundle), "--home", str(south.home))
    report = verify_path(bundle, channel=sketch.channel)
    assert report.ok, report.lines()


def shared_digest(world: World) -> str:
    """The digest that both nodes show for one size; receipts may move the log while we look."""
    north, south = world.nodes["NORTHLAND"], world.nodes["SOUTHLAND"]
    while True:
        one, other = north.until(bool), south.until(bool)
        if one["size"] == other["size"]:
            assert one["digest"] == other["digest"]
            return str(one["digest"])


def test_a_forged_decision_is_refused_with_its_reason(world: World, tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=22)
    host = world.host(host_home(sketch, tmp_path / "host", 0))
    north = world.node(sketch, "NORTHLAND", host.url)
    world.json(*message("one", "SOUTHLAND", north.home))
    last = world.json(*message("two", "SOUTHLAND", north.home))["index"]
    size = north.until(lambda board: board["size"] > last)["size"]
    north.stop()
    leaves = north.leaves()
    file = tmp_path / "forged.json"

    def forged(at: int, channel: str = sketch.channel, root: bytes | None = None, by: str = "NORTHLAND") -> str:
        key = sketch.parties["SOUTHLAND"].public
        there = root or Tree(map(leaf_hash, leaves)).root(at)
        card = card_of("SOUTHLAND", "south.example/c", key("log2"), key("s2"))
        body = HostChange(size=at, root=b64(there), host=card)
        made = decide(channel, body, time.time_ns() // 1000, "http://127.0.0.1:1")
        head = approve(made.act, sketch.parties[by].key("head_of_delegation"), "head_of_delegation")
        file.write_bytes(made.approved(head).encode())
        return world.refused("host", "change", "follow", str(file), "--home", str(north.home))

    assert "MISSING_APPROVAL" in forged(size, by="SOUTHLAND")
    assert "OTHER_CHANNEL" in forged(size, channel=b64(bytes(32)))
    assert "has named a log" in forged(len(sketch.leaves))
    assert "HEAD_DIFFERS" in forged(size, root=bytes(32))
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b"127.0.0.1:1", b"127.0.0.1:2"))
    assert "HEAD_DIFFERS" in world.refused("host", "change", "follow", str(file), "--home", str(north.home))
    file.write_bytes(raw.replace(b"south.example", b"north.example"))
    assert "BAD_APPROVAL" in world.refused("host", "change", "follow", str(file), "--home", str(north.home))
    file.write_bytes(raw[:-9])
    assert "not JSON" in world.refused("host", "change", "follow", str(file), "--home", str(north.home))
    assert north.leaves() == leaves


@pytest.mark.requirement("R33")
def test_a_restored_host_refuses_recovers_and_goes_on(world: World, tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=23)
    home, port = tmp_path / "host", free_port()
    host = world.host(host_home(sketch, home, port))
    north, south = (world.node(sketch, party, host.url) for party in ("NORTHLAND", "SOUTHLAND"))
    backup, again = tmp_path / "host.backup", tmp_path / "again"
    world.run("backup", str(backup), "--home", str(home))
    last = world.json(*message("after the backup", "SOUTHLAND", north.home))["index"]
    for node in (north, south):
        node.until(lambda board: board["size"] > last)
    host.kill()
    world.run("restore", str(backup), "--home", str(again))
    assert "host.promised" in world.refused("host", "serve", "--home", str(again))
    size = len(north.leaves())
    bundle, file = tmp_path / "north.tar", tmp_path / "resume.json"
    world.run("export", str(bundle), "--home", str(north.home))
    recover = ["host", "recover", str(bundle), "--yes", "--home", str(again)]
    assert "no copy of SOUTHLAND" in world.refused(*recover)

    say = ["--same-host", "--url", f"http://127.0.0.1:{port}", "--home", str(north.home)]
    assert world.json("host", "change", "propose", str(file), *say)["resume"] == "yes"
    resume = ["host", "resume", str(file), str(bundle), "--home", str(again)]
    assert "MISSING_APPROVAL" in world.refused(*resume)
    world.json("host", "change", "approve", str(file), "--yes", "--home", str(north.home))
    done = world.json(*resume)
    assert (done["entries"], done["unheeded"]) == (size, ["SOUTHLAND"])
    world.host(again)
    more = world.json(*message("going on", "SOUTHLAND", north.home))["index"]
    assert more >= size
    south.until(lambda board: board["size"] > more)
    store = Store.open(again / "host.sqlite", writing=False)
    assert store.size() > more
    store.close()
    assert read_decision(file.read_bytes()).body.size == size
