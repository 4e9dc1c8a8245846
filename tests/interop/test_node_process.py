"""The node as a process: served from its home, killed without warning, started again."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.interop.live_channel import NORTH, PASSPHRASE, PATIENCE_S, found, key_of, serve
from tests.ports import free_port
from wellclear.apps.node.serve import serve as serve_node
from wellclear.edges.keyring import KDF_BY_NAME, create_key
from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import NodeSettings, load_node, write_node
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured

_SERVE = """
import sys
from pathlib import Path
from wellclear.apps.node.serve import serve
from wellclear.edges.settings import load_node
serve(load_node(Path(sys.argv[1])), sys.argv[2], on_ready=lambda url: print(url, flush=True))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("process")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    node = base / "node"
    node.mkdir(mode=0o700)
    for use in ("node", "cosigner"):
        create_key(node / "keys" / f"{use}.json", use, NORTH, PASSPHRASE, **key_of(parties[NORTH], use))
    seed, cost = parties[NORTH].seed_of("sealing"), KDF_BY_NAME["minimum"]
    create_key(node / "keys" / "sealing.json", "sealing", NORTH, PASSPHRASE, seed, exercise=True, kdf=cost)
    settings = NodeSettings(
        home=node, party=NORTH, host_url=host.url, channel=channel, listen_port=0, kdf="minimum",
        witness_listen=("127.0.0.1", free_port()),
    )  # fmt: skip
    write_node(settings)
    yield node
    host.stop()


def start(home: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(home), PASSPHRASE],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready, "the node did not start"
    return process, process.stdout.readline().strip()


def followed(home: Path, url: str) -> dict[str, object]:
    """The first board of a size: the log was followed to its end."""
    with NodeClient.at(home, url) as client:
        for board in client.boards():
            if board["size"]:
                return dict(board)
    raise AssertionError("the node ended its stream")


def test_a_second_start_on_one_home_fails_in_words_and_leaves_the_first_its_token(home: Path) -> None:
    process, url = start(home)
    try:
        token = (home / "token").read_text("ascii")
        with pytest.raises(Misconfigured, match="somebody else writes to it"):
            serve_node(load_node(home), PASSPHRASE)
        assert (home / "token").read_text("ascii") == token
        with NodeClient.at(home, url) as client:
            assert client.get("status")["party"] == NORTH
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def test_other_nodes_reach_its_witness_and_nothing_else(home: Path) -> None:
    listen = load_node(home).witness_listen
    assert listen is not None
    process, url = start(home)
    try:
        followed(home, url)
        with httpx.Client(base_url=f"http://{listen[0]}:{listen[1]}", trust_env=False) as witness:
            assert b"caspia.example/live\n1\n" in witness.get("/note").content
            assert witness.get("/api/board").status_code == 404
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def test_a_witness_address_that_is_taken_is_told(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = replace(load_node(home), witness_listen=("127.0.0.1", taken.getsockname()[1]))
        with pytest.raises(Misconfigured, match="witness_listen"):
            serve_node(settings, PASSPHRASE)


def test_a_node_serves_is_killed_and_serves_again(home: Path) -> None:
    process, url = start(home)
    board = followed(home, url)
    assert (board["party"], board["phase"], board["size"]) == (NORTH, "founding", 1)
    assert oct((home / "token").stat().st_mode & 0o777) == "0o600"
    first = (home / "token").read_text("ascii")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    (home / "restored").write_text("1")
    process, url = start(home)
    assert (home / "token").read_text("ascii") != first, "each start has a token of its own"
    assert followed(home, url)["digest"] == board["digest"]
    assert not (home / "restored").exists()
    stale = httpx.get(f"{url}/api/board", headers={"Authorization": f"Bearer {first.strip()}"}, trust_env=False)
    assert stale.status_code == 401
    told = httpx.post(f"{url}/api/acts", content=json.dumps({"kind": "time"}), trust_env=False)
    assert told.status_code == 401
    process.terminate()
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (0, -signal.SIGTERM)
    assert not (home / "token").exists()
    store = Store.open(home / "node.sqlite")
    assert store.size() == 1
    store.close()
