"""The same red lines on their way through a node: records in the view, a draft's groups, and the warnings."""

from __future__ import annotations

from functools import partial
from time import perf_counter

import msgspec
from rpds import HashTrieMap

from benchmarks.crowd import crowd
from benchmarks.judging import NOW_US, triggers
from benchmarks.stand import Stand
from benchmarks.statistics import percentile
from wellclear.airspace.triggers import trigger_fields
from wellclear.apps.check.drawn import draft_in
from wellclear.apps.check.drawn_words import planner_lines
from wellclear.apps.node.drawing import Drawing
from wellclear.domain.parts import Group, Nature, Rest, Volumes
from wellclear.domain.treaty import RedLine
from wellclear.domain.volume_fields import volume_fields
from wellclear.picture.picture import Picture
from wellclear.picture.rows import ItemRow
from wellclear.picture.view_items import View
from wellclear.picture.view_records import RecordVersion, RecordView

_READER, _DECLARER = "NORTHLAND", "SOUTHLAND"
_TO = f"{_READER}/OPS"


def warned_ms(stand: Stand) -> float:
    """The median draft that touches no red line: looked up, read, judged, worded."""
    return percentile(_taken(stand)[False], 0.5) * 1000


def warned_touching_ms(stand: Stand) -> float:
    """The median draft that touches some: the smallest changes are searched as well."""
    return percentile(_taken(stand)[True], 0.5) * 1000


def _taken(stand: Stand) -> dict[bool, list[float]]:
    """Seconds of each draft, by whether it touches."""
    return stand.sampled("warned", partial(_take, stand))


def _take(stand: Stand) -> dict[bool, list[float]]:
    drawing, picture, view = stand.kept("drawing", partial(_node, stand.sizes["lines"]))
    taken: dict[bool, list[float]] = {True: [], False: []}
    for groups in _asked(stand):
        start = perf_counter()
        draft = draft_in(groups)
        assert draft is not None, "it has volumes"
        judged = drawing.judged(picture, view, draft, NOW_US)
        planner_lines(judged, NOW_US)
        taken[bool(judged.touched)].append(perf_counter() - start)
    return taken


def _node(count: int) -> tuple[Drawing, Picture, View]:
    """A picture and a view that hold so many red lines, and what a node judges with; each was compiled once."""
    rows: HashTrieMap[str, ItemRow] = HashTrieMap()
    records: HashTrieMap[str, RecordView] = HashTrieMap()
    for number, trigger in enumerate(triggers(count)):
        id_ = f"{_DECLARER}-1001-{number}"
        line = RedLine(group="red_line", language="en", text="Not here.", trigger=trigger_fields(trigger))
        groups: HashTrieMap[str, Group] = HashTrieMap({"red_line": line})
        version = RecordVersion(1, number, NOW_US, f"{_DECLARER}/OPS", (_TO,), "P", 30_000, ((_READER,),), groups)
        records = records.insert(id_, RecordView(id_, "red_line", _DECLARER, HashTrieMap({1: version})))
        row = ItemRow("red_line", _DECLARER, f"{_DECLARER}/OPS", 1, "RELEASED", "P", [_TO], number, 30_000)
        rows = rows.insert(id_, row)
    picture = msgspec.structs.replace(Picture(), items=rows, now_us=NOW_US)
    return Drawing(_READER), picture, View(records=records)


def _asked(stand: Stand) -> list[list[Group]]:
    """What planners draft: the volumes that are checked as well, as the groups of a notice."""
    rest = Rest(group="rest", crewed="yes", live_weapons="no", count=2)
    return stand.kept(
        "groups",
        lambda: [
            [
                Volumes(group="volume", volumes=[volume_fields(volume) for volume in item.volumes]),
                Nature(group="category", category="air"), rest,
            ]
            for item in crowd(stand.sizes["checks"], seed=2)[:100]
        ],
    )  # fmt: skip
