"""`wellclear` with a bug planted before it runs: planted_process.py BUG host|node serve ...

Only tests start this. The product knows no switch for any of it.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from wellclear.apps.cli.main import main
from wellclear.apps.host.service import HostService
from wellclear.apps.node.alarms import AlarmBook
from wellclear.channel.outbox import Outbox

LATER_S = 0.5
"""How long after its answer the host stores a batch: as a disk might that only says so."""


def answers_before_it_stores() -> None:
    """A batch is sealed, and so answered; it is stored in its turn, on another thread, some time later."""
    true: Callable[..., None] = HostService._put_on_disk
    waiting: queue.Queue[tuple[HostService, Any, float]] = queue.Queue()

    def put_on_disk(self: HostService, batch: Any) -> None:
        batch.seal([logged.leaf_hash for logged in batch.logged])
        waiting.put((self, batch, time.monotonic() + LATER_S))

    def store() -> None:
        while True:
            service, batch, due_s = waiting.get()
            time.sleep(max(0.0, due_s - time.monotonic()))
            true(service, batch)

    threading.Thread(target=store, daemon=True).start()
    HostService._put_on_disk = put_on_disk  # type: ignore[method-assign]  # that is the bug


def forgets_its_outbox() -> None:
    """A node that starts again begins with an empty outbox, whatever its store holds."""
    Outbox.load = lambda self, items: None  # type: ignore[method-assign]  # that is the bug


def forgets_what_rang() -> None:
    """Whatever is passed rings, whether it has rung before or not."""
    true = AlarmBook._first_time

    def first_time(self: AlarmBook, name: str, at_us: int) -> bool:
        true(self, name, at_us)
        return True

    AlarmBook._first_time = first_time  # type: ignore[method-assign]  # that is the bug


BUGS: dict[str, Callable[[], None]] = {
    "answers before it stores": answers_before_it_stores,
    "forgets its outbox": forgets_its_outbox,
    "forgets what rang": forgets_what_rang,
}

if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
