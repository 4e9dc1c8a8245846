"""officer, takeover: who may speak for the party."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace, report
from wellclear.apps.cli.asking import PIN, agree, new_passphrase, passphrase, pin
from wellclear.apps.cli.by_party import RecoveryFile, by_party, check_two
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, Administrators, AsJson, Home, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import note, show, table
from wellclear.apps.cli.typed import moment, stamp
from wellclear.apps.cli.watching import leave_words
from wellclear.domain.canonical import unb64
from wellclear.domain.names import check_person, party_of_desk
from wellclear.domain.spoken import spoken
from wellclear.edges.keyring import check_real, create_key, public_half
from wellclear.edges.tokens import adopt, parse_uri
from wellclear.errors import InvalidValue, Misconfigured
from wellclear.picture.keyring import PERSON_ROLES

app = typer.Typer(no_args_is_help=True, help="The persons of the party, by handle.")


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
    token: Annotated[
        str | None,
        typer.Option(metavar="URI", help="The officer's key lies on a PKCS#11 token: pkcs11:token=LABEL;object=LABEL."),
    ] = None,
    pin_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"Its first line is the token's PIN; else {PIN}, else a prompt.")
    ] = None,
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Put an officer on the party's roster, or give one other roles; makes the key in this home if there is none.

    With --token the key is made on that token, unless it lies there; it never leaves it, and its PIN is asked for
    wherever an officer's passphrase is.

    The new roster is approved by two administrators (--as A1 --as A2), or linked by the recovery key.
    """
    check_person(handle, field="HANDLE")
    check_roles(roles, "--role")
    if token is not None and public is not None:
        raise InvalidValue("--token", "either --token or --key")
    place = Workplace.open(home)
    with place.client:
        if token is not None:
            key = token_key(place, handle, token, pin_file)
        else:
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
        for row in kept:
            if row.get("away", {}).get("deputy") == handle:
                del row["away"]["deputy"]
                note(f"{row['person']} is away without a deputy now.")
        roster = {"desks": current["desks"], "persons": kept}
        by_party(
            place, Intent("roster", members={"public": roster}), administrators or [],
            (passphrase_file, recovery_passphrase_file), wait_s, f"{place.party}/{handle} HAS LEFT", as_json=as_json,
        )  # fmt: skip


@app.command()
def leave(
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="Who will be away.")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="MOMENT", help="UTC and 24-hour, 2026-11-23T18:00Z; else now.")
    ] = None,
    end: Annotated[str | None, typer.Option("--until", metavar="MOMENT", help="When the person is back.")] = None,
    deputy: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="Who has the person's roles meanwhile, but administrator.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="The person is here again: no time away stands.")] = False,
    administrators: Administrators = None,
    passphrase_file: PassphraseFile = None,
    recovery_passphrase_file: RecoveryFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Put a time away on the roster: meanwhile the person approves nothing but safety, and no ladder calls it.

    The desk rings on; who is named is the next on the roster, or the deputy.
    """
    if back == (end is not None) or (back and (start or deputy)):
        raise InvalidValue("--until", "say until when the person is away, or --back")
    place = Workplace.open(home)
    with place.client:
        away: Fields | None = None
        if end is not None:
            start_us = int(place.client.get("board")["now_us"]) if start is None else moment(start, "--from")
            away = {"start_us": start_us, "end_us": moment(end, "--until")} | ({"deputy": deputy} if deputy else {})
        roster = roster_away(place.client.get("roster"), handle, away)
        done = f"{place.party}/{handle} {'IS BACK' if away is None else 'IS AWAY UNTIL ' + stamp(away['end_us'])}"
        by_party(
            place, Intent("roster", members={"public": roster}), administrators or [],
            (passphrase_file, recovery_passphrase_file), wait_s, done, as_json=as_json,
        )  # fmt: skip


def roster_away(current: Any, handle: str, away: Fields | None) -> Fields:
    """The roster with one person's time away set, or taken off it.

    Raises:
        InvalidValue: nobody of that handle is on it, a deputy is not, or the time has no length.
    """
    persons = [dict(row) for row in current["persons"]]
    handles = [row["person"] for row in persons]
    if handle not in handles:
        raise InvalidValue("HANDLE", f"{handle} is not on the roster")
    row = persons[handles.index(handle)]
    row.pop("away", None)
    if away is not None:
        deputy = away.get("deputy")
        if deputy is not None and (deputy not in handles or deputy == handle):
            raise InvalidValue("--deputy", f"{deputy} is no other person on the roster")
        if away["end_us"] <= away["start_us"]:
            raise InvalidValue("--until", "is not after --from")
        row["away"] = away
    return {"desks": current["desks"], "persons": persons}


@app.command("list")
def list_officers(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The party's roster, in the order in which the ladder calls, and who is away when."""
    place = Workplace.open(home)
    with place.client:
        roster = place.client.get("roster")
    here = set(place.keys.officers())
    rows = [
        (row["person"], ", ".join(row["roles"]), "here" if row["person"] in here else "elsewhere",
         leave_words(row.get("away")), spoken(unb64(row["key"])))
        for row in roster["persons"]
    ]  # fmt: skip
    desks = [(row["desk"], row.get("stands_in", "-")) for row in roster["desks"]]
    columns = ("officer", "roles", "key", "away", "fingerprint")
    show(roster, table(("desk", "stands in"), desks), "", table(columns, rows), as_json=as_json)


def check_roles(roles: list[str], option: str) -> list[str]:
    """The roles, if each is one that a person may have; raises `InvalidValue`."""
    wrong = sorted(set(roles) - PERSON_ROLES)
    if wrong:
        raise InvalidValue(option, f"{wrong[0][:40]!r} is none of {', '.join(sorted(PERSON_ROLES))}")
    return roles


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


def token_key(place: Workplace, handle: str, uri: str, pin_file: Path | None) -> str:
    """The officer's public key on a token; made there, and written down in this home, where that has not been done."""
    path, where = place.keys.officer_path(handle), parse_uri(uri, "--token")
    if path.exists():
        info = public_half(path)
        if info.uri != uri:
            raise Misconfigured(str(path), f"says that {info.owner}'s key lies elsewhere", do="Move it away first")
        return info.public
    secret = pin(f"{handle}'s {where.words}", pin_file)
    return adopt(path, f"{place.party}/{handle}", uri, secret, exercise=place.exercise)


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
    if places:  # a time away stays: it is of the person, not of the key
        persons[places[0]] = person | {name: row for name, row in persons[places[0]].items() if name == "away"}
    else:
        persons.append(person)
    return {"desks": list(rows.values()), "persons": persons}
