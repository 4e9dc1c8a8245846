"""`notice given`: the access list of an own notice, for whoever announced it (R29)."""

from __future__ import annotations

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument
from wellclear.apps.cli.output import moment, show, table
from wellclear.apps.levels import groups_at, level_words
from wellclear.domain.names import parse_item_id

_COLUMNS = ("v", "party", "is shown", "given", "received", "acknowledged")


def given(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Who was given an own notice: each version, at which level, when, and what came back.

    It is for the announcer alone. What was shown later by `disclose` is in it; what was given cannot be taken back.
    """
    parse_item_id(item, field="ID")
    place = Workplace.open(home)
    with place.client:
        told: Fields = place.client.get(f"notices/{item}/given")
    rows = [cells(row) for row in told["given"]]
    shown = table(_COLUMNS, rows) if rows else f"{item} was given to nobody."
    show(told, shown, told["words"], as_json=as_json)


def cells(row: Fields) -> tuple[str, ...]:
    """One recipient's row for people."""
    acked = ", ".join(f"{one['desk']} {moment(one['at_us'])}" for one in row["acked"])
    whole = tuple(row["groups"]) == groups_at(row["level"])
    level = level_words(row["level"]) if whole else ", ".join(row["groups"])
    return (
        str(row["version"]), row["party"], level, moment(row["given_us"]),
        moment(row["received_us"]) if "received_us" in row else "not yet", acked or "-",
    )  # fmt: skip
