"""Announce at A until it rings at B: the host and two nodes are processes of their own, over loopback.

The clock starts when the approved notice leaves for A's node and stops when B's stream of rings tells it.
Linking, signing, submission, durable commit, push, verification, B's own store, fold and ring lie between.
The next notice goes out once A has the receipt for this one.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from wellclear.apps.cli.acting import Intent, Ready
from wellclear.apps.demo.processes import supervised
from wellclear.apps.demo.scenario import PALMYRA, read_scenario
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE, Station, recipient
from wellclear.apps.demo.steps import agreement
from wellclear.apps.demo.story import Story
from wellclear.apps.demo.telling import Teller
from wellclear.channel.composing import approve
from wellclear.domain.entry import Approval, Role
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import unlock
from wellclear.edges.node_client import NodeClient

WITHIN_S = 10.0
SETTLE_S = 0.05


@contextlib.contextmanager
def channel(directory: Path) -> Iterator[Story]:
    """The demo's channel without its story: the host, and the nodes of the two principals, with a reader each."""
    scenario = read_scenario(PALMYRA)
    host = scenario.host.party
    needed = [row for row in scenario.parties if row.party == host or row in scenario.principals]
    scenario = msgspec.structs.replace(scenario, parties=needed)
    with tempfile.TemporaryDirectory(dir=directory) as home, supervised(Path(home)) as processes:
        with contextlib.redirect_stdout(io.StringIO()):
            story = Story(scenario, Path(home), Teller(), processes, fast=True)
            agreement(story)
        processes.end(f"node-{host.lower()}")
        story.stations.pop(host).close()
        try:
            yield story
        finally:
            story.close()


def ring_ms(directory: Path, count: int) -> list[float]:
    """Milliseconds from announcing to ringing, for each of so many notices."""
    with channel(directory) as story:
        settings = story.second.settings
        with NodeClient.at(settings.home, settings.api_url) as rung:
            return [_one(story, rung) for _ in range(count)]


def _one(story: Story, rung: NodeClient) -> float:
    first, second = story.first, story.second
    ready, approvals = _approved(story)
    item, moments = str(ready.act.id), list[float]()

    def listen() -> None:
        next(alarm for alarm in rung.rings() if alarm["item"] == item)
        moments.append(time.perf_counter())

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    time.sleep(SETTLE_S)  # the stream is open, and the desks are quiet
    start = time.perf_counter()
    first._place.send(ready, approvals, wait_s=0)  # the one step that is measured
    listener.join(WITHIN_S)
    assert moments, "it rang"
    first.until(lambda board: recipient(board, item, second.desk).get("received"), WITHIN_S, "the receipt")
    return (moments[0] - start) * 1000


def _approved(story: Story) -> tuple[Ready, list[Approval]]:
    station: Station = story.first
    form = story.scenario.crossing.second.form(SystemClock().now_us())
    to = [story.second.desk]
    members = {"desk": station.desk, "to": to, "precedence": form.precedence, "keep_until": form.keep_until}
    place = station._place  # an officer's place, used as the demo uses it
    drafter, releaser = station.officer("watch_officer"), station.officer("release_authority")
    ready = place.compose(Intent("notice", form.groups(), place.readers(to), members), drafter)

    def by(handle: str, role: Role) -> Approval:
        return approve(ready.act, unlock(place.keys.officer_path(handle), EXERCISE_PASSPHRASE), role)

    return ready, [by(drafter, "drafter"), by(releaser, "release_authority")]
