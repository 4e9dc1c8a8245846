"""quickstart host|join."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Two machines on one channel over TLS, in five steps.")
