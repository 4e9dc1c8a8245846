"""host init, serve, recover: the party that puts the entries in order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.joining import KdfName, Party, make_party, read_card, spoken_card
from wellclear.apps.cli.notice_form import Fields, read_json
from wellclear.apps.cli.options import HOST_HOME, AsJson, HostHome, PassphraseFile, Yes
from wellclear.apps.cli.output import note, show
from wellclear.domain.agreement import Settings, default_settings, settings_from
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.kinds import PartyCard
from wellclear.domain.parts import Articles
from wellclear.domain.spoken import spoken
from wellclear.edges.settings import HOST_LISTEN, load_host, parse_listen
from wellclear.errors import InvalidValue, Malformed, Unavailable, Unverified
from wellclear.log.bundle import CHECKPOINT, read_leaves
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note

app = typer.Typer(no_args_is_help=True, help="Found a channel and run its host.")

ARTICLES = "The parties announce what they plan, acknowledge what they are told, and keep the line open."
Terms = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="The agreement's settings as JSON; what is missing is the default."
    ),
]
ArticlesFile = Annotated[
    Path | None, typer.Option("--articles", metavar="FILE", help="The agreement's text, for the principals alone.")
]
Exercise = Annotated[bool, typer.Option("--exercise/--real", help="An exercise's channel never becomes a real one.")]


@app.command()
def init(
    party: Party,
    origin: Annotated[str, typer.Option(metavar="NAME", help="Names the log for ever: caspia.example/channel.")],
    cards: Annotated[list[Path], typer.Option("--card", metavar="FILE", help="A principal's card; give each once.")],
    principal: Annotated[bool, typer.Option("--principal", help="The host is one of the principals itself.")] = False,
    terms: Terms = None,
    articles: ArticlesFile = None,
    exercise: Exercise = True,
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="Where the host listens.")] = HOST_LISTEN,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Its certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's key.")] = None,
    kdf: KdfName = "moderate",
    passphrase_file: PassphraseFile = None,
    home: HostHome = HOST_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Found a channel: the host's keys, and a first entry that names every party's keys.

    Each card's fingerprint is compared with what its owner reads aloud, before anything is made.
    """
    home = home.expanduser()
    address, port = parse_listen(listen, "--listen")
    others = [read_card(path) for path in cards]
    settings, text = read_terms(terms), read_articles(articles)
    for other in others:
        note(f"{other.party} ({', '.join(other.roles)}):\n\n    {spoken_card(other)}\n")
    agree("Did each of these parties read you exactly this?", yes=yes)
    secret = new_passphrase(f"{party}'s keys", passphrase_file)
    own = make_party(home, party, ["host", "principal"] if principal else ["host"], secret, kdf)
    channel = found(
        home, own, others, settings, text, exercise=exercise, origin=origin, secret=secret, listen=(address, port),
        tls=(tls_cert, tls_key), kdf=kdf,
    )  # fmt: skip
    said = spoken(unb64(channel))
    lines = [
        f"The channel is founded ({'exercise' if exercise else 'REAL'}). Its id, for every party:\n\n    {channel}\n",
        f"Its fingerprint, to be read aloud:\n\n    {said}\n",
        "Start the host: wellclear host serve",
    ]
    show({"channel": channel, "spoken": said, "home": str(home)}, *lines, as_json=as_json)


@app.command()
def serve(passphrase_file: PassphraseFile = None, home: HostHome = HOST_HOME) -> None:
    """Run the host in this terminal until it is stopped."""
    from wellclear.apps.host.serve import serve as run

    settings = load_host(home.expanduser())
    secret = passphrase(f"{settings.party}'s host keys", passphrase_file)
    run(settings, secret, on_ready=lambda url: note(f"The host answers at {url}"))


@app.command()
def recover(
    bundles: Annotated[
        list[Path], typer.Argument(metavar="BUNDLE...", help="What each principal exported now; the longest counts.")
    ],
    home: HostHome = HOST_HOME,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Bring a restored host up to date from its members' exports, so that it never signs a second history.

    Every principal exports (`wellclear export`) and says how many entries its node shows; the longest log is taken.
    The others must be beginnings of it: if they are not, two histories were signed, and nothing is changed.
    """
    from wellclear.apps.host.recover import recover_host
    from wellclear.apps.host.starting import HostFiles

    logs = sorted((exported_log(path) for path in bundles), key=lambda log: len(log.leaves))
    longest = logs[-1]
    for log in logs:
        note(f"{log.path}: {len(log.leaves)} entries")
        if longest.leaves[: len(log.leaves)] != log.leaves:
            raise Unverified(str(log.path), f"is no beginning of {longest.path}: two histories were signed")
    agree("Is no principal's node missing here, and does none show more entries?", yes=yes)
    size = recover_host(HostFiles(home.expanduser()), longest.checkpoint, longest.leaves, longest.parts)
    show({"entries": size}, f"The host has {size} entries again. Start it: wellclear host serve", as_json=as_json)


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """What recovery takes out of a bundle."""

    path: Path
    checkpoint: bytes
    leaves: list[bytes]
    parts: dict[str, bytes]


def exported_log(path: Path) -> ExportedLog:
    """The log in a bundle; what it proves is checked again against the host's own key when it is taken.

    Raises:
        Malformed: the bundle does not hold a whole log.
        Unavailable: it cannot be read.
    """
    files = read_bundle(path)
    raw = files.get(CHECKPOINT, b"")
    leaves, faults = read_leaves(files, parse_checkpoint(parse_note(raw, str(path)).text).size)
    if faults:
        raise Malformed(str(path), faults[0].file, faults[0].why)
    held = [stored for name, stored in files.items() if name.startswith("parts/")]
    return ExportedLog(path, raw, leaves, {b64(hashlib.sha256(stored).digest()): stored for stored in held})


def found(
    home: Path,
    own: PartyCard,
    others: list[PartyCard],
    settings: Settings,
    articles: Articles,
    *,
    exercise: bool,
    origin: str,
    secret: str,
    listen: tuple[str, int],
    tls: tuple[Path | None, Path | None],
    kdf: str,
) -> str:
    """Make the host in a home; returns the channel's id."""
    from wellclear.apps.host.create import create_host

    return create_host(
        home, own.party, [own, *others], settings, articles, exercise, origin, secret,
        listen_host=listen[0], listen_port=listen[1], tls_cert=tls[0] and tls[0].expanduser().absolute(),
        tls_key=tls[1] and tls[1].expanduser().absolute(), kdf=kdf,
    )  # fmt: skip


def read_terms(path: Path | None) -> Settings:
    """Settings from a file over the defaults; raises `InvalidValue` naming the field."""
    fields: Fields = msgspec.to_builtins(default_settings())
    return settings_from(fields | (read_json(path) if path is not None else {}))


def read_articles(path: Path | None) -> Articles:
    """The agreement's text from a file: lines that begin with `?` are its open points."""
    if path is None:
        return Articles(group="articles", text=ARTICLES, open_points=[])
    try:
        lines = path.expanduser().read_text("utf-8").splitlines()
    except OSError as error:
        raise Unavailable(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Malformed(str(path), "", "not UTF-8") from error
    open_points = [line.removeprefix("?").strip() for line in lines if line.startswith("?")]
    text = " ".join(line.strip() for line in lines if line.strip() and not line.startswith("?"))
    try:
        return msgspec.convert({"group": "articles", "text": text, "open_points": open_points}, Articles, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue("--articles", str(error)) from error
