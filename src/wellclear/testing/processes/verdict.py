"""What the checkers say of a run: its film is played before them, then the files that it left are opened."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from wellclear.apps.host.starting import HostFiles
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.serve import open_node
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.edges.settings import load_node
from wellclear.edges.store import Store
from wellclear.errors import WellclearError
from wellclear.log.merkle import leaf_hash
from wellclear.testing.checkers import ALL
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.processes.film import ALLOWED_US, FRESH_US, Film, FilmHost, FilmNode, Rings, core_of
from wellclear.testing.processes.founding import PARTIES
from wellclear.testing.processes.killing import Run
from wellclear.testing.processes.record import Record
from wellclear.testing.world.ledger import Ledger, Proof, Rang

ONLY_IN_PART: Final = {
    "evidence": "no host lies here: that nobody claims so, and that a node whose host is dead becomes stale",
    "honest clocks": "one machine has one clock: nobody is overdue who answered in time",
    "alive": "of the tasks inside a process, only that none has ended it",
}
"""Checkers that have less to look at here than in a simulated world, and what is left."""


@dataclass
class Verdict:
    """What became of a run."""

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    @property
    def finders(self) -> set[str]:
        """Which checkers found something."""
        return {fault.partition(":")[0] for fault in self.faults}


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """Shows one moment."""

    us: int

    def now_us(self) -> int:
        return self.us

    def monotonic_us(self) -> int:
        return self.us


def judge(run: Run) -> Verdict:
    """Open what the run left, and have every checker look at it."""
    verdict = Verdict(counts=run.record.ledger.counts, lines=run.record.ledger.lines)
    try:
        history = _log_of(run)
        cores = {name: _opened(run, name) for name in PARTIES}
    except WellclearError as error:
        verdict.faults.append(f"alive: what the run left cannot be opened: {error}")
        verdict.faults += [f"alive: {process.name}: {end}" for process in run.everything for end in process.died]
        return verdict
    try:
        verdict.faults = _seen_by_all(run, history, cores)
    finally:
        for core in cores.values():
            core.store.close()
    _count(history, verdict.counts)
    return verdict


def _log_of(run: Run) -> History:
    store = Store.open(HostFiles(run.host.home).store)
    try:
        store.fsck()
        return History(tuple(store.leaves(0, store.size())))
    finally:
        store.close()


def _opened(run: Run, party: str) -> NodeCore:
    """A copy of a node's home as its own program opens it, at the hour when it was stopped."""
    copy = run.base / f"opened {party.lower()}"
    shutil.copytree(run.homes[party].home, copy, ignore=shutil.ignore_patterns("*.lock", "token"))
    clock, keys = StoppedClock(run.stopped_us - ALLOWED_US), run.sketch.parties[party]
    return open_node(load_node(copy), NodeKeys(keys.key("node"), keys.sealing), clock).core


def _seen_by_all(run: Run, history: History, cores: dict[str, NodeCore]) -> list[str]:
    film = Film(run.sketch.origin, FilmHost(), {name: FilmNode(name) for name in PARTIES}, lifelines=run.lifelines)
    checkers = [checker(film) for checker in ALL]
    faults: dict[str, None] = {}

    def look() -> None:
        faults.update(dict.fromkeys(f"{one.name}: {fault}" for one in checkers for fault in one.watch()))

    for _ in _play(film, run, history, {name: Rings(core.store.rings()) for name, core in cores.items()}):
        look()
    _show_the_end(film, run, history, cores)
    look()
    film.now_us += ALLOWED_US
    for note in [*run.record.notes, _newest_note(run)]:
        film.host.note = note
        faults.update(dict.fromkeys(f"one root: {fault}" for fault in _root_checker(checkers).watch()))
    for one in checkers:
        faults.update(dict.fromkeys(f"{one.name}: {fault}" for fault in [*one.watch(), *one.finish(history)]))
    return list(faults)


def _root_checker(checkers: Sequence[Checker]) -> Checker:
    return next(one for one in checkers if one.name == "one root")


def _newest_note(run: Run) -> bytes | None:
    store = Store.open(HostFiles(run.host.home).store)
    try:
        return store.checkpoint()
    finally:
        store.close()


# The film.


def _play(film: Film, run: Run, history: History, rings: dict[str, Rings]) -> Iterator[None]:
    """Show one frame after another; a node whose last board is old, or that was killed, shows nothing."""
    first_of_life: dict[tuple[str, int], int] = {}
    told = _Told(run.record, film.ledger, rings)
    first_us = run.record.committed_us
    film.ledger.committed_us = {
        b64(history.roots[one.index + 1]): first_us[one.index] for one in history.logged if one.index in first_us
    }
    for frame in sorted(run.record.frames, key=lambda frame: frame.at_us):
        film.now_us = frame.at_us
        told.until(frame.at_us + ALLOWED_US)
        for node in film.films.values():
            shown = node.core
            if node.party != frame.party and shown is not None and frame.at_us - shown.now_us > FRESH_US:
                node.core = None
        node = film.films[frame.party]
        node.lives = frame.life
        node.up_since_us = first_of_life.setdefault((frame.party, frame.life), frame.at_us)
        node.core = core_of(frame, history, rings[frame.party], film)
        yield
        if frame.remains:
            node.core = None


