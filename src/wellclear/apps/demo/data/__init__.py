"""What the scenarios fly: real tracks, moved in place and time, with their licence."""

from __future__ import annotations
