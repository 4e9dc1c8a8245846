"""The sequencer: which entries get into the log, in which order, and what the host then signs.

Theory of operation. An entry is examined (`admission.examine`), admitted against the *pending* picture, which is the
committed one with everything in between already folded, and folded onto it at once. `batch` takes all that is
pending; the caller stores it, and `Batch.seal` signs the checkpoint over the hashes that the store has read back. Then:

    event                                         what follows
    -----                                         ------------
    committed(batch)                              the batch's picture is the committed one; nothing is folded again
    failed(batch), before anything was signed     batch and everything pending are dropped; authors send again
    failed(batch), after the signature            the same batch, to the byte, is given out again until it commits
    stop(why)                                     nothing is admitted or signed any more; a person must look

Losing a batch is survivable, signing two histories is not: whatever could lead there stops the log. That is: the store
gave back other bytes than were put in, a second writer was met, or a principal whose entries this process has not yet
matched names a larger or another log, as it does when the host was restored from an old copy.

The host's own `time` opens a batch when its last claim is older than a second. Time is handed in; nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from msgspec import UNSET

from wellclear.channel.admission import Draw, Examined, Shares, examine, why_not
from wellclear.channel.composing import Chain, compose, link
from wellclear.channel.submission import Answer, Frame, Refusal, placed, sign_refusal
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import Misconfigured, Unavailable
from wellclear.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import Frontier, Tree
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture, Step

CLAIM_AGE_US_MAX = 1_000_000
"""A batch opens with the host's own `time` when its last claim is older."""
PENDING_MAX = 8192
PENDING_BYTES_MAX = 64 * 1024 * 1024
"""What may wait for the disk; more is sent away with 503 instead of filling the memory."""
_BEHIND = (
    "Restore the newest copy of the log (`wellclear host recover` takes a member's bundle). If that party can show no "
    "note of yours behind its claim, start again and name it as not to be heeded"
)


@dataclass(slots=True)
class Batch:
    """What is to be stored in one transaction: leaves from index `start`, their parts, and how to sign them."""

    start: int
    logged: list[Logged]
    steps: list[Step]
    leaves: list[bytes]
    parts: dict[str, bytes]
    picture: Picture
    frontier: Frontier
    origin: str
    log: Signer = field(repr=False)
    note: bytes | None = None

    @property
    def size(self) -> int:
        """The size of the log after it."""
        return self.start + len(self.leaves)

    def seal(self, read_back: Sequence[bytes]) -> bytes:
        """The signed checkpoint over the hashes that the store has read back; pure, for the store's own thread.

        Raises:
            Misconfigured: they are not the hashes of what was handed in. Stop the log.
        """
        if list(read_back) != [logged.leaf_hash for logged in self.logged]:
            raise Misconfigured("store", "gave back other bytes than were written", do="Check disk and memory")
        root = self.frontier.extend(read_back).root()
        self.note = sign_checkpoint(Checkpoint(self.origin, self.size, root), self.log)
        return self.note


