"""What a node asks of an act before it signs it: the sentence that an officer reads instead of a remark in the log.

The public rules are not written twice: the act is folded on trial, behind everything that still waits in the outbox,
and any remark is the refusal. What the public fold cannot see, because it is sealed, is asked here: geometry that can
be computed, heights and times that make sense, what a site, a movement, a deployment or a survey must say. Nothing
asks for permission, and nothing refuses a start in the past (R6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.channel.composing import approval_holds
from wellclear.channel.copies import check_copies
from wellclear.channel.nature_rules import check_nature
from wellclear.domain import canonical
from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import b64
from wellclear.domain.cells import cell_around, covers
from wellclear.domain.entry import (
    LEAF_BYTES_MAX,
    Act,
    Approval,
    Entry,
    Head,
    Header,
    Link,
    Role,
    act_hash,
    check_header,
    plainly,
)
from wellclear.domain.kinds import KINDS, Asks
from wellclear.domain.logged import Logged
from wellclear.domain.measures import moment, took
from wellclear.domain.parts import Cell, Group, Nature, Volumes
from wellclear.domain.quantities import parse_time
from wellclear.domain.reasons import Reason
from wellclear.domain.volume import Volume
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import InvalidValue, Refused
from wellclear.picture.fold import fold
from wellclear.picture.leave import is_away, roles_at
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import KeyRow

_NO_KEY = b64(bytes(32))
_NO_SIG = b64(bytes(64))
_LINK_BYTES = 1024
"""More than link and signature take up in a leaf."""


def check_content(picture: Picture, act: Act, groups: Sequence[Group]) -> None:
    """What the sealed groups of an own act must be.

    Raises:
        Refused: with a sentence for the officer.
        InvalidValue: a volume cannot be computed; names the place.
    """
    by_name = {group.group: group for group in groups}
    nature, volumes, cell = by_name.get("category"), by_name.get("volume"), by_name.get("cell")
    clear = any(ref.sha is not UNSET and not ref.sealed for ref in act.parts)
    if clear and picture.size and not picture.exercise:
        raise Refused(Reason.UNSEALED, Reason.UNSEALED.sentence)
    check_copies(act, groups)
    if not isinstance(volumes, Volumes):
        return
    computed = [_computed(fields, number) for number, fields in enumerate(volumes.volumes)]
    if isinstance(cell, Cell):
        _check_cell(cell, volumes.volumes, computed)
    if act.keep_until is not UNSET:
        last_us = max(volume.window.end_us for volume in computed)
        if parse_time(f"{act.keep_until}T00:00:00Z") // DAY_US < last_us // DAY_US:
            raise Refused(Reason.KEPT_TOO_SHORT, "it would leave the picture before it ends", field="keep_until")
    if isinstance(nature, Nature) and act.kind != "disclose":
        check_nature(nature, computed, by_name.get("rest"), act.said)


def past_warning(groups: Iterable[Group], now_us: int) -> str:
    """What an officer should know of a notice that is over before anybody reads it; empty for any other.

    It is no refusal: what was done may be told afterwards (R6).
    """
    volumes = next((group.volumes for group in groups if isinstance(group, Volumes)), [])
    if not volumes:
        return ""
    end_us = max(_computed(fields, number).window.end_us for number, fields in enumerate(volumes))
    if end_us >= now_us:
        return ""
    ago = f"{took(now_us - end_us)} ago"
    return f"it lies wholly in the past: it ended at {moment(end_us)}, {ago}; nobody can react to it"


def _computed(fields: object, number: int) -> Volume:
    try:
        return volume_from(fields)
    except InvalidValue as error:
        raise InvalidValue(f"volumes[{number}].{error.field}", error.why) from error


def _check_cell(cell: Cell, fields: Sequence[dict[str, Any]], volumes: Iterable[Volume]) -> None:
    """Level 1 contains what the other levels say: else who was shown it alone would look for it in vain (R25)."""
    if not covers(cell, cell_around(fields)):
        raise Refused(Reason.BAD_FIELDS, "the cell of level 1 does not contain every volume", field="cell")
    for volume in volumes:
        if volume.window.start_us < cell.start_us or volume.window.end_us > cell.end_us:
            raise Refused(Reason.BAD_FIELDS, "the time slot of level 1 does not contain every volume", field="cell")


def check_public(picture: Picture, waiting: Iterable[tuple[Act, Sequence[Approval]]], act: Act) -> None:
    """Fold an act on trial before anybody has approved it, as if the persons that it asks for had.

    Raises:
        InvalidValue: a member is none that the host would take.
        Refused: the reason that the fold would remark, and its sentence.
    """
    check_envelope(act)
    step = _trial(_behind(picture, waiting), act, _as_if(picture, act), held=True)
    _refuse_remarks(step)


def check_in_turn(picture: Picture, acts: Iterable[Act]) -> None:
    """As `check_public`, for acts that nobody has approved yet, each behind those before it."""
    for act in acts:
        check_envelope(act)
        step = _trial(picture, act, _as_if(picture, act), held=True)
        _refuse_remarks(step)
        picture = step.picture


def check_approved(
    picture: Picture,
    waiting: Iterable[tuple[Act, Sequence[Approval]]],
    act: Act,
    approvals: Sequence[Approval],
    use: str = "",
) -> None:
    """Fold an act with its real approvals on trial; `use` says which of the party's keys will link it.

    Raises:
        InvalidValue: a member is none that the host would take.
        Refused: the reason that the fold would remark, and its sentence.
    """
    check_envelope(act)
    size = len(canonical.encode(act)) + len(canonical.encode(list(approvals))) + _LINK_BYTES
    if size > LEAF_BYTES_MAX:
        raise Refused(Reason.TOO_LARGE, f"about {size} bytes; an entry has at most {LEAF_BYTES_MAX}")
    before = _behind(picture, waiting)
    _refuse_remarks(_trial(before, act, approvals, held=False, use=use), _in_persons(before, act.party, approvals))


def check_envelope(act: Act) -> None:
    """What a host would refuse as `BAD_ENVELOPE`, said here with the member's name."""
    try:
        act = msgspec.convert(msgspec.to_builtins(act), Act, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue(*plainly(error, "act")) from error
    check_header(Header(act=act, link=Link(key=_NO_KEY, seq=1, time=0, head=Head(size=1, root=_NO_KEY))))


def _refuse_remarks(step: Step, words: Mapping[str, str] = MappingProxyType({})) -> None:
    for remark in step.remarks:
        if remark.reason is not Reason.OLDER_RULES:
            what = f" ({words.get(remark.detail, remark.detail)})" if remark.detail else ""
            raise Refused(remark.reason, f"{remark.reason.sentence}{what}")


def _in_persons(picture: Picture, party: str, approvals: Sequence[Approval]) -> dict[str, str]:
    """For each `approvals[0]` of a remark whose approval it is, in which role, and who could give it."""
    said = {}
    for index, approval in enumerate(approvals):
        row, role = picture.keys.get(approval.key), approval.role.replace("_", " ")
        handle = row.person.partition("/")[2] if row is not None and isinstance(row.person, str) else ""
        who = handle or "a key that is no person's here"
        said[f"approvals[{index}]"] = f"{who} as {role}; {_who_may(picture, party, approval.role)}"
    return said


def _who_may(picture: Picture, party: str, role: Role) -> str:
    if role == "head_of_delegation":
        return "only a head of delegation's key may do so"
    may = _fitting(role)
    handles = [
        name.partition("/")[2]
        for name, person in sorted(picture.persons.items())
        if name.startswith(f"{party}/") and not is_away(person, picture.now_us)
        and may & roles_at(picture, name, picture.now_us)
    ]  # fmt: skip
    return f"{', '.join(handles) or 'nobody on the roster'} may do so"


def _fitting(role: Role) -> set[Role]:
    return {"watch_officer", "release_authority"} if role == "drafter" else {role}


def _behind(picture: Picture, waiting: Iterable[tuple[Act, Sequence[Approval]]]) -> Picture:
    """The picture as it will be when everything that waits has been logged."""
    for act, approvals in waiting:
        picture = _trial(picture, act, approvals, held=True).picture
    return picture


def _trial(picture: Picture, act: Act, approvals: Sequence[Approval], *, held: bool, use: str = "") -> Step:
    key = _linking_key(picture, act, use)
    seq, prev = picture.chains.get(key) or (0, UNSET)
    link = Link(
        key=key, seq=seq + 1, prev=prev, time=max(act.said, picture.claims.get(act.linker) or 0),
        head=Head(size=max(1, picture.size), root=_NO_KEY),
    )  # fmt: skip
    of_act = act_hash(act)
    entry = Entry(b"", act, link, tuple(approvals), _NO_SIG, hashlib.sha256(b"trial" + of_act).digest(), of_act)
    approved = tuple(held or approval_holds(of_act, approval) for approval in approvals)
    return fold(picture, Logged(picture.size, entry.leaf_hash, entry, None, approved))


def _linking_key(picture: Picture, act: Act, use: str) -> str:
    """The party's live key of a use, or else one that this kind may be linked with.

    Before a use is known, the recovery key stands for two administrators: a party's first roster has none.
    """
    kind = KINDS.get(act.kind)
    live: dict[str, str] = {
        row.use: key for key, row in picture.keys.items() if (row.party, row.state) == (act.linker, "live")
    }
    if act.via is not UNSET:
        return live.get("node", _NO_KEY)
    allowed = [row.use for row in picture.keys.values() if row.use in live and kind and kind.linked.allows(row.use)]
    first = "recovery" if kind and kind.asks is Asks.ADMINISTRATORS else "node"
    allowed.sort(key=lambda name: name != first)
    return live.get(use) or (live[allowed[0]] if allowed else _NO_KEY)


def _as_if(picture: Picture, act: Act) -> list[Approval]:
    """Approvals of persons who could give them, where the party has such persons."""
    kind = KINDS.get(act.kind)
    asks = Asks.NONE if kind is None else kind.asks
    roles: list[Role] = []
    if asks is Asks.WATCH:
        roles = ["watch_officer"]
    elif asks is Asks.RELEASE:
        roles = ["release_authority", "drafter"]
    elif asks in (Asks.ADMINISTRATORS, Asks.TWO_ADMINISTRATORS):
        roles = ["administrator", "administrator"]
    elif asks is Asks.HEAD:
        keys = [key for key, row in picture.keys.items() if _is_head(row, act.party)]
        return [Approval(key=key, role="head_of_delegation", alg="ed25519", sig=_NO_SIG) for key in keys[:1]]
    elif act.via is not UNSET:
        roles = ["watch_officer"]
    found: list[Approval] = []
    for role in roles:
        key = _person_for(picture, act.party, role, {approval.key for approval in found})
        if key is not None:
            found.append(Approval(key=key, role=role, alg="ed25519", sig=_NO_SIG))
    return found


def _is_head(row: KeyRow, party: str) -> bool:
    return (row.party, row.use, row.state) == (party, "head_of_delegation", "live")


def _person_for(picture: Picture, party: str, role: Role, taken: set[str]) -> str | None:
    may = _fitting(role)
    for name, person in sorted(picture.persons.items(), key=lambda row: (is_away(row[1], picture.now_us), row[0])):
        roles = roles_at(picture, name, picture.now_us)
        if name.startswith(f"{party}/") and may & roles and person.key not in taken:
            return person.key
    return None
