"""An activity is announced."""

from __future__ import annotations

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 10


def say(scene: Scene) -> Said | None:
    """One notice to some desks."""
    to = scene.desks()
    composed = scene.pen.write(
        "notice", id=scene.new_id(), to=to, precedence=scene.precedence(), keep_until=scene.keep_until(),
        groups=scene.notice_groups(scene.volumes()), audience=scene.readers(to),
    )  # fmt: skip
    return scene.released(composed)
