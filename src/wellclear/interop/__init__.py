"""Foreign formats, both ways and pure: byte streams in, values out; imports picture and domain."""

from __future__ import annotations
