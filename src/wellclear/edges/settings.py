"""The settings of one home directory: `settings.toml`, and what the environment says over it.

    form = 1
    party = "NORTHLAND"
    kdf = "moderate"                 # minimum | interactive | moderate | sensitive

    [node]                           # this machine runs the party's node
    host_url = "https://198.51.100.7:8644"
    channel = "…"                    # the channel's id; empty until the node has joined
    listen = "127.0.0.1:8645"
    ca_file = "host.pem"             # the only certificate, or authority, that the host may show
    witness_listen = "0.0.0.0:8646"  # where other nodes and monitors reach this witness; not there: nowhere
    peers = "http://198.51.100.9:8646 http://[2001:db8::7]:8646"   # witness addresses of other nodes

    [host]                           # this machine sequences the channel
    origin = "caspia.example/channel"
    channel = "…"
    listen = "0.0.0.0:8644"
    tls_cert = "tls.pem"
    tls_key = "tls.key"

One home may hold both tables. Relative paths start at the home directory. `ENVIRONMENT` lists what the environment
may set over the file.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wellclear.domain.canonical import unb64
from wellclear.domain.names import check_party
from wellclear.edges.keyring import KDF_BY_NAME, Kdf, make_private_directory, write_private
from wellclear.errors import InvalidValue, Misconfigured

FILE = "settings.toml"
NODE_LISTEN = "127.0.0.1:8645"
HOST_LISTEN = "127.0.0.1:8644"
PEERS_MAX = 64
_BYTES_MAX = 64 * 1024
_PORT = re.compile("[0-9]{1,5}")

ENVIRONMENT = {
    "WELLCLEAR_KDF": ("", "kdf", "what a guess of a passphrase costs, for keys made from now on"),
    "WELLCLEAR_HOST_URL": ("node", "host_url", "where the node finds its host"),
    "WELLCLEAR_CA_FILE": ("node", "ca_file", "the certificate that the host must show"),
    "WELLCLEAR_LISTEN": ("node", "listen", "address and port of the node's local API"),
    "WELLCLEAR_HOST_LISTEN": ("host", "listen", "address and port of the host"),
    "WELLCLEAR_TLS_CERT": ("host", "tls_cert", "the host's certificate"),
    "WELLCLEAR_TLS_KEY": ("host", "tls_key", "the host's private TLS key"),
}
"""Variable → table, field, meaning. An empty variable counts as not set."""

_FIELDS = {
    "": ("form", "party", "kdf"),
    "node": ("host_url", "channel", "listen", "ca_file", "witness_listen", "peers"),
    "host": ("origin", "channel", "listen", "tls_cert", "tls_key"),
}


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a party's node needs to run; `channel` and `host_url` are empty until it has joined.

    `witness_listen` is the address of `apps.node.witness_app`, None for none; `peers` are other nodes' such addresses.
    """

    home: Path
    party: str
    host_url: str = ""
    channel: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: int = 8645
    ca_file: Path | None = None
    kdf: str = "moderate"
    witness_listen: tuple[str, int] | None = None
    peers: tuple[str, ...] = ()

    @property
    def cost(self) -> Kdf:
        """What a guess costs for keys made here."""
        return KDF_BY_NAME[self.kdf]

    @property
    def api_url(self) -> str:
        """Where the local API answers."""
        return f"http://{_address(self.listen_host, self.listen_port)}"


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What a host needs to run; without certificate and key it speaks plain HTTP, for loopback or behind a proxy."""

    home: Path
    party: str
    origin: str
    channel: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: int = 8644
    tls_cert: Path | None = None
    tls_key: Path | None = None
    kdf: str = "moderate"

    @property
    def cost(self) -> Kdf:
        """What a guess costs for keys made here."""
        return KDF_BY_NAME[self.kdf]

    @property
    def url(self) -> str:
        """Where this host answers, as it listens."""
        return f"{'https' if self.tls_cert else 'http'}://{_address(self.listen_host, self.listen_port)}"


def load_node(home: Path, *, joined: bool = True, environment: Mapping[str, str] | None = None) -> NodeSettings:
    """The node's settings; `joined=False` also takes a node that knows no channel yet.

    Raises:
        Misconfigured: no file, no node in it, or a field is wrong; names file and field.
    """
    source = _Source(home, "node", environment)
    host, port = source.address("listen", NODE_LISTEN)
    settings = NodeSettings(
        home=home, party=source.party(), host_url=source.url("host_url"), channel=source.channel(), listen_host=host,
        listen_port=port, ca_file=source.path("ca_file"), kdf=source.kdf(),
        witness_listen=source.address("witness_listen", "") if source.text("witness_listen") else None,
        peers=source.urls("peers"),
    )  # fmt: skip
    if joined and not (settings.channel and settings.host_url):
        raise Misconfigured(
            str(home / FILE),
            "this node has joined no channel",
            do=f"wellclear node join --home {shlex.quote(str(home))}",
        )
    return settings


def load_host(home: Path, *, environment: Mapping[str, str] | None = None) -> HostSettings:
    """The host's settings.

    Raises:
        Misconfigured: no file, no host in it, or a field is wrong; names file and field.
    """
    source = _Source(home, "host", environment)
    host, port = source.address("listen", HOST_LISTEN)
    settings = HostSettings(
        home=home, party=source.party(), origin=source.text("origin"), channel=source.channel(), listen_host=host,
        listen_port=port, tls_cert=source.path("tls_cert"), tls_key=source.path("tls_key"), kdf=source.kdf(),
    )  # fmt: skip
    if not settings.origin:
        raise source.fault("origin", "is missing; it names the log, such as caspia.example/channel")
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise source.fault("tls_key" if settings.tls_cert else "tls_cert", "certificate and key belong together")
    return settings


def write_node(settings: NodeSettings) -> Path:
    """Write the node's table; a host's table in the same file stays. Returns the file's path."""
    table = {
        "host_url": settings.host_url,
        "channel": settings.channel,
        "listen": _address(settings.listen_host, settings.listen_port),
        "ca_file": _below(settings.home, settings.ca_file),
        "witness_listen": _address(*settings.witness_listen) if settings.witness_listen else "",
        "peers": " ".join(settings.peers),
    }
    return _write(settings.home, settings.party, settings.kdf, "node", table)


