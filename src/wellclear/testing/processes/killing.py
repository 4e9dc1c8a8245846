"""One run: found a channel, start its processes, load them, kill them at moments that a seed throws, let them rest."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wellclear.apps.host.starting import HostFiles
from wellclear.apps.node.serve import STORE_FILE
from wellclear.channel.outbox import decode_item
from wellclear.edges.keyring import box_key
from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import HostSettings, NodeSettings
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, WellclearError
from wellclear.testing.processes.film import Frame
from wellclear.testing.processes.founding import OUTSIDER, PARTIES, found, host_home, node_home
from wellclear.testing.processes.officers import Answerer, Desk, Listener, Looker, Officer, Speaker
from wellclear.testing.processes.outsider import Outsider
from wellclear.testing.processes.process import LAUNCHER, Process
from wellclear.testing.processes.record import Record, now_us
from wellclear.testing.sketch import Sketch

HOST: Final = "HOST"
REST_S_MAX: Final = 120.0
ANSWER_S: Final = 5.0
PATIENCE_S: Final = 240.0
"""So long a run goes on for what must have happened in it, however slow and busy the machine is."""
LONG_S: Final = 60.0
LYING_S: Final = (0.0, 0.1, 0.5, 1.5)
"""How long a victim lies."""
LYING_S_LONG: Final = (*LYING_S, *LYING_S, *LYING_S, 13.0)
"""In a long run now and then so long that nodes whose host lies become stale."""
MOMENT_S_MAX: Final = 3.0
LOOK_AGAIN_S: Final = 0.02
REST_LOOK_S: Final = 0.3


@dataclass(frozen=True)
class Plan:
    """One run; the seed throws who says what and who dies when. What meets what, the machine decides."""

    seed: int
    seconds: float = 30.0
    weights: tuple[int, int, int] = (3, 4, 2)
    """How often the host is killed, a node, or both at once."""
    least: Mapping[str, int] = field(default_factory=dict)
    """What must have happened so often before it ends: a slow machine takes up to `PATIENCE_S`."""
    launchers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By HOST or party: another way to start its program, with a bug planted."""
    rest_s: float = REST_S_MAX
    """How long everything may take to come to rest; a planted bug is seen without, or keeps everybody from it."""


