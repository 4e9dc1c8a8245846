"""The follower: takes notes and leaves as they come, and lets only what is proven into the picture.

Theory of operation. Bytes arrive in any order, cut and doubled as the network likes. A note is kept if the host's key
signed it; leaves are kept unproven beside their index. As soon as the leaves from one's own size up to the size of a
kept note are all there, they are hashed onto the own frontier: either the root is the one that the host signed, and
all of them may be taken, or they are thrown away and asked for again. Nothing that is not proven is ever seen.

`proven()` computes what could be taken, a long run in pieces (`run`); the caller stores it; `commit()` makes it so. A
crash in between costs nothing. Until its last piece is taken, `size` is ahead of what the newest note covers.

    state    event                                              next
    -----    -----------------------------------------------    ------
    stale    a verified note that the own tree reaches           live
    live     the first piece of a long run is taken              stale, until its last one is
    live     no newer such note for STALE_AFTER_US               stale
    any      two notes under the host's key, not both true       halted, with evidence; nothing is taken any more
    any      bytes that fail to verify                           unchanged; they are dropped and asked for again

A host that shows two histories convicts itself: of one size, the two notes do; of two sizes, the leaves of the second
history have to be seen as well, so after leaves that will not fit the follower asks for all of them from index 0
(`wants`), and if those lead to the newest note but not to each older one, the proof in between is the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from wellclear.channel.ahead import Ahead
from wellclear.channel.host_cards import host_cards, open_by_host
from wellclear.channel.host_times import HostTimes
from wellclear.channel.opening import open_leaf
from wellclear.channel.other_history import OtherHistory
from wellclear.channel.policy import cosigners_of
from wellclear.channel.run import PIECE, Proven, Run
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.kinds import HostCard, HostChange
from wellclear.domain.logged import Logged
from wellclear.errors import Equivocation, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, cosignatures, parse_checkpoint
from wellclear.log.equivocation import check_evidence, check_pair, check_pair_in, decode_evidence
from wellclear.log.merkle import Tree, leaf_hash, verify_consistency
from wellclear.log.note import parse_note
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture, Step

STALE_AFTER_US = 10_000_000
"""Silence after which the picture is shown as stale (protocol, "Freshness")."""
NOTES_AHEAD_MAX = 64
CLAIMED_MAX = 256
"""So many leaves at once are asked for on the word of a note that no known key has signed."""

State = Literal["live", "stale", "halted"]


class Follower:
    """What one node has verified of its channel: tree, newest note, picture.

    `channel` is the id that people have read to each other; the genesis must hash to it, and it names the host's keys.
    Times are the caller's monotonic microseconds.
    """

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.tree = Tree()
        self.picture = Picture()
        self.note: bytes | None = None
        self.covered = 0
        """How many entries the newest note covers: all, except in the middle of a long run."""
        self.piece = PIECE
        self._run: Run | None = None
        self.evidence: Equivocation | None = None
        self.bound: HostChange | None = None
        self._ahead = Ahead()
        self._notes: dict[int, tuple[Checkpoint, bytes]] = {}
        self._unread: list[bytes] = []
        self._news_us: int | None = None
        self._heard_us: int | None = None
        self._host_times = HostTimes()
        self._other = OtherHistory()
        self._claimed = 0

    @property
    def size(self) -> int:
        return self.tree.size

    @property
    def goal(self) -> int:
        """How long the log is by the host's longest note; the own size once that is followed to its end."""
        return max([self.size, *self._notes])

    def state(self, now_us: int) -> State:
        """Whether the picture can be relied on as of now."""
        if self.evidence is not None:
            return "halted"
        if self.covered < self.size:
            return "stale"
        silence_us = self.silence_us(now_us)
        return "live" if silence_us is not None and silence_us <= STALE_AFTER_US else "stale"

    def silence_us(self, now_us: int) -> int | None:
        """How long ago the host's last good word came; None before the first."""
        return None if self._heard_us is None else max(0, now_us - self._heard_us)

    # Bytes come in.

    def hear(self, note: bytes, now_us: int, utc_us: int | None = None, *, of_now: bool = True) -> None:
        """A checkpoint's note, from whoever brought it; `of_now` unless it says nothing of the link to the host.

        `utc_us` is the own clock, by which a host's clock may have been ahead.

        Raises:
            Malformed, Unverified: not the host's word; nothing has changed.
            Equivocation: the host contradicts itself; the follower is halted from now on.
        """
        self._claimed = parse_checkpoint(parse_note(note).text).size
        if self.picture.host is None and 0 not in self._ahead:
            self._unread = [*self._unread[-NOTES_AHEAD_MAX + 1 :], note]
            return
        checkpoint = self._open(note)
        self._claimed = 0
        try:
            self._compare(checkpoint, note)
        except Equivocation as found:
            self.evidence = found
            raise
        newer = of_now and self._says_more(note, utc_us)
        self._news_us = max(now_us, self._news_us or 0) if newer else self._news_us
        if checkpoint.size == self.size == self.covered and self.note is not None and newer:
            self._heard_us = self._news_us
            self.note = note  # the same tree, and a fresher cosignature of the host's
        elif checkpoint.size > self.size and (checkpoint.size in self._notes or len(self._notes) < NOTES_AHEAD_MAX):
            self._notes[checkpoint.size] = (checkpoint, note)  # a flood of notes pushes no earlier promise out

    def convict(self, file: bytes) -> None:
        """Evidence that somebody else has gathered; of who hands it over nothing is believed.

        Raises:
            Malformed, Unverified: it proves nothing against our host; nothing has changed.
            Equivocation: two notes under our host's key cannot both be true; the follower is halted from now on.
        """
        why, told, host = check_evidence(file), decode_evidence(file), self.picture.host
        if host is None or (told.key.name, told.key.public_key) != (host.origin, unb64(host.log)):
            raise Unverified("evidence", f"it speaks of {told.key.name}, not of our host and its key")
        for note in (told.note_a, told.note_b):
            self._open(note)  # one that the heads have declared void is no promise
        self.evidence = Equivocation(f"log {host.origin}", why, (told.note_a, told.note_b, file))
        raise self.evidence

    def size_of(self, note: bytes) -> int:
        """How long the log is by this note; raises as `hear` for what is not the host's word."""
        return self._open(note).size

    def _says_more(self, note: bytes, utc_us: int | None) -> bool:
        """Whether the host itself has cosigned this note later than any before: a replayed note keeps nobody live."""
        host = self.picture.host
        known = [] if host is None else cosigners_of(self.picture, host.party)
        newest_s = max((time_s for _, time_s in cosignatures(note, known)), default=0)
        return self._host_times.is_news(newest_s, utc_us)

    def give(self, start: int, leaves: Sequence[bytes]) -> None:
        """Leaves from an index on, unproven; what is known already or too much is passed over."""
        for index, leaf in enumerate(leaves, start):
            self._other.give(index, leaf)
            if index < self.size or (index == 0 and b64(leaf_hash(leaf)) != self.channel):
                continue
            self._ahead.put(index, leaf)
        if 0 in self._ahead:
            waiting, self._unread = self._unread, []
            for note in waiting:
                self._hear_late(note)

    def _hear_late(self, note: bytes) -> None:
        try:
            self.hear(note, 0, of_now=False)
        except Equivocation:
            raise
        except (Malformed, Unverified):  # it came before the genesis did, and is no word of its host
            return

    def wants(self) -> tuple[int, int] | None:
        """The first gap of leaves (start, end) below the newest note; None when nothing is missing.

        Without a note, the gap before leaves that came too early, or what a note claims that no known key has signed:
        it may be the very leaf that says whose notes to believe.
        """
        if self.evidence is not None:
            return None
        if not self._notes:
            early = bool(self._ahead) and self.size not in self._ahead
            return (self.size, min(self._ahead)) if early else self._beyond()
        end = max(self._notes)
        other = self._other.gap(end)
        start = self._ahead.gap(self.size) if other is None else other
        return (start, end) if start < end else None

    def _beyond(self) -> tuple[int, int] | None:
        """The first piece of what is claimed and not there; bounded, since nobody stands behind the claim."""
        start = self._ahead.gap(self.size)
        return (start, min(self._claimed, start + CLAIMED_MAX)) if start < self._claimed else None

    def parted(self) -> bool:
        """Whether what is shown does not lead from the own log to where the heads of delegation go on.

        Nobody has proven what is shown, so it is a word for officers, and nothing else follows from it.
        """
        if self.bound is None or self.evidence is not None or self.size >= self.bound.size:
            return False
        root = self._root_of(self.bound.size)
        return root is not None and root != unb64(self.bound.root)

    def unproven(self) -> list[bytes]:
        """The leaves that were given and that no note covers, in their order: their authors' word, not the host's."""
        return [leaf for _, leaf in sorted(self._ahead.items())]

    # Proof, then commitment.

    def proven(self) -> Proven | None:
        """The next run, or piece of a run, that a note of the host covers; None while there is none.

        Changes no picture. A run of more than `piece` entries comes in pieces, each to be committed before the next.

        Raises:
            Equivocation: what arrived convicts the host; the follower is halted.
        """
        if self.evidence is not None:
            return None
        if self._run is not None:
            return self._piece(self._run)
        self._judge_histories()
        for size in sorted(self._notes):
            checkpoint, note = self._notes[size]
            leaves = self._ahead.run(self.size, size)
            if leaves is None:
                return None
            hashes = [leaf_hash(leaf) for leaf in leaves]
            if self.tree.frontier().extend(hashes).root() == checkpoint.root:
                return self._begin(leaves, hashes, checkpoint, note)
            self._throw_away(size)
        return None

    def _begin(self, leaves: list[bytes], hashes: list[bytes], checkpoint: Checkpoint, note: bytes) -> Proven:
        """A short run is taken whole. Of a long one all that is to come is known, and the host is held to it."""
        start = self.size
        if len(leaves) > self.piece:
            self._run = Run(start, leaves, checkpoint, note, self.tree.copy())
            self._run.tree.extend(hashes)
            return self._piece(self._run)
        self.tree.extend(hashes)
        try:
            return Run(start, leaves, checkpoint, note, self.tree).piece(start, self.picture, len(leaves))
        finally:
            self.tree.truncate(start)

    def _piece(self, run: Run) -> Proven:
        row = self._notes.get(run.checkpoint.size)  # the same, under a newer cosignature
        run.note = row[1] if row is not None and row[0] == run.checkpoint else run.note
        return run.piece(self.size, self.picture, self.piece)

    def commit(self, proven: Proven) -> None:
        """Make what was proven part of the own log. The caller has stored it, however long that took.

        What shows that the host is there, once all of a note was taken, is when its newest note came.
        """
        assert proven.start == self.size, "runs are committed in order, each once"
        self.tree.extend(logged.leaf_hash for logged in proven.logged)
        before, self.picture = self.picture, proven.steps[-1].picture
        if before.host != self.picture.host:
            self._host_times = HostTimes()  # another host has another clock
        if proven.whole:
            self.note, self.covered, self._run = proven.note, self.size, None
            self._heard_us = self._news_us
        self._other.forget()
        self._ahead.drop(*range(proven.start, self.size))
        host = self.picture.host
        self._notes = {
            size: row
            for size, row in self._notes.items()
            if size > self.size and host is not None and row[0].origin == host.origin
        }

    def replay(self, leaves: Iterable[bytes], note: bytes) -> Iterator[tuple[Logged, Step]]:
        """Take the own store's leaves again at start, signatures and all; the note must cover exactly them.

        Yields each entry with its step, so that a caller can show progress and fold its own view beside it.

        Raises:
            Malformed, Unverified: the store does not hold what the host signed.
        """
        assert self.size == 0, "a follower replays before it follows"
        yield from self._again(leaves)
        checkpoint = self._open(note)
        if (checkpoint.size, checkpoint.root) != (self.size, self.tree.root()):
            raise Unverified("own store", f"its {self.size} entries are not those that the host signed")
        self.note, self.covered = note, self.size

    def replay_on(self, leaves: Iterable[bytes], note: bytes, proof: Sequence[bytes]) -> Iterator[tuple[Logged, Step]]:
        """The same for the pieces of a run that was not taken to its end, and the note and proof of the last of them.

        The run goes on from there; that note is the host's word as any that was heard.
        """
        yield from self._again(leaves)
        checkpoint = self._open(note)
        verify_consistency(self.size, self.tree.root(), checkpoint.size, checkpoint.root, proof)
        self._notes[checkpoint.size] = (checkpoint, note)

    def _again(self, leaves: Iterable[bytes]) -> Iterator[tuple[Logged, Step]]:
        for leaf in leaves:
            logged = open_leaf(self.size, leaf)
            if self.size == 0 and b64(logged.leaf_hash) != self.channel:
                raise Unverified("own store", f"its genesis is not that of the channel {self.channel}")
            step = fold(self.picture, logged)
            self.tree.append(logged.leaf_hash)
            self.picture = step.picture
            yield logged, step

    # The parts.

    def _open(self, note: bytes) -> Checkpoint:
        """The checkpoint of a note under the key of the host, or of one that the waiting leaves make host."""
        bound = self.bound if self.bound is not None and self.size <= self.bound.size else None
        return open_by_host(note, self._cards(), bound)

    def _cards(self) -> Iterator[HostCard]:
        return host_cards(self.picture, self.size, self._ahead, self._root_of)

    def _root_of(self, size: int) -> bytes | None:
        """The root of the own log with the leaves behind it, up to a size; None while one of them is missing."""
        between = self._ahead.run(self.size, size)
        return None if between is None else self.tree.frontier().extend(map(leaf_hash, between)).root()

    def _compare(self, checkpoint: Checkpoint, note: bytes) -> None:
        """Hold a verified note against what was verified before; raises Equivocation if both cannot be true."""
        other = self._notes.get(checkpoint.size)
        card = self.picture.host
        if other is not None and other[0].origin == checkpoint.origin and other[0].root != checkpoint.root:
            for known in self._cards():
                if known.origin == checkpoint.origin:
                    check_pair(other[1], note, known.origin, unb64(known.log))
        tree, newest = self._promised()
        if card is None or newest is None or checkpoint.origin != card.origin or checkpoint.size > tree.size:
            return
        if checkpoint.root != tree.root(checkpoint.size):
            check_pair_in(tree, note, newest, card.origin, unb64(card.log))

    def _promised(self) -> tuple[Tree, bytes | None]:
        """The longest tree that the host in force has signed and that we have whole, with the note."""
        run, host = self._run, self.picture.host
        if run is None or host is None or run.checkpoint.origin != host.origin:
            return self.tree, self.note
        return run.tree, run.note

    def _judge_histories(self) -> None:
        """With all of a history in hand that never fitted: it convicts the host against any note that we hold."""
        host = self.picture.host
        if not self._notes or self.note is None or host is None:
            return
        size = max(self._notes)
        tree = self._other.tree(size)
        if tree is None:
            return
        self._other.forget()
        checkpoint, note = self._notes[size]
        if tree.root() != checkpoint.root or checkpoint.origin != host.origin:
            return
        promised = [self.note, *(other for row, other in self._notes.values() if row.origin == host.origin)]
        try:
            for other in promised:
                check_pair_in(tree, other, note, host.origin, unb64(host.log))
        except Equivocation as found:
            self.evidence = found
            raise

    def _throw_away(self, size: int) -> None:
        self._ahead.drop(*range(self.size, size))
        if self.size:
            self._other.misfit()
