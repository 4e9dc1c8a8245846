"""host change, host resume: what the parties do when their host is lost, hostile, or restored from an old copy.

The decision is a file that goes round by mail or by hand (`channel.host_change`): `propose` makes it, each head of
delegation approves it, the new host takes over with it, every node follows it.
"""

from __future__ import annotations

import shlex
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.joining import KdfName
from wellclear.apps.cli.options import HOST_HOME, NODE_HOME, AsJson, Home, HostHome, PassphraseFile, Yes
from wellclear.apps.cli.output import hint, note, show
from wellclear.apps.copies import NODE_STORE, LogCopy, check_owner, copy_at
from wellclear.apps.inputs import read_input
from wellclear.apps.joint_acts import key_words
from wellclear.channel.composing import approve as approval_of
from wellclear.channel.host_change import (
    Decision,
    Known,
    card_of,
    check_decision,
    check_next,
    check_place,
    check_root,
    decide,
    is_resume,
    known_log,
    missing,
    read_decision,
)
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostCard, HostChange
from wellclear.domain.names import check_origin
from wellclear.domain.spoken import spoken
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, box_key, create_key, public_half, write_private
from wellclear.edges.settings import (
    HOST_LISTEN,
    HostSettings,
    check_url,
    join_channel,
    load_host,
    load_node,
    parse_listen,
    write_node,
)
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Misconfigured, Unverified
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.note import parse_note

