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
_ENDINGS: Final = {
    "geojson": "geojson", "json": "geojson", "geojsonl": "geojson", "geojsons": "geojson", "geojsonseq": "geojson",
    "ndjson": "geojson", "jsonl": "geojson", "csv": "csv", "tsv": "csv", "txt": "csv", "kml": "kml", "kmz": "kmz",
    "gpx": "gpx",
}  # fmt: skip


def read(file: str, source: BinaryIO, defaults: Defaults, fmt: str | None = None) -> Read:
    """Every volume in a file, and every feature that could not be used.

    `file` is what the caller calls it; `fmt` is one of `READERS` and overrules the ending of the name.

    Raises:
        InvalidValue: the format is not known.
        Malformed: the file cannot be read, or not to its end; names file and place.
    """
    name = fmt.lower() if fmt is not None else format_of(file)
    reader = READERS.get(name)
    if reader is None:
        raise InvalidValue(file, f"is in no format that can be read; write one of {', '.join(READERS)}")
    return reader(source, file, defaults)


def format_of(file: str) -> str:
    """The format that a file's name ends in; empty if it tells nothing."""
    ending = re.search(r"\.([A-Za-z0-9]+)$", file)
    return _ENDINGS.get(ending.group(1).lower(), "") if ending else ""
