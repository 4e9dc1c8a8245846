"""The command line: one module for each group of commands, over the node's local API and the edges."""

from __future__ import annotations
