"""What is small outside and large inside, each before the program in a process of its own under the system's limits.

    python -m tests.fuzz.bombs          prints a line for each: name, what became of it, seconds

A bomb ends in a value or in an error of ours. Whatever takes more memory or processor time than the limits does not.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import resource
import sys
import tarfile
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from tests.bundles import frozen_bundle
from tests.fuzz import seeds
from tests.fuzz.parsers import PARSERS
from tests.fuzz.rows_edges import _Clock
from tests.properties.interop_cases import DEFAULTS
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.apps.cli.keeping import read_tar
from wellclear.apps.host.service import examine_all
from wellclear.apps.inputs import read_input
from wellclear.channel.composing import Chain, link
from wellclear.channel.opening import open_leaf
from wellclear.channel.submission import Frame, decode_frames, encode_frames
from wellclear.channel.verify import verify_bundle
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import (
    LEAF_BYTES_MAX,
    PART_BYTES_MAX,
    PART_TEXT_BYTES_MAX,
    SUBMISSION_BYTES_MAX,
    decode_leaf,
)
from wellclear.domain.volume import SeparationMinima
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.edges.client import HostClient
from wellclear.edges.settings import FILE, load_node
from wellclear.edges.tls import certificate_bytes
from wellclear.errors import WellclearError
from wellclear.interop.events.known import known_form
from wellclear.interop.events.table import read_events
from wellclear.interop.files import read
from wellclear.interop.recordings import read_recordings
from wellclear.log import archive
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.picture.fold import fold
from wellclear.testing.sketch import START_US

MEMORY_BYTES: Final = 256 * 1024 * 1024
"""What a bomb may take beyond what the program holds before it."""
CPU_S: Final = 40
"""A slow and busy machine's measure: what explodes takes hours."""


def _deep(opening: bytes, count: int = 300_000) -> bytes:
    return opening * count


def _given_to(name: str, raw: bytes) -> None:
    PARSERS[name].read(raw)


def _leaf(public: Any, parts: int = 0) -> bytes:
    """A leaf with a good signature around the worst that may stand in it."""
    sketch = seeds.sketch()
    act = decode_leaf(sketch.leaves[-1]).act
    changed = type(act)(**{name: getattr(act, name) for name in act.__struct_fields__} | {"public": public})
    head = (len(sketch.leaves), sketch.tree.root(len(sketch.leaves)))
    return link(changed, (), sketch.parties["NORTHLAND"].key("node"), Chain(0, None), head, START_US)


def _worst_leaf(make: Callable[[int], Any]) -> None:
    """As much of it as a leaf holds is opened and folded."""
    size, leaf = 1, _leaf(make(1))
    while len(more := _leaf(make(size * 2))) <= LEAF_BYTES_MAX:
        size, leaf = size * 2, more
    picture = seeds.sketch().picture
    for _ in range(20):
        fold(picture, open_leaf(picture.size, leaf))


