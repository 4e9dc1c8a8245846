"""status, board, conflicts, alarms: what the node knows now; `board` goes on until it is stopped."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.notices import answers_in_short, rows_of
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import (
    EXIT_FINDING,
    console,
    hint,
    moment,
    plain,
    seconds,
    show,
    table,
    tell,
    tell_json_line,
)
from wellclear.apps.cli.treaty_lines import consent_in_short

LEVEL_STYLE = {"alarm": "bold red", "warning": "yellow", "caution": "cyan"}


def status(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """How the node stands: channel, link, outbox, what is open. Ends with 1 if an own duty or an alarm is open."""
    place = Workplace.open(home)
    with place.client:
        board = place.client.get("board")
    show(summary(board), *summary_lines(board), as_json=as_json)
    if mine_open(board) or sounding(board):
        raise typer.Exit(EXIT_FINDING)


def board(
    once: Annotated[bool, typer.Option("--once", help="Print the board once, and stop.")] = False,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """The live board: notices, conflicts, duties, alarms, link. With --json one line for each change."""
    place = Workplace.open(home)
    with place.client:
        if once:
            now = place.client.get("board")
            show(now, board_view(now), as_json=as_json)
        elif as_json or not sys.stdout.isatty():
            for now in place.client.boards():
                if as_json:
                    tell_json_line(now)
                else:
                    tell(board_view(now))
        else:
            with Live(console=console(), screen=True, auto_refresh=False) as live:
                for now in place.client.boards():
                    live.update(board_view(now), refresh=True)


def conflicts(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The conflicts in the picture, and against what was compared. Ends with 1 if there is one."""
    place = Workplace.open(home)
    with place.client:
        found = [row for row in rows_of(place.client.get("conflicts"), "conflicts") if row["verdict"] != "none"]
        now = place.client.get("board")
    lines: list[RenderableType] = [conflict_table(found)] if found else ["No conflict found."]
    show({"conflicts": found, "compared": now.get("compared")}, *lines, against(now), as_json=as_json)
    if found:
        raise typer.Exit(EXIT_FINDING)


def against(board: Fields) -> str:
    """Every negative answer says against what."""
    compared = board.get("compared") or {}
    counted = compared.get("notices", len(board.get("notices", [])))
    missing = compared.get("missing") or []
    told = [
        f"Compared: {counted} notices of {plain_count(compared.get('parties'))} parties",
        f"log of {board['size']} entries",
        f"heard {seconds(board['link'].get('heard_ms'))} ago",
        board["link"].get("words", ""),
    ]
    if compared.get("coarse"):
        told.append(f"{compared['coarse']} only as a coarse cell")
    return "; ".join(filter(None, told)) + (f"; missing: {', '.join(map(str, missing))}" if missing else "") + "."


def plain_count(value: Any) -> str:
    """How many a number or a list is."""
    return str(len(value)) if isinstance(value, list) else str(value if value is not None else "all")


def summary(board: Fields) -> Fields:
    """The board without its rows."""
    kept = {name: value for name, value in board.items() if not isinstance(value, list)}
    counts = {name: len(value) for name, value in board.items() if isinstance(value, list)}
    counts |= {"alarms": len(standing(board)), "conflicts": len(conflicts_in(board))}  # what is over is still a row
    return {**kept, "counts": counts, "mine_open": len(mine_open(board)), "alarms_sounding": len(sounding(board))}


