"""quickstart host|join: two machines on one channel over TLS in five steps, with three fingerprints read aloud.

    1  A  quickstart host            keys and a certificate; A reads the certificate's fingerprint aloud
    2  B  quickstart join URL        B compares it; B's keys and card; B reads the card's fingerprint aloud
    3  A                             A compares it, and founds the channel
    4  both                          the channel's fingerprint stands on both screens; they read it to each other
    5  both                          the nodes run; the agreement is signed, the first officers are on the roster

Who runs the host is one of the principals here; a neutral host uses the single commands, in the same order.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from wellclear.apps.cli import agreeing, people
from wellclear.apps.cli.acting import Workplace
from wellclear.apps.cli.asking import agree, knowing, new_passphrase
from wellclear.apps.cli.enrolment import Applicant, Enrolment
from wellclear.apps.cli.hosting import ArticlesFile, Terms, found, read_articles, read_terms
from wellclear.apps.cli.joining import KdfName, Party, make_party
from wellclear.apps.cli.notice_form import Fields
from wellclear.apps.cli.options import NODE_HOME, Exercise, Home, PassphraseFile, Yes
from wellclear.apps.cli.output import hint, note, tell
from wellclear.apps.cli.running import Running, start, wait_for_node
from wellclear.domain.canonical import unb64
from wellclear.domain.spoken import check_spoken, spoken
from wellclear.edges.card import CardFile
from wellclear.edges.keyring import make_private_directory, write_private
from wellclear.edges.settings import NODE_LISTEN, NodeSettings, join_channel, parse_listen, write_node
from wellclear.edges.tls import certificate_bytes, look_at, make_certificate
from wellclear.errors import InvalidValue, Misconfigured, Unavailable

app = typer.Typer(no_args_is_help=True, help="Two machines on one channel over TLS, in five steps.")

PATIENCE_S = 1800
AGREE_S = 600
NOT_SIGNED = "the other party has not signed yet"
FIRST_OFFICERS = ["W1=watch_officer", "R1=release_authority,watch_officer"]
Roster = list[tuple[str, list[str]]]
"""Handles with their roles."""
Officers = Annotated[
    list[str] | None,
    typer.Option("--officer", metavar="HANDLE=ROLES", help=f"The first officers; else {' and '.join(FIRST_OFFICERS)}."),
]
NodeListen = Annotated[
    str, typer.Option("--node-listen", metavar="ADDRESS:PORT", help="Where the node's local API listens.")
]
Once = Annotated[bool, typer.Option("--stop-when-open", help="End as soon as the channel is open (for rehearsals).")]


@app.command("host")
def host(
    party: Party,
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="The address that the other machine can reach.")],
    heard: Annotated[
        list[str] | None,
        typer.Option("--heard", metavar="GROUPS", help="A card's fingerprint that was read to you already."),
    ] = None,
    terms: Terms = None,
    articles: ArticlesFile = None,
    exercise: Exercise = True,
    officers: Officers = None,
    node_listen: NodeListen = NODE_LISTEN,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    stop: Once = False,
) -> None:
    """Steps 1, 3, 4 and 5 on the machine that hosts: found a channel with one other party, and run it."""
    home = home.expanduser()
    address = parse_listen(listen, "--listen")
    api = parse_listen(node_listen, "--node-listen")
    roster = officers_from(officers)
    settings, text = read_terms(terms), read_articles(articles)
    secret = new_passphrase(f"{party}'s keys", passphrase_file)
    own = make_party(home, party, ["host", "principal"], secret, kdf, exercise=exercise)
    certificate, key = home / "tls.pem", home / "tls.key"
    if not certificate.exists():
        make_certificate([address[0]], certificate, key, common_name=party, now_us=time.time_ns() // 1000)
    url = f"https://{listen}"
    kind = "" if exercise else " --real"
    step(1, f"On the other machine:  wellclear quickstart join {url} --party NAME{kind}")
    read_aloud("this machine's certificate", spoken(certificate_bytes(certificate)))
    enrolment = Enrolment(address, certificate, key, {"party": party, "exercise": "yes" if exercise else "no"})
    try:
        other = await_card(enrolment, heard or [], yes=yes, exercise=exercise)
        origin = f"{party.lower()}.{'exercise' if exercise else 'channel'}/1"
        channel = found(
            home, own, [other], settings, text, exercise=exercise, origin=origin, secret=secret, listen=address,
            tls=(certificate, key), kdf=kdf,
        )  # fmt: skip
        enrolment.answer(other.party, "founded", channel)
        if not enrolment.wait_until_fetched(other.party, PATIENCE_S):
            raise Unavailable("the other machine", "did not fetch the channel's id")
    finally:
        enrolment.close()
    settled = join_channel(node_settings(home, party, api, kdf), url, channel, certificate)
    run_channel(settled, secret, roster, hosting=True, yes=yes, stop=stop)


@app.command("join")
def join(
    url: Annotated[str, typer.Argument(metavar="URL", help="What the other machine shows: https://198.51.100.7:8644.")],
    party: Party,
    heard: Annotated[
        str | None,
        typer.Option("--heard", metavar="GROUPS", help="The certificate's fingerprint, as it was read to you."),
    ] = None,
    exercise: Exercise = True,
    officers: Officers = None,
    node_listen: NodeListen = NODE_LISTEN,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    stop: Once = False,
) -> None:
    """Steps 2, 4 and 5 on the machine that joins. A real channel is joined with --real, on both machines."""
    home = home.expanduser()
    api = parse_listen(node_listen, "--node-listen")
    roster = officers_from(officers)
    shown, pem = look_at(url)
    step(2, f"{urlsplit(url).hostname} shows a certificate.")
    if heard is not None:
        check_spoken(heard, shown, "certificate")
    else:
        note(f"\n    {spoken(shown)}\n")
        agree("Was exactly this read to you from the other machine?", yes=yes)
    certificate = home / "host.pem"
    make_private_directory(home)
    write_private(certificate, pem.encode("ascii"), replace=True)
    applicant = Applicant(url, certificate)
    try:
        check_greeting(applicant.greeting(), exercise=exercise)
        secret = new_passphrase(f"{party}'s keys", passphrase_file)
        card = make_party(home, party, ["principal"], secret, kdf, exercise=exercise)
        applicant.send_card(card)
        read_aloud("this party's card", card.spoken)
        channel = applicant.wait_for_channel(party, PATIENCE_S)
    finally:
        applicant.close()
    settled = join_channel(node_settings(home, party, api, kdf), url, channel, certificate)
    run_channel(settled, secret, roster, hosting=False, yes=yes, stop=stop)


def check_greeting(greeting: Fields, *, exercise: bool) -> None:
    """Say what the other machine founds; raises `Misconfigured` before a key is made if it is real and we are not."""
    real = greeting.get("exercise") != "yes"
    note(f"{greeting.get('party')} founds {'a REAL' if real else 'an exercise'} channel.")
    if real and exercise:
        raise Misconfigured(
            "--exercise", "the other machine founds a REAL channel, and takes no exercise's keys",
            do="If that is what you want, say --real; else the other side starts again with --exercise",
        )  # fmt: skip


def await_card(enrolment: Enrolment, heard: list[str], *, yes: bool, exercise: bool) -> CardFile:
    """The other party's card, once its fingerprint was compared with what was heard."""
    until = time.monotonic() + PATIENCE_S
    known = 0
    while time.monotonic() < until:
        card = enrolment.next_card(known, timeout_s=1.0)
        if card is None:
            continue
        known += 1
        said = card.spoken
        step(3, f"{card.party} sends its card.")
        note(f"\n    {said}\n")
        if heard and said not in (" ".join(groups.split()) for groups in heard):
            note("That is not what was read to you; this card is turned away.")
            enrolment.answer(card.party, "refused")
            continue
        if not exercise and card.exercise == "yes":
            note("Its keys were made for exercises, and this channel is REAL; this card is turned away.")
            enrolment.answer(card.party, "refused")
            continue
        if not heard:
            agree(f"Did {card.party} read you exactly this?", yes=yes)
        return card
    raise Unavailable("the other machine", "sent no card")