class Run:
    """Build it over an empty directory, `live` it, then look at what it left."""

    def __init__(self, plan: Plan, base: Path) -> None:
        self.plan, self.base = plan, base
        self.sketch: Sketch = found(plan.seed)
        self.record, self.ending = Record(), threading.Event()
        self.host_settings: HostSettings = host_home(self.sketch, base / "host")
        url = f"http://127.0.0.1:{self.host_settings.listen_port}"
        self.homes: dict[str, NodeSettings] = {
            name: node_home(self.sketch, name, base / name.lower(), url) for name in PARTIES
        }
        self.host = Process(HOST, "host", base / "host", lambda: _answers(self.host_settings), self._launcher(HOST))
        self.nodes = {name: self._node(name, settings) for name, settings in self.homes.items()}
        self.outsider = Outsider(self.sketch, url, self.record, self.ending, self._dice("outsider"))
        self.lifelines: list[tuple[int, int]] = []
        self.began_at: list[int] = []
        self.unrest = "it did not come so far"
        self.stopped_us = 0
        self._watching = threading.Event()

    def _launcher(self, name: str) -> tuple[str, ...]:
        return self.plan.launchers.get(name, LAUNCHER)

    def _node(self, name: str, settings: NodeSettings) -> Process:
        return Process(name, "node", settings.home, lambda: _shows(settings), self._launcher(name))

    def _dice(self, what: str) -> random.Random:
        return random.Random(f"{self.plan.seed}/{what}")

    @property
    def everything(self) -> list[Process]:
        """All processes, the host first."""
        return [self.host, *self.nodes.values()]

    # Life.

    def live(self) -> None:
        """All of it: start, load, kill, heal, rest, stop. Nothing runs any more when it comes back."""
        clock = threading.Thread(target=self._watch_promise, daemon=True)
        clock.start()
        people: list[Officer | Outsider] = []
        try:
            for process in self.everything:
                self._start(process)
            self._kill_first_lives()
            if all(process.wait_until_up() for process in self.everything):
                people += [*self._officers(), self.outsider]
                for one in people:
                    one.start()
                self._kill_for(self.plan.seconds)
                self._heal(people)
        finally:
            self.ending.set()
            self._stop_all()
            for one in people:
                one.join(REST_S_MAX)
            self._watching.set()
            clock.join()
        for one in people:
            if one.fault is not None:
                raise one.fault

    def _start(self, process: Process) -> None:
        if process is self.host:
            self.began_at.append(self._promised())
        process.began = self._began
        process.start()

    def _began(self, process: Process) -> None:
        self.record.say(process.name, f"answers, in its {process.lives}. life")
        self.record.count(f"starts {process.what}")

    def _officers(self) -> list[Officer]:
        found: list[Officer] = []
        for name, node in self.nodes.items():
            desk = Desk(self.sketch.parties[name], node, self.homes[name], self.record, self.ending)
            found += [
                kind(desk, self._dice(f"{kind.__name__} {name}")) for kind in (Speaker, Answerer, Listener, Looker)
            ]
        return found

    def _watch_promise(self) -> None:
        """When the host first promised which index, from the small file beside its store."""
        size = len(self.sketch.leaves)
        while not self._watching.wait(LOOK_AGAIN_S):
            promised = self._promised()
            for index in range(size, promised):
                self.record.committed_us.setdefault(index, now_us())
            size = max(size, promised)

    def _promised(self) -> int:
        """How many entries the host has promised; read as anybody might, beside the host."""
        return int(HostFiles(self.host.home).promise.read_bytes())

    # Kills.

    def _kill_for(self, seconds: float) -> None:
        dice, began_s = self._dice("kills"), time.monotonic()
        while not self._died():
            took_s = time.monotonic() - began_s
            rare = any(self.record.ledger.counts[what] < least for what, least in self.plan.least.items())
            if took_s > (max(seconds, PATIENCE_S) if rare else seconds):
                return
            victims = self._victims(dice)
            self._await_moment(victims, dice)
            for victim in victims:
                self._kill(victim)
            self.ending.wait(dice.choice(LYING_S_LONG if self.plan.seconds >= LONG_S else LYING_S))
            dice.shuffle(victims)
            for victim in victims:
                self._start(victim)

    def _kill_first_lives(self) -> None:
        """Some are killed while they start for the very first time, a node perhaps while it makes its store."""
        dice = self._dice("first lives")
        for victim in dice.sample(self.everything, dice.choice([0, 1, 2])):
            self.ending.wait(dice.uniform(0.0, 1.0))
            self._kill(victim)
            self._start(victim)

    def _victims(self, dice: random.Random) -> list[Process]:
        """The host, a node, or both at once; now and then one that has only just been started."""
        node = self.nodes[dice.choice(PARTIES)]
        victims = dice.choices([[self.host], [node], [self.host, node]], self.plan.weights)[0]
        if dice.random() < 0.8:
            for one in victims:
                one.wait_until_up()
        return victims

    def _await_moment(self, victims: list[Process], dice: random.Random) -> None:
        """Mostly a moment at which a submission waits for its answer, and a little later; else any."""
        if dice.random() < 0.3:
            self.ending.wait(dice.uniform(0.1, 1.5))
            return
        names = [OUTSIDER, *PARTIES] if self.host in victims else [one.name for one in victims]
        give_up = time.monotonic() + MOMENT_S_MAX
        while not any(self.record.flying[name] for name in names) and time.monotonic() < give_up:
            time.sleep(0.001)  # waits for a submission, not for a time
        self.ending.wait(dice.choice([0.0, 0.002, 0.01, 0.03]))

    def _kill(self, victim: Process) -> None:
        flying, was_up = sorted(name for name, count in self.record.flying.items() if count), victim.up.is_set()
        victim.kill()
        self.record.count(f"kills {victim.what}")
        if not was_up:
            self.record.count(f"kills {victim.what} while it started")
        elif flying if victim is self.host else victim.name in flying:
            self.record.count(f"kills {victim.what}, a submission in flight")
        words = f", submissions of {', '.join(flying)} in flight" if flying else ""
        self.record.say(victim.name, f"is killed{'' if was_up else ' while it starts'}{words}")
        self._look_at_remains(victim)
        if victim is self.host and was_up:
            self.lifelines.append((victim.up_since_us, now_us()))

    def _look_at_remains(self, victim: Process) -> None:
        if victim is self.host:
            for index in range(len(self.sketch.leaves), stored_by(victim, self.base / "remains")):
                self.record.committed_us.setdefault(index, now_us())  # its next life will promise it, much later
        else:
            frame = remains_of(victim, self.base / "remains", box_key(self.sketch.parties[victim.name].key("node")))
            if frame is not None:
                self.record.frames.append(frame)

    def _died(self) -> bool:
        """Whether a program has ended by itself, or the host has stopped its log: nothing more is to be learnt."""
        for process in self.everything:
            process.look()
        stopped = self.host.up.is_set() and _state_of(self.host_settings) == "stopped"
        if stopped:
            self.unrest = f"the host has stopped its log: {self.host.last_words()}"
        return stopped or any(process.died for process in self.everything)

    # The end.

    def _heal(self, people: Sequence[Officer | Outsider]) -> None:
        """Nobody speaks any more, nobody dies any more; wait until everybody has everything."""
        self.record.say("run", "nobody is killed any more, and nobody speaks")
        for one in people:
            one.quiet.set()
        give_up = time.monotonic() + self.plan.rest_s
        while not self._died():
            self.unrest = self._unrest()
            if not self.unrest or time.monotonic() > give_up:
                break
            time.sleep(REST_LOOK_S)  # waits for the nodes, not for a time
        self.record.say("run", self.unrest or "everything has come to rest")

    def _unrest(self) -> str:
        told = [f"{one.name} is down" for one in self.everything if not one.up.is_set()]
        told += ["the outsider waits"] if self.record.flying[OUTSIDER] else []
        for name in PARTIES if not told else ():
            settings = self.homes[name]
            try:
                with NodeClient.at(settings.home, settings.api_url) as client:
                    board, asked_us = client.get("board"), now_us()
            except WellclearError as error:
                return f"{name} does not answer: {error}"
            frame = self.record.board(name, board, self.nodes[name].lives, asked_us)
            size = self._promised()
            states = sorted({str(row["state"]) for row in board["outbox"]["entries"]})
            if frame.size < size or {"waiting", "linked", "held"} & set(states):
                told.append(f"{name} has {frame.size} of {size} entries, is {frame.state}, outbox {states}")
        return "; ".join(told)

    def _stop_all(self) -> None:
        """Some are killed, some asked; nobody is left, whatever happens."""
        dice = self._dice("stops")
        self.stopped_us = now_us()
        if self.host.up.is_set():
            self.lifelines.append((self.host.up_since_us, now_us()))
        for process in [*self.nodes.values(), self.host]:
            if dice.random() < 0.5:
                process.kill()
            else:
                process.stop()


