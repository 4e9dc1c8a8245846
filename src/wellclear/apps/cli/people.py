"""officer, key, takeover: who may speak for the party, and with which keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace, report
from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, Administrators, AsJson, Home, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import note, show, table, tell
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import AddKey
from wellclear.domain.names import check_person, party_of_desk
from wellclear.domain.spoken import spoken
from wellclear.edges.keyring import SEALING_USE, Keyring, change_passphrase, check_real, create_key, public_half
from wellclear.edges.settings import load_node
from wellclear.errors import InvalidValue, Misconfigured
from wellclear.picture.keyring import PERSON_ROLES

app = typer.Typer(no_args_is_help=True, help="The persons of the party, by handle.")
key_app = typer.Typer(no_args_is_help=True, help="The party's further keys.")

ADMINISTRATORS_NEEDED = 2
NEW = "WELLCLEAR_NEW_PASSPHRASE"
RECOVERY = "WELLCLEAR_RECOVERY_PASSPHRASE"
ADDED_USES = get_args(msgspec.structs.fields(AddKey)[1].type)
RecoveryFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"Opens the recovery key; else {RECOVERY}, else as --passphrase-file."),
]


@app.command()
def add(
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="Such as W1; never a civil name.")],
    roles: Annotated[list[str], typer.Option("--role", help=f"{', '.join(sorted(PERSON_ROLES))}; one or more.")],
    desks: Annotated[
        list[str] | None,
        typer.Option("--desk", metavar="PARTY/DESK[=STAND-IN]", help="Also put a desk on the roster: N/OPS=N/AIR."),
    ] = None,
    public: Annotated[
        str | None, typer.Option("--key", metavar="BASE64", help="The officer's public key, if it was made elsewhere.")
    ] = None,
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Put an officer on the party's roster, or give one other roles; makes the key in this home if there is none.

    The new roster is approved by two administrators (--as A1 --as A2), or linked by the recovery key.
    """
    check_person(handle, field="HANDLE")
    check_roles(roles, "--role")
    place = Workplace.open(home)
    with place.client:
        key = officer_key(place, handle, public, passphrase_file)
        roster = roster_with(place.client.get("roster"), handle, key, roles, desks or [], place.party)
        by_party(
            place, Intent("roster", members={"public": roster}), administrators or [],
            (passphrase_file, recovery_passphrase_file), wait_s, f"{place.party}/{handle} IS ON THE ROSTER",
            as_json=as_json,
        )  # fmt: skip


@app.command()
def remove(
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="Who leaves.")],
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Take an officer off the roster; what the officer signed before stays signed."""
    place = Workplace.open(home)
    with place.client:
        current = place.client.get("roster")
        kept = [row for row in current["persons"] if row["person"] != handle]
        if len(kept) == len(current["persons"]):
            raise InvalidValue("HANDLE", f"{handle} is not on the roster")
        roster = {"desks": current["desks"], "persons": kept}
        by_party(
            place, Intent("roster", members={"public": roster}), administrators or [],
            (passphrase_file, recovery_passphrase_file), wait_s, f"{place.party}/{handle} HAS LEFT", as_json=as_json,
        )  # fmt: skip


@app.command("list")
def list_officers(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The party's roster, in the order in which the ladder calls."""
    place = Workplace.open(home)
    with place.client:
        roster = place.client.get("roster")
    here = set(place.keys.officers())
    rows = [
        (row["person"], ", ".join(row["roles"]), "here" if row["person"] in here else "elsewhere",
         spoken(unb64(row["key"])))
        for row in roster["persons"]
    ]  # fmt: skip
    desks = [(row["desk"], row.get("stands_in", "-")) for row in roster["desks"]]
    show(
        roster, table(("desk", "stands in"), desks), "", table(("officer", "roles", "key", "fingerprint"), rows),
        as_json=as_json,
    )  # fmt: skip


