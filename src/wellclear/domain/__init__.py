"""Values: what can be said in the channel and its one spelling; standard library and msgspec only."""

from __future__ import annotations
