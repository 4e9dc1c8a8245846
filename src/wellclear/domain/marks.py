"""The mark that everything of an exercise's channel carries, so that nobody takes play for fact (R24)."""

from __future__ import annotations

EXERCISE = "EXERCISE  EXERCISE  EXERCISE"
"""A line of its own, above whatever tells of an exercise's channel."""
