"""The caller's files, opened one after the other and read as they stream; a hyphen is standard input."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from wellclear.apps.check.plan import Progress
from wellclear.errors import InvalidValue
from wellclear.interop.files import read
from wellclear.interop.planned import Defaults, Planned, Skipped

STDIN: Final = "-"
_EVERY: Final = 256
_HELD_BYTES_MAX: Final = 16 * 1024 * 1024


def read_inputs(
    names: Sequence[str], defaults: Sequence[Defaults], fmt: str | None = None, progress: Progress | None = None
) -> Iterator[Planned | Skipped]:
    """Every volume and every feature that could not be used, file after file.

    `defaults` holds those of each file. `fmt` says what standard input holds, or all files where it is not among them.

    Raises:
        InvalidValue: a file cannot be opened or read, is named twice, or its format is not known.
        Malformed: a file cannot be read any further; names file and place.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidValue(twice, "is named twice, so every id in it would stand there twice; name it once")
    for name, own in zip(names, defaults, strict=True):
        shown, said = ("standard input", fmt) if name == STDIN else (name, None if STDIN in names else fmt)
        with opened(name) as source:
            size = _size(source)
            for number, item in enumerate(_held(_reader(source, shown, own, said), shown)):
                if progress is not None and number % _EVERY == 0:
                    progress(f"reading {shown}", _at(source), size)
                yield item


def _reader(source: BinaryIO, shown: str, defaults: Defaults, fmt: str | None) -> Iterator[Planned | Skipped]:
    try:
        return read(shown, source, defaults, fmt)
    except InvalidValue as error:
        raise InvalidValue(shown, f"{error.why}, or say which it is with --format") from error


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A file, or standard input for a hyphen; raises InvalidValue if it cannot be opened."""
    if name == STDIN:
        with _seekable(sys.stdin.buffer) as source:
            yield source
        return
    try:
        source = Path(name).expanduser().open("rb")
    except FileNotFoundError as error:
        raise InvalidValue(name, "there is no such file") from error
    except OSError as error:
        do = "; name the files in it" if isinstance(error, IsADirectoryError) else ""
        raise InvalidValue(name, f"cannot be read: {error.strerror}{do}") from error
    with source:
        yield source


@contextmanager
def _seekable(pipe: BinaryIO) -> Iterator[BinaryIO]:
    """What is small is held and what is large lies on disk: an archive is read from its end, which a pipe cannot."""
    if pipe.seekable():
        yield pipe
        return
    with tempfile.SpooledTemporaryFile(_HELD_BYTES_MAX) as whole:
        shutil.copyfileobj(pipe, whole)
        whole.seek(0)
        yield cast(BinaryIO, whole)


def _held(items: Iterator[Planned | Skipped], name: str) -> Iterator[Planned | Skipped]:
    """The same, with a disk that fails in the middle told as what it is."""
    try:
        yield from items
    except OSError as error:
        raise InvalidValue(name, f"cannot be read to its end: {error.strerror or error}") from error


def _size(source: BinaryIO) -> int:
    """Bytes of a plain file; 0 where nobody knows before the end."""
    try:
        found = os.fstat(source.fileno())
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _at(source: BinaryIO) -> int:
    return source.tell() if not source.closed and source.seekable() else 0
