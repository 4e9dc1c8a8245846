"""A planner's check: files of planned volumes in, conflicts out; no home, no keys, no network, no terminal."""

from __future__ import annotations
