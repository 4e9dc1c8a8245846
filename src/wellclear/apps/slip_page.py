"""A slip on paper: for people as text, and as one HTML page that loads nothing, to print for a driver."""

from __future__ import annotations

from html import escape

from wellclear.channel.slips import Checked
from wellclear.domain.canonical import b64
from wellclear.domain.marks import EXERCISE
from wellclear.domain.measures import moment

NOT_PROTECTION = (
    "This slip shows that the notice was logged. It gives no protection of its own, and none is lost without it."
)
_STATES = (
    ("ack", "acknowledged"),
    ("confirm", "read-back confirmed by the author"),
    ("passed_to_units", "passed to units"),
)


def slip_lines(checked: Checked, *, exercise: bool, more: tuple[str, ...] = ()) -> list[str]:
    """What a slip says, a line each; `more` is what the reader's log adds."""
    act, link = checked.announced.entry.act, checked.announced.entry.link
    lines = [EXERCISE] if exercise else []
    lines += [
        f"Notice {checked.item}, version {checked.version}, of {act.desk}",
        f"for {', '.join(act.to)}; said {moment(act.said)}",
        f"carried by {act.via}" if isinstance(act.via, str) else f"sent by {act.party}'s own node",
        f"act hash {b64(checked.announced.entry.act_hash)}",
        f"entry {checked.announced.index} of {checked.checkpoint.size}, log {checked.checkpoint.origin}",
        f"root {b64(checked.checkpoint.root)}",
        f"linked {moment(link.time)} by the clock of who linked it",
    ]
    if checked.ended:
        lines.append(f"IT HAS ENDED: {checked.ended}")
    for desk in act.to:
        told = [f"{words} {moment(at[desk])}" for kind, words in _STATES if desk in (at := checked.answered(kind))]
        lines.append(f"{desk}: {', '.join(told) or 'no answer on this slip; silence is no consent'}")
    return [*lines, *more, NOT_PROTECTION]


def slip_page(checked: Checked, slip: bytes, *, exercise: bool) -> str:
    """One page without scripts; the slip itself stands in it as text, so that the paper's file can be checked too."""
    rows = "".join(f"<p>{escape(line)}</p>" for line in slip_lines(checked, exercise=exercise))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(checked.item)}</title>"
        "<style>body{font:12pt sans-serif;margin:2cm}p{margin:.3em 0;overflow-wrap:anywhere}"
        "pre{font-size:6pt;white-space:pre-wrap;overflow-wrap:anywhere}</style>"
        f"<h1>{escape(checked.item)}</h1>{rows}<details><summary>slip</summary>"
        f"<pre>{escape(slip.decode('ascii'))}</pre></details></html>\n"
    )
