"""Order and proof: pure functions on bytes, from signatures to bundles; imports domain, and knows no picture."""

from __future__ import annotations