def summary_lines(board: Fields) -> list[str]:
    """The state of the node in a few lines."""
    outbox = board.get("outbox", {})
    mine = len(mine_open(board))
    exercise = "EXERCISE" if board.get("exercise") == "yes" else "REAL"
    state = board["link"]["state"]
    return [
        f"{board['party']} on {exercise} channel {board['spoken']}",
        f"  {board['phase']}, agreement {board['agreement']}, {board['size']} entries, picture {board['digest'][:12]}",
        f"  link {state}: {board['link'].get('words', '').removeprefix(f'{state}: ')}",
        *(f"    {saw_log(witness, board['size'])}" for witness in board["link"].get("witnesses", [])),
        *(f"    {words}" for words in [board["link"].get("witnessing", "")] if words),
        *(f"    {row['words']}" for row in board["link"].get("pictures", []) if row.get("words")),
        *(f"  {board['halt'][name]}" for name in ("works", "do") if board.get("halt")),
        f"  time {board.get('now') or moment(board.get('now_us'))}, own clock {board.get('own', '-')}",
        "  outbox: "
        + ", ".join(
            f"{outbox.get(name, 0)} {name}"
            for name in ("waiting", "linked", "refused", "held", "unproven")
            if outbox.get(name) or name not in ("held", "unproven")
        ),
        f"  open: {mine} own duties, {len(sounding(board))} alarms, {len(conflicts_in(board))} conflicts",
        *absences(board),
        *([f"  DOUBTFUL: {count} entries, said with a key that was lost"] if (count := doubtful_count(board)) else []),
        *([f"  what rings, and what answers it: {hint('wellclear alarm list')}"] if sounding(board) else []),
    ]


def leave_words(away: Fields | None) -> str:
    """A time away for people; a dash for none."""
    if away is None:
        return "-"
    deputy = f", deputy {away['deputy']}" if "deputy" in away else ", no deputy"
    return f"{moment(away['start_us'])} to {moment(away['end_us'])}{deputy}"


def absences(board: Fields) -> list[str]:
    """Who of the own persons is away now, and for how long."""
    return [
        f"  away: {row['person']}, {leave_words(row.get('away'))}"
        for row in board.get("officers", []) if row.get("on_duty") == "no"
    ]  # fmt: skip


def doubtful_count(board: Fields) -> int:
    """How many entries a lost key has made doubtful."""
    return int(board.get("doubtful", {}).get("count", 0))


def saw_log(witness: Fields, size: int) -> str:
    """One party's cosignature: when, and over how many entries where that is not all of them."""
    if witness.get("ahead") == "yes":
        return f"{witness['party']} cosigned this log by a clock that is ahead of ours"
    seen = witness.get("size", size)
    what = "this log" if seen == size else f"{seen} entries of this log"
    return f"{witness['party']} cosigned {what} {seconds(witness.get('age_ms'))} ago"


def conflicts_in(board: Fields) -> list[Fields]:
    """The pairs that conflict, or may."""
    return [row for row in board.get("conflicts", []) if row["verdict"] != "none"]


def mine_open(board: Fields) -> list[Fields]:
    """The duties of this party that a person must do."""
    return [row for row in board.get("duties", []) if row.get("mine") == "yes"]


def standing(board: Fields) -> list[Fields]:
    """The alarms whose reason still holds."""
    return [row for row in board.get("alarms", []) if row.get("state") != "cleared"]


def sounding(board: Fields) -> list[Fields]:
    """The alarms that nobody has acknowledged here."""
    return [row for row in board.get("alarms", []) if row.get("state") == "unack"]


def state_of(alarm: Fields) -> str:
    """An alarm's state, with who silenced it and when."""
    if "silenced_by" not in alarm:
        return str(alarm["state"])
    return f"silenced by {alarm['silenced_by']} at {alarm['silenced']}"


def board_view(board: Fields) -> RenderableType:
    """The whole board as one page of text."""
    parts: list[RenderableType] = [Text(line) for line in summary_lines(board)]
    alarms = standing(board)
    if alarms:
        rows = [
            (Text(str(row["level"]).upper(), style=LEVEL_STYLE.get(row["level"], "")), plain(row["title"]),
             row.get("item") or "", row.get("due") or "", row.get("call") or "", state_of(row))
            for row in alarms
        ]  # fmt: skip
        parts += [Text(""), table(("alarm", "what", "item", "due", "call", "state"), rows)]
    if conflicts_in(board):
        parts += [Text(""), conflict_table(conflicts_in(board))]
    to_do = [
        (row["item"], row["what"], row["desk"], row.get("due", ""), "OVERDUE" if row.get("overdue") == "yes" else "")
        for row in mine_open(board)
    ]
    if to_do:
        parts += [Text(""), table(("to do", "what", "desk", "due", ""), to_do)]
    parts += units_to_know(board)
    parts += safety_and_requests(board)
    notices = [
        (row["id"], row["version"], row.get("category") or "-", row["state"], row["precedence"],
         row.get("start") or moment(row.get("start_us")), row.get("end") or moment(row.get("end_us")),
         answers_in_short(row), consent_in_short(row), flags_of(row))
        for row in board.get("notices", [])
    ]  # fmt: skip
    columns = ("notice", "v", "category", "state", "prec", "start", "end", "answers", "host nation", "flags")
    parts += [Text(""), table(columns, notices)] if notices else [Text("No notices.")]
    return Group(*parts, *doubtful(board))


