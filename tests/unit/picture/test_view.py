"""The reader's view on chosen cases: read-back, lead time, versions, states, findings, who has answered what."""

from __future__ import annotations

from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

from tests.unit.picture.viewed import DESK, PLAN_US, amend, announced_sketch, only, row, seen
from wellclear.channel.composing import subject
from wellclear.domain.agreement import DAY_US, HOUR_US, MINUTE_US
from wellclear.domain.logged import Remark
from wellclear.domain.parts import Cell, FindingRow, Findings, Group, Message, Units, Volumes
from wellclear.domain.volume import Polygon
from wellclear.picture.cells import cell_volume
from wellclear.picture.readback import readback_differences
from wellclear.picture.view import Unopened, View, fold_view, open_later
from wellclear.picture.view_changes import changes_between, vague
from wellclear.picture.view_items import AckView
from wellclear.picture.view_parts import not_opened, open_parts
from wellclear.picture.view_states import LeadTime, announced, lead_time, state_of
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle


@pytest.mark.requirement("R7", "R6")
@pytest.mark.parametrize(
    ("before_us", "flag"),
    [
        (60 * MINUTE_US, "AGREED"),
        (60 * MINUTE_US - 1, "SHORT"),
        (10 * MINUTE_US, "SHORT"),
        (10 * MINUTE_US - 1, "NO_REACTION_TIME"),
        (1, "NO_REACTION_TIME"),
        (0, "IN_PROGRESS"),
        (-HOUR_US, "IN_PROGRESS"),
        (-HOUR_US - 1, "AFTER"),
    ],
)
def test_lead_time_at_its_boundaries(before_us: int, flag: str) -> None:
    """A drone has no minimum of its own in the default agreement; the volume lasts an hour."""
    sketch, item = announced_sketch(category="drone")
    version = seen(sketch)[0].items[item].current
    assert lead_time(version, PLAN_US - before_us, START_US) == LeadTime(flag, before_us, 0, False)  # type: ignore[arg-type]  # one of the flags
    assert lead_time(version, None, PLAN_US - before_us) == LeadTime(flag, before_us, 0, True)  # type: ignore[arg-type]


@pytest.mark.requirement("R7")
@pytest.mark.parametrize(("category", "hours"), [("air", 24), ("aid_movement", 48), ("firing", 72)])
def test_the_minimum_of_a_category_decides_whether_lead_time_is_as_agreed(category: str, hours: int) -> None:
    sketch, item = announced_sketch(category=category)
    version = seen(sketch)[0].items[item].current
    for acked_us, flag in ((PLAN_US - hours * HOUR_US, "AGREED"), (PLAN_US - hours * HOUR_US + 1, "SHORT")):
        lead = lead_time(version, acked_us, START_US)
        assert lead is not None and (lead.flag, lead.least_us) == (flag, hours * HOUR_US)


@pytest.mark.requirement("R7")
def test_lead_time_counts_from_the_recipients_acknowledgement_not_from_sending() -> None:
    sketch, item = announced_sketch(category="drone")
    early = only(seen(sketch)[0].items[item], sketch).lead
    assert early is not None and early.at_best and early.flag == "AGREED"
    sketch.advance(48 * 3600 - 300)
    sketch.time("CASPIA")
    sketch.ack("SOUTHLAND", item, rows=[row()])
    late = only(seen(sketch)[0].items[item], sketch).lead
    assert late is not None and not late.at_best and late.flag == "NO_REACTION_TIME"
    assert late.lead_us == 300 * SECOND_US


@pytest.mark.requirement("R6")
def test_a_notice_whose_start_has_passed_is_taken_and_flagged() -> None:
    sketch = Sketch.founded()
    sketch.advance(3 * 3600)
    running, step = sketch.announce(
        "NORTHLAND", [DESK], [circle(34, 38, 5_000, end_us=START_US + DAY_US)], precedence="Z"
    )
    over, _ = sketch.announce("NORTHLAND", [DESK], [circle(34, 38, 5_000)], precedence="Z")
    assert not step.remarks
    items = seen(sketch)[0].items
    for item, flag, state in ((running, "IN_PROGRESS", "ACTIVE"), (over, "AFTER", "EXPIRED")):
        lead = only(items[item], sketch).lead
        assert lead is not None and lead.flag == flag
        assert state_of(items[item], sketch.now_us) == state


