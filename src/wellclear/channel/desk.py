"""What a desk says: the composed act for each thing that an officer, or the node itself, can do (protocol, "Kinds").

Everything that follows from the picture (whom to answer, which version, who may read) is filled in here, so that page,
command line and node say the same. Nothing is random and no clock is read: `Pen` carries salts and the hour. Whether
the act may be sent at all, `channel.own_rules` says afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.channel.composing import Composed, Sealer, Told, compose, subject
from wellclear.channel.copies import check_opened_copy, in_copies, needs_copies
from wellclear.channel.levels import addressed, levels_of, shown_to
from wellclear.domain.agreement import Settings, default_settings
from wellclear.domain.canonical import INTEGER_MAX, unb64
from wellclear.domain.cells import cell_around
from wellclear.domain.entry import Act
from wellclear.domain.kinds import REPLIES_TO, NotOpened, OfDesk, Receipt, public_of
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import (
    GROUPS_OF_KIND,
    NOTICE_GROUPS,
    FindingRow,
    Findings,
    Group,
    Nature,
    Readback,
    ReadbackRow,
    ReadbackWrong,
    RequestDetails,
    Units,
    group_from,
)
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused
from wellclear.picture.copies import groups_of_parts
from wellclear.picture.picture import Picture
from wellclear.picture.readback import readback_differences
from wellclear.picture.rows import ItemRow
from wellclear.picture.view_items import Version, View

SALT_OF = Callable[[], bytes]
"""Thirty-two fresh random bytes at every call."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who speaks, from which desk, when, where the salts come from, and under which keys parts are sealed.

    Without a sealer parts travel in clear, which belongs into exercises alone.
    """

    channel: str
    party: str
    desk: str
    said_us: int
    salt: SALT_OF
    sealer: Sealer | None = None
    unknown: str = ""
    """Why readers may know none of our keys; then safety goes by its code alone, which rings all the same."""

    def write(
        self, kind: str, *, groups: Iterable[Group] = (), audience: Iterable[str] = (), **members: Any
    ) -> Composed:
        """An act of this desk; every group goes to the same audience."""
        readers = tuple(sorted(set(audience)))
        told = [Told(group, readers, self.salt()) for group in groups]
        return compose(
            kind, channel=self.channel, party=self.party, desk=self.desk, said_us=self.said_us, told=told,
            sealer=self.sealer, **members,
        )  # fmt: skip


def readers_of(pen: Pen, to: Iterable[str]) -> set[str]:
    """Who may read what goes to some desks: their parties, and the own one, so that a standby can follow."""
    return {pen.party, *(party_of_desk(desk) for desk in to)}


# Answers.


def ack(pen: Pen, picture: Picture, item: str, version: int, rows: Sequence[ReadbackRow]) -> Composed:
    """This desk has read one version and reads it back."""
    row = item_of(picture, item)
    return pen.write(
        "ack", to=[row.desk], subject=subject(item, version), precedence=row.precedence,
        groups=[Readback(group="readback", volumes=list(rows))], audience=readers_of(pen, [row.desk]),
    )  # fmt: skip


def confirm(pen: Pen, picture: Picture, view: View, item: str, version: int, desk: str) -> Composed:
    """The read-back of a desk fits.

    Raises:
        Refused: it does not fit by the agreed tolerances, or has not been opened; then nobody may confirm it (R5).
    """
    _check_confirmed(view, item, version, desk)
    row = item_of(picture, item)
    return pen.write(
        "confirm", to=[desk], subject=subject(item, version), precedence=row.precedence, public={"desk": desk}
    )


def _check_confirmed(view: View, item: str, version: int, desk: str) -> None:
    differences = _differences(view, item, version, desk)
    if differences is None:
        raise Refused(Reason.PART_UNREADABLE, "the read-back could not be opened, so nobody can confirm it")
    if differences:
        raise Refused(Reason.READBACK_DIFFERS, "; ".join(map(str, differences)))


_CHECKED = frozenset({"ack", "confirm", "disclose", *REPLIES_TO})


def check_answer(view: View, act: Act, groups: Iterable[Group]) -> None:
    """What a node asks of its own desk's answers, however they were composed (R5).

    Nobody acknowledges what this node has not opened yet, nor reads back another number of volumes than were announced;
    nobody confirms a read-back that departs from what was said, or discloses what a version did not commit to.

    Raises:
        Refused: with a sentence for the officer.
    """
    if act.subject is UNSET or act.kind not in _CHECKED:
        return
    item, version = act.subject.id, act.subject.version
    if act.kind in REPLIES_TO or (act.kind == "ack" and item in view.records):
        _check_read(view, act, item, version)
        return
    if act.kind == "disclose":
        _check_disclosed(view, act, item, version, groups)
        return
    if act.kind == "confirm":
        body = public_of(act)
        assert isinstance(body, OfDesk), "a confirm names the desk"
        _check_confirmed(view, item, version, body.desk)
        return
    said = version_of(view, item, version)
    shown_to = dict(zip(NOTICE_GROUPS, said.shown_to, strict=False)).get("volume", ())
    if view.items[item].kind != "notice" or act.party not in shown_to:
        return
    if said.said is None:
        raise Refused(Reason.PART_UNREADABLE, "what it announces has not been opened here yet; read it first")
    rows = sum(len(group.volumes) for group in groups if isinstance(group, Readback))
    if rows != len(said.said.volumes):
        raise Refused(Reason.READBACK_DIFFERS, f"volumes: {rows} read back, {len(said.said.volumes)} announced")


def _check_read(view: View, act: Act, item: str, version: int) -> None:
    """Nobody acknowledges a record, or replies to it, before it has been opened here."""
    record = view.records.get(item)
    said = None if record is None else record.versions.get(version)
    if said is None:
        raise Refused(Reason.UNKNOWN_NOTICE, f"{item[:40]} version {version} is not in the picture")
    shown = sum(act.party in readers for readers in said.shown_to)
    if len(said.groups) < shown:
        raise Refused(Reason.PART_UNREADABLE, "what it says has not been opened here yet; read it first")


def _check_disclosed(view: View, act: Act, item: str, version: int, groups: Iterable[Group]) -> None:
    said = version_of(view, item, version)
    commits = set(zip(groups_of_parts(len(said.commits)), said.commits, strict=False))
    for group, ref in zip(groups, act.parts, strict=True):
        if (group.group, ref.commit) not in commits:
            raise Refused(Reason.NOT_COMMITTED, f"{item} version {version} committed to another text", field="groups")
    check_opened_copy(said, act)


def readback_wrong(pen: Pen, picture: Picture, view: View, item: str, version: int, desk: str) -> Composed:
    """The read-back of a desk does not fit; it is asked to read back again, and told where it departs."""
    differences = _differences(view, item, version, desk)
    if not differences:
        raise Refused(Reason.BAD_FIELDS, "this read-back shows no difference beyond the agreed tolerances")
    row = item_of(picture, item)
    group = ReadbackWrong(group="readback_wrong", differences=[one.as_part() for one in differences])
    return pen.write(
        "readback_wrong", to=[desk], subject=subject(item, version), precedence=row.precedence, public={"desk": desk},
        groups=[group], audience=readers_of(pen, [desk]),
    )  # fmt: skip


def _differences(view: View, item: str, version: int, desk: str) -> tuple[Any, ...] | None:
    said = version_of(view, item, version)
    ack_view = said.acks.get(desk)
    if ack_view is None:
        raise Refused(Reason.NOT_ACKNOWLEDGED, f"{desk} has not acknowledged {item} version {version}")
    if view.items[item].kind == "safety" and ack_view.rows == ():
        return ()
    return readback_differences(said, ack_view)


def passed(pen: Pen, picture: Picture, item: str, version: int, echelon: str, at_us: int) -> Composed:
    """Those who act know of it, down to an echelon."""
    row = item_of(picture, item)
    group = Units(group="units", echelon=echelon, at_us=at_us)
    return pen.write(
        "passed_to_units", to=[row.desk], subject=subject(item, version), precedence=row.precedence, groups=[group],
        audience=readers_of(pen, [row.desk]),
    )  # fmt: skip


def comply(pen: Pen, picture: Picture, item: str) -> Composed:
    """What a request asks for will be done."""
    row = item_of(picture, item)
    return pen.write("comply", to=[row.desk], subject=subject(item, row.version), precedence=row.precedence)


def unable(pen: Pen, picture: Picture, item: str, code: str) -> Composed:
    """What a request asks for cannot be done, for a reason by code."""
    row = item_of(picture, item)
    return pen.write("unable", to=[row.desk], subject=subject(item, row.version), precedence=row.precedence, code=code)


# Words of one's own.


def message(pen: Pen, item: str, to: Sequence[str], fields: Mapping[str, Any], precedence: str = "R") -> Composed:
    """Free text with its language, marked as such; `fields` are text, language and perhaps about."""
    group = _group({**fields, "group": "message"}, "message")
    return pen.write("message", id=item, to=to, precedence=precedence, groups=[group], audience=readers_of(pen, to))


def request(
    pen: Pen, picture: Picture, item: str, about: tuple[str, int], code: str, details: RequestDetails
) -> Composed:
    """Ask the announcer of a notice for other heights or a later start; nobody has to (R32)."""
    row = item_of(picture, about[0])
    return pen.write(
        "request", id=item, to=[row.desk], subject=subject(*about), precedence=row.precedence, code=code,
        groups=[details], audience=readers_of(pen, [row.desk]),
    )  # fmt: skip


def safety(pen: Pen, item: str, to: Sequence[str], code: str, fields: Mapping[str, Any]) -> Composed:
    """One of the messages that any watch officer sends at once (R4); FLASH.

    Where its text cannot be sealed for all its readers, it goes by its code alone.
    """
    group, readers = _group({**fields, "group": "safety"}, "safety"), readers_of(pen, to)
    members: dict[str, Any] = {"id": item, "to": to, "precedence": "Z", "code": code}
    return _or_by_code(
        pen, to, lambda: pen.write("safety", groups=[group], audience=readers, **members),
        lambda: pen.write("safety", **members),
    )  # fmt: skip


def _or_by_code(
    pen: Pen, to: Sequence[str], whole: Callable[[], Composed], by_code: Callable[[], Composed]
) -> Composed:
    """A safety message with its text; where that cannot be sealed for all its readers, by its code alone (R4).

    Raises:
        InvalidValue, Refused: also its code alone would be no act.
    """
    try:
        if pen.unknown:
            raise Refused(Reason.HEAD_DIFFERS, pen.unknown)
        return whole()
    except (Refused, InvalidValue) as error:
        if error.field != "audience" and isinstance(error, InvalidValue):
            raise  # what is wrong is the text itself
        return replace(by_code(), unread=f"{', '.join(to)}: by its code alone, without its text; {error.why}")


# What the node says by itself.


def receipt(pen: Pen, through: int, not_opened: Mapping[int, str]) -> Composed:
    """Everything that waits for us up to an index has arrived, but for what did not open."""
    rows = [NotOpened(index=index, why=why) for index, why in sorted(not_opened.items())][:256]
    public = msgspec.to_builtins(Receipt(through=through, not_opened=rows or UNSET))
    return compose("receipt", channel=pen.channel, party=pen.party, said_us=pen.said_us, public=public)


def claim_time(pen: Pen) -> Composed:
    """The party's clock says what time it is."""
    return compose("time", channel=pen.channel, party=pen.party, said_us=pen.said_us)


