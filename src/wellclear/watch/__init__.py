"""Who must do what by when: clocks, ladders, line checks, lead time; imports picture and domain."""

from __future__ import annotations
