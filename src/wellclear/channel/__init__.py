"""Machines without I/O, events in and effects out: sequencer, follower, witness, outbox; imports log and picture."""

from __future__ import annotations
