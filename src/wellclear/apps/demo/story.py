"""What every step of the story has at hand: who takes part, who tells, and how long a thing may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wellclear.apps.demo.processes import Processes
from wellclear.apps.demo.scenario import Scenario
from wellclear.apps.demo.station import Board, Said, Station, recipient
from wellclear.apps.demo.telling import Teller
from wellclear.domain.names import party_of_desk
from wellclear.errors import Unavailable

SOON_S: Final = 10.0
"""What two nodes and a host on one machine may take to agree on anything, on a busy day."""
LOOKS: Final = 20
"""How often two boards are compared before they count as different; clocks go on speaking meanwhile."""


@dataclass(slots=True)
class Story:
    """The demo while it runs; `items` are the notices by name, `evidence` is what convicts the host, by party."""

    scenario: Scenario
    directory: Path
    teller: Teller
    processes: Processes
    fast: bool
    channel: str = ""
    host_url: str = ""
    stations: dict[str, Station] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, Path] = field(default_factory=dict)

    @property
    def first(self) -> Station:
        """The principal whose flight was announced first: Northland."""
        return self.stations[party_of_desk(self.scenario.crossing.first.desk)]

    @property
    def second(self) -> Station:
        """The other principal: Southland, at whose desk you sit."""
        return self.stations[party_of_desk(self.scenario.crossing.second.desk)]

    @property
    def host(self) -> Station:
        """The neutral host's own desk."""
        return self.stations[self.scenario.host.party]

    def close(self) -> None:
        """Stop looking at the boards."""
        for station in self.stations.values():
            station.close()

    def same_picture(self) -> str:
        """The digest that both principals' nodes show at the same size of the log.

        Raises:
            Unavailable: they do not come to the same size, or show different pictures there.
        """
        one, other = self.first.look(), self.second.look()
        for _ in range(LOOKS):
            size = max(one["size"], other["size"])
            one, other = (station.until_size(size, SOON_S) for station in (self.first, self.second))
            if one["size"] == other["size"]:
                break
        if (one["size"], one["digest"]) != (other["size"], other["digest"]):
            raise Unavailable("picture", f"{one['size']} {one['digest']} here, {other['size']} {other['digest']} there")
        return str(one["digest"])

    def read_back(self, said: Said, by: Station, to: Station, *, officer: str | None = None) -> None:
        """`by` acknowledges an item of `to` with its read-back, and `to` confirms it."""
        by.acknowledge(said.item, said.version, officer=officer)
        self.confirm(said, by, to)

    def confirm(self, said: Said, by: Station, to: Station) -> None:
        """`to` looks at the read-back of `by`, which must have been opened and departs nowhere, and confirms it."""

        def fits(board: Board) -> bool:
            row = recipient(board, said.item, by.desk)
            return "readback" in row and not row.get("differences")

        to.until(fits, SOON_S, f"a read-back of {said.item} that fits")
        to.confirm(said.item, by.desk)
        by.until(lambda board: recipient(board, said.item, by.desk).get("confirmed"), SOON_S, "the confirmation")
