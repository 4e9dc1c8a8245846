"""The field groups of statements: a text by sentences, and who has signed which of them (R38; protocol, "Records").

Nothing is published by itself (N6): a statement whose sentences all have signed is *agreed*, and people release it.
Saying nothing, and neither confirming nor denying, are outcomes that are signed like any other.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

from wellclear.domain.entry import Ordinal, Wire, YesNo
from wellclear.domain.members import Language, Text

Outcome = Literal["statement", "no_statement", "neither_confirm_nor_deny"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
SENTENCES_MAX: Final = 32


class Wording(Wire, frozen=True):
    """One sentence in one language."""

    language: Language
    text: Text


class Sentence(Wire, frozen=True):
    """One sentence in every language in which it is to be said; all of them are signed together."""

    words: Annotated[list[Wording], Meta(min_length=1, max_length=6)]

    def __post_init__(self) -> None:
        """One wording a language."""
        languages = [word.language for word in self.words]
        if len(set(languages)) != len(languages):
            raise ValueError("words has each language once")


class Statement(Wire, frozen=True):
    """What is to be said together; sentences count from 1."""

    group: Literal["statement"]
    outcome: Outcome
    sentences: Annotated[list[Sentence], Meta(max_length=SENTENCES_MAX)]

    def __post_init__(self) -> None:
        """Only a statement says something."""
        if bool(self.sentences) != (self.outcome == "statement"):
            raise ValueError("a statement has sentences; no_statement and neither_confirm_nor_deny have none")


class StatementSign(Wire, frozen=True):
    """Which sentences a party signs, and whether it agrees to the outcome; its newest word stands."""

    group: Literal["statement_sign"]
    agrees: YesNo
    sentences: Annotated[list[Ordinal], Meta(max_length=SENTENCES_MAX)]

    def __post_init__(self) -> None:
        """In order, each once."""
        if self.sentences != sorted(set(self.sentences)):
            raise ValueError("sentences are in order, each once")
