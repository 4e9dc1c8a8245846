"""Conflicts as this node finds them, and the findings that it owes the other party of a pair.

Two computations, never mixed. For the own desk a notice is compared as exactly as this node knows it. What crosses the
channel is computed only from what the other party was shown of ours, else telling a verdict would tell what was held
back (N12): no volume was shown, then the cell stands for it and the verdict is `possible`; not even a cell, then
nothing is logged. A notice lasts accordingly: for the own desk until it is over, for the other side until what that was
shown is over, lest an answer that stops within the slot tell when in the slot it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wellclear.airspace.conflict import Announced, Conflict
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.turns import Turns, finished
from wellclear.apps.check.against import Meeting, meetings
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import INTEGER_MAX
from wellclear.domain.parts import FindingRow
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import ItemView, View
from wellclear.picture.view_states import announced_notice

ITEMS_A_TURN = 64
ROWS_MAX = 32
ROWS_OF_NOTICE_MAX = 8
"""Pairs that one notice of a peer gets as rows of an entry; the rest is a count, lest a thousand drown a desk."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one pair: its conflict now, and as it was before; None where there is or was none."""

    pair: Pair
    now: Conflict | None
    before: Conflict | None

    @property
    def graver(self) -> bool:
        """Whether it is new, or certain where it was only possible."""
        if self.now is None:
            return False
        return self.before is None or (self.before.verdict, self.now.verdict) == ("possible", "conflict")


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """One finding entry to be written: for which desk, its rows, and how many more there were."""

    desk: str
    rows: tuple[FindingRow, ...]
    more: int


