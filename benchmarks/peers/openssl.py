"""Ed25519 by OpenSSL, through `cryptography`: the same keys, messages and signatures, with nothing around them."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class OpenSsl:
    """Verifies what a file holds: a list of key, message and signature, in hexadecimal."""

    def load(self, file: str) -> int:
        """Read the file: how many signatures it holds."""
        rows = json.loads(Path(file).read_text(encoding="ascii"))
        self._signed = [(bytes.fromhex(key), bytes.fromhex(said), bytes.fromhex(sig)) for key, said, sig in rows]
        return len(self._signed)

    def verify(self) -> float:
        """Seconds to verify them all."""
        start = time.perf_counter()
        for key, said, signature in self._signed:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
        return time.perf_counter() - start


@contextlib.contextmanager
def opened() -> Iterator[OpenSsl]:
    """The questions to it."""
    yield OpenSsl()
