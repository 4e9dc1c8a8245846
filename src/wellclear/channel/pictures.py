"""Does everybody fold the same picture? What parties state of theirs, and where two of them part.

Each digest hashes the one before it. So where two folds have the same digest they have agreed all the way up to there,
and once they have parted no later digest is the same: the first entry that they fold differently is found by bisection
over statements. `Pictures` keeps for each party between which sizes that entry lies, and which size to ask for next.

    known of a party         it states of `s` entries           known then
    ---------------------    -------------------------------    ----------------------------------------------------
    agrees of a              our digest, s > a                  agrees of s
    agrees of a              another                            parts between 0 and s: an alarm
    parts between a and d    ours, a < s < d                    parts between s and d
    parts between a and d    another, a < s < d                 parts between a and s
    parts between a and d    ours, s > d, an agreed size        agrees of s: its node folds as ours by now
    parts between a and d    another, s <= a                    has signed what no one fold gives: nobody asks on
    parts between a and d    ours, or a third one, of d         the same

A search starts from 0, whatever was agreed before: a node that was started anew with another program may take an old
entry otherwise than before.

Nobody is believed: a digest that differs shows that one of two nodes is wrong, not which. It alarms, and halts nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from wellclear.channel.policy import live_keys, log_verifier, picture_key_name
from wellclear.domain.canonical import b64
from wellclear.errors import Malformed, Unverified
from wellclear.log.merkle import HASH_BYTES
from wellclear.log.note import ED25519, Verifier, known_lines, parse_note
from wellclear.log.statement import PictureStatement, parse_statement
from wellclear.picture.picture import Picture

STATED_EVERY: Final = 64
"""Each node states the digest of its picture at every multiple of this size, unasked."""
STATEMENT_BYTES_MAX: Final = 2 * 1024


class Digests:
    """The digest of one's own picture after each entry, 32 bytes each, so that it can be stated of any size."""

    def __init__(self) -> None:
        self._all = bytearray()

    @property
    def size(self) -> int:
        """After how many entries the last one is."""
        return len(self._all) // HASH_BYTES

    def append(self, digest: bytes) -> None:
        """The digest after one more entry."""
        assert len(digest) == HASH_BYTES, "it is a SHA-256"
        self._all += digest

    def at(self, size: int) -> bytes:
        """The digest after `size` entries, from 1 to the size of what was folded."""
        assert 1 <= size <= self.size, "the caller has looked"
        return bytes(self._all[(size - 1) * HASH_BYTES : size * HASH_BYTES])


def agreed_size(size: int) -> int:
    """The greatest size up to this one at which everybody states a digest; 0 before the first."""
    return size // STATED_EVERY * STATED_EVERY


def signed_statement(picture: Picture, note: bytes) -> tuple[str, PictureStatement]:
    """Whose statement a note is, and what it says of the log that this picture is of.

    Raises:
        Malformed: no picture statement, or too long.
        Unverified: of another log or of no entries, or it bears no line, or a bad one, of a live picture key.
    """
    source = "picture statement"
    if len(note) > STATEMENT_BYTES_MAX:
        raise Malformed(source, "", f"longer than {STATEMENT_BYTES_MAX} bytes")
    parsed = parse_note(note, source)
    statement = parse_statement(parsed.text, source)
    known = {Verifier(picture_key_name(party), ED25519, key): party for party, key in live_keys(picture, "picture")}
    origin = log_verifier(picture).name
    if statement.origin != origin:
        raise Unverified(source, f"of {statement.origin}, and this is {origin}")
    if not statement.size:
        raise Unverified(source, "of a log without entries, which has no picture")
    lines = known_lines(parsed, known)
    if not lines:
        raise Unverified(source, "no live picture key of this channel has signed it")
    return known[lines[0][0]], statement


