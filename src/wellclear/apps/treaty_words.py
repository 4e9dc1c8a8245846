"""How a zone, a red line's trigger and a host nation's consent stand, in words: alike on page and command line."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from wellclear.airspace.triggers import trigger_from
from wellclear.apps.record_words import CONSENTS
from wellclear.domain import canonical
from wellclear.errors import InvalidValue, WellclearError
from wellclear.picture.view_treaty import ConsentWord, ZoneStanding

RECEIPT: Final = "Its receipt is not its acceptance."
NO_NATION: Final = "no desk speaks for it"
NO_WORD: Final = "no word"
SEALED_SINCE: Final = "it has said something since that is not open here"


def zone_words(standing: ZoneStanding, author: str) -> str:
    """The state of a zone: agreed, disputed, claimed by its author, or ended."""
    return f"claimed by {author}" if standing.state == "claimed" else standing.state


def consent_said(word: ConsentWord | None, version: int, *, may_be_older: bool) -> str:
    """What a nation has last said of a version; that it has said nothing is no consent (N3)."""
    said = f"{NO_WORD} on version {version}, which is no consent" if word is None else ""
    if word is not None:
        said = f"{CONSENTS[word.consent]}, version {version}"
    return f"{said}; {SEALED_SINCE}" if may_be_older else said


def trigger_fault(trigger: dict[str, Any]) -> str:
    """Why a trigger cannot be judged here, with the place of the fault; empty where it can."""
    try:
        return _fault(canonical.encode(trigger))
    except WellclearError as error:
        return str(error)


@lru_cache(maxsize=256)
def _fault(trigger: bytes) -> str:
    try:
        trigger_from(canonical.decode(trigger, "trigger"))
    except InvalidValue as error:
        return str(error)
    return ""
