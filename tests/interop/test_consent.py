"""A host nation's own node: its officers consent to a notice, take that back, and others read it beside the notice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.interop.live_channel import PASSPHRASE, key_of
from tests.interop.two_machines import Machine, Screen
from tests.unit.apps.node.test_record_rows import LAND, NORTH, SOUTH, Channel
from wellclear.apps.node.app import node_app
from wellclear.apps.node.board import board
from wellclear.apps.node.service import NodeService
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import Keyring, create_key
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.testing.sketch import circle

pytestmark = pytest.mark.slow
TOKEN = "of-this-test"


@contextmanager
def officers_at(channel: Channel, party: str, home: Path) -> Iterator[Machine]:
    """The commands of a party's officers, at the API of its node; what they send waits until the channel turns."""
    node, sketch = channel.nodes[party], channel.relay.sketch
    client = HostClient("http://127.0.0.1:1", sketch.channel, sketch.parties[party].key("node"), node.clock)
    app = node_app(NodeService(node.core, client, home), TOKEN, "127.0.0.1")
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    write_node(
        NodeSettings(
            home, party, host_url="http://127.0.0.1:1", channel=sketch.channel, listen_port=port, kdf="minimum"
        )
    )
    (home / "token").write_text(TOKEN, "ascii")
    for handle in ("W1", "R1"):
        key = key_of(sketch.parties[party], handle)
        create_key(Keyring(home).officer_path(handle), "person", f"{party}/{handle}", PASSPHRASE, **key)
    screen = Screen.__new__(Screen)  # nothing runs on one here
    try:
        yield Machine(home, screen)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


def told(channel: Channel, party: str, item: str) -> Any:
    notices = {row["id"]: row for row in board(channel.nodes[party].core, "")["notices"]}
    (row,) = notices[item]["host_consent"]["nations"]
    return row.get("consent", "no word")


@pytest.mark.requirement("R29", "N3")
def test_a_nation_consents_to_one_version_and_takes_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASSPHRASE)
    home = tmp_path / "land"
    home.mkdir(mode=0o700)
    channel = Channel(tmp_path, with_land=True)
    item, _ = channel.relay.sketch.announce(NORTH, [f"{SOUTH}/OPS", f"{LAND}/OPS"], [circle(34.5, 38.3, 5000)])
    channel.turn(6)
    with officers_at(channel, LAND, home) as land:
        assert "has given no consent" in land.run("consent", "withdraw", item, "--as", "W1", code=2)
        for command, said in (("give", "consents"), ("withdraw", "withdraws"), ("refuse", "does_not_consent")):
            drafted = land.json("consent", command, item, "--as", "W1")["draft"]
            land.run("release", drafted, "--as", "R1", "--yes", "--wait", "0")
            channel.turn(6)
            assert [told(channel, party, item) for party in (NORTH, SOUTH, LAND)] == [said] * 3
        shown = land.run("notice", "show", item)
        assert f"Consent of the host nation {LAND}: DOES NOT CONSENT, version 1." in shown
        listed = land.run("consent", "list")
        assert "does not consent" in listed and "withdraws" in listed and f"Host nation: {LAND}." in listed
        rows = land.json("consent", "list")["consents"]
        (kept,) = {row["keep_until_day"] for row in rows}
        assert kept == land.json("notice", "show", item)["keep_until_day"], "as long as what it is about"
