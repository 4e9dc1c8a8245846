"""Cosignatures come in by their own line alone, over this log alone, and go out to everybody who follows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.host.world import (
    HandClock,
    Writer,
    host_keys,
    read,
    served,
    service_of,
    signed_note,
    store_sketch,
    submit,
)
from tests.unit.channel.second_keys import register, twice_cosigned
from wellclear.apps.host.cosignatures import COSIGNED_BYTES_MAX
from wellclear.channel.policy import cosigner_name, cosigners
from wellclear.edges.client import Event, HostClient
from wellclear.errors import Malformed, Refused, Unverified
from wellclear.log.checkpoint import (
    Checkpoint,
    cosign,
    cosign_mldsa,
    cosignatures,
    merge_signatures,
    open_checkpoint,
    sign_checkpoint,
)
from wellclear.log.ed25519 import SigningKey
from wellclear.log.mldsa import MlDsaKey
from wellclear.log.note import SignatureLine, parse_note
from wellclear.testing.sketch import Sketch


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=11)


def cosigned(sketch: Sketch, party: str, ago_s: int = 0, size: int | None = None, note: bytes = b"") -> bytes:
    note = note or signed_note(sketch, len(sketch.leaves) if size is None else size)
    at_s = sketch.now_us // 1_000_000 - ago_s
    return merge_signatures(note, [cosign(note, cosigner_name(party), sketch.parties[party].key("cosigner"), at_s)])


def at_host(sketch: Sketch, home: Path, do: Callable[[httpx.AsyncClient, HostClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with served(service_of(sketch, store_sketch(sketch, home))) as http:
            signer, clock = sketch.parties["NORTHLAND"].key("node"), HandClock(sketch.now_us)
            async with HostClient(str(http.base_url), sketch.channel, signer, clock) as client:
                await do(http, client)

    asyncio.run(run())


def lines_of(sketch: Sketch, note: bytes) -> tuple[int, list[str]]:
    found = cosignatures(note, [key for _, key in cosigners(sketch.picture)])
    size = open_checkpoint(note, sketch.origin, host_keys(sketch).log.public_key).size
    return size, sorted(name for name, _ in found if name != cosigner_name(sketch.host))


@pytest.mark.requirement("R33")
def test_what_is_cosigned_stands_under_the_checkpoint_and_goes_to_all(sketch: Sketch, tmp_path: Path) -> None:
    async def do(http: httpx.AsyncClient, client: HostClient) -> None:
        size, told = len(sketch.leaves), list[Event]()
        events = client.events(size)

        async def hear(upto: Callable[[Event], bool]) -> Event:
            async for event in events:
                told.append(event)
                if upto(event):
                    return event
            raise AssertionError("the stream ended")

        await hear(lambda event: True)
        await client.cosigned(cosigned(sketch, "NORTHLAND", 2))
        heard = await hear(lambda event: bool(lines_of(sketch, event.note)[1]))
        assert lines_of(sketch, heard.note) == (size, ["NORTHLAND/cosigner"])
        await client.cosigned(cosigned(sketch, "SOUTHLAND"))
        both = ["NORTHLAND/cosigner", "SOUTHLAND/cosigner"]
        assert lines_of(sketch, await client.checkpoint()) == (size, both)
        await client.cosigned(cosigned(sketch, "NORTHLAND", 1, size - 1))
        heard = await hear(lambda event: lines_of(sketch, event.note)[0] == size - 1)
        assert lines_of(sketch, heard.note)[1] == ["NORTHLAND/cosigner"], "told, though the log is longer by now"
        assert lines_of(sketch, await client.checkpoint()) == (size, both)
        await submit(http, sketch, Writer(sketch, "NORTHLAND").time())
        assert lines_of(sketch, await client.checkpoint()) == (size + 1, []), "nobody has cosigned that"

    at_host(sketch, tmp_path, do)


@pytest.mark.requirement("R33")
def test_what_is_no_cosignature_of_this_log_is_refused(sketch: Sketch, tmp_path: Path) -> None:
    async def do(http: httpx.AsyncClient, client: HostClient) -> None:
        size, log = len(sketch.leaves), host_keys(sketch).log
        other = sign_checkpoint(Checkpoint(sketch.origin, size, bytes(32)), log)
        beyond = sign_checkpoint(Checkpoint(sketch.origin, size + 1, bytes(32)), log)
        elsewhere = sign_checkpoint(Checkpoint("caspia.example/other", size, sketch.tree.root()), log)
        plain = signed_note(sketch, size)
        stranger = merge_signatures(plain, [cosign(plain, cosigner_name("NORTHLAND"), SigningKey(b"x" * 32), 1)])
        spoiled = cosigned(sketch, "NORTHLAND").replace(b"\n%d\n" % size, b"\n%d\n" % (size - 1))
        for note, error in (
            (b"", Malformed), (b"x" * (COSIGNED_BYTES_MAX + 1), Malformed), (b"\xff" * 90, Malformed),
            (plain, Unverified), (stranger, Unverified), (spoiled, Unverified),
            (cosigned(sketch, "NORTHLAND", note=other), Unverified),
            (cosigned(sketch, "NORTHLAND", note=elsewhere), Unverified),
            (cosigned(sketch, "NORTHLAND", note=beyond), Refused),
        ):  # fmt: skip
            with pytest.raises(error):
                await client.cosigned(note)
        line_of_other = cosigned(sketch, "NORTHLAND", size=3).split(b"\n\n")[1].split(b"\n")[1] + b"\n"
        with pytest.raises(Unverified):
            await client.cosigned(merge_signatures(plain, [line_of_other]))
        assert lines_of(sketch, await client.checkpoint()) == (size, [])
        answer = await http.post("/cosignature", content=cosigned(sketch, "NORTHLAND"))
        assert answer.json() == {"size": size, "news": "yes"}
        answer = await http.post("/cosignature", content=cosigned(sketch, "NORTHLAND", 3))
        assert answer.json() == {"size": size, "news": "no"}
        note = (await read(http, sketch, "/checkpoint")).content
        assert lines_of(sketch, note) == (size, ["NORTHLAND/cosigner"])

    at_host(sketch, tmp_path, do)


@pytest.mark.requirement("R33")
def test_a_second_line_is_taken_and_a_wrong_doubled_or_ended_one_is_refused_with_its_reason(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=12)
    ended, live = register(sketch, "NORTHLAND", MlDsaKey(b"e" * 32)), register(sketch, "NORTHLAND")
    size, at_s, name = len(sketch.leaves), sketch.now_us // 1_000_000, cosigner_name("NORTHLAND")

    async def do(http: httpx.AsyncClient, client: HostClient) -> None:
        plain = signed_note(sketch, size)
        both = twice_cosigned(sketch, "NORTHLAND", plain, at_s)
        long = parse_note(both).signatures[2]
        spoiled = SignatureLine(long.name, long.key_id, long.signature[:-1] + b"!")
        for note, why in (
            (both.replace(long.encode(), spoiled.encode()), "note signed by NORTHLAND/cosigner"),
            (both + long.encode(), "two lines by one key of NORTHLAND/cosigner"),
            (both + cosign_mldsa(plain, name, live, at_s + 1), "two lines by one key of NORTHLAND/cosigner"),
            (twice_cosigned(sketch, "NORTHLAND", plain, at_s, ended), f"ended with entry {size - 1}"),
            (plain + cosign_mldsa(plain, name, ended, at_s), f"ended with entry {size - 1}"),
        ):  # fmt: skip
            with pytest.raises(Unverified, match=why):
                await client.cosigned(note)
        assert lines_of(sketch, await client.checkpoint()) == (size, [])
        await client.cosigned(both)
        assert lines_of(sketch, await client.checkpoint()) == (size, [name, name])

    at_host(sketch, tmp_path, do)
