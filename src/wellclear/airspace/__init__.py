"""The conflict engine: volumes in four dimensions, with numpy and floats; imports picture and domain."""

from __future__ import annotations
