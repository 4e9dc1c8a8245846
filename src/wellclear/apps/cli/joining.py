"""node init, join, serve: a party's own machine, from its first key to its first hour on the channel."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.by_party import RecoveryFile, recovery_or
from wellclear.apps.cli.notice_form import read_json
from wellclear.apps.cli.options import NODE_HOME, AsJson, Exercise, Home, PassphraseFile, Yes
from wellclear.apps.cli.output import hint, note, show
from wellclear.apps.inputs import read_input
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import PartyCard, PartyRole
from wellclear.domain.names import check_party
from wellclear.domain.spoken import check_spoken, spoken
from wellclear.edges.card import CardFile, card_from
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import (
    KDF_BY_NAME,
    SEALING_USE,
    Kdf,
    Keyring,
    check_real,
    copy_key,
    create_key,
    public_half,
    write_private,
)
from wellclear.edges.missing_keys import without
from wellclear.edges.node_client import TOKEN_FILE
from wellclear.edges.settings import (
    FILE,
    NODE_LISTEN,
    NodeSettings,
    join_channel,
    load_node,
    parse_listen,
    write_node,
)
from wellclear.errors import InvalidValue, Misconfigured, Unavailable, Unverified, WellclearError
from wellclear.log.ed25519 import SEED_BYTES, SigningKey

app = typer.Typer(no_args_is_help=True, help="Make, join and run the node of a party.")

CARD_FILE = "card.json"
GUEST_USES = ("recovery", "head_of_delegation", "sealing")
"""The keys of a party that runs no node."""
CARD_USES = ("node", *GUEST_USES[:2], "cosigner", "picture", *GUEST_USES[2:])
SEALING = "WELLCLEAR_SEALING_PASSPHRASE"
UNREAD = (
    "It has a sealing key of its own, so it reads nothing that is sealed for its party. After the takeover register "
    "that key, and the others seal for it from then on:"
)
Party = Annotated[str, typer.Option("--party", metavar="NAME", help="2 to 12 capital letters, such as NORTHLAND.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help=f"{', '.join(get_args(PartyRole))}; else principal.")]
KdfName = Annotated[str, typer.Option("--kdf", help=f"What a guess of a passphrase costs: {', '.join(KDF_BY_NAME)}.")]
Heard = Annotated[
    str | None,
    typer.Option("--fingerprint", metavar="GROUPS", help="The 8 groups that were read to you; they are compared."),
]


@app.command()
def init(
    party: Party,
    roles: Roles = None,
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="Where the local API listens.")] = NODE_LISTEN,
    standby: Annotated[
        bool, typer.Option("--standby", help="Make the home of a standby node: one key, to be registered beforehand.")
    ] = False,
    sealing: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help=f"With --standby: the party's sealing key, to be copied; by {SEALING}."),
    ] = None,
    hybrid: Annotated[
        bool, typer.Option("--hybrid", help="The sealing key is X25519 together with ML-KEM-768.")
    ] = False,
    exercise: Exercise = True,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Make the party's keys, its settings and its card; the card goes to whoever founds the channel.

    The keys are an exercise's, unless --real is given.
    """
    home = home.expanduser()
    host, port = parse_listen(listen, "--listen")
    if (home / FILE).exists():
        raise Misconfigured(str(home), "a node or host lives here already", do="Name another directory with --home")
    if sealing and not standby:
        raise InvalidValue("--sealing", "only a stand-by takes a copy of the party's sealing key: --standby")
    secret = new_passphrase(f"{party}'s keys", passphrase_file)
    if standby:
        key = make_standby(home, party, secret, kdf, exercise=exercise)
        own = standby_sealing(home, party, secret, kdf, sealing or [], exercise=exercise, hybrid=hybrid)
        write_node(NodeSettings(home, party, listen_host=host, listen_port=port, kdf=kdf))
        lines = [
            f"Register it at the node that runs:\n\n    wellclear key add standby --key {key}\n",
            spoken(unb64(key)),
        ]
        if not sealing:
            lines.append(f"{UNREAD}\n\n    wellclear key add sealing --key {own}\n")
        told = {"party": party, "key": key, "spoken": spoken(unb64(key)), "sealing": own}
        show(told, *lines, as_json=as_json)
        return
    card = make_party(home, party, roles or ["principal"], secret, kdf, exercise=exercise, hybrid=hybrid)
    write_node(NodeSettings(home, party, listen_host=host, listen_port=port, kdf=kdf))
    lines = [
        f"{party} has its keys in {home / 'keys'} and its card in {home / CARD_FILE}.",
        "They are for EXERCISES only; a real channel needs others (--real)." if exercise else "They are for REAL use.",
        f"The card's fingerprint, to be read aloud to who founds the channel:\n\n    {card.spoken}\n",
        "Keep recovery.json and head_of_delegation.json apart from this machine once the channel is agreed.",
    ]
    show({**_card_json(card), "card": str(home / CARD_FILE)}, *lines, as_json=as_json)


