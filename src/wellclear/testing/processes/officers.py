"""The people at one node's desk: they speak and answer over its local API, as page and command line do.

Each works on a thread of its own and goes on when its node is back. An act whose answer was lost is sent once more,
the same bytes, as a person does who does not know.
"""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from wellclear.channel.composing import approve
from wellclear.domain.entry import Act, Role
from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import NodeSettings
from wellclear.errors import InvalidValue, Malformed, Refused, Unavailable, WellclearError
from wellclear.testing.processes.founding import OFFICERS, PARTIES, PASSPHRASE, keep_until
from wellclear.testing.processes.process import Process
from wellclear.testing.processes.record import Record, now_us
from wellclear.testing.sketch import SECOND_US, SketchParty, circle

WAIT_S: Final = 5
BACK_S: Final = 0.2
Body = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """Where somebody works: the party with its keys, its node, and what is said there."""

    party: SketchParty
    node: Process
    settings: NodeSettings
    record: Record
    ending: threading.Event

    @property
    def name(self) -> str:
        return self.party.name

    def client(self) -> NodeClient:
        """To the node as it runs now; each life has a token of its own."""
        return NodeClient.at(self.settings.home, self.settings.api_url)


class Officer(threading.Thread, ABC):
    """Comes to the desk whenever the node is up, and works until the run ends."""

    pause_s = (0.05, 0.4)

    def __init__(self, desk: Desk, dice: random.Random) -> None:
        super().__init__(name=f"{type(self).__name__} {desk.name}", daemon=True)
        self.desk, self.dice, self.record = desk, dice, desk.record
        self.session = ""
        self.fault: BaseException | None = None
        self.quiet = threading.Event()
        """Set when nothing more should be begun; what waits is still answered."""
        self._unknown: list[tuple[str, Body, str]] = []

    def run(self) -> None:
        """Until the run ends; what should not happen is kept in `fault`."""
        try:
            while not self.desk.ending.is_set():
                if self.desk.node.up.wait(BACK_S):
                    self._watch()
        except BaseException as error:
            self.fault = error
            raise

    def _watch(self) -> None:
        """One watch, until the node is gone."""
        try:
            with self.desk.client() as client:
                self.session = ""
                self._send_unknown(client)
                while not self.desk.ending.is_set():
                    self._work(client)
                    self.desk.ending.wait(self.dice.uniform(*self.pause_s))
        except (Unavailable, Malformed):  # killed: before, while or after it answered
            self.record.count("clients cut off")
            self.desk.ending.wait(BACK_S)

    def _work(self, client: NodeClient) -> None:
        try:
            self.work(client)
        except Unavailable as error:
            if error.what in ("ids", "epoch", "channel"):  # it has not followed the log to its end yet
                self.record.count("told not yet")
                return
            raise
        except (Refused, InvalidValue) as error:
            reason = error.reason if isinstance(error, Refused) else "InvalidValue"
            if reason == "NO_SESSION":
                self.session = ""
            self.record.count(f"told refused {reason}")

    @abstractmethod
    def work(self, client: NodeClient) -> None:
        """One thing that is done."""

    # Saying.

    def said(self, client: NodeClient, path: str, body: Body, kind: str) -> None:
        """An approved act for the node; when its answer is lost it is kept, to be sent again."""
        life = self.desk.node.lives
        try:
            with self.record.in_flight(self.desk.name):
                answer = client.post(path, body, wait_s=WAIT_S)
        except Unavailable:
            if path == "entries":
                self._unknown.append((path, body, kind))
            raise
        self.record.taken(self.desk.name, kind, answer, life)

    def _send_unknown(self, client: NodeClient) -> None:
        while self._unknown:
            path, body, kind = self._unknown[0]
            self.record.count("sent again after a kill")
            try:
                with self.record.in_flight(self.desk.name):
                    answer = client.post(path, body, wait_s=WAIT_S)
            except (Refused, InvalidValue) as error:
                self.record.count(f"sent again: {error.reason if isinstance(error, Refused) else 'InvalidValue'}")
            else:
                self.record.taken(self.desk.name, kind, answer, self.desk.node.lives)
            del self._unknown[0]

    def pressed(self, client: NodeClient, action: str, **body: Any) -> None:
        """One press of a key at the page, by the officer on watch."""
        if not self.session:
            person = self.dice.choice(OFFICERS)
            told = client.post("sessions", {"person": person, "passphrase": PASSPHRASE})
            self.session = told["session"]
        life = self.desk.node.lives
        with self.record.in_flight(self.desk.name):
            answer = client.post(f"desk/{action}", {"session": self.session, **body})
        self.record.taken(self.desk.name, action, answer, life)

    def composed(self, client: NodeClient, kind: str, **asked: Any) -> tuple[Body, Act]:
        """An act as the node composes it."""
        told = client.post("acts", {"kind": kind, "desk": self.desk.party.desk, **asked})
        return told, msgspec.convert(told["act"], Act)

    def by(self, act: Act, *persons: tuple[str, Role]) -> list[Body]:
        """Approvals by persons, with keys that the node never sees."""
        given: list[Body] = msgspec.to_builtins(
            [approve(act, self.desk.party.key(name), role) for name, role in persons]
        )
        return given


