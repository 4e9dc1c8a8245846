"""What an officer has at hand when something is to be said: the node's core, the desk, keys, and the dice."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.channel.composing import Composed, approve, compose
from wellclear.channel.desk import Pen, write_act
from wellclear.channel.sealing import SealingKey
from wellclear.domain.entry import Approval, Role
from wellclear.picture.rows import ItemRow
from wellclear.testing.sketch import SECOND_US, SketchParty, circle

CATEGORIES = ("air", "drone", "ground", "sea", "firing", "survey")
SHOWN_FROM: Final = {"cell": 1, "volume": 2, "category": 3, "rest": 4}
"""The level from which on a field group of a notice is shown (R25); what was meant is reckoned here, by this table."""
COPIES: Final = 4
"""For so many recipients a notice has room, where each gets its own copy."""
EXPOSED: Final = ("deployment", "survey", "protected_site")
"""Shown at level 1 unless somebody says otherwise (N13)."""
LOOKING: Final = {"invitation": "the host nation", "purpose": "site_survey"}
"""What a survey says beside its place."""
Meant = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer hands to the node: an act with all its parts, approved; `use` is the key that links it.

    `meant` are the readers of each part, its author too; None: whoever is addressed. `sealing` is a key that the node
    must have before it sends this.
    """

    composed: Composed
    approvals: tuple[Approval, ...] = ()
    use: str = "node"
    meant: Meant | None = None
    sealing: SealingKey | None = None


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

    def announced(self, kind: str, to: Sequence[str], volumes: list[dict[str, Any]], **members: Any) -> Said:
        """A notice or an amendment about these volumes, shown to each recipient at some level."""
        category = self.dice.choice(CATEGORIES)
        least, more = self._levels(category, sorted({desk.partition("/")[0] for desk in to}))
        groups: list[dict[str, Any]] = [
            {"group": "volume", "volumes": volumes}, {"group": "category", "category": category},
            {"group": "rest", "crewed": "yes"} | (LOOKING if category == "survey" else {}),
        ]  # fmt: skip
        asked = {**members, "to": list(to), "levels": least, "disclose": more, **self._consent(category, to)}
        composed = write_act(self.pen, kind, groups, asked, self.core.picture.terms)
        levels = self._defaults(category, to) | least | more
        meant = tuple(
            frozenset({self.party.name} | {party for party, level in levels.items() if level >= SHOWN_FROM[group]})
            for group in SHOWN_FROM
        )
        if category == "survey":
            meant = self._one_by_one(levels)
        return replace(self.released(composed), meant=meant)

    def _one_by_one(self, levels: Mapping[str, int]) -> Meant:
        """What is said in copies: four groups for each recipient, by the alphabet, and four that nobody reads yet."""
        own = self.party.name
        copies = sorted(party for party, level in levels.items() if level)
        said = [
            frozenset({own, party} if levels[party] >= SHOWN_FROM[group] else {own})
            for party in copies for group in SHOWN_FROM
        ]  # fmt: skip
        return (*said, *(frozenset({own}),) * (len(SHOWN_FROM) if len(copies) < COPIES else 0))

    def _consent(self, category: str, to: Sequence[str]) -> dict[str, list[str]]:
        """Of what goes to nobody else: everybody whom it is for, by name."""
        named = {desk.partition("/")[0] for desk in to} - {self.party.name}
        return {"consent": sorted(named)} if category == "survey" else {}

    def _defaults(self, category: str, to: Sequence[str]) -> dict[str, int]:
        agreed = {str(row.category): row.level for row in self.core.picture.terms.disclosure}
        level = agreed.get(category, 1 if category in EXPOSED else 4)
        return {desk.partition("/")[0]: level for desk in to}

    def _levels(self, category: str, parties: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
        """For whom less than agreed is shown, and for whom more; mostly for nobody."""
        least, more = dict[str, int](), dict[str, int]()
        for party, level in self._defaults(category, parties).items():
            fate = self.dice.random()
            if fate < 0.2 and level > 1:
                least[party] = self.dice.randint(1, level - 1)
            elif fate > 0.8 and level < 4:
                more[party] = self.dice.randint(level + 1, 4)
        return least, more

    def keep_until(self) -> str:
        """A day after everything that is announced here."""
        return self.dice.choice(["2026-11-30", "2026-12-01", "2026-12-24"])

    def precedence(self) -> str:
        """Mostly what business has."""
        return self.dice.choice("PPPROZ" if self.wild else "PPPRRO")

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
