"""Which tests carry the mark of which requirement, read from their source: nothing is imported, nothing runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.house.sources import ROOT

Marks = dict[str, tuple[str, ...]]
"""The requirements of each marked test, by its node id."""


@cache
def marks() -> Marks:
    """Every test that is marked, by its own decorators or its module's `pytestmark`, in the order of the paths."""
    found: Marks = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole = [name for node in tree.body if _is_pytestmark(node) for name in _named(node)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                names = [*whole, *(name for decorator in node.decorator_list for name in _named(decorator))]
                if names:
                    found[f"{path.relative_to(ROOT).as_posix()}::{node.name}"] = tuple(dict.fromkeys(names))
    return found


def _is_pytestmark(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(one, ast.Name) and one.id == "pytestmark" for one in targets)


def _named(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement":
            yield from (ast.literal_eval(argument) for argument in call.args)
