"""What a party does with a record of its own: its next version, and its end; and groups checked before they go."""

from __future__ import annotations

from datetime import date

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.records import record_at
from wellclear.apps.cli.speaking import Speaker
from wellclear.domain.parts import group_from
from wellclear.errors import InvalidValue, Malformed


def checked(group: Fields) -> Fields:
    """A field group, once it is of its form; raises `InvalidValue` with the member and what belongs there."""
    try:
        group_from(group, group["group"])
    except Malformed as error:
        raise InvalidValue(error.where, error.why) from error
    return group


def language_code(said: str) -> str:
    """A language as two small letters; raises `InvalidValue`."""
    if len(said) != 2 or not (said.isascii() and said.isalpha() and said.islower()):
        raise InvalidValue("--language", f"{said[:20]!r}: write the two letters of ISO 639, such as en, he or ar")
    return said


def day(said: str) -> str:
    """A day as `--keep-until` takes it; raises `InvalidValue`."""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError as error:
        raise InvalidValue("--keep-until", f"{said[:20]!r} is no day; write it such as 2026-12-31") from error


def own_record(place: Workplace, item: str, kind: str, what: str) -> Fields:
    """An own record of one kind that still stands; raises `InvalidValue` where it is none."""
    current = record_at(place, item)
    if current["kind"] != kind or current["mine"] != "yes":
        raise InvalidValue("ID", f"{item} is no {what} of {place.party}")
    if "ended" in current:
        raise InvalidValue("ID", f"{item} was called off at {current['ended']}; declare a new one")
    return current


def amendment(speaker: Speaker, place: Workplace, current: Fields, group: Fields, keep_until: str) -> Intent:
    """The next version of an own record, to the same desks."""
    return speaker.act(
        place, "amend", [group], to=list(current["to"]), precedence=current["precedence"], keep_until=keep_until,
        desk=current["desk"], subject={"id": current["id"], "version": int(current["version"]) + 1},
    )  # fmt: skip


def withdrawal(speaker: Speaker, place: Workplace, item: str, kind: str, what: str) -> Intent:
    """The end of an own record, told to those whom its current version was told to."""
    current = own_record(place, item, kind, what)
    return speaker.act(
        place, "cancel", to=list(current["to"]), precedence=current["precedence"], desk=current["desk"],
        subject={"id": item, "version": int(current["version"])},
    )  # fmt: skip
