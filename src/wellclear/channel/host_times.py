"""Whether the host's own cosignatures get later: what shows that the link lives, and that nobody replays old notes.

A cosignature's time is the host's clock. One that lies ahead of our own clock says nothing of now, but that it gets
later does. It is counted apart, so that a host whose clock was an hour ahead, and was set right, is heard again at
once. An old note is news in neither count; only what comes fresh, and in time, lets the one ahead begin anew.
"""

from __future__ import annotations

from wellclear.channel.witnesses import FRESH_US

_SECOND_US = 1_000_000


class HostTimes:
    """The latest time of one host's cosignatures, in seconds since 1970, by its word alone."""

    def __init__(self) -> None:
        self._dated_s = self._ahead_s = 0

    def is_news(self, time_s: int, utc_us: int | None) -> bool:
        """Whether a time, 0 where the host has not cosigned, is later than all before; it is remembered.

        `utc_us` is our own clock; without it nothing lies ahead. A host that never cosigns can only be heard, not
        dated; once it has cosigned, its bare notes are not news.
        """
        never = not (self._dated_s or self._ahead_s)
        if _is_ahead(self._dated_s, utc_us):  # it was taken for one of now by a clock of ours that was wrong as well
            self._dated_s, self._ahead_s = 0, max(self._ahead_s, self._dated_s)
        if not _is_ahead(self._ahead_s, utc_us):  # it lay ahead of a clock of ours that was slow and has been set right
            self._dated_s, self._ahead_s = max(self._dated_s, self._ahead_s), 0
        if _is_ahead(time_s, utc_us):
            news = time_s > self._ahead_s
            self._ahead_s = max(self._ahead_s, time_s)
            return news
        news = time_s > self._dated_s
        if news:
            self._dated_s, self._ahead_s = time_s, 0
        return news or never


def _is_ahead(time_s: int, utc_us: int | None) -> bool:
    """Whether a time says nothing of now, because it lies ahead of our clock."""
    return utc_us is not None and time_s * _SECOND_US - utc_us > FRESH_US
