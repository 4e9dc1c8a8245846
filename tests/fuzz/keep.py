"""Which of a fuzzer's findings are worth keeping: the smallest that reach lines which nothing kept reaches yet.

python -m tests.fuzz.keep PARSER FOUND
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.parser import Parser, hold
from tests.fuzz.parsers import PARSERS

CORPUS: Final = Path(__file__).with_name("corpus")
KEPT_MOST: Final = 8
KEPT_BYTES_MOST: Final = 2048
"""Beyond the smallest seed. The corpus is replayed in every test run and read by people, so it stays small."""
LARGEST: Final = 16 * 1024
"""Of all."""
TRIED_MOST: Final = 1500

Step = tuple[str, int, int]
"""A module, and two of its lines that ran one after the other."""


def steps_of(parser: Parser, raw: bytes) -> set[Step]:
    """The steps within our own modules that these bytes lead through."""
    found: set[Step] = set()
    last: dict[FrameType, int] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith("wellclear"):
            return None
        if event == "line":
            found.add((name, last.get(frame, 0), frame.f_lineno))
            last[frame] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        hold(parser, raw)
    finally:
        sys.settrace(None)
    return found


def keep(name: str, found: Path) -> int:
    """Copy what is worth keeping into the corpus; how many were new."""
    parser, home = PARSERS[name], CORPUS / name
    reached: set[Step] = set()
    for raw in parser.seeds() * 2:  # twice: what is cached is reached the first time only
        reached |= steps_of(parser, raw)
    here = sorted(home.glob("*"))
    for path in here:
        reached |= steps_of(parser, path.read_bytes())
    count = 0
    tried = sorted(found.iterdir(), key=lambda path: (path.stat().st_size, path.name))[:TRIED_MOST]
    most = min(LARGEST, KEPT_BYTES_MOST + min(map(len, parser.seeds())))
    for path in tried:
        raw = path.read_bytes()
        if len(here) + count >= KEPT_MOST or len(raw) > most:
            break
        more = steps_of(parser, raw) - reached
        if more:
            reached |= more
            home.mkdir(parents=True, exist_ok=True)
            (home / hashlib.sha256(raw).hexdigest()[:12]).write_bytes(raw)
            count += 1
    return count


if __name__ == "__main__":
    print(f"{sys.argv[1]}: {keep(sys.argv[1], Path(sys.argv[2]))} new inputs kept in {CORPUS / sys.argv[1]}")  # noqa: T201  # a command
