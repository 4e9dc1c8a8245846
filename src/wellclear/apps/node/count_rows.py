"""Both sides' declared counts as the board shows them: a column each, with its definition, never added (R36)."""

from __future__ import annotations

from collections.abc import Sequence

from wellclear.apps.node.said import Row
from wellclear.apps.own_counts import beside, own_counts


def count_rows(records: Sequence[Row]) -> Row:
    """`columns`, each with its definition, and `rows` by day, place and type, newest day first.

    `records` are the board's own; what a home has imported of others stays with the command line.
    """
    columns = own_counts(records)
    rows = sorted(beside(columns), key=lambda row: row.key[1:])
    rows.sort(key=lambda row: row.key[0], reverse=True)
    return {
        "columns": [
            {"name": one.name, "by": one.by, "party": one.party, "definition": one.definition, "entries": one.entries}
            for one in columns
        ],
        "rows": [
            {"day": row.key[0], "place": row.key[1], "type": row.key[2], "counts": list(row.counts),
             "difference": row.difference}
            for row in rows
        ],
    }  # fmt: skip