class Sequencer:
    """The host's machine. Build it from the log as it was verified at the start.

    Raises:
        Misconfigured: the note is not of this log and key, or the keys are not those of the picture's host.
    """

    def __init__(
        self,
        picture: Picture,
        tree: Tree,
        note: bytes,
        *,
        log: Signer,
        sequencer: Signer,
        find: Callable[[bytes], int | None],
        unheeded: Iterable[str] = (),
    ) -> None:
        _check_host(picture, log, sequencer)
        assert picture.host is not None, "checked just before"
        checkpoint = open_checkpoint(note, picture.host.origin, log.public_key)
        if (checkpoint.size, checkpoint.root) != (tree.size, tree.root()) or picture.size != tree.size:
            raise Misconfigured("log", "entries and checkpoint do not fit", do="Restore a backup")
        self.picture = picture
        self.tree = tree
        self.note = note
        self.stopped: Misconfigured | None = None
        self._log, self._sequencer, self._find = log, sequencer, find
        self._unmatched = set(picture.principals) - set(unheeded)
        self._shares = Shares(_share(picture))
        self._inflight: Batch | None = None
        self._forget_pending()

    def _forget_pending(self) -> None:
        self.pending_picture = self.picture
        self._logged: list[Logged] = []
        self._steps: list[Step] = []
        self._leaves: list[bytes] = []
        self._parts: dict[str, bytes] = {}
        self._bytes = 0
        self._places: dict[bytes, int] = {}

    @property
    def size(self) -> int:
        """The committed size."""
        return self.tree.size

    # Taking entries.

    def admit(self, examined: Examined, now_us: int) -> int | Answer:
        """The index that the entry has or will have once its batch is committed, or the signed refusal.

        Raises:
            Unavailable: the log has stopped, or too much is waiting for the disk.
        """
        self._check_open()
        if examined.fault is Reason.UNKNOWN_KEY:  # an entry before it may have brought the key
            examined = examine(examined.frame, self.pending_picture.keys)
        fault = examined.fault or self._envelope_fault(examined)
        if fault is not None:
            known = self._place_of(examined.leaf_hash)
            return self._refuse(examined, fault, now_us) if known is None else known
        entry = examined.entry
        assert entry is not None, "an entry without a fault was decoded"
        self._match(entry)
        draw = self._shares.take(entry.act.linker, entry.act.kind, now_us)
        if draw is Draw.REFUSED:
            return self._refuse(examined, Reason.RATE, now_us)
        self._check_room(len(examined.leaf) + sum(map(len, examined.parts.values())), draw)
        if not self._leaves:
            self._open_batch(now_us)
        return self._take(examined)

    def tell_time(self, now_us: int) -> int | None:
        """Put the host's own `time` into the log, for its clock duty; its index, None while nothing can be taken."""
        if self.stopped is not None or len(self._leaves) >= PENDING_MAX or not _keys_live(self.pending_picture):
            return None
        return self._take(self._time_entry(now_us))

    def answer(self, index: int, leaf_hash: bytes) -> Answer:
        """The proof of a committed entry, to the newest checkpoint."""
        return placed(leaf_hash, index, self.tree.inclusion_proof(index, self.tree.size))

    def claimed_size(self, party: str, size: int) -> None:
        """A member says that it has verified a log of this size; stops the log when that shows an old copy."""
        if party in self._unmatched and size > self.pending_picture.size:
            self._stop_behind(party, size)

    def note_at(self, size: int) -> bytes:
        """A note over the committed log up to there, for who may read no further; raises `Unavailable` once stopped."""
        self._check_open()
        host = self.picture.host
        assert host is not None, "the genesis names the host"
        return sign_checkpoint(Checkpoint(host.origin, size, self.tree.root(size)), self._log)

    # Storing them.

    def batch(self) -> Batch | None:
        """What to store next; None when nothing waits. The one that was signed but did not commit comes again."""
        if self._inflight is not None or self.stopped is not None or not self._leaves:
            return None if self.stopped is not None else self._inflight
        host = self.picture.host
        assert host is not None, "the genesis names the host"
        self._inflight = Batch(
            start=self.tree.size, logged=self._logged, steps=self._steps, leaves=self._leaves, parts=self._parts,
            picture=self.pending_picture, frontier=self.tree.frontier(), origin=host.origin, log=self._log,
        )  # fmt: skip
        self._logged, self._steps, self._leaves, self._parts, self._bytes = [], [], [], {}, 0
        return self._inflight

    def committed(self, batch: Batch) -> None:
        """The batch is on the disk: what it says is true from now on."""
        assert batch is self._inflight and batch.note is not None, "only the sealed batch in flight commits"
        self.tree.extend([logged.leaf_hash for logged in batch.logged])
        self.picture, self.note, self._inflight = batch.picture, batch.note, None
        for logged in batch.logged:
            self._places.pop(logged.leaf_hash, None)
        self._shares.agree(_share(self.picture))
        try:
            _check_host(self.picture, self._log, self._sequencer)
        except Misconfigured as error:
            self.stop(error)

    def failed(self, batch: Batch) -> bool:
        """The batch is not on the disk. True if it was dropped, with everything pending; else it comes again."""
        assert batch is self._inflight, "only the batch in flight fails"
        if batch.note is not None:
            return False
        self._inflight = None
        self._forget_pending()
        return True

    def stop(self, why: Misconfigured) -> None:
        """Take and sign nothing any more."""
        self.stopped = self.stopped or why

    # The rest is ours.

    def _check_open(self) -> None:
        if self.stopped is not None:
            raise Unavailable("this log", f"has stopped: {self.stopped}")

    def _check_room(self, more: int, draw: Draw) -> None:
        part = 2 if draw is Draw.BEYOND else 1  # safety without end leaves room for the others' safety
        if len(self._leaves) >= PENDING_MAX // part or self._bytes + more > PENDING_BYTES_MAX // part:
            raise Unavailable("this host", "too much is waiting for its disk", retry_after_s=1)

    def _envelope_fault(self, examined: Examined) -> Reason | None:
        fault = envelope_fault(self.pending_picture, examined.logged)
        entry = examined.entry
        if entry is None:
            return fault
        if fault is None and entry.link.key not in self.pending_picture.keys:
            return Reason.UNKNOWN_KEY  # a new host's first entry does not come through the old host's door
        if fault is Reason.HEAD_AHEAD and entry.link.head is not UNSET:
            row = self.pending_picture.keys.get(entry.link.key)
            if row is not None and row.state == "live" and row.party == entry.act.party:
                self.claimed_size(row.party, entry.link.head.size)
        return fault

    def _match(self, entry: Entry) -> None:
        """An entry of a principal whose head is in our tree shows that its log is not newer than ours."""
        head, party = entry.link.head, entry.act.party
        if party not in self._unmatched or head is UNSET or head.size > self.tree.size:
            return
        if b64(self.tree.root(head.size)) != head.root:
            self._stop_behind(party, head.size)
        self._unmatched.discard(party)

    def _stop_behind(self, party: str, size: int) -> None:
        why = f"{party} has verified a log of {size} entries that is not this one of {self.tree.size}"
        self.stop(Misconfigured("log behind its own promises", why, do=_BEHIND))
        self._check_open()

    def _place_of(self, leaf_hash: bytes) -> int | None:
        pending = self._places.get(leaf_hash)
        return self._find(leaf_hash) if pending is None else pending

    def _refuse(self, examined: Examined, reason: Reason, now_us: int) -> Answer:
        refusal = Refusal(
            hash=b64(examined.leaf_hash), reason=reason.value, detail=why_not(examined, reason), size=self.tree.size,
            time=now_us,
        )  # fmt: skip
        return sign_refusal(refusal, self._sequencer)

    def _take(self, examined: Examined) -> int:
        index = self.pending_picture.size
        logged = replace(examined.logged, index=index)
        step = fold(self.pending_picture, logged)
        self.pending_picture = step.picture
        self._logged.append(logged)
        self._steps.append(step)
        self._leaves.append(examined.leaf)
        self._parts.update(examined.parts)
        self._bytes += len(examined.leaf) + sum(map(len, examined.parts.values()))
        self._places[examined.leaf_hash] = index
        return index

    def _open_batch(self, now_us: int) -> None:
        late = abs(now_us - self.pending_picture.host_claim_us) > CLAIM_AGE_US_MAX
        if late and _keys_live(self.pending_picture):
            self._take(self._time_entry(now_us))

    def _time_entry(self, now_us: int) -> Examined:
        picture = self.pending_picture
        assert picture.host is not None, "the genesis names the host"
        key = b64(self._sequencer.public_key)
        seq, prev = picture.chains.get(key) or (0, "")
        chain = Chain(seq, unb64(prev) if prev else None)
        act = compose("time", channel=picture.channel, party=picture.host.party, said_us=now_us).act
        leaf = link(act, (), self._sequencer, chain, (self.tree.size, self.tree.root()), now_us)
        return examine(Frame(leaf))


def _share(picture: Picture) -> int:
    return picture.terms.entries_per_minute if picture.agreement else default_settings().entries_per_minute


def _check_host(picture: Picture, log: Signer, sequencer: Signer) -> None:
    host = picture.host
    if host is None:
        raise Misconfigured("log", "does not begin with a genesis")
    if (host.log, host.sequencer) != (b64(log.public_key), b64(sequencer.public_key)):
        raise Misconfigured(
            "keys", f"this channel is sequenced by {host.party} under other keys", do="Check the home directory"
        )
    if not _keys_live(picture):
        raise Misconfigured(
            "keys",
            "this host's own key was revoked",
            do="The heads of delegation decide on a host: wellclear host change",
        )


def _keys_live(picture: Picture) -> bool:
    """Whether the host may still sign: its party's recovery key can revoke its log and sequencer keys."""
    host = picture.host
    assert host is not None, "the genesis names the host"
    rows = [picture.keys.get(key) for key in (host.log, host.sequencer)]
    return all(row is not None and row.state == "live" for row in rows)
