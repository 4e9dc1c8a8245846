"""One process of the demo: `python -m wellclear.apps.demo.child host|node|two-faced HOME [PARTY]...`.

It is `wellclear host serve` or `wellclear node serve` with one thing more: it ends when the demo ends, however that
ends. `two-faced` is the host that lies (`two_faced`), to the parties that are named. The demo holds the other end of
this process' standard input and writes nothing there after the passphrase, so the end of the stream means that nobody
watches any more.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from wellclear.apps.problems import exit_code
from wellclear.edges.settings import load_host, load_node
from wellclear.errors import WellclearError


def main(role: str, home: Path, *parties: str) -> int:
    """Serve until told to stop, or until the demo is gone; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every part would hide what matters
    passphrase = sys.stdin.readline().rstrip("\n")
    threading.Thread(target=_watch_the_demo, name="parent", daemon=True).start()
    try:
        if role == "host":
            from wellclear.apps.host.serve import serve as serve_host

            serve_host(load_host(home), passphrase)
        elif role == "two-faced":
            from wellclear.apps.demo.two_faced import serve as serve_two

            serve_two(load_host(home), passphrase, parties)
        else:
            from wellclear.apps.node.serve import serve as serve_node

            serve_node(load_node(home), passphrase)
    except WellclearError as error:
        logging.getLogger("wellclear").critical("%s", error)
        return exit_code(error)
    return 0


def _watch_the_demo() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_S)
    os._exit(1)


GRACE_S = 8
"""How long an orderly stop may take before the process ends as it is."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
