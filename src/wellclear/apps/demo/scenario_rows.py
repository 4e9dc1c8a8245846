"""The tables of a scenario file: parties, terms, and what each step of the story needs, as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from wellclear.airspace.triggers import trigger_from
from wellclear.apps.cli import typed
from wellclear.apps.cli.notice_form import NoticeForm, form_from, volume_from_words
from wellclear.apps.cli.notice_table import table_of
from wellclear.domain.agreement import (
    MINUTE_US,
    SECOND_US,
    Category,
    Periods,
)
from wellclear.domain.entry import Precedence, Role
from wellclear.domain.kinds import PartyRole
from wellclear.domain.members import Language, ShortText, Text
from wellclear.domain.names import party_of_desk
from wellclear.domain.quantities import Position, format_time
from wellclear.domain.records import IntentCode
from wellclear.domain.volume import Route, TimeWindow, Volume
from wellclear.domain.volume_fields import volume_fields
from wellclear.errors import Malformed, Unavailable

PACKAGE = Path(__file__).parent

Positive = Annotated[int, Meta(ge=1, le=100_000)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; a word that it does not know is refused."""


@dataclass(frozen=True, slots=True)
class Vertex:
    """A corner of a track and the seconds after its first one."""

    lat_e7: int
    lon_e7: int
    after_s: int


class _Track(Table, frozen=True):
    source: str
    moved: str
    flight_level: int
    vertices: Annotated[list[Vertex], Meta(min_length=2, max_length=40)]


def track_of(path: Path) -> list[Vertex]:
    """The vertices of a track of this package; raises `Unavailable` or `Malformed`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Track).vertices
    except OSError as error:
        raise Unavailable(str(path), f"cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(path), "", str(error)) from error


class Seconds(Table, frozen=True):
    """One period for each precedence, in seconds; none under five (core rule of deadlines)."""

    Z: Annotated[int, Meta(ge=5)]
    O: Annotated[int, Meta(ge=5)]  # noqa: E741  # the precedence letter of ACP 121
    P: Annotated[int, Meta(ge=5)]
    R: Annotated[int, Meta(ge=5)]

    def periods(self) -> Periods:
        return Periods(**{name: getattr(self, name) * SECOND_US for name in ("Z", "O", "P", "R")})


class DeadlineSeconds(Table, frozen=True):
    """The deadlines of the exercise's agreement."""

    receipt: Seconds
    ack: Seconds
    next_name: Seconds
    other_desk: Seconds
    host: Seconds


class Terms(Table, frozen=True):
    """What the agreement sets that the story depends on; all else stays at the defaults."""

    deadlines_s: DeadlineSeconds
    lead_times_h: dict[Category, Positive]
    short_min: Positive
    no_reaction_min: Positive
    lateral_nm: Positive
    vertical_ft: Positive
    between_min: Positive


class ArticleTexts(Table, frozen=True):
    """What the principals sign beside the settings."""

    text: str
    open_points: list[str]


class PersonRow(Table, frozen=True):
    """One person of a party, in the ladder's order."""

    person: str
    roles: Annotated[list[Role], Meta(min_length=1)]


class PartyRow(Table, frozen=True):
    """One party; its second desk, if any, stands in for its first."""

    party: str
    roles: Annotated[list[PartyRole], Meta(min_length=1)]
    desks: Annotated[list[str], Meta(min_length=1, max_length=2)]
    persons: Annotated[list[PersonRow], Meta(min_length=1)]


class NoticeRow(Table, frozen=True):
    """A notice of the story, in the words of a notice file; times count from the moment of drafting."""

    desk: str
    to: Annotated[list[str], Meta(min_length=1)]
    precedence: Precedence
    category: Category
    start_in_min: Positive
    lower: str
    upper: str
    contact: str
    for_min: Positive = 1
    fast_precedence: Precedence | None = None
    datum: str | None = None
    track: str | None = None
    corridor: str | None = None
    half_width: str | None = None
    circle: str | None = None
    radius: str | None = None
    polygon: str | None = None
    also: list[str] = []
    """Further centres of a circle, each a volume of its own."""
    say: dict[str, Any] = {}

    def form(self, now_us: int, *, fast: bool = False) -> NoticeForm:
        """The notice as it would be drafted now.

        Raises:
            InvalidValue: a word of it is wrong; names the word.
        """
        step_us = MINUTE_US if self.start_in_min >= 60 else SECOND_US
        start_us = now_us - now_us % step_us + self.start_in_min * MINUTE_US
        words = {"category": self.category, "to": self.to, "contact": self.contact, **self.say}
        words["precedence"] = self.fast_precedence if fast and self.fast_precedence else self.precedence
        volumes = [self._flown(start_us)] if self.track else [self._said(start_us, self.circle)]
        volumes += [self._said(start_us, centre) for centre in self.also]
        return form_from(words, volumes, str)

    def _said(self, start_us: int, circle: str | None) -> dict[str, Any]:
        names = ("lower", "upper", "datum", "corridor", "half_width", "circle", "radius", "polygon")
        words = {name: value for name in names if (value := getattr(self, name)) is not None}
        words |= {"circle": circle} if circle else {}
        words["start"] = format_time(start_us)
        words["end"] = format_time(start_us + self.for_min * MINUTE_US)
        return volume_from_words(words, str)

    def _flown(self, start_us: int) -> dict[str, Any]:
        vertices = track_of(PACKAGE / "data" / Path(self.track or "").name)
        route = Route(
            tuple(Position(vertex.lat_e7, vertex.lon_e7) for vertex in vertices),
            tuple(start_us + vertex.after_s * SECOND_US for vertex in vertices),
        )
        band = typed.band(self.lower, self.upper, self.datum, ("lower", "upper", "datum"))
        window = TimeWindow(start_us, start_us + vertices[-1].after_s * SECOND_US)
        return volume_fields(Volume(route, typed.length(self.half_width or "", "half_width"), band, window))


