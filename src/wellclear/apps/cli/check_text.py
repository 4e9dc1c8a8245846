"""How `check` prints: blocks for people at 80 columns, or one of the forms for programs; progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from wellclear.apps.check import answers, channel, extent, features, words
from wellclear.apps.check.blocks import SHORT_COLUMNS, Block, blocks, channel_blocks
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.drawn_words import not_judged_lines
from wellclear.apps.check.minima import Minima
from wellclear.apps.check.plan import Checked, Plan
from wellclear.apps.check.plan import Progress as Told
from wellclear.apps.check.remarks import note_lines, skipped_lines
from wellclear.apps.cli.output import leave_unread, note, plain, tell
from wellclear.errors import InvalidValue, Unavailable

Form = Literal["text", "json", "geojson", "csv"]

BLOCKS_SHOWN = 20
_TEXT_WIDTH = 100
_ID_WIDTH_MAX = 40
_LINES_AT_ONCE = 500
_OTHER_FORMS = {
    **dict.fromkeys((".html", ".htm"), "say --map for a map, or name it such as answer.txt"),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".svg", ".pdf"), "say --png for a picture, or name it such as answer.txt"
    ),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "a spreadsheet opens answer.csv"),
    **dict.fromkeys((".kml", ".kmz", ".gpx"), "the clashes as a drawing are answer.geojson"),
}
_STYLE = {"CONFLICT": "bold red", "POSSIBLE": "bold yellow", "RED LINE": "bold red", "ZONE": "bold yellow"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A check's answer in every form it can take; `of` is the check itself."""

    of: Checked | ChannelChecked
    plan: Plan
    minima: Minima
    was_compared: bool
    exit_code: int
    headline: str
    against: str
    blocks: Callable[[], Iterator[Block]]
    json: Callable[[], Iterator[str]]
    geojson: Callable[[], Iterator[str]]
    csv: Callable[[], Iterator[str]]
    not_judged: Sequence[str] = ()

    @classmethod
    def of_files(cls, of: Checked) -> Answer:
        """Of files against each other."""
        return cls(
            of, of.plan, of.minima, of.was_compared, of.exit_code, words.headline(of), words.against(of),
            lambda: blocks(of), lambda: answers.json_pieces(of), lambda: features.geojson_pieces(of),
            lambda: answers.csv_answer(of),
        )  # fmt: skip

    @classmethod
    def of_channel(cls, of: ChannelChecked) -> Answer:
        """Of own drafts against a channel."""
        return cls(
            of, of.plan, of.minima, of.was_compared, of.exit_code, of.headline(), of.against(),
            lambda: channel_blocks(of), lambda: channel.json_pieces(of), lambda: channel.geojson_pieces(of),
            lambda: channel.csv_answer(of), not_judged_lines(of.drawn["not_judged"]),
        )  # fmt: skip

    def pieces(self, form: Form) -> Iterator[str]:
        """The answer as text, in one of the forms for programs."""
        return {"json": self.json, "geojson": self.geojson, "csv": self.csv}[form]()


def form_for(output: Path | None, *, as_json: bool, as_geojson: bool, as_csv: bool) -> Form:
    """The form that was asked for, else the one that the output's ending says.

    Raises:
        InvalidValue: two forms, or an output in a directory that is not there.
    """
    if output is not None and not output.expanduser().parent.is_dir():
        raise InvalidValue("--output", f"there is no directory {output.parent}")
    wanted: dict[Form, bool] = {"json": as_json, "geojson": as_geojson, "csv": as_csv}
    asked = [name for name, is_wanted in wanted.items() if is_wanted]
    if len(asked) > 1:
        raise InvalidValue(f"--{asked[1]}", f"one form at a time; leave out --{asked[0]}, or run it again")
    if asked:
        return asked[0]
    endings: dict[str, Form] = {".json": "json", ".geojson": "geojson", ".csv": "csv"}
    if output is not None and (meant := _OTHER_FORMS.get(output.suffix.lower())):
        raise InvalidValue("--output", f"{output} would hold text; {meant}")
    return endings.get(output.suffix.lower(), "text") if output is not None else "text"


