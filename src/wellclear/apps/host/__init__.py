"""The host: takes entries, gives them one order, stores and signs it, and serves it to the members."""

from __future__ import annotations
