"""A version opened further: to whom, what its readers see, and that nothing else can be slipped in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.channel.composing import Composed, Told, subject
from wellclear.channel.sealing import unseal
from wellclear.domain.entry import Act
from wellclear.domain.logged import Remark
from wellclear.domain.parts import Group, open_part
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture.picture import Step
from wellclear.picture.view import Unopened, View, fold_view, open_later
from wellclear.picture.view_items import Version
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
AREA = [circle(34.5, 38.3, 5_000)]
Openings = dict[str, Group | Unopened]


def reasons(remarks: Iterable[Remark]) -> list[Reason]:
    return [remark.reason for remark in remarks]


class Sealed:
    """A sealed sketch with one notice of NORTHLAND that SOUTHLAND was shown, and the salts of its groups."""

    def __init__(self) -> None:
        self.sketch = Sketch.founded(seed=25)
        self.sketch.sealed = True
        self.item = self.sketch.parties[NORTH].next_id()
        self.told = self.sketch.told(self.sketch.notice_groups(AREA), [NORTH, SOUTH])
        self.send("notice", self.told, id=self.item, keep_until="2026-12-01", to=["SOUTHLAND/OPS"])

    def send(self, kind: str, told: list[Told], *, spoil: Any = None, **members: Any) -> Step:
        members = {"to": ["CASPIA/OPS"], "desk": "NORTHLAND/OPS"} | members
        composed = self.sketch.compose(kind, NORTH, told=told, **members)
        if spoil is not None:
            composed = spoil(composed)
        return self.sketch.send(NORTH, composed, self.sketch.released(composed))

    def disclose(self, *positions: int, version: int = 1, to: str = HOST, spoil: Any = None) -> Step:
        told = [Told(self.told[at].group, (to,), self.told[at].salt) for at in positions]
        return self.send("disclose", told, subject=subject(self.item, version), to=[f"{to}/OPS"], spoil=spoil)

    def opened(self, act: Act, party: str) -> Openings:
        """What a party opens with the keys of the epochs that it can unwrap."""
        found: Openings = {}
        for ref in act.parts:
            if ref.sha is not msgspec.UNSET and ref.to is not msgspec.UNSET and party in (*ref.to, act.party):
                key = self.sketch.epoch_key(act.party, ref.epoch or 0)
                found[ref.commit] = open_part(unseal(self.sketch.parts[ref.sha], key, act, ref)[0], ref)
        return found

    def view(self, party: str) -> tuple[View, list[Remark]]:
        view, remarks = View(), list[Remark]()
        for index, (leaf, step) in enumerate(zip(self.sketch.leaves, self.sketch.steps, strict=True)):
            logged = self.sketch.logged(index, leaf)
            assert logged.entry is not None
            view, more = fold_view(view, logged, step, self.opened(logged.entry.act, party))
            remarks += more
        return view, remarks

    def version(self, party: str, number: int = 1) -> Version:
        return self.view(party)[0].items[self.item].versions[number]


@pytest.fixture
def sealed() -> Sealed:
    return Sealed()


@pytest.mark.requirement("R25", "R39")
def test_what_is_disclosed_is_what_the_version_committed_to(sealed: Sealed) -> None:
    before = sealed.version(HOST)
    assert (before.cell, before.said, before.nature, before.rest) == (None, None, None, None)
    step = sealed.disclose(0, 2)
    assert reasons(step.remarks) == []
    host, author = sealed.version(HOST), sealed.version(NORTH)
    assert (host.cell, host.nature) == (author.cell, author.nature) == (sealed.told[0].group, sealed.told[2].group)
    assert (host.said, host.rest) == (None, None) and author.said is not None
    assert host.commits == author.commits == before.commits
    assert author.shown_to == ((HOST, SOUTH), (SOUTH,), (HOST, SOUTH), (SOUTH,))
    assert host.shown_to == author.shown_to and sealed.view(HOST)[1] == []


@pytest.mark.requirement("R25", "R33")
def test_nothing_that_was_not_committed_to_is_taken(sealed: Sealed) -> None:
    """The same group under another salt, and another text: the reader is told, and holds nothing of it."""
    other = Told(sealed.told[2].group, (HOST,), bytes(32))
    sealed.send("disclose", [other], subject=subject(sealed.item, 1))
    view, remarks = sealed.view(HOST)
    assert reasons(remarks) == [Reason.NOT_COMMITTED, Reason.PART_UNREADABLE]
    assert view.items[sealed.item].versions[1].nature is None
    assert view.items[sealed.item].versions[1].shown_to == ((SOUTH,),) * 4
    assert reasons(sealed.view(SOUTH)[1]) == [Reason.NOT_COMMITTED]


@pytest.mark.requirement("R25")
def test_a_group_is_told_by_its_commitment_and_not_by_its_place(sealed: Sealed) -> None:
    def turned(composed: Composed) -> Composed:
        return Composed(msgspec.structs.replace(composed.act, parts=composed.act.parts[::-1]), composed.stored[::-1])

    sealed.disclose(0, 3, spoil=turned)
    host, remarks = sealed.version(HOST), sealed.view(HOST)[1]
    assert (host.cell, host.rest) == (sealed.told[0].group, sealed.told[3].group) and remarks == []


@pytest.mark.requirement("R25")
def test_each_version_is_disclosed_by_its_own_commitments(sealed: Sealed) -> None:
    first = sealed.told
    sealed.told = sealed.sketch.told(sealed.sketch.notice_groups([circle(35.0, 38.0, 1_000)]), [NORTH, SOUTH])
    step = sealed.send(
        "amend", sealed.told, subject=subject(sealed.item, 2), keep_until="2026-12-01", to=["SOUTHLAND/OPS"]
    )
    assert reasons(step.remarks) == []
    sealed.disclose(1, version=2)
    sealed.disclose(1, version=1)  # the texts of the second are not the first's
    view, remarks = sealed.view(HOST)
    versions = view.items[sealed.item].versions
    assert versions[1].said is None and versions[2].said is not None
    assert reasons(remarks) == [Reason.NOT_COMMITTED, Reason.PART_UNREADABLE]
    sealed.told = first
    sealed.disclose(1, version=1)
    assert sealed.version(HOST, 1).said is not None


@pytest.mark.requirement("R33")
def test_only_its_announcer_discloses_a_version_that_there_is(sealed: Sealed) -> None:
    assert reasons(sealed.disclose(0, version=2).remarks) == [Reason.UNKNOWN_NOTICE]
    sketch = sealed.sketch
    told = [Told(sealed.told[0].group, (HOST,), sealed.told[0].salt)]
    act = sketch.compose(
        "disclose", SOUTH, told=told, to=["CASPIA/OPS"], desk="SOUTHLAND/OPS", subject=subject(sealed.item, 1)
    )
    assert reasons(sketch.send(SOUTH, act, sketch.released(act)).remarks) == [Reason.NOT_THE_ANNOUNCER]
    safety, _ = sketch.safety(NORTH, ["SOUTHLAND/OPS"])
    act = sketch.compose(
        "disclose", NORTH, told=told, to=["CASPIA/OPS"], desk="NORTHLAND/OPS", subject=subject(safety, 1)
    )
    assert reasons(sketch.send(NORTH, act, sketch.released(act)).remarks) == [Reason.UNKNOWN_NOTICE]


@pytest.mark.requirement("R39")
def test_to_whom_something_is_disclosed_owes_a_receipt(sealed: Sealed) -> None:
    step = sealed.disclose(0)
    index = len(sealed.sketch.leaves) - 1
    changed = {(change.table, change.id) for change in step.changes}
    assert ("owed", f"{index}/{HOST}") in changed and not {table for table, _ in changed} & {"answer", "item"}
    sealed.sketch.advance(1)
    step = sealed.disclose(1, spoil=_under_no_epoch)
    assert reasons(step.remarks) == [Reason.UNKNOWN_EPOCH, Reason.NOTHING_TO_READ]


def _under_no_epoch(composed: Composed) -> Composed:
    parts = [msgspec.structs.replace(ref, epoch=99) for ref in composed.act.parts]
    return Composed(msgspec.structs.replace(composed.act, parts=parts), composed.stored)


def test_a_disclosure_is_some_groups_of_a_notice_in_their_order(sealed: Sealed) -> None:
    for wrong in ([], [2, 0], [0, 0]):
        with pytest.raises(InvalidValue, match="disclose has the parts"):
            sealed.disclose(*wrong)


@pytest.mark.requirement("R25")
@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=3), st.data())
def test_in_which_order_disclosures_are_opened_makes_no_difference(
    disclosed: list[set[int]], data: st.DataObject
) -> None:
    sealed = Sealed()
    for positions in disclosed:
        sealed.sketch.advance(1)
        sealed.disclose(*sorted(positions))
    at_once, _remarks = sealed.view(HOST)
    late, entries = View(), []
    for index, (leaf, step) in enumerate(zip(sealed.sketch.leaves, sealed.sketch.steps, strict=True)):
        logged = sealed.sketch.logged(index, leaf)
        assert logged.entry is not None
        late, said = fold_view(late, logged, step, {})
        assert not said
        entries.append(logged.entry.act)
    for index in data.draw(st.permutations(range(len(entries)))):
        late, said = open_later(late, index, sealed.opened(entries[index], HOST))
        assert not said
    assert late == at_once
    shown = {at for positions in disclosed for at in positions}
    version = late.items[sealed.item].versions[1]
    held = [version.cell, version.said, version.nature, version.rest]
    assert {at for at, group in enumerate(held) if group is not None} == shown
