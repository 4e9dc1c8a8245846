"""A whole channel in one process from one seed: host, nodes, officers, links and disks (docs/simulation.md)."""

from __future__ import annotations
