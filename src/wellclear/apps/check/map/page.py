"""One file that shows a check in any browser: it loads nothing, sends nothing, and needs no network.

Script and style are allowed by their hashes and nothing else is, so that whatever a hostile file may hold stays text.
The facts stand in a block of JSON in which no character can end it, and the script makes text of them, never markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any, Final

import numpy as np

from wellclear.airspace.geodesy import Floats
from wellclear.apps.check.map.scene import (
    NO_CLEARANCE,
    AnyChecked,
    Clash,
    Scene,
    Shape,
    said,
    scene_of,
    visible,
)
from wellclear.domain.marks import EXERCISE

SCRIPTS: Final = ("facts.js", "earth.js", "dom.js", "view.js", "draw.js", "strip.js", "lists.js", "main.js")
"""In this order they are one script."""
_FINE_M: Final = 100_000.0
_ESCAPED: Final = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&'"}


def map_page(checked: AnyChecked) -> str:
    """The whole file as text."""
    return page_of(scene_of(checked))


def page_of(scene: Scene) -> str:
    """The page of a scene."""
    script = "".join(f"// {name}\n{asset(name)}" for name in SCRIPTS)
    return one_file(asset("map.html"), asset("map.css"), script, facts(scene))


def one_file(page: str, style: str, script: str, told: Any) -> str:
    """A page with its slots filled: `policy`, `style`, `script` and `facts`; the file reaches nothing else."""
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    slots = {"policy": policy, "style": style, "script": script, "facts": _as_json(told)}
    pieces = page.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:  # once and from left to right: a slot's content is never looked through for slots
        name, _, after = piece.partition("}}")
        filled += [slots[name], after]
    return "".join(filled)


def asset(name: str) -> str:
    """A file that lies beside this module."""
    return files(__package__ or __name__).joinpath("assets", name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_json(value: Any) -> str:
    """JSON in ASCII without a character that HTML knows."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).translate(_ESCAPED)


def facts(scene: Scene) -> dict[str, Any]:
    """What the script is given. Points are whole numbers of `unit` metres, each told as the way from the one before."""
    west, south, east, north = scene.bounds
    unit = 0.1 if max(east - west, north - south) <= _FINE_M else 1.0
    density = scene.density
    corners = np.rint(density.corners / unit).astype(np.int64)
    return {
        "headline": scene.headline, "against": scene.against, "lines": scene.lines, "skipped": scene.skipped,
        "notes": scene.notes, "limits": NO_CLEARANCE, "exercise": EXERCISE if scene.exercise else "",
        "compared": scene.was_compared, "own": scene.own, "middle": [scene.plane.lat, scene.plane.lon], "unit": unit,
        "bounds": scene.bounds, "span": scene.span, "found": scene.clashes_found,
        "parties": [{"name": name, "volumes": count} for name, count in scene.parties],
        "volumes": [_volume(shape, unit) for shape in scene.shapes],
        "clashes": [_clash(clash, unit) for clash in scene.clashes],
        "land": [[kind, _steps(line, unit)] for kind, line in scene.land],
        "density": {
            "cell": density.cell_m, "volumes": sum(density.counts),
            "squares": [[int(x), int(y), count] for (x, y), count in zip(corners, density.counts, strict=True)],
        },
    }  # fmt: skip


def _volume(shape: Shape, unit: float) -> dict[str, Any]:
    planned, volume = shape.planned, shape.planned.volume
    where, heights, when = said(planned)
    told: dict[str, Any] = {
        "id": visible(planned.id), "party": shape.party, "category": visible(planned.category),
        "window": [volume.window.start_us, volume.window.end_us],
        "band": [volume.band.lower_mm, volume.band.upper_mm, volume.band.datum.value],
        "where": where, "heights": heights, "when": when, "place": visible(str(planned.place)),
        "rings": [_steps(ring, unit) for ring in shape.outline.rings],
        "lines": [_steps(line, unit) for line in shape.outline.lines],
    }  # fmt: skip
    if planned.notice != planned.id:
        told["notice"] = visible(planned.notice)
    if planned.notes:
        told["notes"] = [visible(note) for note in planned.notes]
    if shape.legs:
        told |= {"legs": shape.legs, "half": volume.radius_mm / 1000}
    return told


def _clash(clash: Clash, unit: float) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": clash.number, "verdict": clash.block.verdict, "ids": clash.ids, "pair": clash.block.pair,
        "lines": clash.block.lines, "short": clash.block.short, "a": clash.a, "b": clash.b,
        "at": [[int(x), int(y)] for x, y in np.rint(clash.at / unit).astype(np.int64)], "window": clash.window,
        "severity": clash.severity,
    }  # fmt: skip
    if clash.overlap:
        told["overlap"] = [_steps(ring, unit) for ring in clash.overlap]
    return told


def _steps(points: Floats, unit: float) -> list[int]:
    whole = np.rint(points / unit).astype(np.int64)
    found: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return found