class _Told:
    """Moves what rang into the ledger of the film, as its time goes on: as it was heard, or as the node's table says.

    How late it rang is not timed to the fraction of a second, as it is in a simulated world.
    """

    def __init__(self, record: Record, ledger: Ledger, rings: dict[str, Rings]) -> None:
        self._rang = sorted(record.ledger.rang, key=lambda rang: rang.at_us)
        self._ledger, self._rings = ledger, rings
        self._next = 0
        ledger.puts = record.ledger.puts

    def until(self, moment_us: int) -> None:
        """Everything that rang by then."""
        while self._next < len(self._rang) and self._rang[self._next].at_us <= moment_us:
            rang = self._rang[self._next]
            self._ledger.rung_at.setdefault(rang.party, set()).add(f"{rang.key}/{rang.rung}" if rang.rung else rang.key)
            self._next += 1
        for party, rings in self._rings.items():
            names = rings.by(moment_us)
            if len(names) != rings.seen:
                rings.seen = len(names)
                self._ledger.rung_at.setdefault(party, set()).update(map(_without_act, names))


def _without_act(name: str) -> str:
    """The name of a ring without the act that it is about, which stands at its end in hex."""
    rest, _, last = name.rpartition("/")
    return rest if len(last) == 64 else name


# The files.


def _show_the_end(film: Film, run: Run, history: History, cores: dict[str, NodeCore]) -> None:
    film.now_us = run.stopped_us
    for name, core in cores.items():
        node, process = film.films[name], run.nodes[name]
        node.core, node.lives, node.up_since_us, node.ends = core, process.lives, process.up_since_us, process.died
        place = process.home / "evidence"
        node.evidence = {path.name: path.read_bytes() for path in sorted(place.glob("*.txt"))}
    film.host = FilmHost(
        log=history.leaves, note=_newest_note(run), ends=run.host.died, up=True, up_since_us=run.host.up_since_us,
        held=(history.roots[-1], history.picture),
    )  # fmt: skip
    film.ledger.rang = [*_rang(run, cores)]
    film.ledger.proofs = [*run.record.ledger.proofs, *_acknowledged(run, history, cores)]
    film.found = [*run.outsider.found, *_not_as_told(run, cores)]
    film.still = run.unrest


def _rang(run: Run, cores: dict[str, NodeCore]) -> Iterator[Rang]:
    """Each ring that was heard, and each that a board knows of and the node's table does not: that rang once more.

    They are of no life, so that nobody times them.
    """
    heard = {(rang.party, rang.key, rang.rung, rang.own_us) for rang in run.record.ledger.rang}
    yield from (replace(rang, life=0) for rang in run.record.ledger.rang)
    for party, key, rung, own_us, _ in sorted(run.record.stood):
        told = cores[party].store.rings()
        stored = {name: at_us for name, at_us in told.items() if name.startswith(f"{key}/")}
        if own_us in stored.values() or (party, key, rung, own_us) in heard:
            continue
        ring = Rang(party=party, key=key, rung=rung, kind="answer_owed", own_us=own_us, at_us=own_us, life=0)
        yield ring
        if any(name.startswith(f"{key}/{rung}") for name in stored):
            yield ring  # the first time is the one that the table knows


def _acknowledged(run: Run, history: History, cores: dict[str, NodeCore]) -> Iterator[Proof]:
    """What nodes said to their officers is a proof as well: of the leaf that the node's own log holds there."""
    roots = history.roots
    for told in run.record.acknowledged:
        leaves = cores[told.party].store.leaves(told.index, told.index + 1)
        entry = open_leaf(told.index, leaves[0]).entry if leaves else None
        same = entry is not None and b64(entry.act_hash) == told.act
        leaf = b64(leaf_hash(leaves[0])) if same else f"the act {told.act}"
        size = len(history.leaves)
        yield Proof(told.party, leaf, told.index, size, b64(roots[size]), run.stopped_us, run.sketch.origin)


def _not_as_told(run: Run, cores: dict[str, NodeCore]) -> Iterator[str]:
    """What was told and is not in the files: rings that were heard, drafts that are kept."""
    for rang in run.record.ledger.rang:
        name = f"{rang.key}/{rang.rung}"
        if rang.key.startswith(("ack/", "receipt/")) and not _holds(cores[rang.party], name):
            yield f"{rang.party} was heard to ring {name}, and its store does not say so"
    for party, drafts in run.record.drafts.items():
        gone = drafts - set(cores[party].store.drafts())
        if gone:
            yield f"{party} has lost the drafts {', '.join(sorted(gone))}"


def _holds(core: NodeCore, name: str) -> bool:
    return any(one.startswith(name) for one in core.store.rings())


def _count(history: History, counts: Counter[str]) -> None:
    for one, step in zip(history.logged, history.steps, strict=True):
        if one.entry is not None:
            counts[f"entry {one.entry.act.kind}"] += 1
        for remark in step.remarks:
            counts[f"remark {remark.reason}"] += 1
    counts["entries"] = len(history.logged)
