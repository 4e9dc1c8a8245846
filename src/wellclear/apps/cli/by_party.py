"""An act of the party itself: two administrators approve it, or the recovery key links it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace, report
from wellclear.apps.cli.asking import passphrase
from wellclear.errors import InvalidValue

ADMINISTRATORS_NEEDED = 2
RECOVERY = "WELLCLEAR_RECOVERY_PASSPHRASE"
RecoveryFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"Opens the recovery key; else {RECOVERY}, else as --passphrase-file."),
]


def check_two(administrators: list[str]) -> None:
    """Raises `InvalidValue` unless two administrators are named."""
    if len(set(administrators)) != ADMINISTRATORS_NEEDED:
        raise InvalidValue("--as", "two administrators approve this: --as A1 --as A2")


def recovery_or(secret: str, own: Path | None) -> str:
    """What opens the recovery key: its own file or variable, else what opens the node's keys, asked for once."""
    return (
        secret if own is None and RECOVERY not in os.environ else passphrase("the recovery key", own, variable=RECOVERY)
    )


def by_party(
    place: Workplace,
    intent: Intent,
    administrators: list[str],
    files: tuple[Path | None, Path | None],
    wait_s: int,
    done: str,
    *,
    as_json: bool,
) -> Fields:
    """An act of the party itself: by two administrators, or linked by the recovery key; returns where it stands."""
    if administrators:
        check_two(administrators)
    ready = place.compose(intent)
    if administrators:
        approvals = [place.approve_as(ready.act, handle, "administrator", files[0]) for handle in administrators]
        answer = place.send(ready, approvals, wait_s=wait_s)
    else:
        secret = passphrase("the recovery key", files[1] or files[0], variable=RECOVERY)
        answer = place.send(ready, [], wait_s=wait_s, use="recovery", opened_by=secret)
    report(answer, ready.act, done, as_json=as_json)
    return answer
