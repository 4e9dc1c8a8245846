"""An own notice is opened further: to somebody who was shown less of it, as it was committed to on its first day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from wellclear.apps.node.disclosing import salts_of
from wellclear.channel.desk import version_of, write_act
from wellclear.testing.world.scene import SHOWN_FROM, Said, Scene

WEIGHT = 4
SALT_BYTES = 32


def say(scene: Scene) -> Said | None:
    """The newest version of an own notice, a group or more of it, to one of its recipients."""
    own = scene.items("notice", own=True)
    if not own:
        return None
    id_, row = scene.dice.choice(own)
    reader = scene.dice.choice(row.to).partition("/")[0]
    names = list(SHOWN_FROM)[: scene.dice.randint(1, len(SHOWN_FROM))]
    groups = [_text(scene, id_, row.version, number) for number in range(len(names))]
    about = {"id": id_, "version": row.version}
    asked: dict[str, Any] = {
        "to": list(row.to), "subject": about, "precedence": row.precedence, "audience": [reader],
        "salts": salts_of(scene.core, about, groups),
    }  # fmt: skip
    composed = write_act(scene.pen, "disclose", groups, asked)
    meant = (frozenset({scene.party.name, reader}),) * len(names)
    return replace(scene.released(composed), meant=meant)


def _text(scene: Scene, id_: str, version: int, number: int) -> dict[str, Any]:
    """The field group as it was said, out of what the node has kept."""
    opening = scene.core.opening(version_of(scene.core.view, id_, version).commits[number])
    assert opening is not None, "a node holds what it has said"
    found: dict[str, Any] = msgspec.json.decode(opening[SALT_BYTES:].rstrip(b"\0"))
    return found
