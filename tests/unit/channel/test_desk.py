"""What a node refuses of its own desk's answers, whoever composed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from wellclear.channel.composing import subject
from wellclear.channel.desk import check_answer
from wellclear.domain.parts import Group, Readback, ReadbackRow
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import View
from wellclear.picture.view_parts import open_parts
from wellclear.testing.sketch import START_US, Sketch, circle

AREA = [circle(34.55, 38.30, 5_000)]
FITS = ReadbackRow(lat_e7=345_500_000, lon_e7=383_000_000, start_us=START_US, lower_mm=0, upper_mm=10_000_000)
NINE_KM_OFF = ReadbackRow(lat_e7=346_310_000, lon_e7=383_000_000, start_us=START_US, lower_mm=0, upper_mm=10_000_000)


def seen_by(sketch: Sketch, party: str, *, without: Sequence[str] = ()) -> View:
    view = View()
    held = {sha: raw for sha, raw in sketch.parts.items() if sha not in without}
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        logged = sketch.logged(index, leaf)
        opened = open_parts(logged.entry.act, held, party) if logged.entry is not None else {}
        view, _ = fold_view(view, logged, step, opened)
    return view


def answer(
    sketch: Sketch, kind: str, item: str, groups: Sequence[Group] = (), **members: Any
) -> tuple[Any, list[Group]]:
    party = "SOUTHLAND" if kind == "ack" else "NORTHLAND"
    to = ["NORTHLAND/OPS"] if kind == "ack" else ["SOUTHLAND/OPS"]
    told = sketch.told(groups, ["NORTHLAND", "SOUTHLAND"])
    composed = sketch.compose(kind, party, desk=f"{party}/OPS", to=to, subject=subject(item, 1), told=told, **members)
    return composed.act, list(groups)


@pytest.mark.requirement("R5")
def test_nobody_acknowledges_what_has_not_been_opened_here() -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    said = answer(sketch, "ack", item, [Readback(group="readback", volumes=[FITS])])
    check_answer(seen_by(sketch, "SOUTHLAND"), *said)
    with pytest.raises(Refused) as caught:
        check_answer(seen_by(sketch, "SOUTHLAND", without=list(sketch.parts)), *said)
    assert caught.value.reason == Reason.PART_UNREADABLE


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("rows", [[], [FITS, FITS]])
def test_every_volume_is_read_back_once(rows: list[ReadbackRow]) -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    with pytest.raises(Refused) as caught:
        check_answer(
            seen_by(sketch, "SOUTHLAND"), *answer(sketch, "ack", item, [Readback(group="readback", volumes=rows)])
        )
    assert caught.value.reason == Reason.READBACK_DIFFERS


@pytest.mark.requirement("R5")
def test_a_read_back_that_departs_is_never_confirmed() -> None:
    for row, fits in ((FITS, True), (NINE_KM_OFF, False)):
        sketch = Sketch.founded()
        item, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
        sketch.ack("SOUTHLAND", item, rows=[row])
        said = answer(sketch, "confirm", item, public={"desk": "SOUTHLAND/OPS"})
        view = seen_by(sketch, "NORTHLAND")
        if fits:
            check_answer(view, *said)
        else:
            with pytest.raises(Refused) as caught:
                check_answer(view, *said)
            assert caught.value.reason == Reason.READBACK_DIFFERS