@pytest.mark.requirement("R9")
def test_states_follow_the_times_and_every_notice_expires() -> None:
    sketch, item = announced_sketch()
    view = seen(sketch)[0].items[item]
    end_us = view.current.shapes[0].volume.window.end_us if view.current.shapes else 0
    for moment_us, state in (
        (PLAN_US - 1, "RELEASED"), (PLAN_US, "ACTIVE"), (end_us, "ACTIVE"), (end_us + 1, "EXPIRED"),
    ):  # fmt: skip
        assert state_of(view, moment_us) == state
    closed = seen(sketch, "CASPIA")[0].items[item]  # the host can open nothing of it
    assert closed.current.shapes is None and closed.current.cell is None
    last_us = (closed.current.keep_until_day + 1) * DAY_US
    assert (state_of(closed, last_us - 1), state_of(closed, last_us)) == ("RELEASED", "EXPIRED")
    sketch.answer("NORTHLAND", "cancel", item)
    assert state_of(seen(sketch)[0].items[item], PLAN_US) == "CANCELLED"
    sketch, item = announced_sketch()
    sketch.answer("NORTHLAND", "complete", item)
    assert state_of(seen(sketch)[0].items[item], PLAN_US) == "COMPLETED"


@pytest.mark.requirement("R9")
def test_what_has_left_the_picture_leaves_the_view() -> None:
    sketch, item = announced_sketch(keep_until="2026-11-22")
    sketch.message("NORTHLAND", [DESK], "short-lived")
    assert item in seen(sketch)[0].items
    sketch.advance(20 * 86_400)
    sketch.time("CASPIA")
    sketch.time("NORTHLAND")
    view, _ = seen(sketch)
    assert item not in sketch.picture.items
    assert (len(view.items), len(view.messages), len(view.filed), len(view.filed_of), len(view.days)) == (0,) * 5


@pytest.mark.requirement("R9", "R5")
def test_versions_are_compared_field_by_field() -> None:
    sketch, item = announced_sketch()
    amend(sketch, item, sketch.notice_groups([circle(34.6, 38.3, 7_000, start_us=PLAN_US)], "drone"))
    view = seen(sketch)[0].items[item]
    first, second = view.versions[1], view.current
    changes = {change.path: (change.before, change.after) for change in changes_between(first, second)}
    assert changes == {
        "category.category": ("air", "drone"),
        "volume.volumes[0].centre": ("[345000000, 383000000]", "[346000000, 383000000]"),
        "volume.volumes[0].radius_mm": ("5000000", "7000000"),
    }
    assert changes_between(second, second) == ()


@pytest.mark.requirement("R2", "R3")
def test_recipients_show_four_different_marks_and_which_version_was_acknowledged() -> None:
    sketch, item = announced_sketch()
    assert only(seen(sketch)[0].items[item], sketch).standing == "SENT"
    sketch.receipt("SOUTHLAND")
    assert only(seen(sketch)[0].items[item], sketch).standing == "RECEIVED"
    sketch.ack("SOUTHLAND", item, rows=[row()])
    told = sketch.told([Units(group="units", echelon="battalion", at_us=sketch.now_us)], ["NORTHLAND"])
    sketch.answer("SOUTHLAND", "passed_to_units", item, told=told)
    recipient = only(seen(sketch)[0].items[item], sketch)
    assert (recipient.standing, recipient.acked_by, recipient.echelon) == ("ACKED", "SOUTHLAND/W1", "battalion")
    amend(sketch, item, sketch.notice_groups([circle(34.6, 38.3, 7_000, start_us=PLAN_US)]))
    recipient = only(seen(sketch)[0].items[item], sketch)
    assert (recipient.version, recipient.acked_version, recipient.acked_us) == (2, 1, None)


@pytest.mark.requirement("R8")
@pytest.mark.parametrize(
    ("volume", "category", "why"),
    [
        (circle(34.5, 38.3, 5_000, start_us=PLAN_US), "air", ()),
        (circle(34.5, 38.3, 32_187, start_us=PLAN_US), "ground", ("AREA",)),  # 20 statute miles
        (circle(34.5, 38.3, 5_000, start_us=PLAN_US, end_us=PLAN_US + 25 * HOUR_US), "air", ("WINDOW",)),
        (circle(34.5, 38.3, 5_000, start_us=PLAN_US) | {"band": {"datum": "STD"}}, "air", ("HEIGHT",)),
        ({"kind": "circle"}, "air", ("AREA", "HEIGHT", "NOT_COMPUTABLE", "WINDOW")),
    ],
)
def test_a_notice_that_says_too_little_is_flagged(volume: dict[str, Any], category: str, why: tuple[str, ...]) -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [volume], category=category)
    assert vague(seen(sketch)[0].items[item].current) == why


