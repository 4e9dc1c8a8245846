"""Who has seen a log, and how long ago: the newest cosignature of each cosigner, and when one's own is due.

A host keeps this book of what is posted to it, a node of what it hears. A cosignature counts only over a tree that the
keeper of the book has itself: over a smaller or equal size its root must be that of the own tree, over a greater one it
waits until the own tree has grown so far. The time in a line is its party's clock: a line is as old as that says, or as
long ago as it was first heard here, whichever is more; and one from the future is nobody's word of now.

    a line of                                   becomes
    ---------------------------------------    -------------------------------------------------
    an unknown or ended key, another log        nothing
    a live cosigner, over our own tree          the newest of its key, if it is later than the one before
    a live cosigner, over a longer log          the same as soon as we have that log
    a live cosigner, over another tree          nothing: without the host's signature it convicts nobody
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from wellclear.channel.policy import cosigner_name, cosigners
from wellclear.errors import Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, cosign_mldsa, parse_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.equivocation import decode_evidence
from wellclear.log.merkle import Tree
from wellclear.log.note import COSIGNATURE_V1, ED25519, Note, Verifier, cosigned_at, known_lines, parse_note
from wellclear.picture.picture import Picture

FRESH_US: Final = 10_000_000
"""A cosignature of another party not older than this makes the picture fresh (protocol, "Freshness")."""
COSIGN_EVERY_S: Final = 5
"""So often a node cosigns a log that does not grow."""
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cosigned:
    """One cosignature: whose, over how many entries, when by its own clock, and when by ours it was first heard.

    `time_s` is in seconds since 1970, `heard_us` in our monotonic microseconds; `line` is the signature line.
    """

    party: str
    size: int
    time_s: int
    heard_us: int
    line: bytes

    def age_us(self, now_us: int, mono_us: int) -> int:
        """How old it is: by its own time or by when it was heard, whichever is more."""
        return max(0, now_us - self.time_s * _SECOND_US, mono_us - self.heard_us)

    def is_ahead(self, now_us: int) -> bool:
        """Whether its time lies so far ahead of our clock that it says nothing of now."""
        return self.time_s * _SECOND_US - now_us > FRESH_US

    def is_fresh(self, now_us: int, mono_us: int) -> bool:
        """Whether its party has just seen this log."""
        return not self.is_ahead(now_us) and self.age_us(now_us, mono_us) <= FRESH_US


class Witnesses:
    """The newest cosignature of each live cosigner of one log. Every method takes the keeper's own picture and tree."""

    def __init__(self) -> None:
        self._rows: dict[Verifier, Cosigned] = {}
        self._ahead: dict[Verifier, tuple[Checkpoint, Cosigned]] = {}
        self._origin = ""
        self._keys: object = None
        self._known: dict[tuple[str, bytes], tuple[str, Verifier]] = {}

    def hear(self, picture: Picture, tree: Tree, note: bytes, now_us: int, mono_us: int) -> list[Cosigned]:
        """Take the lines of a note; returns what was news and stands on the own tree.

        Raises:
            Malformed: no note of a checkpoint.
            Unverified: a line of a cosigner does not verify; of this note nothing after it was taken.
        """
        parsed = parse_note(note, "checkpoint")
        checkpoint = parse_checkpoint(parsed.text)
        self._look_at(picture)
        news: list[Cosigned] = []
        if checkpoint.origin == self._origin:
            for line in parsed.signatures:
                party, key = self._known.get((line.name, line.key_id), ("", None))
                if key is None:
                    continue
                one = Cosigned(party, checkpoint.size, cosigned_at(line.signature), mono_us, line.encode())
                if self._is_news(key, one, now_us):
                    key.verify(parsed.text, line.signature)
                    news += self._take(key, one, checkpoint, tree)
        return news

    def reached(self, picture: Picture, tree: Tree, now_us: int) -> list[Cosigned]:
        """The own tree has grown: what was cosigned beyond it may stand on it now. Returns the news."""
        self._look_at(picture)
        news: list[Cosigned] = []
        for key, (checkpoint, one) in list(self._ahead.items()):
            if checkpoint.size <= tree.size:
                del self._ahead[key]
                if self._is_news(key, one, now_us):
                    news += self._take(key, one, checkpoint, tree)
        return news

    def is_known(self, picture: Picture, note: bytes) -> bool:
        """Whether a line of a live cosigner stands under a note; nothing is verified. Raises as `hear`."""
        self._look_at(picture)
        return any((line.name, line.key_id) in self._known for line in parse_note(note, "checkpoint").signatures)

    def newest(self, picture: Picture, now_us: int) -> list[Cosigned]:
        """The newest cosignature of each party, in the order of the parties."""
        self._look_at(picture)
        found: dict[str, Cosigned] = {}
        for one in self._rows.values():
            held = found.get(one.party)
            if held is None or _rank(one, now_us) > _rank(held, now_us):
                found[one.party] = one
        return [found[party] for party in sorted(found)]

    def lines(self, picture: Picture, size: int) -> list[bytes]:
        """The newest lines over the log of that size."""
        self._look_at(picture)
        return [one.line for one in self._rows.values() if one.size == size]

    def largest(self, picture: Picture, party: str) -> int:
        """The greatest size that a party is known to have cosigned, also beyond our own log."""
        self._look_at(picture)
        ahead = (one for _, one in self._ahead.values())
        return max((one.size for one in (*self._rows.values(), *ahead) if one.party == party), default=0)

    def _look_at(self, picture: Picture) -> None:
        """Know the live cosigners; forget the lines of ended keys, and all of them when another log goes on."""
        origin = "" if picture.host is None else picture.host.origin
        if origin == self._origin and picture.keys is self._keys:
            return
        known = {(key.name, key.key_id): (party, key) for party, key in cosigners(picture)}
        live = {key for _, key in known.values()} if origin == self._origin else set()
        self._rows = {key: one for key, one in self._rows.items() if key in live}
        self._ahead = {key: one for key, one in self._ahead.items() if key in live}
        self._origin, self._keys, self._known = origin, picture.keys, known

    def _is_news(self, key: Verifier, one: Cosigned, now_us: int) -> bool:
        held, ahead = self._rows.get(key), self._ahead.get(key)
        return (held is None or _rank(one, now_us) > _rank(held, now_us)) and (
            ahead is None or _rank(one, now_us) > _rank(ahead[1], now_us)
        )

    def _take(self, key: Verifier, one: Cosigned, checkpoint: Checkpoint, tree: Tree) -> Iterator[Cosigned]:
        if checkpoint.size > tree.size:
            self._ahead[key] = (checkpoint, one)
        elif tree.root(checkpoint.size) == checkpoint.root:
            self._rows[key] = one
            yield one


