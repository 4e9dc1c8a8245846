"""The node as a witness: what it cosigns, stored before anybody is told, and what it says of that.

Theory of operation. `next` gives the note that is to be posted now, or None. It signs only the log that this node has
verified to its end, while the host's word is live; a line is stored whole, by compare-and-swap on the size, before it
is handed out, and handed out again until `posted` says that the host has it. The host's own party's node does not sign:
its host does already, under the same key, and nobody counts that line as another's (protocol, "Freshness").
"""

from __future__ import annotations

from wellclear.channel.follower import Follower
from wellclear.channel.policy import cosigners_of, log_verifier
from wellclear.channel.witnesses import (
    OwnLine,
    Witnesses,
    bare_evidence,
    bare_note,
    cosign_due,
    cosigned_note,
    own_line,
)
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, Malformed, Misconfigured, Unverified
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.equivocation import check_pair_in
from wellclear.log.note import parse_note
from wellclear.log.witness import AddCheckpoint, Answer, Seen, judge
from wellclear.picture.picture import Picture

NO_KEY = "this node does not witness: no cosigner key lies in its home"
HOSTS_OWN = "this node does not witness: its party's own host cosigns"
NOT_LIVE = "this node does not witness: its cosigner key is not the one that the channel knows"
BACKWARDS = "this node does not witness: this party has cosigned a longer log than it has here"


