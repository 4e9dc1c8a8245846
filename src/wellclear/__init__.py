"""An open deconfliction channel between parties that do not trust each other."""

from __future__ import annotations

__version__ = "0.1.0.dev0"
