"""evidence take: what another party holds against the host, for a node that has seen one side only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import hint, show
from wellclear.apps.copies import NODE_STORE, copy_at
from wellclear.apps.inputs import read_input
from wellclear.edges.settings import load_node
from wellclear.edges.store import Store
from wellclear.log.equivocation import FIRST_LINE

app = typer.Typer(no_args_is_help=True, help="What convicts a host of two histories.")


@app.command()
def take(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Another party's evidence file, or its export, or its node's home.")
    ],
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Hold another party's evidence or log against this node's host. Stop the node first.

    If the host has signed both, this node halts from its next start on, with the evidence in its home; then it follows
    a change of host from either history. Nobody is believed: two notes of the host prove it, or nothing happens.
    """
    from wellclear.apps.node.convicting import evidence_in, take_evidence

    settings = load_node(home.expanduser())
    given = path.expanduser()
    is_file = not given.is_dir() and read_input(given, len(FIRST_LINE) + 1) == f"{FIRST_LINE}\n".encode()
    copy = None if is_file else copy_at(given)
    store = Store.open(settings.home / NODE_STORE)
    try:
        why = take_evidence(store, read_input(given) if copy is None else evidence_in(store, copy))
    finally:
        store.close()
    show(
        {"halted": why},
        f"This node has halted: {why}.",
        f"Start it: {hint('wellclear node serve')}. Then change the host, or follow the decision that there is.",
        as_json=as_json,
    )
