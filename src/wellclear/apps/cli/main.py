"""`wellclear`: the one entry point. It imports nothing slow by itself, so that Ctrl-C is answered from the start."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`apps.problems.EXIT_CODES`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with leaving_at_once():
            from wellclear.apps.cli.commands import run
        return run(words)
    except KeyboardInterrupt:
        return INTERRUPTED


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """While modules are imported, Ctrl-C ends the process without a word: nothing was begun that could be put back.

    An exception would be told by whichever import it hits, or lost in a callback that the interpreter ignores. Where
    Ctrl-C is ignored (a background job) or handled by somebody else, it stays so.
    """
    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(_: int, __: FrameType | None) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
