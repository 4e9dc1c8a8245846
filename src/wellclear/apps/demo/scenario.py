"""The scenario file: who takes part, what they agreed, and which notices the story needs.

It is TOML; quantities are written as people write them, with their units. The notices use the words of
`wellclear draft --file`, and one word more: `track`, a file of this package.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wellclear.apps.demo.scenario_rows import (
    PACKAGE,
    Aftermath,
    ArticleTexts,
    Closing,
    Convoy,
    Crossing,
    NoticeRow,
    PartyRow,
    RedLineRow,
    Table,
    Terms,
)
from wellclear.domain.agreement import (
    HOUR_US,
    MINUTE_US,
    Deadlines,
    DefaultMinima,
    LeadTime,
    Settings,
    default_settings,
    settings_from,
)
from wellclear.domain.names import check_party, check_person, party_of_desk
from wellclear.domain.parts import Articles
from wellclear.domain.quantities import LengthUnit, Rounding, length_mm
from wellclear.errors import InvalidValue, Malformed, Unavailable

PALMYRA = PACKAGE / "scenarios" / "palmyra.toml"
FILE_BYTES_MAX = 256 * 1024


class Scenario(Table, frozen=True):
    """The whole file."""

    form: Literal[1]
    name: str
    title: str
    origin: str
    watch: str
    agreement: Terms
    articles: ArticleTexts
    parties: Annotated[list[PartyRow], Meta(min_length=3, max_length=3)]
    guest: PartyRow
    """The agency that runs no node."""
    red_line: RedLineRow
    crossing: Crossing
    convoy: Convoy
    late: NoticeRow
    unanswered: NoticeRow
    aftermath: Aftermath
    closing: Closing

    @property
    def host(self) -> PartyRow:
        return next(row for row in self.parties if "host" in row.roles)

    @property
    def principals(self) -> list[PartyRow]:
        return [row for row in self.parties if "principal" in row.roles]

    def party(self, name: str) -> PartyRow:
        return next(row for row in self.parties if row.party == name)

    def settings(self) -> Settings:
        """The settings that the principals agree to.

        Raises:
            InvalidValue: they break a rule, such as a ladder that does not rise.
        """
        terms, said = self.agreement, self.agreement.deadlines_s
        settings = msgspec.structs.replace(
            default_settings(),
            deadlines=Deadlines(**{name: getattr(said, name).periods() for name in Deadlines.__struct_fields__}),
            default_minima=DefaultMinima(
                lateral_mm=length_mm(terms.lateral_nm, LengthUnit.NM, Rounding.UP),
                vertical_mm=length_mm(terms.vertical_ft, LengthUnit.FT, Rounding.UP),
                time_us=terms.between_min * MINUTE_US,
            ),
            minima=[],
            lead_times=[
                LeadTime(category=name, least_us=hours * HOUR_US) for name, hours in sorted(terms.lead_times_h.items())
            ],
            short_us=terms.short_min * MINUTE_US,
            no_reaction_us=terms.no_reaction_min * MINUTE_US,
        )
        return settings_from(msgspec.to_builtins(settings), "agreement")

    def signed_articles(self) -> Articles:
        return Articles(group="articles", text=self.articles.text, open_points=self.articles.open_points)

    def check(self) -> None:
        """Hold the file to what the story needs.

        Raises:
            InvalidValue: names what does not fit.
        """
        everybody = [*self.parties, self.guest]
        names = [row.party for row in everybody]
        for row in everybody:
            check_party(row.party)
            for person in row.persons:
                check_person(person.person)
        if (
            len(set(names)) < len(names)
            or len(self.principals) != 2
            or sum("host" in row.roles for row in self.parties) != 1
        ):
            raise InvalidValue("parties", "two principals and one host, each once")
        self.settings()
        first, second = self.crossing.first, self.crossing.second
        notices = {
            "crossing.first": first, "crossing.second": second, "late": self.late, "unanswered": self.unanswered,
            "aftermath.survey": self.aftermath.survey, "red_line.drafted": self.red_line.drafted,
        }  # fmt: skip
        for field, notice in notices.items():
            notice.form(0)
            self._check_ends(field, notice)
        self.red_line.group()
        self.red_line.without_touching().form(0)
        self._check_ends("red_line", self.red_line)
        self._check_convoy()
        if not all(number <= len(self.closing.proposed) for number in self.closing.signed):
            raise InvalidValue("closing.signed", f"names a sentence beyond the {len(self.closing.proposed)} proposed")
        if party_of_desk(first.desk) == party_of_desk(second.desk):
            raise InvalidValue("crossing", "its two notices come from the two principals")
        if party_of_desk(self.late.desk) != party_of_desk(second.desk) or self.watch not in self.unanswered.to:
            raise InvalidValue("watch", "sits at a desk that the unanswered notice goes to")

    def _check_convoy(self) -> None:
        said, guest = self.convoy, self.guest
        if {"principal", "host"} & set(guest.roles):
            raise InvalidValue("guest.roles", "a principal and the host run a node; an agency or an observer need not")
        if party_of_desk(said.desk) != guest.party or said.via not in {row.party for row in self.parties}:
            raise InvalidValue("convoy", "comes from a desk of the guest, and goes by the node of another party")
        if {party_of_desk(desk) for desk in said.to} != {row.party for row in self.principals}:
            raise InvalidValue("convoy.to", "goes to a desk of each principal")
        if len(said.leg_min) != said.corridor.count(";"):
            raise InvalidValue("convoy.leg_min", "has the minutes of each leg of the corridor")

    def _check_ends(self, field: str, said: NoticeRow | RedLineRow) -> None:
        ends = {party_of_desk(desk, field=field) for desk in (said.desk, *said.to)}
        if ends != {row.party for row in self.principals}:
            raise InvalidValue(field, "goes from a desk of one principal to a desk of the other")


def read_scenario(path: Path) -> Scenario:
    """A scenario from its file.

    Raises:
        Unavailable: the file cannot be read.
        Malformed: it is no scenario; names the place.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable(str(path), f"cannot be read: {error.strerror}") from error
    if len(raw) > FILE_BYTES_MAX:
        raise Malformed(str(path), "", f"larger than {FILE_BYTES_MAX} bytes")
    try:
        scenario = msgspec.convert(tomllib.loads(raw.decode("utf-8")), Scenario, strict=True)
        scenario.check()
    except InvalidValue as error:
        raise Malformed(str(path), error.field, error.why) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # of TOML or of its types; a number of thousands of digits is a plain one
        raise Malformed(str(path), "", str(error)) from error
    return scenario