def doubtful(board: Fields) -> list[RenderableType]:
    """What was said with a key that was lost; it stands, and whoever relies on it asks first."""
    rows = [
        (row["index"], row["kind"], row["item"], row["desk"] or row["party"], row.get("said", ""),
         "; ".join(row["why"])) for row in board.get("doubtful", {}).get("rows", [])
    ]  # fmt: skip
    return [Text(""), table(("DOUBTFUL entry", "kind", "item", "of", "said", "why"), rows)] if rows else []


def units_to_know(board: Fields) -> list[RenderableType]:
    """What the own desks are still to prove of their units, and what others have not proven in time (R28)."""
    rows = [
        (row["item"], row["version"], row["desk"], row["words"], "OVERDUE" if row["state"] == "overdue" else "")
        for row in board.get("units", []) if row["mine"] == "yes" or row["state"] == "overdue"
    ]  # fmt: skip
    return [Text(""), table(("units to know of", "v", "desk", "passed to units", ""), rows)] if rows else []


def safety_and_requests(board: Fields) -> list[RenderableType]:
    """The tables of safety messages and of open requests, with the ids by which they are answered."""
    parts: list[RenderableType] = []
    safety = [
        (row["id"], str(row.get("code", "")).replace("_", " ").upper(), row["state"], row.get("at", ""),
         answers_in_short(row)) for row in board.get("safety", [])
    ]  # fmt: skip
    if safety:
        parts += [Text(""), table(("safety", "what", "state", "at", "answers"), safety)]
    outside = [
        (row["id"], str(row["code"]).replace("_", " ").upper(), row["desk"], row.get("by") or "unknown",
         row.get("said", ""), row.get("text") or row.get("who") or "")
        for row in board.get("outside", {}).get("rows", [])
    ]  # fmt: skip
    if outside:
        parts += [Text(""), table(("OUTSIDE THE RECORD", "what", "from", "by", "said", "text"), outside)]
    asked = [
        (row["id"], row["code"], f"{row['about']} v{row['about_version']}", row["from"], ", ".join(row["to"]))
        for row in board.get("requests", []) if row["state"] == "open"
    ]  # fmt: skip
    if asked:
        parts += [Text(""), table(("request", "for", "item", "from", "to"), asked)]
    return parts


def flags_of(row: Fields) -> str:
    """What is vague in a notice, and for whom its lead time is less than agreed."""
    short = [f"{party} {flag}" for party, flag in row.get("lead", {}).items() if flag != "AGREED"]
    return ", ".join([*(["DOUBTFUL"] if row.get("doubtful") else []), *map(str, row.get("flags", [])), *short])


def conflict_table(rows: list[Fields]) -> RenderableType:
    """Conflicts as the engine found them."""
    shown = [
        (row["a"], row["b"], row["verdict"], metres(row.get("lateral_m")), metres(row.get("vertical_m")),
         row.get("start", ""), row.get("end", ""), "DISPUTED" if row.get("disputed") == "yes" else "")
        for row in rows
    ]  # fmt: skip
    return table(("conflict", "with", "verdict", "lateral", "vertical", "from", "to", ""), shown)


def metres(value: Any) -> str:
    """A distance with its unit, or a dash."""
    return "-" if value is None else f"{value} m"
