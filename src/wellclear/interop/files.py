"""Which reader a file needs, told by its name and by how it begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO, Final

from wellclear.errors import InvalidValue
from wellclear.interop.geojson import read_geojson
from wellclear.interop.gpx import read_gpx
from wellclear.interop.kml import read_kml, read_kmz
from wellclear.interop.planned import Defaults, Read
from wellclear.interop.table import read_table

Reader = Callable[[BinaryIO, str, Defaults], Read]

READERS: Final[dict[str, Reader]] = {
    "geojson": read_geojson,
    "csv": read_table,
    "kml": read_kml,
    "kmz": read_kmz,
    "gpx": read_gpx,
}
"""By the name of the format, as a caller may say it."""
_HEAD_BYTES: Final = 4096
_ENDINGS: Final = {
    "geojson": "geojson", "json": "geojson", "geojsonl": "geojson", "geojsons": "geojson", "geojsonseq": "geojson",
    "ndjson": "geojson", "jsonl": "geojson", "csv": "csv", "tsv": "csv", "txt": "csv", "kml": "kml", "kmz": "kmz",
    "gpx": "gpx",
}  # fmt: skip


def read(file: str, source: BinaryIO, defaults: Defaults, fmt: str | None = None) -> Read:
    """Every volume in a file, and every feature that could not be used.

    `file` is what the caller calls it; `fmt` is one of `READERS`. Without it the beginning of the file decides where
    it is plain (people rename archives), else the ending of the name.

    Raises:
        InvalidValue: the format is not known.
        Malformed: the file cannot be read, or not to its end; names file and place.
    """
    if fmt is not None:
        name = fmt.lower()
    elif source.seekable():
        start = source.tell()
        name = begins_as(source.read(_HEAD_BYTES)) or format_of(file)
        source.seek(start)
    else:
        name = format_of(file)
    reader = READERS.get(name)
    if reader is None:
        raise InvalidValue(file, f"is in no format that can be read; write one of {', '.join(READERS)}")
    return reader(source, file, defaults)


def begins_as(head: bytes) -> str:
    """The format that the first bytes of a file show plainly; empty if they do not."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"PK\x03\x04"):
        return "kmz"
    if text.startswith((b"{", b"\x1e")):
        return "geojson"
    root = re.search(rb"<(?:\w+:)?(kml|gpx)[\s>]", text) if text.startswith(b"<") else None
    return root.group(1).decode() if root else ""


def format_of(file: str) -> str:
    """The format that a file's name ends in; empty if it tells nothing."""
    ending = re.search(r"\.([A-Za-z0-9]+)$", file)
    return _ENDINGS.get(ending.group(1).lower(), "") if ending else ""
