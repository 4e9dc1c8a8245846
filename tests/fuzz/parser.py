"""What a fuzzer must know of one parser, and the property that every one of them is held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from wellclear.errors import WellclearError

ERROR_CHARACTERS_MAX: Final = 100_000
"""What an error may say of an input: a part of it, never the whole of a large one many times over."""


@dataclass(frozen=True)
class Parser:
    """One door for foreign bytes.

    Args:
        name: how it is called in the corpus and on the command line.
        holds: the modules below `wellclear` whose reading it exercises; `tests/house` counts them.
        read: from bytes to a value; raises what `errors` allows.
        seeds: sound inputs, from which mutations start.
        write: from the value back to bytes. What was accepted has one spelling, so they must be the very same.
        most: the longest input that is tried.
        slow: takes milliseconds an input, so fewer are tried.
        turn: spoils an input so that it still passes the first checks (`turning`).
    """

    name: str
    holds: tuple[str, ...]
    read: Callable[[bytes], Any]
    seeds: Callable[[], list[bytes]]
    write: Callable[[Any], bytes] | None = None
    errors: tuple[type[Exception], ...] = (WellclearError,)
    most: int = 64 * 1024
    slow: bool = False
    turn: Callable[[bytes, Random], bytes] | None = None


def hold(parser: Parser, raw: bytes) -> bool:
    """Whether these bytes are accepted; anything but one of the parser's own errors comes out as what it is.

    An error can be shown to people, however odd the input was. What is accepted is in its one spelling.
    """
    try:
        value = parser.read(raw)
    except parser.errors as error:
        said = str(error)
        said.encode()  # no lone surrogate: it goes to a screen, a log, an answer
        assert len(said) <= ERROR_CHARACTERS_MAX, f"{len(said)} characters of complaint about {len(raw)} bytes"
        return False
    if parser.write is not None:
        assert parser.write(value) == raw, "accepted, but not in its one spelling"
    return True
