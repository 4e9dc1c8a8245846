"""The parsers of `edges` and `apps`: files of a home, what a host or a node answers, and what commands are given."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import json
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from tests.bundles import frozen_bundle
from tests.fuzz import seeds
from tests.fuzz.parser import Parser
from tests.fuzz.rows_domain import loose, said, text
from tests.fuzz.turning import backup_turned, events_turned
from tests.house.sources import ROOT
from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.check.against import _PLAIN, drafts_from, meeting_from
from wellclear.apps.check.map.picture import picture_size
from wellclear.apps.check.minima import agreed_minima, metres, seconds
from wellclear.apps.cli.keeping import FORM, LIST, read_tar
from wellclear.apps.cli.notice_form import form_from_file
from wellclear.apps.cli.notice_table import example_table, forms_from_table
from wellclear.apps.demo.scenario import read_scenario
from wellclear.apps.demo.scenario_rows import track_of
from wellclear.apps.host.create import read_founding
from wellclear.apps.node.api_act import read_act, read_approvals
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Entry, decode_leaf
from wellclear.edges.card import card_from
from wellclear.edges.client import HostClient
from wellclear.edges.key_files import TokenFile, token_file
from wellclear.edges.keyring import KDF_BY_NAME, create_key, public_half, unlock
from wellclear.edges.node_client import NodeClient, error_from
from wellclear.edges.promise import Promise
from wellclear.edges.settings import FILE, check_url, load_host, load_node, parse_listen
from wellclear.edges.tls import certificate_bytes, make_certificate, trusting
from wellclear.edges.tokens import parse_uri
from wellclear.errors import InvalidValue, WellclearError
from wellclear.log import archive
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import START_US

_HOST: Final = "http://198.51.100.7"
_SALT: Final = "A" * 43 + "="
_PASSPHRASE: Final = "a passphrase of this test"


@cache
def _home() -> Path:
    """A directory for the files that are read by their path; it goes with the process."""
    return Path(_keep.name)


_keep = tempfile.TemporaryDirectory(prefix="wellclear-fuzz-", ignore_cleanup_errors=True)
_counts = itertools.count()


def on_disk(read: Callable[[Path], Any], name: str = "file") -> Callable[[bytes], Any]:
    """A reader of a file as one of bytes; every input lies in a file of its own name, so nothing is cached."""

    def of_bytes(raw: bytes) -> Any:
        folder = _home() / f"{next(_counts)}"
        folder.mkdir()
        path = folder / name
        path.write_bytes(raw)
        path.chmod(0o600)
        try:
            return read(path)
        finally:
            path.unlink()
            folder.rmdir()

    return of_bytes


@cache
def _key_file() -> bytes:
    path = _home() / "key.json"
    create_key(path, "node", "NORTHLAND", _PASSPHRASE, bytes(range(32)), exercise=True, kdf=KDF_BY_NAME["minimum"])
    return path.read_bytes()


def _unlock(path: Path) -> None:
    public_half(path)
    unlock(path, _PASSPHRASE)


def _token_file() -> bytes:
    key = SigningKey(bytes(range(32)))
    held = TokenFile(
        wellclear_token=1, use="person", owner="NORTHLAND/W1", exercise="yes", public=b64(key.public_key),
        uri="pkcs11:token=NORTHLAND%20W1;object=W1",
    )  # fmt: skip
    return json.dumps(msgspec.to_builtins(msgspec.structs.replace(held, sig=b64(key.sign(held.message))))).encode()


def _token(path: Path) -> None:
    public_half(path)
    token_file(path)


def _settings(path: Path) -> None:
    try:
        load_node(path.parent, environment={})
    finally:
        load_host(path.parent, environment={})


_SETTINGS: Final = (
    'form = 1\nparty = "NORTHLAND"\nkdf = "minimum"\n\n[node]\nhost_url = "https://198.51.100.7:8644"\n'
    f'channel = "{"A" * 43}="\nlisten = "127.0.0.1:8645"\n\n[host]\norigin = "caspia.example/channel"\n'
)


@cache
def _certificate() -> bytes:
    made = _home() / "cert.pem"
    make_certificate(["127.0.0.1"], made, _home() / "cert.key", common_name="x", now_us=START_US)
    return made.read_bytes()


def _promise(path: Path) -> None:
    Promise(path).close()


# What a host or a node answers.


class _Clock:
    def now_us(self) -> int:
        return START_US

    def monotonic_us(self) -> int:
        return START_US


async def _heard(raw: bytes, status: int = 200) -> None:
    """Everything that a node asks its host, answered by these bytes; the last fault of ours comes out."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(raw), 1000):
            yield raw[at : at + 1000]

    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=pieces()))
    async with HostClient(_HOST, _SALT, SigningKey(bytes(32)), _Clock(), transport=transport) as client:
        try:
            async for event in client.events(0):
                assert all(isinstance(leaf, bytes) for leaf in event.leaves)
        except WellclearError as error:
            str(error).encode()
        try:
            await client.leaves(0, 4, 4)
        except WellclearError as error:
            str(error).encode()
        msgspec.json.encode(await client.status())  # it is told on


