"""A table that is read on a narrow terminal too: where its words would be broken, each row is a paragraph instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

GAP: Final = 2
INDENT: Final = 4
WORD_MAX: Final = 24
"""A longer word, such as a hash, is folded in any case and asks for no more room than this."""
SENTENCE_MIN: Final = 20
"""A column of sentences that is narrower is a ladder that nobody reads."""


class Sheet:
    """Rows under names; `kept` are the columns whose cells stay in one piece."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Text]], kept: frozenset[str], title: str | None):
        self._columns = tuple(columns)
        self._rows = [(*row, *[Text()] * (len(self._columns) - len(row))) for row in rows]
        self._kept, self._title = kept, title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """A table where the width allows for it, else paragraphs."""
        least = [self._least(at, name) for at, name in enumerate(self._columns)]
        if sum(least) + GAP * (len(least) - 1) <= options.max_width:
            yield self._table(least)
            return
        if self._title:
            yield Text(self._title, style="italic")
        for row in self._rows:
            yield from self._paragraph(row, console, options.max_width)

    def _least(self, at: int, name: str) -> int:
        cells = [Text(name), *(row[at] for row in self._rows)]
        whole = max(cell.cell_len for cell in cells)
        if name in self._kept:
            return whole
        longest = max((Text(word).cell_len for cell in cells for word in cell.plain.split()), default=0)
        return max(min(longest, WORD_MAX), min(whole, SENTENCE_MIN))

    def _table(self, least: Sequence[int]) -> Table:
        made = Table(title=self._title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for name, width in zip(self._columns, least, strict=True):
            made.add_column(name, overflow="fold", no_wrap=name in self._kept, min_width=width)
        for row in self._rows:
            made.add_row(*row)
        return made

    def _paragraph(self, row: Sequence[Text], console: Console, width: int) -> Iterator[Text]:
        """`first  name value  name value`, filled; a pair that is longer than a line goes on below itself."""
        line = row[0].copy()
        line.stylize("bold")
        for name, cell in zip(self._columns[1:], row[1:], strict=True):
            if not cell.plain.strip():
                continue
            pair = Text.assemble((f"{name} ", "dim") if name else "", cell)
            if line.plain.strip() and line.cell_len + GAP + pair.cell_len > width:
                yield line
                line = Text(" " * INDENT)
            elif line.plain.strip():
                line.append(" " * GAP)
            if INDENT + pair.cell_len <= width:
                line.append_text(pair)
                continue
            for number, part in enumerate(pair.wrap(console, width - 2 * INDENT)):
                part.rstrip()
                yield line.append_text(part) if not number else Text(" " * 2 * INDENT) + part
            line = Text(" " * INDENT)
        if line.plain.strip():
            yield line
