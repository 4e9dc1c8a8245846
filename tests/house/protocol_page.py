"""The tables of docs/protocol.md, read as a stranger would read them."""

from __future__ import annotations

import re
from functools import cache

from tests.house.sources import ROOT

Table = list[dict[str, str]]


@cache
def page() -> str:
    return (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under one heading of the second order."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL)
    assert found is not None, f"the page has no section {title}"
    return found[1]


def tables(title: str) -> list[Table]:
    """The tables of a section: each a list of rows by the names of their columns."""
    found = re.findall(r"^\|.*\|\n\|[-|]+\|\n(?:\|.*\|\n?)+", section(title), re.MULTILINE)
    return [_read(table) for table in found]


def _read(text: str) -> Table:
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().split("\n")]
    assert all(len(row) == len(head) for row in rows), f"a row of another width in the table of {head[0]}"
    return [dict(zip(head, row, strict=True)) for row in rows]


def members(cell: str) -> dict[str, bool]:
    """The names in a cell such as `a, b?`, and whether each must be there."""
    names = [name.strip() for name in cell.split(",") if name.strip() not in ("", "–")]
    return {name.rstrip("?"): not name.endswith("?") for name in names}
