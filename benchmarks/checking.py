"""One check, a sweep, the memory and the wrong answers of the conflict engine and of its peers, all asked the same.

What ours finds in a sweep is the measure of what the others miss or invent; whether ours is right is decided by an
oracle of another method, on close pairs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.crowd import crowd
from benchmarks.engine import write, written
from benchmarks.peer import OURS
from benchmarks.stand import Stand
from benchmarks.statistics import percentile
from tests.properties.airspace_against import CLOSE_MM, UNDECIDED_MM, scenes
from tests.properties.airspace_cases import CENTRES

HOME = "desert"


def crowd_file(stand: Stand, use: str) -> str:
    """The file of a crowd to hold, and of as many volumes to ask about as a round has checks."""

    def make() -> str:
        held = [written(item) for item in crowd(stand.sizes[use], seed=1)]
        asked = [replace(item, id=f"Q{item.id}", party="Q") for item in crowd(stand.sizes["checks"], seed=2)]
        return write(stand.directory / f"{use}.json", {"held": held, "asked": [written(item) for item in asked]})

    return stand.kept(f"file {use}", make)


def loaded(stand: Stand, who: str, use: str) -> dict[str, float]:
    """What taking the crowd in cost one of them; it holds it from then on."""
    file = crowd_file(stand, use)
    return stand.kept(f"load {who} {use}", lambda: stand.peer(who, use).ask("load", file=file))


def load_us(stand: Stand, who: str, use: str) -> float:
    """Microseconds a volume."""
    said = loaded(stand, who, use)
    return said["seconds"] / said["held"] * 1e6


def held_bytes(stand: Stand, who: str, use: str) -> float:
    """Bytes a volume by which the process grew; the volumes themselves were there before."""
    said = loaded(stand, who, use)
    return said["bytes"] / said["held"]


def check_ms(stand: Stand, who: str, use: str, share: float) -> float:
    """A percentile of this round's checks, in milliseconds."""
    loaded(stand, who, use)
    times = stand.sampled(f"check {who} {use}", partial(stand.peer(who, use).ask, "check"))
    return percentile(times, share) * 1000


def sweep_s(stand: Stand, who: str, use: str) -> float:
    """Seconds of all against all."""
    return float(_swept(stand, who, use)["seconds"])


def pairs_per_s(stand: Stand, who: str, use: str) -> float:
    """Pairs in conflict that a sweep finds, a second."""
    return len(_swept(stand, who, use)["pairs"]) / sweep_s(stand, who, use)


def missed(stand: Stand, who: str, use: str) -> float:
    """Pairs that ours finds and another does not."""
    return len(_pairs(stand, OURS, use) - _pairs(stand, who, use))


def invented(stand: Stand, who: str, use: str) -> float:
    """Pairs that another finds and ours does not."""
    return len(_pairs(stand, who, use) - _pairs(stand, OURS, use))


def _swept(stand: Stand, who: str, use: str) -> Any:
    loaded(stand, who, use)
    return stand.sampled(f"sweep {who} {use}", partial(stand.peer(who, use).ask, "sweep"))


def _pairs(stand: Stand, who: str, use: str) -> set[tuple[str, str]]:
    return {(a, b) for a, b in _swept(stand, who, use)["pairs"]}


def wrong(stand: Stand, who: str, place: str) -> float:
    """The share of close pairs, at home or away, that one of them answers wrongly."""
    file, truth = _close(stand, place)
    said = stand.peer(who, "close").ask("meet", file=file)
    return sum(one is not right for one, right in zip(said, truth, strict=True)) / len(truth)


def decided(stand: Stand, place: str) -> float:
    """How many close pairs the oracle decides."""
    return len(_close(stand, place)[1])


def _close(stand: Stand, place: str) -> tuple[str, list[bool]]:
    """The file of the pairs at home or at all places with a reputation, and whether each is a conflict."""

    def make() -> tuple[str, list[bool]]:
        places = [HOME] if place == "home" else [one for one in sorted(CENTRES) if one != HOME]
        rows, truth = [], []
        for items, cases in (scene for one in places for scene in scenes(one, stand.sizes["close"] // len(places), 11)):
            volumes = {item.id: written(item) for item in items}
            for (a, b), case in cases.items():
                if UNDECIDED_MM <= abs(case.margin_mm) <= CLOSE_MM:
                    rows.append({"a": volumes[a], "b": volumes[b], "lateral_mm": case.lateral_mm})
                    truth.append(case.margin_mm < 0)
        return write(stand.directory / f"close-{place}.json", rows), truth

    return stand.kept(f"close {place}", make)
