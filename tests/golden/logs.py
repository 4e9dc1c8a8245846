"""How a golden log stands in its file: leaves as they were logged, parts as salt and text, and what the fold makes.

{"leaves": [text or {"b64": ...}],
 "parts": {sha: {"salt": ..., "text": ...}, or of a sealed one {"sealed": stored bytes, "epoch_key": ...}, or {}},
 "digests": [hex after each entry], "remarks": {index: [codes]}, where there are any,
 "now": {index: ...}, "overdue": {index: [receipt/INDEX/PARTY or ack/ID/VERSION/DESK]}, where they change}
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
    keys = _epoch_keys(sketch)
    parts = {sha: _part(sha, raw, keys) for sha, raw in sorted(sketch.parts.items())}
    leaves = [leaf_text(leaf) for leaf in sketch.leaves]
    return {"leaves": leaves, "parts": parts, **folded(sketch.leaves)}


def _part(sha: str, raw: bytes, keys: dict[str, bytes]) -> dict[str, str]:
    if sha in keys:
        return {"sealed": b64(raw), "epoch_key": b64(keys[sha])} if raw else {}
    return {"salt": b64(raw[:SALT_BYTES]), "text": raw[SALT_BYTES:].partition(b"\n")[0].decode("ascii")}


def _epoch_keys(sketch: Sketch) -> dict[str, bytes]:
    """The key of the epoch under which the stored bytes of each sealed part were sealed."""
    acts = [entry.act for leaf in sketch.leaves if (entry := open_leaf(0, leaf).entry) is not None]
    sealed = [(act.party, ref) for act in acts for ref in act.parts if ref.sealed]
    return {str(ref.sha): sketch.epoch_key(party, ref.epoch or 0) for party, ref in sealed}


def folded(leaves: list[bytes]) -> Golden:
    """Digest, now, remarks and what is overdue after each entry, folded from the bytes alone."""
    picture = Picture()
    made: Golden = {"digests": [], "now": {}, "remarks": {}, "overdue": {}}
    before: tuple[int, list[str]] = (0, [])
    for index, leaf in enumerate(leaves):
        step = fold(picture, open_leaf(index, leaf))
        picture = step.picture
        made["digests"].append(picture.digest.hex())
        if step.remarks:
            made["remarks"][str(index)] = [remark.reason.value for remark in step.remarks]
        late = sorted(duty.owing.key for duty in duties(picture) if duty.overdue)
        for name, was, value in (("now", before[0], picture.now_us), ("overdue", before[1], late)):
            if value != was:
                made[name][str(index)] = value
        before = picture.now_us, late
    return made
