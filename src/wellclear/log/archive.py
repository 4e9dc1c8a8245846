"""A bundle as one tar file, in exactly one spelling: the same files give the same bytes, and no byte is slack.

POSIX ustar; regular files only, in the order of their paths; mode 0644, owner and time zero; nothing compressed. Any
tar program unpacks it. Reading is strict: a header must be the very one that we would write for its name and size, so
that links, devices, absolute names and other tricks of archives have no spelling here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wellclear.errors import Malformed
from wellclear.log.bundle import BUNDLE_BYTES_MAX, FILES_MAX, check_path

BLOCK_BYTES = 512

_END = bytes(2 * BLOCK_BYTES)
_HINT = "not a tar that `export` wrote; unpack it with tar and verify the directory"


def pack(files: Mapping[str, bytes]) -> bytes:
    """The tar of some files.

    Raises:
        Malformed: a path that a bundle may not hold.
    """
    return b"".join(pack_blocks(files))


def pack_blocks(files: Mapping[str, bytes]) -> Iterator[bytes]:
    """The tar of some files, piece by piece."""
    for path in sorted(files):
        check_path(path)
        raw = files[path]
        yield _header(path, len(raw))
        yield raw
        yield bytes(-len(raw) % BLOCK_BYTES)
    yield _END


def unpack(raw: bytes) -> dict[str, bytes]:
    """The files of a tar.

    Raises:
        Malformed: any byte is not what `pack` writes for these files, or a limit is exceeded; names file and byte.
    """
    if len(raw) > BUNDLE_BYTES_MAX:
        raise Malformed("tar", "", f"longer than {BUNDLE_BYTES_MAX} bytes")
    files: dict[str, bytes] = {}
    at, last = 0, ""
    while raw[at : at + BLOCK_BYTES].strip(b"\0"):
        path, size = _read_header(raw[at : at + BLOCK_BYTES], at)
        if path <= last:
            raise Malformed("tar", path, "doubled, or out of the order of paths")
        if len(files) >= FILES_MAX:
            raise Malformed("tar", path, f"more than {FILES_MAX} files")
        start, end = at + BLOCK_BYTES, at + BLOCK_BYTES + size
        at = end + -size % BLOCK_BYTES
        if len(raw) < at:
            raise Malformed("tar", path, f"truncated: {size} bytes expected, {max(len(raw) - start, 0)} left")
        if raw[end:at].strip(b"\0"):
            raise Malformed("tar", path, "bytes hidden behind the end of the file")
        files[path] = raw[start:end]
        last = path
    if raw[at:] != _END:
        raise Malformed("tar", f"byte {at}", "two blocks of zeros expected at the end, and nothing after them")
    return files


def _header(path: str, size: int) -> bytes:
    """One ustar header (POSIX.1-1988): all fields but name and size are always the same."""
    fields = (
        path.encode("ascii").ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0"
        + b" " * 8 + b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(155)
    )  # fmt: skip
    block = fields.ljust(BLOCK_BYTES, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _read_header(block: bytes, at: int) -> tuple[str, int]:
    where = f"byte {at}"
    try:
        path = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135], 8)
    except ValueError as error:
        raise Malformed("tar", where, _HINT) from error
    most = check_path(path)
    if size < 0 or size > most:
        raise Malformed("tar", path, f"{size} bytes; such a file has at most {most}")
    if block != _header(path, size):
        raise Malformed("tar", f"{path}, {where}", _HINT)
    return path, size
