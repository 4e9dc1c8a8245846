"""What an officer has at hand when something is to be said: the node's core, the desk, keys, and the dice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.channel.composing import Composed, approve, compose
from wellclear.channel.desk import Pen, readers_of
from wellclear.domain.cells import cell_around
from wellclear.domain.entry import Approval, Role
from wellclear.domain.parts import Group, Nature, Rest, Volumes
from wellclear.picture.rows import ItemRow
from wellclear.testing.sketch import SECOND_US, SketchParty, circle

CATEGORIES = ("air", "drone", "ground", "sea", "firing", "survey")


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer hands to the node: an act with all its parts, approved; `use` is the key that links it."""

    composed: Composed
    approvals: tuple[Approval, ...] = ()
    use: str = "node"


@dataclass(frozen=True, slots=True)
class Scene:
    """One officer's moment. `wild` tells whether what is said should be foolish or hostile for once."""

    core: NodeCore
    party: SketchParty
    dice: random.Random
    others: tuple[SketchParty, ...]
    wild: bool = False
    at: str = ""
    """The desk that speaks, if it is not the party's first."""

    @property
    def desk(self) -> str:
        return self.at or self.party.desk

    @property
    def pen(self) -> Pen:
        """At this moment, for the party's desk."""
        return self.core.pen(self.desk)

    def new_id(self) -> str:
        """A fresh id; raises `Unavailable` before the log has been followed."""
        return self.core.next_id(self.desk)

    def desks(self) -> list[str]:
        """Some desks of other parties, at least one."""
        known = sorted(desk for desk, row in self.core.picture.desks.items() if row.party != self.party.name)
        first = [desk for desk in known if desk.endswith("/OPS")]
        some = known if self.dice.random() < 0.2 else first
        return sorted(self.dice.sample(some, self.dice.choice([1, 1, min(2, len(some))]))) if some else []

    def items(self, kind: str, *, own: bool, open_only: bool = True) -> list[tuple[str, ItemRow]]:
        """Public items of a kind, of this party or of the others, by id."""
        rows = sorted(self.core.picture.items.items())
        return [
            (id_, row)
            for id_, row in rows
            if row.kind == kind and (row.party == self.party.name) == own and (row.state == "RELEASED" or not open_only)
        ]

    def volumes(self) -> list[dict[str, Any]]:
        """One to three circles near one another, so that some of them conflict."""
        made = []
        for _ in range(self.dice.choice([1, 1, 2])):
            start_us = self.core.now_us + self.dice.randint(-600, 7200) * SECOND_US
            volume = circle(
                33.0 + 3 * self.dice.random(), 37.0 + 3 * self.dice.random(), self.dice.randint(500, 9_000),
                start_us=start_us, end_us=start_us + self.dice.randint(60, 3600) * SECOND_US,
            )  # fmt: skip
            if self.dice.random() < 0.2:
                volume["band"] = {"datum": self.dice.choice(["W84", "AMSL", "STD"]), "lower_mm": 500_000}
            made.append(volume)
        return made

    def notice_groups(self, volumes: list[dict[str, Any]]) -> list[Group]:
        """The four groups of a notice about these volumes."""
        nature = msgspec.convert({"group": "category", "category": self.dice.choice(CATEGORIES)}, Nature)
        return [
            cell_around(volumes),
            Volumes(group="volume", volumes=volumes),
            nature,
            Rest(group="rest", crewed="yes"),
        ]

    def keep_until(self) -> str:
        """A day after everything that is announced here."""
        return self.dice.choice(["2026-11-30", "2026-12-01", "2026-12-24"])

    def precedence(self) -> str:
        """Mostly what business has."""
        return self.dice.choice("PPPROZ" if self.wild else "PPPRRO")

    def readers(self, to: Sequence[str]) -> set[str]:
        """Who may read what goes to these desks."""
        return readers_of(self.pen, to)

    def of_the_party(self, kind: str, public: dict[str, Any] | None = None) -> Composed:
        """An act of the party itself, of no desk."""
        pen = self.pen
        return compose(
            kind, channel=pen.channel, party=pen.party, said_us=pen.said_us, public=UNSET if public is None else public
        )

    # Approvals.

    def by(self, composed: Composed, *as_roles: tuple[str, Role], use: str = "node") -> Said:
        """Approved by persons of the party, or with its own keys, each in a role."""
        approvals = [approve(composed.act, self.party.key(person), role) for person, role in as_roles]
        return Said(composed, tuple(approvals), use)

    def watched(self, composed: Composed) -> Said:
        """By a watch officer."""
        return self.by(composed, (self.dice.choice(["W1", "W2", "R1"]), "watch_officer"))

    def released(self, composed: Composed) -> Said:
        """By a drafter and a release authority."""
        return self.by(composed, ("W1", "drafter"), ("R1", "release_authority"))

    def by_administrators(self, composed: Composed) -> Said:
        """By two of them."""
        return self.by(composed, ("A1", "administrator"), ("A2", "administrator"))

    def by_head(self, composed: Composed) -> Said:
        """By the head of delegation."""
        return self.by(composed, ("head_of_delegation", "head_of_delegation"))