class Detection:
    """What one party's node holds against each other: every active notice, and every conflict of its own ones."""

    def __init__(self, party: str) -> None:
        self.party = party
        self.conflicts: dict[Pair, Conflict] = {}
        self.changed: set[str] = set()
        self._engine: ReferenceEngine | None = None
        self._agreement = 0
        self._terms = default_settings()
        self._held: dict[str, Announced] = {}
        self._shown: dict[str, dict[str, Announced]] = {}
        self._ends: dict[str, int] = {}
        self._parties: dict[str, str] = {}
        self._told: dict[Pair, Conflict] = {}
        self._veiled: set[str] = set()
        self._unsaid: set[Pair] = set()

    def touch(self, items: Iterable[str]) -> None:
        """These notices have changed, or more of them was opened."""
        self.changed.update(items)

    def run(self, picture: Picture, view: View, now_us: int) -> list[Change]:
        """Bring the engine up to date and compare what has changed."""
        return finished(self.running(picture, view, now_us))

    def running(self, picture: Picture, view: View, now_us: int) -> Turns[list[Change]]:
        """The same in turns, by this picture and view; what is touched in between is looked at by the next run."""
        if not picture.agreement:
            return []
        if self._engine is None or self._agreement != picture.agreement:
            self._agreement = picture.agreement
            self._engine = ReferenceEngine(picture.terms.minima_of)
            self.changed = {id_ for id_, row in picture.items.items() if row.kind == "notice"}
            self._terms = picture.terms
            self._held.clear()
            self._shown.clear()
            self._ends.clear()
            self._parties.clear()
            self._veiled.clear()
        self.changed |= {id_ for id_, end_us in self._ends.items() if end_us < now_us}
        changed, self.changed = sorted(self.changed), set()
        looked = [(id_, *self._active(picture, view, id_, now_us)) for id_ in changed]
        announced = [row for row in looked if (self._held.get(row[0]), self._shown.get(row[0], {})) != row[1:]]
        for id_, item, shown in announced:
            self._hold(id_, item, shown)
        found: list[Change] = []
        for number, (id_, item, shown) in enumerate(announced, 1):
            exact = (yield from self._engine.checking(item)) if item is not None else []
            found += self._compare(id_, exact)
            yield from self._retell(id_, item, shown, exact)
            if number % ITEMS_A_TURN == 0:
                yield
        return found

    def _active(
        self, picture: Picture, view: View, id_: str, now_us: int
    ) -> tuple[Announced | None, dict[str, Announced]]:
        """A notice as it is known here, and of an own one what each other party was shown; each until it is over."""
        row, item = picture.items.get(id_), view.items.get(id_)
        if row is None or item is None or row.kind != "notice" or row.state != "RELEASED":
            return None, {}
        announced = known(item)
        if announced is not None and _end_us(announced) < now_us:
            announced = None
        shown: dict[str, Announced] = {}
        if item.party == self.party:
            for peer in {peer for readers in item.current.shown_to for peer in readers} - {self.party}:
                told = as_shown(item, peer)
                if told is not None and _end_us(told) >= now_us:
                    shown[peer] = announced if announced is not None and told == announced else told
        return announced, shown

    def _hold(self, id_: str, item: Announced | None, shown: dict[str, Announced]) -> None:
        """`veiled` are own notices of which somebody was shown less than there is."""
        assert self._engine is not None, "run has made it"
        if id_ in self._held:
            self._engine.remove(id_)
            del self._held[id_], self._parties[id_]
        for kept in (self._ends, self._shown):
            kept.pop(id_, None)
        self._veiled.discard(id_)
        if item is not None:
            self._engine.add(item)
            self._held[id_], self._parties[id_] = item, item.party
        if shown:
            self._shown[id_] = shown
        lasting = [*shown.values(), *([item] if item is not None else [])]
        if lasting:
            self._ends[id_] = min(map(_end_us, lasting))
        if any(told is not item for told in shown.values()):
            self._veiled.add(id_)

    def _compare(self, id_: str, exact: list[Conflict]) -> list[Change]:
        """Conflicts of the own notices for the own desk: what is new, changed or gone."""
        now = {pair: one for one in exact if self._ours(pair := (one.a, one.b))}
        before = {pair: one for pair, one in self.conflicts.items() if id_ in pair}
        changes = []
        for pair in sorted(now.keys() | before.keys()):
            change = Change(pair, now.get(pair), before.get(pair))
            if change.now is None:
                del self.conflicts[pair]
            else:
                self.conflicts[pair] = change.now
            if change.now != change.before:
                changes.append(change)
        return changes

    def _ours(self, pair: Pair) -> bool:
        return any(self._parties.get(id_) == self.party for id_ in pair)

    def _retell(
        self, id_: str, item: Announced | None, shown: dict[str, Announced], exact: list[Conflict]
    ) -> Turns[None]:
        """The same from what the other party of each pair was shown of the own notice, and from nothing else."""
        if shown:
            found = yield from self._told_of_own(id_, item, shown, exact)
        elif item is not None and item.party != self.party:
            found = yield from self._told_of_theirs(item, exact)
        else:
            found = []
        now = {(one.a, one.b): one for one in found}
        for pair in {pair for pair in self._told if id_ in pair} | now.keys():
            if now.get(pair) != self._told.get(pair):
                self._unsaid.add(pair)
            if pair in now:
                self._told[pair] = now[pair]
            else:
                del self._told[pair]

    def _told_of_own(
        self, id_: str, item: Announced | None, shown: dict[str, Announced], exact: list[Conflict]
    ) -> Turns[list[Conflict]]:
        """An own notice, as each other party was shown it, against what that one has announced."""
        assert self._engine is not None, "run has made it"
        found: list[Conflict] = []
        for peer, told in sorted(shown.items()):
            rows = exact if told is item else (yield from self._engine.checking(told))
            found += [one for one in rows if self._parties.get(one.b if one.a == id_ else one.a) == peer]
        return found

    def _told_of_theirs(self, item: Announced, exact: list[Conflict]) -> Turns[list[Conflict]]:
        """A notice of another party against the own ones, as it was shown them."""
        found, aside = [], ReferenceEngine(self._terms.minima_of)
        for one in exact:
            mine = one.b if one.a == item.id else one.a
            told = self._shown.get(mine, {}).get(item.party)
            if told is not None and told is self._held.get(mine):
                found.append(one)
        for mine in sorted(self._veiled):
            told = self._shown[mine].get(item.party)
            if told is not None and told is not self._held.get(mine):
                aside.add(told)
        return found + (yield from aside.checking(item))

    def held(self) -> dict[str, str]:
        """Every notice that is compared, with its party."""
        return dict(self._parties)

    def coarse(self, view: View) -> int:
        """How many of them are known only as a cell."""
        return sum(view.items[id_].current.shapes is None for id_ in self._parties if id_ in view.items)

    def announced_by_others(self) -> list[Announced]:
        """Every notice of another party that is compared, as exactly as this node knows it."""
        return [item for item in self._held.values() if item.party != self.party]

    def meetings(self, drafts: Sequence[Announced]) -> list[Meeting]:
        """What drafts of the own party would meet; they are neither held nor told to anybody."""
        return meetings(self._engine, drafts, self._held) if self._engine is not None else []

    # What is told to the other party.

    def findings(self, picture: Picture, view: View) -> list[FindingDraft]:
        """The findings that are owed now; each pair is looked at once until it changes again."""
        pairs, self._unsaid = sorted(self._unsaid), set()
        by_desk: dict[str, list[tuple[str, FindingRow]]] = {}
        for pair in pairs:
            said = self._to_tell(picture, view, pair)
            if said is not None:
                by_desk.setdefault(said[0], []).append(said[1:])
        drafts: list[FindingDraft] = []
        for desk, rows in sorted(by_desk.items()):
            drafts += _drafts(desk, rows)
        return drafts

    def _to_tell(self, picture: Picture, view: View, pair: Pair) -> tuple[str, str, FindingRow] | None:
        """Desk, the peer's notice and the row for one pair; None when it is not ours or was told already."""
        items = [view.items.get(id_) for id_ in pair]
        ours = next((item for item in items if item is not None and item.party == self.party), None)
        theirs = next((item for item in items if item is not None and item.party != self.party), None)
        row = picture.items.get(theirs.id) if theirs is not None else None
        if ours is None or theirs is None or row is None:
            return None
        conflict = self._told.get(pair)
        logged = view.pairs.get(pair)
        own = logged.verdicts.get(self.party) if logged is not None else None
        finding = row_of(conflict) if conflict is not None else _cleared(own.row if own else None, ours, theirs)
        if finding is None or (own is not None and _same(own.row, finding) and own.agreement == picture.agreement):
            return None
        return row.desk, theirs.id, finding