def finding(
    pen: Pen, to: Sequence[str], engine: str, agreement: int, rows: Sequence[FindingRow], more: int
) -> Composed:
    """Verdicts on pairs, for the other party of the pair."""
    group = Findings(group="finding", engine=engine, agreement=agreement, rows=list(rows), more=more or UNSET)
    told = [Told(group, tuple(sorted(readers_of(pen, to))), pen.salt())]
    return compose(
        "finding", channel=pen.channel, party=pen.party, said_us=pen.said_us, to=to, told=told, precedence="P",
        sealer=pen.sealer,
    )  # fmt: skip


# Anything else, as page and command line put it.


def write_act(
    pen: Pen,
    kind: str,
    groups: Sequence[Mapping[str, Any]],
    asked: Mapping[str, Any],
    terms: Settings | None = None,
) -> Composed:
    """An act of any kind from its field groups as JSON.

    `asked` may hold to, precedence, id, subject, code, keep_until, public, audience, withhold (names of groups that are
    committed to but sent to nobody), levels, disclose and consent (`levels_of`) and salts by name of group. A notice's
    level 1 is made from its volumes where it is not given; `terms` say at which level a category is shown by default.

    Raises:
        InvalidValue: a member or a group is wrong; says which.
    """
    given = [_group(fields, f"groups[{number}]") for number, fields in enumerate(groups)]
    if kind in ("notice", "amend") and not any(group.group == "cell" for group in given):
        volumes = next((group.volumes for group in given if group.group == "volume"), [])
        given.append(cell_around(volumes))
    order = GROUPS_OF_KIND.get(kind, ())
    given.sort(key=lambda group: order.index(group.group) if group.group in order else len(order))
    to, readers = _readers(pen, kind, given, asked, terms or default_settings())
    salts = {str(name): unb64(str(salt), 32, field="salts") for name, salt in dict(asked.get("salts", {})).items()}
    told = [Told(group, readers(group.group), salts.get(group.group) or pen.salt()) for group in given]
    if kind in ("notice", "amend") and needs_copies(given):
        told = in_copies(told, pen.party, pen.salt)
    members: dict[str, Any] = {
        name: asked[name] for name in ("precedence", "id", "code", "keep_until", "public") if name in asked
    }
    if "subject" in asked:
        members["subject"] = subject(str(asked["subject"]["id"]), int(asked["subject"]["version"]))

    def composed(told: Sequence[Told]) -> Composed:
        return compose(
            kind, channel=pen.channel, party=pen.party, desk=pen.desk or UNSET, said_us=pen.said_us, to=to, told=told,
            sealer=pen.sealer, **members,
        )  # fmt: skip

    return composed(told) if kind != "safety" else _or_by_code(pen, to, lambda: composed(told), lambda: composed(()))