@pytest.mark.requirement("R32")
def test_nobody_hides_by_writing_nonsense() -> None:
    sketch = Sketch.founded()
    hidden = {"kind": "circle", "centre": [345_000_000, 383_000_000], "radius_mm": 5_000_000, "altitude": "low"}
    item, _ = sketch.announce("NORTHLAND", [DESK], [circle(34, 38, 9), hidden])
    view, remarks = seen(sketch)
    (notice,) = announced(view)
    assert notice.id == item and notice.stand_ins == {1} and not notice.coarse
    assert notice.volumes[1].radius_mm >= 5_000_000
    assert [remark.reason for remark in remarks] == ["NOT_COMPUTABLE"]


@pytest.mark.requirement("R25")
def test_what_was_shown_to_another_party_is_what_it_is_compared_by() -> None:
    sketch = Sketch.founded()
    groups = sketch.notice_groups([circle(34, 38, 9)])
    groups[0] = Cell(
        group="cell", south_e7=335_000_000, west_e7=375_000_000, north_e7=345_000_000, east_e7=385_000_000,
        start_us=START_US, end_us=START_US + DAY_US,
    )  # fmt: skip
    told = sketch.told(groups[:1], ["SOUTHLAND", "NORTHLAND"]) + sketch.told(groups[1:], ["NORTHLAND"])
    item = sketch.parties["NORTHLAND"].next_id()
    act = sketch.compose(
        "notice",
        "NORTHLAND",
        desk="NORTHLAND/OPS",
        to=[DESK],
        precedence="P",
        id=item,
        keep_until="2026-12-01",
        told=told,
    )
    sketch.send("NORTHLAND", act, sketch.released(act))
    (exact,) = announced(seen(sketch, "NORTHLAND")[0])
    (shown,) = announced(seen(sketch, "NORTHLAND")[0], shown_to="SOUTHLAND")
    (coarse,) = announced(seen(sketch, "SOUTHLAND")[0])
    assert (exact.coarse, exact.category) == (False, "air")
    assert shown == coarse and (coarse.coarse, coarse.category) == (True, "")
    assert announced(seen(sketch, "CASPIA")[0]) == []


@pytest.mark.parametrize(("south", "north"), [(34.0, 36.0), (-36.0, -34.0), (-1.0, 2.0), (80.0, 84.9)])
@pytest.mark.parametrize("width", [0.01, 1.0, 5.0])
@pytest.mark.requirement("R25")
def test_no_edge_of_a_covering_ring_cuts_into_its_cell(south: float, north: float, width: float) -> None:
    cell = Cell(
        group="cell", south_e7=round(south * 10**7), north_e7=round(north * 10**7), west_e7=1_790_000_000,
        east_e7=round((179 + width) * 10**7) - (3_600_000_000 if width > 1 else 0), start_us=0, end_us=1,
    )  # fmt: skip
    skeleton = cell_volume(cell).skeleton
    assert isinstance(skeleton, Polygon)
    (a, b, c, d) = skeleton.rings[0]
    for start, end, inward in ((a, b, south), (d, c, north)):
        line = Geodesic.WGS84.InverseLine(start.lat_e7 / 1e7, start.lon_e7 / 1e7, end.lat_e7 / 1e7, end.lon_e7 / 1e7)
        for share in range(101):
            lat = line.Position(line.s13 * share / 100)["lat2"]
            assert lat <= south if inward == south else lat >= north


