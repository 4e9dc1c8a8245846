"""The newest size that a host has promised, in a small file of its own beside the store.

A store that is restored from a backup is well formed and signed, only too old; a host that goes on from it signs a
second history. This file is written after each commit and before anybody is told, so a store that holds less than it
says is an old copy. It is not synced at each commit: after a power cut it may be older than the store, never newer.
"""

from __future__ import annotations

import os
from pathlib import Path

from wellclear.errors import Misconfigured, Unavailable

_DIGITS = 19


class Promise:
    """The open file. `create` makes it; the constructor refuses to.

    Raises:
        Misconfigured: there is none, or it does not hold a size.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            raw = os.read(self._handle, _DIGITS + 2)
        except OSError as error:
            raise Misconfigured(
                str(path), f"cannot be read: {error.strerror}", do="It belongs beside the store; a copy of the store "
                "alone is an old one until shown otherwise",
            ) from error  # fmt: skip
        if len(raw) != _DIGITS + 1 or not raw[:-1].isdigit() or raw[-1:] != b"\n":
            os.close(self._handle)
            raise Misconfigured(str(path), "does not hold the size of the log", do=_OLD_COPY)
        self.size = int(raw)

    @classmethod
    def create(cls, path: Path, size: int) -> Promise:
        """A new file that promises `size`."""
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.write(handle, _spelled(size))
                os.fsync(handle)
            finally:
                os.close(handle)
        except FileExistsError as error:
            raise Misconfigured(str(path), "is there already") from error
        except OSError as error:
            raise Unavailable(str(path), f"cannot be written: {error.strerror}") from error
        return cls(path)

    def check(self, size: int) -> None:
        """Return if a store of `size` entries may go on from there.

        Raises:
            Misconfigured: more was promised than it holds.
        """
        if size < self.size:
            why = f"the log holds {size} entries, but this host has signed {self.size}; it is an old copy"
            raise Misconfigured("store", why, do=_OLD_COPY)

    def keep(self, size: int) -> None:
        """Promise `size`, before anybody is told of it.

        Raises:
            Unavailable: it cannot be written.
        """
        if size <= self.size:
            return
        try:
            os.pwrite(self._handle, _spelled(size), 0)
        except OSError as error:
            raise Unavailable(str(self.path), f"cannot be written: {error.strerror}", retry_after_s=5) from error
        self.size = size

    def close(self) -> None:
        """Give the file back; a second call does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


_OLD_COPY = (
    "Nothing was signed. Put the newest store back, or bring this one up to date from a member's copy of the log"
)


def _spelled(size: int) -> bytes:
    return b"%0*d\n" % (_DIGITS, size)
