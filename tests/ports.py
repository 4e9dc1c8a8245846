"""Ports for servers that the tests start as processes of their own."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

from wellclear.apps.demo.processes import PORTS


def free_port(address: str = "127.0.0.1") -> int:
    """A port of an address of loopback that nobody has at this moment.

    One of those that no call out is given: else a client of these very tests could take it before its server does.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((address, port))
            return port
    raise AssertionError(f"no free port from {PORTS.start} to {PORTS.stop - 1} at {address}")
