"""The machines of the world: one with the host, one with each party's node. They start, lose power and start again."""

from __future__ import annotations

import random
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from wellclear.apps.host.app import host_app
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, HostKeys, open_host
from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.serve import RESTORED_FILE, STORE_FILE, open_node
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.witness_app import witness_app
from wellclear.channel.sealing import SealingKey
from wellclear.edges.promise import Promise
from wellclear.edges.settings import NodeSettings
from wellclear.edges.store import Store
from wellclear.errors import WellclearError
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import Frontier
from wellclear.testing.sketch import Sketch
from wellclear.testing.world.clock import SimClock
from wellclear.testing.world.disk import Image, SimDisk
from wellclear.testing.world.loop import Life, PowerCut, SimLoop
from wellclear.testing.world.network import Network, SimTransport
from wellclear.testing.wrapping import wrap

DISK_S: Final = (0.0005, 0.02)
NODE_FILES: Final = (STORE_FILE, f"{STORE_FILE}-wal")


@dataclass
class Machine(ABC):
    """One computer: its name, clock and disk, and the process that runs on it, if one does."""

    name: str
    loop: SimLoop
    clock: SimClock
    disk: SimDisk
    dice: random.Random
    say: Callable[[str, str], None]
    life: Life | None = None
    lives: int = 0
    why_down: str = ""
    """What a start said when it failed; empty while it runs or was never tried."""
    died: list[str] = field(default_factory=list)
    """Ends that nobody asked for: a fault of the program."""
    up_since_us: int = 0
    """The world's time at its last start."""

    @property
    def up(self) -> bool:
        """Whether its process runs."""
        return self.life is not None and self.life.alive

    def start(self) -> bool:
        """Start the process; False when it refuses, or when the power goes meanwhile."""
        assert not self.up, f"{self.name} runs already"
        self.lives += 1
        self.life = Life(self.loop, self.name, self.lives)
        self.life.thread_s = lambda: self.dice.uniform(*DISK_S)
        self.disk.power(self.life)
        self.why_down, self.up_since_us = "", self.loop.now_us
        try:
            self.life.within(self._begin)
        except PowerCut:
            return False
        except WellclearError as error:
            self.why_down = str(error)
            self.say(self.name, f"does not start: {error}")
            self._end()
            return False
        self.say(self.name, f"starts, for the {self.lives}. time")
        return True

    def crash(self) -> None:
        """The power goes, between two of its steps."""
        if self.up:
            self.say(self.name, "loses its power")
            self._end()

    def after_cut(self) -> None:
        """Whatever lies open after the power went is given back; call it before the next start."""
        if self.life is not None and not self.life.alive:
            self._release()

    def _end(self) -> None:
        self.disk.cut()
        self._release()

    def _fatal(self) -> None:
        """The program ended by itself."""
        life = self.life
        self.loop.call_outside(self._after_fatal, life)

    def _after_fatal(self, life: Life | None) -> None:
        if life is self.life and self.up:
            self.died.append(self._fault())
            self.say(self.name, f"ended by itself: {self.died[-1]}")
            self._end()

    @abstractmethod
    def _begin(self) -> None:
        """Start the program on this machine's disk; raises what the program raises when it refuses."""

    @abstractmethod
    def _release(self) -> None:
        """Give back what the program had open."""

    @abstractmethod
    def _fault(self) -> str:
        """Why the program ended by itself."""


