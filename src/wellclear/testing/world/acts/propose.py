"""A joint act is proposed: other settings, an observer admitted or removed, the clocks started anew."""

from __future__ import annotations

from typing import Any

import msgspec

from wellclear.domain.agreement import SECOND_US, Deadlines, Settings
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import PartyRole
from wellclear.testing.sketch import SketchParty
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3
PRINCIPALS = 2
"""Fewer, and the channel is closed."""
LEAST_US = 5 * SECOND_US
"""Of a deadline."""
MEMBERS_MAX = 5
"""More of them would cost the machine time, and show nothing new."""


def say(scene: Scene) -> Said | None:
    """By the head of delegation of a principal."""
    if scene.party.name not in scene.core.picture.principals:
        return None
    public = _what(scene) | {"base": scene.core.picture.agreement}
    return scene.by_head(scene.of_the_party("propose", public))


def _what(scene: Scene) -> dict[str, Any]:
    picture, dice = scene.core.picture, scene.dice
    members = {name: row.roles for name, row in picture.parties.items() if row.state == "member"}
    others = [name for name in members if name != scene.party.name and "host" not in members[name]]
    weak = [name for name in sorted(others) if "principal" not in members[name] or len(picture.principals) > PRINCIPALS]
    match dice.choice(["settings", "settings", "admit", "admit", "remove", "clocks"]):
        case "admit" if len(members) < MEMBERS_MAX:
            guest = f"GUEST{chr(65 + dice.randrange(26))}{chr(65 + dice.randrange(26))}"
            role: PartyRole = dice.choice(["agency", "observer", "principal"])
            return {"do": "admit", "admit": msgspec.to_builtins(SketchParty(guest, (role,), 0).card())}
        case "remove" if weak:
            return {"do": "remove", "remove": dice.choice(weak)}
        case "clocks" if dice.random() < 0.1:
            return {"do": "rules", "rules": picture.rules + 1}
        case "clocks":
            return {"do": "restart_clocks"}
        case _:
            changed = msgspec.to_builtins(_other(scene, picture.terms))
            return {"do": "amend_agreement", "settings": changed, "salt": b64(dice.randbytes(32))}


def _other(scene: Scene, terms: Settings) -> Settings:
    """One of the agreed settings is another: deadlines too, while things are owed under the old ones."""
    dice = scene.dice
    match dice.choice(["deadlines", "deadlines", "ring", "age", "rate", "clocks"]):
        case "deadlines":
            percent = dice.choice([70, 130, 200])
            rungs = {
                rung: {step: max(LEAST_US, us * percent // 100) for step, us in periods.items()}
                for rung, periods in msgspec.to_builtins(terms.deadlines).items()
            }
            return msgspec.structs.replace(terms, deadlines=msgspec.convert(rungs, Deadlines))
        case "age":
            return msgspec.structs.replace(terms, approval_age_us=dice.randint(60, 180) * SECOND_US)
        case "rate":
            return msgspec.structs.replace(terms, entries_per_minute=dice.choice([120, 240, 480]))
        case "clocks":
            parties = scene.core.picture.parties
            guests = sorted(name for name, row in parties.items() if "observer" in row.roles and row.state == "member")
            return msgspec.structs.replace(terms, clocks=[] if terms.clocks else guests[:1])
        case _:
            return msgspec.structs.replace(terms, ring_again_us=dice.randint(10, 60) * SECOND_US)
