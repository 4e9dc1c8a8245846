"""`outbox list|again|drop` against a real node's API: an officer's word on what the node will not send by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.cli.test_alarms import NORTH, PASS, SOUTH, Home, by_kind, ring, south
from wellclear.apps.cli.main import main
from wellclear.apps.cli.outbox import deed, picked
from wellclear.channel.desk import message
from wellclear.domain.canonical import unb64
from wellclear.errors import InvalidValue

__all__ = ["south"]  # the fixture


def held(south: Home, text: str = "the convoy waits at the ford") -> str:
    """A message in the outbox of a home that was restored from a backup; its hash."""
    core = south.bench.core
    pen = core.pen(f"{SOUTH}/OPS")
    said = message(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": text, "language": "en"}, "R")
    item = core.put(said.act, south.bench.relay.sketch.watched(said), said.stored)
    core.restored()
    return item.id


def short(name: str) -> str:
    return unb64(name, 32).hex()[:12]


@pytest.mark.requirement("R2")
def test_the_list_says_what_waits_why_and_what_to_do(south: Home) -> None:
    assert south.run("outbox", "list")[1]["entries"] == []
    name = held(south)
    code, value, _ = south.run("outbox", "list")
    (row,) = value["entries"]
    assert (code, value["undecided"], value["held"], row["act_hash"]) == (1, 1, 1, name)
    assert (row["kind"], row["to"], row["by"], row["state"]) == ("message", [f"{NORTH}/OPS"], ["W1"], "held")
    assert row["groups"][0]["text"] == "the convoy waits at the ford"
    assert row["do"] == f"wellclear outbox again {short(name)} --home {south.path}, or drop"
    code, told, _ = south.run("outbox", "list", json_=False)
    assert (code, row["short"] in told, row["do"] in told) == (1, True, True)
    alarm = by_kind(south.run("alarm", "list")[1]["alarms"])["asks_officer"]
    assert alarm["do"] == row["do"], "the alarm names the command"


@pytest.mark.requirement("R33")
def test_again_sends_it_and_the_log_gets_it_once(south: Home) -> None:
    name, core = held(south), south.bench.core
    code, value, _ = south.run("outbox", "again", short(name), "--as", "W1", "--wait", "0")
    assert (code, value["by"]) == (0, f"{SOUTH}/W1")
    assert [(row["act_hash"], row["state"]) for row in value["again"]] == [(name, "waiting")]
    assert south.run("alarm", "list")[:2] == (0, {"alarms": [], "sounding": 0})
    south.bench.send()
    assert core.logged_at[name] == core.picture.size - 1
    assert south.run("outbox", "list")[1]["entries"] == []
    code, _, said = south.run("outbox", "again", short(name), "--as", "W1")
    assert (code, json.loads(said.splitlines()[-1])["error"]["where"]) == (2, "ID")


def test_drop_shows_what_it_throws_away_and_asks(south: Home) -> None:
    name, core = held(south), south.bench.core
    item = south.run("outbox", "list")[1]["entries"][0]["id"]
    code, _, said = south.run("outbox", "drop", item, "--as", "W1")
    assert (code, set(core.outbox.items)) == (6, {name}), "nobody sits here, and --yes was not given"
    assert "the convoy waits at the ford" in said and item in said and f"{NORTH}/OPS" in said
    code, value, said = south.run("outbox", "drop", item, "--as", "W1", "--yes")
    assert (code, [row["id"] for row in value["dropped"]], core.outbox.items) == (0, [item], {})
    assert "the convoy waits at the ford" in said
    assert core.store.outbox() == []
    size = south.bench.relay.size
    south.bench.send()
    assert south.bench.relay.size == size


@pytest.mark.requirement("R2")
def test_what_was_refused_is_dropped_and_its_alarm_goes(south: Home) -> None:
    _, name = ring(south)
    (row,) = south.run("outbox", "list")[1]["entries"]
    assert (row["state"], row["reason"]) == ("refused", "STALE_APPROVAL")
    assert row["do"] == f"say it anew; wellclear outbox drop {short(name)} --home {south.path}"
    code, told, _ = south.run("outbox", "drop", f"outbox/{short(name)}", "--as", "W1", "--yes", json_=False)
    assert (code, "THROWN AWAY by the word of W1" in told) == (0, True)
    assert "refused" not in by_kind(south.run("alarm", "list")[1]["alarms"])


def test_a_name_that_is_none_or_goes_out_by_itself_decides_nothing(south: Home) -> None:
    name, core = held(south), south.bench.core
    for words in (["123"], [short(name), "NORTHLAND-1001-9"]):
        code, _, said = south.run("outbox", "drop", *words, "--as", "W1", "--yes")
        assert (code, json.loads(said.splitlines()[-1])["error"]["where"]) == (2, "ID")
        assert core.outbox.items[name].state == "held"
    assert south.run("outbox", "again", name, "--as", "W1")[0] == 0
    assert south.run("outbox", "drop", name, "--as", "W1", "--yes")[0] == 2, "it waits, and goes out by itself"
    assert name in core.outbox.items


@pytest.mark.requirement("R33")
def test_two_acts_about_one_item_are_told_apart_by_their_hashes() -> None:
    rows = [{"act_hash": f"{letter}{'A' * 42}=", "short": letter, "id": "S-1", "state": "held"} for letter in "AB"]
    with pytest.raises(InvalidValue, match="names several"):
        picked(rows, ["S-1"])
    assert picked(rows, ["B", "B"]) == rows[1:]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"state": "refused", "reason": "NOT_YOUR_DESK"}, "mend the cause, then wellclear outbox again 000000000000"),
        ({"state": "linked"}, "it is on its way"),
        ({"state": "waiting"}, "it goes out by itself"),
        ({"state": "unproven"}, "use the telephone as well"),
    ],
)
def test_each_state_says_what_to_do(row: dict[str, Any], said: str) -> None:
    assert deed({"act_hash": "A" * 43 + "=", **row}).startswith(said)


@pytest.mark.requirement("R21")
def test_nobody_decides_in_anothers_name(south: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = held(south)
    assert south.run("outbox", "drop", name, "--as", "W2", "--yes")[0] == 3, "no such key on this node"
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", f"not {PASS}")
    assert south.run("outbox", "again", name, "--as", "W1")[0] == 3
    assert south.bench.core.outbox.items[name].state == "held"


@pytest.mark.requirement("R24")
def test_with_json_an_error_in_an_exercise_is_one_object_and_says_so(south: Home) -> None:
    name = held(south)
    for words, code in (
        (["outbox", "drop", "123", "--as", "W1", "--yes"], 2),
        (["outbox", "drop", name, "--as", "W1"], 6),
        (["outbox", "again", name, "--as", "W2"], 3),
        (["ack", "NORTHLAND-1-1", "--as", "W1"], 2),
    ):
        ended, out, said = south.run(*words)
        told = json.loads(said)
        assert (ended, out, told["exercise"], bool(told["error"]["message"])) == (code, "", "yes", True)
        assert ("notes" in told) == ("drop" in words and name in words), "what was shown before it asked"


@pytest.mark.requirement("R24")
def test_with_json_what_went_well_keeps_its_mark_beside_the_answer(south: Home) -> None:
    code, value, said = south.run("outbox", "list")
    assert (code, value["undecided"], said.split()) == (0, 0, ["EXERCISE"] * 3)


@pytest.mark.parametrize("words", [[], ["outbox", "again", "--as"], ["lunch"], ["outbox", "drop", "--nothing"]])
def test_with_json_wrong_words_are_one_object_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--json"]) == 2
    out, said = capsys.readouterr()
    assert (out, json.loads(said)["error"]["code"]) == ("", "invalid")
    assert main(["outbox", "list", "--help", "--json"]) == 0
