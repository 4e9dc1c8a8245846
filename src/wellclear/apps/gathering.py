"""A log read from its first entry for one reader, where nothing leaves: what a review of the past looks into.

A node's view lets go of what has run out; whoever looks back needs it still. Beside the items it keeps by which entry
each mark of an answer came, so that every line of a review can name the entries behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from msgspec import UNSET

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.bundle.verify import Progress, opener
from wellclear.apps.node.parts import opened
from wellclear.apps.timeline import STORE_CHUNK_ENTRIES, Part
from wellclear.channel.bundle import Source, part_path
from wellclear.channel.opening import open_leaf
from wellclear.channel.verify import verify_bundle
from wellclear.domain.entry import PartRef
from wellclear.domain.logged import Logged
from wellclear.errors import Malformed, Unverified
from wellclear.picture.fold import fold
from wellclear.picture.picture import Change, Picture, Step
from wellclear.picture.rows import AnswerRow, OwedRow
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import ItemView, RequestView, View
from wellclear.picture.view_records import RecordView


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of an answer: `received`, `acked`, `confirmed`, `readback_wrong`, `passed`; when, and by which entry."""

    name: str
    at_us: int
    index: int


_MARKS = ("acked", "confirmed", "readback_wrong", "passed")


@dataclass(slots=True)
class Gathered:
    """What a reader knows of a log: every notice, safety message, request and record that was ever in it.

    `received` holds receipts by index/PARTY, `marks` the marks by id/version/PARTY/DESK in the order of the log,
    `ends` the entry that completed or cancelled an item, `leaves` the leaf hash of each entry.
    """

    reader: str = ""
    items: dict[str, ItemView] = field(default_factory=dict)
    requests: dict[str, RequestView] = field(default_factory=dict)
    records: dict[str, RecordView] = field(default_factory=dict)
    received: dict[str, Mark] = field(default_factory=dict)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    picture: Picture = field(default_factory=Picture)


class Gatherer:
    """Takes the log entry by entry, as a verification or a store hands it over."""

    def __init__(self, part: Part) -> None:
        self.gathered = Gathered()
        self._part = part
        self._view = View()
        self._answers: dict[str, AnswerRow] = {}

    def take(self, logged: Logged, _before: Picture, step: Step) -> None:
        """One entry more."""
        found, act = self.gathered, logged.entry.act if logged.entry is not None else None
        raws = {ref.commit: self._part(ref.commit) for ref in (act.parts if act is not None else ())}
        held = {
            commit: opened(raw, PartRef(commit=commit, enc="none")) for commit, raw in raws.items() if raw is not None
        }
        self._view, _ = fold_view(self._view, logged, step, held)
        found.leaves.append(logged.leaf_hash)
        found.picture = step.picture
        for change in step.changes:
            self._mark(change, logged.index)
        if act is None:
            return
        for name in (act.id, act.subject.id if act.subject is not UNSET else UNSET):
            if name is not UNSET:
                self._keep(name)

    def _keep(self, name: str) -> None:
        view, found = self._view, self.gathered
        if (item := view.items.get(name)) is not None:
            if item.ended is not None and name not in found.ends:
                found.ends[name] = len(found.leaves) - 1
            found.items[name] = item
        if (request := view.requests.get(name)) is not None:
            found.requests[name] = request
        if (record := view.records.get(name)) is not None:
            found.records[name] = record

    def _mark(self, change: Change, index: int) -> None:
        row = change.row
        if isinstance(row, OwedRow) and row.received_us is not UNSET:
            self.gathered.received.setdefault(change.id, Mark("received", row.received_us, index))
        if not isinstance(row, AnswerRow):
            return
        before = self._answers.get(change.id)
        self._answers[change.id] = row
        for name in _MARKS:
            at_us = getattr(row, f"{name}_us")
            if at_us is not UNSET and (before is None or getattr(before, f"{name}_us") != at_us):
                self.gathered.marks.setdefault(change.id, []).append(Mark(name, at_us, index))


def gathered_from_bundle(path: Path, *, threads: int = 2, progress: Progress | None = None) -> Gathered:
    """What a bundle tells, as far as the parts in it open it; `progress` hears how many entries of how many are read.

    Raises:
        InvalidValue, Unavailable: the path cannot be read at all.
        Unverified: something in it does not hold; names the first fault.
    """
    try:
        files = read_bundle(path)
    except Malformed as error:
        raise Unverified(str(path), f"this bundle does not verify: {error}") from error
    gatherer = Gatherer(lambda commit: files.get(part_path(commit)))
    verdict = verify_bundle(files, opening=opener(threads), progress=progress, watch=gatherer.take)
    if not verdict.ok or verdict.manifest is None:
        first = str(verdict.faults[0]) if verdict.faults else "it has no manifest"
        raise Unverified(str(path), f"this bundle does not verify: {first}. See: wellclear verify {path}")
    gatherer.gathered.reader = verdict.manifest.party
    return gatherer.gathered


def gathered_from_store(source: Source, reader: str, *, progress: Progress | None = None) -> Gathered:
    """What a party's own store tells, which its node has verified when it took it; `progress` as of a bundle.

    Raises:
        Unavailable: the store cannot be read.
    """
    gatherer, picture, size = Gatherer(source.part), Picture(), source.size()
    for start in range(0, size, STORE_CHUNK_ENTRIES):
        for index, leaf in enumerate(source.leaves(start, min(start + STORE_CHUNK_ENTRIES, size)), start):
            logged = open_leaf(index, leaf)
            step = fold(picture, logged)
            gatherer.take(logged, picture, step)
            picture = step.picture
        if progress is not None:
            progress(picture.size, size)
    gatherer.gathered.reader = reader
    return gatherer.gathered
