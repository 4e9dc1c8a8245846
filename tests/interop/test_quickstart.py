"""Two machines on an exercise's channel: what their officers say and do, by the commands that they would give."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.interop.two_machines import (
    DATE,
    DAY,
    GROUPS,
    PASSPHRASE,
    PLACE,
    START,
    Machine,
    two_machines,
)  # fmt: skip
from tests.ports import free_port
from wellclear.apps.cli.main import main
from wellclear.apps.cli.running import Running, start, wait_for_node
from wellclear.domain.spoken import spoken
from wellclear.edges.settings import load_node
from wellclear.edges.tls import certificate_bytes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("quickstart")) as both:
        yield both


def administered(a: Machine) -> None:
    for handle in ("A1", "A2"):
        a.run("officer", "add", handle, "--role", "administrator")


def test_the_five_steps_stand_on_the_two_screens(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    steps = sorted({*re.findall(r"\[\d/5\]", a.screen.text), *re.findall(r"\[\d/5\]", b.screen.text)})
    assert steps == ["[1/5]", "[2/5]", "[3/5]", "[4/5]", "[5/5]"]
    certificate, card, channel = GROUPS.findall(a.screen.text)
    assert GROUPS.findall(b.screen.text) == [card, channel]
    assert certificate == spoken(certificate_bytes(a.home / "tls.pem"))
    assert (b.home / "host.pem").read_bytes() == (a.home / "tls.pem").read_bytes()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows the environment of processes")
def test_the_passphrase_stands_in_no_environment_and_on_no_command_line_of_host_and_node(
    machines: tuple[Machine, Machine],
) -> None:
    """Of the command itself it does: there it was put by whoever started it."""
    looked = 0
    for machine in machines:
        command = machine.screen.process.pid
        for child in Path(f"/proc/{command}/task/{command}/children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes()
            assert b"serve" in words
            assert PASSPHRASE.encode() not in words + Path(f"/proc/{child}/environ").read_bytes()
            looked += 1
    assert looked == 3, "a host and two nodes"


def test_both_see_one_picture(machines: tuple[Machine, Machine]) -> None:
    a, _ = machines
    states = [machine.until(lambda state: state["link"]["state"] == "live", "status") for machine in machines]
    ((phase, agreement, _),) = {(state["phase"], state["agreement"], state["channel"]) for state in states}
    assert phase == "open" and agreement >= 1
    desks = a.json("officer", "list")["parties"]
    assert [row["desk"] for name in ("NORTHLAND", "SOUTHLAND") for row in desks[name]["desks"]] == [
        "NORTHLAND/OPS", "SOUTHLAND/OPS",
    ]  # fmt: skip


@pytest.mark.requirement("R2", "R5")
def test_a_notice_is_drafted_released_acknowledged_and_confirmed(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    announce = ["draft", "--as", "W1", "--to", "SOUTHLAND/OPS", "--category", "air", *START, *PLACE]
    draft = a.json(*announce)["draft"]
    item = a.does(b, "release", draft, "--as", "R1", "--yes")["id"]
    b.until(lambda row: row["volumes"], "notice", "show", item)
    assert "34.5600000N" in b.run("notice", "show", item)
    typed = f"34.56,38.27,5000ft,9000ft,{DAY}T10:00Z"
    b.does(a, "ack", item, "--as", "W1", "--readback", typed)
    a.until(lambda row: row["recipients"][0].get("readback"), "notice", "show", item)
    a.does(b, "confirm", item, "--of", "SOUTHLAND/OPS", "--as", "W1", "--yes")
    b.run("passed", item, "--as", "W1", "--echelon", "battery", "--at", "2026-11-22T10:00Z")
    asked = b.does(a, "request", item, "delay", "--as", "W1", "--start", f"{DAY}T14:00Z")["id"]
    a.run("comply", asked, "--as", "W1")
    later = ["--start", f"{DAY}T14:00Z", "--end", f"{DAY}T16:00Z"]
    a.does(b, "release", a.json("amend", item, "--as", "W1", *later)["draft"], "--as", "R1", "--yes")
    b.until(lambda row: row["version"] == 2 and row["volumes"], "notice", "show", item)
    wrong = typed.replace("34.56", "35.56").replace("T10", "T14")
    remarks = b.does(a, "ack", item, "--as", "W1", "--readback", wrong, code=1)["remarks"]
    assert [row["reason"] for row in remarks] == ["READBACK_DIFFERS"]
    a.until(lambda row: row["recipients"][0]["unconfirmed"] == "yes", "notice", "show", item)
    a.run("confirm", item, "--of", "SOUTHLAND/OPS", "--as", "W1", "--yes", code=3)
    a.run("readback-wrong", item, "--of", "SOUTHLAND/OPS", "--as", "W1")


def test_a_preview_refuses_and_warns_as_the_draft_itself_would(machines: tuple[Machine, Machine]) -> None:
    a, _ = machines
    draft = ["draft", "--as", "W1", "--category", "air", *PLACE]
    assert a.json(*draft, "--to", "SOUTHLAND/OPS", *START, "--preview")["warnings"] == []
    ghost = a.json(*draft, "--to", "SOUTHLAND/GHOST", *START, "--preview", code=3)
    assert ghost["refused"]["code"] == "UNKNOWN_DESK" and "SOUTHLAND/GHOST" in ghost["refused"]["message"]
    assert "UNKNOWN_DESK" in a.run(*draft, "--to", "SOUTHLAND/GHOST", *START, code=3)
    now = datetime.now(UTC)
    past = [f"{now - timedelta(hours=hours):%Y-%m-%dT%H:%MZ}" for hours in (3, 2)]
    over = [*draft, "--to", "SOUTHLAND/OPS", "--start", past[0], "--end", past[1]]
    assert "warning: it lies wholly in the past" in a.run(*over, "--preview")
    late = a.json(
        *draft,
        "--to",
        "SOUTHLAND/OPS",
        "--start",
        "2020-11-23T10:00Z",
        "--end",
        "2020-11-23T12:00Z",
        "--preview",
        code=3,
    )
    assert (late["refused"]["code"], "wholly in the past" in late["warnings"][0]) == ("KEPT_TOO_SHORT", True)


def test_two_notices_in_one_place_are_a_conflict_on_both_sides(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    for machine, other in ((a, "SOUTHLAND"), (b, "NORTHLAND")):
        words = ["draft", "--as", "W1", "--to", f"{other}/OPS", "--category", "air", *START, *PLACE]
        draft = machine.json(*words)["draft"]
        machine.does(b if machine is a else a, "release", draft, "--as", "R1", "--yes")
    for machine in machines:
        machine.until(lambda told: told["conflicts"], "conflicts")
    assert "Compared:" in b.run("conflicts", code=1)
    board = a.run("board", "--once")
    assert "ALARM" in board
    assert "\x1b" not in board


@pytest.mark.requirement("R4")
def test_one_officer_speaks_at_once(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    assert "SAFETY" in a.run("safety", "control_lost", "--as", "W1", "--at", "34.5,38.2", "--who", "a drone")
    a.does(b, "message", "Line check", "--to", "SOUTHLAND/OPS", "--as", "W1")
    b.reads("Line check")


def test_administrators_or_the_recovery_key_change_the_roster(machines: tuple[Machine, Machine]) -> None:
    a, _ = machines
    administered(a)
    a.run("officer", "add", "W2", "--role", "watch_officer", "--as", "A1", "--as", "A2")
    a.run("officer", "add", "W3", "--role", "watch_officer", "--as", "A1", code=2)
    a.run("key", "add", "standby", "--as", "A1", "--as", "A2")
    a.run("key", "revoke", "W2", "--since", "0", "--yes")
    assert [row["person"] for row in a.json("officer", "list")["persons"]][:2] == ["W1", "R1"]


@pytest.mark.requirement("R33")
def test_what_was_said_can_be_shown_to_strangers(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, _ = machines
    exported = a.json("export", str(tmp_path / "x.tar"))
    assert exported["parts"] > 0
    assert main(["verify", str(tmp_path / "x.tar"), "--channel", GROUPS.findall(a.screen.text)[2]]) == 0
    assert main(["verify", str(tmp_path / "x.tar"), "--channel", "0000 " * 8]) == 5
    raw = bytearray((tmp_path / "x.tar").read_bytes())
    raw[raw.index(b"NORTHLAND/OPS")] ^= 1
    (tmp_path / "x.tar").write_bytes(raw)
    assert main(["verify", str(tmp_path / "x.tar")]) == 1
    assert "NORTHLAND" in a.run("timeline")


def test_a_backup_is_taken_beside_the_running_node(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    assert set(a.json("backup", str(tmp_path / "a.tar"))["entries"]) == {"node.sqlite", "host.sqlite"}
    b.run("backup", str(tmp_path / "b.tar"))
    again = Machine(tmp_path / "again", b.screen)
    again.run("restore", str(tmp_path / "b.tar"))
    assert (again.home / "restored").is_file()
    assert "NORTHLAND" in again.run("timeline")


def test_a_restored_host_waits_for_its_members_copies(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    a.run("backup", str(tmp_path / "a.tar"))
    last = a.does(b, "message", "After the backup", "--to", "SOUTHLAND/OPS", "--as", "W1")["index"]
    for machine, name in ((a, "north.tar"), (b, "south.tar")):
        machine.run("export", str(tmp_path / name))
    again = Machine(tmp_path / "again", a.screen)
    assert "wellclear host recover" in again.run("restore", str(tmp_path / "a.tar"))
    assert "host.promised" in again.run("host", "serve", code=6)
    bundles = [str(tmp_path / "north.tar"), str(tmp_path / "south.tar")]
    assert again.json("host", "recover", *bundles, "--yes")["entries"] > last


def both_sign(a: Machine, b: Machine) -> None:
    a.does(b, "agreement", "sign", "--yes")
    b.does(a, "agreement", "sign", "--yes")


def test_the_agreement_changes_when_both_have_signed(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    old = a.json("agreement", "show")["settings"]["keep_days"]
    (tmp_path / "terms.json").write_text(json.dumps({"keep_days": old + 2}))
    a.does(b, "agreement", "propose", "--settings", str(tmp_path / "terms.json"))
    before = a.json("agreement", "show")
    (proposal,) = before["open"]
    assert proposal["missing"] == ["NORTHLAND", "SOUTHLAND"]
    for machine in machines:  # each reads the same, from its own node
        text = machine.run("agreement", "show")
        assert f"{old} d → {old + 2} d" in text and proposal["spoken"] in text
    assert "name the one" in a.run("agreement", "sign", "another", "--yes", code=2)
    both_sign(a, b)
    assert "open are: none" in a.run("agreement", "sign", proposal["proposal"], "--yes", code=2)
    agreed = a.json("agreement", "show")
    assert (agreed["version"], agreed["settings"]["keep_days"]) == (before["version"] + 1, old + 2)
    assert agreed["open"] == []
    assert agreed["articles"] == before["articles"]


def test_articles_are_in_force_only_once_all_have_signed(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    old = a.json("agreement", "show")
    (tmp_path / "terms.json").write_text(json.dumps({"keep_days": old["settings"]["keep_days"] + 1}))
    (tmp_path / "articles.txt").write_text("The line is tested each noon.\n? Who pays\n")
    files = ["--settings", str(tmp_path / "terms.json"), "--articles", str(tmp_path / "articles.txt")]
    a.does(b, "agreement", "propose", *files)
    waiting = b.until(lambda told: told["open"] and "articles" in told["open"][0], "agreement", "show")
    assert waiting["articles"] == old["articles"]
    assert waiting["open"][0]["articles"]["text"] == "The line is tested each noon."
    a.does(b, "agreement", "sign", "--yes")
    assert "ALREADY_SIGNED" in a.run("agreement", "sign", "--yes", code=3)
    signed = b.does(a, "agreement", "sign", "--yes")
    assert signed["shown"]["articles"]["open_points"] == ["Who pays"]
    assert a.json("agreement", "show")["articles"]["text"] == "The line is tested each noon."


def test_a_third_party_is_admitted_and_removed(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    card = ["node", "init", "--party", "WESTLAND", "--role", "observer", "--kdf", "minimum"]
    assert main([*card, "--home", str(tmp_path / "w")]) == 0
    a.does(b, "party", "admit", str(tmp_path / "w" / "card.json"), "--yes")
    both_sign(a, b)
    assert "WESTLAND" in a.json("officer", "list")["parties"]
    b.does(a, "party", "remove", "WESTLAND")
    both_sign(a, b)
    assert "NOT_POSSIBLE" in b.run("party", "remove", "NORTHLAND", code=3)


def test_a_person_reads_back_at_a_terminal(machines: tuple[Machine, Machine]) -> None:
    """A real terminal: questions one by one, as an officer answers them."""
    a, b = machines
    announce = ["draft", "--as", "W1", "--to", "SOUTHLAND/OPS", "--category", "drone", *START, *PLACE]
    item = a.does(b, "release", a.json(*announce)["draft"], "--as", "R1", "--yes")["id"]
    b.until(lambda row: row["volumes"], "notice", "show", item)
    ours, theirs = pty.openpty()
    words = ["ack", item, "--as", "W1", "--home", str(b.home)]
    process = subprocess.Popen(
        [sys.executable, "-m", "wellclear.apps.cli.main", *words], stdin=theirs, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    os.write(ours, f"34.56, 38.27\n5000ft\n9000ft\n{f'{DATE:%d}1000Z{DATE:%b%y}'.upper()}\n".encode())
    said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, said
    assert "first position" in said
    assert "ACKNOWLEDGED" in said
    draft = a.json("cancel", item, "--as", "W1")["draft"]
    assert {row["draft"]: row["act"]["kind"] for row in a.json("release")}[draft] == "cancel"
    a.run("release", draft, "--as", "R1", "--yes")
    assert a.json("notice", "show", item)["state"] == "CANCELLED"


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two of one test's own, of which the first is replaced."""
    with two_machines(tmp_path) as both:
        yield both