@dataclass(frozen=True, slots=True)
class Standing:
    """What one party's statements come to, against one's own fold.

    `agrees` is the greatest size at which its digest was ours, 0 before any, and since a difference is known only what
    was stated after that; `differs` the smallest one above at which it was not, 0 while there is none; `theirs` the
    digest there. `broken` is the size of a statement that no fold gives together with another one of the same key.
    Beside each stands the statement that says so. `mended`: once it differed, and what it said then says nothing now.
    """

    party: str
    agrees: int = 0
    agreed_note: bytes = b""
    differs: int = 0
    differing_note: bytes = b""
    theirs: bytes = b""
    broken: int = 0
    broken_note: bytes = b""
    mended: bool = False

    @property
    def wrong(self) -> bool:
        """Whether its picture, or ours, is wrong."""
        return bool(self.differs or self.broken)

    @property
    def first(self) -> int | None:
        """The index of the first entry that the two folds take differently; None while it is not known."""
        return self.agrees if self.differs == self.agrees + 1 and not self.broken else None

    @property
    def asks(self) -> int:
        """Of which size its statement is wanted next; 0 when nothing more is."""
        return 0 if self.broken or self.differs - self.agrees < 2 else (self.agrees + self.differs) // 2

    @property
    def notes(self) -> list[tuple[int, bytes]]:
        """The statements that show it to anybody, each behind its size, in the order to hear them again."""
        told = ((self.differs, self.differing_note), (self.agrees, self.agreed_note), (self.broken, self.broken_note))
        return [(size, note) for size, note in told if size and self.wrong]

    def words(self) -> str:
        """What an officer is told; an assertion where nothing is wrong."""
        assert self.wrong, "there is nothing to tell"
        if self.broken:
            other = self.agrees if self.broken < self.differs else self.differs
            what = f"of {self.broken} entries" if self.broken == other else f"of {self.broken} and of {other} entries"
            return f"{self.party} has signed two pictures {what} that no one log gives: its node or its key is wrong"
        told = f"{self.party} folds another picture: of {self.differs} entries its digest is {b64(self.theirs)[:12]}"
        if self.first is not None:
            return f"{told}; the first entry that the two take differently is entry {self.first}"
        return f"{told}; the two part between {self.agrees} and {self.differs} entries"


class Pictures:
    """What every party's statements come to. Every method takes the keeper's own picture and digests."""

    def __init__(self) -> None:
        self._standings: dict[str, Standing] = {}
        self._ahead: dict[str, tuple[int, bytes]] = {}

    def hear(self, picture: Picture, digests: Digests, note: bytes) -> tuple[Standing, Standing] | None:
        """Hold a statement against one's own fold; what was known of its party before, and what is now.

        None where nothing has changed. One over more entries than we have waits, the smallest of each party.

        Raises:
            Malformed, Unverified: as `signed_statement`.
        """
        party, statement = signed_statement(picture, note)
        if statement.size > digests.size:
            waiting = self._ahead.get(party)
            if waiting is None or statement.size < waiting[0]:
                self._ahead[party] = (statement.size, note)
            return None
        before = self._standings.get(party, Standing(party))
        same = statement.digest == digests.at(statement.size)
        now = _agreeing(before, statement, note) if same else _differing(before, statement, note)
        if now == before:
            return None
        self._standings[party] = now
        return before, now

    def reached(self, picture: Picture, digests: Digests) -> list[tuple[Standing, Standing]]:
        """The own log has grown: what was stated beyond it may be judged now."""
        found = []
        for party, (size, note) in list(self._ahead.items()):
            if size <= digests.size:
                del self._ahead[party]
                try:
                    changed = self.hear(picture, digests, note)
                except Unverified:  # its key has ended since, or another host's log goes on
                    continue
                found += [changed] if changed is not None else []
        return found

    def standings(self) -> list[Standing]:
        """All of them, in the order of the parties."""
        return [self._standings[party] for party in sorted(self._standings)]


def _agreeing(known: Standing, statement: PictureStatement, note: bytes) -> Standing:
    size = statement.size
    if size <= known.agrees:
        return known
    if known.wrong and size > known.differs:
        mended = size % STATED_EVERY == 0  # unasked, as a node does that was set right: nobody asks beyond
        return Standing(known.party, agrees=size, agreed_note=note, mended=True) if mended else known
    if known.broken:
        return known
    if size == known.differs:
        return replace(known, broken=size, broken_note=note)
    return replace(known, agrees=size, agreed_note=note)


def _differing(known: Standing, statement: PictureStatement, note: bytes) -> Standing:
    size, theirs = statement.size, statement.digest
    if not known.wrong:
        if size <= known.agrees and known.mended:  # what it said before it was set right comes again
            return known
        return Standing(known.party, differs=size, differing_note=note, theirs=theirs)
    if known.broken or size > known.differs:
        return known
    if size <= known.agrees or (size == known.differs and theirs != known.theirs):
        return replace(known, broken=size, broken_note=note)
    return replace(known, differs=size, differing_note=note, theirs=theirs)
