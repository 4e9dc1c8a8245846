"""What was found of a bundle: what holds, what does not and where, and what no check can know."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from wellclear.domain.kinds import HostCard
from wellclear.domain.reasons import Reason
from wellclear.errors import Unverified, WellclearError
from wellclear.log.bundle import Fault, Manifest
from wellclear.log.checkpoint import Checkpoint
from wellclear.log.merkle import Tree
from wellclear.picture.doubt import DoubtBook
from wellclear.picture.picture import Picture


@dataclass(slots=True)
class Verdict:
    """What was found. `ok` is the one question that an exit code answers."""

    files: Mapping[str, bytes]
    manifest: Manifest | None = None
    checkpoint: Checkpoint | None = None
    picture: Picture = field(default_factory=Picture)
    holds: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    remarks: int = 0
    tree: Tree = field(default_factory=Tree)
    roots: dict[int, bytes] = field(default_factory=dict)
    host_signed: bool = False
    """Whether the host's key signed the checkpoint; without it nothing here is evidence against the host."""
    heads_hold: int = 0
    """The greatest size that an author named with the very root that these entries have."""
    heads_differ: list[tuple[int, int]] = field(default_factory=list)
    """(entry, size) where an author named another root."""
    committed: dict[str, int] = field(default_factory=dict)
    """The entry that commits to a part, by the hex of the commitment."""
    breaks: list[int] = field(default_factory=list)
    """Entries that are broken themselves, ascending: bytes that nobody signed, or the first that no host may log."""
    built: set[Fault] = field(default_factory=set)
    """Faults of entries whose bytes are good, and for which a broken entry before may be the reason."""
    digests: dict[int, bytes] = field(default_factory=dict)
    hosts: list[tuple[int, HostCard]] = field(default_factory=list)
    """From which size of the log on which host signs."""
    doubts: DoubtBook = field(default_factory=DoubtBook)
    """What revoked keys have said since they were lost; it stands all the same."""

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def sound_but_for_heads(self) -> bool:
        """Whether all is as its authors and the host signed it, except that authors have seen another log of the host.

        That is what one of two histories looks like from inside; it leaves no doubt of whose the keys are.
        """
        return self.host_signed and all(fault.why.startswith(f"{Reason.HEAD_DIFFERS}:") for fault in self.faults)

    def host_at(self, size: int) -> HostCard | None:
        """Who signs a checkpoint of this size."""
        return next((host for since, host in reversed(self.hosts) if since <= size), None)

    def check(self, what: str, file: str, test: Callable[[], object]) -> bool:
        """Run a test that raises; note what holds, or the fault with its file."""
        before = len(self.faults)
        try:
            test()
        except WellclearError as error:
            self.faults.append(Fault(file, None, without(file, str(error))))
        if len(self.faults) > before:
            return False
        if what:
            self.holds.append(what)
        return True

    def sort_out(self) -> None:
        """Each fault once, with whether it follows from a broken entry; nothing else is taken to explain one.

        Entries under the very root that the host signed are what it logged, broken or not. Then what all fold and hash
        alike is judged whatever is broken: only an entry that was to build on a broken one follows from it.
        """
        as_logged = self.host_signed and self.checkpoint is not None and self.tree.root() == self.checkpoint.root
        self.faults = [
            replace(fault, follows=self._rests_on_a_break(*fault.rests_on) and (fault in self.built or not as_logged))
            for fault in dict.fromkeys(self.faults)
        ]

    def _rests_on_a_break(self, start: int, end: int) -> bool:
        at = bisect_left(self.breaks, start)
        return at < len(self.breaks) and self.breaks[at] < end

    def has_root(self, size: int, root: bytes) -> bool:
        """Whether the first `size` entries of this log have that root; False also when there are fewer."""
        if size > self.tree.size:
            return False
        known = self.roots.get(size)
        if known is None:
            known = self.roots[size] = self.tree.root(size)
        return known == root


def without(file: str, words: str) -> str:
    """An error's words without the file that they begin with."""
    return words.removeprefix(f"{file}: ")


def require(condition: bool, what: str, why: str) -> None:
    """Raise `Unverified` unless the condition holds."""
    if not condition:
        raise Unverified(what, why)
