"""What the commands of a guest's device share: the bundle that they work from, and what is believed of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.bundle.files import read_bundle
from wellclear.channel.verdict import Verdict
from wellclear.channel.verify import verify_bundle
from wellclear.errors import Unverified
from wellclear.log.bundle import read_leaves

GUEST_HOME = Path("~/.wellclear/guest")

Bundle = Annotated[Path, typer.Option("--bundle", metavar="PATH", help="The channel, as any node exports it.")]
Channel = Annotated[str | None, typer.Option(metavar="ID", help="The channel's id, known by another way.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where it is written; nothing is overwritten.")]
GuestHome = Annotated[
    Path,
    typer.Option("--home", envvar="WELLCLEAR_GUEST_HOME", metavar="DIR", help="Where the guest's keys lie."),
]


def verified(bundle: Path, channel: str | None) -> Verdict:
    """The verdict on a bundle that holds; raises `Unverified` with its first fault where it does not."""
    verdict = verify_bundle(read_bundle(bundle), channel=channel)
    if verdict.faults:
        raise Unverified(str(bundle), f"{verdict.faults[0]}; see `wellclear verify {bundle}`")
    return verdict


def log_of(verdict: Verdict) -> list[bytes]:
    """The leaves of a bundle that holds."""
    leaves, _ = read_leaves(verdict.files, verdict.picture.size)
    return leaves
