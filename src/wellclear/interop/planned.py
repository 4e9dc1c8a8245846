"""What readers of foreign formats give: volumes that somebody plans, and what could not be used, each with its place.

A reader is a generator of `Planned | Skipped` in the order of the file. One bad feature never hides the good ones
beside it; a file that cannot be read any further raises `Malformed`. Readers do not compare ids with each other:
whoever gathers several files does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellclear.domain.volume import Volume
from wellclear.interop.heights import Height


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the caller's input something stands.

    `file` is as the caller named it; `index` counts features, rows, placemarks or tracks from 1; `line` counts lines
    from 1, where the format has lines. `noun` is what the format calls the counted things.
    """

    file: str
    index: int | None = None
    line: int | None = None
    noun: str = "feature"

    def __str__(self) -> str:
        """For people: `routes.geojson, feature 12`; a line is told first, because editors can jump to it."""
        told = [self.file]
        if self.line is not None:
            told.append(f"line {self.line}")
        if self.index is not None:
            told.append(f"{self.noun} {self.index}")
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Planned:
    """One volume that somebody plans.

    `notice` is the same for several volumes of one notice, else the id. `category` is empty where the file says
    none. `notes` tell what the caller should know of how it was read, in sentences without a full stop. `states` is
    what it says of itself beside that (`notice_words.STATED`), each with yes, no or not stated, in their order.
    """

    id: str
    notice: str
    party: str
    category: str
    volume: Volume
    place: Place
    notes: tuple[str, ...] = ()
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """One feature that could not be used: which field, why, and what to write instead (`do`).

    `id` is empty where none could be read.
    """

    place: Place
    id: str
    field: str
    reason: str
    do: str

    def __str__(self) -> str:
        """One sentence that can be read aloud."""
        named = f" ({self.id})" if self.id else ""
        return f"{self.place}{named}: {self.field}: {self.reason}; {self.do}"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the caller says for features that do not say it themselves; KML and GPX have no fields for most of it.

    `lower` and `upper` hold together, for volumes that say no height at all. `radius_m` and `half_width_m` are decimal
    text in metres, kept exact.
    """

    party: str = ""
    category: str = ""
    start_us: int | None = None
    end_us: int | None = None
    lower: Height | None = None
    upper: Height | None = None
    radius_m: str | None = None
    half_width_m: str | None = None


Read = Iterator[Planned | Skipped]
"""What every reader returns."""
