"""The node's page: what rings, what is owed, what is announced and what clashes, for a watch officer to look at."""

from __future__ import annotations
