"""Honest clocks never make anybody overdue who was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.testing.checkers.checker import Checker, History
from wellclear.watch.duties import Owing, duties, owed_receipt

SLACK_US: Final = 3_000_000
"""The host's claim is at most a second old when it opens a batch; the rest is for links and drift."""


class HonestClocks(Checker):
    """Who is overdue on record, against the world's own time at the host's disk."""

    name = "honest clocks"

    def finish(self, history: History) -> Iterator[str]:
        if self.world.ledger.guilty & {"clock", "history", "two histories", "liar"}:
            return
        answered = self._answered(history)
        for duty in duties(history.picture):
            owing = duty.owing
            if duty.overdue and owing.closed_us is None and not owing.ended:
                took_us = self._took_us(history, owing, answered)
                period_us = owing.due_us - owing.start_us
                if took_us is not None and took_us < period_us - SLACK_US:
                    yield (
                        f"{owing.key} is overdue on record; it took {took_us / 1e6:.1f} s of {period_us / 1e6:.0f} s"
                    )

    def _took_us(self, history: History, owing: Owing, answered: dict[str, int]) -> int | None:
        """From the moment when the host's disk held what is to be answered, to when it held the answer."""
        committed_us = self.world.ledger.committed_us
        start_us = committed_us.get(owing.index)
        if start_us is None:
            return None  # it was logged before the world began
        if owing.what == "ack":
            receipt = owed_receipt(history.picture, owing.index, owing.party)
            assert receipt is not None, "whoever owes an acknowledgement owes a receipt"
            received_us = committed_us.get(answered.get(receipt.key, -1))
            due_us = start_us + receipt.due_us - receipt.start_us
            start_us = due_us if received_us is None else min(received_us, due_us)
        index = answered.get(owing.key)
        end_us = self.world.loop.now_us if index is None else committed_us.get(index)
        return None if end_us is None else end_us - start_us

    @staticmethod
    def _answered(history: History) -> dict[str, int]:
        """Which entry answered what."""
        found: dict[str, int] = {}
        for one, step in zip(history.logged, history.steps, strict=True):
            for change in step.changes:
                if change.table == "owed" and isinstance(getattr(change.row, "received_us", None), int):
                    found.setdefault(f"receipt/{change.id}", one.index)
                if change.table == "answer" and isinstance(getattr(change.row, "acked_us", None), int):
                    found.setdefault(f"ack/{change.id}", one.index)
        return found
