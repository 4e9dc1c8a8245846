"""Bundles on disk, in and out, with limits: a bundle comes from a stranger and may be anything.

Links are never followed, names are checked before they are opened, sizes before they are read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from wellclear.apps.inputs import input_fault
from wellclear.errors import Malformed, Misconfigured, Unavailable
from wellclear.log.archive import pack_blocks, unpack
from wellclear.log.bundle import BUNDLE_BYTES_MAX, FILES_MAX, check_path

DEPTH_MAX = 12
"""Directories inside one another; the tiles of the greatest log need ten."""


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle, from its directory or its tar.

    Raises:
        Malformed: links, devices, strange names, too much of anything; not a tar of ours. Names the file.
        InvalidValue: there is nothing, or this user may not read it.
        Unavailable: the disk does not give it.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return _read_directory(path)
        if not stat.S_ISREG(found.st_mode):
            raise Malformed(str(path), "", "neither a directory nor a file")
        if found.st_size > BUNDLE_BYTES_MAX:
            raise Malformed(str(path), "", f"{found.st_size} bytes; a bundle has at most {BUNDLE_BYTES_MAX}")
        return unpack(path.read_bytes())
    except OSError as error:
        raise input_fault(path, error) from error
    except MemoryError as error:
        raise Unavailable(str(path), "is larger than this machine's memory") from error


def _read_directory(root: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = BUNDLE_BYTES_MAX
    waiting = [("", 0)]
    while waiting:
        below, depth = waiting.pop()
        with os.scandir(root / below) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                most = check_path(name)
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    if depth >= DEPTH_MAX:
                        raise Malformed("bundle", name, f"directories deeper than {DEPTH_MAX}")
                    waiting.append((f"{name}/", depth + 1))
                    continue
                if not stat.S_ISREG(found.st_mode):
                    raise Malformed("bundle", name, "a link or a device; a bundle holds plain files only")
                if found.st_size > most:
                    raise Malformed("bundle", name, f"{found.st_size} bytes; such a file has at most {most}")
                if len(files) >= FILES_MAX:
                    raise Malformed("bundle", name, f"more than {FILES_MAX} files")
                files[name] = _read_plain(root / name, most)
                left -= len(files[name])
                if left < 0:
                    raise Malformed("bundle", name, f"more than {BUNDLE_BYTES_MAX} bytes in all")
    return files


def _read_plain(path: Path, most: int) -> bytes:
    """A regular file, even if somebody puts a link in its place meanwhile."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise Malformed("bundle", path.name, f"more than {most} bytes")
    return raw


def write_bundle(files: Mapping[str, bytes], path: Path) -> None:
    """Write a bundle as a tar if the name ends in `.tar`, else as a directory. Nothing is overwritten.

    Raises:
        Misconfigured: something of that name is there already.
        Unavailable: it cannot be written; what was begun is left, and does not verify.
    """
    try:
        if path.suffix == ".tar":
            with path.open("xb") as file:
                for block in pack_blocks(files):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            return
        path.mkdir(parents=False)
        for name in sorted(files):
            check_path(name)
            file_path = path / name
            file_path.parent.mkdir(parents=True, exist_ok=True)
            file_path.write_bytes(files[name])
    except FileExistsError as error:
        raise Misconfigured(str(path), "is there already", do="Choose another name; nothing was overwritten") from error
    except OSError as error:
        raise Unavailable(str(path), unwritable(path, error)) from error


def unwritable(path: Path, error: OSError) -> str:
    """Why a bundle cannot be written there, and what to do."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return f"cannot be written: {path.parent} is no directory; make it, or name another place"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"cannot be written: this user may not write in {path.parent}; name another place"
        case errno.ENOSPC | errno.EDQUOT:
            return "cannot be written: the disk is full; what was begun is no bundle. Delete it, and make room"
    why = error.strerror or str(error)
    return f"cannot be written: {why}; what was begun is no bundle. Delete it, and name another place"
