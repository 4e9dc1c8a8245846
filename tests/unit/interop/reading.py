"""Helpers of the readers' tests: small files from text, and what a reader makes of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from wellclear.interop.files import read
from wellclear.interop.planned import Defaults, Planned, Skipped

START, END = "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z"
START_US, END_US = 1_795_428_000_000_000, 1_795_435_200_000_000
WORDS: dict[str, Any] = {"party": "NORTHLAND", "start": START, "end": END}
POINT: dict[str, Any] = {"type": "Point", "coordinates": [38.27, 34.56]}
SQUARE: list[list[float]] = [[38, 34], [39, 34], [39, 35], [38, 35], [38, 34]]


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with party and window."""
    return {"type": "Feature", "geometry": geometry, "properties": {**WORDS, **properties}}


def collection(*features: Any) -> dict[str, Any]:
    """A FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def everything(file: str, content: Any, defaults: Defaults | None = None) -> list[Planned | Skipped]:
    """All that the reader of a file gives; content that is no text or bytes is written as JSON."""
    data = content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content))
    source = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read(file, source, defaults or Defaults()))


def planned(items: Iterable[Planned | Skipped]) -> list[Planned]:
    """The volumes; fails if anything was skipped."""
    made = []
    for item in items:
        assert isinstance(item, Planned), str(item)
        made.append(item)
    return made


def one(file: str, content: Any, defaults: Defaults | None = None) -> Planned:
    """The only volume of a file."""
    (made,) = planned(everything(file, content, defaults))
    return made


def fault(file: str, content: Any, defaults: Defaults | None = None) -> str:
    """The only thing in a file, which could not be used, as it is told."""
    (item,) = everything(file, content, defaults)
    assert isinstance(item, Skipped), item
    return str(item)
