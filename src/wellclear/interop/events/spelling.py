"""How an event and a definition are kept: the same event is the same text, and is known again by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from wellclear.errors import InvalidValue
from wellclear.interop.events.event import Dated, Event, Placed
from wellclear.interop.events.form import Definition


def spelt(event: Event) -> str:
    """An event as a JSON array of its fields in their order."""
    values = [
        event.id, event.first.isoformat(), event.last.isoformat(), event.dated, event.place, event.lat_e7, event.lon_e7,
        event.placed, event.type, event.between, event.low, event.best, event.high,
    ]  # fmt: skip
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def event_of(text: str) -> Event:
    """The event of its spelling; raises InvalidValue where it is none."""
    try:
        id_, first, last, dated, place, lat_e7, lon_e7, placed, type_, between, low, best, high = json.loads(text)
        event = Event(
            id_, date.fromisoformat(first), date.fromisoformat(last), Dated(dated), place, lat_e7, lon_e7,
            Placed(placed), type_, between, low, best, high,
        )  # fmt: skip
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidValue("event", f"{text[:60]!r} is none that was kept") from error
    texts, numbers = (id_, place, type_, between), (lat_e7, lon_e7, low, best, high)
    if not all(type(one) is str for one in texts) or not all(one is None or type(one) is int for one in numbers):
        raise InvalidValue("event", f"{text[:60]!r} is none that was kept")
    return event


def definition_of(words: Mapping[str, str]) -> Definition:
    """The definition of its words; raises InvalidValue where there are others."""
    if set(words) != {each.name for each in fields(Definition)}:
        raise InvalidValue("definition", f"has the words {', '.join(sorted(words))[:200]}")
    return Definition(**words)