@cache
def _node() -> tuple[NodeClient, list[bytes]]:
    """One client for all answers, since making one takes long, and the place where the next answer is put."""
    answer = [b""]
    client = NodeClient(_HOST, "token")
    client.close()
    mock = httpx.MockTransport(lambda request: httpx.Response(200, content=answer[0]))
    client._http = httpx.Client(base_url=_HOST, transport=mock)
    return client, answer


def _asked(raw: bytes) -> None:
    """A node's answer, and its stream, as the command line hears them."""
    client, answer = _node()
    answer[0] = raw
    try:
        list(client.boards())
    except WellclearError as error:
        str(error).encode()
    client.get("board")


def _error(raw: bytes) -> None:
    raise error_from(500, raw)


def _event_stream() -> list[bytes]:
    note = msgspec.json.encode({"checkpoint": seeds.note().decode()})
    data = {"start": 0, "leaves": ["AAAA"], "checkpoint": seeds.note().decode()}
    return [
        b"retry: 500\n\nid: 1\nevent: log\ndata: %s\n\nevent: alive\ndata: %s\n\n" % (msgspec.json.encode(data), note),
        b'event: board\ndata: {"a":\ndata: 1}\n\n',
        b'{"size":3,"origin":"caspia.example/sketch"}',
    ]


# What commands are given.


def _backup() -> list[bytes]:
    kinds = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)
    return [_tar_of(kind, {"wellclear.toml": _SETTINGS.encode()}) for kind in kinds]


def _tar_of(form: int, files: Mapping[str, bytes]) -> bytes:
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    head = {"wellclear_backup": FORM, "made": "2026-11-23", "entries": {"node.sqlite": 3}, "files": hashes}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        for name, raw in {LIST: json.dumps(head).encode(), **files}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            tar.addfile(entry, io.BytesIO(raw))
    return made.getvalue()


def _act(raw: bytes) -> None:
    fields = loose(raw)
    if isinstance(fields, dict) and "alg" in fields:
        read_approvals([fields])
    else:
        read_act(fields)


