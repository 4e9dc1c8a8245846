"""What clients of the processes were told, kept beside them; the checkers hold the files to it.

Many threads write here: those of the officers, of the outsider, and of whoever listens to the rings.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from wellclear.domain.canonical import unb64
from wellclear.testing.processes.film import Frame
from wellclear.testing.world.ledger import Ledger, Proof, Put, Rang

RUNGS = {"ring": "arrived", "ack": "due"}
"""The board's words for two rungs of the ladder; the others are called alike."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A node said to its officer that an act stands in the log at an index."""

    party: str
    act: str
    index: int
    life: int


@dataclass
class Record:
    """Everything that was told. Moments are this machine's clock, which all processes share, in microseconds."""

    ledger: Ledger = field(default_factory=Ledger)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    """Checkpoints that the outsider was given."""
    stood: set[tuple[str, str, str, int, int]] = field(default_factory=set)
    """Alarms of duties that stood on boards: party, key, rung, the moment at which it says that it rang, and life."""
    drafts: dict[str, set[str]] = field(default_factory=dict)
    """By party: drafts that the node keeps, and whose release nobody has asked for."""
    frames: list[Frame] = field(default_factory=list)
    """Boards, and what was found in the files right after each kill."""
    committed_us: dict[int, int] = field(default_factory=dict)
    """When the host was first seen to have promised an index."""
    flying: Counter[str] = field(default_factory=Counter)
    """Submissions that are not answered yet: by party, and the outsider's own."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    began_us: int = field(default_factory=lambda: time.time_ns() // 1000)

    def say(self, who: str, what: str) -> None:
        """A line of the trace."""
        with self.lock:
            self.ledger.say(now_us() - self.began_us, who, what)

    def count(self, what: str, times: int = 1) -> None:
        """One more of something."""
        with self.lock:
            self.ledger.count(what, times)

    @contextmanager
    def in_flight(self, who: str) -> Iterator[None]:
        """While somebody waits for the answer to a submission."""
        with self.lock:
            self.flying[who] += 1
        try:
            yield
        finally:
            with self.lock:
                self.flying[who] -= 1

    def taken(self, party: str, kind: str, answer: dict[str, Any], life: int) -> None:
        """A node has taken an act; with an index it says that it is logged."""
        act = str(answer["act_hash"])
        with self.lock:
            self.ledger.puts.append(Put(party, act, kind, now_us(), life))
            self.ledger.count(f"told taken {kind}")
            if "index" in answer:
                self.acknowledged.append(Acknowledged(party, act, int(answer["index"]), life))
                self.ledger.count("told acknowledged")
                for remark in answer["remarks"]:
                    self.ledger.count(f"told remark {remark['reason']}")

    def proved(self, proof: Proof) -> None:
        """The host has proved a place to the outsider."""
        with self.lock:
            self.ledger.proofs.append(proof)
            self.ledger.count("told proved by the host")

    def board(self, party: str, board: dict[str, Any], life: int, at_us: int) -> Frame:
        """What a node shows of itself; `at_us` is when it was asked."""
        outbox = tuple((str(row["act_hash"]), str(row["kind"])) for row in board["outbox"]["entries"])
        alarms = frozenset(str(row["key"]) for row in board["alarms"])
        frame = Frame(
            party, life, at_us, int(board["size"]), unb64(board["digest"]), str(board["link"]["state"]), outbox, alarms,
            {_key_of(row): row["overdue"] == "yes" for row in board["duties"]},
        )  # fmt: skip
        with self.lock:
            self.stood.update((party, *_ring_of(row), life) for row in board["alarms"] if _of_duty(str(row["key"])))
            self.frames.append(frame)
            self.ledger.count(f"boards {frame.state}")
        return frame

    def rang(self, party: str, row: dict[str, Any], life: int) -> None:
        """An alarm rang at a node's desk."""
        key, rung, rang_us = _ring_of(row)
        duty = _of_duty(key)
        early_us = 0
        if duty and rung == "due" and "due_us" in row:
            early_us = max(0, int(row["due_us"]) + 1 - rang_us)
        kind = "answer_owed" if duty else str(row["kind"])
        with self.lock:
            rang = Rang(
                party=party, key=key, rung=rung, kind=kind, own_us=rang_us, at_us=now_us(), life=life,
                early_us=early_us,
            )  # fmt: skip
            self.ledger.rang.append(rang)
            self.ledger.rung_at.setdefault(party, set()).add(f"{key}/{rung}" if rung else key)
            self.ledger.count(f"heard {'a rung of a duty' if duty else kind}")


def _ring_of(row: dict[str, Any]) -> tuple[str, str, int]:
    """Key, rung and moment of an alarm, as the node's own table names them."""
    rung = str(row["rung"])
    return str(row["key"]), RUNGS.get(rung, rung), int(row["rang_us"])


def _key_of(duty: dict[str, Any]) -> str:
    """The key of a duty, by its row on the board."""
    if duty["what"] == "receipt":
        return f"receipt/{duty['index']}/{duty['desk']}"
    return f"ack/{duty['item']}/{duty['version']}/{duty['desk']}"


def _of_duty(key: str) -> bool:
    return key.startswith(("ack/", "receipt/"))


def now_us() -> int:
    """This machine's clock."""
    return time.time_ns() // 1000
