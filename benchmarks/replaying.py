"""What a node does with a log that it already holds: verify, decode, fold; then all conflicts in one sweep."""

from __future__ import annotations

import gc
import time
import tracemalloc

from benchmarks.workload import Workload
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.channel.opening import open_leaf
from wellclear.domain.parts import Volumes, open_part
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.log.merkle import Tree
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture


def replay_s(workload: Workload) -> float:
    """Seconds from raw leaves to the picture and the tree; the founding entries come for free."""
    start = time.perf_counter()
    picture, tree = Picture(), Tree()
    for index, leaf in enumerate(workload.sketch.leaves):
        logged = open_leaf(index, leaf)
        tree.append(logged.leaf_hash)
        picture = fold(picture, logged).picture
    taken = time.perf_counter() - start
    assert picture.digest == workload.sketch.picture.digest, "the same log, the same picture"
    return taken


def sweep_s(workload: Workload) -> float:
    """Seconds for one sweep over every notice of the workload."""
    engine = ReferenceEngine(workload.sketch.settings.minima_of)
    for entry in workload.entries:
        if entry.act.kind == "notice" and isinstance(entry.act.id, str):
            ref = entry.act.parts[1]
            group = open_part(workload.sketch.parts[str(ref.sha)], ref)
            assert isinstance(group, Volumes), "the second part of a notice holds its volumes"
            volumes = tuple(volume_or_cap(fields)[0] for fields in group.volumes)
            engine.add(Announced(entry.act.id, 1, entry.act.party, "air", volumes))
    start = time.perf_counter()
    engine.sweep()
    return time.perf_counter() - start


def picture_bytes_per_entry(workload: Workload) -> float:
    """Bytes of memory that the picture alone takes for each entry that it was folded from."""
    logged = [open_leaf(index, leaf) for index, leaf in enumerate(workload.sketch.leaves)]
    gc.collect()
    tracemalloc.start()
    picture = Picture()
    for one in logged:
        picture = fold(picture, one).picture
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert picture.size == len(logged), "all of it was folded"
    return held / len(logged)
