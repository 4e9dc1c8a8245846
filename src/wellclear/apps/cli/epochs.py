"""epoch: under which keys parts are sealed, for whom, and which of them this node still holds."""

from __future__ import annotations

import typer

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import show, table

app = typer.Typer(no_args_is_help=True, help="The keys under which parts are sealed.")


@app.callback()
def epoch() -> None:
    """The keys under which parts are sealed."""


@app.command("list")
def list_epochs(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Every epoch in the picture: author, audience, number, since when, until when, and whether its key is here.

    A renewed one has a newer key for the same readers; one has ended where a party left, or has another sealing key.
    The keys of both are deleted here once nothing can come any more that was sealed under them.
    """
    place = Workplace.open(home)
    with place.client:
        rows: list[Fields] = place.client.get("epochs")["epochs"]
    shown = [
        (row["author"], ", ".join(row["audience"]), str(row["number"]), f"entry {row['since']}", until(row), row["key"])
        for row in rows
    ]
    heads = ("author", "audience", "number", "since", "until", "key")
    show({"epochs": rows}, table(heads, shown) if shown else "No epochs.", as_json=as_json)


def until(row: Fields) -> str:
    """When it stopped sealing, in words."""
    if "ended" in row:
        return f"ended by entry {row['ended']}"
    return f"renewed by entry {row['renewed']}" if "renewed" in row else "in use"