def run_channel(
    settings: NodeSettings,
    secret: str,
    roster: Roster,
    *,
    hosting: bool,
    yes: bool,
    stop: bool,
) -> None:
    """Steps 4 and 5 on either machine: the channel's fingerprint, the processes, the agreement, the officers."""
    say_channel(settings.channel)
    write_node(settings)
    home = settings.home
    with Running() as running, knowing(secret):
        run_both(running, home, secret, with_host=hosting)
        open_channel(home, roster, proposing=hosting, yes=yes)
        finish(running, home, stop=stop)


def say_channel(channel: str) -> None:
    """Step 4, on both screens."""
    step(4, "The channel is founded. Both screens must show the same:")
    read_aloud("the channel", spoken(unb64(channel)))


def node_settings(home: Path, party: str, api: tuple[str, int], kdf: str) -> NodeSettings:
    """The settings of a node that is about to join."""
    return NodeSettings(home, party, listen_host=api[0], listen_port=api[1], kdf=kdf)


def run_both(running: Running, home: Path, secret: str, *, with_host: bool) -> None:
    """Start the host, if it is here, and the node, each as a process of its own."""
    step(5, "The machines run; the agreement is signed, the first officers go on the roster.")
    if with_host:
        running.add(start("host", home, secret))
    running.add(start("node", home, secret))
    wait_for_node(running, home, timeout_s=60)


