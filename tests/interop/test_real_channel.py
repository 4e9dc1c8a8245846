"""A real channel from the command line: founded, agreed, spoken on and checked by strangers, and sealed all along."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.interop.two_machines import DAY, PASSPHRASE, PLACE, START, Machine, two_machines
from tests.ports import free_port
from wellclear.apps.cli.main import main
from wellclear.apps.cli.running import Running, start, wait_for_node
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import Keyring
from wellclear.edges.settings import load_node
from wellclear.log.note import parse_note
from wellclear.log.statement import parse_statement

pytestmark = pytest.mark.slow
ARTICLES = "The line is open at every hour of the day."
WORDS = "Two boats adrift off the mole"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("real"), "--real") as both:
        yield both


@pytest.fixture(scope="module")
def agreed(machines: tuple[Machine, Machine], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The articles that both have signed, as they were shown to the second."""
    a, b = machines
    base = tmp_path_factory.mktemp("terms")
    (base / "articles.txt").write_text(f"{ARTICLES}\n")
    (base / "terms.json").write_text('{"keep_days": 9}')
    files = ["--settings", str(base / "terms.json"), "--articles", str(base / "articles.txt")]
    a.does(b, "agreement", "propose", *files)
    b.until(lambda told: told["open"] and "articles" in told["open"][0], "agreement", "show")
    a.does(b, "agreement", "sign", "--yes")
    return str(b.does(a, "agreement", "sign", "--yes")["shown"]["articles"]["text"])


@pytest.fixture(scope="module")
def cried(machines: tuple[Machine, Machine]) -> str:
    """A safety message of SOUTHLAND, and a line check of NORTHLAND; both are read."""
    a, b = machines
    sent = b.does(a, "safety", "search_rescue", "--as", "W1", "--at", "34.5,38.2", "--text", WORDS)["id"]
    a.until(lambda row: row.get("text") == WORDS, "notice", "show", sent)
    a.does(b, "message", "Line check", "--to", "SOUTHLAND/OPS", "--as", "W1")
    b.reads("Line check")
    return str(sent)


@pytest.fixture(scope="module")
def administered(machines: tuple[Machine, Machine]) -> tuple[Machine, Machine]:
    """The same, with two administrators at the second."""
    a, b = machines
    for handle in ("A1", "A2"):
        b.does(a, "officer", "add", handle, "--role", "administrator")
    return machines


@dataclass(frozen=True)
class Rotated:
    """What was listed around a change of SOUTHLAND's sealing key: the epochs before and after, and the key before."""

    before: list[dict[str, Any]]
    old: str
    after: list[dict[str, Any]]


@pytest.fixture(scope="module")
def rotated(administered: tuple[Machine, Machine], cried: str) -> Rotated:
    a, b = administered
    before, old = b.json("epoch", "list")["epochs"], b.json("key", "show", "sealing")["key"]
    b.does(a, "key", "add", "sealing", "--new", "--hybrid", "--as", "A1", "--as", "A2")
    after = a.json("epoch", "list")["epochs"]
    a.does(b, "message", "After the rotation", "--to", "SOUTHLAND/OPS", "--as", "W1")
    return Rotated(before, old, after)


@pytest.mark.requirement("R24", "R25")
def test_it_is_agreed_with_articles_that_only_the_principals_read(
    machines: tuple[Machine, Machine], agreed: str
) -> None:
    a, _ = machines
    for machine in machines:
        state = machine.until(lambda state: state["agreement"] == 2, "status")
        assert (state["exercise"], state["phase"]) == ("no", "open")
        assert "EXERCISE" not in machine.screen.text
    assert agreed == a.json("agreement", "show")["articles"]["text"] == ARTICLES


