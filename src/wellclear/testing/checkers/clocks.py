"""Honest clocks never make anybody overdue who was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.domain.canonical import b64
from wellclear.domain.entry import Entry
from wellclear.testing.checkers.checker import Checker, History, owings_of
from wellclear.watch.duties import Owing, owed_receipt

SLACK_US: Final = 3_000_000
"""The host's claim is at most a second old when it opens a batch; the rest is for links and drift."""
LAGS_US: Final = 30_000_000
"""A claim that was wrong when it was made may come so much later, and hold until its author's next one."""


class HonestClocks(Checker):
    """Who is overdue on record, against the watcher's own time at the host's disk.

    Now is the second greatest claim, so that one wrong clock moves nobody's; excused is only what such a clock says
    alone: entries of its own party, and if it is the host's, entries that were logged meanwhile. From the moment at
    which the clock of a second party that counts has been fast (or its node in strange hands, which name any hour they
    like), nothing is asked. Where the host's disk forgot, what stood beyond was committed twice, and is not timed.
    """

    name = "honest clocks"

    def finish(self, history: History) -> Iterator[str]:
        answered = self._answered(history)
        overdue = [owing for owing in owings_of(history.picture) if owing.overdue(history.picture.now_us)]
        for owing in overdue:
            if owing.closed_us is None and not owing.ended and not self._excused(history, owing, answered):
                took_us = self._took_us(history, owing, answered)
                period_us = owing.due_us - owing.start_us
                if took_us is not None and took_us < period_us - SLACK_US:
                    yield (
                        f"{owing.key} is overdue on record; it took {took_us / 1e6:.1f} s of {period_us / 1e6:.0f} s"
                    )

    def _excused(self, history: History, owing: Owing, answered: dict[str, int]) -> bool:
        ledger = self.watched.ledger
        began_us = self._committed_us(history, owing.index) or 0
        ended_us = self._committed_us(history, answered.get(owing.key, -1)) or self.watched.now_us
        first_us = dict[str, int]()
        counted = {party for step in history.steps for party in step.picture.clocks}  # also of a former host
        for wrong in ledger.wrong:
            if wrong.fast and wrong.party in counted:
                first_us[wrong.party] = min(wrong.from_us, first_us.get(wrong.party, wrong.from_us))
            entry = self._entry(history, owing.index)
            concerned = wrong.hosting or (entry is not None and entry.act.party == wrong.party)
            if concerned and wrong.from_us <= began_us <= wrong.to_us + LAGS_US:
                return True
        second_us = sorted(first_us.values())[1:2]
        forgot = any(word.startswith("disk HOST") for word in ledger.guilty)
        fork = self.watched.fork_at() if forgot else None
        again = fork is not None and max(owing.index, answered.get(owing.key, -1)) >= fork
        return again or any(ended_us >= moment_us for moment_us in second_us)

    def _committed_us(self, history: History, index: int) -> int | None:
        """When a host's disk first held the entry of that index: of two histories, the host that went on with it."""
        if not 0 <= index < len(history.logged):
            return None
        return self.watched.ledger.committed_us.get(b64(history.roots[index + 1]))

    @staticmethod
    def _entry(history: History, index: int) -> Entry | None:
        return history.logged[index].entry if index < len(history.logged) else None

    def _took_us(self, history: History, owing: Owing, answered: dict[str, int]) -> int | None:
        """From the moment when a host's disk held what is to be answered, to when it held the answer."""
        start_us = self._committed_us(history, owing.index)
        if start_us is None:
            return None  # it was logged before anybody watched
        if owing.what == "ack":
            receipt = owed_receipt(history.picture, owing.index, owing.party)
            assert receipt is not None, "whoever owes an acknowledgement owes a receipt"
            received_us = self._committed_us(history, answered.get(receipt.key, -1))
            due_us = start_us + receipt.due_us - receipt.start_us
            start_us = due_us if received_us is None else min(received_us, due_us)
        index = answered.get(owing.key)
        end_us = self.watched.now_us if index is None else self._committed_us(history, index)
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
