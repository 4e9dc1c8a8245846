"""A zone as people type it: its place by a circle or a file, limits as TEXT[=NUMBER], minima of its own, its end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.notice_form import as_option, volume_from_words, volumes_from_file
from wellclear.apps.cli.records_own import checked
from wellclear.domain.agreement import DAY_US
from wellclear.domain.treaty import ZONE_DAYS_MAX
from wellclear.errors import InvalidValue

MINIMA_WORDS: Final = "LATERAL,VERTICAL,TIME"
_TIME: Final = re.compile(r"([0-9]{1,6})\s*(s|min|h)", re.ASCII)
_TIME_US: Final = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when: a file of volumes, or the words of a circle with the start and the end of the zone."""

    file: Path | None = None
    words: Mapping[str, str | None]

    @property
    def named(self) -> bool:
        """Whether anything of it was typed."""
        return self.file is not None or any(self.words.values())

    def volumes(self) -> list[Fields]:
        """The volumes of the zone.

        Raises:
            Malformed, InvalidValue: names the option, or the place in the file, and says what to write.
        """
        said = {name: value for name, value in self.words.items() if value is not None}
        if self.file is None and "circle" not in said:
            raise InvalidValue("--circle", "say where the zone is: --circle with --radius, or volumes in a --file")
        if self.file is None:
            return [volume_from_words(said, as_option)]
        if said:
            raise InvalidValue(as_option(next(iter(said))), "goes into the file when there is one")
        return volumes_from_file(self.file)


def window_of(volumes: Sequence[Fields]) -> Fields:
    """From the first start of its volumes to the last end; raises `InvalidValue` for a zone that lasts too long."""
    start_us = min(int(volume["start_us"]) for volume in volumes)
    end_us = max(int(volume["end_us"]) for volume in volumes)
    if end_us - start_us > ZONE_DAYS_MAX * DAY_US:
        raise InvalidValue("--end", f"a zone lasts at most {ZONE_DAYS_MAX} days; renew it before it ends")
    return {"start_us": start_us, "end_us": end_us}


def last_day(zone: Fields) -> str:
    """The day on which a zone ends (UTC), after which it leaves the picture."""
    return (_EPOCH + timedelta(microseconds=int(zone["end_us"]))).date().isoformat()


def zone_group(place: Place, **members: Any) -> Fields:
    """The field group of a zone; members that are None are left out. Raises `InvalidValue`."""
    volumes = place.volumes()
    said = {name: value for name, value in members.items() if value is not None}
    return checked({"group": "zone", **said, "volumes": volumes, **window_of(volumes)})


def limit_from(words: str) -> Fields:
    """`tanks=75` or `no air defence` as a limit; raises `InvalidValue` with what to write."""
    text, equals, number = (part.strip() for part in words.partition("="))
    if not text or (equals and not (number.isascii() and number.isdecimal())):
        raise InvalidValue("--limit", f"{words[:40]!r}: write TEXT or TEXT=NUMBER, such as 'tanks=75'")
    return {"text": text} | ({"at_most": int(number)} if equals else {})


def minima_from(words: str) -> Fields:
    """`5km,1000ft,10min`: how near counts as in the zone; raises `InvalidValue` with what to write."""
    parts = [part.strip() for part in words.split(",")]
    match = _TIME.fullmatch(parts[-1])
    if len(parts) != 3 or match is None:
        raise InvalidValue("--minima", f"{words[:40]!r}: write {MINIMA_WORDS}, such as 5km,1000ft,10min")
    lateral_mm, vertical_mm = (typed.length(part, "--minima") for part in parts[:2])
    time_us = int(match.group(1)) * _TIME_US[match.group(2)]
    return {"lateral_mm": lateral_mm, "vertical_mm": vertical_mm, "time_us": time_us}
