"""`alarm list|ack`: what rings at this node, and a named person who has seen it.

Seeing an alarm silences it here and tells nobody else. What the other side waits for is an answer of its own: `ack`
with its read-back, `comply` or `unable`, `readback-wrong`; the list names it beside each alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer
from rich.console import RenderableType
from rich.text import Text

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.asking import agree
from wellclear.apps.cli.notices import rows_of
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, Officer, PassphraseFile, Yes
from wellclear.apps.cli.output import EXIT_FINDING, hint, note, plain, show, table
from wellclear.apps.cli.watching import LEVEL_STYLE, sounding, state_of
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import RECORDS
from wellclear.errors import InvalidValue

app = typer.Typer(no_args_is_help=True, help="What rings at this node, and who has seen it.")

_HASH_DIGITS: Final = 12
_ANSWERED: Final = frozenset({"notice", "amend", "safety", "request", *RECORDS})
"""Kinds that wait for an answer to the other side; so does `unanswered`, where it is an own desk that has not."""
_DEEDS: Final = {
    "message": "wellclear messages",
    "refused": "wellclear outbox list; read why, and say it anew",
    "remark": "it has no effect; say it anew",
    "clock": "set this machine's clock",
    "stale": "check the link; telephone",
    "head_differs": "wellclear export PATH; ask for the host's note",
    "picture_differs": "wellclear compare FILE; export PATH; ask the other party",
    "false_part": "show it to all, who look at it by: wellclear verify-evidence FILE",
    "own_red_line": "wellclear redline show ID; ask its author",
    "own_zone": "wellclear zone show ID; ask its author",
    "doubtful": "wellclear board; ask its author by voice",
    "halted": "wellclear export PATH; call every party",
    "disk": "make room on the disk",
    "outside": "the record has it not: call its author",
}


@app.command("list")
def list_alarms(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Every alarm of this node: its key, what it is, and which command answers it. Ends with 1 if one sounds."""
    place = Workplace.open(home)
    with place.client:
        board: Fields = place.client.get("board")
    rows = told(board)
    value = {"alarms": rows, "sounding": len(sounding(board))}
    show(value, alarm_table(rows) if rows else "No alarm.", as_json=as_json)
    if sounding(board):
        raise typer.Exit(EXIT_FINDING)


@app.command("ack")
def ack_alarm(
    officer: Officer,
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="KEY", help="As `alarm list` shows it.", show_default=False)
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="All that sound, shown first; what the other side waits for is left out."),
    ] = False,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Silence alarms here; nobody else is told, and nothing is acknowledged to the other side.

    What a desk owes stays owed, and rings again at its next rung; it is answered by its own command, such as
    `wellclear ack NORTHLAND-1001-9`. The node opens your key for this moment, to know that it is you.
    """
    if bool(keys) == every:
        raise InvalidValue("KEY", "give keys as `wellclear alarm list` shows them, or --all")
    place = Workplace.open(home)
    with place.client:
        rows = told(place.client.get("board"))
        chosen = [row for row in rows if row["state"] == "unack"] if every else picked(rows, keys or ())
        left = [row for row in chosen if every and row["waits"] == "yes"]
        chosen = [row for row in chosen if row not in left]
        if every and chosen:
            for row in chosen:
                note(line_of(row))
            agree(f"Silence {'this one' if len(chosen) == 1 else f'these {len(chosen)}'} here?", yes=yes)
        if chosen:
            silence(place, officer, [row["key"] for row in chosen], passphrase_file)
        after = {row["key"]: row["state"] for row in rows_of(place.client.get("alarms"), "alarms")}
    silenced = [{**row, "state": after.get(row["key"], "gone")} for row in chosen]
    value = {"silenced": silenced, "left": left, "by": f"{place.party}/{officer}"}
    show(value, *outcome(silenced, left, officer), as_json=as_json)


def silence(place: Workplace, officer: str, keys: Iterable[str], passphrase_file: Path | None) -> None:
    """Say of each key that it was seen, in one watch of this officer.

    Raises:
        Misconfigured, Refused: as `Workplace.on_watch`.
        InvalidValue: an alarm is gone meanwhile; those before it are silenced.
    """
    with place.on_watch(officer, passphrase_file) as session:
        for key in keys:
            place.client.post(f"alarms/{quote(key, safe='')}/acknowledge", {"session": session})


def told(board: Fields) -> list[Fields]:
    """The board's alarms, each with `short`, the key to type, `do`, what to do, and `waits`, whether for an answer."""
    return [
        {**row, "short": short_key(row["key"]), "do": deed(row, board), "waits": "yes" if owed(row, board) else "no"}
        for row in board.get("alarms", [])
    ]


def short_key(key: str) -> str:
    """The key as a person types it: a hash is cut to its first hex digits, everything else is short already."""
    about, _, name = key.partition("/")
    try:
        return f"{about}/{short_hash(name)}"
    except InvalidValue:
        return key


def short_hash(name: str) -> str:
    """The first hex digits of a hash in base64; raises `InvalidValue` for what is none."""
    return unb64(name, 32).hex()[:_HASH_DIGITS]


