"""Holding pictures against each other off line: one log, folded here, and what others state or have logged instead.

The log is a node's own or a bundle's; it must be what its host signed. The rest is other parties' bundles, whose logs
are compared entry by entry and whose signed statements are judged, and files with one picture statement each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.copies import LogCopy, copy_at
from wellclear.apps.inputs import read_input
from wellclear.channel.opening import open_leaf
from wellclear.channel.pictures import Digests, Pictures, Standing, signed_statement
from wellclear.channel.policy import log_verifier
from wellclear.domain.canonical import b64
from wellclear.edges.settings import FILE
from wellclear.errors import Malformed, Unverified
from wellclear.log.bundle import PICTURE
from wellclear.log.checkpoint import open_checkpoint
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture

_STATEMENT: Final = b"wellclear/picture/v1\n"


@dataclass(frozen=True, slots=True)
class Logs:
    """Another log against ours: whose, how long, and the first entry that is another one; None where none is."""

    source: str
    party: str
    size: int
    first: int | None

    def words(self, ours: int) -> str:
        """A sentence."""
        if self.first is None:
            return f"{self.source}, of {self.party}: the same {min(self.size, ours)} entries as ours."
        return f"{self.source}, of {self.party}: another log. The first entry that differs is entry {self.first}."


@dataclass(slots=True)
class Comparison:
    """What was compared, and what came of it."""

    source: str
    size: int
    digest: bytes
    logs: list[Logs] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    """Statements of more entries than our log has."""

    @property
    def finding(self) -> bool:
        """Whether anything differs."""
        return any(one.first is not None for one in self.logs) or any(one.wrong for one in self.standings)

    def lines(self) -> list[str]:
        """For people."""
        told = [f"{self.source}: {self.size} entries, picture {b64(self.digest)[:12]} as folded here."]
        told += [one.words(self.size) for one in self.logs]
        for one in self.standings:
            told.append(
                f"{one.words()}." if one.wrong else f"{one.party}: its picture of {one.agrees} entries is ours."
            )
        return told + [f"{path}: of more entries than there are here; nothing is known of it." for path in self.beyond]

    def json(self) -> dict[str, Any]:
        """For programs."""
        logs = [{"source": one.source, "party": one.party, "size": one.size} | _first(one.first) for one in self.logs]
        pictures = [
            {"party": one.party, "agrees": one.agrees}
            | ({"differs": one.differs or one.broken, "words": one.words()} if one.wrong else {})
            | _first(one.first)
            for one in self.standings
        ]
        return {
            "size": self.size,
            "digest": b64(self.digest),
            "logs": logs,
            "pictures": pictures,
            "beyond": self.beyond,
        }


def compare(own: Path, others: Sequence[Path]) -> Comparison:
    """Fold the log at a path, a node's home or a bundle, and hold the others against it.

    Raises:
        Malformed, Unverified: the log is not what its host signed, or another is no statement of this channel.
        Misconfigured, Unavailable, InvalidValue: something cannot be read.
    """
    copy = copy_at(own)
    picture, digests = _folded(copy)
    found, book, stated = Comparison(str(own), digests.size, picture.digest), Pictures(), list[tuple[int, bytes]]()
    for path in others:
        statement = path.is_file() and read_input(path, len(_STATEMENT)) == _STATEMENT
        if not statement:
            other = copy_at(path)
            found.logs.append(Logs(str(path), other.party, other.size, _first_other(copy.leaves, other.leaves)))
        note = read_input(path) if statement else _stated(path)
        size = signed_statement(picture, note)[1].size if note else 0
        if size > digests.size:
            found.beyond.append(str(path))
        elif size:
            stated.append((size, note))
    for _, note in sorted(stated, reverse=True):  # what agrees counts from when a difference is known
        book.hear(picture, digests, note)
    found.standings = book.standings()
    return found


def _folded(copy: LogCopy) -> tuple[Picture, Digests]:
    picture, digests, tree = Picture(), Digests(), Tree()
    for index, leaf in enumerate(copy.leaves):
        logged = open_leaf(index, leaf)
        tree.append(logged.leaf_hash)
        picture = fold(picture, logged).picture
        digests.append(picture.digest)
    if picture.host is None:
        raise Malformed(copy.source, "entry 0", "no genesis that names a host")
    log = log_verifier(picture)
    checkpoint = open_checkpoint(copy.note, log.name, log.public_key)
    if (checkpoint.size, checkpoint.root) != (tree.size, tree.root()):
        raise Unverified(copy.source, f"its {tree.size} entries are not those that the host signed")
    return picture, digests


def _first_other(ours: list[bytes], theirs: list[bytes]) -> int | None:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((index for index, (one, other) in pairs if leaf_hash(one) != leaf_hash(other)), None)


def _stated(path: Path) -> bytes:
    """What the exporter of a bundle states of its picture; a node's home holds no statement of its own."""
    return b"" if (path / FILE).is_file() else read_bundle(path).get(PICTURE, b"")


def _first(index: int | None) -> dict[str, int]:
    return {} if index is None else {"first": index}
