"""Files that only their owner may read: written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from wellclear.errors import Misconfigured, Unavailable


def make_private_directory(path: Path) -> None:
    """Make a directory, and what is missing above it, for the owner alone; one that is there keeps its mode."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(str(path), f"cannot be made: {error.strerror}") from error


def write_private(path: Path, raw: bytes, *, replace: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Raises:
        Misconfigured: it is there already and `replace` was not asked for.
        Unavailable: disk or directory would not take it.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                fresh.replace(path)
            else:
                path.hardlink_to(fresh)  # fails if somebody was there first; a rename would overwrite
        finally:
            fresh.unlink(missing_ok=True)
    except FileExistsError as error:
        raise Misconfigured(str(path), "is there already", do="Nothing was overwritten: move it away first") from error
    except OSError as error:
        raise Unavailable(str(path), f"cannot be written: {error.strerror}") from error


def check_private(path: Path) -> None:
    """Raise `Misconfigured` where a file with a secret may be read by others than its owner."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Misconfigured(str(path), f"cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise Misconfigured(str(path), "others on this machine may read it", do=f"chmod 600 {path}")
