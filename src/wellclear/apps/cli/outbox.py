"""`outbox list|again|drop`: what this node has not sent, and an officer's word on what it will not send by itself.

A node asks before it sends an act that may have been sent elsewhere, or may hold good no longer (`held`); an act that
was refused stays until somebody has read why (`refused`). Everything else goes out by itself.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.alarms import short_hash
from wellclear.apps.cli.asking import agree
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.notices import rows_of
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, AsJson, Home, Officer, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import EXIT_FINDING, hint, note, plain, show, table
from wellclear.domain.canonical import unb64
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue

app = typer.Typer(no_args_is_help=True, help="What this node has not sent, and an officer's word on it.")

UNDECIDED = frozenset({"held", "refused"})
"""States in which an act waits for an officer's word."""
_DEEDS = {
    "linked": "it is on its way",
    "unproven": "use the telephone as well",
    "waiting": "it goes out by itself",
}
Names = Annotated[
    list[str],
    typer.Argument(metavar="ID", help="As `outbox list` shows it: its hash, or the item's id.", show_default=False),
]


@app.command("list")
def list_outbox(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """What this node has not sent, why, and what to do. Ends with 1 if something waits for an officer's word."""
    place = Workplace.open(home)
    with place.client:
        told: Fields = place.client.get("outbox")
    rows = shown(told)
    undecided = sum(row["state"] in UNDECIDED for row in rows)
    value = {**told, "entries": rows, "undecided": undecided}
    show(value, outbox_table(rows) if rows else "Nothing waits: all is in the log.", as_json=as_json)
    if undecided:
        raise typer.Exit(EXIT_FINDING)


@app.command("again")
def send_again(
    names: Names,
    officer: Officer,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Send held or refused acts after all, as they were approved.

    First make sure that they still hold good, and that no other node of your party has sent them. What was refused is
    refused again unless its cause is gone. The node opens your key for this moment, to know that it is you.
    """
    place = Workplace.open(home)
    with place.client:
        chosen = picked(shown(place.client.get("outbox")), names)
        decide(place, officer, chosen, "again", passphrase_file, wait_s)
        after = {row["act_hash"]: row for row in shown(place.client.get("outbox"))}
        status: Fields = place.client.get("status")
    sent = [{**row, "state": after.get(row["act_hash"], {"state": "logged"})["state"]} for row in chosen]
    deeds = ["SENT" if row["state"] == "logged" else "GOES OUT AGAIN" for row in sent]
    lines = [f"{deed} by the word of {officer}:{line_of(row)[1:]}" for deed, row in zip(deeds, sent, strict=True)]
    link = status["link"]["state"]
    if link != "live":
        lines.append(f"The link is {link}: nothing is sent until it is live, and after a halt only safety.")
    if set(deeds) != {"SENT"}:
        lines.append(f"It is sent when the log has it: {hint('wellclear outbox list')}")
    show({"again": sent, "by": f"{place.party}/{officer}"}, *lines, as_json=as_json)


@app.command("drop")
def drop(
    names: Names,
    officer: Officer,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Throw held or refused acts away, shown first with all that they say; this node never sends them."""
    place = Workplace.open(home)
    with place.client:
        chosen = picked(shown(place.client.get("outbox")), names)
        for line in [line for row in chosen for line in act_lines(row)]:
            note(line)
        agree(f"Throw {'this act' if len(chosen) == 1 else f'these {len(chosen)} acts'} away for good?", yes=yes)
        decide(place, officer, chosen, "drop", passphrase_file)
    lines = [f"THROWN AWAY by the word of {officer}:{line_of(row)[1:]}" for row in chosen]
    show({"dropped": chosen, "by": f"{place.party}/{officer}"}, *lines, as_json=as_json)


def decide(
    place: Workplace, officer: str, rows: Sequence[Fields], word: str, file: Path | None, wait_s: int = 0
) -> None:
    """An officer's word on each of these acts, in one watch; waits at most so long, all in all, for their place.

    Raises:
        Misconfigured, Refused: as `Workplace.on_watch`.
        InvalidValue: an act is gone or on its way meanwhile; those before it are decided.
    """
    with place.on_watch(officer, file) as session:
        ends_s = time.monotonic() + wait_s
        for row in rows:
            name, left_s = unb64(row["act_hash"], 32).hex(), max(0, round(ends_s - time.monotonic()))
            place.client.post(f"outbox/{name}", {"session": session, "code": word}, wait_s=left_s)


def shown(told: Fields) -> list[Fields]:
    """The entries of the node's outbox, each with `short`, the hash to type, and `do`, what to do."""
    return [{**row, "short": short_hash(row["act_hash"]), "do": deed(row)} for row in rows_of(told, "entries")]


def deed(row: Fields) -> str:
    """What to do about an act that is not in the log."""
    name = short_hash(row["act_hash"])
    if row["state"] in UNDECIDED and row.get("use", "node") != "node":
        return f"give its command again; {hint(f'wellclear outbox drop {name}')}"  # its key is locked
    if row["state"] == "held":
        return f"{hint(f'wellclear outbox again {name}')}, or drop"
    if row["state"] != "refused":
        return _DEEDS.get(row["state"], "")
    if row.get("reason") == Reason.STALE_APPROVAL:
        return f"say it anew; {hint(f'wellclear outbox drop {name}')}"  # again would be too late again
    return f"mend the cause, then {hint(f'wellclear outbox again {name}')}, or drop"


def picked(rows: Sequence[Fields], names: Sequence[str]) -> list[Fields]:
    """The undecided acts with these names, each once, by hash or item.

    Raises:
        InvalidValue: a name is none or several, or its act goes out by itself; nothing is decided then.
    """
    chosen: list[Fields] = []
    for name in dict.fromkeys(names):
        found = [row for row in rows if named(row, name)]
        if len(found) != 1:
            why = "names several; give the hash" if found else "is nothing in the outbox"
            raise InvalidValue("ID", f"{name[:120]} {why}; look at: {hint('wellclear outbox list')}")
        if found[0]["state"] not in UNDECIDED:
            raise InvalidValue("ID", f"{name[:120]} is {found[0]['state']}; only what is held or refused is decided")
        chosen += [row for row in found if row not in chosen]
    return chosen


def named(row: Fields, name: str) -> bool:
    """Whether a person means this act: its hash (short, in hex or base64), the alarm's key of it, or its item."""
    full = str(row["act_hash"])
    return name.removeprefix("outbox/") in (row["short"], full, unb64(full, 32).hex()) or name == row["id"] != ""


def outbox_table(rows: Sequence[Fields]) -> RenderableType:
    """In the order in which they came."""
    lines = [
        (
            row["short"],
            row["state"],
            what(row),
            ", ".join(row.get("to", [])),
            row.get("said", ""),
            row["why"],
            row["do"],
        )
        for row in rows
    ]
    return table(("id", "state", "what", "to", "said", "why", "what to do"), lines)


def what(row: Fields) -> str:
    """Kind, code and item of an act."""
    return " ".join(filter(None, (row["kind"], row.get("code"), row["id"])))


def line_of(row: Fields) -> str:
    """One act on one line."""
    to = f" to {', '.join(row['to'])}" if row.get("to") else ""
    return str(plain(f"  {row['short']}  {what(row)}{to}"))


def act_lines(row: Fields) -> list[str]:
    """One act with all that it says and why it was not sent; nothing in its words reaches the terminal as it came."""
    by = ", ".join(row.get("by", [])) or "the node itself"
    lines: list[Any] = [line_of(row), f"  said {row.get('said', '-')} by {by}; {row['state']}: {row['why'] or '-'}"]
    return [str(plain(line)) for line in [*lines, *(f"  {line}" for line in group_lines(row.get("groups", [])))]]
