"""host init, serve, recover: the party that puts the entries in order."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from wellclear.apps.cli.asking import agree, new_passphrase, passphrase
from wellclear.apps.cli.joining import KdfName, Party, make_party, read_card, words_of_card
from wellclear.apps.cli.notice_form import Fields, read_json
from wellclear.apps.cli.options import HOST_HOME, AsJson, Exercise, HostHome, PassphraseFile, Yes
from wellclear.apps.cli.output import hint, note, show
from wellclear.apps.copies import copy_at
from wellclear.apps.inputs import read_input
from wellclear.domain.agreement import Settings, default_settings, settings_from
from wellclear.domain.canonical import unb64
from wellclear.domain.names import check_origin, check_party
from wellclear.domain.parts import Articles
from wellclear.domain.spoken import spoken
from wellclear.edges.card import CardFile, check_real_cards
from wellclear.edges.settings import HOST_LISTEN, load_host, parse_listen
from wellclear.errors import InvalidValue, Malformed

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

PROGRESS_EVERY = 8192


class ReadersName(StrEnum):
    """Who may read: the members by their keys, or anyone."""

    members = "members"
    anyone = "anyone"


@app.command()
def init(
    party: Party,
    origin: Annotated[
        str, typer.Option(metavar="NAME", help="Names the log for ever, such as caspia.example/channel.")
    ],
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
    check_origin(origin, field="--origin")
    home = home.expanduser()
    address, port = parse_listen(listen, "--listen")
    others = [read_card(path) for path in cards]
    settings, text = read_terms(terms), read_articles(articles)
    if not exercise:
        check_real_cards(others)
    for other in others:
        note(words_of_card(other))
    agree("Did each of these parties read you exactly this?", yes=yes)
    secret = new_passphrase(f"{party}'s keys", passphrase_file)
    own = make_party(home, party, ["host", "principal"] if principal else ["host"], secret, kdf, exercise=exercise)
    channel = found(
        home, own, others, settings, text, exercise=exercise, origin=origin, secret=secret, listen=(address, port),
        tls=(tls_cert, tls_key), kdf=kdf,
    )  # fmt: skip
    said = spoken(unb64(channel))
    lines = [
        f"The channel is founded ({'exercise' if exercise else 'REAL'}). Its id, for every party:\n\n    {channel}\n",
        f"Its fingerprint, to be read aloud:\n\n    {said}\n",
        f"Start the host: {hint('wellclear host serve')}",
    ]
    show({"channel": channel, "spoken": said, "home": str(home)}, *lines, as_json=as_json)


@app.command()
def serve(
    readers: Annotated[
        ReadersName, typer.Option(help="Who may read log and events; parts always go to their readers only.")
    ] = ReadersName.members,
    unheeded: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help="Do not stop when this party claims a longer log, and can show none."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: HostHome = HOST_HOME,
) -> None:
    """Run the host in this terminal until it is stopped."""
    from wellclear.apps.host.serve import serve as run

    settings = load_host(home.expanduser())
    for party in unheeded or ():
        check_party(party, field="--unheeded")
    secret = passphrase(f"{settings.party}'s host keys", passphrase_file)
    run(
        settings, secret, readers=readers.value, unheeded=unheeded or (), progress=tell_progress,
        on_ready=lambda url: note(f"The host answers at {url}"),
    )  # fmt: skip


def tell_progress(done: int, of: int) -> None:
    """A line now and then while a long log is verified."""
    if done % PROGRESS_EVERY == 0 or (done == of and of > PROGRESS_EVERY):
        note(f"verified {done} of {of} entries")


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
    The others must be beginnings of it: if they are not, two histories were signed, and nothing is changed. If one
    principal can show none, the others decide: `host change propose --same-host`, then `host resume`.
    """
    from wellclear.apps.host.recover import recover_from
    from wellclear.apps.host.starting import HostFiles

    copies = [copy_at(path) for path in bundles]
    for copy in copies:
        note(f"{copy.source}: {copy.party}, {copy.size} entries")
    agree("Does none of these parties' nodes show more entries than it exported?", yes=yes)
    size = recover_from(HostFiles(home.expanduser()), copies)
    show(
        {"entries": size},
        f"The host has {size} entries again. Start it: {hint('wellclear host serve')}",
        as_json=as_json,
    )


def found(
    home: Path,
    own: CardFile,
    others: list[CardFile],
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
        lines = read_input(path).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Malformed(str(path), "", "not UTF-8") from error
    open_points = [line.removeprefix("?").strip() for line in lines if line.startswith("?")]
    text = " ".join(line.strip() for line in lines if line.strip() and not line.startswith("?"))
    try:
        return msgspec.convert({"group": "articles", "text": text, "open_points": open_points}, Articles, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue("--articles", str(error)) from error
