"""How a table of events is read: whose series it is, what it counts and by which words, and which column holds what.

A mapping is a small TOML or JSON file. `series` names the series; `counts`, `by`, `event`, `unit`, `licence` and `cite`
are its definition, which goes wherever its figures go; `party` says that it is that party's own count. `[columns]` says
where each field stands, `[fixed]` what holds for every row, and `[date_precision]`, `[place_precision]` and `[types]`
what the source's codes mean.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from wellclear.domain.canonical import forbidden_character
from wellclear.domain.names import check_party
from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.events.event import TEXT_CHARS_MAX, Dated, Placed

FORM_BYTES_MAX: Final = 64 * 1024
FIELDS: Final = (
    "id", "start", "end", "date_precision", "place", "lat", "lon", "place_precision", "type", "between",
    "low", "best", "high",
)  # fmt: skip
FIXED: Final = ("date_precision", "place", "place_precision", "type", "between", "low", "best", "high")
COUNTS: Final = ("low", "best", "high")
_WORDS: Final = ("series", "party", "by", "counts", "event", "unit", "licence", "cite", "dates")
_TABLES: Final = ("columns", "fixed", "date_precision", "place_precision", "types")
_SERIES: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}", re.ASCII)
_DEFINITION_CHARS_MAX: Final = 1_000


class Dates(StrEnum):
    """How a table spells its days; what is ambiguous is never guessed."""

    ISO = "iso"  # 2026-11-23, also with a time of day behind it
    DAY_FIRST = "day-first"  # 23/11/2026, 23.11.2026
    MONTH_FIRST = "month-first"  # 11/23/2026
    SPREADSHEET = "spreadsheet"  # 46349, days since 1899-12-30


@dataclass(frozen=True, slots=True)
class Definition:
    """Who counts what, by which words; two series with unlike definitions are unlike series.

    `by` is who counts, `counts` what and by which words, `event` what a row is, `unit` what low, best and high count.
    `party` is set where it is a party's own count.
    """

    by: str
    counts: str
    event: str
    unit: str
    licence: str = ""
    cite: str = ""
    party: str = ""

    def as_words(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping that was read and holds together. `columns` says in which column each field stands."""

    series: str
    definition: Definition
    columns: Mapping[str, str]
    dates: Dates = Dates.ISO
    fixed: Mapping[str, str] = field(default_factory=dict)
    dated: Mapping[str, Dated] = field(default_factory=dict)
    placed: Mapping[str, Placed] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


def parse_form(raw: bytes, source: str) -> Form:
    """A mapping out of TOML, or JSON where it begins with a brace.

    Raises:
        Malformed: neither, a word that is not known, or one that is missing or wrong; names it, and what to write.
    """
    read = _document(raw, source)
    for name in read:
        if name not in _WORDS and name not in _TABLES:
            raise Malformed(source, name[:40], f"is no word of a mapping{_near(name, (*_WORDS, *_TABLES))}")
    try:
        return _form({name: _text(read, name) for name in _WORDS}, {name: _table(read, name) for name in _TABLES})
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error


def _document(raw: bytes, source: str) -> dict[str, Any]:
    if len(raw) > FORM_BYTES_MAX:
        raise Malformed(source, "", f"is larger than {FORM_BYTES_MAX} bytes; is it a mapping, and not the table?")
    try:
        text = raw.decode("utf-8-sig")
        read = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        do = "`wellclear series mapping` prints one to start from"
        raise Malformed(source, "", f"is neither TOML nor JSON: {str(error)[:200]}; {do}") from error
    return dict(read)


