"""The programs: host, node, console API, gateway, demo, command line; may import every layer but testing."""

from __future__ import annotations