@app.command()
def card(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Show the party's card again, and its fingerprint."""
    held = read_card(home.expanduser() / CARD_FILE)
    show(_card_json(held), words_of_card(held), as_json=as_json)


@app.command()
def join(
    host_url: Annotated[str, typer.Argument(metavar="URL", help="Where the host answers: https://198.51.100.7:8644.")],
    channel: Annotated[str, typer.Option(metavar="ID", help="The channel's id, as the host's operator gave it.")],
    heard: Heard = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate that the host shows, if it signed its own.")
    ] = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Point the node at a channel. The fingerprint of its id is read aloud, and compared here.

    Refused where the channel is real and a key in this home was made for exercises. The host need not answer yet: the
    node goes on trying. Only an address that was set before is kept until the host answers at the new one.
    """
    home = home.expanduser()
    settings = load_node(home, joined=False)
    if settings.channel and settings.channel != channel:
        raise Misconfigured(str(home), "this node belongs to another channel", do="Make another home for this one")
    shown = None if ca_file is None else read_input(ca_file)
    same = settings.host_url == host_url.rstrip("/")
    try:
        joined = join_channel(settings, host_url, channel, ca_file or (settings.ca_file if same else None))
    except InvalidValue as error:
        raise InvalidValue("--channel" if error.field == "channel" else "URL", error.why) from error
    said = spoken(unb64(channel))
    if heard is not None:
        check_spoken(heard, unb64(channel), "channel")
    else:
        note(f"The channel's fingerprint is\n\n    {said}\n")
        agree("Was exactly this read to you by the host's operator?", yes=yes)
    told = asked(joined)
    check_keys_fit(joined, told)
    check_host(settings, joined, told)
    if shown is not None:
        joined = replace(joined, ca_file=keep_certificate(home, shown))
    write_node(joined)
    value = {"party": settings.party, "channel": channel, "spoken": said, "host_url": joined.host_url}
    if isinstance(told, WellclearError):
        value |= {"answered": "no", "why": str(told)}
        lines = [f"{settings.party}'s node is set to {said}, but NOBODY ANSWERED there yet: {told}"]
        lines.append(f"It goes on trying once it runs: {hint('wellclear node serve')}")
    else:
        value |= {"answered": "yes"}
        lines = [f"{settings.party} has joined {said}. Start the node: {hint('wellclear node serve')}"]
    show(value, *lines, as_json=as_json)


@app.command()
def serve(
    by_recovery: Annotated[
        bool, typer.Option("--by-recovery", help="Read under the recovery key: the log does not know this node's yet.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
) -> None:
    """Run the node in this terminal until it is stopped; its page and API listen on loopback."""
    from wellclear.apps.node.serve import serve as run

    settings = load_node(home.expanduser())
    secret = passphrase(f"{settings.party}'s node key", passphrase_file)
    recovery = recovery_or(secret, recovery_passphrase_file) if by_recovery else None
    for told in without(Keyring(settings.home).directory):
        note(told)
    page = f"The page of {settings.party}: "
    run(settings, secret, on_ready=lambda url: note(page + page_link(settings.home, url)), recovery=recovery)


def page_link(home: Path, url: str) -> str:
    """What opens the node's page in a browser on this machine; the token behind # never travels."""
    token = (home / TOKEN_FILE).read_text("ascii").strip()
    return f"{url}/#token={token}"


def asked(settings: NodeSettings) -> dict[str, Any] | WellclearError:
    """What the host says of itself, or why it could not be asked."""
    try:
        return asyncio.run(_status(settings))
    except WellclearError as error:
        return error


def check_keys_fit(settings: NodeSettings, told: dict[str, Any] | WellclearError) -> None:
    """Raise `Misconfigured` if keys in this home were made for exercises and the host says that its channel is real.

    A host that does not answer, or does not say so, stops nobody here: once the node has verified the genesis it looks
    again, and signs nothing (`apps.node.holding`).
    """
    try:
        Keyring(settings.home).check_real()
    except Misconfigured as refusal:
        if isinstance(told, WellclearError):
            note("The keys here are for exercises; whether the channel is one could not be asked.")
        elif told.get("channel") == settings.channel and told.get("exercise") == "no":
            raise refusal


def check_host(before: NodeSettings, joined: NodeSettings, told: dict[str, Any] | WellclearError) -> None:
    """Hold an address to what answers there; nothing is written yet.

    Raises:
        Unverified: another channel's host answers.
        Unavailable: nobody answers, and the node has another address, which is kept.
    """
    if isinstance(told, WellclearError):
        if before.host_url not in ("", joined.host_url):
            why = f"{told}. Nothing was changed: this node keeps the host at {before.host_url}"
            raise Unavailable(joined.host_url, why) from told
    elif told.get("channel") != joined.channel:
        raise Unverified(joined.host_url, "the host there is of another channel than the one that was named")


async def _status(settings: NodeSettings) -> dict[str, Any]:
    stranger = SigningKey(secrets.token_bytes(SEED_BYTES))  # anybody may ask this
    async with HostClient(settings.host_url, settings.channel, stranger, SystemClock(), settings.ca_file) as client:
        return await client.status()


def make_party(
    home: Path,
    party: str,
    roles: list[str],
    secret: str,
    kdf: str,
    *,
    exercise: bool,
    hybrid: bool = False,
    uses: Sequence[str] = CARD_USES,
) -> CardFile:
    """A party's keys and its card, in a home; keys that lie there already are used. A guest has `GUEST_USES` alone.

    `hybrid` is of the sealing key: X25519 together with ML-KEM-768. Keys made for real channels may serve in an
    exercise; the other way round nothing is made.

    Raises:
        InvalidValue: no party, or no role.
        Misconfigured: a key there belongs to somebody else, or is an exercise's and `exercise` is not asked for.
    """
    check_party(party, field="--party")
    if kdf not in KDF_BY_NAME:
        raise InvalidValue("--kdf", f"{kdf} is none of {', '.join(KDF_BY_NAME)}")
    unknown = [role for role in roles if role not in get_args(PartyRole)]
    if unknown:
        raise InvalidValue("--role", f"{unknown[0]} is none of {', '.join(get_args(PartyRole))}")
    keyring = Keyring(home)
    held = [path for use in uses if (path := keyring.path(use)).exists()]
    for path in held:
        info = public_half(path)
        if (info.use, info.owner) != (path.stem, party):
            raise Misconfigured(str(path), f"belongs to {info.owner} for {info.use}")
        if not exercise:
            check_real(path)
    for use in uses:
        if (path := keyring.path(use)) not in held:
            sealed = hybrid and use == SEALING_USE
            create_key(path, use, party, secret, exercise=exercise, kdf=KDF_BY_NAME[kdf], hybrid=sealed)
    infos = {use: public_half(keyring.path(use)) for use in uses}
    public = {use: info.public for use, info in infos.items()}
    made = CardFile(
        card=msgspec.convert({"party": party, "roles": list(dict.fromkeys(roles)), **public}, PartyCard),
        exercise="yes" if any(info.exercise for info in infos.values()) else "no",
    )
    write_private(home / CARD_FILE, made.encode() + b"\n", replace=True)
    return made


def make_standby(home: Path, party: str, secret: str, kdf: str, *, exercise: bool) -> str:
    """The one key of a standby node, under both of its labels: `standby` until it takes over, then `node`."""
    check_party(party, field="--party")
    if kdf not in KDF_BY_NAME:
        raise InvalidValue("--kdf", f"{kdf} is none of {', '.join(KDF_BY_NAME)}")
    keyring, seed = Keyring(home), secrets.token_bytes(SEED_BYTES)
    cost = KDF_BY_NAME[kdf]
    create_key(keyring.path("standby"), "standby", party, secret, seed, exercise=exercise, kdf=cost)
    return create_key(keyring.path("node"), "node", party, secret, seed, exercise=exercise, kdf=cost)


def standby_sealing(
    home: Path, party: str, secret: str, kdf: str, sources: list[Path], *, exercise: bool, hybrid: bool
) -> str:
    """A stand-by's sealing key: a copy of the party's, which reads all along, or else one of its own.

    Of several the first is the present one; the others open what was sealed before. Returns its public half.

    Raises:
        Misconfigured: the file holds another key, or one that was made for exercises; or its passphrase is wrong.
    """
    ring, cost = Keyring(home), KDF_BY_NAME[kdf]
    if not sources:
        path = ring.path(SEALING_USE)
        return create_key(path, SEALING_USE, party, secret, exercise=exercise, kdf=cost, hybrid=hybrid)
    names = [SEALING_USE, *(f"{SEALING_USE}_{number}" for number in range(1, len(sources)))]
    paths = [(source, ring.path(name)) for source, name in zip(sources, names, strict=True)]
    copied = [_copied(source, path, party, secret, cost, exercise=exercise) for source, path in paths]
    return copied[0]


def _copied(source: Path, path: Path, party: str, secret: str, cost: Kdf, *, exercise: bool) -> str:
    info = public_half(source)
    if (info.use, info.owner) != (SEALING_USE, party):
        raise Misconfigured(str(source), f"is the key of {info.owner} for {info.use}, not {party}'s for {SEALING_USE}")
    if not exercise:
        check_real(source)
    old = os.environ.get(SEALING) or secret
    try:
        return copy_key(source, path, old, secret, kdf=cost)
    except Misconfigured:
        if old != secret:
            raise
        return copy_key(source, path, passphrase(f"{party}'s sealing key", variable=SEALING), secret, kdf=cost)


def read_card(path: Path) -> CardFile:
    """The card in a file; raises `Malformed`, `InvalidValue` or `Unavailable`."""
    return card_from(read_json(path), str(path))


def words_of_card(held: CardFile) -> str:
    """A card for people: whose it is, in which roles, what its keys are for, and its fingerprint."""
    keys = "EXERCISE keys" if held.exercise == "yes" else "keys for real use"
    return f"{held.party} ({', '.join(held.card.roles)}), {keys}:\n\n    {held.spoken}\n"


def keep_certificate(home: Path, raw: bytes) -> Path:
    """Copy the host's certificate into the home, so that the node does not depend on where it came from."""
    kept = home / "host.pem"
    write_private(kept, raw, replace=True)
    return kept


def _card_json(held: CardFile) -> dict[str, Any]:
    return {"spoken": held.spoken, "exercise": held.exercise, **msgspec.to_builtins(held.card)}
