"""compare: where two parties' pictures of one log part, or their logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps import pictures
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import EXIT_FINDING, show


def compare(
    others: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Picture statements of others (a node keeps them in evidence/), or bundles."
        ),
    ],
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="BUNDLE", help="A bundle to compare with; else the log of this home."),
    ] = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Hold others' pictures against the log, folded here and now. Needs no network, running node or passphrase.

    Names the first entry that two folds take differently, or between which sizes it lies, and of two logs the first
    entry that is another one. Ends with 1 if anything differs. It does not tell who is right: fold the log with a third
    program.
    """
    found = pictures.compare((log or home).expanduser(), [path.expanduser() for path in others])
    show(found.json(), *found.lines(), as_json=as_json)
    if found.finding:
        raise typer.Exit(EXIT_FINDING)
