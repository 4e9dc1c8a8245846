"""A sketch's log as a reader sees it, and one notice announced in it."""

from __future__ import annotations

from typing import Any

from wellclear.channel.composing import subject
from wellclear.domain.agreement import HOUR_US
from wellclear.domain.logged import Remark
from wellclear.domain.parts import Group, ReadbackRow
from wellclear.picture.view import View, fold_view
from wellclear.picture.view_items import ItemView
from wellclear.picture.view_parts import open_parts
from wellclear.picture.view_states import Recipient, recipients
from wellclear.testing.sketch import START_US, Sketch, circle

PLAN_US = START_US + 48 * HOUR_US
DESK = "SOUTHLAND/OPS"


def seen(sketch: Sketch, party: str | None = None) -> tuple[View, list[Remark]]:
    """The view of a party, or of one who can open everything, and its remarks."""
    view, remarks = View(), list[Remark]()
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        logged = sketch.logged(index, leaf)
        assert logged.entry is not None
        view, more = fold_view(view, logged, step, open_parts(logged.entry.act, sketch.parts, party))
        remarks += more
    return view, remarks


def row(lat: float = 34.5, lon: float = 38.3, **members: Any) -> ReadbackRow:
    said = {"start_us": PLAN_US, "lower_mm": 0, "upper_mm": 10_000_000} | members
    return ReadbackRow(lat_e7=round(lat * 10**7), lon_e7=round(lon * 10**7), **said)


def announced_sketch(**members: Any) -> tuple[Sketch, str]:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000, start_us=PLAN_US)], **members)
    return sketch, item


def only(item: ItemView, sketch: Sketch) -> Recipient:
    (recipient,) = recipients(item, sketch.picture, sketch.now_us)
    return recipient


def amend(sketch: Sketch, item: str, groups: list[Group], version: int = 2) -> None:
    act = sketch.compose(
        "amend", "NORTHLAND", desk="NORTHLAND/OPS", to=[DESK], precedence="P", subject=subject(item, version),
        keep_until="2026-12-02", told=sketch.told(groups, ["NORTHLAND", "SOUTHLAND"]),
    )  # fmt: skip
    assert not sketch.send("NORTHLAND", act, sketch.released(act)).remarks
