"""cancel, complete, and `notice list|show`: own notices that end, and the notices that all have."""

from __future__ import annotations

from typing import Any

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.notice_lines import volume_lines
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument
from wellclear.apps.cli.output import hint, moment, show, table, tell, tell_json
from wellclear.apps.cli.speaking import Speaker, drafts, says
from wellclear.apps.cli.treaty_lines import consent_in_short, consent_lines
from wellclear.apps.levels import level_words
from wellclear.domain.names import parse_item_id
from wellclear.errors import Malformed

app = typer.Typer(no_args_is_help=True, help="Read the notices in the picture.")


@drafts()
def cancel(item: ItemArgument, speaker: Speaker) -> None:
    """Draft the cancellation of an own notice; `release` sends it."""
    speaker.keep(lambda place: about(place, "cancel", item, speaker), f"The cancellation of {item}")


@says()
def complete(item: ItemArgument, speaker: Speaker) -> None:
    """Say that an own notice is over."""
    speaker.say(lambda place: about(place, "complete", item, speaker), done="COMPLETED")


def about(place: Workplace, kind: str, item: str, speaker: Speaker) -> Intent:
    """An act about the current version of an own item, to everybody whom it was addressed to."""
    current = notice_at(place, item)
    return speaker.act(place, kind, to=list(current["to"]), subject=subject_of(current, None))


def subject_of(notice: Fields, version: int | None) -> Fields:
    """The version that is meant: the current one unless said otherwise."""
    return {"id": notice["id"], "version": int(notice["version"]) if version is None else version}


def notice_at(place: Workplace, item: str) -> Fields:
    """The item as the node shows it; raises `InvalidValue` for a misspelt id before anybody is asked."""
    parse_item_id(item, field="ID")
    found: Fields = place.client.get(f"notices/{item}")
    return found


@app.command("list")
def list_notices(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The notices in the picture, one's own and the others'."""
    place = Workplace.open(home)
    with place.client:
        notices = rows_of(place.client.get("notices"), "notices")
    shown = [
        (row["id"], row["version"], row["party"], row.get("category") or "-", row["state"], row["precedence"],
         moment(row.get("start_us")), moment(row.get("end_us")), answers_in_short(row),
         consent_in_short(row))
        for row in notices
    ]  # fmt: skip
    columns = ("id", "v", "party", "category", "state", "prec", "start", "end", "answers", "host nation")
    show(notices, table(columns, shown) if shown else "No notices.", *left_out_lines(notices), as_json=as_json)


def left_out_lines(notices: list[Fields]) -> list[str]:
    """Why rows have no hours, and where these are told, if any has none for that reason (N1, N13)."""
    why = next((row["left_out"] for row in notices if "left_out" in row), None)
    return [] if why is None else [f"{why} One at a time: {hint('wellclear notice show ID')}"]


@app.command("show")
def show_notice(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One notice: volumes, times, and what each desk has answered."""
    place = Workplace.open(home)
    with place.client:
        notice = notice_at(place, item)
    if as_json:
        tell_json(notice)
        return
    tell(f"{notice['id']} v{notice['version']}  {notice['party']}  {notice.get('category') or '-'}  {notice['state']}")
    tell(*[line for number, volume in enumerate(raw_volumes(notice), 1) for line in volume_lines(number, volume)])
    tell(*([f"  {notice['protection']}"] if "protection" in notice else []), *consent_lines(notice))
    tell(*copy_lines(notice))
    for party, level in sorted(notice.get("levels", {}).items()):
        tell(f"  {party} is shown {level_words(level)}")
    for later in notice.get("disclosed", []):
        tell(f"  disclosed later to {', '.join(later['to'])}: {', '.join(later['groups'])} ({later['at']})")
    rows = [
        [row["desk"], *(moment(row.get(f"{name}_us")) if row.get(f"{name}_us") else row.get(name) or "-"
                        for name in ("received", "acked", "confirmed", "passed"))]
        for row in notice.get("recipients", [])
    ]  # fmt: skip
    tell(table(("desk", "received", "acknowledged", "confirmed", "passed to units"), rows), *units_lines(notice))


def copy_lines(notice: Fields) -> list[str]:
    """Whose copy this is, where each recipient has its own."""
    copy = notice.get("copy")
    return [] if copy is None else [f"  copy of {copy['desk']} ({copy['party']}), mark {copy['mark']}"]


def units_lines(notice: Fields) -> list[str]:
    """By when each desk is to prove that its units know of it, and what it never proved of earlier versions (R28)."""
    lines = []
    for row in notice.get("recipients", []):
        for one in [*([row["units"]] if "units" in row else []), *row.get("units_earlier", [])]:
            lines.append(f"  {row['desk']}, v{one['version']}, passed to units: {one['words']}")
    return lines


def answers_in_short(row: Fields) -> str:
    """`1/2 acknowledged, 1 confirmed`."""
    desks = row.get("recipients", [])
    acked = sum(bool(desk.get("acked")) for desk in desks)
    confirmed = sum(bool(desk.get("confirmed")) for desk in desks)
    return f"{acked}/{len(desks)} acknowledged, {confirmed} confirmed"


def rows_of(answer: Any, name: str) -> list[Fields]:
    """The rows of an answer that is a list, or holds one under a name."""
    rows = answer.get(name) if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise Malformed("node", name, "a list belongs here")
    return rows


def raw_volumes(notice: Fields) -> list[Fields]:
    """The volumes of a notice in the exact integers of `domain.volume_fields`."""
    return [volume.get("raw", volume) for volume in notice.get("volumes", [])]
