"""A peer from our side: the process that answers, started when somebody first asks, in the environment of the peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.runs import ROOT

SERVER = "WELLCLEAR_BENCH_POSTGIS"
"""The environment variable that names a PostgreSQL server with PostGIS (a libpq connection string)."""
OURS = "wellclear"


class Absent(Exception):
    """A peer does not take part; the text says why."""


class Peer:
    """One process that answers questions, one at a time."""

    def __init__(self, name: str, python: Path) -> None:
        if not python.exists():
            raise Absent("the environment of the peers is not there: make peers")
        if name == "postgis" and SERVER not in os.environ:
            raise Absent(f"{SERVER} names no server")
        command = [str(python), "-m", "benchmarks.peers.serve", name]
        self._name = name
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, what: str, **arguments: Any) -> Any:
        """Put one question and wait for its answer.

        Raises:
            Absent: the process ended, or says that it could not.
        """
        into, out = self._process.stdin, self._process.stdout
        assert into is not None, "asked for at the start"
        assert out is not None, "asked for at the start"
        try:
            into.write(json.dumps({"ask": what, **arguments}) + "\n")
            into.flush()
            line = out.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Absent(f"{self._name} ended with {self._process.wait(30)}")
        said = json.loads(line)
        if "failed" in said:
            raise Absent(f"{self._name} could not {what}: {said['failed']}")
        return said["said"]

    def close(self) -> None:
        """End the input, so that the peer puts its things away, and wait for that."""
        assert self._process.stdin is not None, "asked for at the start"
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None, "asked for at the start"
        self._process.stdout.close()


def python_of(name: str, peers_python: Path) -> Path:
    """Which interpreter a peer runs in: ours for our own engine."""
    return Path(sys.executable) if name == OURS else peers_python


VERSIONS = ("shapely", "numpy", "psycopg", "cryptography", "matrix-synapse")


def versions(peers_python: Path) -> dict[str, str]:
    """What is installed in the environment of the peers, by its metadata."""
    where = sorted(peers_python.absolute().parent.parent.glob("lib/python*/site-packages"))
    found = {one.name.lower(): one.version for one in metadata.distributions(path=[str(path) for path in where])}
    return {name: found[name] for name in VERSIONS if name in found}
