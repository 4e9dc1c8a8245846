"""An act that another key of the party links: when the lending ends, it is in the log, or an officer is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.cli.outbox import shown
from wellclear.apps.node.app import node_app
from wellclear.apps.node.board import outbox
from wellclear.apps.node.service import NodeService
from wellclear.channel.composing import Composed
from wellclear.domain.canonical import unb64
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import Sketch

SOUTH = "SOUTHLAND"


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=73, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def roster(south: Bench) -> Composed:
    return south.relay.sketch.compose(
        "roster", SOUTH, public=msgspec.to_builtins(south.relay.sketch.parties[SOUTH].roster())
    )


def lend(south: Bench, act: Composed, home: Path) -> None:
    """The service lends the key while the host takes nothing."""
    party, node = south.relay.sketch.parties[SOUTH], south.relay.sketch.parties[SOUTH].key("node")

    async def lending() -> None:
        client = HostClient(
            "http://host", south.core.channel, node, south.clock,
            transport=httpx.MockTransport(lambda request: httpx.Response(503)),
        )  # fmt: skip
        service = NodeService(south.core, client, home)
        await service.put_lent(act.act, (), act.stored, "recovery", party.key("recovery"), 0.001)
        await client.close()

    asyncio.run(lending())


def told(south: Bench) -> list[tuple[str, str, str]]:
    return [(row["state"], row["use"], row["do"]) for row in shown(outbox(south.core))]


def test_what_a_lent_key_did_not_link_in_time_is_shown_as_not_sent_and_rings(south: Bench, tmp_path: Path) -> None:
    lend(south, roster(south), tmp_path)
    ((state, use, do),) = told(south)
    assert (state, use) == ("held", "recovery")
    assert do.startswith("give its command again; wellclear outbox drop ")
    (alarm,) = south.core.alarms.listed()
    assert alarm.kind == "asks_officer"
    assert alarm.words.startswith("roster was not sent: the recovery key") and "command again" in alarm.words
    (name,) = south.core.outbox.items
    with pytest.raises(InvalidValue, match="locked"):
        south.core.decide(unb64(name).hex(), again=True)
    south.core.store.close()
    south.start()
    assert told(south)[0][:2] == ("held", "recovery"), "a restart does not forget it"
    assert (south.rang, [alarm.kind for alarm in south.core.alarms.listed()]) == ([], ["asks_officer"]), "once"


def test_a_node_killed_while_a_key_was_lent_tells_at_its_start(south: Bench) -> None:
    act = roster(south)
    south.core.outbox.signers["recovery"] = south.relay.sketch.parties[SOUTH].key("recovery")
    south.core.put(act.act, (), act.stored, "recovery")
    south.core.store.close()
    south.start()
    assert told(south)[0][:2] == ("held", "recovery")
    assert [alarm.kind for alarm in south.core.alarms.listed()] == ["asks_officer"]


def test_what_was_linked_while_the_key_was_lent_reaches_the_log(south: Bench) -> None:
    act = roster(south)
    south.core.outbox.signers["recovery"] = south.relay.sketch.parties[SOUTH].key("recovery")
    south.core.put(act.act, (), act.stored, "recovery")
    assert [item.state for item in south.core.link()] == ["linked"]
    del south.core.outbox.signers["recovery"]
    south.core.locked_again()
    assert [item.state for item in south.core.outbox.items.values()] == ["linked"]
    south.send()
    south.follow()
    assert south.core.outbox.items == {} and south.core.alarms.listed() == []


@pytest.mark.parametrize(("use", "passphrase", "why"), [
    ("recovery", "another", "passphrase does not open it"),
    ("recovery", "", "none was given"),
    ("standby", "correct horse", "no key lies here"),
])  # fmt: skip
def test_a_passphrase_that_opens_no_key_is_refused_and_is_no_fault_of_the_node(
    south: Bench, tmp_path: Path, use: str, passphrase: str, why: str
) -> None:
    party = south.relay.sketch.parties[SOUTH]
    create_key(
        Keyring(tmp_path).path("recovery"), "recovery", SOUTH, "correct horse", party.seed_of("recovery"),
        exercise=True, kdf=KDF_BY_NAME["minimum"],
    )  # fmt: skip
    act = msgspec.to_builtins(roster(south).act)

    async def asking() -> httpx.Response:
        client = HostClient("http://host", south.core.channel, party.key("node"), south.clock)
        app = node_app(NodeService(south.core, client, tmp_path), "token", "127.0.0.1")
        wire = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # two types of ASGI
        async with httpx.AsyncClient(transport=wire, base_url="http://127.0.0.1:8645") as page:
            body = {"act": act, "use": use, "passphrase": passphrase}
            answer = await page.post("/api/entries", json=body, headers={"Authorization": "Bearer token"})
        await client.close()
        return answer

    answer = asyncio.run(asking())
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "KEY_NOT_OPENED"
    assert why in answer.json()["error"]["message"] and south.core.outbox.items == {}