def write_host(settings: HostSettings) -> Path:
    """Write the host's table; a node's table in the same file stays. Returns the file's path."""
    table = {
        "origin": settings.origin,
        "channel": settings.channel,
        "listen": _address(settings.listen_host, settings.listen_port),
        "tls_cert": _below(settings.home, settings.tls_cert),
        "tls_key": _below(settings.home, settings.tls_key),
    }
    return _write(settings.home, settings.party, settings.kdf, "host", table)


def join_channel(settings: NodeSettings, host_url: str, channel: str, ca_file: Path | None) -> NodeSettings:
    """The node's settings with the channel that it joins; checked, not yet written.

    Raises:
        InvalidValue: no URL, or no channel's id.
    """
    check_url(host_url)
    unb64(channel, 32, field="channel")
    return replace(settings, host_url=host_url.rstrip("/"), channel=channel, ca_file=ca_file)


def check_url(url: str, field: str = "host_url") -> None:
    """Raise `InvalidValue` unless the text is an http or https address without a path of its own."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidValue(field, f"{url[:80]!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.query or parts.fragment:
        raise InvalidValue(field, f"{url[:80]!r} is no address; one looks like https://198.51.100.7:8644")


def parse_listen(text: str, field: str = "listen") -> tuple[str, int]:
    """Address and port of `127.0.0.1:8645` or `[::1]:8645`; raises `InvalidValue`."""
    host, colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not host or _PORT.fullmatch(port) is None or int(port) > 65_535:
        raise InvalidValue(field, f"{text[:80]!r} is no address and port; one looks like 127.0.0.1:8645")
    return host, int(port)


class _Source:
    """One table of the file under the environment; every fault names where it was found."""

    def __init__(self, home: Path, table: str, environment: Mapping[str, str] | None) -> None:
        self.home, self.file = home, home / FILE
        self._table = table
        document = _document(self.file)
        if table not in document:
            raise Misconfigured(str(self.file), f"no [{table}] stands in it", do=f"wellclear {table} init")
        self._fields: dict[str, Any] = {**document[""], **document[table]}
        self._origin: dict[str, str] = {}
        given = os.environ if environment is None else environment
        for variable, (of_table, field, _) in ENVIRONMENT.items():
            if of_table in ("", table) and given.get(variable):
                self._fields[field] = given[variable]
                self._origin[field] = variable

    def fault(self, field: str, why: str) -> Misconfigured:
        return Misconfigured(self._origin.get(field, str(self.file)), f"{field}: {why}")

    def text(self, field: str, otherwise: str = "") -> str:
        value = self._fields.get(field, otherwise)
        if not isinstance(value, str):
            raise self.fault(field, "must be text in quotation marks")
        return value

    def party(self) -> str:
        return self._checked("party", check_party)

    def channel(self) -> str:
        return self._checked("channel", lambda text: unb64(text, 32, field="channel")) if self.text("channel") else ""

    def url(self, field: str) -> str:
        return self._checked(field, check_url).rstrip("/") if self.text(field) else ""

    def urls(self, field: str) -> tuple[str, ...]:
        found = tuple(url.rstrip("/") for url in self.text(field).split())
        if len(found) > PEERS_MAX:
            raise self.fault(field, f"{len(found)} addresses, at most {PEERS_MAX}")
        for url in found:
            try:
                check_url(url, field)
            except InvalidValue as error:
                raise self.fault(field, error.why) from error
        return found

    def kdf(self) -> str:
        name = self.text("kdf", "moderate")
        if name not in KDF_BY_NAME:
            raise self.fault("kdf", f"{name!r} is none of {', '.join(KDF_BY_NAME)}")
        return name

    def address(self, field: str, otherwise: str) -> tuple[str, int]:
        try:
            return parse_listen(self.text(field, otherwise) or otherwise, field)
        except InvalidValue as error:
            raise self.fault(field, error.why) from error

    def path(self, field: str) -> Path | None:
        text = self.text(field)
        if not text:
            return None
        path = self.home / text  # an absolute path stays what it is
        if not path.is_file():
            raise self.fault(field, f"no file {path}")
        return path

    def _checked(self, field: str, check: Any) -> str:
        try:
            check(self.text(field))
        except InvalidValue as error:
            raise self.fault(field, error.why) from error
        return self.text(field)


def _document(file: Path) -> dict[str, dict[str, Any]]:
    """The file's tables, the top under the empty name, each with known fields only."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise Misconfigured(
            str(file.parent), "is no home directory of Wellclear", do="wellclear node init, or name another with --home"
        ) from error
    except OSError as error:
        raise Misconfigured(str(file), f"cannot be read: {error.strerror}") from error
    if len(raw) > _BYTES_MAX:
        raise Misconfigured(str(file), "too large for a settings file")
    try:
        read = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # plain ValueError: a number of thousands of digits
        raise Misconfigured(str(file), f"not TOML: {error}") from error
    tables: dict[str, dict[str, Any]] = {"": {}}
    for name, value in read.items():
        if isinstance(value, dict):
            tables[name] = value
        else:
            tables[""][name] = value
    for table, fields in tables.items():
        if table not in _FIELDS:
            raise Misconfigured(str(file), f"[{table}] is no table here; there are [node] and [host]")
        for field in fields:
            if field not in _FIELDS[table]:
                raise Misconfigured(str(file), f"{field} is no setting here; there are {', '.join(_FIELDS[table])}")
    if tables[""].get("form") != 1:
        raise Misconfigured(str(file), "form: this software reads form 1")
    return tables


def _write(home: Path, party: str, kdf: str, table: str, fields: dict[str, str]) -> Path:
    make_private_directory(home)
    file = home / FILE
    tables = _document(file) if file.exists() else {"": {}}
    tables[""] = {"form": 1, "party": party, "kdf": kdf}
    tables[table] = fields
    lines = ["# The settings of this home directory; docs/operate.md explains each."]
    for name in ("", "node", "host"):
        if name in tables:
            lines += [f"\n[{name}]"] if name else []
            lines += [f"{field} = {_toml(value)}" for field, value in tables[name].items() if value != ""]
    write_private(file, ("\n".join(lines) + "\n").encode("utf-8"), replace=True)
    return file


def _toml(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = "".join(
        f"\\u{ord(character):04x}"
        if character in '"\\' or ord(character) < 0x20 or ord(character) == 0x7F
        else character
        for character in value
    )
    return f'"{escaped}"'


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _below(home: Path, path: Path | None) -> str:
    if path is None:
        return ""
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path.absolute())
