"""key: the party's further keys, their passphrases, and the end of one that was lost or stolen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.by_party import RecoveryFile, by_party
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, Administrators, AsJson, Home, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import hint, note, show, table, tell
from wellclear.apps.cli.typed import moment
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import AddKey
from wellclear.domain.reasons import Reason
from wellclear.domain.spoken import spoken
from wellclear.edges.keyring import MLDSA_USE, SEALING_USE, Keyring, change_passphrase, create_key, public_half
from wellclear.edges.settings import load_node
from wellclear.errors import InvalidValue, Misconfigured, Refused, Unavailable

app = typer.Typer(no_args_is_help=True, help="The party's further keys.")

NEW = "WELLCLEAR_NEW_PASSPHRASE"
KEY_CHARACTERS = 44
ADDED_USES = get_args(msgspec.structs.fields(AddKey)[1].type)


@app.command("add")
def add_key(
    use: Annotated[str, typer.Argument(metavar="USE", help=f"{', '.join(ADDED_USES)}.")],
    public: Annotated[
        str | None, typer.Option("--key", metavar="BASE64", help="Its public half, if made elsewhere.")
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new", help=f"Of sealing or {MLDSA_USE}: make a new key beside the present one."),
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

    A key that is to be replaced must be moved out of this home first; the new one is then made here. Only `--new` keeps
    the former beside it. With another sealing key every epoch with the party ends, and new ones are opened; the former
    key opens what was sealed before. By `cosigner_mldsa44` the node puts a second line, of ML-DSA-44, under what it
    cosigns. After a try that was broken off, give the same command again.
    """
    if use not in ADDED_USES:
        raise InvalidValue("USE", f"{use} is none of {', '.join(ADDED_USES)}")
    if (new and (use not in (SEALING_USE, MLDSA_USE) or public is not None)) or (
        hybrid and not (new and use == SEALING_USE)
    ):
        raise InvalidValue("--new", f"for sealing, or {MLDSA_USE}, which is never hybrid: key add sealing --new")
    new = new or (use == MLDSA_USE and public is None)
    if new and use == SEALING_USE:
        replace_lost(home.expanduser(), passphrase_file, hybrid=hybrid)
    place, files = Workplace.open(home), (passphrase_file, recovery_passphrase_file)

    def register(key: str) -> bool:
        intent = Intent("add_key", members={"public": {"key": key, "use": use}})
        told = by_party(place, intent, administrators or [], files, wait_s, f"KEY ADDED for {use}", as_json=as_json)
        return told.get("index") is not None

    with place.client:
        if new:
            add_beside(place, use, register, passphrase_file, hybrid=hybrid, as_json=as_json)
            return
        if public is None:
            path = place.keys.path(use)
            secret = new_passphrase(f"the {use} key", passphrase_file)
            public = create_key(path, use, place.party, secret, exercise=place.exercise, kdf=place.settings.cost)
        register(public)


def add_beside(
    place: Workplace, use: str, register: Callable[[str], bool], file: Path | None, *, hybrid: bool, as_json: bool
) -> None:
    """Register a new key beside the present one, and put it in its place once the log has it; again does no harm.

    Raises:
        Unavailable: an earlier try waits in the outbox.
        Misconfigured: the key of an earlier try was registered, and has ended meanwhile.
    """
    public, secret = new_beside(place, use, file, hybrid=hybrid)
    path = place.keys.next_path(use)
    held = next((row for row in place.client.get("keys")["keys"] if row["key"] == public), None)
    if held is None:
        try:
            logged = register(public)
        except Refused as refusal:
            if refusal.reason != Reason.KEY_TAKEN:
                raise
            raise Unavailable(
                str(path), "an earlier try waits in the outbox; give this command again later"
            ) from refusal
        if not logged:
            note(f"The new key lies in {path} until the log has it. Give this command again then: it takes its place.")
            return
    elif held["state"] != "live":
        do = "Rename it as the next of the former keys, which open what was sealed before; then give this command again"
        raise Misconfigured(str(path), f"holds a key that was registered and is {held['state']}", do=do)
    else:
        since = held["since"]
        show(
            {"index": since, "remarks": []}, f"KEY ADDED for {use} (entry {since}) by an earlier try.", as_json=as_json
        )
    former = place.keys.replace(use)
    if use == SEALING_USE:
        note(f"The former key is {former}: it opens what was sealed before, and so does every copy.")
    else:
        take_second(place, secret)


def replace_lost(home: Path, file: Path | None, *, hybrid: bool) -> None:
    """Make a sealing key where none lies any more: without one the node does not start, so nobody could register it.

    Raises:
        Misconfigured: the passphrase is not the one of the node's key.
    """
    settings, keys = load_node(home), Keyring(home)
    if any(path.is_file() for path in keys.sealing_paths()):
        return
    secret = passphrase(f"{settings.party}'s node key", file)
    keys.unlock("node", secret)
    exercise = public_half(keys.path("node")).exercise
    path = keys.next_path(SEALING_USE)
    create_key(path, SEALING_USE, settings.party, secret, exercise=exercise, kdf=settings.cost, hybrid=hybrid)
    note(f"No sealing key lay here: {path} is a new one, for nobody yet. If the node does not run, start it, and give")
    note("this command again: it registers the key.")


