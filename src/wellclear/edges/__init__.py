"""Every effect behind a small Protocol: clock, keys, store, network, settings; imports channel and below."""

from __future__ import annotations
