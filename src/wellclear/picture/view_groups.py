"""Where each opened field group goes in the view, and what this reader must be told at once when it comes.

Only two things are judged here, as remarks: geometry that cannot be computed, and a read-back that departs from what
was said. A finding is taken only where its author is one of the pair's two parties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from msgspec import UNSET
from rpds import HashTrieMap, HashTrieSet

from wellclear.domain.logged import Remark
from wellclear.domain.parts import (
    Articles,
    Cell,
    FindingRow,
    Findings,
    Group,
    Message,
    Nature,
    Readback,
    ReadbackWrong,
    RequestDetails,
    Rest,
    Safety,
    Units,
    Volumes,
)
from wellclear.domain.reasons import Reason
from wellclear.picture.cells import cell_fault
from wellclear.picture.readback import readback_differences
from wellclear.picture.view_items import (
    AckView,
    Filed,
    PairView,
    Shape,
    VerdictView,
    Version,
    View,
    shape_from,
)
from wellclear.picture.view_records import opened

Taken = tuple[View, list[Remark]]


def take_group(view: View, filed: Filed, group: Group) -> Taken:
    """The view with one more field group of a filed entry. Never raises."""
    match group:
        case Cell():
            fault = cell_fault(group)
            remarks = [Remark(filed.index, Reason.NOT_COMPUTABLE, f"cell: {fault}")] if fault is not None else []
            return _with_version(view, filed, lambda version: replace(version, cell=group)), remarks
        case Volumes(volumes=volumes):
            shapes = tuple(shape_from(fields) for fields in volumes)
            changed = _with_version(view, filed, lambda version: replace(version, said=group, shapes=shapes))
            return _judged(changed, filed, shapes)
        case Safety():
            shapes = tuple(shape_from(fields) for fields in group.volumes) if group.volumes is not UNSET else ()
            changed = _with_version(view, filed, lambda version: replace(version, safety=group, shapes=shapes))
            return _judged(changed, filed, shapes)
        case Nature():
            return _with_version(view, filed, lambda version: replace(version, nature=group)), []
        case Rest():
            return _with_version(view, filed, lambda version: replace(version, rest=group)), []
        case Readback():
            return _readback(view, filed, group)
        case Findings():
            return _findings(view, filed, group)
        case Articles():
            return replace(view, articles=view.articles.insert(filed.index, group)), []
        case Message() | ReadbackWrong() | RequestDetails() | Units():
            return _said(view, filed, group), []
        case _:
            return replace(view, records=opened(view.records, filed.item, filed.index, group)), []


def _said(view: View, filed: Filed, group: Message | ReadbackWrong | RequestDetails | Units) -> View:
    """What only fills a place that is waiting for it."""
    match group:
        case Message():
            message = view.messages.get(filed.index)
            if message is not None:
                view = replace(view, messages=view.messages.insert(filed.index, replace(message, body=group)))
        case RequestDetails():
            request = view.requests.get(filed.item)
            if request is not None:
                view = replace(view, requests=view.requests.insert(request.id, replace(request, details=group)))
        case Units():
            view = _with_version(view, filed, lambda version: _with_units(version, filed, group))
        case ReadbackWrong():
            view = _with_version(view, filed, lambda version: _with_wrong(version, filed, group))
    return view


def _with_version(view: View, filed: Filed, change: Callable[[Version], Version]) -> View:
    item = view.items.get(filed.item)
    version = item.versions.get(filed.version) if item is not None else None
    if item is None or version is None:
        return view
    versions = item.versions.insert(filed.version, change(version))
    return replace(view, items=view.items.insert(item.id, replace(item, versions=versions)))


def _with_units(version: Version, filed: Filed, group: Units) -> Version:
    for desk, row in version.passed.items():
        if row.index == filed.index:
            told = replace(row, echelon=group.echelon, at_us=group.at_us)
            return replace(version, passed=version.passed.insert(desk, told))
    return version


def _with_wrong(version: Version, filed: Filed, group: ReadbackWrong) -> Version:
    for desk, row in version.wrong.items():
        if row.index == filed.index:
            told = replace(row, differences=tuple(group.differences))
            return replace(version, wrong=version.wrong.insert(desk, told))
    return version


def _version(view: View, filed: Filed) -> Version | None:
    item = view.items.get(filed.item)
    return item.versions.get(filed.version) if item is not None else None


def _judged(view: View, filed: Filed, shapes: tuple[Shape, ...]) -> Taken:
    """Volumes have come: say which cannot be computed, and which read-backs, here already, do not fit them."""
    remarks = [
        Remark(filed.index, Reason.NOT_COMPUTABLE, f"volume {number}: {shape.fault}")
        for number, shape in enumerate(shapes)
        if shape.fault is not None
    ]
    version = _version(view, filed)
    if version is not None:
        remarks += _differing(version, sorted(version.acks.values(), key=lambda ack: ack.index))
    return view, remarks


def _readback(view: View, filed: Filed, group: Readback) -> Taken:
    version = _version(view, filed)
    mine = [ack for ack in version.acks.values() if ack.index == filed.index] if version is not None else []
    if version is None or not mine:  # the desk has read back again since
        return view, []
    ack = replace(mine[0], rows=tuple(group.volumes))
    changed = replace(version, acks=version.acks.insert(ack.desk, ack))
    return _with_version(view, filed, lambda _: changed), _differing(changed, [ack])


def _differing(version: Version, acks: Iterable[AckView]) -> list[Remark]:
    remarks = []
    for ack in acks:
        differences = readback_differences(version, ack)
        if differences:
            detail = f"{ack.desk}: " + "; ".join(str(difference) for difference in differences)
            remarks.append(Remark(ack.index, Reason.READBACK_DIFFERS, detail))
    return remarks


def _findings(view: View, filed: Filed, group: Findings) -> Taken:
    remarks: list[Remark] = []
    for number, row in enumerate(group.rows):
        reason = _finding_fault(view, filed, row)
        if reason is not None:
            remarks.append(Remark(filed.index, reason, f"finding {number}: {row.a[:40]} and {row.b[:40]}"))
            continue
        verdict = VerdictView((filed.index, number), filed.act.party, group.engine, group.agreement, row)
        view = _with_verdict(view, verdict)
    return view, remarks


def _finding_fault(view: View, filed: Filed, row: FindingRow) -> Reason | None:
    """Only the two parties of a pair log a finding, and only on versions that were there when they did."""
    if row.a >= row.b:
        return Reason.BAD_FIELDS
    a, b = view.items.get(row.a), view.items.get(row.b)
    if a is None or b is None:
        return Reason.UNKNOWN_NOTICE
    for item, number in ((a, row.a_version), (b, row.b_version)):
        version = item.versions.get(number)
        if item.kind != "notice" or version is None or version.index > filed.index:
            return Reason.UNKNOWN_NOTICE
    return None if filed.act.party in (a.party, b.party) and a.party != b.party else Reason.NOT_THE_ANNOUNCER


def _with_verdict(view: View, verdict: VerdictView) -> View:
    """Keep the newest verdict of each party, whichever was opened first."""
    key = (verdict.row.a, verdict.row.b)
    pair = view.pairs.get(key) or PairView(*key, HashTrieMap())
    known = pair.verdicts.get(verdict.party)
    if known is not None and known.place >= verdict.place:
        return view
    pair = replace(pair, verdicts=pair.verdicts.insert(verdict.party, verdict))
    pairs_of = view.pairs_of
    for item in key:
        pairs_of = pairs_of.insert(item, (pairs_of.get(item) or HashTrieSet()).insert(key))
    return replace(view, pairs=view.pairs.insert(key, pair), pairs_of=pairs_of)