change_app = typer.Typer(
    no_args_is_help=True,
    help="Go on with another host, by decision of the heads of delegation; the old host need not answer.",
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The decision; it goes from party to party.")]
Copies = Annotated[
    list[Path] | None,
    typer.Option("--copy", metavar="PATH", help="Another party's bundle, where its log is longer than this node's."),
]
NewHome = Annotated[
    Path,
    typer.Option("--host-home", envvar="WELLCLEAR_HOST_HOME", metavar="DIR", help="The new host's home directory."),
]


@dataclass(frozen=True, slots=True)
class Own:
    """What this party has: its node's log, the longest copy at hand, what its node has named, whether it has halted."""

    party: str
    longest: LogCopy
    log: LogCopy
    named: tuple[int, ...]
    halted: bool

    def known(self, size: int) -> Known:
        """The longest log as seen from a size."""
        return known_log(self.longest.leaves, size)

    def check_place(self, decision: Decision, picture_of: Known) -> None:
        """Raise `Refused` if it would lose what a principal has named, as far as this party knows."""
        named = self.named if self.party in picture_of.picture.principals else ()
        check_place(decision, picture_of, named)
        check_place(decision, known_log(self.log.leaves, decision.body.size), named)


@change_app.command()
def propose(
    file: File,
    url: Annotated[str, typer.Option(metavar="URL", help="Where the host will answer: https://198.51.100.9:8644.")],
    origin: Annotated[
        str | None, typer.Option(metavar="NAME", help="The new host's name for the log, such as north.example/channel.")
    ] = None,
    same_host: Annotated[
        bool, typer.Option("--same-host", help="The host stays; it was restored, and may go on from this log.")
    ] = False,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate that it will show.")] = None,
    copies: Copies = None,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    host_home: NewHome = HOST_HOME,
    as_json: AsJson = False,
) -> None:
    """Write a decision: this party becomes host, and the log goes on from where this node's copy ends.

    Makes the new host's keys. With --same-host it lets the host in force resume instead, and any principal may write
    it. It is nothing until the heads of delegation have approved it.
    """
    check_url(url, "--url")
    own = own_log(home, copies)
    tree = Tree(map(leaf_hash, own.longest.leaves))
    known = own.known(tree.size)
    if not known.picture.agreement:
        raise Misconfigured("channel", "nothing is agreed yet", do="Found it anew with another host")
    if same_host:
        card = known.picture.host
        assert card is not None, "an agreed channel has a host"
    else:
        card = new_card(
            own.party, origin, host_home.expanduser(), kdf, passphrase_file, exercise=known.picture.exercise
        )
        if card.log in known.picture.keys or card.sequencer in known.picture.keys:
            raise Misconfigured(str(host_home), "its host keys were in use before", do="Name a fresh --host-home")
    body = HostChange(size=tree.size, root=b64(tree.root()), host=card)
    shown = read_input(certificate) if certificate is not None else b""
    decision = decide(known.picture.channel, body, time.time_ns() // 1000, url.rstrip("/"), shown)
    own.check_place(decision, known)
    if file.exists():
        raise Misconfigured(str(file), "is there already", do="Name another file; nothing is overwritten")
    write_private(file, decision.encode())
    tell(file, decision, known, as_json=as_json)


@change_app.command()
def approve(
    file: File,
    copies: Copies = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Approve a decision as head of delegation, after it was held to this node's own log."""
    decision = read_decision(read_input(file))
    own = own_log(home, copies)
    known = own.known(decision.body.size)
    check_root(decision, known.tree)
    own.check_place(decision, known)
    note("\n".join(words(decision, known)))
    agree("Approve it for your party?", yes=yes)
    secret = passphrase("the head of delegation", passphrase_file)
    real = not known.picture.exercise
    signer = Keyring(home.expanduser()).unlock("head_of_delegation", secret, real=real)
    approval = approval_of(decision.act, signer, "head_of_delegation")
    check_next(decision, approval, known.picture)
    decision = decision.approved(approval)
    if not missing(decision, known.picture):
        check_decision(decision, known)
    write_private(file, decision.encode(), replace=True)
    tell(file, decision, known, as_json=as_json)


@change_app.command("show")
def show_decision(file: File, copies: Copies = None, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """What a decision says, who has approved it, and whose approval is missing."""
    decision = read_decision(read_input(file))
    tell(file, decision, own_log(home, copies).known(decision.body.size), as_json=as_json)


@change_app.command()
def take(
    file: File,
    copies: Copies = None,
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="Where the host listens.")] = HOST_LISTEN,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Its certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's key.")] = None,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    host_home: NewHome = HOST_HOME,
    as_json: AsJson = False,
) -> None:
    """Take over as host with an approved decision: its home is made from this node's copy of the log."""
    from wellclear.apps.host.serve import unlock_keys
    from wellclear.apps.host.takeover import take_over

    home, host_home = home.expanduser(), host_home.expanduser()
    address, port = parse_listen(listen, "--listen")
    decision = read_decision(read_input(file))
    secret = passphrase("the node's and the new host's keys", passphrase_file)
    own = own_log(home, copies, box_key(Keyring(home).unlock("node", secret)))
    adopt_cosigner(home, host_home)
    settings = HostSettings(
        home=host_home, party=own.party, origin=decision.body.host.origin, listen_host=address, listen_port=port,
        tls_cert=tls_cert and tls_cert.expanduser().absolute(), tls_key=tls_key and tls_key.expanduser().absolute(),
        kdf=kdf,
    )  # fmt: skip
    parts = {**own.longest.parts, **own.log.parts}
    keys = unlock_keys(Keyring(host_home), secret)
    size = take_over(settings, keys, decision, own.longest.leaves, parts, time.time_ns() // 1000)
    start = f"wellclear host serve --home {shlex.quote(str(host_home))}"
    show(
        {"entries": size, "home": str(host_home), "url": decision.url},
        f"{own.party} is host from entry {size - 1} on. Start it: {start}",
        f"Then every node follows, this one too: {hint('wellclear host change follow FILE')}",
        as_json=as_json,
    )


@change_app.command()
def follow(file: File, passphrase_file: PassphraseFile = None, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Have this node follow the host of an approved decision. Stop the node first, start it afterwards.

    What the decision voids is cut away; what this party had said in it waits in the outbox again. Refused if a
    principal, this one included, has named a longer log than the decision keeps.
    """
    from wellclear.apps.node.changing import follow_decision

    home = home.expanduser()
    settings = load_node(home)
    decision = read_decision(read_input(file))
    signer = Keyring(home).unlock("node", passphrase(f"{settings.party}'s node key", passphrase_file))
    joined = join_channel(settings, decision.url, settings.channel, settings.ca_file)
    store = Store.open(home / NODE_STORE, box_key=box_key(signer))
    try:
        if store.channel != settings.channel:
            raise Misconfigured(str(home), "its log is of another channel than the settings name")
        done = follow_decision(store, settings.party, signer, decision)
    finally:
        store.close()
    if decision.certificate:
        write_private(home / "host.pem", decision.certificate, replace=True)
        joined = replace(joined, ca_file=home / "host.pem")
    write_node(joined)
    lines = [
        f"{settings.party} follows {decision.body.host.party} at {decision.url}, from entry {done.size} on.",
        f"In the outbox wait {done.waiting}. Start the node: {hint('wellclear node serve')}",
        *([f"{done.held} more wait for an officer's word, at the node's page."] if done.held else []),
        *(f"NOT KEPT: {kind} (it was entry {index}); say it again." for index, kind in done.say_again),
    ]
    told = {
        "entries": done.size, "waiting": done.waiting, "held": done.held, "url": decision.url,
        "say_again": list(done.say_again),
    }  # fmt: skip
    show(told, *lines, as_json=as_json)


def resume(
    file: File,
    copies: Annotated[
        list[Path] | None, typer.Argument(metavar="[COPY]...", help="Bundles of members, if this copy is older.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: HostHome = HOST_HOME,
    as_json: AsJson = False,
) -> None:
    """Let this restored host go on from where the others have decided, although one principal shows no copy.

    The decision is made by `host change propose --same-host` and approved by all principals but one at most. Whoever
    has not approved is no longer heeded when it claims a longer log.
    """
    from wellclear.apps.host.recover import recover_from
    from wellclear.apps.host.serve import unlock_keys
    from wellclear.apps.host.starting import HostFiles
    from wellclear.apps.host.takeover import resume as go_on

    settings = load_host(home.expanduser())
    decision = read_decision(read_input(file))
    keys = unlock_keys(Keyring(settings.home), passphrase(f"{settings.party}'s host keys", passphrase_file))
    if copies:
        recover_from(HostFiles(settings.home), [copy_at(path) for path in copies], from_all=False)
    size, absent = go_on(HostFiles(settings.home), keys, decision)
    lines = [f"The host goes on from {size} entries. Start it: {hint('wellclear host serve')}"]
    lines += [f"Not heeded: {', '.join(absent)}; its node follows with the same file."] if absent else []
    show({"entries": size, "unheeded": list(absent)}, *lines, as_json=as_json)


def own_log(home: Path, copies: list[Path] | None, box: bytes | None = None) -> Own:
    """This node's log, and the longest copy that begins with it.

    Raises:
        Unverified: a copy begins otherwise, and this node has no evidence that the host has signed two histories.
    """
    home = home.expanduser()
    log = copy_at(home, box)
    store = Store.open(home / NODE_STORE, writing=False)
    try:
        named = tuple(parse_checkpoint(parse_note(one).text).size for one in store.notes())
        halted = store.get_meta("evidence") is not None
    finally:
        store.close()
    longest = log
    for copy in [copy_at(path) for path in copies or ()]:
        tree = Tree(map(leaf_hash, copy.leaves))
        shared = min(log.size, tree.size)
        if not halted and tree.root(shared) != Tree(map(leaf_hash, log.leaves)).root(shared):
            take = hint("wellclear evidence take PATH")
            why = f"begins otherwise than this node's log: two histories were signed ({take})"
            raise Unverified(copy.source, why)
        check_owner(copy, known_log(copy.leaves, copy.size).picture)
        longest = copy if copy.size > longest.size or halted else longest
    return Own(log.party, longest, log, named, halted)


def new_card(party: str, origin: str | None, home: Path, kdf: str, file: Path | None, *, exercise: bool) -> HostCard:
    """The new host's card, its keys made in its home unless they lie there.

    Raises:
        Misconfigured: keys lie there that were made for exercises, and the channel is real.
    """
    if origin is None:
        raise InvalidValue("--origin", "name the log anew, such as north.example/channel")
    check_origin(origin, field="--origin")
    if kdf not in KDF_BY_NAME:
        raise InvalidValue("--kdf", f"{kdf} is none of {', '.join(KDF_BY_NAME)}")
    ring, zeros = Keyring(home), b64(bytes(32))
    card_of(party, origin, zeros, zeros)
    if not exercise:
        ring.check_real()
    if not all(ring.path(use).is_file() for use in ("log", "sequencer")):
        secret = new_passphrase("the new host's keys", file)
        for use in ("log", "sequencer"):
            if not ring.path(use).is_file():
                create_key(ring.path(use), use, party, secret, exercise=exercise, kdf=KDF_BY_NAME[kdf])
    return card_of(party, origin, *(public_half(ring.path(use)).public for use in ("log", "sequencer")))


def adopt_cosigner(home: Path, host_home: Path) -> None:
    """The party's own cosigner key belongs to its host too; it is copied where the homes are two."""
    ours, theirs = Keyring(home).path("cosigner"), Keyring(host_home).path("cosigner")
    if ours.is_file() and not theirs.exists():
        shutil.copyfile(ours, theirs)
        theirs.chmod(0o600)


def words(decision: Decision, known: Known) -> list[str]:
    """A decision for people."""
    body, picture = decision.body, known.picture
    if is_resume(decision, picture):
        what = f"{body.host.party}, restored, goes on as host from {body.size} entries; longer logs are void."
    else:
        now = picture.host.party if picture.host is not None else "nobody"
        what = f"{body.host.party} becomes host instead of {now}, from {body.size} entries on, as {body.host.origin}."
    left = missing(decision, picture)
    return [
        what,
        f"It answers at {decision.url}.",
        f"Its key for checkpoints: {key_words(body.host.log)}",
        f"Its key for sequencing:  {key_words(body.host.sequencer)}",
        f"The decision's fingerprint:\n\n    {spoken(canonical.encode(decision.act))}\n",
        f"Missing: the heads of delegation of {', '.join(left)}." if left else "Everybody who is asked has approved.",
    ]


def tell(file: Path, decision: Decision, known: Known, *, as_json: bool) -> None:
    """Show a decision."""
    body = decision.body
    told: dict[str, Any] = {
        "file": str(file), "host": body.host.party, "origin": body.host.origin, "url": decision.url,
        "entries": body.size, "root": body.root, "resume": "yes" if is_resume(decision, known.picture) else "no",
        "spoken": spoken(canonical.encode(decision.act)), "missing": list(missing(decision, known.picture)),
    }  # fmt: skip
    show(told, *words(decision, known), as_json=as_json)
