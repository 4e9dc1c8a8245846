"""A run as it was seen, board by board, and the files that it left: what the checkers look at afterwards.

A frame is one moment of one node: the board that it showed, or what its files held when it was killed. Frames are
played in their order with the picture of the log at the frame's size. After the last one the nodes are opened from
copies of their files, as their own programs would open them, and those cores are looked at as well.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

from wellclear.apps.node.core import NodeCore
from wellclear.channel.sealing import SealingKey
from wellclear.picture.picture import Picture
from wellclear.testing.checkers.checker import History
from wellclear.testing.checkers.watched import WatchedHost, WatchedMachine, WatchedNode
from wellclear.testing.world.ledger import Ledger
from wellclear.watch.duties import Duty, DutyBook

ALLOWED_US = 3_000_000
"""What rings so long after its rung was passed has rung in time: a machine that starts programs is busy."""
FRESH_US = 1_500_000
"""A board that is older than this says nothing of the node any more."""


@dataclass(frozen=True)
class Frame:
    """One node at one moment: `outbox` is (act, kind) of what waits there, `alarms` the keys at the desk.

    `owed` are the keys of the answers that it says are waited for, and whether each is overdue; None where it says
    nothing of them.
    """

    party: str
    life: int
    at_us: int
    size: int
    digest: bytes
    state: str
    outbox: tuple[tuple[str, str], ...]
    alarms: frozenset[str]
    owed: Mapping[str, bool] | None = None
    remains: bool = False
    """Read from the files right after a kill."""


class _Shown:
    """The picture of the log at a size, under the digest that a node has shown."""

    def __init__(self, picture: Picture, digest: bytes) -> None:
        self._picture, self.digest = picture, digest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._picture, name)


class _ShownDuties(DutyBook):
    """What is owed in a picture; of what is still waited for, only what a node has shown, and overdue as it said."""

    def __init__(self, picture: Picture, owed: Mapping[str, bool] | None) -> None:
        super().__init__(picture)
        self._owed = owed

    def duties(self, picture: Picture, own_us: int = 0, party: str | None = None) -> list[Duty]:
        true = super().duties(picture, own_us, party)
        owed = self._owed
        if owed is None:
            return true
        shown = [one for one in true if not one.owing.open or one.owing.key in owed]
        return [replace(one, overdue=owed[one.owing.key]) if one.owing.open else one for one in shown]


@dataclass
class FilmNode:
    """A node, as the frame shows it, or as its files are opened."""

    party: str
    lives: int = 0
    up_since_us: int = 0
    core: NodeCore | None = None
    ends: Sequence[str] = ()
    evidence: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.party

    def evidence_files(self) -> Mapping[str, bytes]:
        return self.evidence


@dataclass
class FilmHost:
    """The host: its log and newest note, at the end, from its store."""

    log: Sequence[bytes] = ()
    note: bytes | None = None
    ends: Sequence[str] = ()
    name: str = "HOST"
    up: bool = False
    up_since_us: int = 0
    held: tuple[bytes, Picture] | None = None
    why_down: str = ""

    def leaves(self) -> Sequence[bytes]:
        return self.log


@dataclass
class Film:
    """`Watched`, as a run was."""

    origin: str
    host: FilmHost
    films: dict[str, FilmNode]
    now_us: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    found: Sequence[str] = ()
    still: str = ""
    """What had not come to rest in time."""
    lifelines: list[tuple[int, int]] = field(default_factory=list)
    """From when to when the host answered."""

    @property
    def nodes(self) -> Mapping[str, WatchedNode]:
        return self.films

    @property
    def hosts(self) -> Sequence[WatchedHost]:
        return [self.host]

    @property
    def machines(self) -> Sequence[WatchedMachine]:
        return [self.host, *self.films.values()]

    @property
    def sealing(self) -> Mapping[str, tuple[SealingKey, ...]]:
        return {}

    def files(self) -> Mapping[str, bytes]:
        return {}

    def heard_us(self, node: str) -> int:
        """The last moment at which the host could have said anything."""
        before = [min(end_us, self.now_us) for start_us, end_us in self.lifelines if start_us <= self.now_us]
        return max(before, default=0)

    def fork_at(self, origin: str = "") -> int | None:
        return None

    def memories(self, origin: str) -> int:
        return 1

    def unrest(self) -> str:
        return self.still


class Rings:
    """What a node's table says of what had rung by a moment."""

    def __init__(self, rings: Mapping[str, int]) -> None:
        self._rows = sorted((at_us, name) for name, at_us in rings.items())
        self.seen = -1

    def by(self, moment_us: int) -> dict[str, int]:
        end = bisect.bisect_right(self._rows, (moment_us, "\uffff"))
        return {name: at_us for at_us, name in self._rows[:end]}


def core_of(frame: Frame, history: History, rings: Rings, film: Film) -> NodeCore:
    """What the checkers read of a core, as a frame shows it: sizes and names as told, the picture of the log."""
    size = min(frame.size, len(history.steps))
    true = history.steps[size - 1].picture if size else Picture()
    picture = true if frame.digest in (b"", true.digest) else _Shown(true, frame.digest)
    outbox = {act: SimpleNamespace(id=act, act=SimpleNamespace(kind=kind)) for act, kind in frame.outbox}
    leaves = history.leaves
    tree = SimpleNamespace(size=size, root=lambda: history.roots[size])

    def author_of(index: int) -> str:
        entry = history.logged[index].entry
        return entry.act.party if entry is not None else ""

    store = SimpleNamespace(
        rings=lambda: rings.by(film.now_us + ALLOWED_US), notes=list, size=lambda: frame.size,
        each_leaf=lambda: enumerate(leaves), leaves=lambda start, end: list(leaves[start:end]),
    )  # fmt: skip
    told: Any = SimpleNamespace(
        party=frame.party, picture=picture, now_us=frame.at_us, state=frame.state, evidence=None, why_halted="",
        evidence_file="",
        follower=SimpleNamespace(size=frame.size, note=None, tree=tree), outbox=SimpleNamespace(items=outbox),
        store=store,
        alarms=SimpleNamespace(alarms=dict.fromkeys(frame.alarms)), parts=SimpleNamespace(wanted={}),
        duties=_ShownDuties(true, frame.owed), author_of=author_of, logged_at={},
    )  # fmt: skip
    return cast(NodeCore, told)
