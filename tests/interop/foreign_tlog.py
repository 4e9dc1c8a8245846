"""The second reader that is not ours (`foreign/tlog-verify`): which Python has its package, and how it is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.interop.foreign import ROOT, lay

PROGRAM = ROOT / "foreign" / "tlog-verify" / "verify.py"
WHY_NOT = "no Python 3.12 or later with aics-tlog: `make foreign-tlog` sets one up, where such a Python is on the PATH"


def interpreter() -> str | None:
    """A Python that has the package: `WELLCLEAR_TLOG_PYTHON`, or that of `make foreign-tlog`."""
    ours = (str(place / "bin" / "python") for place in sorted(ROOT.glob(".venv-tlog*")))
    return next(filter(_complete, filter(None, (os.environ.get("WELLCLEAR_TLOG_PYTHON"), *ours))), None)


def _complete(python: str) -> bool:
    try:
        ran = subprocess.run([python, "-I", "-c", "import aics_tlog"], capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return ran.returncode == 0


def answers(python: str, bundles: Sequence[Mapping[str, bytes]], base: Path, *words: str) -> list[list[str]]:
    """The lines that one run says of each bundle; the first says whether it holds."""
    places = [lay(files.items(), base / str(number)) for number, files in enumerate(bundles)]
    command = [python, "-I", str(PROGRAM), *words, *map(str, places)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode in (0, 1) and not ran.stderr, ran.stderr
    found: list[list[str]] = []
    for line in ran.stdout.splitlines():
        if line.startswith("  "):
            found[-1].append(line.strip())
        else:
            found.append([line.removeprefix(f"{places[len(found)]}: ")])
    assert len(found) == len(bundles) and (ran.returncode == 0) == all(lines[0] == "HOLDS" for lines in found)
    return found


if __name__ == "__main__":  # what `make foreign-tlog` asks
    sys.stdout.write(interpreter() or "")