class Speaker(Officer):
    """Announces, amends, ends, calls and writes."""

    def work(self, client: NodeClient) -> None:
        if self.quiet.is_set():
            return
        ways: dict[Callable[[NodeClient], None], int] = {
            self._draft: 3, self._announce: 3, self._message: 4, self._safety: 2, self._amend: 2, self._end: 1,
            self._ask: 1,
        }  # fmt: skip
        self.dice.choices(list(ways), list(ways.values()))[0](client)

    def _to(self) -> list[str]:
        others = [f"{name}/OPS" for name in PARTIES if name != self.desk.name]
        return sorted(self.dice.sample(others, self.dice.choice([1, 1, 2])))

    def _groups(self) -> list[Body]:
        start_us = now_us() + self.dice.randint(-60, 3600) * SECOND_US
        lat, lon = 33.0 + 3 * self.dice.random(), 37.0 + 3 * self.dice.random()
        volume = circle(lat, lon, self.dice.randint(500, 5_000), start_us=start_us)
        category = {"group": "category", "category": self.dice.choice(["air", "ground", "sea"])}
        return [{"group": "volume", "volumes": [volume]}, category, {"group": "rest", "crewed": "yes"}]

    def _notice(self, client: NodeClient) -> tuple[Body, Act]:
        asked = {"to": self._to(), "precedence": self.dice.choice("PPRO"), "keep_until": keep_until()}
        return self.composed(client, "notice", groups=self._groups(), **asked)

    def _announce(self, client: NodeClient) -> None:
        told, act = self._notice(client)
        by = self.by(act, ("W1", "drafter"), ("R1", "release_authority"))
        self.said(client, "entries", {"act": told["act"], "parts": told["parts"], "approvals": by}, "notice")

    def _draft(self, client: NodeClient) -> None:
        """One officer drafts; the other one releases, or leaves it lying for a while."""
        told, act = self._notice(client)
        body = {"act": told["act"], "parts": told["parts"], "approvals": self.by(act, ("W1", "drafter"))}
        kept = str(client.post("drafts", body)["draft"])
        drafts = self.record.drafts.setdefault(self.desk.name, set())
        drafts.add(kept)
        self.record.count("told a draft is kept")
        if self.dice.random() < 0.7:
            drafts.discard(kept)
            by = self.by(act, ("R1", "release_authority"))
            self.said(client, f"drafts/{kept}/release", {"approvals": by}, "notice")

    def _message(self, client: NodeClient) -> None:
        self.pressed(client, "message", to=self._to(), text=f"words {self.dice.randrange(10**6)}", precedence="R")

    def _safety(self, client: NodeClient) -> None:
        self.pressed(client, "safety", to=self._to(), code=self.dice.choice(["cease", "emergency"]), who="a unit")

    def _own(self, client: NodeClient) -> Body | None:
        rows = [row for row in client.get("notices") if row["mine"] == "yes" and row["state"] not in ENDED]
        return self.dice.choice(rows) if rows else None

    def _amend(self, client: NodeClient) -> None:
        own = self._own(client)
        if own is None:
            return
        about = {"id": own["id"], "version": int(own["version"]) + 1}
        told, act = self.composed(
            client, "amend", subject=about, to=own["to"], precedence=own["precedence"], groups=self._groups(),
            keep_until=keep_until(),
        )  # fmt: skip
        by = self.by(act, ("W1", "drafter"), ("R1", "release_authority"))
        self.said(client, "entries", {"act": told["act"], "parts": told["parts"], "approvals": by}, "amend")

    def _end(self, client: NodeClient) -> None:
        own = self._own(client)
        if own is None:
            return
        kind = self.dice.choice(["cancel", "complete"])
        about = {"id": own["id"], "version": int(own["version"])}
        told, act = self.composed(client, kind, subject=about, to=own["to"], precedence=own["precedence"])
        by = self.by(act, ("W1", "drafter"), ("R1", "release_authority"))
        by = by if kind == "cancel" else self.by(act, ("W1", "watch_officer"))
        self.said(client, "entries", {"act": told["act"], "parts": [], "approvals": by}, kind)

    def _ask(self, client: NodeClient) -> None:
        rows = [row for row in client.get("notices") if row["mine"] == "no" and row["state"] not in ENDED]
        if rows:
            row = self.dice.choice(rows)
            later_us = now_us() + 7200 * SECOND_US
            self.pressed(client, "request", id=row["id"], version=row["version"], code="delay", start_us=later_us)