def _submission(frame: bytes) -> None:
    """A megabyte of the same frame, examined as the host examines it."""
    frames = decode_frames(frame * (SUBMISSION_BYTES_MAX // len(frame)))
    examine_all(frames, seeds.sketch().picture.keys)


def _sound_submission() -> None:
    """A megabyte of the largest frames, all with a good signature."""
    leaf = _leaf({str(number): "x" * 1000 for number in range(46)})
    frames = decode_frames(encode_frames([Frame(leaf, (bytes(PART_BYTES_MAX),) * 6)] * 7))
    examine_all(frames, seeds.sketch().picture.keys)


def _geometry(fields: Callable[[int], dict[str, Any]], step: int = 12) -> None:
    """As much of a volume as the text of a part holds, computed, and compared with itself shifted in name."""
    count = 3
    while len(json.dumps(fields(count + step), separators=(",", ":"))) < PART_TEXT_BYTES_MAX - 40:
        count += step
    volume, _ = volume_or_cap({**fields(count), **_WHEN})
    agreed = default_settings().default_minima
    minima = SeparationMinima(agreed.lateral_mm, agreed.vertical_mm, agreed.time_us)
    engine = ReferenceEngine(lambda a, b: minima)
    engine.add(Announced("A-1001-1", 1, "A", "air", (volume,)))
    engine.check(Announced("B-1001-1", 1, "B", "air", (volume,)))


_WHEN: Final = {
    "band": {"datum": "AMSL", "lower_mm": 0, "upper_mm": 10_000_000}, "start_us": START_US, "end_us": START_US + 10**9,
}  # fmt: skip


def _comb(count: int) -> list[list[int]]:
    """A ring of teeth, each as long as the ring is wide."""
    return [[n * 7, (n % 2) * 9_000_000] for n in range(count)] + [[count * 7, -9], [0, -9]]


def _kmz(members: int, spaces_mib: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(members):
            with packed.open(f"{number}.kml", "w") as member:
                member.write(b"<kml>")
                for _ in range(spaces_mib):
                    member.write(b" " * 2**20)
                member.write(b"</kml>")
    _drawn("kmz", made.getvalue())


def _drawn(fmt: str, raw: bytes) -> None:
    for _ in read("bomb", io.BytesIO(raw), DEFAULTS, fmt):
        pass


_TABLE: Final = b"lat,lon,radius\n"


def _attributes(count: int) -> bytes:
    """The beginning of an element of so many attributes."""
    made = io.BytesIO()
    made.write(b"<gpx ")
    for number in range(count):
        made.write(b'a%d="" ' % number)
    return made.getvalue()


def _packed_zeros(mib: int) -> bytes:
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as packed:
        for _ in range(mib):
            packed.write(b"[" + b" " * (2**20 - 1))
    return made.getvalue()


def _backup(raw: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "b.tar")
        path.write_bytes(raw)
        read_tar(path)


def _in_a_file(read: Callable[[Path], object], name: str) -> None:
    """A file of 2 GiB that takes no room on the disk."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        with path.open("wb") as file:
            file.truncate(2 << 30)
        read(path)


def _claiming(kind: bytes) -> bytes:
    """A tar of a few blocks whose one entry claims 8 GiB."""
    entry = tarfile.TarInfo("node.sqlite")
    entry.type, entry.size = kind, 8 << 30
    return entry.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)


def _holes() -> bytes:
    """A tar of one kilobyte whose one file claims 8 GiB of zeros."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as tar:
        entry = tarfile.TarInfo("node.sqlite")
        entry.type = tarfile.GNUTYPE_SPARSE
        tar.addfile(entry)
    raw = bytearray(made.getvalue())
    raw[483:495] = b"\x80" + bytes(3) + (8 << 30).to_bytes(8, "big")
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    return bytes(raw)


def _events(row: bytes, *, packed: bool = False) -> None:
    columns = ",".join(known_form("ucdp-ged").columns.values()).encode()
    raw = columns + b"\n" + row
    read_events(io.BytesIO(gzip.compress(raw, 1) if packed else raw), "bomb", known_form("ucdp-ged"))


def _many_members(count: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for number in range(count):
            tar.addfile(tarfile.TarInfo(f"{number}"))
    return made.getvalue()


def _tiny_files(count: int) -> bytes:
    return archive.pack({f"parts/{number:064x}": b"" for number in range(count)})


def _claimed(size: int) -> None:
    """A bundle whose checkpoint states a log beyond all disks."""
    note = sign_checkpoint(Checkpoint("caspia.example/sketch", size, bytes(32)), SigningKey(bytes(32)))
    verify_bundle({**frozen_bundle(), "checkpoint": note})


def _heard(ask: Callable[[HostClient], Any], pieces: Callable[[], AsyncIterator[bytes]]) -> None:
    async def run() -> None:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=pieces()))
        async with HostClient("http://198.51.100.7", b64(bytes(32)), SigningKey(bytes(32)), _Clock(),
                              transport=transport) as client:  # fmt: skip
            await ask(client)

    asyncio.run(run())


async def _first(client: HostClient) -> None:
    async for _ in client.events(0):
        return


async def _endless(piece: bytes = b"data: " + b"x" * 100_000 + b"\n") -> AsyncIterator[bytes]:
    while True:
        yield piece


async def _once() -> AsyncIterator[bytes]:
    yield b"".join(b"\0\1x" for _ in range(256))


BOMBS: Final[dict[str, Callable[[], object]]] = {
    **{f"depth in {name}": lambda name=name: _given_to(name, _deep(b'{"a":'))  # type: ignore[misc]  # a default of a lambda
       for name in ("canonical", "answer", "decision", "founding", "geojson", "recordings", "error_answer",
                    "events_form", "reports", "node_answers", "card", "key_file", "backup", "notice_form",
                    "notice_table", "outbox_item", "act_body")},
    **{f"lists in {name}": lambda name=name: _given_to(name, _deep(b"["))  # type: ignore[misc]  # a default of a lambda
       for name in ("canonical", "geojson", "recordings", "settings_file", "scenario", "host_answers", "drafts")},
    "lists in settings": lambda: _given_to("settings_file", b"x = " + _deep(b"[", 30_000)),
    "a number of a million digits": lambda: _given_to("canonical", b'{"a":' + b"9" * 1_000_000 + b"}"),
    "a number of a million digits in a map": lambda: _given_to("geojson", b'{"type":' + b"9" * 1_000_000 + b"}"),
    "a power beyond measure": lambda: _given_to("quantities", b"1e999999999"),
    "powers in a map": lambda: _given_to("shapes", b'{"type":"Point","coordinates":[1e999999999,1e-999999999]}'),
    "a leaf of keys": lambda: _worst_leaf(lambda n: {f"k{at}": 1 for at in range(n)}),
    "a leaf of lists": lambda: _worst_leaf(lambda n: {"a": [[[[[]]]]] * n}),
    "a leaf of numbers": lambda: _worst_leaf(lambda n: {"a": [0] * n}),
    "a submission of nothing": lambda: _submission(b"\0\0\0"),
    "a submission of empty parts": lambda: _submission(b"\0\0\xff" + b"\0\0" * 255),
    "a submission of junk": lambda: _submission(b"\0\1x\0"),
    "the largest submission": _sound_submission,
    "a comb": lambda: _geometry(lambda n: {"kind": "polygon", "rings": [_comb(n)]}),
    "many triangles": lambda: _geometry(
        lambda n: {"kind": "polygons", "polygons": [[[[9 * at, 0], [9 * at, 7], [9 * at + 7, 0]]] for at in range(n)]}
    ),
    "many holes": lambda: _geometry(
        lambda n: {"kind": "polygon", "rings": [[[0, 0], [0, 10**8], [10**8, 10**8], [10**8, 0]], *(
            [[9 * at, 1], [9 * at, 7], [9 * at + 7, 1]] for at in range(1, n))]}
    ),
    "a long zigzag": lambda: _geometry(
        lambda n: {"kind": "corridor", "route": _comb(n), "half_width_mm": 20_000_000_000}
    ),
    "a packed map of zeros": lambda: _kmz(1, 512),
    "a packed map of many": lambda: _kmz(20_000, 0),
    "laughs": lambda: _drawn("kml", b'<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12)) + b"]><kml>&m;</kml>"),
    "a deep map": lambda: _drawn("kml", b"<kml>" + _deep(b"<Folder>", 200_000)),
    "an attribute without end": lambda: _drawn("gpx", b'<gpx a="' + b"x" * 20_000_000),
    "a line without end": lambda: _drawn("csv", b"x," * 20_000_000),
    "a line without end below a header": lambda: _drawn("csv", _TABLE + b"x" * 40_000_000),
    "a row of lines without end": lambda: _drawn("csv", _TABLE + b'"\n",' * 10_000_000),
    "an element of attributes": lambda: _drawn("gpx", _attributes(3_000_000)),
    "a feature of lists": lambda: _drawn("geojson", b'{"type":"FeatureCollection","features":[[' + b"[]," * 2_700_000
                                         + b"[]]]}"),
    "a recording of one row": lambda: read_recordings(io.BytesIO(b"lat,lon\n" + b"x," * 20_000_000), "bomb"),
    "a recording of one text": lambda: read_recordings(io.BytesIO(b"lat,lon\n" + b"x" * 60_000_000), "bomb"),
    "a recording of lists": lambda: read_recordings(io.BytesIO(b"[" + b"[]," * 10_000_000 + b"[]]"), "bomb"),
    "packed zeros": lambda: read_recordings(io.BytesIO(_packed_zeros(300)), "bomb"),
    "many packed nothings": lambda: read_recordings(io.BytesIO(gzip.compress(b"", mtime=0) * 200_000), "bomb"),
    "an event of one text": lambda: _events(b"x" * 60_000_000),
    "an event of commas": lambda: _events(b"," * 60_000_000),
    "events without end": lambda: _events(b"7,2026-11-23\n" * 600_000),
    "packed lines": lambda: _events(b"\n" * 50_000_000, packed=True),
    "a backup of holes": lambda: _backup(_holes()),
    **{f"a backup whose {named} claims 8 GiB": lambda kind=kind: _backup(_claiming(kind))  # type: ignore[misc]  # a default of a lambda
       for named, kind in (("file", tarfile.REGTYPE), ("long name", tarfile.GNUTYPE_LONGNAME),
                           ("extended header", tarfile.XHDTYPE))},
    "settings without end": lambda: _in_a_file(lambda path: load_node(path.parent, environment={}), FILE),
    "a certificate without end": lambda: _in_a_file(certificate_bytes, "cert.pem"),
    "a card without end": lambda: _in_a_file(read_input, "card.json"),
    "a backup of many": lambda: _backup(_many_members(20_000)),
    "a bundle of many": lambda: verify_bundle(archive.unpack(_tiny_files(30_000))),
    "a checkpoint beyond all disks": lambda: _claimed(2**63 - 1),
    "a log beyond all disks": lambda: _heard(lambda client: client.leaves(0, 5, 2**63 - 1), _once),
    "an event without end": lambda: _heard(_first, _endless),
    "a note of lines": lambda: _given_to(
        "heard_note", b"a\n1\nb\n\n" + seeds.note().splitlines(keepends=True)[4] * 100_000
    ),
}  # fmt: skip


def explode(name: str) -> str:
    """What became of one bomb, in this process."""
    try:
        BOMBS[name]()
    except WellclearError as error:
        return f"{type(error).__name__}: {str(error)[:80]}"
    except (Exception, MemoryError) as error:  # noqa: BLE001  # that is what is looked for; it is told, not hidden
        return f"FAULT {type(error).__name__}: {str(error)[:200]}"
    return "taken"


def in_a_process(name: str) -> str:
    """The same in a child under the limits; a child that was ended says by what."""
    back, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(back)
        status = Path("/proc/self/status").read_text().splitlines()
        held = int(next(line for line in status if line.startswith("VmData")).split()[1]) * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (held + MEMORY_BYTES,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.write(there, explode(name).encode("utf-8", "replace"))
        os._exit(0)
    os.close(there)
    with os.fdopen(back, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, ended, used = os.wait4(child, 0)
    if ended:
        said = f"FAULT ended by {ended}"
    return f"{said}\t{used.ru_utime + used.ru_stime:.1f} s"


if __name__ == "__main__":
    for wanted in sys.argv[1:] or BOMBS:
        print(f"{wanted}\t{in_a_process(wanted)}", flush=True)  # noqa: T201  # a command
