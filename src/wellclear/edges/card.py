"""A party's card as a file: what it hands to whoever founds the channel or proposes to admit it.

    {"card": {"party": …, "roles": […], "node": …, …}, "exercise": "yes" | "no"}

The card proper is what genesis and `admit` carry. Whether the keys were made for exercises travels beside it, and is
part of what is read aloud; it is not in the log, since there it would be no more than the party's own word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from wellclear.domain import canonical
from wellclear.domain.entry import Wire, YesNo
from wellclear.domain.kinds import PartyCard
from wellclear.domain.spoken import spoken
from wellclear.errors import Malformed, Misconfigured


class CardFile(Wire, frozen=True):
    """A party with the public halves of its keys; `exercise` is yes if any of them was made for exercises."""

    card: PartyCard
    exercise: YesNo

    @property
    def party(self) -> str:
        return self.card.party

    @property
    def spoken(self) -> str:
        """What is read aloud for it: 8 groups of 4."""
        return spoken(self.encode())

    def encode(self) -> bytes:
        """The file's content: canonical JSON."""
        return canonical.encode(self)


def card_from(fields: Any, source: str) -> CardFile:
    """The card that a decoded object holds; raises `Malformed`."""
    try:
        return msgspec.convert(fields, CardFile, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(source, "", f"no party's card: {error}") from error


def check_real_cards(cards: Iterable[CardFile]) -> None:
    """Raise `Misconfigured` for the first card with keys that were made for exercises: no real channel takes it.

    What a card says can be edited by hand. So the party's own node looks again, at its sealed key files.
    """
    for card in cards:
        if card.exercise == "yes":
            uses, command = ", ".join(use for use, _ in card.card.uses()), "wellclear node init --real"
            raise Misconfigured(
                f"{card.party}'s card", f"its keys ({uses}) were made for exercises, and this channel is REAL",
                do=f"{card.party} makes new keys in another home, with `{command} --party {card.party}`, and sends "
                   "the new card",
            )  # fmt: skip
