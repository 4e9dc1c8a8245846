"""The steps of the story up to the stop: the agreement, the crossing, the notice that comes too late."""

from __future__ import annotations

from typing import Any

import msgspec

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Intent
from wellclear.apps.demo.founding import found, roster_of, start, stations
from wellclear.apps.demo.station import Board, Row, Station, recipient, rings, rows
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.domain.canonical import unb64
from wellclear.domain.quantities import Datum, dtg
from wellclear.domain.spoken import spoken
from wellclear.domain.volume import AltitudeBand
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable

VERDICT_MEMBERS = ("a", "b", "verdict", "lateral_m", "vertical_m", "time_s", "start", "end", "lat", "lon")


def agreement(story: Story) -> None:
    """Step 1: keys, a channel, real processes, and an agreement that both principals sign, open points and all."""
    teller, scenario = story.teller, story.scenario
    teller.heading(1, "The agreement")
    with teller.outcome("every party made its keys; the host founded the channel"):
        founded = found(scenario, story.directory)
        story.channel, story.host_url = founded.channel, founded.host_url
    with teller.outcome(f"the host and {len(scenario.parties)} nodes answer, each a process of its own"):
        start(founded, scenario, story.processes)
        story.stations = stations(founded, scenario)
    teller.say(f"The channel's fingerprint, read aloud: {spoken(unb64(story.channel))}")
    _pages(story)
    with teller.outcome(f"{story.first.party} proposed the agreement; both principals signed it"):
        _sign(story)
    with teller.outcome("every party entered its desks and officers"):
        for station in story.stations.values():
            station.by_recovery(Intent("roster", members={"public": roster_of(station.row, station.settings.home)}))
    with teller.outcome("both nodes hold the same picture"):
        digest = story.same_picture()
    teller.say(f"Picture {digest[:16]}… at entry {story.first.look()['size'] - 1}.")
    with teller.outcome("neither takes the host's word for it: each log is cosigned by the other side's node"):
        for station, other in ((story.first, story.second), (story.second, story.first)):
            station.until(lambda board, other=other: _seen_by(board, other.party), SOON_S, "the cosignature")  # type: ignore[misc]  # mypy cannot type a default of a lambda
    teller.say("Left open, and said so: " + "; ".join(scenario.articles.open_points) + ".")


def _seen_by(board: Board, party: str) -> bool:
    """Whether a party's own node has cosigned what this board shows, a moment ago."""
    return any(row["party"] == party for row in board["link"]["fresh"])


def _pages(story: Story) -> None:
    teller = story.teller
    teller.say("The pages of the two nodes (sign in as W1, passphrase: exercise exercise exercise):")
    for station in (story.first, story.second):
        teller.line(f"    {station.party:<10} {station.page}")


def _sign(story: Story) -> None:
    first, second = story.first, story.second
    opened = first.until(lambda _: first.get("agreement").get("founding"), SOON_S, "the founding file")
    public = {"do": "amend_agreement", "base": 0, "settings": opened["settings"], "salt": opened["settings_salt"]}
    principals = sorted(row.party for row in story.scenario.principals)
    salts = {"articles": opened["articles_salt"]}
    first.by_head(Intent("propose", [opened["articles"]], principals, {"public": public}, salts=salts))
    for station in (first, second):
        proposal = station.until(lambda _, station=station: _proposal(station), SOON_S, "the proposal")  # type: ignore[misc]  # mypy cannot type a default of a lambda
        sign = {"proposal": proposal["proposal"], "base": proposal["base"]}
        station.by_head(Intent("sign_agreement", members={"public": sign}))
    for station in story.stations.values():
        station.until(lambda board: board["phase"] == "open", SOON_S, "the agreement in force")


def _proposal(station: Station) -> Row | None:
    waiting = [row for row in station.get("agreement")["proposals"] if row["state"] == "open"]
    return waiting[0] if waiting else None


def crossing(story: Story) -> None:
    """Step 4: two flights that cross; one conflict, the same on both sides; a request, an answer, a cleared sky."""
    teller, scenario = story.teller, story.scenario
    first, second = story.first, story.second
    teller.heading(4, "Two flights that cross")
    drafted_us = SystemClock().now_us()
    form = scenario.crossing.first.form(drafted_us)
    with teller.outcome(f"{first.party} announced a flight; {second.party}'s desk rang"):
        one = first.announce(form)
        second.until(lambda board: rings(board, "notice", one.item), SOON_S, f"the ring of {one.item}")
    teller.say(_words(first, one.item))
    with teller.outcome(f"{second.party} read it back, {first.party} confirmed"):
        story.read_back(one, second, first)
    with teller.outcome(f"{second.party} announced an orbit; {first.party}'s desk rang"):
        other = second.announce(scenario.crossing.second.form(drafted_us))
        first.until(lambda board: rings(board, "notice", other.item), SOON_S, f"the ring of {other.item}")
    teller.say(_words(second, other.item))
    story.items |= {"first": one.item, "second": other.item}
    with teller.outcome("both desks ring: the two flights clash"):
        for station in (first, second):
            station.until(lambda board: rings(board, "conflict", one.item, other.item), SOON_S, "the ring of the clash")
    with teller.outcome("both see the same conflict, and the same picture"):
        found = _same_conflict(story)
        story.same_picture()
    teller.say(_conflict(found))
    with teller.outcome(f"{first.party} read it back, {second.party} confirmed"):
        story.read_back(other, first, second)
    _tell_lead_times(story, one.item, other.item)
    _clear(story, drafted_us)