def _readers(
    pen: Pen, kind: str, given: Sequence[Group], asked: Mapping[str, Any], terms: Settings
) -> tuple[list[str], Callable[[str], tuple[str, ...]]]:
    """The desks that are addressed, and who reads each field group; a group that nobody reads is not sent."""
    to, withheld = list(asked.get("to", ())), set(asked.get("withhold", ()))
    readers = set(asked.get("audience") or ()) or readers_of(pen, to)
    if kind not in ("notice", "amend"):
        return to, lambda name: () if name in withheld else tuple(sorted(readers))
    category = next((group.category for group in given if isinstance(group, Nature)), "")
    levels = levels_of(
        terms, category, readers - {pen.party}, dict(asked.get("levels", {})), dict(asked.get("disclose", {})),
        list(asked.get("consent", ())),
    )  # fmt: skip
    shown = shown_to(levels, withheld)
    return addressed(to, levels), lambda name: tuple(sorted({*shown[name], pen.party})) if shown.get(name) else ()


def _group(fields: Mapping[str, Any], where: str) -> Group:
    try:
        return group_from(fields, where)
    except Malformed as error:
        raise InvalidValue(f"{where}.{error.where}", error.why) from error


def item_of(picture: Picture, item: str) -> ItemRow:
    """A public item; raises `Refused` where there is none of that name."""
    row = picture.items.get(item)
    if row is None:
        raise Refused(Reason.UNKNOWN_NOTICE, f"{item[:40]} is not in the picture")
    return row


def version_of(view: View, item: str, version: int) -> Version:
    """One version of an item in the view; raises `Refused` where there is none."""
    seen = view.items.get(item)
    found = seen.versions.get(version) if seen is not None else None
    if found is None:
        raise Refused(Reason.UNKNOWN_NOTICE, f"{item[:40]} version {version} is not in the picture")
    return found


def read_back(version: Version) -> list[ReadbackRow]:
    """The rows that fit exactly what was said: what an officer's own values are compared with before signing."""
    rows = []
    for shape in version.shapes or ():
        if shape.first is None:
            raise Refused(Reason.NOT_COMPUTABLE, "a volume names no position that could be read back")
        band, start_us = shape.volume.band, shape.volume.window.start_us
        rows.append(
            ReadbackRow(
                lat_e7=shape.first.lat_e7, lon_e7=shape.first.lon_e7, start_us=min(max(start_us, 0), INTEGER_MAX),
                lower_mm=UNSET if band.lower_mm is None else band.lower_mm,
                upper_mm=UNSET if band.upper_mm is None else band.upper_mm,
            )
        )  # fmt: skip
    return rows
