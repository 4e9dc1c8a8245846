"""Step 2 of the story: a red line, declared in its declarer's own words, and received, which is not accepted (R31)."""

from __future__ import annotations

from wellclear.apps.demo.station import Board, record, rings
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.domain.agreement import DAY_US
from wellclear.domain.names import party_of_desk
from wellclear.domain.quantities import format_time
from wellclear.edges.clock import SystemClock


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


def _acked(board: Board, item: str, desk: str) -> bool:
    return any(row.get("desk") == desk and row.get("acked") for row in record(board, item).get("recipients", ()))
