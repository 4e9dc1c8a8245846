"""Every parser of foreign bytes. A new one takes one line in the file of its layer; `tests/house` asks for it."""

from __future__ import annotations

from typing import Final

from tests.fuzz.parser import Parser
from tests.fuzz.rows_airspace import AIRSPACE
from tests.fuzz.rows_channel import CHANNEL
from tests.fuzz.rows_deep import DEEP
from tests.fuzz.rows_domain import DOMAIN
from tests.fuzz.rows_edges import EDGES
from tests.fuzz.rows_interop import INTEROP
from tests.fuzz.rows_log import LOG

PARSERS: Final[dict[str, Parser]] = {
    row.name: row for row in (*DOMAIN, *AIRSPACE, *LOG, *CHANNEL, *INTEROP, *EDGES, *DEEP)
}

if __name__ == "__main__":
    for row in PARSERS.values():
        print(f"{row.name:<22}{', '.join(row.holds)}")  # noqa: T201  # a command
