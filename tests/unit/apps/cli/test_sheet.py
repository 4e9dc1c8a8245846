"""Tables for people: on a narrow terminal each row is a paragraph, and no word is broken either way."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from wellclear.apps.cli.sheet import INDENT, WORD_MAX, Sheet

COLUMNS = ("notice", "v", "category", "what", "state")
KEPT = frozenset({"notice", "state"})
ROW = ("NORTHLAND-1001-9", "2", "air", "SOUTHLAND/OPS has not acknowledged it; call CASPIA/DUTY", "RELEASED")
WORDS = st.text(st.characters(categories=("Lu", "Nd")), min_size=1, max_size=WORD_MAX)
CELLS = st.lists(WORDS, min_size=0, max_size=6).map(" ".join)


def shown(width: int, *rows: tuple[str, ...], title: str | None = None) -> list[str]:
    paper = io.StringIO()
    console = Console(file=paper, width=width, highlight=False)
    console.print(Sheet(COLUMNS, [[Text(cell) for cell in row] for row in rows], KEPT, title))
    return paper.getvalue().splitlines()


def test_a_wide_terminal_shows_a_table() -> None:
    head, line = shown(120, ROW)
    assert head.split() == list(COLUMNS)
    assert line.split() == " ".join(ROW).split()
    assert head.index("state") == line.index("RELEASED")


def test_a_narrow_one_shows_a_paragraph_with_the_name_of_each_fact() -> None:
    lines = shown(40, ROW, title="Notices")
    assert lines[:2] == ["Notices", "NORTHLAND-1001-9  v 2  category air"]
    assert all(line.startswith(" " * INDENT) for line in lines[2:])
    assert "what SOUTHLAND/OPS has not" in lines[2]
    assert lines[-1].endswith("state RELEASED")


def test_what_is_empty_is_not_named_in_a_paragraph() -> None:
    assert shown(30, ("NORTHLAND-1001-9", "", "", "", "RELEASED")) == ["NORTHLAND-1001-9", "    state RELEASED"]


@given(rows=st.lists(st.tuples(WORDS, CELLS, CELLS, CELLS, WORDS), min_size=1, max_size=4), width=st.integers(48, 160))
def test_no_word_is_broken_or_lost_at_any_width(rows: list[tuple[str, ...]], width: int) -> None:
    lines = shown(width, *rows)
    assert all(len(line) <= width for line in lines)
    told = " ".join(lines).split()
    for row in rows:
        for cell in row:
            for word in cell.split():
                assert word in told
