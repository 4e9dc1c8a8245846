"""Second cosigner keys for tests: registered in a sketch, and lines under them."""

from __future__ import annotations

from wellclear.channel.policy import cosigner_name
from wellclear.domain.canonical import b64
from wellclear.log.checkpoint import cosign, cosign_mldsa, merge_signatures
from wellclear.log.mldsa import MlDsaKey
from wellclear.testing.sketch import Sketch

USE = "cosigner_mldsa44"


def register(sketch: Sketch, party: str, key: MlDsaKey | None = None) -> MlDsaKey:
    """The party registers a key of ML-DSA-44 by its recovery key; the one before it is replaced."""
    made = key or sketch.parties[party].mldsa
    public = {"key": b64(made.public_key), "use": USE}
    step = sketch.send(party, sketch.compose("add_key", party, public=public), use="recovery")
    assert step.remarks == ()
    return made


def twice_cosigned(sketch: Sketch, party: str, note: bytes, time_s: int, key: MlDsaKey | None = None) -> bytes:
    """A note with both lines of a party."""
    name, held = cosigner_name(party), sketch.parties[party]
    lines = [cosign(note, name, held.key("cosigner"), time_s), cosign_mldsa(note, name, key or held.mldsa, time_s)]
    return merge_signatures(note, lines)
