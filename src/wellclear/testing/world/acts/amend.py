"""An own notice is moved, put off, or told to other desks."""

from __future__ import annotations

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 6


def say(scene: Scene) -> Said | None:
    """The next version of an own notice; rarely one that skips a version."""
    own = scene.items("notice", own=True)
    if not own:
        return None
    id_, row = scene.dice.choice(own)
    to = scene.desks() if scene.dice.random() < 0.3 else list(row.to)
    about = {"id": id_, "version": row.version + (2 if scene.wild else 1)}
    return scene.announced(
        "amend", to, scene.volumes(), subject=about, precedence=row.precedence, keep_until="2026-12-24"
    )