def _form(words: dict[str, str], tables: dict[str, dict[str, str]]) -> Form:
    if _SERIES.fullmatch(words["series"]) is None:
        why = f"{words['series'][:40]!r} is no name of a series" if words["series"] else "is missing"
        raise InvalidValue("series", f"{why}; write capitals, digits and hyphens, at most 32, such as UCDP-GED")
    for name in ("by", "counts", "event", "unit"):
        if not words[name]:
            raise InvalidValue(name, "is missing; no figure is shown without its definition (R36), so write it down")
    if words["party"]:
        check_party(words["party"])
    if words["dates"] not in ("", *Dates):
        raise InvalidValue("dates", f"{words['dates'][:40]!r} is none of {', '.join(Dates)}")
    _check_columns(tables["columns"], tables["fixed"])
    dated, placed = tables["date_precision"], tables["place_precision"]
    for where, codes, known in (("date_precision", dated, Dated), ("place_precision", placed, Placed)):
        for code, meaning in codes.items():
            if meaning not in tuple(known):
                why = f"{meaning[:40]!r} is none of {', '.join(known)}"
                raise InvalidValue(f"[{where}] {code[:40]}", why)
    form = Form(
        words["series"],
        Definition(**{name: words[name] for name in ("by", "counts", "event", "unit", "licence", "cite", "party")}),
        tables["columns"], Dates(words["dates"] or Dates.ISO), tables["fixed"],
        {code: Dated(meaning) for code, meaning in dated.items()},
        {code: Placed(meaning) for code, meaning in placed.items()}, tables["types"],
    )  # fmt: skip
    _check_fixed(form)
    return form


def _check_columns(columns: dict[str, str], fixed: dict[str, str]) -> None:
    for where, found, known in (("columns", columns, FIELDS), ("fixed", fixed, FIXED)):
        for name in found:
            if name not in known:
                raise InvalidValue(f"[{where}] {name[:40]}", f"is no field there{_near(name, known)}")
    both = next((name for name in fixed if name in columns), None)
    if both is not None:
        raise InvalidValue(f"[fixed] {both}", "has a column as well; say it in one of the two")
    for name in ("id", "start", "type"):
        if name not in columns and name not in fixed:
            where = "[columns] or [fixed]" if name == "type" else "[columns]"
            raise InvalidValue(f"[columns] {name}", f"is missing; say in {where} where it stands")
    if ("lat" in columns) is not ("lon" in columns):
        raise InvalidValue("[columns]", "lat and lon belong together; name both or neither")
    names = list(columns.values())
    twice = next((name for name in names if names.count(name) > 1 and _only_one(columns, name)), None)
    if twice is not None:
        raise InvalidValue("[columns]", f"column {twice[:40]!r} is named for two fields; name another for one of them")


def _only_one(columns: dict[str, str], name: str) -> bool:
    """Start and end may be one column (events of a day), and one count may stand for low, best and high."""
    fields = {field for field, column in columns.items() if column == name}
    return not (fields <= {"start", "end"} or fields <= set(COUNTS))


def _check_fixed(form: Form) -> None:
    for name, known in (("date_precision", tuple(Dated)), ("place_precision", tuple(Placed))):
        if name in form.fixed and form.fixed[name] not in known:
            raise InvalidValue(f"[fixed] {name}", f"{form.fixed[name][:40]!r} is none of {', '.join(known)}")
    for name in COUNTS:
        if name in form.fixed and re.fullmatch("[0-9]{1,7}", form.fixed[name], re.ASCII) is None:
            raise InvalidValue(f"[fixed] {name}", f"{form.fixed[name][:40]!r} is no whole number")


def _text(read: dict[str, Any], name: str) -> str:
    found = read.get(name, "")
    if not isinstance(found, str):
        raise InvalidValue(name, "must be text in quotation marks")
    return _sound(found.strip(), name, _DEFINITION_CHARS_MAX)


def _table(read: dict[str, Any], name: str) -> dict[str, str]:
    found = read.get(name, {})
    if not isinstance(found, dict):
        raise InvalidValue(f"[{name}]", "must be a table of texts")
    for key, value in found.items():
        if not isinstance(value, str):
            raise InvalidValue(f"[{name}] {str(key)[:40]}", "must be text in quotation marks")
    return {
        _sound(str(key).strip(), f"[{name}]", TEXT_CHARS_MAX): _sound(
            value.strip(), f"[{name}] {key[:40]}", TEXT_CHARS_MAX
        )
        for key, value in found.items()
    }


def _sound(text: str, where: str, most: int) -> str:
    if len(text) > most:
        raise InvalidValue(where, f"is longer than {most} characters; shorten it")
    found = forbidden_character(text)
    if found is not None:
        raise InvalidValue(where, f"holds {found}, which may turn or hide what stands beside it; take it out")
    return text


def _near(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name[:40].lower(), known, 1, 0.7)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
