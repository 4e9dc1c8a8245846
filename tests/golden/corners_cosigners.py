"""Golden log of second cosigner keys: who may register one, of which length, what it may not do, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

from tests.golden.foolish import ADMINISTRATORS, HOST, NORTH, SOUTH, enrol, founded, say
from wellclear.domain.canonical import b64
from wellclear.testing.sketch import Sketch

USE = "cosigner_mldsa44"


def cosigners() -> Sketch:
    """Keys of ML-DSA-44: registered, replaced, revoked; of wrong lengths, for wrong uses, taken before."""
    sketch = founded(22, HOST, NORTH, SOUTH)
    for party in (NORTH, SOUTH):
        enrol(sketch, party, ("W1", "A1", "A2"))
    first, second, third = (b64(bytes([number]) * 1312) for number in (1, 2, 3))
    say(sketch, NORTH, "add_key", public={"key": first, "use": USE})
    for key in (first, b64(bytes(1311)), b64(bytes(1313)), b64(bytes(1216)), sketch.parties[NORTH].public("x")):
        say(sketch, NORTH, "add_key", by=ADMINISTRATORS, public={"key": key, "use": USE})
    for use in ("cosigner", "sealing", "picture", "standby", "person"):
        say(sketch, NORTH, "add_key", by=ADMINISTRATORS, public={"key": second, "use": use})
    say(sketch, SOUTH, "add_key", use="recovery", public={"key": first, "use": USE})
    say(sketch, SOUTH, "add_key", use="recovery", public={"key": third, "use": USE})
    say(sketch, NORTH, "add_key", by=ADMINISTRATORS, public={"key": second, "use": USE})
    for party, key in ((NORTH, third), (NORTH, second), (NORTH, second), (NORTH, first)):
        say(sketch, party, "revoke", use="recovery", public={"key": key, "since": 0})
    say(sketch, SOUTH, "withdraw", by=(("head_of_delegation", "head_of_delegation"),))
    return sketch


CORNERS: dict[str, Callable[[], Sketch]] = {"cosigners": cosigners}
