"""Picture statements at the host: taken by their own signature, told to all, and asked for on behalf of a reader.

The host believes none of them and compares none: nodes do. It keeps the newest unasked statement of each party, and its
latest answers, in memory; nodes state anew after a restart. What a party may state or ask for in a minute is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from wellclear.apps.host.events import Followers, asked_event, stated_event
from wellclear.channel.admission import Bucket
from wellclear.channel.pictures import STATED_EVERY, signed_statement
from wellclear.channel.policy import live_keys
from wellclear.channel.sequencer import Sequencer
from wellclear.domain.names import check_party
from wellclear.domain.reasons import Reason
from wellclear.edges.clock import Clock
from wellclear.errors import Malformed, Refused, Unavailable, Unverified

KEPT_MAX: Final = 64
"""So many answers of a party are kept, and so many sizes that others want of it."""
AT_ONCE: Final = 64
PER_MINUTE: Final = 240
"""What a party may state, and what it may ask for."""


@dataclass(slots=True)
class _OfParty:
    """What the host knows of one party's statements."""

    states: Bucket = field(default_factory=lambda: Bucket(AT_ONCE, PER_MINUTE))
    asks: Bucket = field(default_factory=lambda: Bucket(AT_ONCE, PER_MINUTE))
    newest: tuple[int, bytes] = (0, b"")
    wanted: OrderedDict[int, bytes] = field(default_factory=OrderedDict)
    answers: OrderedDict[int, bytes] = field(default_factory=OrderedDict)


class Statements:
    """The book of one host, and the way to its followers."""

    def __init__(self, followers: Followers, sequencer: Sequencer, clock: Clock) -> None:
        self._followers, self._sequencer, self._clock = followers, sequencer, clock
        self._parties: dict[str, _OfParty] = {}

    def take(self, note: bytes) -> tuple[int, bool]:
        """A party states its picture: the size, and whether it was news and so has been told to all.

        Raises:
            Malformed: no picture statement, or too long.
            Unverified: of another log, or no live picture key has signed it, or of a size that nobody wants.
            Refused: of more entries than this log has.
            Unavailable: this party states too much.
        """
        picture = self._sequencer.picture
        party, statement = signed_statement(picture, note)
        size, known = statement.size, self._of(party)
        if size > picture.size:
            raise Refused(Reason.HEAD_AHEAD, f"of {size} entries, and this log has {picture.size}")
        if note in (known.newest[1], known.answers.get(size)):
            return size, False
        if size in known.wanted:
            del known.wanted[size]
            _put(known.answers, size, note)
        elif size % STATED_EVERY:
            raise Unverified("picture statement", f"nobody has asked for one of {size} entries")
        if not known.states.take(self._clock.monotonic_us()):
            raise Unavailable("statements", f"{party} states too much", retry_after_s=5)
        if size % STATED_EVERY == 0 and size >= known.newest[0]:
            known.newest = (size, note)
        self._followers.publish(stated_event(note))
        return size, True

    def ask(self, asker: str, party: str, size: int) -> bytes:
        """A party's statement of a size, if it is here; else its nodes are asked, all followers will hear it, and b"".

        Raises:
            InvalidValue, Malformed, Refused: no party of this channel has a picture of so many entries.
            Unavailable: the asker wants too much.
        """
        check_party(party)
        picture = self._sequencer.picture
        if not size:
            raise Malformed("request", "size", "an empty log has no picture")
        if size > picture.size:
            raise Refused(Reason.HEAD_AHEAD, f"of {size} entries, and this log has {picture.size}")
        if party not in {name for name, _ in live_keys(picture, "picture")}:
            raise Refused(Reason.UNKNOWN_PARTY, f"{party} has no live picture key in this channel")
        known = self._of(party)
        found = known.newest[1] if known.newest[0] == size else known.answers.get(size)
        if found is not None:
            return found
        if not self._of(asker).asks.take(self._clock.monotonic_us()):
            raise Unavailable("statements", "too many were asked for", retry_after_s=5)
        _put(known.wanted, size)
        self._followers.tell(party, asked_event(size))
        return b""

    def on_connect(self, party: str) -> list[bytes]:
        """The newest unasked statement of each party, for one that begins to listen.

        Its own node may be another program now, so its former answers answer nothing any more.
        """
        if party in self._parties:
            self._parties[party].answers.clear()
        found = []
        for known in self._parties.values():
            try:
                signed_statement(self._sequencer.picture, known.newest[1])
            except (Malformed, Unverified):  # none yet, or its key has ended
                continue
            found.append(known.newest[1])
        return found

    def _of(self, party: str) -> _OfParty:
        return self._parties.setdefault(party, _OfParty())


def _put(rows: OrderedDict[int, bytes], size: int, value: bytes = b"") -> None:
    """Keep it as the latest; the oldest makes room."""
    rows[size] = value
    rows.move_to_end(size)
    if len(rows) > KEPT_MAX:
        rows.popitem(last=False)
