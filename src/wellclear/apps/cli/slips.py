"""guest slip, guest check: what a driver carries to show that a notice was logged, and what another node says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.cli.guest_options import Bundle, Channel, Out, log_of, verified
from wellclear.apps.cli.options import AsJson, ItemArgument
from wellclear.apps.cli.output import EXIT_FINDING, show
from wellclear.apps.inputs import read_input
from wellclear.apps.slip_page import slip_lines, slip_page
from wellclear.channel.slips import SLIP_BYTES_MAX, check_slip, hold_to_log, make_slip, read_slip
from wellclear.channel.verdict import Verdict
from wellclear.domain.canonical import unb64
from wellclear.edges.private_files import write_private
from wellclear.errors import Unverified
from wellclear.log.bundle import CHECKPOINT


def slip(
    item: ItemArgument,
    bundle: Bundle,
    out: Out,
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="Also as one HTML page, to print.")] = None,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Make the slip of a notice for a driver: its entry, the answers, and the proof that the host has logged them."""
    verdict = verified(bundle, channel)
    made = make_slip(log_of(verdict), verdict.files[CHECKPOINT], item)
    checked = check_slip(made, verdict.picture.channel, *_host(verdict))
    raw = made.encode()
    write_private(out, raw)
    if page is not None:
        write_private(page, slip_page(checked, raw, exercise=verdict.picture.exercise).encode())
    lines = slip_lines(checked, exercise=verdict.picture.exercise)
    show({"id": item, "file": str(out), "lines": lines}, *lines, as_json=as_json)


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A slip.")],
    bundle: Bundle,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Hold a slip to the channel as another node has exported it; tells also what has come since.

    Ends with 1 where it does not hold.
    """
    verdict = verified(bundle, channel)
    held = read_slip(read_input(file, SLIP_BYTES_MAX + 1), str(file))
    try:
        checked, more = hold_to_log(check_slip(held, verdict.picture.channel, *_host(verdict)), log_of(verdict))
    except Unverified as error:
        show({"holds": "no", "why": str(error)}, f"It does not hold: {error}", as_json=as_json)
        raise typer.Exit(EXIT_FINDING) from error
    lines = slip_lines(checked, exercise=verdict.picture.exercise, more=more)
    told = {"holds": "yes", "id": checked.item, "version": checked.version, "more": list(more), "lines": lines}
    show(told, "It holds.", *lines, as_json=as_json)


def _host(verdict: Verdict) -> tuple[str, bytes]:
    host = verdict.picture.host
    assert host is not None, "a bundle that holds has a genesis"
    return host.origin, unb64(host.log)
