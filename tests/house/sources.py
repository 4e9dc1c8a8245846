"""What the house tests read: our modules as syntax trees, and the files that git knows or would take."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "wellclear"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python module: its path below the repository and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text, self.path)

    @property
    def layer(self) -> str:
        """The first name below `wellclear`: a package or a module; the package itself is `wellclear`."""
        below = Path(self.path).relative_to("src/wellclear").with_suffix("").parts
        return "wellclear" if below == ("__init__",) else below[0]

    @property
    def package(self) -> tuple[str, ...]:
        """The dotted package that relative imports in this module start from."""
        return Path(self.path).relative_to("src").parent.parts


@cache
def _parsed(text: str, path: str) -> ast.Module:
    return ast.parse(text, filename=path)


@cache
def modules() -> tuple[Source, ...]:
    """Every Python module below src/wellclear, committed or not."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "node_modules" not in path.parts
    )


@cache
def files() -> tuple[str, ...]:
    """Every file that git tracks or would take, so that a fault is seen before it is committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted(path for path in listed.split("\0") if path and (ROOT / path).is_file()))


def text_of(path: str) -> str | None:
    """The file's text, or None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