def picked(rows: Sequence[Fields], keys: Sequence[str]) -> list[Fields]:
    """The alarms with these keys, each once; raises `InvalidValue` if one names none, before any is silenced."""
    chosen: list[Fields] = []
    for key in dict.fromkeys(keys):
        found = [row for row in rows if key in (row["key"], row["short"])]
        if len(found) != 1:
            why = "names several" if found else "is no alarm here"
            raise InvalidValue("KEY", f"{key[:120]} {why}; look at: {hint('wellclear alarm list')}")
        chosen += [row for row in found if row not in chosen]
    return chosen


def owed(row: Fields, board: Fields) -> bool:
    """Whether the other side waits for an answer of one's own desk to it."""
    if row["state"] == "cleared":
        return False
    return row["kind"] in _ANSWERED or (row["kind"] == "unanswered" and own_desk_in(row, board) is not None)


def own_desk_in(row: Fields, board: Fields) -> str | None:
    """The own desk in the key of an owed acknowledgement: `ack/ID/VERSION/PARTY/DESK`."""
    what, _, desk = row["key"].partition("/")
    desk = "/".join(desk.split("/")[2:])
    return desk if what == "ack" and desk.startswith(f"{board['party']}/") else None


def deed(row: Fields, board: Fields) -> str:
    """What to do about an alarm: the command that answers it, or a few words where there is none."""
    kind, item = row["kind"], row.get("item") or ""
    if row["state"] == "cleared":
        return "it is over"
    match kind:
        case "track_query" if own_desk_in(row, board) is not None:
            return hint(f"wellclear track reply {item} ours|not-ours|not-known")
        case "notice" | "amend" | "safety" | "unanswered" | "authority_scope" | "intent" | "track_query":
            desk = own_desk_in(row, board)
            if desk is None:
                return f"call {row.get('call') or row.get('desk') or 'them'}"
            return hint(f"wellclear ack {item}" + ("" if desk in board.get("desks", [])[:1] else f" --desk {desk}"))
        case "units_not_told":
            if not str(row.get("desk")).startswith(f"{board['party']}/"):
                return f"call {row.get('call') or row.get('desk') or 'them'}"
            return hint(f"wellclear passed {item} --echelon WHO --at TIME")
        case "request":
            id_ = next(
                (asked["id"] for asked in board.get("requests", []) if asked["id"] in row["title"].split()), "ID"
            )
            return f"{hint(f'wellclear comply {id_}')}, or unable"
        case "conflict":
            return conflict_deed(row["key"], board["party"])
        case "readback":
            if item.startswith(f"{board['party']}-"):
                return hint(f"wellclear readback-wrong {item} --of {row.get('desk') or 'DESK'}")
            return f"{hint(f'wellclear ack {item}')}, read back anew"
        case "asks_officer":
            name = short_key(row["key"]).partition("/")[2]
            return f"{hint(f'wellclear outbox again {name}')}, or drop"
    command, *rest = _DEEDS.get(kind, "").split(";")
    return ";".join([hint(command) if command.startswith("wellclear ") else command, *rest])


def conflict_deed(key: str, party: str) -> str:
    """What either side of a pair may do: change one's own, or ask for a change of the other's."""
    pair = key.split("/")[1:]
    own = [id_ for id_ in pair if id_.startswith(f"{party}-")]
    others = [id_ for id_ in pair if id_ not in own]
    ways = [f"wellclear amend {id_}" for id_ in own] + [f"wellclear request {id_} altitude" for id_ in others]
    return ", or ".join(map(hint, ways))


def alarm_table(rows: Sequence[Fields]) -> RenderableType:
    """Unseen ones first, as the node tells them."""
    shown = [
        (
            row["short"],
            Text(str(row["level"]).upper(), style=LEVEL_STYLE.get(row["level"], "")),
            state_of(row),
            row["title"],
            row.get("since", ""),
            row["do"],
        )
        for row in rows
    ]
    return table(("key", "alarm", "state", "what", "since", "what to do"), shown)


def line_of(row: Fields) -> str:
    """One alarm on one line; its words may be others', so nothing in them reaches the terminal as it came."""
    return str(plain(f"  {row['short']}  {str(row['level']).upper()}  {row['title']}"))


def outcome(silenced: Sequence[Fields], left: Sequence[Fields], officer: str) -> list[str]:
    """What was silenced and what was not, with what is still to be done."""
    lines = []
    for row in silenced:
        lines.append(f"SILENCED HERE by {officer}:{line_of(row)[1:]}")
        if row["waits"] == "yes":
            lines.append(f"  NOT ACKNOWLEDGED to the other side, who waits: {row['do']}")
    for row in left:
        lines.append(f"STILL RINGS:{line_of(row)[1:]}")
        lines.append(f"  the other side waits for an answer: {row['do']}")
    if silenced:
        lines.append("This stays on this node: nobody else is told, and nothing is agreed to.")
    return lines or ["Nothing sounds here."]
