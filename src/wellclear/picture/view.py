"""The reader's view: what one reader could open, folded beside the public picture.

    view, remarks = fold_view(view, logged, step, opened)

`step` is what the public fold made of the same entry, `opened` the field groups that this reader holds, by commitment.
The view never changes a public state, and its remarks never enter the picture or its digest. It is total: a part may
hold anything, or nothing, or belong elsewhere. Parts may come later (`open_later`); the view is then the same as if
they had been there from the start. A view is a value, and its maps are persistent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from msgspec import UNSET
from rpds import HashTrieMap, List

from wellclear.domain.agreement import DAY_US
from wellclear.domain.entry import Act
from wellclear.domain.kinds import RECORDS, REPLIES_TO
from wellclear.domain.logged import Logged, Remark
from wellclear.domain.parts import GROUPS_OF_KIND, Group
from wellclear.domain.reasons import Reason
from wellclear.picture import view_records
from wellclear.picture.copies import by_group, groups_of_parts, taken_before
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import ItemRow
from wellclear.picture.view_groups import take_group
from wellclear.picture.view_items import (
    REUSED,
    AckView,
    AnswerView,
    Disclosed,
    Filed,
    ItemView,
    MessageView,
    PassedView,
    RequestView,
    Unopened,
    Version,
    View,
    WrongView,
)

__all__ = ["Opened", "Unopened", "View", "fold_view", "open_later"]

NOTHING = "nothing"
"""What belongs into a part that its kind does not have."""

Opened = Mapping[str, Group | Unopened]
"""What a reader holds of an entry's parts, by the header's commitment; one that is not in it was not meant for it."""


def fold_view(view: View, logged: Logged, step: Step, opened: Opened) -> tuple[View, tuple[Remark, ...]]:
    """The next view, and what only this reader can say of the entry. Never raises."""
    assert logged.index == view.size, "entries are folded in the order of the log"
    view = _leave(replace(view, size=logged.index + 1), step)
    entry = logged.entry
    if entry is None or not step.stands:
        return view, ()
    act = entry.act
    file = _FILERS.get(act.kind)
    if file is None:
        return view, ()
    view = file(view, logged.index, act, step.picture)
    if not act.parts:
        return view, ()
    item, version = _about(act)
    filed = Filed(logged.index, act, item, version, _groups(view, act, item, version))
    if item:
        view = replace(view, filed_of=view.filed_of.insert(item, _pushed(view.filed_of.get(item), logged.index)))
    view, remarks = _open(replace(view, filed=view.filed.insert(logged.index, filed)), filed, opened)
    if act.kind == "disclose" and NOTHING in filed.groups:
        remarks = (Remark(filed.index, Reason.NOT_COMMITTED, f"{item} version {version}"), *remarks)
    return view, remarks


def open_later(view: View, index: int, opened: Opened) -> tuple[View, tuple[Remark, ...]]:
    """The view with parts of an earlier entry that came only now, or were disclosed later. Never raises."""
    filed = view.filed.get(index)
    return (view, ()) if filed is None else _open(view, filed, opened)


def _open(view: View, filed: Filed, opened: Opened) -> tuple[View, tuple[Remark, ...]]:
    """Take every part that is new; its place in the header says which field group it must hold."""
    wanted = filed.groups
    remarks: list[Remark] = []
    taken, failed = set(filed.taken), set(filed.failed)
    for position, ref in enumerate(filed.act.parts):
        group = opened.get(ref.commit)
        if group is None or position in taken:
            continue
        belongs = wanted[position] if position < len(wanted) else NOTHING
        if isinstance(group, Unopened) or group.group != belongs:
            why = group.why if isinstance(group, Unopened) else f"{group.group} where {belongs} belongs"
            if position not in failed:
                reason = Reason.RANDOM_REUSED if why == REUSED else Reason.PART_UNREADABLE
                remarks.append(Remark(filed.index, reason, f"part {position}: {why}"))
            failed.add(position)
            continue
        taken.add(position)
        failed.discard(position)
        view, first = _held(view, filed, position)
        view, more = take_group(view, filed, group) if first else (view, [])
        remarks += more
    done = replace(filed, taken=frozenset(taken), failed=frozenset(failed))
    return replace(view, filed=view.filed.insert(filed.index, done)), tuple(remarks)


def _held(view: View, filed: Filed, position: int) -> tuple[View, bool]:
    """Note which part of a version was opened, and whether it is to be taken: of two copies for us the first is."""
    item = view.items.get(filed.item)
    version = item.versions.get(filed.version) if item is not None else None
    commit = filed.act.parts[position].commit
    if item is None or version is None or item.kind != "notice" or commit not in version.commits:
        return view, True
    place = version.commits.index(commit)
    noted = replace(version, held=tuple(sorted({*version.held, place})))
    versions = item.versions.insert(filed.version, noted)
    view = replace(view, items=view.items.insert(item.id, replace(item, versions=versions)))
    return view, not taken_before(version.held, place)


def _groups(view: View, act: Act, item: str, version: int) -> tuple[str, ...]:
    """Which group belongs into each part: the kind says it, or the place of what is disclosed in its version."""
    record = view.records.get(item)
    if act.kind == "amend" and record is not None:
        return GROUPS_OF_KIND.get(record.kind, ())
    if act.kind in ("notice", "amend"):
        return groups_of_parts(len(act.parts))
    if act.kind != "disclose":
        return GROUPS_OF_KIND.get(act.kind, ())
    commits = _commits(view, item, version)
    named = groups_of_parts(len(commits))
    return tuple(named[commits.index(ref.commit)] if ref.commit in commits else NOTHING for ref in act.parts)


def _commits(view: View, item: str, version: int) -> tuple[str, ...]:
    """The commitments of a version that this view holds, as far as a field group belongs to them."""
    known = view.items.get(item)
    said = known.versions.get(version) if known is not None else None
    return () if said is None else said.commits[: len(groups_of_parts(len(said.commits)))]


def _about(act: Act) -> tuple[str, int]:
    """The item that an entry with parts belongs to, and which version of it; none for what stands alone."""
    if act.id is not UNSET and act.kind != "message":  # which is no item
        return act.id, 1
    return (act.subject.id, act.subject.version) if act.subject is not UNSET else ("", 1)


def _announce(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.id is not UNSET, "the public fold has seen it"
    row = picture.items[act.id]
    kind = "notice" if act.kind == "notice" else "safety"
    code = act.code if act.code is not UNSET else ""
    first = _version(index, act, picture, row)
    item = ItemView(act.id, kind, act.party, code, HashTrieMap({1: first}))  # type: ignore[arg-type]  # one of the two
    return replace(view, items=view.items.insert(act.id, item))


def _amend(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.subject is not UNSET, "the public fold has seen it"
    if act.subject.id in view.records:
        return replace(view, records=view_records.amended(view.records, index, act, picture))
    item, row = view.items[act.subject.id], picture.items[act.subject.id]
    versions = item.versions.insert(row.version, _version(index, act, picture, row))
    return replace(view, items=view.items.insert(item.id, replace(item, versions=versions, newest=row.version)))


def _version(index: int, act: Act, picture: Picture, row: ItemRow) -> Version:
    readers = tuple(tuple(part.to) if part.to is not UNSET else () for part in act.parts)
    shown_to = by_group(readers) if act.kind in ("notice", "amend") else readers
    return Version(
        version=row.version, index=index, moment_us=picture.now_us, desk=row.desk, to=tuple(act.to),
        precedence=act.precedence, keep_until_day=row.keep_until, terms=picture.terms,
        commits=tuple(part.commit for part in act.parts), shown_to=shown_to, shown_first=shown_to, readers=readers,
    )  # fmt: skip


def _disclose(view: View, index: int, act: Act, picture: Picture) -> View:
    """More parties are shown some of a version's parts."""
    assert act.subject is not UNSET, "the public fold has seen it"
    item = view.items.get(act.subject.id)
    version = item.versions.get(act.subject.version) if item is not None else None
    if item is None or version is None:
        return view
    more = {ref.commit: ref.to for ref in act.parts if ref.to is not UNSET}
    readers = tuple(
        tuple(sorted({*parties, *more.get(commit, ())}))
        for commit, parties in zip(version.commits, version.readers, strict=True)
    )
    named = zip(groups_of_parts(len(version.commits)), version.commits, strict=False)
    groups = tuple(dict.fromkeys(name for name, commit in named if commit in more))
    parties = tuple(sorted({party for readers in more.values() for party in readers}))
    later = (*version.disclosed, Disclosed(index, picture.now_us, groups, parties)) if groups else version.disclosed
    opened = replace(version, shown_to=by_group(readers), readers=readers, disclosed=later)
    versions = item.versions.insert(version.version, opened)
    return replace(view, items=view.items.insert(item.id, replace(item, versions=versions)))


