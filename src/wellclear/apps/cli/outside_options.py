"""Options that `series` and `reports` share, and the file that both keep what they read in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from wellclear.apps.check.inputs import STDIN, opened
from wellclear.apps.check.plan import Progress
from wellclear.apps.cli.check_text import watching
from wellclear.edges.outside import FILE
from wellclear.errors import InvalidValue, Unavailable

_EVERY_BYTES = 1024 * 1024

StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help=f"Keep it in this file; else in {FILE} of the node's home."),
]
FromDay = Annotated[str | None, typer.Option("--start", metavar="DAY", help="From this day on: 2026-11-23.")]
ToDay = Annotated[str | None, typer.Option("--end", metavar="DAY", help="To this day, included.")]
Strict = Annotated[bool, typer.Option("--strict", help="If anything cannot be used, take in nothing and end with 2.")]


def store_path(home: Path, store: Path | None) -> Path:
    """Where series and reports are kept.

    Raises:
        InvalidValue: the home, or the directory of the file, is not there.
    """
    if store is not None:
        path = store.expanduser()
        if not path.parent.is_dir():
            raise InvalidValue("--store", f"there is no directory {path.parent}")
        if path.is_dir():
            raise InvalidValue("--store", f"{path} is a directory; name a file in it")
        return path
    if not home.expanduser().is_dir():
        raise InvalidValue("--home", f"there is no home {home}; name another, or a file with --store")
    return home.expanduser() / FILE


def day(text: str | None, option: str) -> date | None:
    """A day as it was typed; raises InvalidValue naming the option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(option, f"{text[:40]!r} is no day; write it such as 2026-11-23") from error


class _Watched:
    """A file that says how far it has been read."""

    def __init__(self, source: BinaryIO, shown: str, told: Progress) -> None:
        self._source, self._shown, self._told = source, shown, told
        self._read = self._last = 0
        try:
            self._size = os.fstat(source.fileno()).st_size
        except OSError:
            self._size = 0

    def read(self, size: int, /) -> bytes:
        try:
            found = self._source.read(size)
        except OSError as error:
            raise InvalidValue(self._shown, f"cannot be read to its end: {error.strerror or error}") from error
        self._read += len(found)
        if self._read >= self._last + _EVERY_BYTES or not found:
            self._last = self._read
            self._told(f"reading {self._shown}", self._read, self._size)
        return found


@contextmanager
def reading(name: str) -> Iterator[tuple[_Watched, str, Progress]]:
    """A file to read, how it is called, and where progress is told; raises InvalidValue if it cannot be opened."""
    shown = "standard input" if name == STDIN else Path(name).name
    with opened(name) as source, watching() as told:
        yield _Watched(source, shown, told), shown, told


def write_file(path: Path, raw: bytes) -> None:
    """Write what was drawn; raises Unavailable where it cannot be written."""
    try:
        path.expanduser().write_bytes(raw)
    except OSError as error:
        raise Unavailable(str(path), f"cannot be written: {error.strerror}") from error