def test_a_standby_takes_over(doomed: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = doomed
    administered(a)
    a.does(b, "message", "Before the standby", "--to", "SOUTHLAND/OPS", "--as", "W1")
    standby = Machine(tmp_path / "standby", a.screen)
    api = f"127.0.0.4:{free_port('127.0.0.4')}"
    sealing = ["--sealing", str(a.home / "keys" / "sealing.json")]
    init = ["node", "init", "--standby", "--party", "NORTHLAND", "--kdf", "minimum", "--listen", api, *sealing]
    key = standby.json(*init)["key"]
    url = load_node(a.home).host_url
    certificate = str(a.home / "tls.pem")
    standby.run("node", "join", url, "--channel", load_node(a.home).channel, "--ca-file", certificate, "--yes")
    shutil.copytree(a.home / "keys" / "officers", standby.home / "keys" / "officers")
    assert standby.json("key", "show", "node")["key"] == standby.json("key", "show", "standby")["key"] == key
    a.does(b, "key", "add", "standby", "--key", key, "--as", "A1", "--as", "A2")
    with Running() as running:
        running.add(start("node", standby.home, PASSPHRASE))
        wait_for_node(running, standby.home, timeout_s=60)
        standby.reads("Before the standby")
        assert standby.json("epoch", "list")["epochs"]
        standby.does(b, "takeover", "--as", "A1", "--as", "A2", "--yes")
        standby.does(b, "message", "From the standby", "--to", "SOUTHLAND/OPS", "--as", "W1")
        b.reads("From the standby")
