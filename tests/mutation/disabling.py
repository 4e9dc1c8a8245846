"""Disabling one rule: its module is imported with one text of it replaced, in this process alone.

Nothing is written to the disk, and every importer sees the changed module, whatever it takes from it. So the module
must not have been imported before.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from tests.house.sources import ROOT


class Misplaced(Exception):
    """A rule names a place or a text that is not there; the row must be mended."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the product, how it is disabled, and the tests that must fail then.

    `at` is module:name, in `tests` where a house test itself is the rule; `old` stands once in what that name defines,
    and `new` takes its place. `tests` are node ids; each carries a mark of `proves`.
    """

    name: str
    proves: tuple[str, ...]
    says: str
    at: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def module(self) -> str:
        return self.at.partition(":")[0]

    @property
    def path(self) -> Path:
        """The module's file."""
        stem = ROOT / ("" if self.module.startswith("tests.") else "src") / Path(*self.module.split("."))
        return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")

    def disabled_text(self) -> str:
        """The module's text without the rule.

        Raises:
            Misplaced: the place is not there, or the text does not stand in it exactly once.
        """
        if not self.path.is_file():
            raise Misplaced(f"{self.name}: there is no module {self.module}")
        text = self.path.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        first, last = _extent(ast.parse(text), self.at.partition(":")[2].split("."), self)
        within = "".join(lines[first:last])
        if within.count(self.old) != 1:
            raise Misplaced(f"{self.name}: `{self.old}` stands {within.count(self.old)} times in {self.at}")
        return "".join(lines[:first]) + within.replace(self.old, self.new) + "".join(lines[last:])


def _extent(tree: ast.AST, names: Sequence[str], rule: Rule) -> tuple[int, int]:
    """First line and the line after the last of what defines a dotted name, counted from 0."""
    found: ast.AST = tree
    for name in names:
        inner = [node for node in ast.iter_child_nodes(found) if name in _defined(node)]
        if len(inner) != 1:
            raise Misplaced(f"{rule.name}: {rule.at} names {len(inner)} places")
        found = inner[0]
    assert isinstance(found, ast.stmt) and found.end_lineno is not None, "only statements define names"
    return found.lineno - 1, found.end_lineno


def _defined(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (target.id for target in targets if isinstance(target, ast.Name))


class _Changed(SourceFileLoader):
    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType | None:
        return compile(self._text, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, rule: Rule) -> None:
        self._rule, self._text = rule, rule.disabled_text()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._rule.module:
            return None
        file = str(self._rule.path)
        return spec_from_file_location(fullname, file, loader=_Changed(fullname, file, self._text))


def disable(rule: Rule) -> None:
    """From now on this process imports the rule's module without the rule.

    Raises:
        Misplaced: there is no such place or text, or the module is imported already.
    """
    if rule.module in sys.modules:
        raise Misplaced(f"{rule.name}: {rule.module} has been imported already")
    sys.meta_path.insert(0, _Finder(rule))
