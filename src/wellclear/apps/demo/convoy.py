"""Step 5 of the story: the convoy of an agency that runs no node, passed to the units of both sides (R27, R28).

Its persons work on a device of their own, by the commands of `wellclear guest`; the host's party carries what it cannot
read, and a checkpoint on the road holds the driver's slip to the log of another party than the one that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wellclear.apps.demo.record import wellclear
from wellclear.apps.demo.scenario_rows import Convoy, PartyRow
from wellclear.apps.demo.station import Station, opened, recipient, rings, rows
from wellclear.apps.demo.story import SOON_S, Story
from wellclear.channel.carrying import read_handed_over
from wellclear.domain.entry import Role
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable


@dataclass(slots=True)
class GuestDevice:
    """The agency's own machine: a home with keys, and files that are carried to and fro."""

    row: PartyRow
    said: Convoy
    home: Path
    exports: int = 0
    log: Path = Path()

    def path(self, name: str) -> Path:
        """A file of the device."""
        return self.home / name

    def export(self, station: Station) -> None:
        """Take the newest log along, as some party's node has exported it."""
        self.exports += 1
        self.log = self.path(f"log-{self.exports}.tar")
        wellclear(["export", str(self.log)], station)

    def says(self, *words: str, keys: bool = True) -> str:
        """What a command on the device prints."""
        return wellclear(["guest", *words, *(["--home", str(self.home)] if keys else [])], None)

    def officer(self, role: Role) -> str:
        """The handle of the first person with a role."""
        return next(person.person for person in self.row.persons if role in person.roles)


def a_convoy(story: Story) -> None:
    """From the form to the slip: announced, read by those it is for, and proven to be with their units."""
    teller, said = story.teller, story.scenario.convoy
    row, carrier = story.scenario.guest, story.stations[story.scenario.convoy.via]
    principals = (story.first, story.second)
    device = GuestDevice(row, said, story.directory / row.party.lower())
    teller.heading(5, "A convoy of an agency that runs no node")
    with teller.outcome(
        f"{row.party}'s persons are on its roster, which its own key linked and {carrier.party} passed on"
    ):
        _enrol(device, carrier)
    teller.say(f"{row.party} fills a table: a route with times, {said.vehicles}, armed escort: {said.armed_escort}.")
    with teller.outcome(f"sealed and approved by two persons on its own device, and carried by {carrier.party}"):
        item = _announce(device, carrier)
    story.items["convoy"] = item
    with teller.outcome(f"both principals' desks rang and read the route; {carrier.party}, who carried it, cannot"):
        for station in principals:
            station.until(lambda board: rings(board, "notice", item), SOON_S, f"the ring of {item}")
            station.until(lambda board: opened(board, item, 1), SOON_S, f"what {item} says")
        carrier.until(lambda board: rows(board, "notices", id=item), SOON_S, item)
        if opened(carrier.look(), item, 1):
            raise Unavailable("the carrier's board", f"shows where {item} goes")
    with teller.outcome(f"both acknowledged it, and proved that their units have it, down to a {said.echelon}"):
        for station in principals:
            station.acknowledge(item, 1)
            station.pass_on(item, said.echelon)
        for station in principals:
            story.first.until(lambda board, desk=station.desk: _passed(board, item, desk), SOON_S, "the proof")  # type: ignore[misc]  # mypy cannot type a default of a lambda
    with teller.outcome(f"the driver's slip, made of {carrier.party}'s log, holds against {story.second.party}'s"):
        lines = _slip(device, item, carrier, story.second)
    for line in lines:
        teller.say(f"  {line}")


def _passed(board: dict[str, object], item: str, desk: str) -> bool:
    return bool(recipient(board, item, desk).get("passed"))


def _enrol(device: GuestDevice, carrier: Station) -> None:
    people = [
        word for person in device.row.persons for word in ("--person", f"{person.person}={','.join(person.roles)}")
    ]
    device.export(carrier)
    out = str(device.path("roster.acts"))
    device.says("roster", *people, "--bundle", str(device.log), "--desk", device.said.desk, "--out", out)
    wellclear(["guest", "carry", out], carrier)
    device.export(carrier)


def _announce(device: GuestDevice, carrier: Station) -> str:
    """The convoy's id, once everything that was handed over is logged."""
    log, plan, acts = str(device.log), device.path("plan.csv"), str(device.path("plan.acts"))
    plan.write_text(device.said.table(SystemClock().now_us()), encoding="utf-8")
    device.says("form", str(plan), "--bundle", log, "--desk", device.said.desk, "--via", carrier.party, "--out", acts)
    roles: tuple[tuple[Role, Role], ...] = (("watch_officer", "drafter"), ("release_authority", "release_authority"))
    for who, role in roles:
        device.says("approve", acts, "--bundle", log, "--role", role, "--as", device.officer(who), "--yes")
    wellclear(["guest", "carry", acts], carrier)
    return str(read_handed_over(Path(acts).read_bytes()).acts[-1].act.id)


def _slip(device: GuestDevice, item: str, carrier: Station, other: Station) -> list[str]:
    """What the slip says where another party's log is held to it."""
    device.export(carrier)
    slip, page = str(device.path("slip")), str(device.path("slip.html"))
    device.says("slip", item, "--bundle", str(device.log), "--out", slip, "--page", page, keys=False)
    device.export(other)
    told = device.says("check", slip, "--bundle", str(device.log), keys=False)
    return [line for line in told.splitlines() if "passed to units" in line or line == "It holds."]
