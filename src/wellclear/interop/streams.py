"""Text from bytes, piece by piece: a byte-order mark is taken off, and what is no UTF-8 is told with its place."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import StringIO
from typing import Final, Protocol

from wellclear.errors import Malformed

PIECE_BYTES: Final = 256 * 1024
LINE_CHARS_MAX: Final = 1024 * 1024
"""Of one line; a row of a table has no more either, however many lines its cells take."""
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Source(Protocol):
    """Bytes that are read in pieces; every binary file is one."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


def decoded(source: Source, file: str) -> Iterator[str]:
    """The text of a source in pieces that are not empty; UTF-8, or UTF-16 if a byte-order mark says so.

    Raises:
        Malformed: bytes that are neither.
    """
    piece = _piece(source)
    encoding = _UTF16.get(piece[:2], "utf-8")
    piece = piece.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else piece[2:]
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            raise Malformed(
                file, f"line {line}", "the text is not UTF-8; save the file as UTF-8 (spreadsheets call it CSV UTF-8)"
            ) from error
        line += text.count("\n")
        if text:
            yield text
        if not piece:
            return
        piece = _piece(source)


def _piece(source: Source) -> bytes:
    """A whole piece, or what is left: a slow pipe gives the same pieces as a file."""
    got = source.read(PIECE_BYTES)
    while got and len(got) < PIECE_BYTES and (more := source.read(PIECE_BYTES - len(got))):
        got += more
    return got


def lines(pieces: Iterator[str], file: str) -> Iterator[str]:
    """The same text in lines with their endings (CR LF, LF or CR kept), as `csv` wants it; the last may have none.

    Raises:
        Malformed: a line beyond `LINE_CHARS_MAX`; no more than that of it is ever held.
    """
    held, number = "", 0
    for piece in pieces:
        whole = lines_of(held + piece)
        held = "" if whole[-1].endswith("\n") else whole.pop()
        for line in whole:
            number += 1
            _hold_to_most(line, file, number)
            yield line
        _hold_to_most(held, file, number + 1)
    if held:
        yield held


def lines_of(text: str) -> list[str]:
    """A text cut after CR LF, LF and CR alone: U+2028 and form feed are text (`str.splitlines` cuts there)."""
    return StringIO(text, newline="").readlines()


def _hold_to_most(line: str, file: str, number: int) -> None:
    if len(line) > LINE_CHARS_MAX:
        raise Malformed(file, f"line {number}", f"is longer than {LINE_CHARS_MAX} characters; {SHORTER}")


SHORTER: Final = "cut it into several rows, or save the table anew: is it a table, and are its line ends there?"


class OneRow(Iterator[str]):
    """The lines of one row at a time: a cell in quotation marks may take many, the row no more than a line may."""

    def __init__(self, rows: Iterator[str], file: str) -> None:
        self._rows, self._file, self._line, self._left = rows, file, 0, LINE_CHARS_MAX

    def begins(self, line: int) -> None:
        """A new row."""
        self._line, self._left = line, LINE_CHARS_MAX

    def __next__(self) -> str:
        found = next(self._rows)
        self._left -= len(found)
        if self._left < 0:
            why = f"begins a row of more than {LINE_CHARS_MAX} characters; close its quotation marks, or {SHORTER}"
            raise Malformed(self._file, f"line {self._line}", why)
        return found