def _drafts(raw: bytes) -> None:
    rows = loose(raw)
    drafts_from([row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [], "NORTHLAND")


def _minima(raw: bytes) -> None:
    fields = loose(raw)
    agreed_minima(fields if isinstance(fields, dict) else {}, "file")


def _typed(words: str) -> None:
    for read in (lambda said: metres(said, "at"), lambda said: seconds(said, "at"), check_url, parse_listen,
                 lambda said: picture_size(said, "at")):  # fmt: skip
        try:
            read(words)
        except InvalidValue as error:
            str(error).encode()


def _acts() -> list[bytes]:
    entries: list[Entry] = [decode_leaf(leaf) for leaf in seeds.sound_leaves()]
    return [canonical.encode(entry.act) for entry in entries] + [
        canonical.encode(approval) for entry in entries for approval in entry.approvals[:1]
    ]


def _founding() -> list[bytes]:
    sketch = seeds.sketch()
    return [
        msgspec.json.encode({
            "channel": sketch.channel, "settings": msgspec.to_builtins(sketch.settings), "settings_salt": _SALT,
            "articles": {"group": "articles", "open_points": [], "text": "x"}, "articles_salt": _SALT,
        })
    ]  # fmt: skip


_ABOUT: Final = {"to": ["SOUTHLAND/OPS"], "category": "air"}
_WITHIN: Final = {
    "radius": "5km", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T12:00:00Z", "lower": "0ft AMSL",
    "upper": "9000ft AMSL",
}  # fmt: skip


def _forms() -> list[bytes]:
    point = {"type": "Feature", "properties": _WITHIN, "geometry": {"type": "Point", "coordinates": [38.3, 34.5]}}
    typed = {**_ABOUT, "volumes": [{"circle": "34.5 38.3", **_WITHIN}]}
    drawn = {"type": "FeatureCollection", **_ABOUT, "features": [point]}
    return [json.dumps(typed).encode(), json.dumps(drawn).encode()]


def _demo(*endings: str) -> Callable[[], list[bytes]]:
    folder = ROOT / "src/wellclear/apps/demo"
    return lambda: [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in endings]


def _meeting() -> list[bytes]:
    return [b'{"figures":{},%s}' % b",".join(b'"%s":"1"' % name.encode() for name in _PLAIN)]


EDGES = [
    Parser("card", ("edges.card",), lambda raw: card_from(loose(raw), "card"), lambda: [seeds.card()]),
    Parser("key_file", ("edges.keyring", "edges.key_files"), on_disk(_unlock), lambda: [_key_file()], slow=True),
    Parser("token_file", ("edges.tokens", "edges.key_files"), on_disk(_token), lambda: [_token_file()]),
    Parser("token_uri", ("edges.tokens",), text(parse_uri), said(
        "pkcs11:token=NORTHLAND%20W1;object=W1?module-path=/usr/lib/x.so", "pkcs11:token=T;id=%01%ff;type=private",
        "pkcs11:token=%ff;object=W1", "pkcs11:token=T;object=W1?pin-value=1234",
    )),
    Parser("settings_file", ("edges.settings",), on_disk(_settings, FILE), said(_SETTINGS)),
    Parser("certificate", ("edges.tls",), on_disk(lambda path: (certificate_bytes(path), trusting(path))),
           lambda: [_certificate()], slow=True),
    Parser("promise", ("edges.promise",), on_disk(_promise), said("0000000000000000007\n")),
    Parser("host_answers", ("edges.client", "channel.submission"), lambda raw: asyncio.run(_heard(raw)), _event_stream,
           slow=True, turn=events_turned),
    Parser("host_refuses", ("edges.client",), lambda raw: asyncio.run(_heard(raw, 500)),
           said('{"error":{"code":"unavailable","message":"x","retry_after_s":3}}'), slow=True),
    Parser("node_answers", ("edges.node_client",), _asked, _event_stream, slow=True),
    Parser("error_answer", ("edges.node_client",), _error,
           said('{"error":{"code":"RATE","message":"x","where":"y"}}', '{"error":{"code":"invalid","message":"x"}}')),
    Parser("backup", ("apps.cli.keeping",), on_disk(read_tar), _backup, slow=True, turn=backup_turned),
    Parser("bundle_file_on_disk", ("apps.bundle.files",), on_disk(read_bundle),
           lambda: [archive.pack(frozen_bundle())], slow=True),
    Parser("founding", ("apps.host.create",), lambda raw: read_founding(raw, seeds.sketch().picture), _founding),
    Parser("notice_table", ("apps.cli.notice_table",), on_disk(forms_from_table), lambda: [example_table().encode()],
           slow=True),
    Parser("notice_form", ("apps.cli.notice_form",), on_disk(lambda path: form_from_file(path, {})), _forms, slow=True),
    Parser("scenario", ("apps.demo.scenario",), on_disk(read_scenario), _demo(".toml"), slow=True),
    Parser("demo_track", ("apps.demo.scenario_rows",), on_disk(track_of), _demo(".json"), slow=True),
    Parser("act_body", ("apps.node.api_act",), _act, _acts),
    Parser("drafts", ("apps.check.against",), _drafts,
           lambda: [b'[{"id":"1","category":"air","volumes":[%s]}]' % b",".join(seeds.volumes())], slow=True),
    Parser("meeting", ("apps.check.against",), lambda raw: meeting_from(loose(raw)), _meeting),
    Parser("agreed_minima", ("apps.check.minima",), _minima, said('{"settings":{"keep_days":2}}')),
    Parser("typed_options", ("apps.check.minima", "apps.check.map.picture", "edges.settings"), text(_typed),
           said("5 NM", "10 min", "https://198.51.100.7:8644", "127.0.0.1:8645", "1600x1130")),
]  # fmt: skip