def give(answer: Answer, form: Form, output: Path | None) -> None:
    """Print the answer, or write it and print its summary."""
    if output is not None:
        _write(answer, form, output)
        tell(*summary(answer), f"Written: {output}")
    elif form == "text":
        for line in text_lines(answer):
            tell(line)
    else:
        if form != "json":
            _note_beside(answer)
        try:
            sys.stdout.writelines(answer.pieces(form))
            sys.stdout.flush()
        except BrokenPipeError:
            leave_unread()


def _note_beside(answer: Answer) -> None:
    """What the form itself does not say first, or not at all."""
    note(answer.headline)
    for line in _skipped(answer):
        note(plain(f"skipped: {line}" if line[:3] != "..." else line).plain)
    if answer.plan.skipped:
        note(words.skipped_words(answer.plan))
    for line in (*note_lines(answer.plan), *answer.not_judged):
        note(plain(line).plain)


def _skipped(answer: Answer) -> list[str]:
    return skipped_lines(answer.plan.skipped)


def _write(answer: Answer, form: Form, output: Path) -> None:
    try:
        with output.expanduser().open("w", encoding="utf-8", newline="") as file:
            if form != "text":
                file.writelines(answer.pieces(form))
                return
            page = Console(file=file, width=_TEXT_WIDTH, no_color=True, highlight=False)
            for line in text_lines(answer):
                page.print(Text(line) if isinstance(line, str) else line)
    except OSError as error:
        raise Unavailable(str(output), f"cannot be written: {error.strerror}") from error


def text_lines(answer: Answer) -> Iterator[RenderableType]:
    """The whole answer for people: the first clashes in full, the others a line each, then the summary."""
    shown = answer.blocks()
    for number, block in enumerate(islice(shown, BLOCKS_SHOWN), 1):
        yield _block_view(number, block)
        yield ""
    width = min(max(map(len, answer.plan.notices), default=0), _ID_WIDTH_MAX)
    rows = chain([SHORT_COLUMNS], (block.short for block in shown))
    lines = [_short_line(row, width) for row in islice(rows, _LINES_AT_ONCE)]
    while len(lines) > 1:
        yield "\n".join(lines)
        lines = [_short_line(row, width) for row in chain([SHORT_COLUMNS], islice(rows, _LINES_AT_ONCE))]
        yield ""
    yield from summary(answer)


def _short_line(row: Sequence[str], width: int) -> str:
    verdict, a, b, start, *apart = (plain(cell).plain for cell in row)
    return "  ".join([f"{verdict:<8}", f"{a:<{width}}", f"{b:<{width}}", f"{start:<20}", *apart])


def summary(answer: Answer) -> list[RenderableType]:
    """Headline, against what, the minima, what was skipped and what should be known; without the clashes."""
    lines: list[RenderableType] = [
        Text(answer.headline, style="bold"),
        plain(answer.against).plain,
        *(plain(line).plain for line in extent.lines(answer.plan)),
        *(answer.minima.lines() if answer.was_compared else ()),
    ]
    lines += [plain(f"SKIPPED {line}" if line[:3] != "..." else line).plain for line in _skipped(answer)]
    lines += [plain(line).plain for line in note_lines(answer.plan)]
    lines += [plain(f"{line[:1].upper()}{line[1:]}.").plain for line in answer.not_judged]
    if answer.was_compared and not answer.exit_code:
        lines.append(Text(words.NO_RELEASE))
    return lines


def _block_view(number: int, block: Block) -> RenderableType:
    head = Text.assemble((f"{block.verdict} {number}", _STYLE.get(block.verdict, "bold")), "  ", plain(block.pair))
    return Group(head, *(_labelled(*line) for line in block.lines))


def _labelled(label: str, text: str) -> RenderableType:
    """A label in a narrow column; what is too long for the page goes on beside it."""
    return _Hanging(f"  {label:<10}", plain(text))


class _Hanging:
    """Text that goes on under its own beginning and not under its label."""

    def __init__(self, label: str, text: Text) -> None:
        self._label, self._text = label, text

    def __rich_console__(self, page: Console, options: ConsoleOptions) -> RenderResult:
        lines = self._text.wrap(page, max(options.max_width - len(self._label), 20))
        for number, line in enumerate(lines):
            line.rstrip()
            yield Text(self._label if number == 0 else " " * len(self._label)) + line


@contextmanager
def watching() -> Iterator[Told]:
    """Progress on standard error, if that is a terminal; it leaves no trace."""
    if not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=None)
            bars.update(tasks[what], completed=done, total=of or None)

        yield told
