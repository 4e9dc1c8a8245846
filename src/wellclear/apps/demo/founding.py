"""Step 1's keys, cards and homes: each party makes its own, the host founds the channel, everybody joins it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from wellclear.apps.cli.joining import CARD_USES, GUEST_USES, make_party
from wellclear.apps.demo.processes import Processes, free_ports
from wellclear.apps.demo.scenario import Scenario
from wellclear.apps.demo.scenario_rows import PartyRow
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE, Station
from wellclear.apps.host.create import create_host
from wellclear.edges.card import CardFile
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key, make_private_directory, public_half
from wellclear.edges.node_client import TOKEN_FILE, NodeClient
from wellclear.edges.settings import NodeSettings, load_host, write_node
from wellclear.errors import WellclearError

LOOPBACK = "127.0.0.1"
KDF = "minimum"
"""What a guess of the exercise's passphrase costs: nothing, since it is printed on the screen."""


@dataclass(frozen=True, slots=True)
class Founded:
    """The channel's id and the homes of all parties, by name."""

    channel: str
    host_url: str
    nodes: dict[str, NodeSettings]


def found(scenario: Scenario, directory: Path) -> Founded:
    """Make every party's keys and home below a directory, and the channel in the host's."""
    ports = iter(free_ports(2 * len(scenario.parties) + 1))
    homes = {row.party: directory / row.party.lower() for row in scenario.parties}
    cards = [_party(row, homes[row.party]) for row in scenario.parties]
    cards.append(_party(scenario.guest, directory / scenario.guest.party.lower(), GUEST_USES))
    host = scenario.host.party
    channel = create_host(
        homes[host], host, cards, scenario.settings(), scenario.signed_articles(), True, scenario.origin,
        EXERCISE_PASSPHRASE, listen_port=next(ports), kdf=KDF,
    )  # fmt: skip
    url = load_host(homes[host]).url
    witnesses = {row.party: (LOOPBACK, next(ports)) for row in scenario.principals}
    nodes = {}
    for row in scenario.parties:
        others = [place for party, place in witnesses.items() if party != row.party and row.party in witnesses]
        nodes[row.party] = NodeSettings(
            homes[row.party], row.party, host_url=url, channel=channel, listen_port=next(ports), kdf=KDF,
            witness_listen=witnesses.get(row.party), peers=tuple(f"http://{at}:{port}" for at, port in others),
        )  # fmt: skip
        write_node(nodes[row.party])
    return Founded(channel, url, nodes)


def _party(row: PartyRow, home: Path, uses: Sequence[str] = CARD_USES) -> CardFile:
    make_private_directory(home)
    card = make_party(home, row.party, list(row.roles), EXERCISE_PASSPHRASE, KDF, exercise=True, uses=uses)
    for person in row.persons:
        path = Keyring(home).officer_path(person.person)
        owner = f"{row.party}/{person.person}"
        create_key(path, "person", owner, EXERCISE_PASSPHRASE, exercise=True, kdf=KDF_BY_NAME[KDF])
    return card


def roster_of(row: PartyRow, home: Path) -> dict[str, Any]:
    """The roster that a party enters: its desks, the second standing in for the first, and its persons in order."""
    desks = [{"desk": f"{row.party}/{name}"} for name in row.desks]
    if len(desks) > 1:
        desks[0]["stands_in"] = desks[1]["desk"]
    persons = [
        {
            "person": person.person,
            "key": public_half(Keyring(home).officer_path(person.person)).public,
            "roles": list(person.roles),
        }
        for person in row.persons
    ]
    return {"desks": desks, "persons": persons}


def start(founded: Founded, scenario: Scenario, processes: Processes) -> None:
    """Start the host and every party's node, and come back when all answer."""
    host = scenario.host.party
    processes.start("host", "host", founded.nodes[host].home, EXERCISE_PASSPHRASE)
    processes.await_ready("host", lambda: answers(f"{founded.host_url}/status"))
    for party, settings in founded.nodes.items():
        processes.start(f"node-{party.lower()}", "node", settings.home, EXERCISE_PASSPHRASE)
    for party, settings in founded.nodes.items():
        processes.await_ready(f"node-{party.lower()}", lambda settings=settings: _has_token(settings))  # type: ignore[misc]  # mypy cannot type a default of a lambda


def stations(founded: Founded, scenario: Scenario) -> dict[str, Station]:
    """Everybody's station, by party."""
    return {row.party: Station(founded.nodes[row.party], row) for row in scenario.parties}


def _has_token(settings: NodeSettings) -> bool:
    if not (settings.home / TOKEN_FILE).is_file():
        return False
    try:
        with NodeClient.at(settings.home, settings.api_url) as client:
            client.get("status")
    except WellclearError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether something answers there as it should."""
    try:
        return httpx.get(url, trust_env=False, timeout=1).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