def new_beside(place: Workplace, use: str, file: Path | None, *, hybrid: bool) -> tuple[str, str]:
    """The key that is to replace the party's, made now or left by a broken-off try, and the passphrase that opens it.

    One for sealing is opened by the node at once.

    Raises:
        Misconfigured: the passphrase is not the one under which the node opens the present key, too.
    """
    path = place.keys.next_path(use)
    secret = passphrase(f"{place.party}'s node and sealing keys", file)
    place.client.post("sealing", {"passphrase": secret})
    if not path.exists():
        create_key(
            path, use, place.party, secret, exercise=place.exercise, kdf=place.settings.cost, hybrid=hybrid
        )  # fmt: skip
    if use == SEALING_USE:
        place.client.post("sealing", {"passphrase": secret})
    return public_half(path).public, secret


def take_second(place: Workplace, secret: str) -> None:
    """The running node opens the second cosigner key, and signs with it from now on."""
    place.client.post("cosigner", {"passphrase": secret})
    note("The node puts a second line under what it cosigns from now on.")


@app.command()
def revoke(
    whose: Annotated[
        str,
        typer.Argument(metavar="KEY", help="An officer's handle, a use whose key lies here, or the public key."),
    ],
    since: Annotated[
        int | None, typer.Option(min=0, metavar="INDEX", help="The first entry that others may have made with it.")
    ] = None,
    lost: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Or when it was last surely yours: 2026-11-23T10:00Z.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a lost or stolen key of the party at once, by the recovery key, and with it what it added since it was lost.

    What it said from then on becomes DOUBTFUL for everybody: that is shown first, then signed. Nothing is undone.
    """
    if (since is None) == (lost is None):
        raise InvalidValue("--since", "say since when it was lost: either --since INDEX or --lost MOMENT")
    lost_us = -1 if lost is None else moment(lost, "--lost")
    place = Workplace.open(home)
    with place.client:
        key = key_of(place, whose)
        preview = place.client.get("doubtful", key=key, since=since or 0, lost_us=lost_us)
        for line in preview_lines(preview):
            note(line)
        agree(f"The key {spoken(unb64(key, field='KEY'))} ends for good. Go on?", yes=yes)
        by_party(
            place, Intent("revoke", members={"public": {"key": key, "since": preview["since"]}}), [],
            (passphrase_file, recovery_passphrase_file), wait_s, "REVOKED", as_json=as_json,
        )  # fmt: skip


def key_of(place: Workplace, whose: str) -> str:
    """The public key that an officer's handle, a use whose key lies in this home, or base64 stands for."""
    persons = {row["person"]: str(row["key"]) for row in place.client.get("roster")["persons"]}
    if whose in persons:
        return persons[whose]
    if whose in place.keys.uses():
        return public_half(place.keys.path(whose)).public
    if len(whose) < KEY_CHARACTERS:
        why = f"{whose} is no officer on the roster now, and no use whose key lies here; its public half would do"
        raise InvalidValue("KEY", f"{why} ({hint('wellclear key list')} shows every key, ended ones too)")
    return whose


def preview_lines(preview: Fields) -> list[str]:
    """What a revocation would make doubtful, for whoever is about to sign it."""
    if not preview["count"]:
        return [f"Nothing that it said since entry {preview['since']} stands in the log: nothing becomes doubtful."]
    rows = [
        " ".join(filter(None, (f"  {row['index']}", row["kind"], row["item"], row.get("said", ""), row["desk"])))
        for row in preview["rows"]
    ]
    machines = preview["count"] - len(rows)
    others = [f"  and {machines} entries that the node made by itself"] if machines else []
    return [f"From entry {preview['since']} on this becomes doubtful, for everybody:", *rows, *others]


@app.command("list")
def list_keys(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Every key that the party has in this channel, ended ones too: its use, and since and until which entry."""
    place = Workplace.open(home)
    with place.client:
        keys = place.client.get("keys")["keys"]
    rows = [
        (row["use"], row.get("person", "-"), row["state"], row["since"], row.get("until", "-"), row["key"][:60],
         row["spoken"]) for row in keys
    ]  # fmt: skip
    show(
        {"keys": keys}, table(("use", "person", "state", "since", "until", "key", "fingerprint"), rows), as_json=as_json
    )


@app.command("show")
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


@app.command("passphrase")
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


def key_path(home: Path, use: str) -> Path:
    """Where the key of a use, or of an officer, lies in a home."""
    ring = Keyring(home)
    return ring.officer_path(use) if use in ring.officers() else ring.path(use)
