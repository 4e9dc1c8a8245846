"""A sketched channel as homes on this disk, and its host and nodes as processes that the test may end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.simulation.host_process import START_S_MAX, HostProcess
from tests.unit.apps.host.world import store_sketch
from wellclear.apps.cli.main import main
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import HostSettings, NodeSettings, load_node, write_host, write_node
from wellclear.edges.store import Store
from wellclear.errors import Unavailable
from wellclear.testing.sketch import Sketch

PASSPHRASE = "an exercise"
PARTY_USES = ("node", "recovery", "head_of_delegation", "cosigner", "picture", "sealing")


def keys_of(sketch: Sketch, party: str, home: Path, *uses: str) -> None:
    """The sketch's own keys as files."""
    ring = Keyring(home)
    for use in uses:
        create_key(
            ring.path(use), use, party, PASSPHRASE, sketch.parties[party].seed_of(use), exercise=True,
            kdf=KDF_BY_NAME["minimum"],
        )  # fmt: skip


def host_home(sketch: Sketch, home: Path, port: int) -> Path:
    """The home of the sketch's host, with its log."""
    write_host(
        HostSettings(home=home, party=sketch.host, origin=sketch.origin, channel=sketch.channel, listen_port=port,
                     kdf="minimum")
    )  # fmt: skip
    keys_of(sketch, sketch.host, home, "log", "sequencer", "cosigner")
    store_sketch(sketch, home)
    return home


def node_home(sketch: Sketch, party: str, home: Path, host_url: str) -> Path:
    """The home of a party's node that has joined and has no log yet, with one watch officer."""
    write_node(
        NodeSettings(home, party, host_url=host_url, channel=sketch.channel, listen_port=free_port(), kdf="minimum")
    )
    keys_of(sketch, party, home, *PARTY_USES)
    path, seed = Keyring(home).officer_path("W1"), sketch.parties[party].seed_of("W1")
    create_key(path, "person", f"{party}/W1", PASSPHRASE, seed, exercise=True, kdf=KDF_BY_NAME["minimum"])
    return home


@dataclass
class Node:
    """A node in a process of its own."""

    home: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and come back when its API answers."""
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "wellclear.apps.cli.main", "node", "serve", "--home", str(self.home)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "WELLCLEAR_PASSPHRASE": PASSPHRASE},
            )  # fmt: skip
        give_up = time.monotonic() + START_S_MAX
        while True:
            try:
                with NodeClient.at(self.home, load_node(self.home).api_url) as client:
                    client.get("status")
                return
            except Unavailable as error:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise AssertionError((self.home / "log").read_text()) from error
                time.sleep(0.02)  # waits for a process, not for a time

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(START_S_MAX)
            self.process = None

    def until(self, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first board that shows it."""
        try:
            with NodeClient.at(self.home, load_node(self.home).api_url) as client:
                for board in client.boards():
                    told: dict[str, Any] = board
                    if seen(told):
                        return told
        except Unavailable as error:
            raise AssertionError((self.home / "log").read_text()) from error
        raise AssertionError("the node ended its stream")

    def leaves(self) -> list[bytes]:
        """Its stored log."""
        store = Store.open(self.home / "node.sqlite", writing=False)
        try:
            return [leaf for _, leaf in store.each_leaf()]
        finally:
            store.close()


@dataclass
class World:
    """Homes and processes of one test; everything is ended with it."""

    base: Path
    capsys: pytest.CaptureFixture[str]
    hosts: list[HostProcess] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)

    def host(self, home: Path) -> HostProcess:
        """A running host."""
        self.hosts.append(HostProcess.start(home, PASSPHRASE))
        return self.hosts[-1]

    def node(self, sketch: Sketch, party: str, url: str) -> Node:
        """A running node."""
        self.nodes[party] = Node(node_home(sketch, party, self.base / party, url))
        self.nodes[party].start()
        return self.nodes[party]

    def run(self, *words: str, code: int = 0) -> str:
        """A command; what it said on either stream."""
        self.capsys.readouterr()
        ended = main(list(words))
        out, err = self.capsys.readouterr()
        assert ended == code, f"{words}: {ended}\n{out}{err}"
        return out if code == 0 else out + err

    def json(self, *words: str) -> Any:
        """What a command answers to programs."""
        return json.loads(self.run(*words, "--json"))

    def refused(self, *words: str) -> str:
        """The reason with which a command is refused."""
        self.capsys.readouterr()
        assert main(list(words)) != 0
        return self.capsys.readouterr().err

    def close(self) -> None:
        """End all processes."""
        for node in self.nodes.values():
            node.stop()
        for host in self.hosts:
            if host.process.poll() is None:
                host.stop()
