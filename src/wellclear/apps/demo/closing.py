"""Step 12 of the story: a statement, worded twice, signed by both heads of delegation, and not published (R38)."""

from __future__ import annotations

from wellclear.apps.cli.acting import Intent
from wellclear.apps.cli.statements import check_agreed
from wellclear.apps.demo.station import Board, Row, Station, record
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.domain.agreement import DAY_US
from wellclear.domain.quantities import format_time
from wellclear.edges.clock import SystemClock
from wellclear.errors import InvalidValue, Unavailable


def closing(story: Story) -> None:
    """One side's wording is signed in part and stays unsaid; another one is signed by both."""
    teller, said = story.teller, story.scenario.closing
    author, other = story.first, story.second
    teller.heading(12, "What both will say")
    with teller.outcome(f"{author.party} proposed a statement of {len(said.proposed)} sentences"):
        item = author.declare("statement", said.group(said.proposed), [other.desk]).item
        other.until(lambda board: record(board, item).get("said"), SOON_S, f"what {item} says")
    numbers = ", ".join(map(str, said.signed))
    with teller.outcome(f"{other.party}'s head of delegation signed sentence {numbers} of it, and no more"):
        _sign(other, author, item, 1, said.signed)
        shown = author.until(lambda board: _waits(board, item, other.party, said.signed), SOON_S, "the signature")
    with teller.outcome("so it is not agreed, and its text was not given out"):
        _not_released(shown)
    day = format_time(SystemClock().now_us() + said.keep_days * DAY_US)[:10]
    with teller.outcome(f"{author.party} worded it anew; what was signed of the first wording counts nothing"):
        members = {"desk": author.desk, "to": [other.desk], "precedence": "P", "keep_until": day}
        subject = {"subject": {"id": item, "version": 2}}
        author.release(Intent("amend", [said.group(said.agreed)], author.readers([other.desk]), members | subject))
        other.until(lambda board: _standing(board, item, 2) == "proposed", SOON_S, "version 2")
    with teller.outcome("both heads of delegation signed it, and both boards say: agreed"):
        for one, its in ((author, other), (other, author)):
            _sign(one, its, item, 2, list(range(1, len(said.agreed) + 1)))
        for one in (author, other):
            one.until(lambda board: _standing(board, item, 2) == "agreed", SOON_S, "the signatures")
    for sentence in said.agreed:
        teller.say(f"Both will say: “{sentence}”")
    teller.say("Scope and timetable stay unsaid. Nothing has been published; that is for people to do.")


def _sign(signer: Station, other: Station, item: str, version: int, sentences: list[int]) -> None:
    group = {"group": "statement_sign", "agrees": "yes", "sentences": sentences}
    about = {"desk": signer.desk, "to": [other.desk], "precedence": "P", "subject": {"id": item, "version": version}}
    signer.by_head(Intent("statement_sign", [group], signer.readers([other.desk]), about))


def _standing(board: Board, item: str, version: int) -> str:
    """How a version of a statement stands, once it is open here."""
    shown = record(board, item)
    return str(shown["signing"]["state"]) if shown.get("version") == version and "said" in shown else ""


def _waits(board: Board, item: str, party: str, signed: list[int]) -> Row | None:
    """The statement, once a party has signed exactly these sentences of it."""
    shown = record(board, item)
    for one in shown.get("signing", {}).get("signers", ()):
        if one["party"] == party and one["sentences"] == signed:
            return shown
    return None


def _not_released(shown: Row) -> None:
    """Raises `Unavailable` if the command that gives a text out would take it for agreed."""
    try:
        check_agreed(shown)
    except InvalidValue:
        return
    raise Unavailable("the statement", "was taken for agreed")
