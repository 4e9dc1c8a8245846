"""The deterministic core: the public fold and the reader's view; imports domain, and knows no Merkle tree."""

from __future__ import annotations
