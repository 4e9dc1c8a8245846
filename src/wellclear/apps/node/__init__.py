"""The node: one party's follower, desk and signer, with its local API."""

from __future__ import annotations
