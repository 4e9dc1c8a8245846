"""Starting a host: the whole log is read, verified and folded before the first word is said or signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from wellclear.apps.host.audiences import Audiences
from wellclear.apps.host.departures import Departures
from wellclear.apps.host.service import HostService
from wellclear.channel.opening import open_leaf
from wellclear.channel.sequencer import Sequencer
from wellclear.edges.clock import Clock
from wellclear.edges.database import Connect, connect
from wellclear.edges.promise import Promise
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import Tree
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture

PROGRESS_EVERY = 256
UNHEEDED = "unheeded"
"""Where a store keeps the principals whose claims to have seen a longer log the others have overruled."""
Progress = Callable[[int, int], None]
"""Called with what is done and what there is, in entries."""


@dataclass(frozen=True, slots=True)
class HostFiles:
    """Where a host's home directory keeps what."""

    home: Path

    @property
    def store(self) -> Path:
        return self.home / "host.sqlite"

    @property
    def promise(self) -> Path:
        return self.home / "host.promised"

    @property
    def founding(self) -> Path:
        return self.home / "founding.json"

    def forget(self) -> None:
        """Take back a store and promise that could not be made whole."""
        for path in (self.store, self.promise):
            for suffix in ("", "-wal", "-shm", ".lock"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The keys that a host signs with: checkpoints, its own entries and refusals, and cosignatures if it has one."""

    log: Signer
    sequencer: Signer
    cosigner: Signer | None = None
    exercise: tuple[str, ...] = ()
    """The uses among them whose keys were made for exercises."""

    def check_place(self, picture: Picture) -> None:
        """Raise `Misconfigured` if one of them was made for exercises and this channel is real."""
        if self.exercise and not picture.exercise:
            raise Misconfigured(
                "keys", f"those for {', '.join(self.exercise)} were made for exercises, and this channel is REAL",
                do="Nothing was signed. Use the host's own keys, or change the host: wellclear host change",
            )  # fmt: skip


def open_host(
    files: HostFiles,
    keys: HostKeys,
    clock: Clock,
    *,
    channel: str | None = None,
    unheeded: Iterable[str] = (),
    progress: Progress | None = None,
    connecting: Connect = connect,
) -> HostService:
    """The service of a home directory, with its log verified from the first entry to the last; not yet started.

    Raises:
        Misconfigured: no log, a damaged one, an old copy, another channel's, other keys, an exercise's keys in a real
            channel; says what to do.
        Unavailable: the disk would not read.
    """
    store = Store.open(files.store, connecting=connecting)
    try:
        promise = Promise(files.promise)
        try:
            promise.check(store.size())
            store.fsck()
            picture, tree, audiences, departures = replay(store, progress)
            if channel is not None and picture.channel != channel:
                raise Misconfigured(str(files.store), "holds another channel than the settings name")
            keys.check_place(picture)
            sequencer = Sequencer(
                picture, tree, store.checkpoint() or b"", log=keys.log, sequencer=keys.sequencer, find=store.find,
                unheeded=[*unheeded, *unheeded_of(store)],
            )  # fmt: skip
            promise.keep(store.size())
        except BaseException:
            promise.close()
            raise
    except BaseException:
        store.close()
        raise
    return HostService(store, promise, sequencer, audiences, departures, clock=clock, cosigner=keys.cosigner)


def unheeded_of(store: Store) -> list[str]:
    """The principals that the others have overruled when they let this host resume."""
    raw = store.get_meta(UNHEEDED)
    return [] if raw is None else msgspec.json.decode(raw, type=list[str])


def replay(store: Store, progress: Progress | None = None) -> tuple[Picture, Tree, Audiences, Departures]:
    """Fold the stored log from its first entry, every signature verified again."""
    picture, tree, audiences, departures = Picture(), Tree(), Audiences(), Departures()
    size = store.size()
    for index, leaf in store.each_leaf():
        logged = open_leaf(index, leaf)
        if envelope_fault(picture, logged) is None:
            audiences.take(logged)
        step = fold(picture, logged)
        departures.take(logged, step)
        picture = step.picture
        tree.append(logged.leaf_hash)
        if progress is not None and (index + 1) % PROGRESS_EVERY == 0:
            progress(index + 1, size)
    if progress is not None:
        progress(size, size)
    return picture, tree, audiences, departures
