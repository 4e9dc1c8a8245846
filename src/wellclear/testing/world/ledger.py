"""What was seen in a world, as plain facts: for the checkers, and for the counts at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

KEPT_LINES: Final = 20_000

Line = tuple[str, str]
"""A signature line of a note: its key's name, and the base64 of the rest."""


@dataclass(frozen=True, slots=True)
class Put:
    """An officer's act that the node has taken: from then on it must not be lost."""

    party: str
    act: str
    kind: str
    at_us: int
    life: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A whole answer of the host reached a node, with this leaf's place in it."""

    reader: str
    leaf_hash: str
    index: int
    size: int
    root: str
    at_us: int
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Rang:
    """An alarm rang at a node: its key and rung, by the node's own clock and by the world's."""

    party: str
    key: str
    rung: str
    kind: str
    own_us: int
    at_us: int
    life: int
    early_us: int = 0
    """How long before its rung was passed by any clock; 0 if it was."""
    index: int = -1
    """Of the entry that is to be answered; -1 where nothing is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one machine held at one moment."""

    name: str
    size: int
    digest: bytes
    state: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """The clock of one of a party's machines was wrong, or whoever named its hours was, between two moments."""

    party: str
    from_us: int
    to_us: int
    hosting: bool = False
    """Whether it was the host's."""
    fast: bool = True
    """Whether it may have named hours of the future."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A party's node has said that it has seen a log: the line under the note, and when it said so first."""

    party: str
    origin: str
    size: int
    root: str
    line: Line
    note: bytes
    at_us: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Two nodes have exchanged words, and one of them holds the host's two histories now: which, and in which life."""

    party: str
    life: int
    at_us: int


@dataclass
class Ledger:
    """Everything that was seen. Moments are the world's own, in microseconds."""

    puts: list[Put] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    rang: list[Rang] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    meant: dict[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    """Who was meant to read each part of an act, its author too, as was decided when it was said; by its hash."""
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    """Who was meant to read what a commitment opens to, by any act that names it."""
    false_parts: dict[str, str] = field(default_factory=dict)
    """Leaves with a text that their author has not committed to, by the base64 of their hash, and that author."""
    cosigned: list[Cosigned] = field(default_factory=list)
    """What nodes have cosigned, each line once, in the order in which it was said."""
    cosigned_by: dict[Line, Cosigned] = field(default_factory=dict)
    """The same by the line."""
    lines_heard: dict[str, dict[Line, int]] = field(default_factory=dict)
    """Which lines a node's program has taken up from its host's stream, and when last; the world's own time."""
    shown: list[Shown] = field(default_factory=list)
    """Who was handed by another node what convicts its host."""
    troubled_us: dict[str, int] = field(default_factory=dict)
    """When a node's link, disk or host last was not as it should be."""
    committed_us: dict[str, int] = field(default_factory=dict)
    """When the disk of any host first had an entry behind those before it, by the base64 of the root up to it.

    One and the same leaf may stand in two histories, logged at two times."""
    guilty: set[str] = field(default_factory=set)
    """Vices that happened and that excuse evidence, or a clock's error."""
    wrong: list[Wrong] = field(default_factory=list)
    """Whose clock was wrong when; a party in strange hands names any hour from then on."""
    differed: dict[tuple[str, str], str] = field(default_factory=dict)
    """Whose entry named another head, by the party that rang and the ring's key: its leaf hash in base64."""
    strange: set[str] = field(default_factory=set)
    """Leaves that strange hands have signed with a node's key, by the base64 of their hash."""
    dropped: set[str] = field(default_factory=set)
    """Acts that an officer has let go."""
    rung_at: dict[str, set[str]] = field(default_factory=dict)
    """What rang at whose node: keys with their rungs."""
    unkept: dict[str, set[str]] = field(default_factory=dict)
    """What rang at whose node while its disk would not take it."""
    halted: dict[str, str] = field(default_factory=dict)
    """Nodes that held evidence at some time, and what it proves."""
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    decisions: list[tuple[int, int]] = field(default_factory=list)
    """When the heads of delegation changed the host, and how many entries they kept."""
    cuts: list[tuple[str, int, int]] = field(default_factory=list)
    """Whose own log was cut back when, and to which size, where it had followed another history."""

    def ring(self, rang: Rang) -> None:
        """One more ring."""
        self.rang.append(rang)
        self.rung_at.setdefault(rang.party, set()).add(f"{rang.key}/{rang.rung}" if rang.rung else rang.key)

    def mean(self, act: str, commits: Sequence[str], readers: tuple[frozenset[str], ...]) -> None:
        """An act was said, with these parts for these readers."""
        self.meant[act] = readers
        for commit, of_part in zip(commits, readers, strict=True):
            self.readers[commit] = self.readers.get(commit, frozenset()) | of_part

    def decide(self, at_us: int, size: int) -> None:
        """The log goes on from a size with another host: what was seen beyond it stands no more."""
        self.decisions.append((at_us, size))
        rang, self.rung_at = [one for one in self.rang if not self.voided(one.index, one.at_us)], {}
        for one in rang:
            self.rung_at.setdefault(one.party, set()).add(f"{one.key}/{one.rung}" if one.rung else one.key)

    def voided(self, index: int, at_us: int, party: str = "") -> bool:
        """Whether what was seen of an entry at some moment has been cut away since, for all or for one party."""
        own = [(cut_us, size) for name, cut_us, size in self.cuts if name == party]
        return any(size <= index for cut_us, size in (*self.decisions, *own) if at_us <= cut_us)

    def count(self, what: str, times: int = 1) -> None:
        """One more of a kind, transition or vice."""
        self.counts[what] += times

    def say(self, at_us: int, who: str, what: str) -> None:
        """A line of the trace."""
        if len(self.lines) < KEPT_LINES:
            self.lines.append(f"{at_us / 1e6:10.3f}  {who:<12} {what}")
