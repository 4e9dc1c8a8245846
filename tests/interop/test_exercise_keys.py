"""A real channel, and keys that were made for exercises: wherever one would sign, the party's own machine refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.interop.live_channel import HOST, NORTH, PASSPHRASE, SOUTH, Host, serve
from tests.ports import free_port
from tests.unit.channel.relay import Relay
from wellclear.apps.cli.acting import Intent, Workplace
from wellclear.apps.cli.agreeing import by_head
from wellclear.apps.cli.changing import new_card
from wellclear.apps.cli.joining import make_party
from wellclear.apps.cli.main import main
from wellclear.apps.cli.running import Running, start, wait_for_node
from wellclear.apps.host.create import create_host
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.serve import open_node
from wellclear.apps.node.serve import serve as serve_node
from wellclear.channel.composing import approve
from wellclear.channel.desk import Pen, claim_time
from wellclear.channel.host_change import read_decision
from wellclear.domain.agreement import default_settings
from wellclear.domain.parts import Articles
from wellclear.edges.card import CardFile, card_from
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, box_key, create_key, unlock_sealing
from wellclear.edges.settings import NodeSettings, load_host, load_node, write_node
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Refused
from wellclear.testing.sketch import Sketch

CHEAP = KDF_BY_NAME["minimum"]
MADE_FOR = "was made for exercises, and this channel is REAL"


@pytest.fixture(autouse=True)
def the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASSPHRASE)


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Host]]:
    """A real channel that NORTHLAND got into with exercise keys, by a card in which it had hidden them."""
    base = tmp_path_factory.mktemp("real")
    cards = [make_party(base / SOUTH, SOUTH, ["principal"], PASSPHRASE, "minimum", exercise=False)]
    make_party(base / NORTH, NORTH, ["principal"], PASSPHRASE, "minimum", exercise=True)
    file = base / NORTH / "card.json"
    assert '"exercise":"yes"' in file.read_text()
    file.write_text(file.read_text().replace('"exercise":"yes"', '"exercise":"no"'))
    cards.append(read(file))
    cards.append(make_party(base / "host", HOST, ["host"], PASSPHRASE, "minimum", exercise=False))
    create_host(
        base / "host", HOST, cards, default_settings(), Articles(group="articles", text="None.", open_points=[]), False,
        "caspia.example/real", PASSPHRASE, listen_port=0, kdf="minimum",
    )  # fmt: skip
    host = serve(base / "host")
    yield base, host
    host.stop()


def read(path: Path) -> CardFile:
    return card_from(json.loads(path.read_text()), path.name)


def joining(base: Path, party: str, url: str) -> int:
    home, name = base / party, load_host(base / "host").channel
    write_node(NodeSettings(home, party, listen_port=0, kdf="minimum"))
    return main(["node", "join", url, "--channel", name, "--yes", "--home", str(home)])


@pytest.mark.requirement("R24")
def test_behind_a_card_that_hides_it_the_node_itself_refuses(
    channel: tuple[Path, Host], capsys: pytest.CaptureFixture[str]
) -> None:
    base, host = channel
    assert joining(base, NORTH, host.url) == 6
    assert f"{NORTH}'s key for node {MADE_FOR}" in capsys.readouterr().err
    assert load_node(base / NORTH, joined=False).channel == ""

    assert joining(base, NORTH, "http://127.0.0.1:1") == 0, "nobody could be asked"
    assert "could not be asked" in capsys.readouterr().err
    write_node(NodeSettings(base / NORTH, NORTH, host.url, load_node(base / NORTH).channel, listen_port=0))
    refused = f"key for node {MADE_FOR}.*node init --real --party {NORTH}"
    with pytest.raises(Misconfigured, match=refused):  # as soon as it hears the genesis
        serve_node(load_node(base / NORTH), PASSPHRASE)
    assert not (base / NORTH / "token").exists()
    ring = Keyring(base / NORTH)
    keys = NodeKeys(ring.unlock("node", PASSPHRASE), unlock_sealing(ring.path("sealing"), PASSPHRASE))
    with pytest.raises(Misconfigured, match=refused):  # from then on by its own log, before it asks anybody
        open_node(load_node(base / NORTH), keys, SystemClock(), exercise_key=True)
    assert httpx.get(f"{host.url}/status").json()["size"] == 1

    file = base / NORTH / "keys" / "node.json"
    file.write_text(file.read_text().replace('"exercise": "yes"', '"exercise": "no"'))
    with pytest.raises(Misconfigured, match="somebody changed what it says in clear"):
        serve_node(load_node(base / NORTH), PASSPHRASE)


@pytest.fixture(scope="module")
def south(channel: tuple[Path, Host]) -> Iterator[Path]:
    """SOUTHLAND's node, which has a right to be there; in its home some keys are an exercise's."""
    base, host = channel
    home = base / SOUTH
    assert joining(base, SOUTH, host.url) == 0
    with pytest.MonkeyPatch.context() as patch, Running() as running:
        patch.setenv("WELLCLEAR_PASSPHRASE", PASSPHRASE)
        settings = NodeSettings(home, SOUTH, host.url, load_node(home).channel, listen_port=free_port(), kdf="minimum")
        write_node(settings)
        running.add(start("node", home, PASSPHRASE))
        wait_for_node(running, home, timeout_s=60)
        ring = Keyring(home)
        create_key(ring.officer_path("W1"), "person", f"{SOUTH}/W1", PASSPHRASE, exercise=True, kdf=CHEAP)
        for use in ("recovery", "head_of_delegation"):
            ring.path(use).unlink()
            create_key(ring.path(use), use, SOUTH, PASSPHRASE, exercise=True, kdf=CHEAP)
        with Workplace.open(home).client as client:
            for _ in client.boards():
                if client.get("status")["size"]:
                    break
        yield home


@pytest.mark.requirement("R24")
def test_no_officer_comes_on_the_roster_with_it(south: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["officer", "add", "W1", "--role", "watch_officer", "--home", str(south)]) == 6
    said = capsys.readouterr().err
    assert f"{SOUTH}/W1's key for person {MADE_FOR}" in said
    assert "wellclear officer add W1" in said


@pytest.mark.requirement("R24")
def test_no_head_of_delegation_agrees_with_it(south: Path) -> None:
    place = Workplace.open(south)
    with place.client:
        founding = place.client.get("agreement")["founding"]
        terms = {"settings": founding["settings"], "salt": founding["settings_salt"]}
        intent = Intent("propose", members={"public": {"do": "amend_agreement", "base": 0, **terms}})
        with pytest.raises(Misconfigured, match=f"{SOUTH}'s key for head_of_delegation {MADE_FOR}"):
            by_head(place, intent, None, 5, "PROPOSED", as_json=True)


@pytest.mark.requirement("R24")
def test_no_officer_approves_and_takes_no_watch_with_it(south: Path) -> None:
    place = Workplace.open(south)
    with place.client:
        assert not place.exercise
        act = claim_time(Pen(load_node(south).channel, SOUTH, f"{SOUTH}/OPS", 1_795_000_000_000_000, lambda: b"")).act
        with pytest.raises(Misconfigured, match=f"{SOUTH}/W1's key for person {MADE_FOR}"):
            place.approve_as(act, "W1", "watch_officer", None)
        with pytest.raises(Refused, match=MADE_FOR):
            place.client.post("sessions", {"person": "W1", "passphrase": PASSPHRASE})


@pytest.mark.requirement("R24")
def test_the_node_links_nothing_with_a_recovery_key_of_an_exercise(south: Path) -> None:
    place = Workplace.open(south)
    with place.client:
        act = claim_time(Pen(load_node(south).channel, SOUTH, "", 1_795_000_000_000_000, lambda: b"")).act
        body = {"act": msgspec.to_builtins(act), "parts": [], "approvals": []}
        with pytest.raises(Refused, match=f"KEY_NOT_OPENED.*{SOUTH}'s key for recovery {MADE_FOR}"):
            place.client.post("entries", {**body, "use": "recovery", "passphrase": PASSPHRASE})


@pytest.mark.requirement("R24")
def test_a_real_channels_new_keys_are_made_for_it(south: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["officer", "add", "W2", "--role", "watch_officer", "--home", str(south)]) == 3, "nothing is agreed yet"
    capsys.readouterr()
    assert main(["key", "show", "W2", "--home", str(south), "--json"]) == 0
    assert '"exercise": "no"' in capsys.readouterr().out


@pytest.mark.requirement("R24")
def test_nobody_is_admitted_with_an_exercises_card(
    south: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_party(tmp_path, "WESTLAND", ["observer"], PASSPHRASE, "minimum", exercise=True)
    assert main(["party", "admit", str(tmp_path / "card.json"), "--yes", "--home", str(south)]) == 6
    assert "WESTLAND's card" in capsys.readouterr().err


@pytest.mark.requirement("R24")
def test_a_new_host_of_a_real_channel_has_keys_of_its_own(channel: tuple[Path, Host], tmp_path: Path) -> None:
    base, _ = channel
    shutil.copytree(base / NORTH / "keys", tmp_path / "keys")
    with pytest.raises(Misconfigured, match=MADE_FOR):
        new_card(NORTH, "north.example/real", tmp_path, "minimum", None, exercise=False)
    made = new_card(NORTH, "north.example/real", tmp_path / "fresh", "minimum", None, exercise=False)
    assert made.party == NORTH
    Keyring(tmp_path / "fresh").check_real()


@pytest.mark.requirement("R24", "R33")
def test_no_change_of_host_rests_on_an_exercises_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sketch = Sketch(seed=55, exercise=False)
    for name, role in ((HOST, "host"), (NORTH, "principal"), (SOUTH, "principal")):
        sketch.party(name, role)  # type: ignore[arg-type]  # a tuple of literals loses their type
    sketch.genesis()
    sketch.agree()
    for name in (NORTH, SOUTH):
        node_with_log(sketch, name, tmp_path / name)
    file, new = tmp_path / "change.json", Keyring(tmp_path / "new")
    homes = ["--home", str(tmp_path / SOUTH), "--host-home", str(tmp_path / "new")]
    seeds = {use: sketch.parties[SOUTH].seed_of(use) for use in ("log", "sequencer")}
    for use, seed in seeds.items():
        create_key(new.path(use), use, SOUTH, PASSPHRASE, seed, exercise=False, kdf=CHEAP)
    say = ["--url", "http://127.0.0.1:1", "--origin", "south.example/real"]
    assert main(["host", "change", "propose", str(file), *say, *homes]) == 0
    assert main(["host", "change", "approve", str(file), "--yes", "--home", str(tmp_path / NORTH)]) == 6
    assert f"{NORTH}'s key for head_of_delegation {MADE_FOR}" in capsys.readouterr().err

    decision = read_decision(file.read_bytes())
    head = sketch.parties[NORTH].key("head_of_delegation")
    file.write_bytes(decision.approved(approve(decision.act, head, "head_of_delegation")).encode())
    new.path("log").unlink()
    create_key(new.path("log"), "log", SOUTH, PASSPHRASE, seeds["log"], exercise=True, kdf=CHEAP)
    assert main(["host", "change", "take", str(file), *homes]) == 6
    assert "those for log were made for exercises" in capsys.readouterr().err
    new.path("log").unlink()
    create_key(new.path("log"), "log", SOUTH, PASSPHRASE, seeds["log"], exercise=False, kdf=CHEAP)
    assert main(["host", "change", "take", str(file), *homes]) == 0


def node_with_log(sketch: Sketch, party: str, home: Path) -> None:
    """A node's home with the sketch's log; its head of delegation's key is an exercise's."""
    write_node(NodeSettings(home, party, "http://127.0.0.1:1", sketch.channel, kdf="minimum"))
    mine = sketch.parties[party]
    for use, exercise in (("node", False), ("head_of_delegation", True)):
        create_key(Keyring(home).path(use), use, party, PASSPHRASE, mine.seed_of(use), exercise=exercise, kdf=CHEAP)
    store = Store.create(home / "node.sqlite", sketch.channel, box_key=box_key(mine.key("node")))
    store.append(0, sketch.leaves, {}, lambda hashes: Relay(sketch).note())
    store.close()
