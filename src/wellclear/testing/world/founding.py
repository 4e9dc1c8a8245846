"""How a world begins: the parties, their agreement with short deadlines, and every roster, logged by a sketch."""

from __future__ import annotations

import random
from typing import Final

import msgspec

from wellclear.domain.agreement import SECOND_US, Deadlines, Periods, Settings, default_settings
from wellclear.testing.sketch import Sketch

HOST: Final = "host"
"""The name by which nodes find the host."""
STANDBYS: Final = 0.6
"""How many of the parties have one."""
CAST: Final = (
    (("NORTHLAND", "principal"), ("SOUTHLAND", "principal")),
    (("NORTHLAND", "principal"), ("SOUTHLAND", "principal"), ("EASTLAND", "principal")),
    (("NORTHLAND", "principal"), ("SOUTHLAND", "principal"), ("EASTLAND", "host_nation")),
    (("NORTHLAND", "principal"), ("SOUTHLAND", "principal"), ("MIDLAND", "observer")),
)


def found(seed: int) -> Sketch:
    """A channel of two or three parties beside the host, agreed and enrolled."""
    dice = random.Random(f"{seed}/founding")
    cast = dice.choice(CAST)
    clocks = ["MIDLAND"] if ("MIDLAND", "observer") in cast and dice.random() < 0.7 else []
    sketch = Sketch(seed=seed, settings=short_settings(clocks))
    sketch.party("CASPIA", "host")
    for name, role in cast:
        sketch.party(name, role)  # type: ignore[arg-type]  # roles of the table above
    sketch.genesis()
    sketch.agree()
    for name in sketch.parties:
        if name != sketch.host:  # nobody sits at a desk of the host's
            sketch.enrol(name)
            if dice.random() < STANDBYS:
                _stand_by(sketch, name)
    return sketch


def _stand_by(sketch: Sketch, party: str) -> None:
    """Register the key of a stand-by node, whose home waits on another machine."""
    public = {"key": sketch.parties[party].public("standby0"), "use": "standby"}
    composed = sketch.compose("add_key", party, public=public)
    sketch.send(party, composed, sketch.approved(composed, ("A1", "administrator"), ("A2", "administrator")))


def short_settings(clocks: list[str]) -> Settings:
    """Deadlines of seconds, so that an hour's business takes a minute."""
    deadlines = Deadlines(
        receipt=_seconds(6, 8, 10, 14),
        ack=_seconds(10, 14, 20, 30),
        next_name=_seconds(14, 20, 28, 42),
        other_desk=_seconds(18, 26, 36, 54),
        host=_seconds(22, 32, 44, 66),
    )
    return msgspec.structs.replace(
        default_settings(), deadlines=deadlines, clocks=clocks, approval_age_us=90 * SECOND_US,
        ring_again_us=20 * SECOND_US, entries_per_minute=240, raise_rules_us=10 * SECOND_US, keep_days=2,
    )  # fmt: skip


def _seconds(z: int, o: int, p: int, r: int) -> Periods:
    return Periods(Z=z * SECOND_US, O=o * SECOND_US, P=p * SECOND_US, R=r * SECOND_US)
