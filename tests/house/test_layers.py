"""Imports go down only. A new arrow or a new package is a decision record, and a line in `MAY_IMPORT`.

apps ──► edges ──► channel ──► log, picture ──► domain ──► errors
  ├────► interop ────────────► picture, domain
  └────► airspace, watch ────► picture, domain
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.house.sources import Source, modules

DOWN_TO_PICTURE = frozenset({"picture", "domain", "errors"})
DOWN_TO_EDGES = frozenset({"edges", "channel", "log"}) | DOWN_TO_PICTURE
BESIDE = frozenset({"airspace", "watch", "interop"})

MAY_IMPORT: dict[str, frozenset[str]] = {
    "wellclear": frozenset(),  # the package itself: importing it must load nothing
    "errors": frozenset(),
    "domain": frozenset({"errors"}),
    "log": frozenset({"domain", "errors"}),
    "picture": frozenset({"domain", "errors"}),
    "channel": DOWN_TO_PICTURE | {"log"},
    "airspace": DOWN_TO_PICTURE,
    "watch": DOWN_TO_PICTURE,
    "interop": DOWN_TO_PICTURE,
    "edges": DOWN_TO_EDGES - {"edges"},
    "testing": DOWN_TO_EDGES | BESIDE | {"apps"},  # decision 0031: the simulated world runs the programs themselves
    "apps": DOWN_TO_EDGES | BESIDE,
}

# Foreign packages, by import name. A layer that is not here may use whatever the project declares.
FOREIGN: dict[str, frozenset[str]] = {
    "wellclear": frozenset(),
    "errors": frozenset(),
    "domain": frozenset({"msgspec"}),
    "log": frozenset({"msgspec", "nacl", "cryptography"}),
    "picture": frozenset({"msgspec", "rpds"}),
    "channel": frozenset({"msgspec", "rpds", "cryptography"}),
    "watch": frozenset({"msgspec", "rpds"}),
    "airspace": frozenset({"msgspec", "rpds", "numpy", "pyproj", "shapely", "cel"}),
    "interop": frozenset({"msgspec"}),
}

PURE = frozenset({"wellclear", "errors", "domain", "log", "picture", "channel", "airspace", "watch", "interop"})

# Whatever can surprise us waits at the rim: clock, disk, network, environment, randomness, threads.
# fmt: off
SURPRISES = frozenset({
    "asyncio", "concurrent", "fcntl", "glob", "http", "httpx", "io", "logging", "mmap", "multiprocessing", "os",
    "pathlib", "random", "secrets", "select", "selectors", "shutil", "signal", "smtplib", "socket",
    "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
})
# fmt: on
# The exceptions are values, not effects.
HARMLESS = frozenset({"urllib.parse", "pathlib.PurePosixPath", "io.BytesIO", "io.StringIO"})
CLOCKS = frozenset(
    {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"}
)
RANDOM_BYTES = frozenset({"nacl.utils.random", "nacl.signing.SigningKey.generate", "nacl.public.PrivateKey.generate"})
EFFECTS = frozenset({"open", "print", "input", "breakpoint", "__import__", "eval", "exec"})


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of each import, nested ones too; `from a import b` gives `a.b`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            if node.level:
                base = [*source.package[: len(source.package) - node.level + 1], *base]
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def used(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of each attribute chain with its root's import put in."""
    names: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {
                a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            parts: list[str] = []
            root: ast.expr = node
            while isinstance(root, ast.Attribute):
                parts.insert(0, root.attr)
                root = root.value
            if isinstance(root, ast.Name):
                yield node.lineno, ".".join([names.get(root.id, root.id), *parts])


def faults(source: Source) -> list[str]:
    """Every import or use in one module that its layer does not allow."""
    layer = source.layer
    if layer not in MAY_IMPORT:
        return [f"{source.path}: {layer} is in no layer"]
    found = []
    for line, name in imported(source):
        where, root = f"{source.path}:{line}", name.split(".")[0]
        if root == "wellclear":
            below = name.split(".")[1] if "." in name else "wellclear"
            if below != layer and below not in MAY_IMPORT[layer] and below != "__version__":
                found.append(f"{where}: {layer} imports {name}, which does not lie below it")
        elif layer in PURE and root in SURPRISES and not name.startswith(tuple(HARMLESS)):
            found.append(f"{where}: {layer} imports {name}; effects belong to the edges")
        elif layer in FOREIGN and root not in sys.stdlib_module_names and root not in FOREIGN[layer]:
            found.append(f"{where}: {layer} imports {name}, a foreign package that it may not use")
    if layer in PURE:
        found += [
            f"{source.path}:{line}: {layer} uses {name}; effects belong to the edges"
            for line, name in used(source)
            if name in CLOCKS | RANDOM_BYTES
        ]
        found += [
            f"{source.path}:{node.lineno}: {layer} calls {node.func.id}; effects belong to the edges"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EFFECTS
        ]
    return found


def test_every_module_keeps_to_its_layer() -> None:
    found = [fault for source in modules() for fault in faults(source)]
    assert not found, "\n" + "\n".join(found)


def test_the_table_only_points_down() -> None:
    """A cycle in the table would make the word "down" mean nothing."""
    done: set[str] = set()
    while left := set(MAY_IMPORT) - done:
        ready = {layer for layer in left if MAY_IMPORT[layer] <= done}
        assert ready, f"a cycle among {sorted(left)}"
        done |= ready


def test_every_pure_layer_says_which_foreign_packages_it_uses() -> None:
    assert set(FOREIGN) == PURE


@pytest.mark.parametrize(
    ("path", "line", "said"),
    [
        ("newcomer/x.py", "", "is in no layer"),
        ("newcomer.py", "", "is in no layer"),
        ("domain/x.py", "from wellclear.picture import fold", "does not lie below"),
        ("domain/x.py", "from wellclear import picture", "does not lie below"),
        ("domain/x.py", "from ..log import note", "does not lie below"),
        ("domain/deep/x.py", "from ...log import note", "does not lie below"),
        ("domain/x.py", "import numpy", "foreign package"),
        ("domain/x.py", "def f():\n    import numpy", "foreign package"),
        ("log/x.py", "import wellclear.picture.fold", "does not lie below"),
        ("picture/x.py", "from wellclear.log import merkle", "does not lie below"),
        ("watch/x.py", "from wellclear.airspace import index", "does not lie below"),
        ("channel/x.py", "from wellclear.edges import clock", "does not lie below"),
        ("edges/x.py", "from wellclear.apps import host", "does not lie below"),
        ("apps/x.py", "from wellclear.testing import world", "does not lie below"),
        ("errors.py", "import wellclear.domain", "does not lie below"),
        ("__init__.py", "from wellclear.domain import entry", "does not lie below"),
        ("picture/x.py", "import time", "effects"),
        ("log/x.py", "import secrets", "effects"),
        ("channel/x.py", "from os import environ", "effects"),
        ("watch/x.py", "from pathlib import Path", "effects"),
        ("airspace/x.py", "import urllib.request", "effects"),
        ("picture/x.py", "from datetime import datetime\nnow = datetime.now()", "effects"),
        ("picture/x.py", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)", "effects"),
        ("log/x.py", "import nacl.utils\nsalt = nacl.utils.random(32)", "effects"),
        ("log/x.py", "from nacl.utils import random\nsalt = random(32)", "effects"),
        ("interop/x.py", "text = open('x').read()", "effects"),
    ],
)
def test_a_planted_fault_is_found(path: str, line: str, said: str) -> None:
    found = faults(Source(f"src/wellclear/{path}", line))
    assert found
    assert all(said in fault for fault in found)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("domain/x.py", "import datetime\nimport msgspec\nfrom wellclear.errors import Malformed\nfrom . import names"),
        ("channel/x.py", "from wellclear.log import merkle\nfrom wellclear.picture import fold"),
        ("picture/x.py", "from rpds import HashTrieMap\nfrom datetime import datetime\nx = picture.now"),
        ("watch/x.py", "from urllib.parse import quote"),
        ("edges/x.py", "import os\nimport sqlite3\nimport httpx\nfrom wellclear.channel import outbox"),
        ("apps/cli/main.py", "from wellclear import __version__\nfrom wellclear.airspace import index\nprint(1)"),
        ("testing/world.py", "import random\nfrom wellclear.edges import clock"),
    ],
)
def test_what_is_allowed_is_not_found(path: str, line: str) -> None:
    assert faults(Source(f"src/wellclear/{path}", line)) == []