@key_app.command("add")
def add_key(
    use: Annotated[str, typer.Argument(metavar="USE", help=f"{', '.join(ADDED_USES)}.")],
    public: Annotated[
        str | None, typer.Option("--key", metavar="BASE64", help="Its public half, if made elsewhere.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Of sealing: make a new key beside the present one, which opens what was.")
    ] = False,
    hybrid: Annotated[bool, typer.Option("--hybrid", help="With --new: X25519 together with ML-KEM-768.")] = False,
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Register a further key of the party; one of the same use is replaced, unless it is a standby's.

    A key that is to be replaced must be moved out of this home first; the new one is then made here. Only
    `sealing --new` keeps the former beside it, since that opens what was sealed before. Every epoch with the party
    ends, and new ones are opened.
    """
    if use not in ADDED_USES:
        raise InvalidValue("USE", f"{use} is none of {', '.join(ADDED_USES)}")
    if (new or hybrid) and (use != SEALING_USE or public is not None or not new):
        raise InvalidValue("--new", "a new key beside the present one is made for sealing: key add sealing --new")
    place = Workplace.open(home)
    with place.client:
        if new:
            public = new_sealing(place, passphrase_file, hybrid=hybrid)
        if public is None:
            path = place.keys.path(use)
            secret = new_passphrase(f"the {use} key", passphrase_file)
            public = create_key(path, use, place.party, secret, exercise=place.exercise, kdf=place.settings.cost)
        by_party(
            place, Intent("add_key", members={"public": {"key": public, "use": use}}), administrators or [],
            (passphrase_file, recovery_passphrase_file), wait_s, f"KEY ADDED for {use}", as_json=as_json,
        )  # fmt: skip
        if new:
            former = place.keys.replace_sealing()
            note(f"The former key is {former}: it opens what was sealed before, and so does every copy.")


def new_sealing(place: Workplace, file: Path | None, *, hybrid: bool) -> str:
    """The sealing key that is to replace the party's, made now or left by a broken-off try; the node opens it at once.

    Raises:
        Misconfigured: the passphrase is not the one under which the node opens the present key, too.
    """
    path = place.keys.next_sealing()
    secret = passphrase(f"{place.party}'s node and sealing keys", file)
    place.client.post("sealing", {"passphrase": secret})
    if not path.exists():
        create_key(
            path, SEALING_USE, place.party, secret, exercise=place.exercise, kdf=place.settings.cost, hybrid=hybrid
        )  # fmt: skip
    place.client.post("sealing", {"passphrase": secret})
    return public_half(path).public


@key_app.command()
def revoke(
    public: Annotated[str, typer.Argument(metavar="KEY", help="The public key, base64, or an officer's handle.")],
    since: Annotated[int, typer.Option(min=0, metavar="INDEX", help="What it added from here on goes with it.")],
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a key of the party at once, by the recovery key, and with it what it added since an entry."""
    place = Workplace.open(home)
    with place.client:
        persons = {row["person"]: row["key"] for row in place.client.get("roster")["persons"]}
        key = persons.get(public, public)
        agree(f"The key {spoken(unb64(key, 32, field='KEY'))} ends for good. Go on?", yes=yes)
        by_party(
            place, Intent("revoke", members={"public": {"key": key, "since": since}}), [],
            (passphrase_file, recovery_passphrase_file), wait_s, "REVOKED", as_json=as_json,
        )  # fmt: skip


@key_app.command("show")
def show_key(
    use: Annotated[str, typer.Argument(metavar="USE", help="A use such as node, or an officer's handle.")],
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """The public half of a key in this home, and its fingerprint."""
    info = public_half(key_path(home.expanduser(), use))
    said = spoken(unb64(info.public))
    kind = "EXERCISE" if info.exercise else "REAL"
    value = {
        "use": info.use, "owner": info.owner, "exercise": "yes" if info.exercise else "no", "key": info.public,
        "spoken": said,
    }  # fmt: skip
    show(value, f"{info.owner}, {info.use}, {kind}: {info.public}", f"    {said}", as_json=as_json)


@key_app.command("passphrase")
def change(
    use: Annotated[str, typer.Argument(metavar="USE", help="A use such as node, or an officer's handle.")],
    passphrase_file: PassphraseFile = None,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"Its first line is the new one; else {NEW}, else a prompt.")
    ] = None,
    home: Home = NODE_HOME,
) -> None:
    """Give a key in this home another passphrase. Each officer does so after a quickstart, alone at the keyboard."""
    path = key_path(home.expanduser(), use)
    old = passphrase(use, passphrase_file)
    new = new_passphrase(use, new_passphrase_file, variable=NEW)
    change_passphrase(path, old, new, kdf=load_node(home.expanduser(), joined=False).cost)
    tell(f"{path} has its new passphrase.")


