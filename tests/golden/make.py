"""Make the golden logs, the golden texts and the protocol's vectors anew, and show what changed: `make golden`.

From `rules: 1` of the first release on, a golden log holds for ever; before it, it may change, with the diff shown.
`--check` writes nothing and fails when anything would change.
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path

from tests.golden import check_messages
from tests.golden.logs import HERE, golden
from tests.golden.scenarios import SCENARIOS
from tests.golden.timeline import GOLDEN as TIMELINE
from tests.golden.timeline import told
from tests.golden.vectors import vectors

ROOT = HERE.parents[1]
VECTORS = ROOT / "docs" / "vectors"


def files() -> dict[Path, str]:
    """Every made file with its text."""
    made = {HERE / f"{name}.json": golden(scenario()) for name, scenario in SCENARIOS.items()}
    made |= {VECTORS / f"{name}.json": value for name, value in vectors().items()}
    return {path: json.dumps(value, indent=1) + "\n" for path, value in made.items()} | {
        TIMELINE: told(),
        check_messages.GOLDEN: check_messages.told(),
    }


def main(arguments: list[str]) -> int:
    """Write what changed and show it; the exit code is 1 when `--check` found a change."""
    changed = 0
    for path, text in files().items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old == text:
            continue
        changed += 1
        name = str(path.relative_to(ROOT))
        for line in difflib.unified_diff(old.splitlines(), text.splitlines(), name, name, lineterm="", n=1):
            print(line[:160])
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    print(f"{changed} files differ" if changed else "nothing changed")
    return 1 if changed and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