def stored_by(host: Process, place: Path) -> int:
    """How many entries a killed host's files hold: looked at in a copy, so that only the host recovers its store."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    path = HostFiles(host.home).store
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy2(file, place)
    store = Store.open(place / path.name)
    try:
        return store.size()
    finally:
        store.close()


def remains_of(node: Process, place: Path, box_key: bytes) -> Frame | None:
    """What a killed node's files hold: looked at in a copy, so that only the node itself recovers its store."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for path in node.home.glob(f"{STORE_FILE}*"):
        shutil.copy2(path, place)
    try:
        store = Store.open(place / STORE_FILE, box_key=box_key)
    except Misconfigured:  # killed before it had a store
        return None
    try:
        items = [decode_item(row.row) for row in store.outbox()]
        waiting = tuple((item.id, item.act.kind) for item in items if item.state != "logged")
        return Frame(node.name, node.lives, now_us(), store.size(), b"", "remains", waiting, frozenset(), remains=True)
    finally:
        store.close()


def _answers(settings: HostSettings) -> bool:
    """Whether the host answers anybody who asks how it stands."""
    return _state_of(settings) != ""


def _state_of(settings: HostSettings) -> str:
    """running, stopped, or nothing when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.listen_port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/status")
        return str(json.loads(connection.getresponse().read())["state"])
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def _shows(settings: NodeSettings) -> bool:
    """Whether a node answers its desk; a client is only made where somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", settings.listen_port), timeout=ANSWER_S).close()
        with NodeClient.at(settings.home, settings.api_url) as client:
            client.get("status")
    except (OSError, WellclearError):  # it does not listen yet, or the token is that of its last life
        return False
    return True
