"""Founding a channel: the host's keys, the genesis at index 0, and what the principals need to agree to it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.apps.host.starting import HostFiles
from wellclear.channel.composing import Chain, compose, link
from wellclear.channel.opening import open_leaf
from wellclear.domain import canonical
from wellclear.domain.agreement import Settings, settings_from
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import SALT_BYTES
from wellclear.domain.kinds import Genesis, HostCard, PartyCard
from wellclear.domain.parts import Articles, group_from, store_in_clear
from wellclear.edges.card import CardFile, check_real_cards
from wellclear.edges.clock import Clock, SystemClock
from wellclear.edges.keyring import Keyring, create_key, make_private_directory, write_private
from wellclear.edges.promise import Promise
from wellclear.edges.settings import HostSettings, write_host
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Malformed, Misconfigured, Unavailable
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import Frontier, leaf_hash
from wellclear.picture.fold import fold
from wellclear.picture.membership import settings_commitment
from wellclear.picture.picture import Picture


class Founding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the genesis commits to, opened: for the principals, as a file or from `GET /founding`."""

    wellclear_founding: int = 1
    channel: str
    settings: dict[str, Any]
    settings_salt: str
    articles: dict[str, Any]
    articles_salt: str


def create_host(
    home: Path,
    party: str,
    cards: Sequence[CardFile],
    settings: Settings,
    articles: Articles,
    exercise: bool,
    origin: str,
    passphrase: str,
    *,
    listen_host: str = "127.0.0.1",
    listen_port: int = 8644,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    kdf: str = "moderate",
    clock: Clock | None = None,
) -> str:
    """Make a host in a home directory; returns the channel's id, which people read to each other.

    Keys `log` and `sequencer` are made unless they lie there already. The cosigner's key is the party's own and is
    used if it lies there. One of the cards is the host party's, with the role host. `founding.json` in the home is for
    the principals (`read_founding`).

    Raises:
        Misconfigured: there is a host here already; or the channel is to be real, and a key in this home or one of the
            cards was made for exercises.
        InvalidValue: cards or settings would give no channel; says why.
        Unavailable: the disk would not take it.
    """
    files = HostFiles(home)
    if files.store.exists():
        raise Misconfigured(str(files.store), "there is a host in this home already", do="Name another with --home")
    if not exercise:
        Keyring(home).check_real()
        check_real_cards(cards)
    host = HostSettings(
        home=home, party=party, origin=origin, listen_host=listen_host, listen_port=listen_port, tls_cert=tls_cert,
        tls_key=tls_key, kdf=kdf,
    )  # fmt: skip
    make_private_directory(home)
    log, sequencer = (_key(host, use, passphrase, exercise) for use in ("log", "sequencer"))
    salts = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(SALT_BYTES)
    card = HostCard(party=party, origin=origin, log=b64(log.public_key), sequencer=b64(sequencer.public_key))
    body = _genesis(card, [held.card for held in cards], settings, articles, salts, exercise)
    leaf = genesis_leaf(body, sequencer, (clock or SystemClock()).now_us())
    channel = b64(leaf_hash(leaf))
    founding = Founding(
        channel=channel, settings=msgspec.to_builtins(settings), settings_salt=b64(salts[0]),
        articles=msgspec.to_builtins(articles), articles_salt=b64(salts[1]),
    )  # fmt: skip
    write_private(files.founding, msgspec.json.format(canonical.encode(founding), indent=2) + b"\n", replace=True)
    _first_entry(files, channel, leaf, origin, log)
    write_host(replace(host, channel=channel))
    return channel


def genesis_leaf(body: Genesis, sequencer: Signer, now_us: int) -> bytes:
    """The leaf at index 0, proven to be one that the fold takes.

    Raises:
        InvalidValue: the fold would remark it; says why.
    """
    public = msgspec.to_builtins(body)
    act = compose("genesis", channel=UNSET, party=body.host.party, said_us=now_us, public=public).act
    leaf = link(act, (), sequencer, Chain(0, None), None, now_us)
    step = fold(Picture(), open_leaf(0, leaf))
    if step.remarks or step.picture.host is None:
        raise InvalidValue("genesis", "; ".join(f"{one.reason.sentence} ({one.detail})" for one in step.remarks))
    return leaf


def read_founding(raw: bytes, picture: Picture) -> tuple[Settings, bytes, Articles, bytes]:
    """Settings and articles with their salts, proven to be what the genesis of this channel commits to.

    Raises:
        Malformed: no such file, or it opens another channel or other commitments.
    """
    source = "founding file"
    try:
        founding = msgspec.json.decode(raw, type=Founding)
        terms = settings_from(founding.settings)
        salts = unb64(founding.settings_salt, SALT_BYTES), unb64(founding.articles_salt, SALT_BYTES)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, "", str(error)) from error
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    articles = group_from(founding.articles, source)
    if not isinstance(articles, Articles):
        raise Malformed(source, "articles", "the group articles belongs here")
    found = settings_commitment(salts[0], founding.settings), store_in_clear(articles, salts[1], ())[0].commit
    if founding.channel != picture.channel or found != picture.founding:
        raise Malformed(source, "", "it does not open what the genesis of this channel commits to")
    return terms, salts[0], articles, salts[1]


def _key(settings: HostSettings, use: str, passphrase: str, exercise: bool) -> Signer:
    keyring = Keyring(settings.home)
    if not keyring.path(use).is_file():
        create_key(keyring.path(use), use, settings.party, passphrase, exercise=exercise, kdf=settings.cost)
    return keyring.unlock(use, passphrase, real=not exercise)


def _genesis(
    card: HostCard,
    cards: Sequence[PartyCard],
    settings: Settings,
    articles: Articles,
    salts: tuple[bytes, bytes],
    exercise: bool,
) -> Genesis:
    fields = msgspec.to_builtins(settings)
    settings_from(fields)
    body = Genesis(
        exercise="yes" if exercise else "no",
        host=card,
        parties=list(cards),
        settings=settings_commitment(salts[0], fields),
        articles=store_in_clear(articles, salts[1], ())[0].commit,
    )
    try:
        msgspec.convert(msgspec.to_builtins(body), Genesis, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue("genesis", str(error)) from error
    return body


def _first_entry(files: HostFiles, channel: str, leaf: bytes, origin: str, log: Signer) -> None:
    def seal(hashes: list[bytes]) -> bytes:
        return sign_checkpoint(Checkpoint(origin, 1, Frontier.empty().extend(hashes).root()), log)

    try:
        store = Store.create(files.store, channel)
        try:
            store.append(0, [leaf], {}, seal)
        finally:
            store.close()
        Promise.create(files.promise, 1).close()
    except Unavailable:
        files.forget()
        raise
