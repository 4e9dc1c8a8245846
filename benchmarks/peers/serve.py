"""One peer as a process: a question is a line of JSON on standard input, its answer a line on standard output.

    .venv-peers/bin/python -m benchmarks.peers.serve flat

A question names what is asked and its arguments (`{"ask": "load", "file": "..."}`); the answer is whatever JSON value
the peer returns under `said`, or the reason under `failed`. A peer takes its times itself, so that the pipe between
costs nothing. Our own conflict engine answers the same questions from the same files, in a process of our environment.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any, cast

PEERS = {
    "wellclear": "benchmarks.engine",
    "flat": "benchmarks.peers.flat",
    "postgis": "benchmarks.peers.postgis",
    "openssl": "benchmarks.peers.openssl",
    "chat": "benchmarks.peers.chat",
}
"""Each peer's module; `opened()` of it gives an object whose methods are the questions."""

Opened = Callable[[], contextlib.AbstractContextManager[object]]


def serve(name: str) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints goes to standard error, not between the answers
    opened = cast(Opened, importlib.import_module(PEERS[name]).opened)
    with opened() as peer:
        for line in sys.stdin:
            print(json.dumps(answer(peer, json.loads(line))), file=answers, flush=True)


def answer(peer: object, question: dict[str, Any]) -> dict[str, Any]:
    """What the peer says to one question, or why it could not."""
    ask = getattr(peer, question.pop("ask"))
    try:
        return {"said": ask(**question)}
    except Exception as failed:  # noqa: BLE001  # whatever it is, the asker tells it; nothing is hidden
        return {"failed": f"{type(failed).__name__}: {failed}"}


if __name__ == "__main__":
    serve(sys.argv[1])
