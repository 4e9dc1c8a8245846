"""Nodes of a sketch's parties: their home directories, and processes that serve them beside a host's process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.workload import PASSPHRASE
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.testing.sketch import Sketch

_NODE = """
import sys
from pathlib import Path
from wellclear.apps.node.serve import serve
from wellclear.edges.settings import load_node
serve(load_node(Path(sys.argv[1])), sys.argv[2], on_ready=lambda url: print(url, flush=True))
"""


def make_node_home(home: Path, sketch: Sketch, party: str, host_url: str) -> NodeSettings:
    """A node's home directory with the keys that the sketch gives its party, and nothing followed yet."""
    keyring, owner = Keyring(home), sketch.parties[party]
    for use in ("node", "sealing", "cosigner", "picture"):
        create_key(
            keyring.path(use), use, party, PASSPHRASE, seed=owner.seed_of(use), exercise=True,
            kdf=KDF_BY_NAME["minimum"],
        )  # fmt: skip
    settings = NodeSettings(home, party, host_url=host_url, channel=sketch.channel, listen_port=0, kdf="minimum")
    write_node(settings)
    return settings


@contextmanager
def node_processes(homes: Sequence[Path]) -> Iterator[list[str]]:
    """Nodes as processes of their own, ended with the block; their addresses."""
    running = [
        subprocess.Popen([sys.executable, "-c", _NODE, str(home), PASSPHRASE], stdout=subprocess.PIPE, text=True)
        for home in homes
    ]
    try:
        addresses = []
        for process in running:
            assert process.stdout is not None, "asked for just before"
            addresses.append(process.stdout.readline().strip())
            assert addresses[-1], "the node did not start"
        yield addresses
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)
            assert process.stdout is not None, "asked for just before"
            process.stdout.close()