ENDED: Final = frozenset({"CANCELLED", "COMPLETED"})


class Answerer(Officer):
    """Looks at the board, acknowledges with a read-back, confirms, complies; sometimes late, wrong or never."""

    pause_s = (0.1, 0.3)
    PER_LOOK = 3

    def __init__(self, desk: Desk, dice: random.Random) -> None:
        super().__init__(desk, dice)
        self._plans: dict[str, float] = {}
        self._done: set[str] = set()

    def work(self, client: NodeClient) -> None:
        board = client.get("board")
        todo = [*self._acks(board), *self._confirmations(board), *self._requests(board)]
        for key, action, body in [one for one in todo if self._time_for(one[0])][: self.PER_LOOK]:
            self._done.add(key)
            try:
                self.pressed(client, action, **body)
            except Refused as error:
                if error.reason == "NO_SESSION":
                    self._done.discard(key)
                    raise
                self.record.count(f"told refused {error.reason}")
            except WellclearError:
                self._done.discard(key)  # whoever got no answer looks at the board again
                raise

    def _time_for(self, key: str) -> bool:
        now_s = time.monotonic()
        if key not in self._plans:
            never = self.dice.random() < 0.12 and key.startswith("ack/")
            self._plans[key] = now_s + (1e9 if never else self.dice.choice([0, 0, 0.5, 1, 3, 8]))
        return key not in self._done and now_s >= self._plans[key]

    def _acks(self, board: Body) -> list[tuple[str, str, Body]]:
        shown = {row["id"]: row for row in [*board["notices"], *board["safety"]]}
        found = []
        for duty in board["duties"]:
            row = shown.get(duty["item"])
            if duty["mine"] != "yes" or row is None or row["version"] != duty["version"]:
                continue
            if row["kind"] == "notice" and not row["volumes"]:
                continue  # what it announces has not come yet
            rows = [_read_back(volume["raw"]) for volume in row["volumes"]]
            if rows and self.dice.random() < 0.08:
                rows[0]["lat_e7"] -= 50_000_000
                self.record.count("wrong read-backs")
            body = {"id": duty["item"], "version": duty["version"], "desk": duty["desk"], "readback": rows}
            found.append((f"ack/{duty['item']}/{duty['version']}/{duty['desk']}", "ack", body))
        return found

    def _confirmations(self, board: Body) -> list[tuple[str, str, Body]]:
        found = []
        for row in [*board["notices"], *board["safety"]]:
            for answer in row["recipients"] if row["mine"] == "yes" else ():
                if "acked_us" not in answer or "confirmed_us" in answer or "readback_wrong_us" in answer:
                    continue
                if answer["version"] != row["version"]:
                    continue
                action = "readback_wrong" if answer.get("differences") else "confirm"
                body = {"id": row["id"], "version": row["version"], "desk": answer["desk"]}
                found.append((f"{action}/{row['id']}/{answer['desk']}/{answer['acked_us']}", action, body))
        return found

    def _requests(self, board: Body) -> list[tuple[str, str, Body]]:
        ours = [row for row in board["requests"] if row["mine"] == "no" and row["state"] == "open"]
        ours = [row for row in ours if self.desk.party.desk in row["to"]]
        return [(f"comply/{row['id']}", "comply", {"id": row["id"]}) for row in ours]


def _read_back(volume: Body) -> Body:
    """What a person reads from the screen."""
    lat_e7, lon_e7 = volume["centre"]
    band = volume["band"]
    return {
        "lat_e7": lat_e7, "lon_e7": lon_e7, "start_us": volume["start_us"], "lower_mm": band["lower_mm"],
        "upper_mm": band["upper_mm"],
    }  # fmt: skip


class Listener(Officer):
    """Hears what rings at the desk, as it rings."""

    def work(self, client: NodeClient) -> None:
        life = self.desk.node.lives
        for row in client.rings():
            self.record.rang(self.desk.name, row, life)
        raise Unavailable("node", "ended its stream")


class Looker(Officer):
    """Looks at the board now and then, whatever happens; for the film."""

    pause_s = (0.3, 0.4)

    def work(self, client: NodeClient) -> None:
        life, at_us = self.desk.node.lives, now_us()
        self.record.board(self.desk.name, client.get("board"), life, at_us)
