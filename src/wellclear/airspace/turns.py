"""Long work in turns: a generator whose caller may do something else whenever it yields; it returns its answer.

What it computes does not depend on how often, or when, it is asked to go on.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Turns = Generator[None, None, T]


def finished(work: Turns[T]) -> T:
    """The answer, with all turns taken at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            answer: T = end.value
            return answer
