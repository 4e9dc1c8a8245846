"""Series as one page for any browser: it loads nothing, sends nothing, and shows each series in a lane of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, Final

from wellclear.apps.check.map.page import asset, one_file
from wellclear.apps.check.words import counted
from wellclear.apps.outside.lanes import NEVER_ADDED, Lane, Scene, is_least
from wellclear.interop.events.counts import Step, Tally

_EPOCH: Final = date(1970, 1, 1)


def page_of(drawn: Mapping[Step, Scene], step: Step) -> str:
    """The whole file as text: the same series in bins of every length, and the length that is shown first."""
    script = f"// dom.js\n{asset('dom.js')}\n// counts.js\n{_asset('counts.js')}"
    return one_file(_asset("counts.html"), _asset("counts.css"), script, facts(drawn, step))


def facts(drawn: Mapping[Step, Scene], step: Step) -> dict[str, Any]:
    """What the script is given; a bar is its first day since 1970, events, low, best, high, and 1 for a least."""
    scene = drawn[step]
    return {
        "title": counted(len(scene.lanes), "series", "series"), "step": step, "never": NEVER_ADDED,
        "basis": " ".join((scene.asked, NEVER_ADDED, scene.own)).strip(),
        "first": scene.first.isoformat(), "last": scene.last.isoformat(),
        "lanes": [_lane([drawn[each].lanes[at] for each in Step]) for at in range(len(scene.lanes))],
    }  # fmt: skip


def _lane(by_step: Sequence[Lane]) -> dict[str, Any]:
    lane = by_step[0]
    return {
        "series": lane.series, "party": lane.party, "unit": lane.unit, "by": lane.by, "counts": lane.counts,
        "event": lane.event, "credit": lane.credit,
        "bars": {step: [_bar(start, tally) for start, tally in each.bars.items()]
                 for step, each in zip(Step, by_step, strict=True)},
        "apart": {step: each.apart_words for step, each in zip(Step, by_step, strict=True)},
    }  # fmt: skip


def _bar(start: date, tally: Tally) -> list[int]:
    return [(start - _EPOCH).days, tally.events, *tally.bar, int(is_least(tally))]


def _asset(name: str) -> str:
    return files(__package__ or __name__).joinpath("assets", name).read_text("utf-8")