def _clear(story: Story, drafted_us: int) -> None:
    teller, scenario = story.teller, story.scenario
    first, second = story.first, story.second
    item, asked = story.items["first"], scenario.crossing.request
    band = typed.band(asked.lower, asked.upper, asked.datum, ("lower", "upper", "datum"))
    with teller.outcome(f"{second.party} asked for {asked.lower} to {asked.upper}; {first.party} will comply"):
        request = second.ask_altitude(item, _band_fields(band))
        first.until(lambda board: rows(board, "requests", id=request.item), SOON_S, "the request")
        first.comply(request.item, second.desk)
    moved = msgspec.structs.replace(scenario.crossing.first, lower=asked.lower, upper=asked.upper, datum=asked.datum)
    with teller.outcome(f"{first.party} amended its notice: version 2"):
        said = first.announce(moved.form(drafted_us), {"id": item, "version": 2})
        second.until(lambda board: rows(board, "notices", id=item, version=2), SOON_S, "version 2")
    with teller.outcome("the conflict is gone on both sides"):
        for station in (first, second):
            station.until(lambda board: not _open_conflicts(board, item), SOON_S, "no conflict")
    with teller.outcome(f"{second.party} read version 2 back, {first.party} confirmed"):
        story.read_back(said, second, first)
    with teller.outcome("both nodes hold the same picture"):
        story.same_picture()


def _band_fields(band: AltitudeBand) -> dict[str, Any]:
    faces = {"lower_mm": band.lower_mm, "upper_mm": band.upper_mm}
    return {"datum": Datum(band.datum).value, **{name: face for name, face in faces.items() if face is not None}}


def _open_conflicts(board: Board, *items: str) -> list[Row]:
    return [
        row for row in rows(board, "conflicts")
        if row["verdict"] != "none" and all(item in (row["a"], row["b"]) for item in items)
    ]  # fmt: skip


def _same_conflict(story: Story) -> Row:
    """The conflict that both boards show.

    Raises:
        Unavailable: one shows none, or they differ in anything that both computed.
    """
    items = (story.items["first"], story.items["second"])
    seen = [
        station.until(lambda board: _open_conflicts(board, *items), SOON_S, "the conflict")[0]
        for station in (story.first, story.second)
    ]
    here, there = ({name: row.get(name) for name in VERDICT_MEMBERS} for row in seen)
    if here != there:
        raise Unavailable("the conflict", f"is {here} on one side and {there} on the other")
    found: Row = seen[0]
    return found


def _tell_lead_times(story: Story, *items: str) -> None:
    for item, station, other in zip(items, (story.first, story.second), (story.second, story.first), strict=True):
        notice = rows(station.look(), "notices", id=item)[0]
        teller_words = str((notice.get("lead") or {}).get(other.party, "not told")).replace("_", " ")
        story.teller.say(f"Lead time of {item} for {other.party}: {teller_words}.")


def too_late(story: Story) -> None:
    """Step 6: a notice two minutes before its start is flagged, and never blocked."""
    teller, scenario = story.teller, story.scenario
    teller.heading(6, "Two minutes before its start")
    sender, receiver = story.second, story.first
    form = scenario.late.form(SystemClock().now_us())
    with teller.outcome("it went through at once: nothing on the channel may stop a warning"):
        said = sender.announce(form)
    teller.say(_words(sender, said.item))
    with teller.outcome(f"{receiver.party} read it back, {sender.party} confirmed"):
        receiver.until(lambda board: rings(board, "notice", said.item), SOON_S, f"the ring of {said.item}")
        story.read_back(said, receiver, sender)
    with teller.outcome("both nodes flag it: NO REACTION TIME"):
        for station in (receiver, sender):
            station.until(lambda board: _no_reaction(board, said.item, receiver.party), SOON_S, "the flag")


def _no_reaction(board: Board, item: str, party: str) -> bool:
    return any((row.get("lead") or {}).get(party) == "NO_REACTION_TIME" for row in rows(board, "notices", id=item))


def _words(station: Station, item: str) -> str:
    """A notice in one sentence, as its own node shows it."""
    shown = station.until(lambda board: rows(board, "notices", id=item), SOON_S, item)[0]
    volume = (shown.get("volumes") or [{}])[0]
    heights = f"{volume.get('lower') or 'ground'} to {volume.get('upper') or 'unlimited'}"
    return (
        f"{item} v{shown['version']}, {shown.get('category') or 'sealed'}: {heights},"
        f" {dtg(shown['start_us'])} to {dtg(shown['end_us'])}."
    )


def _conflict(row: Row) -> str:
    where = f"near {float(row['lat']):.3f} N {float(row['lon']):.3f} E, {row['start']} to {row['end']}"
    apart = (float(row["lateral_m"]), float(row["vertical_m"]), int(row["time_s"]))
    how = (
        "place, height and time all overlap"
        if not any(apart)
        else f"{apart[0]:.0f} m apart at the closest, {apart[1]:.0f} m in height, {apart[2]} s in time"
    )
    return f"{row['verdict'].upper()} of {row['a']} and {row['b']} {where}: {how}."


def acked(board: Board, item: str, desk: str) -> bool:
    """Whether a desk has acknowledged an item."""
    return bool(recipient(board, item, desk).get("acked"))