class Witnessing:
    """One party's cosigner. `book` is what this node has heard of all cosigners; `second` signs by ML-DSA-44."""

    def __init__(
        self, party: str, store: Store, signer: Signer | None, book: Witnesses, second: Signer | None = None
    ) -> None:
        self._party, self._store, self._signer, self._book = party, store, signer, book
        self.second = second
        self._unposted: bytes | None = None
        self._last: OwnLine | None = None
        self._origin = ""

    @property
    def able(self) -> bool:
        """Whether this node has a key to cosign with."""
        return self._signer is not None

    def next(self, follower: Follower, now_us: int, *, live: bool) -> bytes | None:
        """The note with our line that the host is to have; None while there is nothing to say.

        Args:
            follower: what is verified.
            now_us: our clock.
            live: whether the host's word is fresh; a node that hears nothing lends nobody its freshness.

        Raises:
            Equivocation: what was cosigned before and what the host has shown since cannot both be true.
            Unavailable, Misconfigured: it could not be stored, so it is not said.
        """
        if self._signer is None or follower.note is None or not live or follower.wants() is not None:
            return None
        if follower.covered < follower.size:
            return None  # in the middle of a run
        if follower.bound is not None and follower.picture.host != follower.bound.host:
            return None  # the log of a host that the heads have replaced ends soon; what it signed twice is known
        if self.why_not(follower.picture):
            return None
        self._recall(follower)
        if cosign_due(self._last, follower.size, now_us):
            self._cosign(follower, self._signer, now_us)
        return self._unposted

    def posted(self, note: bytes) -> None:
        """The host has this one."""
        if note == self._unposted:
            self._unposted = None

    def why_not(self, picture: Picture) -> str:
        """Why this node does not cosign this log; empty where it does."""
        if self._signer is None:
            return NO_KEY
        if picture.host is not None and picture.host.party == self._party:
            return HOSTS_OWN
        if self._signer.public_key not in [key.public_key for key in cosigners_of(picture, self._party)]:
            return NOT_LIVE
        return BACKWARDS if self._book.largest(picture, self._party) > picture.size else ""

    def _recall(self, follower: Follower) -> None:
        """What was stored for this log, and whether the log still is one that grew from there."""
        assert follower.note is not None and self._signer is not None, "asked by next"
        log = log_verifier(follower.picture)
        if log.name != self._origin:
            self._origin, self._last, self._unposted = log.name, None, None
            stored = self._store.cosigned(log.name)
            if stored is not None:
                self._last = self._read(stored, self._signer)
                self._unposted = stored
        if self._last is None or self._last.checkpoint.size > follower.size:
            return
        seen = self._last.checkpoint
        if follower.tree.root(seen.size) != seen.root:
            stored = self._store.cosigned(log.name)
            assert stored is not None, "it was recalled from there"
            try:
                check_pair_in(follower.tree, stored, follower.note, log.name, log.public_key)
            except Equivocation:
                raise
            except Unverified:  # signed by a host before this one, whose longer log the heads have declared void
                return

    def _read(self, stored: bytes, signer: Signer) -> OwnLine:
        try:
            return own_line(stored, self._party, signer.public_key)
        except (Malformed, Unverified):  # of the key before this one; the size binds all the same
            return OwnLine(parse_checkpoint(parse_note(stored).text), 0)

    def _cosign(self, follower: Follower, signer: Signer, now_us: int) -> None:
        assert follower.note is not None, "asked by next"
        self._keep(follower.note, follower.covered, follower.picture, signer, now_us)

    def _live_second(self, picture: Picture) -> Signer | None:
        """The key of our second line, where the channel knows it."""
        known = [key.public_key for key in cosigners_of(picture, self._party)]
        return self.second if self.second is not None and self.second.public_key in known else None

    def _keep(self, note: bytes, size: int, picture: Picture, signer: Signer, now_us: int) -> bytes:
        old, log = 0 if self._last is None else self._last.checkpoint.size, log_verifier(picture)
        ours = cosigned_note(note, log, self._party, signer, now_us // 1_000_000, self._live_second(picture))
        if not self._store.keep_cosigned(log.name, old, size, ours):
            raise Misconfigured(
                "own cosignature", "another process has cosigned with this store", do="Find the second node and stop it"
            )
        self._last, self._unposted = own_line(ours, self._party, signer.public_key), ours
        return ours

    # For whoever asks, and for other nodes.

    def add_checkpoint(self, request: AddCheckpoint, follower: Follower, now_us: int) -> tuple[Answer, bytes]:
        """What to answer to `add-checkpoint` (C2SP tlog-witness), and the body: our lines, the size, or why not.

        What this node has followed binds it as what it has cosigned does: proofs start from whichever is longer.

        Raises:
            Equivocation, Unavailable, Misconfigured: as `next`.
        """
        why = self.why_not(follower.picture)
        if why or self._signer is None or follower.note is None:
            return Answer.UNKNOWN_LOG, (why or "no log is followed here yet").encode()
        self._recall(follower)
        log, covered = log_verifier(follower.picture), follower.covered
        seen = Seen(covered, follower.tree.root(covered))
        if self._last is not None and self._last.checkpoint.size > seen.size:
            seen = Seen(self._last.checkpoint.size, self._last.checkpoint.root)
        judged = judge(request, seen, log.name, [log.public_key])
        behind = self._last is None or self._last.checkpoint.size < covered
        if behind and judged.answer in (Answer.OTHER_SIZE, Answer.COSIGN):
            self._cosign(follower, self._signer, now_us)  # the size that is asked for is one that was cosigned
        if judged.answer is Answer.OTHER_SIZE:
            return judged.answer, b"%d\n" % seen.size
        if judged.answer is not Answer.COSIGN or judged.checkpoint is None:
            return judged.answer, judged.why.encode()
        ours = self._keep(request.note, judged.checkpoint.size, follower.picture, self._signer, now_us)
        return Answer.COSIGN, b"".join(line.encode() for line in parse_note(ours).signatures[1:])

    def word(self, follower: Follower) -> bytes | None:
        """What other nodes may hear of this log: our newest cosigned note, else the newest that was verified.

        Of a host that is convicted it is the evidence; None before there is anything.
        """
        if follower.evidence is not None:
            return bare_evidence(follower.evidence.evidence[2])
        if follower.note is None:
            return None
        log = log_verifier(follower.picture)
        stored = self._store.cosigned(log.name)
        if stored is not None and parse_checkpoint(parse_note(stored).text).size >= follower.covered:
            return stored
        return bare_note(follower.note, log)