@dataclass
class HostMachine(Machine):
    """A host over a sketched log."""

    keys: HostKeys | None = None
    net: Network | None = None
    service: HostService | None = None
    apps: dict[str, Any] = field(default_factory=dict)
    """Applications that some readers are shown instead of the true one."""
    first_image: Image = field(default_factory=dict)
    """The disk as it was founded: the oldest backup."""
    began_at: list[int] = field(default_factory=list)
    """How many entries the disk held at each start."""
    forgot_at: list[int] = field(default_factory=list)
    """The same, of those starts at which it held fewer than the process before had known."""
    _known: int = 0
    _app: Any = None

    @property
    def files(self) -> HostFiles:
        return HostFiles(self.disk.home)

    def found(self, sketch: Sketch, keys: HostKeys) -> None:
        """Put the sketch's log on the disk, as a host's founding leaves it."""
        self.keys = keys

        def seal(hashes: list[bytes]) -> bytes:
            root = Frontier.empty().extend(hashes).root()
            return sign_checkpoint(Checkpoint(sketch.origin, len(hashes), root), keys.log)

        store = Store.create(self.files.store, sketch.channel)
        store.append(0, sketch.leaves, sketch.parts, seal)
        store.close()
        Promise.create(self.files.promise, len(sketch.leaves)).close()
        self.first_image = self.disk.image()

    @property
    def true_app(self) -> Any:
        """What answers everybody who is shown nothing else."""
        return self._app if self.up else None

    def app_for(self, reader: str) -> Any:
        """The application that answers this reader."""
        return self.apps.get(reader, self._app) if self.up else None

    def _begin(self) -> None:
        assert self.keys is not None, "it was founded"
        self.service = open_host(self.files, self.keys, self.clock, connecting=self.disk.connect)
        self.service.on_fatal = self._fatal
        size = self.service.sequencer.size
        self.began_at.append(size)
        self.forgot_at += [size] if size < self._known else []
        self._app = host_app(self.service)
        self.service.start()

    def _release(self) -> None:
        if self.net is not None:
            self.net.cut_all(self)
        if self.service is not None:
            self._known = max(self._known, self.service.sequencer.size)
            self.service.close()
            self.service, self._app = None, None

    def _fault(self) -> str:
        stopped = None if self.service is None else self.service.sequencer.stopped
        return str(stopped or "no reason is known")


@dataclass
class NodeMachine(Machine):
    """One party's node. `rang` is told of every alarm that rings."""

    party: str = ""
    signer: Signer | None = None
    sealing: tuple[SealingKey, ...] = ()
    """The party's sealing keys, the newest first."""
    cosigner: Signer | None = None
    """Where it has none, it runs and does not witness."""
    net: Network | None = None
    settings: NodeSettings | None = None
    service: NodeService | None = None
    rang: Callable[[Alarm], None] = lambda alarm: None
    _app: Any = None

    def app_for(self, reader: str) -> Any:
        """What answers other nodes, where this one is reached by them."""
        return self._app if self.up else None

    def live(self) -> NodeService | None:
        """The service, if it runs."""
        return self.service if self.up else None

    def begin_anew(self, signer: Signer) -> None:
        """Put another home in its place: empty, with a key of its own."""
        self.disk.put({})
        for folder in [path for path in self.disk.home.iterdir() if path.is_dir()]:
            shutil.rmtree(folder)
        self.signer, self.cosigner = signer, None  # a stand-by has none of its own

    def mark_restored(self) -> None:
        """As `wellclear restore` does it."""
        (self.disk.home / RESTORED_FILE).write_bytes(b"")

    def _begin(self) -> None:
        assert self.settings is not None and self.signer is not None and self.net is not None, "it is furnished"
        newest, *former = self.sealing
        service = open_node(
            self.settings, NodeKeys(self.signer, newest, self.cosigner, tuple(former)), self.clock,
            connecting=self.disk.connect, entropy=self.dice.randbytes, wrapping=self._wrap,
            transport=SimTransport(self.net, self.name),
        )  # fmt: skip
        self.service = service
        service.on_fatal = self._fatal
        shown = service.core.alarms.on_ring

        def rang(alarm: Alarm) -> None:
            shown(alarm)
            self.rang(alarm)

        service.core.alarms.on_ring = rang
        self._app = witness_app(service) if self.settings.peers else None
        service.start()

    def _wrap(self, public_key: bytes, epoch_key: bytes, info: bytes) -> bytes:
        return wrap(public_key, epoch_key, info, self.dice.randbytes(32))

    def _release(self) -> None:
        if self.net is not None and self._app is not None:
            self.net.cut_all(self)
        if self.service is not None:
            self.service.core.store.close()
            self.service, self._app = None, None

    def _fault(self) -> str:
        found = self.service.fault if self.service is not None else None
        faults = self.life.faults if self.life is not None else []
        return str(found or (repr(faults[-1]) if faults else "no reason is known"))


def node_home(base: Path, sketch: Sketch, party: str, host: str, peers: Sequence[str] = ()) -> NodeSettings:
    """The settings of a node that has joined the sketch's channel and has heard nothing yet."""
    home = base / party.lower()
    home.mkdir(parents=True, mode=0o700)
    return NodeSettings(
        home, party, host_url=f"http://{host}", channel=sketch.channel, kdf="minimum",
        peers=tuple(f"http://{peer.lower()}" for peer in peers),
    )  # fmt: skip
