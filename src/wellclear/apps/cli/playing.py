"""demo: a whole channel on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    fast: Annotated[bool, typer.Option("--fast", help="Nobody sits here: let the ladder run, open no page.")] = False,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the last step; else the channel stays alive.")
    ] = False,
    hostile_host: Annotated[
        bool, typer.Option("--hostile-host", help="Play steps 1, 4, 10 and 11: the host shows the two sides two logs.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no page; their addresses are shown.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep all it makes in this new directory; the bundle in bundle.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another scenario than palmyra, as TOML.")
    ] = None,
) -> None:
    """Play an exercise: a host, two parties, real processes and keys, and you on watch.

    Every step checks its outcome; if one is missing the demo names it and ends with 1.
    """
    from wellclear.apps.demo.run import main

    code = main(
        fast=fast, leave=leave, browser=not no_browser, keep=keep, file=scenario, hostile=hostile_host
    )  # fmt: skip
    if code:
        raise typer.Exit(code)
