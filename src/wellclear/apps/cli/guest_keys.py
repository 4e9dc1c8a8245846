"""guest init, guest roster: the keys and the people of a party that runs no node."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from wellclear.apps.cli.asking import new_passphrase, passphrase
from wellclear.apps.cli.by_party import RecoveryFile, recovery_or
from wellclear.apps.cli.guest_options import GUEST_HOME, Bundle, Channel, GuestHome, Out, verified
from wellclear.apps.cli.joining import CARD_FILE, GUEST_USES, KdfName, Party, make_party, read_card
from wellclear.apps.cli.options import AsJson, Exercise, PassphraseFile
from wellclear.apps.cli.output import show
from wellclear.apps.cli.people import check_roles, roster_with
from wellclear.apps.guest.device import roster_entry
from wellclear.apps.node.rows import roster_row
from wellclear.domain.kinds import PartyRole
from wellclear.domain.names import check_person
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, check_real, create_key, public_half
from wellclear.edges.private_files import write_private
from wellclear.errors import InvalidValue, Misconfigured

_ROLES = [role for role in get_args(PartyRole) if role not in ("principal", "host")]
People = Annotated[
    list[str],
    typer.Option("--person", metavar="HANDLE=ROLE,ROLE", help="Such as W1=watch_officer; give it once for each."),
]


def init(
    party: Party,
    roles: Annotated[list[str] | None, typer.Option("--role", help=f"{', '.join(_ROLES)}; else agency.")] = None,
    hybrid: Annotated[
        bool, typer.Option("--hybrid", help="The sealing key is X25519 together with ML-KEM-768.")
    ] = False,
    exercise: Exercise = True,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: GuestHome = GUEST_HOME,
    as_json: AsJson = False,
) -> None:
    """Make the keys and the card of a party that runs no node; a principal proposes to admit it with the card.

    \b
    The way from here:
      wellclear party admit card.json                 at a principal; the others sign
      wellclear guest roster --bundle B --person …    here; then `guest carry` at a node
      wellclear guest form convoy.csv --bundle B …    here; two persons `guest approve`; then `guest carry`
      wellclear guest slip ID --bundle B …            here, for the driver
    """  # noqa: D301  # the backspace keeps the lines of the way as they are
    home = home.expanduser()
    for role in roles or ():
        if role not in _ROLES:
            raise InvalidValue("--role", f"{role[:40]!r} is none of {', '.join(_ROLES)}; the others run a node")
    secret = new_passphrase(f"{party}'s keys", passphrase_file)
    card = make_party(home, party, roles or ["agency"], secret, kdf, exercise=exercise, hybrid=hybrid, uses=GUEST_USES)
    told = {"party": party, "spoken": card.spoken, "card": str(home / CARD_FILE)}
    show(
        told, f"{party} has its keys in {home / 'keys'} and its card in {home / CARD_FILE}.",
        "They are for EXERCISES only; a real channel needs others (--real)." if exercise else "They are for REAL use.",
        f"The card's fingerprint, to be read aloud to the principal who proposes it:\n\n    {card.spoken}\n",
        as_json=as_json,
    )  # fmt: skip


def roster(
    people: People,
    bundle: Bundle,
    out: Out,
    desks: Annotated[
        list[str] | None, typer.Option("--desk", metavar="PARTY/DESK", help="A desk; else PARTY/OPS at first.")
    ] = None,
    channel: Channel = None,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: GuestHome = GUEST_HOME,
    as_json: AsJson = False,
) -> None:
    """Put persons on the guest's roster; makes their keys here if there are none.

    The recovery key links it here, so any node may pass it on (`guest carry`), and none can change it. Who is on the
    roster stays on it.
    """
    home = home.expanduser()
    party = read_card(home / CARD_FILE).party
    verdict = verified(bundle, channel)
    picture = verdict.picture
    secret = passphrase(f"{party}'s keys", passphrase_file)
    current: dict[str, Any] = roster_row(picture, party)
    for text in people:
        handle, roles = person_of(text)
        key = _key(home, party, handle, secret, kdf, exercise=picture.exercise)
        current = roster_with(current, handle, key, roles, desks or [], party)
    recovery = Keyring(home).unlock(
        "recovery", recovery_or(secret, recovery_passphrase_file), real=not picture.exercise
    )
    handed = roster_entry(verdict, party, current, recovery, time.time_ns() // 1000)
    write_private(out, handed.encode())
    names = [row["person"] for row in current["persons"]]
    told = {"party": party, "persons": names, "file": str(out)}
    show(told, f"{party}'s roster ({', '.join(names)}) lies in {out}; any node passes it on.", as_json=as_json)


def person_of(text: str) -> tuple[str, list[str]]:
    """`W1=watch_officer,drafter` as a handle and roles; raises `InvalidValue` with what to write."""
    handle, equals, said = text.partition("=")
    if not equals:
        raise InvalidValue("--person", f"{text[:40]!r}: write HANDLE=ROLE,ROLE, such as W1=watch_officer")
    check_person(handle, field="--person")
    return handle, check_roles([role.strip() for role in said.split(",")], "--person")


def _key(home: Path, party: str, handle: str, secret: str, kdf: str, *, exercise: bool) -> str:
    """A person's public key: as it lies here, or made now."""
    path, owner = Keyring(home).officer_path(handle), f"{party}/{handle}"
    if not path.exists():
        return create_key(path, "person", owner, secret, exercise=exercise, kdf=KDF_BY_NAME[kdf])
    info = public_half(path)
    if info.owner != owner:
        raise Misconfigured(str(path), f"belongs to {info.owner}")
    if not exercise:
        check_real(path)
    return info.public
