"""Bytes that may be packed by gzip: unpacked as they are read, and never more of them than was allowed.

A packed file may have several members, as `cat a.gz b.gz` makes them. What is small outside and large inside ends in an
error of ours after the allowed bytes, whatever it would have grown to.
"""

from __future__ import annotations

import zlib
from typing import Final

from wellclear.errors import Malformed
from wellclear.interop.streams import Source

_GZIP: Final = b"\x1f\x8b"
_GZIP_BITS: Final = 31  # zlib's largest window, and a header and trailer of gzip
_PIECE: Final = 256 * 1024


class Unpacked:
    """The same source, unpacked if it is packed; told by its first bytes, never by its name.

    Args:
        source: the bytes as they lie there.
        file: how errors call it.
        most: so many bytes of content at most, packed or not.
        do: what to do with a file that is larger.
    """

    def __init__(self, source: Source, file: str, most: int, do: str) -> None:
        self._source, self._file, self._most, self._do = source, file, most, do
        self._left = source.read(_PIECE)
        self._packed = self._left[:2] == _GZIP
        self._unpacker = zlib.decompressobj(_GZIP_BITS)
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """At most so many bytes of content; none at the end.

        Raises:
            Malformed: damaged, broken off, or more than is allowed.
        """
        found = self._unpack(size) if self._packed else self._plain(size)
        self._given += len(found)
        if self._given > self._most:
            raise Malformed(self._file, "its end", f"it is larger than {self._most // 2**20} MiB; {self._do}")
        return found

    def _plain(self, size: int) -> bytes:
        if not self._left:
            return self._source.read(size)
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _unpack(self, size: int) -> bytes:
        while True:
            if self._unpacker.eof and self._left:
                self._unpacker = zlib.decompressobj(_GZIP_BITS)
            if not self._left:
                self._left = self._source.read(_PIECE)
                if not self._left:
                    return self._ended(size)
                continue
            try:
                found = self._unpacker.decompress(self._left, size)
            except zlib.error as error:
                raise Malformed(self._file, f"byte {self._given} of its content", "the gzip file is damaged") from error
            self._left = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail
            if found:
                return found

    def _ended(self, size: int) -> bytes:
        """What the unpacker still holds, then nothing; a file that stops before its trailer has broken off."""
        if self._unpacker.eof:
            return b""
        held = self._unpacker.decompress(b"", size)
        if not held:
            raise Malformed(self._file, "its end", "the gzip file breaks off")
        return held
