"""The node's word on its picture, and what it makes of the words of others.

Theory of operation. `next` gives the statement that is to be posted now: unasked at each agreed size, else what
somebody has asked for. What others state is held against the own fold (`channel.pictures`). Where a digest differs an
officer is rung, the statements are kept, and `due` says what to ask for next until the first entry is found that the
two folds take differently. Nobody makes a node work without bound: it answers so many questions a minute, asks each
party one thing at a time and less and less often, and a search has at most as many steps as the log's size has binary
digits. A party that does not answer leaves the two sizes as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

import msgspec

from wellclear.apps.node.ringing import Ringing
from wellclear.apps.node.unstored import Unstored
from wellclear.channel.admission import Bucket
from wellclear.channel.pictures import Digests, Pictures, Standing, agreed_size
from wellclear.channel.policy import live_keys, log_verifier, picture_key_name
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Unverified
from wellclear.log.ed25519 import Signer
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.picture.picture import Picture

ANSWERS_AT_ONCE: Final = 64
ANSWERS_PER_MINUTE: Final = 240
"""So many questions are answered, of all that the host brings together, and of all that come directly."""
ASK_AGAIN_US: Final = (2_000_000, 5_000_000, 15_000_000, 60_000_000)
"""A question without an answer is put again, and then ever less often."""
_META: Final = "pictures/"


class _Kept(msgspec.Struct, frozen=True):
    """What is stored of one party's difference, so that a restart forgets nothing that was signed."""

    since_us: int
    notes: list[str]


class Stating:
    """One party's statements, and its book of what the others state.

    Args:
        party: whose node this is.
        store: keeps what differs.
        unstored: writes to it that a full disk has put off.
        signer: the party's picture key; without it this node compares, and states nothing.
        ringing: calls an officer.
    """

    def __init__(self, party: str, store: Store, unstored: Unstored, signer: Signer | None, ringing: Ringing) -> None:
        self._party, self._store, self._unstored, self._signer, self._ringing = party, store, unstored, signer, ringing
        self.digests, self.book = Digests(), Pictures()
        self._said = ("", 0)
        self._out: dict[int, bytes] = {}
        self._by_host = Bucket(ANSWERS_AT_ONCE, ANSWERS_PER_MINUTE)
        self._by_peers = Bucket(ANSWERS_AT_ONCE, ANSWERS_PER_MINUTE)
        self._asked: dict[str, tuple[int, int, int]] = {}
        self._since: dict[str, int] = {}

    # What is stated.

    def next(self, picture: Picture) -> bytes | None:
        """The statement that the host is to have now; None while there is none."""
        if not self._may_state(picture):
            return None
        newest = (log_verifier(picture).name, agreed_size(self.digests.size))
        if newest != self._said:
            self._said = newest
            if newest[1]:
                self._out[newest[1]] = self._signed(picture, newest[1])
        return next(iter(self._out.values()), None)

    def posted(self, note: bytes) -> None:
        """The host has this one, or will not take it."""
        self._out = {size: waiting for size, waiting in self._out.items() if waiting != note}

    def host_is_back(self) -> None:
        """It may have forgotten what it was told."""
        self._said = ("", 0)

    def asked(self, picture: Picture, size: int, mono_us: int) -> None:
        """The host says that somebody wants our statement of that size."""
        if self._has(picture, size) and size not in self._out and self._by_host.take(mono_us):
            self._out[size] = self._signed(picture, size)

    def answer(self, picture: Picture, size: int, mono_us: int) -> bytes | None:
        """The statement of a size for who asks directly; None where there is none, or too many were asked for."""
        if not self._has(picture, size) or not self._by_peers.take(mono_us):
            return None
        return self._signed(picture, size)

    def _may_state(self, picture: Picture) -> bool:
        return self._signer is not None and (self._party, self._signer.public_key) in live_keys(picture, "picture")

    def _has(self, picture: Picture, size: int) -> bool:
        return 1 <= size <= self.digests.size and self._may_state(picture)

    def _signed(self, picture: Picture, size: int) -> bytes:
        assert self._signer is not None, "the caller has looked"
        said = PictureStatement(log_verifier(picture).name, size, self.digests.at(size))
        return sign_statement(said, picture_key_name(self._party), self._signer)

    # What others state.

    def load(self, picture: Picture, now_us: int) -> None:
        """What was known to differ before the node was started; call it once the log is folded."""
        for party, row in self._store.meta_under(_META).items():
            kept = msgspec.json.decode(row, type=_Kept)
            self._since[party] = kept.since_us
            for note in kept.notes:
                try:
                    self.hear(picture, note.encode(), now_us)
                except (Malformed, Unverified):  # its key has ended, or another host's log goes on
                    continue

    def hear(self, picture: Picture, note: bytes, now_us: int) -> bool:
        """A party's statement, whoever brings it; True when its picture is now known to differ, and was not before.

        Raises:
            Malformed, Unverified: no live picture key of this channel has signed it.
        """
        changed = self.book.hear(picture, self.digests, note)
        return self._changed([changed] if changed is not None else [], now_us)

    def reached(self, picture: Picture, now_us: int) -> bool:
        """The own log has grown: what was stated beyond it is judged now. Returns as `hear`."""
        return self._changed(self.book.reached(picture, self.digests), now_us)

    def due(self, mono_us: int) -> list[tuple[str, int]]:
        """Whom to ask now, for the statement of which size; they count as asked."""
        wanted = {one.party: one.asks for one in self.book.standings() if one.asks and one.party != self._party}
        self._asked = {party: row for party, row in self._asked.items() if wanted.get(party) == row[0]}
        due = []
        for party, size in wanted.items():
            _, tries, due_us = self._asked.get(party, (size, 0, mono_us))
            if due_us <= mono_us:
                due.append((party, size))
                again_us = mono_us + ASK_AGAIN_US[min(tries, len(ASK_AGAIN_US) - 1)]
                self._asked[party] = (size, tries + 1, again_us)
        return due

    @property
    def searching(self) -> bool:
        """Whether a statement of somebody is wanted."""
        return any(one.asks for one in self.book.standings())

    @property
    def files(self) -> dict[str, bytes]:
        """The statements that show a difference to anybody, by their places in the home (`wellclear compare`)."""
        found = {}
        for one in self.book.standings():
            for size, note in one.notes:
                place = f"evidence/picture-{one.party}-{size}"
                found[f"{place}.txt" if f"{place}.txt" not in found else f"{place}-again.txt"] = note
        return found

    def _changed(self, changes: Iterable[tuple[Standing, Standing]], now_us: int) -> bool:
        parted = False
        for before, now in changes:
            name = f"{_META}{now.party}"
            if now.wrong:
                since_us = self._since.setdefault(now.party, now_us)
                self._ringing.picture_differs(now.party, now.words(), since_us)
                kept = msgspec.json.encode(_Kept(since_us, [note.decode() for _, note in now.notes]))
                self._unstored.owe(name, partial(self._store.put_meta, name, kept))
                parted = parted or not before.wrong
            elif before.wrong:
                self._since.pop(now.party, None)
                self._ringing.picture_agrees(now.party, now.agrees)
                self._unstored.owe(name, partial(self._store.drop_meta, name))
        return parted
