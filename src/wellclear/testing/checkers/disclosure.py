"""Who reads what: nobody more than was decided when it was said, and whoever was meant to, all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.channel.false_part import check_false_part
from wellclear.channel.sealing import SealingKey, epoch_info
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry, PartRef
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.logged import Logged
from wellclear.errors import Unverified, WellclearError
from wellclear.picture.picture import Step
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.checkers.watched import WatchedNode

TEXT: Final = b'"group":"'
"""What stands in the text of every part, and in no header."""
TRIES: Final = 3
"""So often a part that the host did not hand out was asked for, before its node waits for half a minute and more."""
FETCHED_US: Final = 3_000_000
"""By then whoever follows has fetched what was logged: the leaf, and then its parts."""
FALSE_PART: Final = b"wellclear/false-part/"


_Epoch = tuple[str, int, tuple[str, ...]]
"""Author, number, audience."""


@dataclass
class _Keys:
    """What everybody gets out of the entries of epochs, with every sealing key that it ever had."""

    of_epoch: dict[_Epoch, set[bytes]] = field(default_factory=dict)
    """The keys that there are under a number and for an audience; one, unless a log was cut and gone on with."""
    holders: dict[bytes, set[str]] = field(default_factory=dict)
    """The parties that hold a key, from whichever epoch."""

    def take(self, epoch: _Epoch, key: bytes, party: str) -> None:
        """A party gets a key out of the entry of an epoch, whether that stands or not."""
        self.of_epoch.setdefault(epoch, set()).add(key)
        self.holders.setdefault(key, set()).add(party)

    def who(self, epoch: _Epoch) -> set[str]:
        """The parties that open what is sealed under an epoch."""
        return {party for key in self.of_epoch.get(epoch, ()) for party in self.holders[key]}


class Disclosure(Checker):
    """Each honest author's parts, by what was decided at the desk: against keys, wraps, stores and disks.

    Excused is who cannot read what it was meant to, where its own disk, the author's or a host's has forgotten; where
    a change of host, or a second signer, took the bytes with it; where the public picture has no such epoch.
    Nothing excuses anybody who can read what it was not meant to.
    """

    name = "disclosure"

    def finish(self, history: History) -> Iterator[str]:
        if not self.watched.sealing:
            return  # nobody knows the keys
        self._keys, self._left, self._roots = _Keys(), dict[str, int](), history.roots
        self._first = dict[str, dict[str, int]]()
        honest: list[tuple[Logged, Entry, Step]] = []
        for one, step in zip(history.logged, history.steps, strict=True):
            for change in step.changes:
                if change.table == "party" and getattr(change.row, "state", "member") != "member":
                    self._left[change.id] = one.index
            if one.entry is not None and one.fault is None and b64(one.leaf_hash) not in self.watched.ledger.strange:
                honest.append((one, one.entry, step))
        for _, entry, _ in honest:
            self._epoch(entry)
        for one, entry, step in honest:
            yield from self._said(one, entry, step)
        for node, core in self.nodes():
            yield from self._kept(node, core)
        yield from self._false(history)
        if not any(self._in_clear(one) for one in history.logged):
            yield from (f"{name} holds readable text" for name, raw in self.watched.files().items() if TEXT in raw)

    def _epoch(self, entry: Entry) -> None:
        """Who has its key: each wrap under the keys of whoever it names; where none opens it, under all others'."""
        body, author = public_of(entry.act) if entry.act.kind == "epoch" else None, entry.act.party
        if not isinstance(body, Epoch) or entry.act.channel is UNSET:
            return
        epoch = author, body.number, tuple(body.audience)
        info, sealing = epoch_info(entry.act.channel, author, body.number), self.watched.sealing
        for wrap in body.wraps:
            key = _unwrapped(sealing.get(wrap.party, ()), wrap.wrap, info)
            if key is not None:
                self._keys.take(epoch, key, wrap.party)
                continue
            for name, keys in sealing.items():
                if (key := _unwrapped(keys, wrap.wrap, info)) is not None:
                    self._keys.take(epoch, key, name)

    def _said(self, one: Logged, entry: Entry, step: Step) -> Iterator[str]:
        act = entry.act
        body = public_of(act) if act.kind == "epoch" else None
        if isinstance(body, Epoch):
            holders = self._keys.who((act.party, body.number, tuple(body.audience)))
            size = one.index if entry.link.head is UNSET else entry.link.head.size
            gone = sorted(name for name in holders if self._left.get(name, size) < size)  # as its author has seen
            yield from (f"{name} has left, and holds the key of {act.party}'s epoch at {one.index}" for name in gone)
        meant = self.watched.ledger.meant.get(b64(entry.act_hash))
        if act.kind == "finding":
            meant = (frozenset({act.party, *(desk.partition("/")[0] for desk in act.to)}),) * len(act.parts)
        for ref, readers in zip(act.parts, meant or (), strict=False):
            what = f"part {ref.commit[:8]} of the {act.kind} at {one.index}"
            for reader in readers:
                self._first.setdefault(ref.commit, {}).setdefault(reader, one.index)
            if ref.sha is UNSET:
                unsent = sorted(readers - {act.party})
                yield from (f"{reader} was meant to read {what}, which was not sent" for reader in unsent)
            elif not ref.sealed or ref.epoch is UNSET or ref.to is UNSET:
                yield f"{what} travels in clear"
            else:
                more = sorted(self._keys.who((act.party, ref.epoch, tuple(ref.to))) - readers - {act.party})
                yield from (f"{reader} can open {what}, and was not meant to" for reader in more)
                row = step.picture.epochs.get(f"{act.party}/{ref.epoch}")
                if row is not None and list(row.audience) == list(ref.to):
                    yield from self._opened(one, entry, ref, readers, what)

    def _opened(self, one: Logged, entry: Entry, ref: PartRef, readers: frozenset[str], what: str) -> Iterator[str]:
        author = self.watched.nodes.get(entry.act.party)
        true = author.core.store.opening(ref.commit) if author is not None and author.core is not None else None
        for reader in sorted(readers - {entry.act.party}):
            node = self.watched.nodes.get(reader)
            core = None if node is None else node.core
            if node is None or core is None or not self._asked(node, core, one, entry.act.party):
                continue
            found = core.store.opening(ref.commit)
            wanted = core.parts.wanted.get((one.index, ref.commit))
            if found is None and (wanted is None or wanted.why != "missing" or wanted.tries < TRIES):
                yield f"{reader} was meant to read {what}, and has not opened it"
            elif found is not None and true is not None and found != true:
                yield f"{reader} reads another text in {what} than its author has kept"

    def _asked(self, node: WatchedNode, core: NodeCore, one: Logged, author: str) -> bool:
        """Whether nothing excuses that this node lacks a part of an entry."""
        ledger, index = self.watched.ledger, one.index
        if self.watched.now_us - ledger.committed_us.get(b64(self._roots[index + 1]), 0) < FETCHED_US:
            return False  # it was logged a moment ago, and its parts are on their way
        forgot = any(word.startswith("disk HOST") for word in ledger.guilty)
        cut, fork = max((size for _, size in ledger.decisions), default=0), self.watched.fork_at()
        lost = forgot or index < cut or (fork is not None and index >= fork and not cut)
        cursed = self.cursed(node.name) or self.cursed(author)
        there = core.state == "live" and index < core.follower.size and node.party not in self._left
        return there and not lost and not cursed and not self.watched.unrest()

    def _kept(self, node: WatchedNode, core: NodeCore) -> Iterator[str]:
        """What a node has opened: only what it was meant to, and nothing that came after its party had left."""
        readers, left = self.watched.ledger.readers, self._left.get(node.party)
        for (commit,) in core.store.database.rows("SELECT commitment FROM openings ORDER BY commitment"):
            if commit in readers and node.party not in readers[commit]:
                yield f"{node.name} has opened part {commit[:8]}, which it was not meant to read"
            first = self._first.get(commit, {}).get(node.party)
            if left is not None and first is not None and first > left:
                yield f"{node.name} has left at {left}, and has opened a part of entry {first}"

    # Who has been shown another text than was committed to.

    def _false(self, history: History) -> Iterator[str]:
        """Every reader rings and holds the proof; and nobody is convicted who has not sent such a part."""
        false, rang = self.watched.ledger.false_parts, self.watched.ledger.rung_at
        for node, core in self.nodes():
            proven = set[str]()
            for name, file in sorted(node.evidence_files().items()):
                if not file.startswith(FALSE_PART):
                    continue
                try:
                    told = check_false_part(file)
                except WellclearError as error:
                    yield f"{node.name}'s {name} convinces nobody: {error}"
                    continue
                proven.add(b64(told.leaf_hash))
                if false.get(b64(told.leaf_hash)) != told.party:
                    yield f"{node.name} convicts {told.party} of a false part, and it has sent none"
            for one in history.logged:
                if b64(one.leaf_hash) not in false or one.entry is None or not self._reads(node, core, one.entry):
                    continue
                wanted = core.parts.wanted.get((one.index, one.entry.act.parts[0].commit))
                missing = wanted is not None and wanted.why == "missing" and wanted.tries >= TRIES
                if missing or not self._asked(node, core, one, node.party):
                    continue
                if b64(one.leaf_hash) not in proven or f"false/{one.index}" not in rang.get(node.party, ()):
                    yield f"{node.name} was sent a false part at {one.index}, and has not rung, or holds no proof"

    @staticmethod
    def _reads(node: WatchedNode, core: NodeCore, entry: Entry) -> bool:
        """Whether a part of it was sealed for this node under a key that it has."""
        return any(
            ref.to is not UNSET and node.party in ref.to and ref.epoch is not UNSET
            and core.epochs.key_of(entry.act.party, ref.epoch) is not None
            for ref in entry.act.parts
        )  # fmt: skip

    @staticmethod
    def _in_clear(one: Logged) -> bool:
        """Whether strange hands have sent a part in clear, as no node does."""
        return one.entry is not None and any(not ref.sealed and ref.sha is not UNSET for ref in one.entry.act.parts)


def _unwrapped(keys: tuple[SealingKey, ...], wrap: str, info: bytes) -> bytes | None:
    for key in keys:
        try:
            return key.unwrap(unb64(wrap), info)
        except Unverified:
            continue
    return None
