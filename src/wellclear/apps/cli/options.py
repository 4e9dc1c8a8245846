"""Options that many commands share, each spelled once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

NODE_HOME = Path("~/.wellclear/node")
HOST_HOME = Path("~/.wellclear/host")

Home = Annotated[
    Path,
    typer.Option("--home", envvar="WELLCLEAR_HOME", metavar="DIR", help="The node's home directory."),
]
HostHome = Annotated[
    Path,
    typer.Option("--home", envvar="WELLCLEAR_HOST_HOME", metavar="DIR", help="The host's home directory."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value, for programs.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Its first line opens the keys; else WELLCLEAR_PASSPHRASE, else a prompt.",
    ),
]
Officer = Annotated[
    str, typer.Option("--as", envvar="WELLCLEAR_AS", metavar="HANDLE", help="The officer who acts, such as W1.")
]
Administrators = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="HANDLE", help="An administrator who approves; give two. None: the recovery key."),
]
FromDesk = Annotated[
    str | None, typer.Option("--desk", metavar="PARTY/DESK", help="The desk that speaks; else the party's first desk.")
]
To = Annotated[list[str], typer.Option("--to", metavar="PARTY/DESK", help="A desk it is for; give it once for each.")]
Wait = Annotated[
    int,
    typer.Option("--wait", min=0, max=300, metavar="SECONDS", help="Wait so long for its place in the log; 0: do not."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]
ItemArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The item, such as NORTHLAND-1001-9.", show_default=False)
]
VersionOption = Annotated[
    int | None, typer.Option("--of-version", min=1, metavar="N", help="Which version of it; else the current one.")
]

Exercise = Annotated[
    bool,
    typer.Option(
        "--exercise/--real",
        help="What channel and keys are for. No exercise becomes real, and no real channel takes an exercise's keys.",
    ),
]

WAIT_S = 20


class PrecedenceName(StrEnum):
    """Z FLASH, O IMMEDIATE, P PRIORITY, R ROUTINE: speed, not importance (ACP 121)."""

    Z = "Z"
    O = "O"  # noqa: E741  # the precedence letter of ACP 121
    P = "P"
    R = "R"


Precedence = Annotated[
    PrecedenceName, typer.Option("--precedence", help="Z flash, O immediate, P priority, R routine.")
]