class Convoy(Table, frozen=True):
    """What the agency announces of its convoy, and how far down the principals pass it on."""

    desk: str
    via: str
    to: Annotated[list[str], Meta(min_length=1)]
    start_in_min: Positive
    corridor: str
    leg_min: Annotated[list[Positive], Meta(min_length=1)]
    """Minutes of each leg of the corridor, in its order."""
    half_width: str
    lower: str
    upper: str
    datum: str
    vehicles: str
    armed_escort: Literal["yes", "no"]
    contact_on_board: ShortText
    contact: ShortText
    echelon: ShortText

    def table(self, now_us: int) -> str:
        """The table that its desk fills in, as if it were filled in now."""
        times = [now_us - now_us % MINUTE_US + self.start_in_min * MINUTE_US]
        for minutes in self.leg_min:
            times.append(times[-1] + minutes * MINUTE_US)
        parties = [party_of_desk(desk) for desk in self.to]
        row = {
            "to": "; ".join(self.to), "category": "aid_movement", "corridor": self.corridor,
            "half_width": self.half_width, "times": "; ".join(map(format_time, times)),
            "start": format_time(times[0]), "end": format_time(times[-1]), "lower": self.lower, "upper": self.upper,
            "datum": self.datum, "vehicles": self.vehicles, "armed_escort": self.armed_escort,
            "contact_on_board": self.contact_on_board, "contact": self.contact, "consent": "; ".join(parties),
            "disclose": "; ".join(f"{party}=4" for party in parties),
        }  # fmt: skip
        return table_of([row])


class Teller(Table, frozen=True):
    """What one principal tells of the incident: its own words, and how many of what, as a range."""

    text: Text
    what: ShortText
    at_least: Annotated[int, Meta(ge=0, le=100_000)]
    at_most: Annotated[int, Meta(ge=0, le=100_000)]

    def group(self) -> dict[str, Any]:
        """Its account; it names no evidence."""
        tally = {"what": self.what, "at_least": self.at_least, "at_most": self.at_most}
        return {"group": "account", "language": "en", "text": self.text, "tallies": [tally], "evidence": []}


class Aftermath(Table, frozen=True):
    """A survey that is disclosed as a cell, what then happened at it, and what each principal says of that."""

    survey: NoticeRow
    place: str
    intent: IntentCode
    recorder: Teller
    other: Teller


class Closing(Table, frozen=True):
    """Two wordings of a statement: what one principal proposes, and what both sign."""

    proposed: Annotated[list[Text], Meta(min_length=2)]
    signed: list[Positive]
    agreed: Annotated[list[Text], Meta(min_length=1)]
    keep_days: Annotated[int, Meta(ge=1, le=3660)]

    def group(self, sentences: list[str]) -> dict[str, Any]:
        """A wording, in English alone."""
        words = [{"words": [{"language": "en", "text": text}]} for text in sentences]
        return {"group": "statement", "outcome": "statement", "sentences": words}


class RedLineRow(Table, frozen=True):
    """A red line of one principal, in its own words; its trigger has the form of docs/red-lines.md."""

    desk: str
    to: Annotated[list[str], Meta(min_length=1)]
    language: Language
    text: Text
    keep_days: Annotated[int, Meta(ge=1, le=3660)]
    trigger: dict[str, Any]
    drafted: NoticeRow
    """What the other principal drafts, and does not send: it touches the line."""
    changed: dict[str, Any]
    """What it says instead, so that it does not."""

    def group(self) -> dict[str, Any]:
        """What is declared.

        Raises:
            InvalidValue: the trigger cannot be judged.
        """
        trigger_from(self.trigger)
        return {"group": "red_line", "language": self.language, "text": self.text, "trigger": self.trigger}

    def without_touching(self) -> NoticeRow:
        """The draft as it is changed."""
        return msgspec.structs.replace(self.drafted, say={**self.drafted.say, **self.changed})


class Heights(Table, frozen=True):
    """The band that is asked for."""

    lower: str
    upper: str
    datum: str | None = None


class Crossing(Table, frozen=True):
    """Two notices that cross, and what the second party asks of the first."""

    first: NoticeRow
    second: NoticeRow
    request: Heights
