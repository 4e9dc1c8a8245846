"""The agreement's settings in words and units, and what one version changes against another.

A head of delegation signs numbers, so nothing is rounded or cut here: a duration is told to its last microsecond, a
length to its last millimetre. A pair of categories or a category without a row of its own is told by what then holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.apps.figures import PRECEDENCE_WORDS, listed, words
from wellclear.apps.levels import level_words
from wellclear.domain.agreement import DefaultMinima, Minima, Settings, settings_from
from wellclear.domain.measures import bare_height, duration, length, nautical_miles
from wellclear.errors import InvalidValue

_DEADLINES = {
    "receipt": "A node's receipt is due after",
    "ack": "A person's acknowledgement is due after",
    "next_name": "The ladder rings the desk's next name after",
    "other_desk": "The ladder rings the other desk after",
    "host": "The ladder rings the host after",
}
_DEFAULT = "Least separation where a pair of categories has none of its own"
_OF_DEFAULT = " (as for all other pairs)"
_UNITS = "A desk's units are to know of a notice, and the desk to prove it, before its start by"
_NOT_AGREED = " (nothing is agreed)"


@dataclass(frozen=True, slots=True)
class SettingWords:
    """One setting: `path` as in the JSON form, `name` in words, `of` which of the values of that name, its value."""

    path: str
    name: str
    of: str
    value: str

    @property
    def full_name(self) -> str:
        """The name with the value that is meant: `A node's receipt is due after, FLASH`."""
        return f"{self.name}, {self.of}" if self.of else self.name


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting that is another one in the newer version."""

    path: str
    name: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: {self.was} → {self.now}"

    def json(self) -> dict[str, str]:
        """For programs."""
        return {"setting": self.path, "name": self.name, "was": self.was, "is": self.now}


def setting_words(settings: Settings) -> list[SettingWords]:
    """Every setting, in the order in which people read them."""
    return [
        *_separation(settings), *_deadlines(settings), *_lead_times(settings), *_tolerances(settings),
        *_persons(settings), *_disclosure(settings), *_upkeep(settings),
    ]  # fmt: skip


def setting_lines(settings: Settings) -> list[str]:
    """All settings for people, the values of one name in one line."""
    lines: list[str] = []
    name = ""
    for row in setting_words(settings):
        value = f"{row.of} {row.value}" if row.of else row.value
        if row.name == name:
            lines[-1] += f", {value}"
        else:
            lines.append(f"{row.name}: {value}")
        name = row.name
    return lines


def setting_changes(old: Settings, new: Settings) -> list[SettingChange]:
    """What a newer version changes, in the order of the newer one; what is gone comes last."""
    was = {row.path: row for row in setting_words(old)}
    now = {row.path: row for row in setting_words(new)}
    rows = [*now.values(), *(row for path, row in was.items() if path not in now)]
    changes = []
    for row in rows:
        before = was[row.path].value if row.path in was else _without(old, row.path)
        after = now[row.path].value if row.path in now else _without(new, row.path)
        if before != after:
            changes.append(SettingChange(row.path, row.full_name, before, after))
    return changes


def changes_in_words(old: object, new: object) -> list[str]:
    """Lines on what a proposal's settings change; of settings that cannot be read, the reason."""
    try:
        return [f"{change}." for change in setting_changes(settings_from(old), settings_from(new))]
    except InvalidValue as error:
        return [f"What changes cannot be told: {error}."]


