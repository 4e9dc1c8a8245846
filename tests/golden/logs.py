"""How a golden log stands in its file: leaves as they were logged, parts as salt and text, and what the fold makes.

{"leaves": [text or {"b64": ...}], "parts": {sha: {"salt": ..., "text": ...}},
 "digests": [hex after each entry], "now": [...], "remarks": [[codes]],
 "overdue": [[what is overdue on record, as receipt/INDEX/PARTY or ack/ID/VERSION/DESK]]}
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.entry import SALT_BYTES
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch
from wellclear.watch.duties import duties

HERE = Path(__file__).resolve().parent
Golden = dict[str, Any]


def leaf_text(leaf: bytes) -> str | dict[str, str]:
    """A leaf as text where it is some, so that a diff can be read."""
    try:
        return leaf.decode("ascii")
    except UnicodeDecodeError:
        return {"b64": b64(leaf)}


def leaf_bytes(leaf: str | dict[str, str]) -> bytes:
    """The bytes of a leaf as they were logged."""
    return leaf.encode("ascii") if isinstance(leaf, str) else base64.b64decode(leaf["b64"])


def golden(sketch: Sketch) -> Golden:
    """What is kept of a sketch."""
    parts = {
        sha: {"salt": b64(raw[:SALT_BYTES]), "text": raw[SALT_BYTES:].partition(b"\n")[0].decode("ascii")}
        for sha, raw in sorted(sketch.parts.items())
    }
    leaves = [leaf_text(leaf) for leaf in sketch.leaves]
    return {"leaves": leaves, "parts": parts, **folded(sketch.leaves)}


def folded(leaves: list[bytes]) -> Golden:
    """Digest, now, remarks and what is overdue after each entry, folded from the bytes alone."""
    picture = Picture()
    made: Golden = {"digests": [], "now": [], "remarks": [], "overdue": []}
    for index, leaf in enumerate(leaves):
        step = fold(picture, open_leaf(index, leaf))
        picture = step.picture
        made["digests"].append(picture.digest.hex())
        made["now"].append(picture.now_us)
        made["remarks"].append([remark.reason.value for remark in step.remarks])
        made["overdue"].append(sorted(duty.owing.key for duty in duties(picture) if duty.overdue))
    return made
