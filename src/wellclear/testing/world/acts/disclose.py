"""An own notice is opened further: to somebody who was shown less of it, as it was committed to on its first day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from wellclear.apps.node.disclosing import salts_of
from wellclear.channel.desk import version_of, write_act
from wellclear.testing.world.scene import SHOWN_FROM, Said, Scene

WEIGHT = 7
SALT_BYTES = 32


def say(scene: Scene) -> Said | None:
    """The newest version of an own notice, a group or more of it, to one of its recipients."""
    own = scene.items("notice", own=True)
    if not own:
        return None
    id_, row = scene.dice.choice(own)
    reader = scene.dice.choice(row.to).partition("/")[0]
    names = list(SHOWN_FROM)[: scene.dice.randint(1, len(SHOWN_FROM))]
    said = [_text(scene, id_, row.version, number) for number in range(len(names))]
    groups = [group for group in said if group is not None]
    if len(groups) < len(said):
        return None  # its store has been replaced since, and has not read all of it again
    about = {"id": id_, "version": row.version}
    asked: dict[str, Any] = {
        "to": list(row.to), "subject": about, "precedence": row.precedence, "audience": [reader],
        "salts": salts_of(scene.core, about, groups, [reader]),
    }  # fmt: skip
    composed = write_act(scene.pen, "disclose", groups, asked)
    meant = (frozenset({scene.party.name, reader}),) * len(names)
    return replace(scene.released(composed), meant=meant)


def _text(scene: Scene, id_: str, version: int, number: int) -> dict[str, Any] | None:
    """The field group as it was said, out of what the node has kept; None where it keeps none."""
    opening = scene.core.opening(version_of(scene.core.view, id_, version).commits[number])
    if opening is None:
        return None
    found: dict[str, Any] = msgspec.json.decode(opening[SALT_BYTES:].rstrip(b"\0"))
    return found
