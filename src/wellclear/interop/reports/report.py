"""One claim as one outlet printed it: who is said to have said it, by whom it was carried, and when.

Speakers are named as they were printed, by office or as "a source"; off the record nobody is looked for behind that.
The claim is the outlet's wording, kept beside the others' and never merged with them (N8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from wellclear.domain.canonical import forbidden_character
from wellclear.errors import InvalidValue
from wellclear.interop.moments import moment

ID_CHARS_MAX: Final = 60
NAME_CHARS_MAX: Final = 120
CLAIM_CHARS_MAX: Final = 1_000
CITES_MAX: Final = 20
FIELDS: Final = ("id", "fact", "claim", "outlet", "agency", "speaker", "record", "said", "printed", "cites")
_TEXTS: Final = (
    ("id", ID_CHARS_MAX), ("fact", ID_CHARS_MAX), ("claim", CLAIM_CHARS_MAX), ("outlet", NAME_CHARS_MAX),
    ("agency", NAME_CHARS_MAX), ("speaker", NAME_CHARS_MAX),
)  # fmt: skip
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Record(StrEnum):
    """Whether the speaker stands by the words with a name."""

    ON = "on"
    OFF = "off"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Report:
    """A claim in print. `agency`, `speaker` and `said` are empty where it does not say; `cites` are other reports' ids.

    `fact` is a short key that whoever enters the reports gives to what they are about, alike for all reports of it.
    `said` and `printed` are days, or moments with a zone (R20).

    Raises:
        InvalidValue: a field is missing, too long, or holds what would turn or hide text; a day that is none; said
        after it
            was printed.
    """

    id: str
    fact: str
    claim: str
    outlet: str
    printed: str
    agency: str = ""
    speaker: str = ""
    record: Record = Record.UNSAID
    said: str = ""
    cites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, most in _TEXTS:
            value = getattr(self, name)
            if not value and name not in ("agency", "speaker"):
                raise InvalidValue(name, "is empty; every report says it")
            _check_text(value, name, most)
        if self.record is not Record.UNSAID and not self.speaker:
            raise InvalidValue("speaker", f"is empty, but what was said is {self.record} the record; say who is quoted")
        if len(self.cites) > CITES_MAX:
            raise InvalidValue("cites", f"{len(self.cites)} reports; {CITES_MAX} are the most")
        for cited in self.cites:
            _check_text(cited, "cites", ID_CHARS_MAX)
            if cited == self.id:
                raise InvalidValue("cites", "names the report itself")
        printed = _day_of(self.printed, "printed")
        if self.said and _day_of(self.said, "said") > printed:
            raise InvalidValue("said", f"{self.said}: is after it was printed, {self.printed}")


def _check_text(text: str, name: str, most: int) -> None:
    if len(text) > most:
        raise InvalidValue(name, f"is longer than {most} characters; shorten it")
    found = forbidden_character(text)
    if found is not None:
        raise InvalidValue(name, f"holds {found}, which may turn or hide what stands beside it; take it out")


def _day_of(text: str, name: str) -> str:
    """The day of a day or a moment, for comparing."""
    if _DAY.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise InvalidValue(name, f"{text!r}: there is no such day") from error
        return text
    if not text:
        raise InvalidValue(name, "is empty; write a day such as 2026-11-23")
    moment(text, name)
    return text[:10] if _DAY.match(text) else ""
