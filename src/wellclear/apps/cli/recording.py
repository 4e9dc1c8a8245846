"""export, verify, verify-evidence, timeline: what happened, for people who were not there and trust nobody."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.bundle.evidence import judged_at, key_owner
from wellclear.apps.bundle.export import export_path
from wellclear.apps.bundle.verify import verify_path
from wellclear.apps.cli.asking import passphrase
from wellclear.apps.cli.check_text import watching
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, PassphraseFile
from wellclear.apps.cli.output import EXIT_FINDING, show
from wellclear.apps.node.opened import OpenedLog
from wellclear.apps.timeline import timeline_of_bundle, timeline_of_store
from wellclear.channel.bundle import Exporter
from wellclear.domain.canonical import unb64
from wellclear.domain.names import check_party
from wellclear.domain.spoken import parse_spoken, spoken
from wellclear.edges.keyring import Keyring, box_key
from wellclear.edges.settings import load_node
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Unverified

STORE = "node.sqlite"


def export(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A new directory, or a new file that ends in .tar.")],
    readers: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="PARTY", help="Who will get it; only what each of them was told is opened."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Export the log with its proofs, signed by this party; it needs no running node."""
    home = home.expanduser()
    settings = load_node(home)
    for reader in readers or []:
        check_party(reader, field="--for")
    secret = passphrase(f"{settings.party}'s node and picture keys", passphrase_file)
    ring = Keyring(home)
    exporter = Exporter(settings.party, ring.unlock("node", secret), ring.unlock("picture", secret))
    store = Store.open(home / STORE, box_key=box_key(exporter.node), writing=False)
    try:
        made_us = time.time_ns() // 1000
        report = export_path(OpenedLog(store), exporter, path, made_us=made_us, readers=readers or ())
    finally:
        store.close()
    show(report.json(), *report.lines(), as_json=as_json)


def verify(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A bundle: a directory or a tar.")],
    channel: Annotated[
        str | None, typer.Option(metavar="ID", help="The channel's id, or the fingerprint that was read to you.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every fault, also those that follow from another.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many threads verify signatures.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Check a bundle: every signature, every proof, the picture. Needs no network, node or key.

    Ends with 1 if anything does not hold, and names the entry or the file. Of what follows from a broken entry only the
    number is told.
    """
    known, heard = split_channel(channel)
    with watching() as told:
        report = verify_path(path, channel=known, threads=threads, progress=partial(told, "verifying"))
    if heard is not None and (not report.channel or spoken(unb64(report.channel)) != heard):
        raise Unverified(str(path), "this is another channel than the one that was read to you")
    show(report.json(), *report.lines(verbose=verbose), as_json=as_json)
    if not report.ok:
        raise typer.Exit(EXIT_FINDING)


def verify_evidence(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of somebody's `evidence/`.")],
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="PATH", help="A bundle that tells whose key it convicts.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check evidence against a host (two histories) or an author (another text than it committed to).

    Whoever shows it need not be trusted, and need not be a party. It convicts the holder of a key: whose that is, a
    bundle of the channel tells, or you compare it yourself. Refused evidence proves nothing against anybody.
    """
    found = judged_at(file)
    known = None if bundle is None else key_owner(bundle, found)
    told = {"file": str(file), "proves": found.sentence, "key": found.key}
    lines = [f"It holds: {found.sentence}.", f"It convicts the holder of the key {found.key}."]
    if known is None:
        lines.append(
            "Whose key that is, it cannot tell: compare it with the channel's, or name a bundle with --bundle."
        )
    else:
        told["whose"] = known
        lines.append(f"By the bundle's log that key is {known}.")
    show(told, *lines, as_json=as_json)


def split_channel(text: str | None) -> tuple[str | None, str | None]:
    """A channel's id as base64, or its fingerprint as it was heard; raises `InvalidValue` for neither."""
    if text is None:
        return None, None
    try:
        unb64(text, 32)
    except InvalidValue:
        return None, parse_spoken(text, field="--channel")
    return text, None


def timeline(
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="A bundle; else the log of this home.", show_default=False)
    ] = None,
    clocks: Annotated[
        bool, typer.Option("--clocks", help="Show every clock message, not only those that mattered.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Tell what happened, entry by entry, in plain sentences, with what stayed unanswered."""
    if path is not None:
        with watching() as told:
            report = timeline_of_bundle(path, progress=partial(told, "verifying and telling"))
    else:
        home = home.expanduser()
        settings = load_node(home)
        key = Keyring(home).unlock("node", passphrase(f"{settings.party}'s node key", passphrase_file))
        store = Store.open(home / STORE, box_key=box_key(key), writing=False)
        try:
            with watching() as told:
                report = timeline_of_store(OpenedLog(store), settings.party, progress=partial(told, "telling"))
        finally:
            store.close()
    show(report.json(), *report.lines(clocks=clocks), as_json=as_json)
    if report.exit_code:
        raise typer.Exit(EXIT_FINDING)
