"""Epochs, sealing keys and sealed parts of random channels: mostly as they should be, some spoiled.

Nobody opens them, so wraps and stored bytes are none: the folds look at lengths and names alone.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.vectors.second.fold import Second
from tests.vectors.second.wire import b64, sha, unb64

Row = dict[str, Any]
ZEROS = b64(bytes(32))


def sealing_key(random: Random, label: str, bad: float = 0.0) -> str:
    """An X25519 key or a hybrid one; `bad` is the share of those that may not be registered."""
    u = sha(label.encode())[:31] + (b"\xff" if random.random() < bad else b"\0")
    u = bytes(32) if random.random() < bad else u
    coefficient = b"\x01\x0d\0" if random.random() < bad else b"\0\x0d\0"
    return b64(coefficient + bytes(1181) + u if random.random() < 0.3 else u)


def epoch(second: Second, random: Random, party: str) -> Row:
    """The public members of an epoch of a party, often of one that renews an older one."""
    others = [member for member in second.members() if member != party] or [party]
    audience = sorted(random.sample(others, min(len(others), random.choice([1, 1, 2, 3]))))
    known = [row["audience"] for name, row in second.rows["epoch"].items() if name.startswith(f"{party}/")]
    if known and random.random() < 0.4:
        audience = list(random.choice(known))
    wraps = [_wrap(second, random, reader) for reader in sorted({party, *audience})]
    said: Row = {"number": second.made.get(party, 0) + 1, "audience": audience, "commit": ZEROS, "wraps": wraps}
    if random.random() < 0.2:
        spoils: list[Callable[[], object]] = [
            lambda: said.update(number=said["number"] + random.choice([-1, 1])),
            wraps.pop, audience.reverse, wraps.reverse,
            lambda: audience.append(random.choice([party, "NOBODY", *audience])),
            lambda: wraps.append(wraps[-1]),
            lambda: wraps[-1].update(key=ZEROS),
            lambda: wraps[-1].update(wrap=b64(bytes(random.choice([80, 1168, 81])))),
        ]  # fmt: skip
        random.choice(spoils)()
    return said


def _wrap(second: Second, random: Random, reader: str) -> Row:
    keys = second.live(reader, "sealing")
    if random.random() < 0.03 or not keys:
        rows = second.rows["key"].items()
        keys = [key for key, row in rows if row["party"] == reader and row["use"] in ("sealing", "node")] or [ZEROS]
    key = unb64(random.choice(keys))
    return {"party": reader, "key": b64(sha(key)), "wrap": b64(bytes(1168 if len(key) > 32 else 80))}


def sealed(second: Second, random: Random, party: str) -> Row | None:
    """A part that says it is sealed under one of a party's epochs, or of another's."""
    rows = second.rows["epoch"].items()
    mine = [(name, row) for name, row in rows if name.startswith(f"{party}/") or random.random() < 0.03]
    if not mine:
        return None
    name, row = random.choice(mine)
    part: Row = {"commit": ZEROS, "enc": "aes256gcm", "sha": ZEROS, "to": list(row["audience"])}
    part["epoch"] = int(name.rpartition("/")[2]) + (random.random() < 0.03)
    if random.random() < 0.05:
        part["to"] = random.choice([part["to"][::-1], [party], [*part["to"], part["to"][0]]])
    if random.random() < 0.02:
        part.pop(random.choice(["sha", "epoch", "to", "enc"]))
    return part
