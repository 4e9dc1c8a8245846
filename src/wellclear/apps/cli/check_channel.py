"""check --against: whom to ask. A node's home or address is asked over its local API, a bundle is read offline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from wellclear.apps.check.against import Fields
from wellclear.apps.check.asking import ask_node
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.minima import channel_minima
from wellclear.apps.check.plan import Plan, Progress
from wellclear.apps.cli.check_text import Answer
from wellclear.apps.cli.options import NODE_HOME
from wellclear.apps.cli.output import note
from wellclear.domain.marks import EXERCISE
from wellclear.edges.node_client import TOKEN_FILE, NodeClient
from wellclear.edges.settings import FILE, load_node
from wellclear.errors import InvalidValue, Misconfigured
from wellclear.interop.planned import Defaults

Gathered = Callable[[Defaults, str], Plan]
"""Reads the files with some defaults, for one party alone."""
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def answer(
    against: str, token_file: Path | None, defaults: Defaults, says: Fields, gathered: Gathered, progress: Progress
) -> Answer:
    """Check own drafts against a channel; `says` is what those state of themselves that do not say it in their file.

    Raises:
        InvalidValue: `against` is neither a node nor a bundle, or another party was named.
        Unavailable: the node does not answer, or the bundle cannot be read.
        Unverified: the bundle does not verify.
    """
    client = way_to_node(against, token_file)
    if client is None:
        return Answer.of_channel(_of_bundle(Path(against).expanduser(), defaults, says, gathered, progress))
    with client:
        status = client.get("status")
        if status.get("exercise") == "yes":
            note(EXERCISE)
        own = str(status.get("party", ""))
        if defaults.party not in ("", own):
            raise InvalidValue("--party", f"this is the node of {own}; against a channel one checks one's own drafts")
        plan = gathered(replace(defaults, party=own), own)
        found = ask_node(client, own, plan, progress, says)
        return Answer.of_channel(replace(found, exercise=status.get("exercise") == "yes"))


def way_to_node(against: str, token_file: Path | None) -> NodeClient | None:
    """A client for a node's home or address; None for what may be a bundle.

    Raises:
        InvalidValue: there is nothing of that name, or an address elsewhere would be sent this machine's token.
        Misconfigured: the token cannot be read.
    """
    if against.startswith(("http://", "https://")):
        if token_file is None and urlsplit(against).hostname not in _THIS_MACHINE:
            raise InvalidValue(
                "--against", f"{against} is not on this machine; name the token for it with --token-file"
            )
        file = token_file or NODE_HOME / TOKEN_FILE
        try:
            token = file.expanduser().read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(str(file), f"cannot be read: {error}", do="Name it with --token-file") from error
        return NodeClient(against.rstrip("/"), token)
    path = Path(against).expanduser()
    if not path.exists():
        raise InvalidValue("--against", f"{against}: there is no such node's home or bundle")
    if not (path / FILE).is_file():
        return None
    settings = load_node(path)
    return NodeClient.at(path, settings.api_url)


def _of_bundle(path: Path, defaults: Defaults, says: Fields, gathered: Gathered, progress: Progress) -> ChannelChecked:
    from wellclear.apps.check.bundle import known_from_bundle

    progress(f"verifying {path}", 0, 0)
    known = known_from_bundle(path, defaults.party)
    if known.exercise:
        note(EXERCISE)
    plan = gathered(replace(defaults, party=known.party), known.party)
    progress("comparing", 0, 0)
    drafts = [notice.announced() for notice in plan.notices.values()]
    found = known.meetings(drafts) if known.agreement else []
    judged = known.judged(drafts, {id_: {**says, **notice.states} for id_, notice in plan.notices.items()})
    return ChannelChecked(
        plan, known.party, tuple(found), channel_minima(known.terms), known.compared(), known.size, known.words,
        agreed=known.agreement > 0, exercise=known.exercise, drawn=judged,
    )  # fmt: skip
