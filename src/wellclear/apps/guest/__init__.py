"""The device of a party that runs no node: it works from a bundle of the channel, and hands files over."""

from __future__ import annotations
