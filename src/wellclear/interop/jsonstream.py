"""JSON that is read value by value from a stream, in bounded memory, with every number exact.

One bad value does not hide the next one: its end is found by counting brackets, and it is told as `BadJson`. Only what
leaves no way to go on raises `Malformed`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from wellclear.errors import Malformed
from wellclear.interop.streams import Source, decoded

VALUE_CHARS_MAX: Final = 8 * 1024 * 1024
DEPTH_MAX: Final = 100

_BLANK: Final = re.compile(r"[ \t\r\n\x1e]*")
_BRACKET: Final = re.compile(r'["{}\[\]]')
_IN_TEXT: Final = re.compile(r'["\\]')
_BARE_END: Final = re.compile(r"[,\]}\s]")
_INT_CHARS: Final = 19


@dataclass(frozen=True, slots=True)
class BadJson:
    """A value that could not be used: what stands at fault, why, and what to write instead."""

    field: str
    reason: str
    do: str


class Decoder:
    """Decodes one value at a time; doubled names and numbers that are none are faults, which `json` would let pass."""

    def __init__(self) -> None:
        self._faults: list[BadJson] = []
        self._json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=_decimal, parse_int=_whole, parse_constant=self._constant
        )

    def decode(self, text: str, start: int = 0) -> tuple[object, int]:
        """The value that begins at `start`, and where it ends; a value may be a `BadJson`.

        Raises:
            ValueError: no JSON there, or not all of it.
        """
        self._faults.clear()
        try:
            value, end = self._json.raw_decode(text, start)
        except RecursionError as error:
            raise ValueError("is nested too deeply") from error
        return (self._faults[0] if self._faults else value), end

    def whole(self, text: str) -> object:
        """The one value of a text, or what is wrong with it."""
        start = _BLANK.match(text)
        try:
            value, end = self.decode(text, start.end() if start else 0)
        except ValueError as error:
            return _bad(error)
        rest = text[end:].strip(" \t\r\n\x1e")
        return BadJson("JSON", f"{rest[:20]!r} follows the value", "write one feature a line") if rest else value

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self._faults.append(BadJson(ascii(twice)[1:-1][:40], "stands twice in one object", "write it once"))
        return made

    def _constant(self, name: str) -> Decimal:
        self._faults.append(BadJson("JSON", f"{name} is no number", "write null, or leave it out"))
        return Decimal(0)


class Scanner:
    """Walks through JSON text as it streams in; `line` counts from 1."""

    def __init__(self, source: Source, file: str) -> None:
        self.file = file
        self._pieces = decoded(source, file)
        self._buffer = ""
        self._at = 0
        self._line = 1  # of the character at `_counted`
        self._counted = 0
        self.is_sequence = False  # a record separator (RFC 8142) stands before the first value
        self._decoder = Decoder()

    @property
    def line(self) -> int:
        self._line += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def peek(self) -> str:
        """The next character that is not blank, not taken yet; empty at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def take(self, character: str, expected: str) -> None:
        """Go past one character; raises Malformed if another one stands there."""
        found = self.peek()
        if found != character:
            raise self.fault(f"{expected} belongs here, not {found!r}" if found else _CUT)
        self._at += 1

    def fault(self, why: str) -> Malformed:
        """What to raise when there is no way to go on from here."""
        return Malformed(self.file, f"line {self.line}", why)

    def head(self) -> str:
        """The text that is there already, from the first character that is not blank."""
        self.peek()
        self.is_sequence = "\x1e" in self._buffer[: self._at]
        return self._buffer[self._at :]

    def value(self) -> object:
        """The next value, or a `BadJson` if it is none but its end could be found.

        Raises:
            Malformed: the text ends before the value does.
        """
        first = self.peek()
        try:
            value, end = self._decoder.decode(self._buffer, self._at)
        except ValueError:
            return self._slowly(first)
        if end == len(self._buffer) and first not in '{["':  # a number may go on in the next piece
            return self._slowly(first)
        self._at = end
        return value

    def pieces(self, separator: str) -> Iterator[tuple[int, object]]:
        """The values between separators, each with its line; blank pieces are left out."""
        while self.peek():
            line = self.line
            found = self._buffer.find(separator, self._at)
            start = self._at
            while found < 0 and len(self._buffer) - self._at <= VALUE_CHARS_MAX and self._fill():
                start = self._at
                found = self._buffer.find(separator, start)
            if found < 0 and len(self._buffer) - start > VALUE_CHARS_MAX:
                yield line, _TOO_LARGE
                self._skip_to(separator)
                continue
            end = found if found >= 0 else len(self._buffer)
            text, self._at = self._buffer[start:end], end
            yield line, self._decoder.whole(text)

    def _skip_to(self, separator: str) -> None:
        while True:
            found = self._buffer.find(separator, self._at)
            self._at = found if found >= 0 else len(self._buffer)
            if found >= 0 or not self._fill():
                return

    def _fill(self) -> bool:
        """Drop what was taken, and add the next piece; False at the end."""
        piece = next(self._pieces, "")
        if piece:
            assert self.line  # counts what is dropped
            self._buffer = self._buffer[self._at :] + piece
            self._at = self._counted = 0
        return bool(piece)

    def _slowly(self, first: str) -> object:
        """A value that is cut by the end of the buffer, or bad: find its end, then decode it alone."""
        text, was_deep = self._bare() if first not in '{["' else self._bracketed()
        if text is None:
            return _TOO_LARGE
        if was_deep:
            return BadJson("JSON", "is nested too deeply", "write coordinates as RFC 7946 does")
        return self._decoder.whole(text)

    def _bare(self) -> tuple[str | None, bool]:
        while True:
            end = _BARE_END.search(self._buffer, self._at)
            if end is not None or len(self._buffer) - self._at > VALUE_CHARS_MAX or not self._fill():
                break
        stop = end.start() if end is not None else len(self._buffer)
        text, self._at = self._buffer[self._at : stop], max(stop, self._at + 1)
        return text, False

    def _bracketed(self) -> tuple[str | None, bool]:
        """The text of an object, list or text; None if it is too large, which takes no memory."""
        at, depth, deepest, in_text, too_large = self._at, 0, 0, False, False
        while True:
            mark = (_IN_TEXT if in_text else _BRACKET).search(self._buffer, at)
            if mark is None or (mark.group() == "\\" and mark.end() == len(self._buffer)):
                at = mark.start() if mark else len(self._buffer)
                too_large = too_large or at - self._at > VALUE_CHARS_MAX
                if too_large:
                    self._at = at
                at -= self._at
                if not self._fill():
                    raise self.fault(_CUT)
                continue
            at = mark.end()
            if mark.group() == "\\":
                at += 1
            elif mark.group() == '"':
                in_text = not in_text
            else:
                depth += 1 if mark.group() in "{[" else -1
                deepest = max(deepest, depth)
            if depth <= 0 and not in_text:
                text = None if too_large else self._buffer[self._at : at]
                self._at = at
                return text, deepest > DEPTH_MAX


_CUT: Final = "the file ends in the middle of a value; it was cut short, so send or save it again"
_TOO_LARGE: Final = BadJson(
    "JSON", f"is larger than {VALUE_CHARS_MAX // 1024**2} MiB", "cut it into several volumes of one notice"
)


def _bad(error: ValueError) -> BadJson:
    if isinstance(error, json.JSONDecodeError):
        at = f"character {error.pos + 1}" if error.lineno == 1 else f"its line {error.lineno}, character {error.colno}"
        return BadJson(
            "JSON", f"is broken at {at}: {error.msg[:1].lower()}{error.msg[1:]}", "mend it, or export it anew"
        )
    return BadJson("JSON", str(error)[:80], "write coordinates as RFC 7946 does")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimals hold; refused wherever it is used
        return Decimal("Infinity")


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _INT_CHARS else Decimal(text)