def _end(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.subject is not UNSET, "the public fold has seen it"
    if act.subject.id in view.records:
        return replace(view, records=view_records.ended(view.records, act, picture))
    item = view.items[act.subject.id]
    how = "COMPLETED" if act.kind == "complete" else "CANCELLED"
    ended = replace(item, ended=(how, picture.now_us))  # type: ignore[arg-type]  # one of the two
    return replace(view, items=view.items.insert(item.id, ended))


def _answer(view: View, index: int, act: Act, picture: Picture) -> View:
    """ack, readback_wrong, passed_to_units: the newest word of, or about, one desk on one version."""
    assert act.subject is not UNSET and act.desk is not UNSET, "the public fold has seen both"
    item = view.items.get(act.subject.id)
    version = item.versions.get(act.subject.version) if item is not None else None
    if item is None or version is None:
        return view
    now_us = picture.now_us
    if act.kind == "ack":
        version = replace(version, acks=version.acks.insert(act.desk, AckView(index, act.desk, now_us)))
        newest = max(version.version, item.acked.get(act.desk) or 0)
        item = replace(item, acked=item.acked.insert(act.desk, newest))
    elif act.kind == "passed_to_units":
        version = replace(version, passed=version.passed.insert(act.desk, PassedView(index, act.desk, now_us)))
    else:
        desk = str(act.public["desk"]) if act.public is not UNSET else ""
        version = replace(version, wrong=version.wrong.insert(desk, WrongView(index, desk, now_us)))
    versions = item.versions.insert(version.version, version)
    return replace(view, items=view.items.insert(item.id, replace(item, versions=versions)))


def _request(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.id is not UNSET and act.subject is not UNSET and act.desk is not UNSET, "the public fold has seen them"
    request = RequestView(
        index=index, id=act.id, party=act.party, desk=act.desk, to=tuple(act.to),
        code=act.code if act.code is not UNSET else "", about=act.subject.id, about_version=act.subject.version,
        precedence=act.precedence, moment_us=picture.now_us,
    )  # fmt: skip
    return replace(view, requests=view.requests.insert(act.id, request))


def _answer_request(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.subject is not UNSET, "the public fold has seen it"
    request = view.requests[act.subject.id]
    code = act.code if act.code is not UNSET else ""
    kind = "comply" if act.kind == "comply" else "unable"
    answer = AnswerView(index, act.party, kind, code, picture.now_us)  # type: ignore[arg-type]  # one of the two
    return replace(view, requests=view.requests.insert(request.id, replace(request, answer=answer)))


def _message(view: View, index: int, act: Act, picture: Picture) -> View:
    assert act.id is not UNSET and act.desk is not UNSET, "the public fold has seen both"
    message = MessageView(index, act.id, act.party, act.desk, tuple(act.to), act.precedence, picture.now_us)
    return _for_days(replace(view, messages=view.messages.insert(index, message)), index, picture)


def _record(view: View, index: int, act: Act, picture: Picture) -> View:
    return replace(view, records=view_records.announced(view.records, index, act, picture))


def _reply(view: View, index: int, act: Act, picture: Picture) -> View:
    return replace(view, records=view_records.replied(view.records, index, act, picture))


def _finding(view: View, index: int, act: Act, picture: Picture) -> View:
    return _for_days(view, index, picture)


def _proposal(view: View, index: int, act: Act, picture: Picture) -> View:
    return view


_FILERS: dict[str, Callable[[View, int, Act, Picture], View]] = {
    "notice": _announce,
    "safety": _announce,
    "amend": _amend,
    "disclose": _disclose,
    "cancel": _end,
    "complete": _end,
    "ack": _answer,
    "readback_wrong": _answer,
    "passed_to_units": _answer,
    "request": _request,
    "comply": _answer_request,
    "unable": _answer_request,
    "message": _message,
    "finding": _finding,
    "propose": _proposal,
    **dict.fromkeys(RECORDS, _record),
    **dict.fromkeys(REPLIES_TO, _reply),
}


def _pushed(indices: List[int] | None, index: int) -> List[int]:
    return (List() if indices is None else indices).push_front(index)


def _for_days(view: View, index: int, picture: Picture) -> View:
    """Have what is no public item leave after the agreement's days, as its public rows do."""
    day = picture.today + picture.terms.keep_days
    return replace(view, days=view.days.insert(day, _pushed(view.days.get(day), index)))


def _leave(view: View, step: Step) -> View:
    """Let go of what has left the public picture."""
    for change in step.changes:
        if change.table == "item" and change.row is None:
            view = _drop_item(view, change.id)
    today = step.picture.now_us // DAY_US
    if today == view.today:
        return view
    for day in sorted(day for day in view.days if day < today):
        indices = view.days[day]
        for index in indices:
            view = replace(view, messages=view.messages.discard(index), filed=view.filed.discard(index))
        view = replace(view, days=view.days.remove(day))
    return replace(view, today=today)


def _drop_item(view: View, item: str) -> View:
    filed = view.filed
    for index in view.filed_of.get(item) or ():
        filed = filed.discard(index)
    pairs, pairs_of = view.pairs, view.pairs_of.discard(item)
    for pair in view.pairs_of.get(item) or ():
        pairs = pairs.discard(pair)
        other = pair[1] if pair[0] == item else pair[0]
        rest = pairs_of.get(other)
        if rest is not None:
            pairs_of = pairs_of.insert(other, rest.discard(pair))
    return replace(
        view, items=view.items.discard(item), requests=view.requests.discard(item),
        records=view.records.discard(item), filed=filed,
        filed_of=view.filed_of.discard(item), pairs=pairs, pairs_of=pairs_of,
    )  # fmt: skip
