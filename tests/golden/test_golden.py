"""The golden logs give the pictures that they must give, in whatever process folds them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.golden.logs import HERE, folded, leaf_bytes
from tests.golden.make import ROOT, files
from tests.golden.scenarios import SCENARIOS

FOLD = """
import json, sys
from tests.golden.logs import HERE, folded, leaf_bytes
for path in sorted(HERE.glob("*.json")):
    made = folded([leaf_bytes(leaf) for leaf in json.loads(path.read_text())["leaves"]])
    print(path.stem, made["digests"][-1])
"""


@pytest.mark.requirement("R34", "R40")
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_golden_log_gives_its_digests(name: str) -> None:
    kept = json.loads((HERE / f"{name}.json").read_text(encoding="ascii"))
    made = folded([leaf_bytes(leaf) for leaf in kept["leaves"]])
    for index, (digest, wanted) in enumerate(zip(made["digests"], kept["digests"], strict=True)):
        assert digest == wanted, f"the digests part at index {index}"
    assert made == {name: kept[name] for name in made}


def test_the_files_are_those_that_make_golden_writes() -> None:
    """Also the vectors of the protocol page. When this fails: `make golden`, and look at the difference."""
    changed = [path.name for path, text in files().items() if path.read_text(encoding="utf-8") != text]
    assert changed == []


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_no_order_of_hashing_reaches_the_digest(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    told = subprocess.run(
        [sys.executable, "-c", FOLD], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    kept = {name: json.loads((HERE / f"{name}.json").read_text())["digests"][-1] for name in SCENARIOS}
    assert dict(line.split() for line in told.splitlines()) == kept
