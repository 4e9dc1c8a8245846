"""guest: a party that runs no node. All but `carry` needs neither network nor node; any node may be asked to carry.

The device works from a bundle of the channel (`wellclear export` on any node), which it verifies whole before it
believes what the picture says. What it says is sealed and approved on it, and handed over as a file.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wellclear.apps.cli.acting import Workplace, secret_of
from wellclear.apps.cli.asking import agree, passphrase
from wellclear.apps.cli.guest_keys import init, roster
from wellclear.apps.cli.guest_options import GUEST_HOME, Bundle, Channel, GuestHome, Out, log_of, verified
from wellclear.apps.cli.notice_form import form_from_file
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.notice_table import example_table, forms_from_table
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, AsJson, Home, ItemArgument, Officer, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import show, tell
from wellclear.apps.cli.slips import check, slip
from wellclear.apps.guest.device import Device, approved, lacks
from wellclear.apps.guest.sealing import DeviceSealer
from wellclear.apps.inputs import read_input
from wellclear.channel.carrying import HANDED_BYTES_MAX, CarriedAct, HandedOver, read_handed_over
from wellclear.domain.canonical import b64
from wellclear.domain.entry import act_hash
from wellclear.domain.names import party_of_desk
from wellclear.edges.keyring import Keyring, approver, put_away
from wellclear.edges.private_files import write_private
from wellclear.edges.wrapping import wrap
from wellclear.errors import InvalidValue

app = typer.Typer(no_args_is_help=True, help="Speak for a party that runs no node, and show what was logged for it.")
app.command()(init)
app.command()(roster)

Desk = Annotated[str, typer.Option("--desk", metavar="PARTY/DESK", help="The guest's desk that speaks.")]
Via = Annotated[str, typer.Option("--via", metavar="PARTY", help="The party whose node is to carry it.")]
ROLES = ("drafter", "release_authority", "watch_officer", "administrator")


@app.command()
def form(
    bundle: Bundle,
    desk: Desk,
    via: Via,
    out: Out,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="CSV (--template), or one notice as JSON or GeoJSON (`draft --template`)."),
    ] = None,
    amends: Annotated[
        str | None, typer.Option("--amends", metavar="ID", help="The next version of this own notice.")
    ] = None,
    counter: Annotated[int | None, typer.Option(help="Of its id; else the next one after the bundle's.")] = None,
    channel: Channel = None,
    passphrase_file: PassphraseFile = None,
    home: GuestHome = GUEST_HOME,
    as_json: AsJson = False,
) -> None:
    """Make notices from a form or a table, sealed here, to be approved here and carried by another party's node.

    What was handed over and is not in the bundle yet has taken its ids: name the next --counter, or export anew.
    """
    if file is None:
        raise InvalidValue("FILE", "name a form or a table; to start from one: wellclear guest template > plan.csv")
    forms = forms_from_table(file) if file.suffix.lower() == ".csv" else [form_from_file(file, {})]
    if amends is not None and len(forms) != 1:
        raise InvalidValue("--amends", f"{file} has {len(forms)} notices; the next version of one is one")

    def said(device: Device) -> HandedOver:
        return device.notices(forms, counter) if amends is None else device.amendment(amends, forms[0])

    _hand(said, bundle, desk, via, out, channel, passphrase_file, home, as_json=as_json)


@app.command()
def end(
    item: ItemArgument,
    bundle: Bundle,
    desk: Desk,
    via: Via,
    out: Out,
    cancel: Annotated[bool, typer.Option("--cancel/--complete", help="It does not happen, or it is over.")],
    channel: Channel = None,
    passphrase_file: PassphraseFile = None,
    home: GuestHome = GUEST_HOME,
    as_json: AsJson = False,
) -> None:
    """Call an own notice off, or say that it is over; approved and carried as a form is."""
    kind = "cancel" if cancel else "complete"
    _hand(
        lambda device: device.ending(item, kind), bundle, desk, via, out, channel, passphrase_file, home,
        as_json=as_json,
    )  # fmt: skip


@app.command()
def template() -> None:
    """Print a table of a convoy and a hospital, to start from; its columns are the words of `draft --template`."""
    typer.echo(example_table(), nl=False)


def _hand(
    said: Callable[[Device], HandedOver],
    bundle: Path,
    desk: str,
    via: str,
    out: Path,
    channel: str | None,
    passphrase_file: Path | None,
    home: Path,
    *,
    as_json: bool,
) -> None:
    """Have a device say something, and write what it hands over."""
    verdict = verified(bundle, channel)
    party = party_of_desk(desk, field="--desk")
    keys = Keyring(home.expanduser()).unlock_sealing(passphrase(f"{party}'s keys", passphrase_file))
    sealer = DeviceSealer(
        verdict.picture, log_of(verdict), party, via, keys, time.time_ns() // 1000, secrets.token_bytes, wrap
    )
    handed = said(Device(verdict.picture, desk, sealer))
    write_private(out, handed.encode())
    acts = [{"kind": one.act.kind, "id": _name(one), "act_hash": b64(act_hash(one.act))} for one in handed.acts]
    names = [f"{row['kind']} {row['id']}" for row in acts if row["kind"] != "epoch"]
    show(
        {"acts": acts, "via": via, "file": str(out)},
        f"{', '.join(names)}: sealed in {out}. Its persons approve it: wellclear guest approve {out} --role …",
        as_json=as_json,
    )  # fmt: skip


def _name(one: CarriedAct) -> str:
    act = one.act
    return str(act.id or (act.subject and act.subject.id) or "")


@app.command("approve")
def approve_acts(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `guest form` or `guest end` has made.")],
    bundle: Bundle,
    role: Annotated[str, typer.Option(help=f"{', '.join(ROLES)}.")],
    officer: Officer = "",
    channel: Channel = None,
    passphrase_file: PassphraseFile = None,
    home: GuestHome = GUEST_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Look at what would be said, and approve it with a personal key of this device; the file then holds that."""
    if role not in ROLES:
        raise InvalidValue("--role", f"is one of {', '.join(ROLES)}")
    handed = _read(file)
    if not handed.acts:
        raise InvalidValue("FILE", f"{file} holds a whole entry, which nobody has to approve; hand it over")
    picture = verified(bundle, channel).picture
    told = [(one, one.groups()) for one in handed.acts]
    if not as_json:
        for one, groups in told:
            tell(_words(one))
            tell(*group_lines([msgspec.to_builtins(group) for group in groups]))
    agree("Approve it?", yes=yes)
    path = Keyring(home.expanduser()).officer_path(officer)
    signer = approver(path, secret_of(path, officer, passphrase_file), real=not picture.exercise)
    try:
        handed = approved(handed, signer, role)  # type: ignore[arg-type]  # one of those asked for above
    finally:
        put_away(signer)
    write_private(file, handed.encode(), replace=True)
    missing = lacks(picture, handed)
    carrier = handed.acts[0].act.via
    show(
        {"acts": [_name(one) for one in handed.acts], "lacks": missing},
        f"Approved. {missing or f'It is complete: hand it to {carrier}.'}", as_json=as_json,
    )  # fmt: skip


def _words(one: CarriedAct) -> str:
    act = one.act
    if act.kind == "epoch":
        return f"a new key for {', '.join((act.public or {}).get('audience', []))}, carried by {act.via}"
    return f"{act.kind} {_name(one)} to {', '.join(act.to)}, carried by {act.via}"


def _read(file: Path) -> HandedOver:
    return read_handed_over(read_input(file, HANDED_BYTES_MAX + 1), str(file))


@app.command()
def carry(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What a guest's device has handed over.")],
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Send what a guest has approved by this party's node, unchanged; its persons have named this party to carry it.

    All of it, or nothing: what the log would not take is refused before any of it is sent.
    """
    handed = _read(file).handed
    place = Workplace.open(home)
    with place.client:
        answer: dict[str, Any] = place.client.post("carried", msgspec.to_builtins(handed), wait_s=wait_s)
    lines = [
        f"{row['kind']} {row['id']} of {row['party']}: "
        + (f"entry {row['index']}" if "index" in row else row.get("words") or "not sent yet; the outbox holds it")
        for row in answer["carried"]
    ]
    show(answer, *lines, as_json=as_json)


app.command()(slip)
app.command()(check)
