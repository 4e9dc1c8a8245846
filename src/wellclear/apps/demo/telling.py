"""What the demo says on the terminal: a story in short lines, with a mark and a time at everything that was checked."""

from __future__ import annotations

import io
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from wellclear.apps.cli.output import plain
from wellclear.domain.marks import EXERCISE
from wellclear.domain.quantities import format_time
from wellclear.errors import WellclearError

COLUMNS_MAX = 88
HANGING = 2


class OutcomeMissing(Exception):
    """An outcome that a step of the story must have did not come about."""

    def __init__(self, step: str, outcome: str, why: str) -> None:
        super().__init__(f"{step}: {outcome}: {why}")
        self.step, self.outcome, self.why = step, outcome, why


def moment(moment_us: int) -> str:
    """Hours, minutes and seconds of UTC; the ladder of an exercise needs the seconds that a date-time group lacks."""
    return f"{format_time(moment_us)[11:19]}Z"


def spent(seconds: float) -> str:
    """A measured time for people."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


@dataclass
class Teller:
    """Tells the story and keeps what was checked: `outcomes` as (step, outcome, seconds)."""

    console: Console = field(
        default_factory=lambda: Console(
            highlight=False, width=min(COLUMNS_MAX, shutil.get_terminal_size((80, 24)).columns), soft_wrap=False
        )
    )
    outcomes: list[tuple[str, str, float]] = field(default_factory=list)
    step: str = "start"
    interrupted: bool = False

    def __post_init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a mark that a terminal lacks must not end the story

    def banner(self) -> None:
        """The three words that stand at both ends."""
        self.console.print(Text(EXERCISE, style="bold black on yellow" if self.console.is_terminal else ""))

    def heading(self, number: int, title: str) -> None:
        """A step begins."""
        self.step = f"STEP {number}"
        self.console.print()
        self.console.print(Text(f"EXERCISE  {self.step}  {title}", style="bold"))

    def say(self, text: str, style: str = "") -> None:
        """A sentence of the story."""
        self._indented(Text(str(plain(text)).replace("\\[", "["), style=style), 2)

    def event(self, at_us: int, who: str, what: str, style: str = "") -> None:
        """Something that happened at a moment on record, or by the clock of whoever tells it."""
        line = Text.assemble((f"{moment(at_us)}  ", "dim"), (f"{who}  ", "bold"), (what, style))
        self._indented(line, 2)

    def bell(self) -> None:
        """What rings at a desk rings here too, where somebody sits."""
        if self.console.is_terminal:
            self.console.bell()

    def line(self, text: str = "") -> None:
        """A line as it is, for what will be copied."""
        self.console.print(Text(text), soft_wrap=True)

    @contextmanager
    def outcome(self, words: str) -> Iterator[None]:
        """Everything inside must come about; then it is marked with the time that it took.

        Raises:
            OutcomeMissing: it did not; names step and outcome.
            KeyboardInterrupt: somebody has interrupted the story, and it went on all the same.
        """
        began = time.monotonic()
        if self.interrupted:
            raise KeyboardInterrupt
        try:
            yield
        except WellclearError as error:
            raise OutcomeMissing(self.step, words, str(error)) from error
        took = time.monotonic() - began
        self.outcomes.append((self.step, words, took))
        self._indented(Text.assemble(("✔ ", "green"), words, (f"  {spent(took)}", "dim")), 2)

    def must(self, held: bool, words: str, why: str) -> None:
        """An outcome that can be looked up now.

        Raises:
            OutcomeMissing: it does not hold; `why` says what was found instead.
        """
        with self.outcome(words):
            if not held:
                raise OutcomeMissing(self.step, words, why)

    def _indented(self, line: Text, left: int) -> None:
        """Lines with a margin and no blanks at their ends; what is longer goes on a little further in."""
        for number, row in enumerate(line.wrap(self.console, self.console.width - left - HANGING)):
            row.rstrip()
            self.console.print(Text(" " * (left + (HANGING if number else 0))) + row)
        sys.stdout.flush()