@pytest.mark.requirement("R2", "R5", "R25")
def test_a_notice_is_announced_acknowledged_and_confirmed(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    announce = ["draft", "--as", "W1", "--to", "SOUTHLAND/OPS", "--category", "air", *START, *PLACE]
    assert a.json(*announce, "--preview")["warnings"] == []
    item = a.does(b, "release", a.json(*announce)["draft"], "--as", "R1", "--yes")["id"]
    b.until(lambda row: row["volumes"], "notice", "show", item)
    assert "34.5600000N" in b.run("notice", "show", item)
    b.does(a, "ack", item, "--as", "W1", "--readback", f"34.56,38.27,5000ft,9000ft,{DAY}T10:00Z")
    a.until(lambda row: row["recipients"][0].get("readback"), "notice", "show", item)
    a.does(b, "confirm", item, "--of", "SOUTHLAND/OPS", "--as", "W1", "--yes")


@pytest.mark.requirement("R4", "R25")
def test_safety_goes_with_its_text_and_messages_go(machines: tuple[Machine, Machine], cried: str) -> None:
    a, b = machines
    assert a.json("notice", "show", cried)["text"] == WORDS
    a.does(b, "ack", cried, "--as", "W1")


@pytest.mark.requirement("N1", "N13", "R29")
def test_a_deployment_goes_to_whom_it_is_given_by_name_and_as_a_cell(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    words = ["draft", "--as", "W1", "--to", "SOUTHLAND/OPS", "--category", "deployment", *START, *PLACE]
    assert "--consent: deployment is given to nobody who is not named here" in a.run(*words, code=2)
    consented = [*words, "--consent", "SOUTHLAND"]
    assert "by whose invitation" in a.run(*consented, code=3)
    said = ["--say", "invitation=the host nation", "--say", "purpose=training"]
    item = a.does(b, "release", a.json(*consented, *said)["draft"], "--as", "R1", "--yes")["id"]
    row = b.until(lambda row: "cell" in row, "notice", "show", item)
    assert row["volumes"] == [] and "category" not in row and row["levels"] == {"SOUTHLAND": 1}


@pytest.mark.requirement("R25", "R33")
@pytest.mark.usefixtures("agreed", "cried")
def test_a_stranger_verifies_what_was_said_and_the_host_had_it_sealed(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = machines
    for machine, name in ((a, "north"), (b, "south")):
        file = str(tmp_path / f"{name}.tar")
        assert machine.json("export", file)["parts"] > 0
        assert main(["verify", file]) == 0
    assert "adrift" in a.run("timeline")
    held = b"".join(path.read_bytes() for path in sorted(a.home.glob("host.sqlite*")))
    assert held
    for words in (WORDS, ARTICLES, "Line check", json.dumps("search_rescue")):
        known = words.startswith('"')  # the code stands in the envelope, so that a blind host can relay and escalate
        assert (words.encode() in held) == known


@pytest.mark.requirement("R25")
def test_a_sealing_key_is_rotated_and_what_was_said_stays_readable(
    machines: tuple[Machine, Machine], rotated: Rotated, tmp_path: Path
) -> None:
    a, b = machines
    assert {row["key"] for row in rotated.before} == {"held"}
    assert len(b.json("key", "show", "sealing")["key"]) > 1000 > len(rotated.old), "ML-KEM-768 goes with it"
    assert b.json("key", "show", "sealing_1")["key"] == rotated.old
    assert all("ended" in row for row in rotated.after), "each of them had SOUTHLAND in it"
    b.does(a, "message", "It reads", "--to", "NORTHLAND/OPS", "--as", "W1")
    for text in ("After the rotation", "Line check"):
        b.reads(text)
    assert "ended by entry" in b.run("epoch", "list") and "in use" in b.run("epoch", "list")

    b.run("backup", str(tmp_path / "b.tar"))
    again = Machine(tmp_path / "again", b.screen)
    again.run("restore", str(tmp_path / "b.tar"))
    assert len(Keyring(again.home).unlock_sealing(PASSPHRASE)) == 2


@pytest.mark.requirement("R33")
def test_a_second_cosigner_key_is_used_at_once_and_its_lines_are_exported(
    administered: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = administered
    b.run("key", "add", "cosigner_mldsa44", "--hybrid", code=2)
    for number in (0, 1):
        b.does(a, "key", "add", "cosigner_mldsa44", "--new", "--as", "A1", "--as", "A2")
        assert len(b.json("key", "show", "cosigner_mldsa44")["key"]) == 1752
        until, tries = time.monotonic() + 60, 0
        while "by ML-DSA-44 as well" not in said(b, tmp_path / f"{number}-{tries}"):
            assert time.monotonic() < until, said(b, tmp_path / "last")
            tries += 1
    assert b.json("key", "show", "cosigner_mldsa44_1")["key"] != b.json("key", "show", "cosigner_mldsa44")["key"]


@pytest.mark.requirement("R33")
def test_each_node_states_its_picture_when_it_is_asked_through_the_host(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    (a, b), home = machines, machines[0].home
    settings = load_node(home)
    signer = Keyring(home).unlock("node", PASSPHRASE)

    async def asked(party: str, size: int) -> bytes:
        own = HostClient(settings.host_url, settings.channel, signer, SystemClock(), settings.ca_file)
        async with own:
            return await own.statement(party, size)

    digests = set()
    for party in ("NORTHLAND", "SOUTHLAND"):
        until = time.monotonic() + 60
        while not (note := asyncio.run(asked(party, 5))):
            assert time.monotonic() < until, f"{party} states nothing"
        digests.add(parse_statement(parse_note(note).text).digest)
        (tmp_path / f"{party}.txt").write_bytes(note)
    assert len(digests) == 1, "one log, one picture"
    b.run("export", str(tmp_path / "bundle"))
    told = a.run("compare", *(str(tmp_path / name) for name in ("NORTHLAND.txt", "SOUTHLAND.txt", "bundle")))
    assert "of SOUTHLAND: the same " in told and "SOUTHLAND: its picture of " in told, told


def said(machine: Machine, bundle: Path) -> str:
    """What `verify` says of the machine's export of now."""
    machine.run("export", str(bundle))
    with redirect_stdout(io.StringIO()) as told:
        assert main(["verify", str(bundle)]) == 0, told.getvalue()
    return told.getvalue()


@pytest.mark.requirement("R25")
@pytest.mark.usefixtures("rotated")
def test_a_stand_by_reads_with_the_partys_key_and_not_with_its_own(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = machines
    init = ["node", "init", "--standby", "--real", "--party", "SOUTHLAND", "--kdf", "minimum"]
    told = {}
    files = [b.home / "keys" / f"{name}.json" for name in ("sealing", "sealing_1")]
    copied = [word for file in files for word in ("--sealing", str(file))]
    for name, words in (("copy", copied), ("own", [])):
        home = tmp_path / name
        api = f"127.0.0.5:{free_port('127.0.0.5')}"
        standby = Machine(home, b.screen)
        told[name] = standby.json(*init, *words, "--listen", api)
        certificate = ["--ca-file", str(a.home / "tls.pem"), "--yes"]
        standby.run("node", "join", load_node(a.home).host_url, "--channel", load_node(a.home).channel, *certificate)
        b.does(a, "key", "add", "standby", "--key", told[name]["key"], "--as", "A1", "--as", "A2")
        with Running() as running:
            running.add(start("node", home, PASSPHRASE))
            wait_for_node(running, home, timeout_s=60)
            until = time.monotonic() + 60
            while not {"After the rotation", "Line check"} <= {row.get("text") for row in standby.json("messages")}:
                if name == "own" and {row["key"] for row in standby.json("epoch", "list")["epochs"]} == {"unreadable"}:
                    break
                assert time.monotonic() < until, standby.json("messages")
            else:
                assert name == "copy", "the key of its own opens nothing"
    assert told["copy"]["sealing"] == b.json("key", "show", "sealing")["key"] != told["own"]["sealing"]
    assert "wellclear key add sealing --key" in Machine(tmp_path / "other", b.screen).run(*init)
