"""A node's way to the witness addresses of others: notes under the host's key go both ways, past the host.

Nothing that comes back is believed; `channel.follower` judges it. No secret goes out: a note tells size and root alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx

from wellclear.edges.client import trust_of
from wellclear.errors import Malformed, Unavailable

ANSWER_S: Final = 5.0
WORD_BYTES_MAX: Final = 64 * 1024
"""Of a note, or of an evidence file, that bear the log's line and little else."""


class Peers:
    """The other nodes that this one can reach, by their URLs.

    Args:
        urls: such as `http://198.51.100.9:8646`.
        ca_file: the only certificate, or authority, that those with https may show.
        transport: what carries the requests; None is the network.
    """

    def __init__(
        self, urls: Sequence[str], ca_file: Path | None = None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.urls = tuple(urls)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_S), verify=trust_of(ca_file), trust_env=False, transport=transport
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def exchange(self, url: str, word: bytes) -> bytes:
        """Hand over our word and get that node's: a note, or evidence; empty where it has none yet.

        Raises:
            Unavailable: it cannot be reached, or does not take our word.
            Malformed: its answer is longer than any word.
        """
        return await self._ask(url, "POST", "/note", word)

    async def statement(self, url: str, size: int) -> bytes:
        """What that node states of its picture of so many entries; raises as `exchange`, also where it states none."""
        return await self._ask(url, "GET", f"/statement/{size}")

    async def _ask(self, url: str, method: str, path: str, word: bytes | None = None) -> bytes:
        try:
            async with asyncio.timeout(ANSWER_S), self._http.stream(method, url + path, content=word) as response:
                if response.status_code >= 300:
                    raise Unavailable(url, f"has answered with {response.status_code}")
                theirs = b""
                async for piece in response.aiter_raw():
                    theirs += piece
                    if len(theirs) > WORD_BYTES_MAX:
                        raise Malformed(url, "", f"an answer of more than {WORD_BYTES_MAX} bytes")
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(url, f"did not answer: {type(error).__name__} {error}") from error
        return theirs
