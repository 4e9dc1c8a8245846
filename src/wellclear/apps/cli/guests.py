"""guest: a party that runs no node. Form and approvals need neither network nor node; any node may be asked to carry.

The device works from a bundle of the channel (`wellclear export` on any node), which it verifies whole before it
believes what the picture says. A slip for the driver is made from one, and checked against another.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.cli.acting import Workplace, secret_of
from wellclear.apps.cli.asking import agree
from wellclear.apps.cli.notice_form import form_from_file
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, AsJson, Home, ItemArgument, Officer, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import EXIT_FINDING, show, tell
from wellclear.apps.inputs import read_input
from wellclear.apps.slip_page import slip_lines, slip_page
from wellclear.channel.carrying import HandedOver, read_handed_over
from wellclear.channel.composing import approve
from wellclear.channel.desk import Pen, write_act
from wellclear.channel.own_rules import check_approved, check_content, check_public
from wellclear.channel.slips import SLIP_BYTES_MAX, check_slip, hold_to_log, make_slip, read_slip
from wellclear.channel.verdict import Verdict
from wellclear.channel.verify import verify_bundle
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import SALT_BYTES, SUBMISSION_BYTES_MAX, act_hash
from wellclear.domain.names import ItemId, party_of_desk
from wellclear.domain.reasons import Reason
from wellclear.edges.keyring import Keyring, approver, put_away
from wellclear.edges.private_files import write_private
from wellclear.errors import InvalidValue, Refused, Unverified
from wellclear.log.bundle import CHECKPOINT, read_leaves

app = typer.Typer(no_args_is_help=True, help="Speak for a party that runs no node, and show what was logged for it.")

Bundle = Annotated[Path, typer.Option("--bundle", metavar="PATH", help="The channel, as any node exports it.")]
Channel = Annotated[str | None, typer.Option(metavar="ID", help="The channel's id, known by another way.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where it is written; nothing is overwritten.")]


@app.command()
def form(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The notice as JSON (`draft --template`) or GeoJSON.")],
    bundle: Bundle,
    desk: Annotated[str, typer.Option("--desk", metavar="PARTY/DESK", help="The guest's desk that speaks.")],
    via: Annotated[str, typer.Option("--via", metavar="PARTY", help="The party whose node is to carry it.")],
    out: Out,
    counter: Annotated[int | None, typer.Option(help="Of its id; else the next one after the bundle's.")] = None,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Make a notice from a form, to be approved on this device and carried by another party's node.

    What was handed over and is not in the bundle yet has taken its id: name the next --counter, or export anew.
    """
    picture = verified(bundle, channel).picture
    if not picture.exercise:
        raise Refused(Reason.UNSEALED, "this device cannot seal yet, and a real channel takes nothing in clear")
    wanted = form_from_file(file, {})
    party = party_of_desk(desk, field="--desk")
    last = max((last for (owner, _), last in picture.blocks.items() if owner == party), default=999)
    asked: dict[str, Any] = {
        "id": str(ItemId(party, counter or last + 1)), "to": list(wanted.to), "precedence": wanted.precedence,
        "keep_until": wanted.keep_until, "withhold": list(wanted.withhold), "levels": wanted.levels,
        "disclose": wanted.disclose,
    }  # fmt: skip
    pen = Pen(picture.channel, party, desk, time.time_ns() // 1000, lambda: secrets.token_bytes(SALT_BYTES))
    composed = write_act(pen, "notice", wanted.groups(), asked, picture.terms)
    act = msgspec.structs.replace(composed.act, via=via)
    made = HandedOver(
        wellclear_act=1, act=act, approvals=[], parts=[b64(raw) for raw in composed.sent],
        openings=[b64(raw) for raw in composed.openings],
    )  # fmt: skip
    check_content(picture, act, made.groups())
    check_public(picture, (), act)
    write_private(out, made.encode())
    told = {"id": act.id, "act_hash": b64(act_hash(act)), "file": str(out)}
    show(told, f"{act.id} lies in {out}; a drafter and a release authority approve it.", as_json=as_json)


@app.command("approve")
def approve_act(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `guest form` has made.")],
    bundle: Bundle,
    role: Annotated[str, typer.Option(help="drafter, release_authority or watch_officer.")],
    officer: Officer = "",
    channel: Channel = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Look at an act and approve it with a personal key of this device; the file then holds the approval."""
    if role not in ("drafter", "release_authority", "watch_officer"):
        raise InvalidValue("--role", "is one of drafter, release_authority, watch_officer")
    held = read_handed_over(read_input(file, 2 * SUBMISSION_BYTES_MAX + 1), str(file))
    picture = verified(bundle, channel).picture
    groups = held.groups()
    if len(groups) != len(held.act.parts):
        raise InvalidValue(str(file), "it does not hold all that it says; approve it on the device where it was made")
    check_content(picture, held.act, groups)
    if not as_json:
        tell(f"{held.act.kind} {held.act.id or ''} to {', '.join(held.act.to)}, carried by {held.act.via}")
        tell(*group_lines([msgspec.to_builtins(group) for group in groups]))
    agree("Approve it?", yes=yes)
    path = Keyring(home.expanduser()).officer_path(officer)
    signer = approver(path, secret_of(path, officer, passphrase_file), real=not picture.exercise)
    try:
        approval = approve(held.act, signer, role)  # type: ignore[arg-type]  # one of three, as asked above
    finally:
        put_away(signer)
    approvals = [*(one for one in held.approvals if (one.key, one.role) != (approval.key, role)), approval]
    write_private(file, msgspec.structs.replace(held, approvals=approvals).encode(), replace=True)
    lacks = _lacks(held, approvals, picture)
    told = {"id": held.act.id or "", "approvals": len(approvals), "lacks": lacks}
    show(told, f"Approved. {lacks or f'It is complete: hand it to {held.act.via}.'}", as_json=as_json)


def _lacks(held: HandedOver, approvals: list[Any], picture: Any) -> str:
    """Why the log would not take it as it is; empty when it would."""
    try:
        check_approved(picture, (), held.act, approvals, "node")
    except Refused as error:
        return f"{error.reason}: {error.why}"
    return ""


@app.command()
def carry(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An approved act of a guest, as it was handed over.")],
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Send a guest's approved act by this party's node, unchanged; its persons have named this party to carry it."""
    held = read_handed_over(read_input(file, 2 * SUBMISSION_BYTES_MAX + 1), str(file)).handed
    place = Workplace.open(home)
    with place.client:
        body = msgspec.to_builtins(held)
        answer = place.client.post(
            "entries", {name: body[name] for name in ("act", "approvals", "parts")}, wait_s=wait_s
        )
    where = f"entry {answer['index']}" if "index" in answer else "not sent yet; the outbox holds it"
    show(answer, f"{held.act.kind} {held.act.id or ''} of {held.act.party}: {where}", as_json=as_json)


@app.command()
def slip(
    item: ItemArgument,
    bundle: Bundle,
    out: Out,
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="Also as one HTML page, to print.")] = None,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Make the slip of a notice for a driver: its entry, the answers, and the proof that the host has logged them."""
    verdict = verified(bundle, channel)
    made = make_slip(_leaves(verdict), verdict.files[CHECKPOINT], item)
    checked = check_slip(made, verdict.picture.channel, *_host(verdict))
    raw = made.encode()
    write_private(out, raw)
    if page is not None:
        write_private(page, slip_page(checked, raw, exercise=verdict.picture.exercise).encode())
    lines = slip_lines(checked, exercise=verdict.picture.exercise)
    show({"id": item, "file": str(out), "lines": lines}, *lines, as_json=as_json)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A slip.")],
    bundle: Bundle,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Hold a slip to the channel as another node has exported it; tells also what has come since.

    Ends with 1 where it does not hold.
    """
    verdict = verified(bundle, channel)
    held = read_slip(read_input(file, SLIP_BYTES_MAX + 1), str(file))
    try:
        checked, more = hold_to_log(check_slip(held, verdict.picture.channel, *_host(verdict)), _leaves(verdict))
    except Unverified as error:
        show({"holds": "no", "why": str(error)}, f"It does not hold: {error}", as_json=as_json)
        raise typer.Exit(EXIT_FINDING) from error
    lines = slip_lines(checked, exercise=verdict.picture.exercise, more=more)
    told = {"holds": "yes", "id": checked.item, "version": checked.version, "more": list(more), "lines": lines}
    show(told, "It holds.", *lines, as_json=as_json)


def verified(bundle: Path, channel: str | None) -> Verdict:
    """The verdict on a bundle that holds; raises `Unverified` with its first fault where it does not."""
    verdict = verify_bundle(read_bundle(bundle), channel=channel)
    if verdict.faults:
        raise Unverified(str(bundle), f"{verdict.faults[0]}; see `wellclear verify {bundle}`")
    return verdict


def _leaves(verdict: Verdict) -> list[bytes]:
    leaves, _ = read_leaves(verdict.files, verdict.picture.size)
    return leaves


def _host(verdict: Verdict) -> tuple[str, bytes]:
    host = verdict.picture.host
    assert host is not None, "a bundle that holds has a genesis"
    return host.origin, unb64(host.log)
