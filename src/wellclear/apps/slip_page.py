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


_STYLE = (
    "body{font:12pt sans-serif;margin:15mm}p{margin:.3em 0;overflow-wrap:anywhere}.mark{font-weight:bold}"
    "h1{margin:.2em 0}small{font-size:12pt;font-weight:normal}h2{font-size:12pt;margin:1em 0 .2em}"
    "table{border-collapse:collapse;margin:.8em 0}th,td{border:1px solid;padding:.3em .6em;text-align:start;"
    "vertical-align:top}section{font-size:9pt}pre{font-size:4pt;white-space:pre-wrap;overflow-wrap:anywhere}"
)


def slip_lines(checked: Checked, *, exercise: bool, more: tuple[str, ...] = ()) -> list[str]:
    """What a slip says, a line each; `more` is what the reader's log adds."""
    lines = [EXERCISE] if exercise else []
    lines += [*_said(checked), *(f"{desk}: {told}" for desk, told in _answers(checked)), *_proof(checked)]
    return [*lines, *more, NOT_PROTECTION]


def _said(checked: Checked) -> list[str]:
    act = checked.announced.entry.act
    lines = [
        f"Notice {checked.item}, version {checked.version}, of {act.desk}",
        f"for {', '.join(act.to)}; said {moment(act.said)}",
        f"carried by {act.via}" if isinstance(act.via, str) else f"sent by {act.party}'s own node",
    ]
    return [*lines, f"IT HAS ENDED: {checked.ended}"] if checked.ended else lines


def _answers(checked: Checked) -> list[tuple[str, str]]:
    """Each desk that it is for, with what that desk has answered, and when."""
    rows = []
    for desk in checked.announced.entry.act.to:
        told = [f"{words} {moment(at[desk])}" for kind, words in _STATES if desk in (at := checked.answered(kind))]
        rows.append((desk, ", ".join(told) or "no answer on this slip; silence is no consent"))
    return rows


def _proof(checked: Checked) -> list[str]:
    return [
        f"linked {moment(checked.announced.entry.link.time)} by the clock of who linked it",
        f"act hash {b64(checked.announced.entry.act_hash)}",
        f"entry {checked.announced.index} of {checked.checkpoint.size}, log {checked.checkpoint.origin}",
        f"root {b64(checked.checkpoint.root)}",
    ]


def slip_page(checked: Checked, slip: bytes, *, exercise: bool) -> str:
    """One page without scripts; the slip itself stands in it as text, so that the paper's file can be checked too."""
    mark = f'<p class="mark">{EXERCISE}</p>' if exercise else ""
    said = "".join(f"<p>{escape(line)}</p>" for line in _said(checked)[1:])
    answers = "".join(
        f"<tr><th>{escape(desk)}<td>{escape(told).replace(', ', '<br>')}" for desk, told in _answers(checked)
    )
    proof = "".join(f"<p>{escape(line)}</p>" for line in _proof(checked))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(checked.item)}</title><style>{_STYLE}</style>{mark}"
        f"<h1>{escape(checked.item)} <small>version {checked.version}, of {escape(str(_desk(checked)))}</small></h1>"
        f"{said}<table>{answers}</table><p><b>{escape(NOT_PROTECTION)}</b></p>"
        f"<section><h2>Proof</h2>{proof}<p>Any party's node holds it to its log: <code>wellclear guest check FILE"
        f" --bundle EXPORT</code>, where FILE holds the line below.</p><pre>{escape(slip.decode('ascii'))}</pre>"
        "</section></html>\n"
    )


def _desk(checked: Checked) -> object:
    return checked.announced.entry.act.desk
