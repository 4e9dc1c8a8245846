"""An activity is announced."""

from __future__ import annotations

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 10


def say(scene: Scene) -> Said | None:
    """One notice to some desks."""
    return scene.announced(
        "notice", scene.desks(), scene.volumes(), id=scene.new_id(), precedence=scene.precedence(),
        keep_until=scene.keep_until(),
    )  # fmt: skip