def known(item: ItemView) -> Announced | None:
    """A notice as exactly as this reader could open it; None while nothing of it is open."""
    notice = announced_notice(item)
    return None if notice is None else Announced(*notice)


def as_shown(item: ItemView, party: str) -> Announced | None:
    """An own notice as another party was shown it; None when that is nothing."""
    notice = announced_notice(item, shown_to=party)
    return None if notice is None else Announced(*notice)


def row_of(conflict: Conflict) -> FindingRow:
    """The row in which a conflict is logged."""
    return FindingRow(
        a=conflict.a, a_version=conflict.a_version, b=conflict.b, b_version=conflict.b_version,
        verdict=conflict.verdict, lateral_mm=conflict.lateral_mm, vertical_mm=conflict.vertical_mm,
        time_us=conflict.time_us, start_us=_moment(conflict.start_us), end_us=_moment(conflict.end_us),
        lat_e7=conflict.a_nearest.lat_e7, lon_e7=conflict.a_nearest.lon_e7,
    )  # fmt: skip


def _moment(moment_us: int) -> int:
    return min(max(moment_us, 0), INTEGER_MAX)


def _cleared(said: FindingRow | None, ours: ItemView, theirs: ItemView) -> FindingRow | None:
    """`none` for newer versions of a pair that was told as a conflict; nothing where none was told."""
    if said is None or said.verdict == "none":
        return None
    versions = {item.id: item.newest for item in (ours, theirs)}
    return FindingRow(
        a=said.a, a_version=versions[said.a], b=said.b, b_version=versions[said.b], verdict="none",
        lateral_mm=said.lateral_mm, vertical_mm=said.vertical_mm, time_us=said.time_us, start_us=said.start_us,
        end_us=said.end_us, lat_e7=said.lat_e7, lon_e7=said.lon_e7,
    )  # fmt: skip


def _same(said: FindingRow, now: FindingRow) -> bool:
    return (said.a_version, said.b_version, said.verdict) == (now.a_version, now.b_version, now.verdict)


def _drafts(desk: str, rows: list[tuple[str, FindingRow]]) -> list[FindingDraft]:
    taken: dict[str, int] = {}
    kept: list[FindingRow] = []
    for notice, row in sorted(rows, key=lambda one: (one[1].verdict, one[1].lateral_mm)):
        taken[notice] = taken.get(notice, 0) + 1
        if taken[notice] <= ROWS_OF_NOTICE_MAX:
            kept.append(row)
    more = len(rows) - len(kept)
    chunks = [tuple(kept[start : start + ROWS_MAX]) for start in range(0, len(kept), ROWS_MAX)]
    return [FindingDraft(desk, chunk, more if number == 0 else 0) for number, chunk in enumerate(chunks)]


def _end_us(item: Announced) -> int:
    return max(volume.window.end_us for volume in item.volumes)
