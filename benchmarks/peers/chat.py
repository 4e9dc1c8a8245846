"""A widely used chat server (Synapse, of Matrix) with SQLite: one sends a message, the other's open sync brings it.

The server is a process of its own, over loopback and without TLS, as our host and nodes are in `ringing`; two users
share a room, nothing is encrypted, and no limit of rates is in the way. What it does for a message is less than what we
do for a notice: nobody signs, approves, verifies or keeps a second store.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SECRET = "benchmark"  # noqa: S105  # it registers two users of a server that lives for minutes
WITHIN_S = 30.0
SETTLE_S = 0.05
SYNC_MS = 20_000
WARM = 40
"""Messages before the first that counts: the first dozens are slow, and a server that has just started is no peer."""


class Line:
    """One kept-alive connection of one user."""

    def __init__(self, port: int, token: str = "") -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S * 2)
        self._token = token
        self._line.connect()
        self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request and its answer."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._line.request(method, path, json.dumps(body), headers)
        answered = self._line.getresponse()
        content = answered.read()
        assert answered.status == 200, f"{answered.status} {content[:200]!r}"
        return json.loads(content)


class Chat:
    """Two users in a room."""

    def __init__(self, port: int) -> None:
        north, south = _registered(port, "north"), _registered(port, "south")
        self._north, self._south = Line(port, north["access_token"]), Line(port, south["access_token"])
        made = self._north.ask("POST", "/_matrix/client/v3/createRoom", {"invite": [south["user_id"]]})
        self._room = made["room_id"]
        self._south.ask("POST", f"/_matrix/client/v3/join/{self._room}", {})
        self._since = self._south.ask("GET", "/_matrix/client/v3/sync?timeout=0")["next_batch"]
        self._sent = 0

    def send(self, count: int) -> list[float]:
        """Milliseconds from sending to the other side's sync, for each message."""
        return [self._one() for _ in range(count)]

    def _one(self) -> float:
        self._sent += 1
        said, moments = f"a convoy of four lorries is on its way, {self._sent}", list[float]()

        def listen() -> None:
            while not moments:
                got = self._south.ask("GET", f"/_matrix/client/v3/sync?timeout={SYNC_MS}&since={self._since}")
                moment = time.perf_counter()
                self._since = got["next_batch"]
                room = got.get("rooms", {}).get("join", {}).get(self._room, {})
                if any(one["content"].get("body") == said for one in room.get("timeline", {}).get("events", [])):
                    moments.append(moment)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        time.sleep(SETTLE_S)  # the sync is open, as the ring's stream is
        start = time.perf_counter()
        path = f"/_matrix/client/v3/rooms/{self._room}/send/m.room.message/{self._sent}"
        self._north.ask("PUT", path, {"msgtype": "m.text", "body": said})
        listener.join(WITHIN_S)
        assert moments, "it arrived"
        return (moments[0] - start) * 1000


def _registered(port: int, name: str) -> Any:
    line, path = Line(port), "/_synapse/admin/v1/register"
    nonce = line.ask("GET", path)["nonce"]
    said = "\0".join([nonce, name, SECRET, "notadmin"]).encode()
    mac = hmac.new(SECRET.encode(), said, hashlib.sha1).hexdigest()
    return line.ask("POST", path, {"nonce": nonce, "username": name, "password": SECRET, "admin": False, "mac": mac})


def _settings(home: Path, port: int) -> dict[str, Any]:
    freely = {"per_second": 1e6, "burst_count": 1_000_000}
    return {
        "server_name": "bench.invalid",
        "pid_file": str(home / "pid"),
        "listeners": [
            {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": str(home / "store.sqlite")}},
        "media_store_path": str(home / "media"),
        "signing_key_path": str(home / "signing.key"),
        "registration_shared_secret": SECRET,
        "trusted_key_servers": [],
        "report_stats": False,
        "rc_message": freely,
        "rc_login": {"address": freely, "account": freely, "failed_attempts": freely},
        "rc_registration": freely,
    }


@contextlib.contextmanager
def opened() -> Iterator[Chat]:
    """A server of its own, for as long as questions come."""
    with tempfile.TemporaryDirectory(prefix="bench-chat-") as directory, socket.socket() as free:
        home = Path(directory)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        config = home / "settings.yaml"
        config.write_text(json.dumps(_settings(home, port)), encoding="utf-8")  # JSON is YAML
        command = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", str(config)]
        with (home / "log").open("wb") as log:
            subprocess.run([*command, "--generate-keys"], cwd=home, stdout=log, stderr=log, check=True)
            server = subprocess.Popen(command, cwd=home, stdout=log, stderr=log)
        try:
            _wait(port, server, home / "log")
            chat = Chat(port)
            chat.send(WARM)
            yield chat
        finally:
            server.terminate()
            server.wait(30)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + WITHIN_S * 2
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            Line(port).ask("GET", "/_matrix/client/versions")
            return
        time.sleep(0.1)
    raise RuntimeError("the chat server did not start: " + log.read_text(encoding="utf-8", errors="replace")[-500:])
