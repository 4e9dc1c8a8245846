"""Two folds of one log, as chains of digests, and what a party states of one of them; for tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from wellclear.channel.pictures import Digests
from wellclear.channel.policy import picture_key_name
from wellclear.log.ed25519 import Signer
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.testing.sketch import Sketch


def folded(size: int, parts_at: int | None = None) -> Digests:
    """The digests of a fold that takes every entry from index `parts_at` on otherwise than the others do."""
    digests, last = Digests(), b""
    for index in range(size):
        other = b"!" if index == parts_at else b""
        last = hashlib.sha256(last + index.to_bytes(8, "big") + other).digest()
        digests.append(last)
    return digests


@dataclass
class Stater:
    """A party that states what it has folded."""

    sketch: Sketch
    party: str
    digests: Digests

    def note(self, size: int, digest: bytes | None = None, signer: Signer | None = None, origin: str = "") -> bytes:
        digest = self.digests.at(size) if digest is None else digest
        said = PictureStatement(origin or self.sketch.origin, size, digest)
        return sign_statement(
            said, picture_key_name(self.party), signer or self.sketch.parties[self.party].key("picture")
        )
