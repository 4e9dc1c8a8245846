"""Names in a file that no reader knows: told once a file, with the name that was perhaps meant.

A misspelt `upper` is an area without an upper face, and a misspelt `start` takes the caller's. Nobody would see either
from the answer, so what is not read is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from wellclear.interop.planned import Planned, Skipped

NOT_READ: Final = "not read"
"""In every such note, for whoever sorts them."""

MISSING: Final = "a clash with what is missing is not seen"
"""In the note of a plan that says itself that it is not whole."""

_TOLD_MAX: Final = 50
_NAME_CHARS: Final = 40
_PLURALS: Final = {"column": "columns", "property": "properties"}
_LIKENESS: Final = 0.7
_SYNONYMS: Final = {
    "from": "start", "begin": "start", "start_time": "start", "begins": "start", "to": "end", "until": "end",
    "stop": "end", "finish": "end", "end_time": "end", "floor": "lower", "bottom": "lower", "lower_limit": "lower",
    "min_alt": "lower", "ceiling": "upper", "top": "upper", "upper_limit": "upper", "max_alt": "upper",
    "owner": "party", "operator": "party", "organisation": "party", "organization": "party", "unit": "party",
    "type": "category", "kind": "category", "width": "half_width", "geometry": "shape", "coordinates": "positions",
}  # fmt: skip
_PLAIN_WORDS: Final = frozenset({"note", "notes", "state", "status", "fid", "uid", "uuid", "data", "date"})
"""They look like names that are read, and hardly ever mean them."""


class Unread:
    """Which names of one file are not read.

    `noun` is what the format calls them: column, property, data.
    """

    def __init__(self, noun: str, known: Iterable[str]) -> None:
        self._noun = noun
        self._known = frozenset(known)
        self._told: set[str] = set()

    def noted(self, made: list[Planned], names: Iterable[str]) -> list[Planned]:
        """The volumes of one feature, the first with a note of those names that were not told before."""
        new = [name for name in names if name not in self._known and name not in self._told and name.strip()]
        if not new or len(self._told) >= _TOLD_MAX:
            return made
        self._told.update(new[:_TOLD_MAX])
        return [replace(made[0], notes=self.notes(new[:_TOLD_MAX]) + made[0].notes), *made[1:]]

    def notes(self, names: Iterable[str]) -> tuple[str, ...]:
        """A note for each name that is nearly one that is read, and one for all the others."""
        meant = {name: self._meant(name) for name in names}
        told = [
            f"{self._noun} {_shown(name)} is {NOT_READ}; did you mean {known}?"
            for name, known in meant.items()
            if known
        ]
        others = [_shown(name) for name, known in meant.items() if not known]
        if others:
            nouns = self._noun if len(others) == 1 else _PLURALS.get(self._noun, self._noun)
            told.append(f"{nouns} {', '.join(others)} {'is' if len(others) == 1 else 'are'} {NOT_READ}")
        return tuple(told)

    def hinted(self, skipped: Skipped, names: Iterable[str]) -> Skipped:
        """What is missing in a feature may stand there under a name that is not read."""
        if not skipped.reason.startswith("is missing"):
            return skipped
        field = skipped.field.removesuffix("_m")
        for name in names:
            if name not in self._known and self._meant(name).removesuffix("_m") == field:
                do = f"if {self._noun} {_shown(name)} is meant for it, call it {self._meant(name)}; else {skipped.do}"
                return replace(skipped, do=do)
        return skipped

    def _meant(self, written: str) -> str:
        name = "_".join(re.findall(r"[a-z0-9]+", written[:200].lower()))
        if name in _PLAIN_WORDS:
            return ""
        if name in self._known:
            return name
        if _SYNONYMS.get(name) in self._known:
            return _SYNONYMS[name]
        near = sorted(known for known in self._known if name.endswith("_m") or not known.endswith("_m"))
        return next(iter(get_close_matches(name, near, 1, _LIKENESS)), "")


def _shown(name: str) -> str:
    """A name of the file as it stands there, if it can be shown."""
    return repr(name[:_NAME_CHARS])
