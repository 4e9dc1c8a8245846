"""Rules of the fold, each changed a little in the second implementation, as `flips.txt` lists them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import tests.vectors.second
import tests.vectors.second.fold

PACKAGE = "tests.vectors.second"
MODULES = (
    "wire",
    "forms",
    "kinds",
    "entry",
    "rows",
    "clocks",
    "approvals",
    "keys",
    "epochs",
    "channel",
    "items",
    "fold",
)
"""In the order in which they need each other. Signatures are no rule of the fold, and stay: they remember."""
_BLOCK = re.compile(r"^(.+) \((\w+)\)\n((?:- .*\n)+)((?:\+ .*\n)*)", re.MULTILINE)


class Flip(NamedTuple):
    """A change: what it does, the module, what stands there, and what stands there instead."""

    name: str
    module: str
    old: str
    new: str


def flips() -> list[Flip]:
    """All that the file lists."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    blocks = (block.groups() for block in _BLOCK.finditer(text + "\n"))
    return [Flip(name, module, _lines(old), _lines(new)) for name, module, old, new in blocks]


def _lines(marked: str) -> str:
    return "\n".join(line[2:] for line in marked.splitlines())


@contextmanager
def flipped(flip: Flip) -> Iterator[Any]:
    """The second implementation with one change; its class `Second`."""
    before = {f"{PACKAGE}.{name}": sys.modules[f"{PACKAGE}.{name}"] for name in MODULES}
    try:
        for name in MODULES:
            source = Path(tests.vectors.second.__path__[0], f"{name}.py").read_text(encoding="utf-8")
            if name == flip.module:
                assert source.count(flip.old) == 1, f"{name} holds {source.count(flip.old)} times: {flip.old}"
                source = source.replace(flip.old, flip.new)
            made = sys.modules[f"{PACKAGE}.{name}"] = ModuleType(f"{PACKAGE}.{name}")
            exec(compile(source, f"{name}, flipped", "exec"), made.__dict__)  # noqa: S102 - our own text
        yield sys.modules[f"{PACKAGE}.fold"].__dict__["Second"]
    finally:
        sys.modules.update(before)