@pytest.mark.requirement("R32")
def test_findings_stand_by_pair_with_both_verdicts_and_silence_is_no_dispute() -> None:
    sketch, a = announced_sketch()
    b, _ = sketch.announce("SOUTHLAND", ["NORTHLAND/OPS"], [circle(34.5, 38.3, 5_000, start_us=PLAN_US)])

    def find(party: str, verdict: str, **members: Any) -> list[Remark]:
        said: dict[str, Any] = {
            "a": a, "a_version": 1, "b": b, "b_version": 1, "verdict": verdict, "lateral_mm": 0, "vertical_mm": 0,
            "time_us": 0, "start_us": 0, "end_us": 0, "lat_e7": 0, "lon_e7": 0,
        } | members  # fmt: skip
        group = Findings(group="finding", engine="e", agreement=1, rows=[FindingRow(**said)])
        to = ["NORTHLAND/OPS"] if party == "SOUTHLAND" else [DESK]
        sketch.send(party, sketch.compose("finding", party, to=to, told=sketch.told([group], sorted(sketch.parties))))
        return [remark for remark in seen(sketch)[1] if remark.index == len(sketch.leaves) - 1]

    assert not find("NORTHLAND", "conflict")
    assert not seen(sketch)[0].pairs[a, b].disputed
    assert not find("SOUTHLAND", "none")
    pair = seen(sketch)[0].pairs[a, b]
    assert pair.disputed and {p: v.row.verdict for p, v in pair.verdicts.items()} == {
        "NORTHLAND": "conflict",
        "SOUTHLAND": "none",
    }
    assert not find("SOUTHLAND", "conflict")
    assert not seen(sketch)[0].pairs[a, b].disputed
    assert [r.reason for r in find("CASPIA", "none")] == ["NOT_THE_ANNOUNCER"]
    assert [r.reason for r in find("NORTHLAND", "none", a=b, b=a)] == ["BAD_FIELDS"]
    assert [r.reason for r in find("NORTHLAND", "none", b_version=7)] == ["UNKNOWN_NOTICE"]


def test_messages_requests_and_their_answers_are_read_from_parts() -> None:
    sketch, item = announced_sketch()
    sketch.message("NORTHLAND", [DESK], "good morning")
    request = sketch.parties["SOUTHLAND"].next_id()
    act = sketch.compose(
        "request", "SOUTHLAND", desk=DESK, to=["NORTHLAND/OPS"], id=request, subject=subject(item, 1), code="delay"
    )
    sketch.send("SOUTHLAND", act, sketch.watched(act))
    sketch.answer("NORTHLAND", "unable", request, code="under_way")
    view, _ = seen(sketch)
    (message,) = view.messages.values()
    assert isinstance(message.body, Message) and message.body.text == "good morning"
    asked = view.requests[request]
    assert asked.answer is not None and (asked.answer.kind, asked.answer.code) == ("unable", "under_way")
    assert (asked.about, asked.about_version) == (item, 1)


def test_a_part_that_does_not_open_is_remarked_once_and_may_come_later() -> None:
    sketch, item = announced_sketch()
    index = len(sketch.leaves) - 1
    act = sketch.logged(index, sketch.leaves[index]).entry
    assert act is not None
    truth = open_parts(act.act, sketch.parts, "SOUTHLAND")
    missing = open_parts(act.act, {}, "SOUTHLAND")
    assert not_opened(truth) is None and not_opened(missing) == "missing"
    forged = open_parts(act.act, {sha: b"x" + raw[1:] for sha, raw in sketch.parts.items()}, "SOUTHLAND")
    assert not_opened(forged) == "unverified"
    view = View()
    for place in range(index):
        logged = sketch.logged(place, sketch.leaves[place])
        view, _ = fold_view(view, logged, sketch.steps[place], {})
    view, remarks = fold_view(view, sketch.logged(index, sketch.leaves[index]), sketch.steps[index], missing)
    assert [remark.reason for remark in remarks] == ["PART_UNREADABLE"] * 4
    view, remarks = open_later(view, index, forged)
    assert not remarks and view.items[item].current.shapes is None
    view, remarks = open_later(view, index, truth)
    assert not remarks and view.items[item].current.shapes is not None
    assert view == seen(sketch, "SOUTHLAND")[0]


def test_a_part_for_another_place_is_unreadable_and_changes_nothing() -> None:
    sketch, item = announced_sketch()
    entry = sketch.logged(len(sketch.leaves) - 1, sketch.leaves[-1]).entry
    assert entry is not None
    commits = [ref.commit for ref in entry.act.parts]
    wrong: dict[str, Group | Unopened] = {commit: Volumes(group="volume", volumes=[{}]) for commit in commits}
    view, _ = seen(sketch, "NOBODY")
    view, remarks = open_later(view, len(sketch.leaves) - 1, wrong)
    assert [remark.detail for remark in remarks if remark.reason == "PART_UNREADABLE"] == [
        f"part {place}: volume where {name} belongs" for place, name in ((0, "cell"), (2, "category"), (3, "rest"))
    ]
    version = view.items[item].current
    assert version.cell is None and version.nature is None and version.said is not None
    assert readback_differences(version, AckView(0, DESK, 0)) is None
