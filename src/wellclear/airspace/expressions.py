"""The expression of a red line: checked, compiled and evaluated; bounded before the library sees it (decision 0041).

The language is the Common Expression Language, and the library's parser and evaluator have the last word. Before them
`expression_grammar` reads the text by the part of CEL's own grammar that a red line needs, and gives every step a type.
So whatever passes compiles, names only what is in `red_line_terms`, is a boolean, has no loop, and is evaluated once
through: its cost is at most the number of its words. Nothing is interrupted, because nothing can take long. The
library's parser can end the process by a long or a deep text; none such reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from wellclear.airspace.expression_grammar import Reader, words_of
from wellclear.errors import InvalidValue

if TYPE_CHECKING:  # the package loads a command line of its own: a fifth of a second for who holds no red line
    from cel import Context, Program

CHARACTERS_MAX: Final = 1_000

Answer = Literal["yes", "no", "unknown"]
Fact = bool | int | str | datetime
"""What a name stands for; a moment has its zone."""


class Known:
    """Facts that many expressions are asked about: they are handed to the library once, when the first one asks."""

    __slots__ = ("_context", "facts")

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        self._context: Context | None = None

    @property
    def context(self) -> Context:
        """The facts as the library holds them."""
        if self._context is None:
            from cel import Context

            self._context = Context(dict(self.facts))
        return self._context


@dataclass(frozen=True, slots=True)
class Expression:
    """A CEL expression that passed; equal to another of the same text.

    `names` are the names that it uses; `numbers` and `moments_us` the literals in it, near which its answer may turn.
    """

    source: str
    names: frozenset[str]
    numbers: frozenset[int]
    moments_us: frozenset[int]
    _program: Program = field(compare=False, repr=False)

    def answer(self, known: Known) -> Answer:
        """What it comes to; a name that is missing is unknown, and so is what rests on it.

        CEL's own logic does that: what is missing is an error, and `false && error` is false, `true || error` true.
        An overflow of numbers is an error as well, so it is never taken for no.
        """
        try:
            found = self._program.execute(known.context)
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
            return "unknown"
        return "unknown" if not isinstance(found, bool) else "yes" if found else "no"


def expression_from(source: object, where: str = "cel") -> Expression:
    """The expression that a text says.

    Raises:
        InvalidValue: `field` is `where`; why it cannot stand, at which character, and what to write instead.
    """
    if not isinstance(source, str):
        raise InvalidValue(where, "must be text in the Common Expression Language")
    if len(source) > CHARACTERS_MAX:
        raise InvalidValue(where, f"has {len(source)} characters, at most {CHARACTERS_MAX}; make two red lines of it")
    from cel import compile as compile_cel

    reader = Reader(words_of(source, where), where)
    reader.whole()
    try:
        program = compile_cel(source)
    except ValueError as error:  # cannot happen for what passed above, and is a refusal if it does
        raise InvalidValue(where, "does not compile as an expression of the Common Expression Language") from error
    if set(program.variables()) != reader.names:
        raise InvalidValue(where, "is read in two ways; write it with more brackets")
    return Expression(source, frozenset(reader.names), frozenset(reader.numbers), frozenset(reader.moments_us), program)
