"""What checkers read, and nothing else: machines with their stores, and what was seen while they ran.

Two things have this shape: a simulated world (`living`), looked at every second and at its end; and the files that real
processes left, looked at once. For files, open each node as its own program would (`apps.node.serve.open_node`) without
starting it, and its `core` is what a checker wants; give the host's leaves and notes from its store.

What nobody has seen is left empty, and then nothing is said about it:

    field                  over files
    -----                  ----------
    `ledger.proofs`        what the clients of the test checked of the host's answers; without them nothing is lost
    `ledger.puts`          what the nodes' interfaces have taken
    `ledger.rang`          empty, unless the test listened: `WatchedNode.core.store.rings()` is there in any case
    `fork_at`, `memories`  None and 1
    `ledger.committed_us`  empty: honest clocks are judged in simulated time only
    `sealing`, `files`     empty: then nobody is asked who reads what
    `heard_us`             the moment of the look: nobody is silent in a file
    `at_rest`              whether the test waited until everybody had everything
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from wellclear.apps.node.core import NodeCore
from wellclear.channel.sealing import SealingKey
from wellclear.picture.picture import Picture
from wellclear.testing.world.ledger import Ledger


class WatchedMachine(Protocol):
    """A host, its twin, or a node: whatever runs a program that may end."""

    @property
    def name(self) -> str:
        """HOST, or the party's name."""

    @property
    def ends(self) -> Sequence[str]:
        """How its program, or a task of it, has ended by itself; emptied by nobody, said once by the checker."""


class WatchedNode(WatchedMachine, Protocol):
    """One party's node."""

    @property
    def party(self) -> str:
        """Whose it is."""

    @property
    def lives(self) -> int:
        """How often it was started."""

    @property
    def up_since_us(self) -> int:
        """When it was last started, by the watcher's clock."""

    @property
    def core(self) -> NodeCore | None:
        """While it runs, or as its files are opened; else None."""

    def evidence_files(self) -> Mapping[str, bytes]:
        """What lies in its home under `evidence/`, by file name."""


class WatchedHost(Protocol):
    """A signer of the log: the host that everybody is meant to see, or another one that has its keys."""

    @property
    def name(self) -> str:
        """HOST, or TWIN."""

    @property
    def up(self) -> bool:
        """Whether it runs and takes entries, or its files can be read."""

    @property
    def up_since_us(self) -> int:
        """When it was last started."""

    @property
    def note(self) -> bytes | None:
        """Its newest signed note; None while it does not run."""

    @property
    def held(self) -> tuple[bytes, Picture] | None:
        """The root of its log, and the public picture that it has of it; None while it does not run."""

    @property
    def why_down(self) -> str:
        """What its program said when it would not start; else empty."""

    def leaves(self) -> Sequence[bytes]:
        """Its log from the first leaf on; empty while it does not run."""


class Watched(Protocol):
    """Everything together. Moments are the watcher's own, in microseconds."""

    @property
    def now_us(self) -> int:
        """Now."""

    @property
    def origin(self) -> str:
        """Of the host's notes."""

    @property
    def nodes(self) -> Mapping[str, WatchedNode]:
        """By party."""

    @property
    def hosts(self) -> Sequence[WatchedHost]:
        """All who sign; the one that everybody is meant to see comes first."""

    @property
    def machines(self) -> Sequence[WatchedMachine]:
        """All that may not end by themselves."""

    @property
    def ledger(self) -> Ledger:
        """What was seen, and who is guilty of what."""

    @property
    def found(self) -> Sequence[str]:
        """What whoever did the harm saw itself that may not be; each is said once."""

    @property
    def sealing(self) -> Mapping[str, tuple[SealingKey, ...]]:
        """Every sealing key that each party has ever had; empty where nobody knows them."""

    def files(self) -> Mapping[str, bytes]:
        """What lies on the disks of hosts and nodes, by machine and file."""

    def heard_us(self, node: str) -> int:
        """When a node last heard anything of its host."""

    def fork_at(self, origin: str = "") -> int | None:
        """From how many entries on another log of this origin, or of any, may have been signed; None if none was.

        That is where a second signer began, or a host that had forgotten began again. It is never unsaid.
        """

    def memories(self, origin: str) -> int:
        """How many have signed on from there, each without knowing of the others; 1 if nobody went astray."""

    def unrest(self) -> str:
        """What is still on its way, in words; empty when everything has come to rest."""
