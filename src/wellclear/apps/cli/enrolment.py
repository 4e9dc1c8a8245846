"""Before a channel exists: one machine waits for the other's card, over TLS, and answers with the channel.

    GET  /quickstart                 {"party", "exercise"}                   who waits here
    POST /quickstart/card            the card; 202, or 409 for a name that is taken
    GET  /quickstart/answer/PARTY    {"state": "waiting" | "refused" | "founded", "channel"?}

Nothing here is secret and nothing is believed: the certificate was compared by voice, and so is the card.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec

from wellclear.edges.card import CardFile, card_from
from wellclear.edges.tls import trusting
from wellclear.errors import Malformed, Misconfigured, Refused, Unavailable

CARD_BYTES_MAX = 8 * 1024
CARDS_MAX = 16
ASK_AGAIN_S = 0.5


class Enrolment:
    """The waiting side: a small server that collects cards until `close`.

    Raises:
        Misconfigured: the address cannot be had, or certificate and key do not fit.
    """

    def __init__(self, address: tuple[str, int], certificate: Path, key: Path, greeting: dict[str, Any]) -> None:
        self.greeting = greeting
        self._answers: dict[str, dict[str, str]] = {}
        self._fetched: dict[str, threading.Event] = {}
        self._cards: list[CardFile] = []
        self._changed = threading.Condition()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(certificate, key)
            self._server = _Server(address, self)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured("listen", f"{address[0]}:{address[1]} cannot be had: {error}") from error
        self._server.context = context
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def next_card(self, known: int, timeout_s: float) -> CardFile | None:
        """The card that came after `known` others; None when none has come in time."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._cards) > known, timeout_s)
            return self._cards[known] if len(self._cards) > known else None

    def answer(self, party: str, state: str, channel: str = "") -> None:
        """What the party is told when it asks again."""
        with self._changed:
            self._answers[party] = {"state": state} | ({"channel": channel} if channel else {})

    def wait_until_fetched(self, party: str, timeout_s: float) -> bool:
        """Whether the party has fetched its last answer in time."""
        return self._fetched[party].wait(timeout_s)

    def close(self) -> None:
        """Stop listening; the address is free again."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, card: CardFile) -> bool:
        """Keep a card that came; the same card again is welcome, another of the same party is not."""
        with self._changed:
            known = [held for held in self._cards if held.party == card.party]
            if known or len(self._cards) >= CARDS_MAX:
                return known == [card]
            self._cards.append(card)
            self._answers[card.party] = {"state": "waiting"}
            self._fetched[card.party] = threading.Event()
            self._changed.notify_all()
            return True

    def told(self, party: str) -> dict[str, str] | None:
        """The answer for a party; remembers that a last one was fetched."""
        with self._changed:
            answer = self._answers.get(party)
            if answer is not None and answer["state"] != "waiting":
                self._fetched[party].set()
            return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext

    def __init__(self, address: tuple[str, int], enrolment: Enrolment) -> None:
        self.enrolment = enrolment
        super().__init__(address, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that nobody can hold up the others."""
        request.settimeout(10)
        try:
            secured = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return  # whoever only looks at the certificate, or speaks no TLS
        with secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "wellclear"
    sys_version = ""

    def do_GET(self) -> None:  # the name that http.server calls
        enrolment = self.server.enrolment
        if self.path == "/quickstart":
            self._tell(200, enrolment.greeting)
            return
        answer = enrolment.told(self.path.removeprefix("/quickstart/answer/"))
        self._tell(404 if answer is None else 200, answer or {})

    def do_POST(self) -> None:  # the name that http.server calls
        length = self.headers.get("Content-Length", "")
        # Read on for a while even what is too large: an answer to a half-read request gets lost on the way.
        sound = length.isascii() and length.isdecimal() and len(length) < 10
        body = self.rfile.read(min(int(length), 8 * CARD_BYTES_MAX)) if sound else b""
        if self.path != "/quickstart/card" or len(body) > CARD_BYTES_MAX:
            self._tell(400, {})
            return
        try:
            card = card_from(msgspec.json.decode(body), "card")
        except (ValueError, RecursionError, Malformed):
            self._tell(400, {})
            return
        self._tell(202 if self.server.enrolment.take(card) else 409, {})

    def _tell(self, status: int, value: dict[str, Any]) -> None:
        raw = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:  # the name that http.server gives
        """Say nothing; the person reads the ceremony's own lines."""


class Applicant:
    """The joining side, after its person has compared the certificate."""

    def __init__(self, url: str, certificate: Path) -> None:
        self._url = url
        self._http = httpx.Client(base_url=url, verify=trusting(certificate), timeout=10, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def greeting(self) -> dict[str, Any]:
        """Who waits there."""
        return self._ask("GET", "/quickstart")

    def send_card(self, card: CardFile) -> None:
        """Hand over the card; raises `Refused` when the name is taken by another card."""
        self._ask("POST", "/quickstart/card", msgspec.to_builtins(card))

    def wait_for_channel(self, party: str, timeout_s: float, sleep: Callable[[float], None] = time.sleep) -> str:
        """The channel's id, once the other side has compared the card and founded it.

        Raises:
            Refused: the other side did not accept the card.
            Unavailable: no answer in time.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            answer = self._ask("GET", f"/quickstart/answer/{party}")
            if answer.get("state") == "founded":
                return str(answer["channel"])
            if answer.get("state") == "refused":
                raise Refused("PARTY_TAKEN", "the other side did not accept this card")
            sleep(ASK_AGAIN_S)
        raise Unavailable(self._url, "the other side has not founded the channel yet")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, json=body)
            answer = msgspec.json.decode(response.content)
        except httpx.HTTPError as error:
            raise Unavailable(self._url, f"did not answer: {error}") from error
        except (ValueError, RecursionError) as error:
            raise Malformed(self._url, path, "no JSON; is another program listening there?") from error
        if response.status_code == 409:
            raise Refused("PARTY_TAKEN", "another card of this name was sent there before")
        if response.status_code >= 400 or not isinstance(answer, dict):
            raise Malformed(self._url, path, f"status {response.status_code}")
        return answer
