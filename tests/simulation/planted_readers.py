"""Bugs planted into the product about who has seen a log and who reads what; the rest lies in `planted`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.planted import NONE, Planted, on
from wellclear.apps.node import witnessing
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeSealer
from wellclear.apps.node.hearing import Hearing
from wellclear.channel import desk, witnesses
from wellclear.edges.node_tables import NodeTables
from wellclear.log.checkpoint import cosign, parse_checkpoint
from wellclear.log.note import parse_note, sign_note


def _cosigns_a_root_of_its_own(true: Any) -> Any:
    """Now and then a witness says another root than it has followed."""

    def cosigned_note(note: bytes, log: Any, party: str, signer: Any, time_s: int, *more: Any) -> Any:
        ours: bytes = true(note, log, party, signer, time_s, *more)
        if time_s % 7:
            return ours
        checkpoint = parse_checkpoint(parse_note(note).text)
        other = sign_note(replace(checkpoint, root=hashlib.sha256(checkpoint.root).digest()).text(), log.name, signer)
        return other + cosign(other, f"{party}/cosigner", signer, time_s)

    return cosigned_note


def _cosigns_an_old_note(true: Any) -> Any:
    known: dict[str, bytes] = {}

    def cosigned_note(note: bytes, log: Any, party: str, signer: Any, time_s: int, *more: Any) -> Any:
        old = known.setdefault(party, note)
        return true(old if time_s % 5 == 0 else note, log, party, signer, time_s, *more)

    return cosigned_note


def _as_old_as_last_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is as old as when it came last, whatever its time says: it can be shown again for ever."""
    monkeypatch.setattr(witnesses.Witnesses, "_is_news", lambda self, key, one, now_us: True)
    monkeypatch.setattr(witnesses.Cosigned, "age_us", lambda self, now_us, mono_us: mono_us - self.heard_us)


# What shows where somebody looks who reads what.


def _a_level_more(true: Any) -> Any:
    return lambda levels, *more: true({party: min(4, level + 1) for party, level in levels.items()}, *more)


def _a_level_less(true: Any) -> Any:
    return lambda levels, *more: true({party: max(1, level - 1) for party, level in levels.items()}, *more)


def _in_clear(true: Any) -> Any:
    return lambda self, *asked: replace(true(self, *asked), sealer=None)


def _one_key_for_all(true: Any) -> Any:
    """A party's epochs have numbers and audiences, and one key."""

    def opened(self: NodeSealer, audience: tuple[str, ...], beyond: int = 0) -> Any:
        drawn, self.entropy = self.entropy, lambda length: hashlib.sha256(self.keys.party.encode()).digest()[:length]
        try:
            return true(self, audience, beyond)
        finally:
            self.entropy = drawn

    return opened


def _keeps_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NodeTables, "_shut", lambda self, content: content)
    monkeypatch.setattr(NodeTables, "_open_again", lambda self, box: bytes(box))


PLANTED_READERS = [
    Planted("everybody is shown a level more", "disclosure", NONE, on(desk, "shown_to", _a_level_more)),
    Planted("everybody is shown a level less", "disclosure", NONE, on(desk, "shown_to", _a_level_less)),
    Planted("parts travel in clear", "disclosure", NONE, on(NodeCore, "pen", _in_clear)),
    Planted("a party has one key for all its audiences", "disclosure", NONE,
            on(NodeSealer, "opened", _one_key_for_all)),
    Planted("a node keeps in clear what it has opened", "disclosure", NONE, _keeps_in_clear),
    Planted("a new sealing key is not used before the next start", "disclosure", NONE,
            on(NodeCore, "sealing_added", lambda true: lambda self, keys: None), steps=60),
    Planted("a false part is thrown away and forgotten", "disclosure", frozenset({"false part"}),
            on(Hearing, "_convict", lambda true: lambda self, row, stored: None)),
    Planted("a witness signs a root of its own now and then", "one root", NONE,
            on(witnessing, "cosigned_note", _cosigns_a_root_of_its_own)),
    Planted("a witness signs an old note now and then", "one root", NONE,
            on(witnessing, "cosigned_note", _cosigns_an_old_note)),
    Planted("who has cosigned half a minute ago is shown as a witness of now", "freshness",
            frozenset({"host keeps cosignatures", "partition"}),
            lambda monkeypatch: monkeypatch.setattr(witnesses, "FRESH_US", 30_000_000)),
    Planted("an old cosignature that is shown again is young again", "freshness",
            frozenset({"false cosignatures", "partition"}), _as_old_as_last_heard, steps=100),
    Planted("what another node hands over is not heard", "evidence", frozenset({"two histories"}),
            on(Hearing, "hear_peer", lambda true: lambda self, word: None)),
    Planted("lines that others have signed are not heard", "freshness", NONE,
            on(Hearing, "_hear_witnesses", lambda true: lambda self, note: None)),
]  # fmt: skip
