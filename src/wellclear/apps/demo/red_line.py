"""Steps 2 and 3 of the story: a red line, received, which is not accepted; and a draft that touches it (R31)."""

from __future__ import annotations

from wellclear.apps.demo.station import Board, record, rings
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.domain.agreement import DAY_US
from wellclear.domain.names import party_of_desk
from wellclear.domain.quantities import format_time
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable


def a_red_line(story: Story) -> None:
    """One principal declares it; the other receives and acknowledges it, and that is all that it does."""
    teller, row = story.teller, story.scenario.red_line
    declarer = story.stations[party_of_desk(row.desk)]
    hearer = story.stations[party_of_desk(row.to[0])]
    teller.heading(2, "A red line")
    teller.say(f"{declarer.party}, in its own words: “{row.text}”")
    day = format_time(SystemClock().now_us() + row.keep_days * DAY_US)[:10]
    with teller.outcome(f"{declarer.party} declared it; {hearer.party}'s desk rang"):
        said = declarer.declare("red_line", row.group(), row.to, keep_until=day)
        hearer.until(lambda board: rings(board, "red_line", said.item), SOON_S, f"the ring of {said.item}")
    with teller.outcome(f"{hearer.party} acknowledged that it has received it"):
        hearer.acknowledge_record(said.item)
        declarer.until(lambda board: _acked(board, said.item, hearer.desk), SOON_S, "the acknowledgement")
    teller.say(f"A receipt is not an acceptance: {said.item} stays the word of {declarer.party} alone.")
    story.items["red line"] = said.item


def a_draft_that_touches(story: Story) -> None:
    """The planner is warned by its own node, before anybody else could be; the declarer learns nothing of it."""
    teller, row, line = story.teller, story.scenario.red_line, story.items["red line"]
    planner = story.stations[party_of_desk(row.drafted.desk)]
    declarer = story.stations[party_of_desk(row.desk)]
    teller.heading(3, "A draft that touches it")
    teller.say(f"{planner.party} drafts a {row.drafted.category} near T4, inside the line's area.")
    size, now_us = declarer.look()["size"], SystemClock().now_us()
    with teller.outcome(f"its own node warned its officer alone that the draft touches {line}, and by what"):
        warned = planner.draft(row.drafted.form(now_us))
        if not any(words.startswith("touches") and line in words for words in warned):
            raise Unavailable("the warning", f"does not name {line}: {list(warned)}")
    for words in warned:
        teller.say(f"To {planner.party}'s officer: {words}")
    with teller.outcome("changed as it was told, the draft touches no red line"):
        left = [words for words in planner.draft(row.without_touching().form(now_us)) if line in words]
        if left:
            raise Unavailable("the changed draft", f"is still warned of: {left}")
    held = [row["kind"] for row in declarer.look()["alarms"] if line in str(row)]
    teller.must(
        "red_line_touched" not in held and not _told_of(declarer.look(), size),
        f"{declarer.party} was told nothing, and {planner.party} has announced nothing",
        f"{declarer.party}'s board says: {held}",
    )


def _told_of(board: Board, size: int) -> bool:
    """Whether a notice stands on a board of a log that was so long before."""
    return board["size"] > size and bool(board["notices"])


def _acked(board: Board, item: str, desk: str) -> bool:
    return any(row.get("desk") == desk and row.get("acked") for row in record(board, item).get("recipients", ()))
