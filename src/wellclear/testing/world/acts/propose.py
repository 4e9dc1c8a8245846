"""A joint act is proposed: other settings, an observer admitted or removed, the clocks started anew."""

from __future__ import annotations

from typing import Any

import msgspec

from wellclear.domain.agreement import SECOND_US
from wellclear.domain.canonical import b64
from wellclear.testing.sketch import SketchParty
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3


def say(scene: Scene) -> Said | None:
    """By the head of delegation of a principal."""
    if scene.party.name not in scene.core.picture.principals:
        return None
    public = _what(scene) | {"base": scene.core.picture.agreement}
    return scene.by_head(scene.of_the_party("propose", public))


def _what(scene: Scene) -> dict[str, Any]:
    picture, dice = scene.core.picture, scene.dice
    guests = sorted(name for name, row in picture.parties.items() if row.state == "member" and "agency" in row.roles)
    match dice.choice(["settings", "settings", "admit", "remove", "clocks"]):
        case "admit":
            guest = SketchParty(f"GUEST{chr(65 + dice.randrange(26))}{chr(65 + dice.randrange(26))}", ("agency",), 0)
            return {"do": "admit", "admit": msgspec.to_builtins(guest.card())}
        case "remove" if guests:
            return {"do": "remove", "remove": dice.choice(guests)}
        case "clocks":
            return {"do": "restart_clocks"}
        case _:
            changed = msgspec.structs.replace(picture.terms, ring_again_us=dice.randint(10, 60) * SECOND_US)
            return {
                "do": "amend_agreement", "settings": msgspec.to_builtins(changed), "salt": b64(dice.randbytes(32)),
            }  # fmt: skip
