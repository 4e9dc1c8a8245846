"""What the local API tells of epochs and lost keys, and how a running node takes a further key of its party."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET

from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sessions import asked_to_open
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.spoken import spoken
from wellclear.edges.keyring import Keyring
from wellclear.errors import InvalidValue

Service = NamedDependency[NodeService]
Home = NamedDependency[Keyring]


class SealingBody(msgspec.Struct, kw_only=True):
    """What opens the keys in the node's home."""

    passphrase: str


@get("/api/epochs")
async def epochs(service: Service) -> Row:
    """Every epoch in the picture: whose, for whom, since and until which entry, and whether its key is held here."""
    core = service.core
    rows = [(*_name(name), row) for name, row in core.picture.epochs.items()]
    return {"epochs": [
        {
            "author": author, "number": number, "audience": list(row.audience), "since": row.index,
            **{name: at for name, at in (("renewed", row.renewed), ("ended", row.ended)) if at is not UNSET},
            "key": _key_state(service, author, number, row.audience),
        }
        for author, number, row in sorted(rows, key=lambda found: found[:2])
    ]}  # fmt: skip


def _name(name: str) -> tuple[str, int]:
    author, _, number = name.partition("/")
    return author, int(number)


def _key_state(service: NodeService, author: str, number: int, audience: list[str]) -> str:
    core = service.core
    return core.epochs.state_of(author, number) if core.party in {author, *audience} else "not ours"


@get("/api/keys")
async def party_keys(service: Service) -> Row:
    """Every key that the own party has or had in this channel."""
    picture = service.core.picture
    rows = [(picture.keys[key], key) for key in picture.keys_of.get(service.core.party) or ()]
    return {"keys": [
        {"key": key, "spoken": spoken(unb64(key)), **msgspec.to_builtins(row)}
        for row, key in sorted(rows, key=lambda told: (told[0].since, told[0].use, told[1]))
    ]}  # fmt: skip


@get("/api/doubtful")
async def doubtful(
    service: Service, key: FromQuery[str] = "", since: FromQuery[int] = 0, lost_us: FromQuery[int] = -1
) -> Row:
    """What would become doubtful if a key were revoked now, as lost at an entry, or at a moment of the picture."""
    core = service.core
    if key not in core.picture.keys:
        raise InvalidValue("key", "no such key is known in this channel")
    since = core.doubted.book.index_at(lost_us) if lost_us >= 0 else max(since, 0)
    return {"key": key, "since": since, **core.doubted.would(key, since)}


@post("/api/sealing", status_code=200)
async def take_sealing(service: Service, keyring: Home, data: JSONBody[SealingBody]) -> Row:
    """Open every sealing key in the home: the node needs a new one before the log says that it holds."""
    with asked_to_open():
        keys = await asyncio.to_thread(keyring.unlock_sealing, data.passphrase)
    service.core.sealing_added(keys)
    told: list[Any] = [b64(key.public_key) for key in service.core.epochs.sealing]
    return {"keys": told}


@post("/api/cosigner", status_code=200)
async def take_cosigner(service: Service, keyring: Home, data: JSONBody[SealingBody]) -> Row:
    """Open the second cosigner key in the home, by which each cosignature is two lines as soon as the log has it."""
    with asked_to_open():
        second = await asyncio.to_thread(keyring.unlock_second, data.passphrase)
    if second is not None:
        service.core.witnessing.second = second
    return {"keys": [] if second is None else [b64(second.public_key)]}


KEYS: Final = [epochs, party_keys, doubtful, take_sealing, take_cosigner]
"""The handlers of this module."""
