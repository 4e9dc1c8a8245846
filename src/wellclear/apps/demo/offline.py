"""The command line with every door to a network shut: `python -m wellclear.apps.demo.offline verify BUNDLE`.

An audit hook (PEP 578) ends the process at the first attempt to open, bind or connect a socket, or to look up a name.
"""

from __future__ import annotations

import os
import sys

EXIT_TOUCHED_NETWORK = 99


def shut(event: str, _: tuple[object, ...]) -> None:
    """The hook."""
    if event.startswith("socket."):
        os.write(2, f"{event}: the network was touched\n".encode())
        os._exit(EXIT_TOUCHED_NETWORK)


if __name__ == "__main__":
    from wellclear.apps.cli.main import main

    sys.addaudithook(shut)
    sys.exit(main())
