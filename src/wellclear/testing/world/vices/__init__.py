"""What goes wrong, one group a file. A file here is found by itself.

A vice begins at some step of the world, with the dice of that step, and ends by itself or when the world is healed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


def _nothing(world: World) -> None:
    return


@dataclass(frozen=True, slots=True)
class Vice:
    """`begin` does it; `end` takes it back where it would last."""

    name: str
    begin: Callable[[World, Random], None]
    end: Callable[[World], None] = _nothing


def vices() -> dict[str, Vice]:
    """Every vice by name, in the order of the names."""
    found: dict[str, Vice] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found |= {vice.name: vice for vice in module.VICES}
    return dict(sorted(found.items()))