def check_roles(roles: list[str], option: str) -> list[str]:
    """The roles, if each is one that a person may have; raises `InvalidValue`."""
    wrong = sorted(set(roles) - PERSON_ROLES)
    if wrong:
        raise InvalidValue(option, f"{wrong[0][:40]!r} is none of {', '.join(sorted(PERSON_ROLES))}")
    return roles


def check_two(administrators: list[str]) -> None:
    """Raises `InvalidValue` unless two administrators are named."""
    if len(set(administrators)) != ADMINISTRATORS_NEEDED:
        raise InvalidValue("--as", "two administrators approve this: --as A1 --as A2")


def key_path(home: Path, use: str) -> Path:
    """Where the key of a use, or of an officer, lies in a home."""
    ring = Keyring(home)
    return ring.officer_path(use) if use in ring.officers() else ring.path(use)


def takeover(
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let this standby node speak for the party from now on; two administrators approve.

    Its home was made by `node init --standby`, and its key registered beforehand by `key add standby --key` at the
    old node, whose own key ends at this entry.
    """
    place = Workplace.open(home)
    check_two(administrators or [])
    agree(f"The node that speaks for {place.party} now loses its voice. Go on?", yes=yes)
    with place.client:
        ready = place.compose(Intent("takeover"))
        handles = administrators or []
        approvals = [place.approve_as(ready.act, handle, "administrator", passphrase_file) for handle in handles]
        secret = passphrase(f"{place.party}'s standby key", passphrase_file)
        answer = place.send(ready, approvals, wait_s=wait_s, use="standby", opened_by=secret)
    report(answer, ready.act, "TAKEN OVER", as_json=as_json)


def officer_key(place: Workplace, handle: str, public: str | None, file: Path | None) -> str:
    """The officer's public key: as given, as it lies here, or made now."""
    path = place.keys.officer_path(handle)
    if public is not None:
        unb64(public, 32, field="--key")
        return public
    if path.exists():
        info = public_half(path)
        if info.owner != f"{place.party}/{handle}":
            raise Misconfigured(str(path), f"belongs to {info.owner}")
        if not place.exercise:
            check_real(path)
        return info.public
    owner, exercise = f"{place.party}/{handle}", place.exercise
    secret = new_passphrase(owner, file)
    return create_key(path, "person", owner, secret, exercise=exercise, kdf=place.settings.cost)


def roster_with(current: Any, handle: str, key: str, roles: list[str], desks: list[str], party: str) -> Fields:
    """The roster with one person more, or with other roles and key; a party's first roster gets the desk OPS.

    Raises:
        InvalidValue: a desk of another party.
    """
    rows = {row["desk"]: dict(row) for row in current["desks"]}
    for text in desks or ([] if rows else [f"{party}/OPS"]):
        desk, _, stands_in = text.partition("=")
        for name in filter(None, (desk, stands_in)):
            if party_of_desk(name, field="--desk") != party:
                raise InvalidValue("--desk", f"{name} is no desk of {party}")
            rows.setdefault(name, {"desk": name})
        if stands_in:
            rows[desk]["stands_in"] = stands_in
    person = {"person": handle, "key": key, "roles": sorted(set(roles))}
    persons = [dict(row) for row in current["persons"]]
    places = [number for number, row in enumerate(persons) if row["person"] == handle]
    if places:
        persons[places[0]] = person
    else:
        persons.append(person)
    return {"desks": list(rows.values()), "persons": persons}


def by_party(
    place: Workplace,
    intent: Intent,
    administrators: list[str],
    files: tuple[Path | None, Path | None],
    wait_s: int,
    done: str,
    *,
    as_json: bool,
) -> None:
    """An act of the party itself: by two administrators, or linked by the recovery key."""
    if administrators:
        check_two(administrators)
    ready = place.compose(intent)
    if administrators:
        approvals = [place.approve_as(ready.act, handle, "administrator", files[0]) for handle in administrators]
        answer = place.send(ready, approvals, wait_s=wait_s)
    else:
        secret = passphrase("the recovery key", files[1] or files[0], variable=RECOVERY)
        answer = place.send(ready, [], wait_s=wait_s, use="recovery", opened_by=secret)
    report(answer, ready.act, done, as_json=as_json)
