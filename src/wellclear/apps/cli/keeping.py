"""backup and restore: one file with a home's keys, settings and log; the log's copy is consistent while others write.

wellclear-backup.json      what it is, of whom, when, how many entries; SHA-256 of every other file
settings.toml, keys/...    as they lie in the home (the keys stay under their passphrases)
node.sqlite, host.sqlite   a copy by SQLite's online backup
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wellclear import __version__
from wellclear.apps.cli.notice_form import Fields
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import hint, show
from wellclear.apps.inputs import input_fault
from wellclear.domain.quantities import format_time
from wellclear.edges.keyring import make_private_directory, write_private
from wellclear.edges.settings import FILE
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Unavailable, Unverified

FORM = 1
LIST = "wellclear-backup.json"
STORES = ("node.sqlite", "host.sqlite")
RESTORED = "restored"
PLAIN = (FILE, "card.json", "founding.json", "host.pem", "tls.pem", "tls.key")
FILES_MAX = 1000
_NOTE_OF_HOST = "This host signs nothing until it is shown that no party has seen a longer log: "


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; nothing is overwritten.")],
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Back up a node's or host's home into one file, while it runs.

    The file holds the private keys under their passphrases: guard it as you guard the home.
    """
    home = home.expanduser()
    if not (home / FILE).is_file():
        raise Misconfigured(str(home), "is no home directory of Wellclear", do="Name another with --home")
    if file.exists():
        raise Misconfigured(str(file), "is there already", do="Name another file; nothing is overwritten")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as scratch:
        files, sizes = copies(home, Path(scratch))
        made_us = time.time_ns() // 1000
        listed = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(files.items())}
        head: Fields = {
            "wellclear_backup": FORM, "software": __version__, "made": format_time(made_us), "entries": sizes,
            "files": listed,
        }  # fmt: skip
        write_tar(file, json.dumps(head, indent=2).encode() + b"\n", files)
    counted = ", ".join(f"{name} with {size} entries" for name, size in sizes.items()) or "no log yet"
    show({"file": str(file), **head}, f"{file}: {len(files)} files, {counted}.", as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` made.")],
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Make a home from a backup. Stop the old node for good first: two nodes with one key contradict each other.

    A restored node first follows the log, then takes a fresh block of ids, and asks an officer before it sends what
    waited. A restored host signs nothing until `wellclear host recover`.
    """
    home = home.expanduser()
    if home.exists() and any(home.iterdir()):
        raise Misconfigured(str(home), "is not empty", do="Name another directory with --home")
    head, held = read_tar(file)
    for name, raw in held.items():
        path = home / name
        make_private_directory(path.parent)
        write_private(path, raw)
    for name in STORES:
        if name in held:
            check_store(home / name, head["entries"].get(name, -1))
    lines = [f"{home} is restored from {head['made']}: {len(held)} files."]
    if STORES[0] in held:
        write_private(home / RESTORED, f"{head['entries'][STORES[0]]}\n".encode())
        serve, status = hint("wellclear node serve"), hint("wellclear status")
        lines.append(f"Start the node: {serve}. It follows first; then look at: {status}")
    if STORES[1] in held:
        lines.append(_NOTE_OF_HOST + hint("wellclear host recover"))
    show({"home": str(home), **head}, *lines, as_json=as_json)


def copies(home: Path, scratch: Path) -> tuple[dict[str, Path], dict[str, int]]:
    """The files of a backup by name, with stores copied while they are open elsewhere, and the stores' sizes."""
    files = {name: home / name for name in PLAIN if (home / name).is_file()}
    for path in sorted((home / "keys").rglob("*.json")):
        files[path.relative_to(home).as_posix()] = path
    sizes: dict[str, int] = {}
    for name in STORES:
        if (home / name).is_file():
            store = Store.open(home / name, writing=False)
            try:
                store.backup(scratch / name)
            finally:
                store.close()
            copy = Store.open(scratch / name, writing=False)
            try:
                sizes[name] = copy.size()
            finally:
                copy.close()
            files[name] = scratch / name
    return files, sizes


def write_tar(file: Path, head: bytes, files: dict[str, Path]) -> None:
    """The backup as an uncompressed tar, its list first; readable by its owner only."""
    try:
        file.touch(mode=0o600, exist_ok=False)
        with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
            add(tar, LIST, head)
            for name, path in sorted(files.items()):
                add(tar, name, path.read_bytes())
    except OSError as error:
        raise Unavailable(str(file), f"cannot be written: {error.strerror}") from error


def add(tar: tarfile.TarFile, name: str, raw: bytes) -> None:
    """One file into a tar, without owner or hour."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(raw), 0o600
    tar.addfile(entry, io.BytesIO(raw))


def read_tar(file: Path) -> tuple[Fields, dict[str, bytes]]:
    """The list and the files of a backup, every one held to its hash.

    Raises:
        InvalidValue, Unavailable: it cannot be read.
        Malformed: it is no backup, or names a place outside a home.
        Unverified: a file is not the one that the list names.
    """
    try:
        with tarfile.open(file, "r:") as tar:
            found = {entry.name: stored(tar, entry, file) for entry in members(tar, file)}
    except (tarfile.TarError, ValueError, OverflowError, LookupError) as error:  # what its headers lead `tarfile` to
        raise Malformed(str(file), "", f"no backup: {error}") from error
    except OSError as error:
        raise input_fault(file, error) from error
    except MemoryError as error:
        raise Malformed(str(file), "", "no backup: a file in it is larger than this machine's memory") from error
    head = head_of(found.pop(LIST, b""), file)
    if set(found) != set(head["files"]):
        raise Unverified(str(file), "it does not hold the files that its list names")
    for name, raw in found.items():
        if hashlib.sha256(raw).hexdigest() != head["files"][name]:
            raise Unverified(f"{file}: {name}", "was changed since the backup")
    return head, found


def members(tar: tarfile.TarFile, file: Path) -> list[tarfile.TarInfo]:
    """The entries of a tar, plain files with names below a home only."""
    entries = []
    for entry in tar:
        parts = Path(entry.name).parts
        if not entry.isfile() or entry.issparse() or entry.name.startswith("/") or ".." in parts or len(parts) > 3:
            raise Malformed(str(file), entry.name[:80], "no file of a home")
        entries.append(entry)
        if len(entries) > FILES_MAX:
            raise Malformed(str(file), "", f"more than {FILES_MAX} files")
    return entries


def stored(tar: tarfile.TarFile, entry: tarfile.TarInfo, file: Path) -> bytes:
    """One file's bytes."""
    opened = tar.extractfile(entry)
    if opened is None:
        raise Malformed(str(file), entry.name[:80], "no plain file")
    return opened.read()


def head_of(raw: bytes, file: Path) -> Fields:
    """The list of a backup."""
    try:
        head: Any = msgspec.json.decode(raw)
        form = head["wellclear_backup"]
        entries = {str(name): int(size) for name, size in head["entries"].items()}
        read: Fields = {**head, "made": str(head["made"]), "files": dict(head["files"]), "entries": entries}
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(str(file), LIST, "no backup of Wellclear") from error
    if form != FORM:
        raise Malformed(str(file), LIST, f"form {form}; this software reads form {FORM}")
    return read


def check_store(path: Path, entries: int) -> None:
    """Hash the whole restored log; raises `Misconfigured` where it does not hold."""
    store = Store.open(path)
    try:
        store.fsck()
        if store.size() != entries:
            raise Misconfigured(str(path), f"holds {store.size()} entries where {entries} were backed up")
    finally:
        store.close()