def _rank(one: Cosigned, now_us: int) -> tuple[bool, int, int]:
    """What is later: a line from the future gives way to any that can be true, or its party would be mute for ever."""
    return not one.is_ahead(now_us), one.time_s, one.size


# One's own line.


@dataclass(frozen=True, slots=True)
class OwnLine:
    """What a cosigner has stored last: the log's size and root, and when it signed."""

    checkpoint: Checkpoint
    time_s: int


def own_line(note: bytes, party: str, public_key: bytes) -> OwnLine:
    """What a stored note of one's own says.

    Raises:
        Malformed, Unverified: it does not bear one's own line.
    """
    parsed = parse_note(note, "own cosignature")
    lines = known_lines(parsed, [Verifier(cosigner_name(party), COSIGNATURE_V1, public_key)])
    if not lines:
        raise Unverified("own cosignature", "what was stored does not bear it")
    return OwnLine(parse_checkpoint(parsed.text), max(cosigned_at(line.signature) for _, line in lines))


def cosign_due(last: OwnLine | None, size: int, now_us: int) -> bool:
    """Whether a log of this size is to be cosigned now: it has grown, or the last line is 5 s old. Never backwards.

    A clock that was set back makes the line due: its time is our clock's, whatever the one before said.
    """
    if last is None or size > last.checkpoint.size:
        return True
    return size == last.checkpoint.size and not 0 <= now_us // _SECOND_US - last.time_s < COSIGN_EVERY_S


def cosigned_note(
    note: bytes, log: Verifier, party: str, signer: Signer, time_s: int, second: Signer | None = None
) -> bytes:
    """The note to store and to post: the log's own line and ours, and nothing else that came with it.

    With `second`, a key of ML-DSA-44, ours are two lines of one moment.

    Raises:
        Malformed, Unverified: not a note that the log has signed.
    """
    plain, name = bare_note(note, log), cosigner_name(party)
    lines = cosign(plain, name, signer, time_s)
    return plain + lines + (b"" if second is None else cosign_mldsa(plain, name, second, time_s))


def bare_note(note: bytes, log: Verifier) -> bytes:
    """A note with the log's line alone; raises as `cosigned_note`."""
    assert log.key_type == ED25519, "checkpoints are signed by Ed25519"
    parsed = parse_note(note, "checkpoint")
    lines = known_lines(parsed, [log])
    if not lines:
        raise Unverified("checkpoint", "the log has not signed it")
    return Note(parsed.text, (lines[0][1],)).encode()


def bare_evidence(file: bytes) -> bytes:
    """An evidence file whose notes bear the log's line alone, so that it is small whatever the host had put under them.

    Raises:
        Malformed, Unverified: not an evidence file.
    """
    told = decode_evidence(file)
    return replace(told, note_a=bare_note(told.note_a, told.key), note_b=bare_note(told.note_b, told.key)).encode()