def raw_lines(fields: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Settings that this software cannot read, as they were said."""
    lines = []
    for name, value in sorted(fields.items()):
        if isinstance(value, Mapping):
            lines += raw_lines(value, f"{prefix}{name}.")
        else:
            lines.append(f"{prefix}{name}: {value}")
    return lines


def _deadlines(settings: Settings) -> Iterator[SettingWords]:
    for member, name in _DEADLINES.items():
        periods = getattr(settings.deadlines, member)
        for letter, spoken in PRECEDENCE_WORDS.items():
            yield SettingWords(f"deadlines.{member}.{letter}", name, spoken, duration(getattr(periods, letter)))
    if settings.passed_before_us is not UNSET:
        yield SettingWords("passed_before_us", _UNITS, "", duration(settings.passed_before_us))


def _separation(settings: Settings) -> Iterator[SettingWords]:
    yield from _minima("default_minima", _DEFAULT, settings.default_minima)
    for row in settings.minima:
        yield from _minima(f"minima.{row.a}/{row.b}", f"Least separation of {words(row.a)} and {words(row.b)}", row)


def _minima(path: str, name: str, row: Minima | DefaultMinima) -> Iterator[SettingWords]:
    yield SettingWords(f"{path}.lateral_mm", name, "sideways", _distance(row.lateral_mm))
    yield SettingWords(f"{path}.vertical_mm", name, "in height", bare_height(row.vertical_mm))
    yield SettingWords(f"{path}.time_us", name, "in time", duration(row.time_us))


def _distance(mm: int) -> str:
    miles = nautical_miles(mm)
    return f"{length(mm)} ({miles})" if miles else length(mm)


def _lead_times(settings: Settings) -> Iterator[SettingWords]:
    for row in sorted(settings.lead_times, key=lambda one: one.category):
        yield SettingWords(
            f"lead_times.{row.category}",
            "Least lead time (below it: SHORT)",
            words(row.category),
            duration(row.least_us),
        )
    yield SettingWords("short_us", "Any lead time is SHORT under", "", duration(settings.short_us))
    name = "Any lead time is NO REACTION TIME under"
    yield SettingWords("no_reaction_us", name, "", duration(settings.no_reaction_us))


def _tolerances(settings: Settings) -> Iterator[SettingWords]:
    name, row = "A read-back may depart from what was said by", settings.tolerances
    yield SettingWords("tolerances.position_mm", name, "position", _distance(row.position_mm))
    yield SettingWords("tolerances.height_mm", name, "height", bare_height(row.height_mm))
    yield SettingWords("tolerances.time_us", name, "start", duration(row.time_us))


def _persons(settings: Settings) -> Iterator[SettingWords]:
    eyes = (
        "yes, a drafter and another who releases" if settings.four_eyes == "yes" else "no, whoever releases is enough"
    )
    yield SettingWords("four_eyes", "A notice takes two persons", "", eyes)
    name = "An approval, counted from when the act was said, holds for"
    yield SettingWords("approval_age_us", name, "", duration(settings.approval_age_us))


def _disclosure(settings: Settings) -> Iterator[SettingWords]:
    for row in sorted(settings.disclosure, key=lambda one: one.category):
        name = "A recipient is shown, unless an officer says otherwise"
        yield SettingWords(f"disclosure.{row.category}", name, words(row.category), level_words(row.level))


def _upkeep(settings: Settings) -> Iterator[SettingWords]:
    clocks = listed(settings.clocks) or "none"
    yield SettingWords("clocks", "Observers whose clocks count beside the principals' and the host's", "", clocks)
    days = f"{settings.keep_days} d"
    yield SettingWords("keep_days", "What has no last day of its own stays in the picture for", "", days)
    yield SettingWords(
        "ring_again_us", "A changed conflict rings again no sooner than after", "", duration(settings.ring_again_us)
    )
    rate = f"{settings.entries_per_minute:,}"
    yield SettingWords("entries_per_minute", "Entries a minute that the host takes of one party", "", rate)
    name = "New rules are in force after the last signature by"
    yield SettingWords("raise_rules_us", name, "", duration(settings.raise_rules_us))


def _without(settings: Settings, path: str) -> str:
    """What holds where a pair or category has no row of its own, or a setting that may be absent is."""
    if path == "passed_before_us":
        return f"{duration(settings.units_before_us)}{_NOT_AGREED}"
    table, _, member = path.partition(".")
    if table == "lead_times":
        return "none"
    if table == "disclosure":
        return level_words(msgspec.structs.replace(settings, disclosure=[]).level_of(member))
    default = {row.path: row.value for row in _minima("default_minima", _DEFAULT, settings.default_minima)}
    _, _, side = member.rpartition(".")
    return f"{default[f'default_minima.{side}']}{_OF_DEFAULT}"
