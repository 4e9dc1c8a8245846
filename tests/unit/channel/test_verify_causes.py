"""Where an entry is broken: what is told as the cause, and what only follows from it."""

from __future__ import annotations

import pytest

from tests.bundles import bundle_of, scripted, signed_again
from wellclear.channel.composing import link
from wellclear.channel.verify import verify_bundle
from wellclear.log.bundle import Fault, log_files, tree_of
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.testing.sketch import Sketch

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return scripted()


def spoiled(sketch: Sketch, *indices: int) -> Files:
    """A bundle in which some entries were changed on the disk, a letter each, long after the export."""
    made, leaves = bundle_of(sketch), list(sketch.leaves)
    for index in indices:
        middle = len(leaves[index]) // 2
        leaves[index] = leaves[index][:middle] + b"~" + leaves[index][middle + 1 :]
    return made | {path: raw for path, raw in log_files(leaves, tree_of(leaves), b"").items() if "entries" in path}


def causes(found: list[Fault]) -> list[tuple[str, int | None]]:
    return [(fault.file, fault.index) for fault in found if not fault.follows]


ENTRIES = "tile/entries/000.p/14"


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("index", [0, 1, 3, 9, 13])
def test_what_follows_from_a_broken_entry_is_told_from_what_does_not(sketch: Sketch, index: int) -> None:
    found = verify_bundle(spoiled(sketch, index)).faults
    assert causes(found) == [(ENTRIES, None), ("", index)]
    assert {fault.file for fault in found if fault.follows} >= {"checkpoint", "tile/0/000.p/14"}


@pytest.mark.requirement("R33")
def test_a_broken_entry_takes_the_blame_for_nothing_else(sketch: Sketch) -> None:
    made = spoiled(sketch, 3, 8)
    part = min(path for path in made if path.startswith("parts/"))
    alien = Checkpoint(sketch.origin, 7, sketch.tree.root(7))
    made |= {
        part: b"x", "notes/7": sign_checkpoint(alien, sketch.parties["NORTHLAND"].key("node")),
        "tile/0/000.p/14": bytes(32) + made["tile/0/000.p/14"][32:],
    }  # fmt: skip
    found = causes(verify_bundle(made).faults)
    assert {("", 3), ("", 8), (ENTRIES, None), ("tile/0/000.p/14", 0)} <= set(found)
    assert {"notes/7", part} <= {file for file, _ in found}


def test_a_doubled_entry_after_a_broken_one_explains_itself() -> None:
    sketch = scripted()
    sketch.log(b"nonsense")
    sketch.log(sketch.leaves[9])
    assert causes(verify_bundle(bundle_of(sketch)).faults) == [("", 14), ("", 15)]


def test_where_every_entry_is_good_the_first_head_that_differs_is_the_cause() -> None:
    """A party that signed two entries for one place, and an exporter that shows the other one."""
    sketch = scripted()
    north = sketch.parties["NORTHLAND"]
    act, seen = sketch.compose("time", "NORTHLAND").act, (len(sketch.leaves), sketch.tree.root())
    other = link(act, [], north.key("node"), north.chains["node"], seen, sketch.now_us + 1)
    for name in ("NORTHLAND", "SOUTHLAND", "SOUTHLAND"):
        sketch.time(name)
    honest = bundle_of(sketch)
    leaves = [*sketch.leaves[:14], other, *sketch.leaves[15:]]
    kept = {path: raw for path, raw in honest.items() if not path.startswith("tile/")}
    found = verify_bundle(signed_again(kept | log_files(leaves, tree_of(leaves), honest["checkpoint"]), sketch)).faults
    assert causes(found) == [("", 15)]
    assert found[0].follows, "the root that does not fit comes first, and is not the cause"
    assert "The first difference lies in entry 14" in "\n".join(map(str, found))
