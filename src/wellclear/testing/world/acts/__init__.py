"""What officers say, one file a kind. A file here is found by itself; nothing else has to know of it.

    WEIGHT = 6                               # how often, among all kinds
    def say(scene: Scene) -> Said | None     # None: there is nothing of the kind to say now

A file may hold more kinds than one, where they are one habit (`KINDS` names them; else it is the file's name).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from wellclear.testing.world.scene import Said, Scene


@dataclass(frozen=True, slots=True)
class Habit:
    """One thing that officers do, as often as its weight says, for the reason that it is time to."""

    name: str
    weight: int
    say: Callable[[Scene], Said | None]
    kinds: tuple[str, ...]


def habits() -> list[Habit]:
    """Everything in this package, by name."""
    found = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found.append(Habit(info.name, module.WEIGHT, module.say, getattr(module, "KINDS", (info.name,))))
    return found
