"""Step 9 of the story: a survey told as a cell, a strike on what was surveyed, and what each side says of it.

Nothing is merged: two accounts stand beside each other (R35), and two reports that go back to one agency count once.
"""

from __future__ import annotations

from collections.abc import Mapping

from wellclear.apps.cli import typed
from wellclear.apps.cli.reporting import EXAMPLES, example_reports
from wellclear.apps.demo.scenario_rows import Teller
from wellclear.apps.demo.station import Board, Row, Station, record, rings, rows
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.domain.names import party_of_desk
from wellclear.edges.clock import SystemClock
from wellclear.interop.reports.origins import one_origin, traced

PRECISION = {"place_precision": "near", "time_precision": "hour"}


def aftermath(story: Story) -> None:
    """The survey, what happened, a declared intent, two accounts, and reports with one origin."""
    teller, said = story.teller, story.scenario.aftermath
    surveyor = story.stations[party_of_desk(said.survey.desk)]
    other = story.stations[party_of_desk(said.survey.to[0])]
    teller.heading(9, "A survey, and what came of it")
    survey = _survey(story, surveyor, other)
    with teller.outcome(f"{surveyor.party} recorded what happened there as an incident; {other.party}'s desk rang"):
        incident = surveyor.declare("incident", _incident(said.place, survey), [other.desk]).item
        other.until(lambda board: rings(board, "incident", incident), SOON_S, f"the ring of {incident}")
    with teller.outcome(f"{other.party} declared by a code, never in free text: {said.intent}"):
        group = {"group": "intent", "intent": said.intent, "about": incident}
        intent = other.declare("intent", group, [surveyor.desk]).item
        surveyor.until(lambda board: record(board, intent).get("said"), SOON_S, f"what {intent} says")
    with teller.outcome("each side gave its own account; both nodes show the two side by side, and merge nothing"):
        _account(surveyor, other, incident, said.recorder)
        _account(other, surveyor, incident, said.other)
        for station in (surveyor, other):
            station.until(lambda board: len(_accounts(board, incident)) == 2, SOON_S, "two accounts")
    for party, reply in _accounts(surveyor.look(), incident).items():
        teller.say(f"{party}: {' '.join(reply['words'])}")
    _outside(story)


def _survey(story: Story, surveyor: Station, other: Station) -> str:
    teller = story.teller
    with teller.outcome(f"{surveyor.party} announced a survey of three air bases; {other.party} sees a cell, no more"):
        survey = surveyor.announce(story.scenario.aftermath.survey.form(SystemClock().now_us())).item
        mark = other.until(lambda board: _mark(board, survey), SOON_S, f"its copy of {survey}")
        shown = other.notice(survey)
    teller.must(
        bool(shown.get("cell")) and not shown.get("volumes"), f"{other.party} was given the cell of {survey} alone",
        f"{other.party} was given more of {survey} than its cell",
    )  # fmt: skip
    category = shown.get("category") or "category not disclosed"
    teller.say(f"Asked for {survey}, {other.party}'s node shows a cell, {category}. It is in no list and no export.")
    teller.say(f"It is {other.party}'s own copy: by its mark, {mark}, {surveyor.party} knows it wherever it turns up.")
    teller.say("Then, before anything had come there, the bases are hit. Nobody on this channel was told beforehand.")
    return survey


def _mark(board: Board, item: str) -> str:
    """The mark of this party's copy of a notice, once its node holds that."""
    found = rows(board, "notices", id=item)
    return str(found[0].get("copy", {}).get("mark", "")) if found else ""


def _incident(place: str, survey: str) -> Row:
    where = typed.position(place, "aftermath.place")
    return {
        "group": "incident", "sort": "explosion", "lat_e7": where.lat_e7, "lon_e7": where.lon_e7,
        "at_us": SystemClock().now_us(), "about": [survey], **PRECISION,
    }  # fmt: skip


def _account(station: Station, other: Station, incident: str, told: Teller) -> None:
    station.declare("account", told.group(), [other.desk], subject={"id": incident, "version": 1})


def _accounts(board: Board, incident: str) -> Mapping[str, Row]:
    """What each party has told, once it is open here."""
    replies = record(board, incident).get("replies", ())
    return {reply["party"]: reply for reply in replies if reply.get("words")}


def _outside(story: Story) -> None:
    """What outlets print of it, kept by whoever reads it and sent to nobody."""
    teller = story.teller
    facts = traced(example_reports(EXAMPLES["palmyra"]))
    once = [fact for fact in facts if fact.count == 1 and len(fact.outlets) > 1]
    (first, *_) = one_origin(facts)
    teller.must(
        bool(once), f"of {len(facts)} facts that outlets print of it, {len(once)} stand in two or more and count once",
        "every one counts as often as it is printed",
    )  # fmt: skip
    through = " and ".join(voice.name for voice in first.through)
    teller.say(f"{' and '.join(first.outlets)} are one origin: what they share came through {through}.")
