"""Who is shown which field groups of a notice: a level, 0 to 4, for each recipient (protocol, "Agreement", R25, N13).

The agreement sets what a category is shown at by default. An officer lowers it at will; more than the default is shown
only where that is said in a word of its own, so that nobody shows it by oversight. A group goes to the recipients whose
level reaches it. At level 0 nothing is sent, and nobody is addressed. Sites, movements, deployments and surveys go to
nobody who was not consented to by name: whoever was not is at level 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wellclear.domain.agreement import LEVEL_MAX, Settings
from wellclear.domain.names import party_of_desk
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import LEVEL_OF_GROUP, NOTICE_GROUPS
from wellclear.errors import InvalidValue

Levels = dict[str, int]
"""The level of each recipient, by party."""


def levels_of(
    terms: Settings,
    category: str,
    parties: Collection[str],
    asked: Mapping[str, Any],
    raised: Mapping[str, Any],
    consent: Collection[str] = (),
    named: tuple[str, str, str] = ("levels", "disclose", "consent"),
) -> Levels:
    """The level of each recipient.

    `asked` are levels up to the category's default, `raised` any others, `consent` the parties that may be given what
    needs it; `named` is how the three are called in errors.

    Raises:
        InvalidValue: a level that is none, of no recipient, or above the default without the word for it; a consent
            that is for no recipient or for nothing, or that is missing.
    """
    default = terms.level_of(category)
    levels = dict.fromkeys(sorted(parties), default)
    for name, given in zip(named, (asked, raised), strict=False):
        for party, level in given.items():
            if party not in levels:
                raise InvalidValue(name, f"{party!s:.40} is none of the recipients, {', '.join(levels) or 'nobody'}")
            if type(level) is not int or not 0 <= level <= LEVEL_MAX:
                raise InvalidValue(name, f"the level of {party} is a whole number from 0 to {LEVEL_MAX}")
            if given is asked and level > default:
                raise InvalidValue(
                    name, f"{category} is shown at level {default} by default; level {level} for {party} takes "
                          f"{named[1]}",
                )  # fmt: skip
            levels[party] = level
    return _consented(category, levels, {*asked, *raised}, consent, named[2])


def _consented(category: str, levels: Levels, said: Collection[str], consent: Collection[str], name: str) -> Levels:
    """The same, with whoever was not consented to at level 0, where the category asks for consent (R29, N13)."""
    for party in consent:
        if party not in levels:
            raise InvalidValue(name, f"{party!s:.40} is none of the recipients, {', '.join(levels) or 'nobody'}")
        if category not in CONSENTED:
            raise InvalidValue(name, f"{category} needs none; it is for {', '.join(sorted(CONSENTED))}")
    if category not in CONSENTED:
        return levels
    for party in said:
        if levels[party] and party not in consent:
            raise InvalidValue(name, f"{category} is given to {party} only where {party} is named here")
    if levels and not consent and any(party not in said for party in levels):
        wanted = ", ".join(levels)
        raise InvalidValue(name, f"{category} is given to nobody who is not named here, one by one: {wanted}")
    return {party: level if party in consent else 0 for party, level in levels.items()}


def addressed(to: Sequence[str], levels: Mapping[str, int], field: str = "levels") -> list[str]:
    """The desks that are left once those of level 0 are not addressed; raises `InvalidValue` where none is."""
    left = [desk for desk in to if levels.get(party_of_desk(desk), LEVEL_MAX) > 0]
    if to and not left:
        raise InvalidValue(field, "at level 0 nobody is left to send it to; what stays at the own desk needs no notice")
    return left


def shown_to(levels: Mapping[str, int], withheld: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """The readers of each field group of a notice, sorted, without the author."""
    return {
        group: tuple(sorted(party for party, level in levels.items() if level >= LEVEL_OF_GROUP[group]))
        if group not in withheld else ()
        for group in NOTICE_GROUPS
    }  # fmt: skip


def levels_shown(commits: Sequence[str], shown: Sequence[Sequence[str]]) -> Levels:
    """The level up to which each party was shown a version without a gap, from the readers of its parts in order."""
    levels: Levels = {}
    for number, (_, readers) in enumerate(zip(commits, shown, strict=False), 1):
        for party in readers:
            if levels.get(party, 0) == number - 1:
                levels[party] = number
    return levels