def open_channel(home: Path, roster: Roster, *, proposing: bool, yes: bool) -> None:
    """Propose or wait for the agreement, sign it, and put the officers on the roster."""
    place = Workplace.open(home)
    with place.client:
        if proposing:  # node and host start together, and the node can be the first that is up
            given = "the host has not given the founding file yet"
            wait_for(place, lambda state: "founding" in state or state["version"] != 0, given)
            agreeing.propose(home=home, wait_s=60)
        else:
            wait_for(place, lambda state: any(row["state"] == "open" for row in state["proposals"]), NOT_SIGNED)
        agreeing.sign(home=home, wait_s=60, yes=yes or proposing)
        note("Waiting for the other party's signature.")
        wait_for(place, lambda state: int(state["version"]) > 0, NOT_SIGNED)
        for handle, roles in roster:
            people.add(handle, roles, home=home, wait_s=60)


def wait_for(place: Workplace, so: Callable[[Fields], bool], otherwise: str) -> None:
    """Until the agreement stands so; raises `Unavailable`, with `otherwise`, when it does not come to that."""
    until = time.monotonic() + AGREE_S
    while time.monotonic() < until:
        if so(place.client.get("agreement")):
            return
        time.sleep(0.2)
    raise Unavailable("the agreement", f"{otherwise}; go on later with: {hint('wellclear agreement propose')}, or sign")


def finish(running: Running, home: Path, *, stop: bool) -> None:
    """The channel is open; stay until somebody stops it."""
    here = shlex.quote(str(home))
    tell(
        "The channel is open.",
        f"  Watch:  wellclear board --home {here}",
        f"  Speak:  wellclear message 'Line check' --to ... --as W1 --home {here}",
        f"  Later:  wellclear node serve --home {here}",
    )
    if not stop:
        running.wait()


def officers_from(said: list[str] | None) -> Roster:
    """`W1=watch_officer,release_authority` as handle and roles; raises `InvalidValue`."""
    officers = []
    for text in said or FIRST_OFFICERS:
        handle, equals, roles = text.partition("=")
        if not equals:
            raise InvalidValue("--officer", f"{text[:40]!r}: write HANDLE=ROLE,ROLE")
        officers.append((handle, people.check_roles(roles.split(","), "--officer")))
    return officers


def step(number: int, text: str) -> None:
    """One of the five steps, on standard error, where the ceremony is read."""
    note(f"[{number}/5] {text}")


def read_aloud(what: str, groups: str) -> None:
    """Groups that the person reads to the other side."""
    note(f"Read aloud, {what}:\n\n    {groups}\n")
