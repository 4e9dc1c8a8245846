"""Verifying a long bundle, as a stranger does, beside the bare time of its signatures."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.workload import Workload, signed_note
from wellclear.apps.bundle.verify import opener
from wellclear.apps.timeline import timeline_of_store
from wellclear.channel.bundle import Exporter, bundle_files
from wellclear.channel.verify import verify_bundle
from wellclear.testing.sketch import Sketch

EXPORTER = "SOUTHLAND"


@dataclass(frozen=True, slots=True)
class Held:
    """A sketch's log, as an exporter's store would hold it."""

    sketch: Sketch

    def size(self) -> int:
        return len(self.sketch.leaves)

    def checkpoint(self) -> bytes:
        return signed_note(self.sketch, self.size())

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self.sketch.leaves[start:end]

    def part(self, sha: str) -> bytes | None:
        return self.sketch.parts.get(sha)

    def note(self, size: int) -> bytes | None:
        return signed_note(self.sketch, size)


def exported(workload: Workload) -> dict[str, bytes]:
    """The files of the bundle that a principal exports, with every part that it may show."""
    party = workload.sketch.parties[EXPORTER]
    exporter = Exporter(EXPORTER, party.key("node"), party.key("picture"))
    return bundle_files(Held(workload.sketch), exporter, made_us=workload.sketch.now_us)


def verify_s(files: dict[str, bytes], processes: int) -> float:
    """Seconds to verify all that is in a bundle, its files being in memory, with so many processes beside the fold."""
    start = time.perf_counter()
    verdict = verify_bundle(files, opening=opener(processes))
    taken = time.perf_counter() - start
    assert not verdict.faults, verdict.faults[:3]
    return taken


def tell_s(workload: Workload) -> float:
    """Seconds to open, fold and tell the whole log as its exporter can open it, as lines and as JSON."""
    start = time.perf_counter()
    report = timeline_of_store(Held(workload.sketch), EXPORTER)
    lines, told = report.lines(), report.json()
    taken = time.perf_counter() - start
    assert report.entries == len(workload.sketch.leaves) and lines and told
    return taken
