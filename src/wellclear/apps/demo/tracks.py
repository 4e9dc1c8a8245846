"""Step 8 of the story: a track that somebody sees, whose it is, and that no desk speaks for it (R11, R12)."""

from __future__ import annotations

from typing import Final

from wellclear.apps.cli.acting import Intent
from wellclear.apps.demo.station import Board, Station, record, rings
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.apps.node.record_rows import NOBODY
from wellclear.domain.records import Answer
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable, WellclearError

PALMYRA: Final = {"lat_e7": 345_570_000, "lon_e7": 383_170_000}
"""Its airport (WGS 84, good to about a kilometre)."""
UNITS: Final = ("air operations centre", "drone wing")


def a_track(story: Story) -> None:
    """Asked, answered NOT KNOWN, then NOT OURS with the units that were asked; and nobody else speaks for it."""
    teller, asking, asked = story.teller, story.first, story.second
    teller.heading(8, "Whose track is this?")
    teller.say(f"{asking.party} sees a slow drone near Palmyra's airport that nobody has announced.")
    with teller.outcome(f"{asking.party} asked {asked.party} whose it is, and its desk rings"):
        item = _ask(asking, asked)
        asked.until(lambda board: rings(board, "track_query", item), SOON_S, f"the ring of {item}")
        asked.until(lambda board: record(board, item).get("said"), SOON_S, f"what {item} says")
    with teller.outcome("NOT OURS was refused: nobody says so without having asked its units"):
        _refused(asked, asking, item)
    with teller.outcome(f"{asked.party} answered NOT KNOWN, which does not mean NOT OURS"):
        _reply(asked, asking, item, "not_known", ())
        asking.until(lambda board: _answers(board, item) == ["not_known"], SOON_S, "the answer")
    with teller.outcome(f"{asked.party} asked its {' and its '.join(UNITS)}, and answered NOT OURS"):
        _reply(asked, asking, item, "not_ours", UNITS)
        asking.until(lambda board: _answers(board, item) == ["not_known", "not_ours"], SOON_S, "the second answer")
    shown = record(asking.look(), item)["replies"][-1]
    teller.say(f"On {asking.party}'s board: NOT OURS, checked with {', '.join(shown['checked_with'])}.")
    with teller.outcome("for the country over which it flies the board says: no desk speaks for it"):
        asking.until(lambda board: (board.get("speaking") or {}).get("gap") == NOBODY, SOON_S, "the gap")


def _ask(asking: Station, asked: Station) -> str:
    track = {
        "group": "track", **PALMYRA, "at_us": SystemClock().now_us(), "mover": "drone", "datum": "AMSL",
        "height_mm": 1_200_000, "course_deg": 80, "speed_mm_s": 40_000, "uncertainty_mm": 800_000,
    }  # fmt: skip
    members = {"desk": asking.desk, "to": [asked.desk], "precedence": "O"}
    return asking.say(Intent("track_query", [track], asking.readers([asked.desk]), members)).item


def _reply(asked: Station, asking: Station, item: str, answer: Answer, units: tuple[str, ...]) -> None:
    group = {"group": "track_reply", "answer": answer, "checked_with": list(units)}
    members = {"desk": asked.desk, "to": [asking.desk], "precedence": "O", "subject": {"id": item, "version": 1}}
    asked.say(Intent("track_reply", [group], asked.readers([asking.desk]), members))


def _refused(asked: Station, asking: Station, item: str) -> None:
    """Raises `Unavailable` if the node took it."""
    try:
        _reply(asked, asking, item, "not_ours", ())
    except WellclearError as error:
        if "checked_with" in str(error):
            return
        raise
    raise Unavailable(f"{asked.party}'s node", "has taken NOT OURS without a unit that was asked")


def _answers(board: Board, item: str) -> list[str]:
    return [str(reply.get("answer", "sealed")) for reply in record(board, item).get("replies", ())]
