"""`incident pack`: what was notified near an incident, to whom, and how it was answered, from the log alone."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from wellclear.apps.cli.asking import passphrase
from wellclear.apps.cli.check_text import watching
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PassphraseFile
from wellclear.apps.cli.output import EXIT_FINDING, note, plain, show
from wellclear.apps.gathering import Gathered, gathered_from_bundle, gathered_from_store
from wellclear.apps.incident_pack import FORM, pack, pack_lines
from wellclear.apps.node.opened import OpenedLog
from wellclear.domain.canonical import b64
from wellclear.domain.marks import EXERCISE
from wellclear.domain.names import parse_item_id
from wellclear.edges.keyring import Keyring, box_key
from wellclear.edges.settings import load_node
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Unavailable

STORE = "node.sqlite"
PACK_BYTES_MAX = 32 * 1024 * 1024


def pack_(
    item: ItemArgument,
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="A bundle; else the log of this home.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it as JSON to a new file, for others to check.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Hold such a file of somebody to this log.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Prepare what was notified near the place and hour of an incident, to whom, at which level, and what came back.

    It is read out of the log, and nobody writes anything into it: every notice whose volumes or cell come there, as
    widely as place and time are known; each recipient with received, acknowledged, confirmed and passed to units; and
    the requests and safety messages of that time. It does not say who should have known.

    \b
    Examples:
      wellclear incident pack SOUTHLAND-1001-9 --out pack.json
      wellclear incident pack SOUTHLAND-1001-9 bundle.tar --check pack.json

    Ends with 1 if a file that is held to the log names entries that the log does not have.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    parse_item_id(item, field="ID")
    if out is not None and out.exists():
        raise InvalidValue("--out", f"{out} is there already; name a new file")
    given = None if check is None else pack_from(check)
    if path is not None:
        with watching() as heard:
            gathered = gathered_from_bundle(path, progress=partial(heard, "verifying and reading"))
    else:
        gathered = gathered_at(home.expanduser(), passphrase_file)
    told = pack(gathered, item)
    if given is not None:
        _check(given, told, gathered, str(check), as_json=as_json)
        return
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise Unavailable(str(out), error.strerror or "cannot be written") from error
    lines = [EXERCISE, *pack_lines(told)] if gathered.picture.exercise else pack_lines(told)
    show(told, *(plain(line) for line in lines), as_json=as_json)
    if out is not None:
        note(f"written to {out}, with {len(told['entries'])} entries to check it by")


def gathered_at(home: Path, passphrase_file: Path | None) -> Gathered:
    """What the log of a node's home tells; the node may run meanwhile, and need not."""
    settings = load_node(home)
    key = Keyring(home).unlock("node", passphrase(f"{settings.party}'s node key", passphrase_file))
    store = Store.open(home / STORE, box_key=box_key(key), writing=False)
    try:
        with watching() as heard:
            return gathered_from_store(OpenedLog(store), settings.party, progress=partial(heard, "reading"))
    finally:
        store.close()


def pack_from(file: Path) -> dict[str, Any]:
    """A pack that somebody wrote; raises `InvalidValue` for any other file, `Unavailable` where it cannot be read."""
    try:
        with file.open("rb") as source:
            raw = source.read(PACK_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable(str(file), error.strerror or "cannot be read") from error
    try:
        told = json.loads(raw.decode("utf-8")) if len(raw) <= PACK_BYTES_MAX else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("form") != FORM or not isinstance(told.get("entries"), list):
        raise InvalidValue("--check", f"{file} is no pack; `wellclear incident pack ID --out FILE` writes one")
    return told


def unlike(given: dict[str, Any], gathered: Gathered) -> list[str]:
    """The entries that a pack names and the log does not have, by their places; empty where it has all."""
    found = []
    for row in given["entries"]:
        index = row.get("index") if isinstance(row, dict) else None
        if not isinstance(index, int) or not 0 <= index < len(gathered.leaves):
            found.append(str(index)[:40])
        elif b64(gathered.leaves[index]) != row.get("leaf"):
            found.append(str(index))
    return found


def _check(given: dict[str, Any], told: dict[str, Any], gathered: Gathered, file: str, *, as_json: bool) -> None:
    missing = unlike(given, gathered)
    same = {**given, "log": None} == {**told, "log": None}
    value = {"file": file, "entries": len(given["entries"]), "not_in_the_log": missing, "same": "yes" if same else "no"}
    if missing:
        line = f"{file}: the log has other entries at {', '.join(missing[:20])}. It is not of this log."
    elif same:
        line = f"{file}: it is what this log gives, entry by entry."
    else:
        line = (
            f"{file}: the log has all of its {len(given['entries'])} entries, but gives another text here: another "
            "incident, another length of the log, or parts that one of you cannot open. Compare the two."
        )
    show(value, plain(line), as_json=as_json)
    if missing:
        raise typer.Exit(EXIT_FINDING)
