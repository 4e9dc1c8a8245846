"""A lost key is revoked: what it said meanwhile is marked for people, wherever they look, and holds all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundles import SketchSource, bundle_of
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.bundle.report import VerifyReport, doubt_lines
from wellclear.apps.node.board import board
from wellclear.apps.timeline import timeline_of_store
from wellclear.channel.verify import verify_bundle
from wellclear.picture.doubt import Doubt
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
DESK = f"{SOUTH}/OPS"
AREA = [circle(34.5, 38.3, 5_000)]


def lost(seed: int = 11) -> tuple[Sketch, str, str, int]:
    """R1's key is lost after the first notice; a second one is released with it, then it is revoked."""
    sketch = Sketch.founded(seed=seed)
    good, _ = sketch.announce(NORTH, [DESK], AREA)
    since = len(sketch.leaves)
    sketch.advance(60)
    bad, _ = sketch.announce(NORTH, [DESK], AREA)
    sketch.advance(60)
    sketch.message(NORTH, [DESK], "that was not us")
    return sketch, good, bad, since


def revoke(sketch: Sketch, since: int, whose: str = "R1") -> None:
    body = {"key": sketch.parties[NORTH].public(whose), "since": since}
    assert not sketch.send(NORTH, sketch.compose("revoke", NORTH, public=body), use="recovery").remarks


@pytest.mark.requirement("R33")
def test_a_bundle_with_a_lost_key_holds_and_says_what_is_doubtful() -> None:
    sketch, _, _, since = lost()
    before = VerifyReport.of("a.tar", verify_bundle(bundle_of(sketch)))
    assert before.ok and before.doubtful == () and "doubtful" not in "\n".join(before.lines())
    revoke(sketch, since)
    report = VerifyReport.of("a.tar", verify_bundle(bundle_of(sketch)))
    assert report.ok and report.exit_code == 0
    end = len(sketch.leaves) - 1
    assert [(one.index, one.holder, one.revoked) for one in report.doubtful] == [(since, f"{NORTH}/R1", end)]
    assert any(line.startswith(f"  entry {since}: approved by NORTHLAND/R1's key") for line in report.lines())
    assert report.json()["doubtful"] == [
        {"index": since, "how": "approved", "holder": f"{NORTH}/R1", "use": "person", "revoked": end}
    ]


@pytest.mark.requirement("R33")
def test_the_timeline_marks_each_doubtful_line_and_the_revocation_counts_them() -> None:
    sketch, good, bad, since = lost()
    revoke(sketch, since)
    told = {line.index: line for line in timeline_of_store(SketchSource(sketch, SOUTH), SOUTH).said}
    assert any(detail.startswith("DOUBTFUL: approved by NORTHLAND/R1's key") for detail in told[since].details)
    assert told[since].facts["doubtful"] == "yes" and bad in told[since].text
    marked = [index for index, line in told.items() if "doubtful" in line.facts]
    assert marked == [since] and good not in told[since].text
    last = told[len(sketch.leaves) - 1]
    assert last.facts["makes_doubtful"] == [since]
    assert any(detail.startswith(f"Doubtful from now on: entry {since}: approved") for detail in last.details)


@pytest.mark.requirement("R33")
def test_the_other_desk_rings_and_its_board_shows_the_mark_beside_the_notice(tmp_path: Path) -> None:
    sketch, good, bad, since = lost()
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    assert board(south.core, "")["doubtful"] == {"count": 0, "rows": []}
    revoke(sketch, since)
    south.follow()
    now = board(south.core, "")
    rows = {row["id"]: row for row in now["notices"]}
    assert rows[good]["doubtful"] == [] and rows[bad]["state"] == "RELEASED", "shown, never undone"
    ((mark,),) = [rows[bad]["doubtful"]]
    assert (mark["index"], mark["kind"], mark["item"], mark["version"]) == (since, "notice", bad, 1)
    assert now["doubtful"]["count"] == 1 and now["doubtful"]["rows"] == [mark]
    (alarm,) = [alarm for alarm in south.rang if alarm.kind == "doubtful"]
    assert "NORTHLAND/R1's key was lost" in alarm.words and "1 entry" in alarm.words
    again = Bench(south.relay, SOUTH, tmp_path / "other.sqlite")
    again.follow()
    assert board(again.core, "")["doubtful"] == now["doubtful"], "alike for whoever has the log"
    south.core.store.close()
    south.start()
    assert board(south.core, "")["doubtful"] == now["doubtful"], "and after a restart"


def test_what_machines_said_with_a_lost_node_key_is_counted_and_not_listed(tmp_path: Path) -> None:
    sketch, _, _, since = lost()
    sketch.time(NORTH)
    north = Bench(Relay(sketch), NORTH, tmp_path / "north.sqlite")
    north.follow()
    preview = north.core.doubted.would(sketch.parties[NORTH].public("node"), since)
    revoke(sketch, since, "node")
    north.follow()
    told = board(north.core, "")["doubtful"]
    assert told["count"] == preview["count"] == 3
    assert [row["kind"] for row in told["rows"]] == ["message", "notice"] == [row["kind"] for row in preview["rows"]]


def test_runs_of_entries_are_told_as_runs() -> None:
    doubts = [Doubt(index, "k", "linked", NORTH, "node", 20) for index in (3, 4, 5, 9)]
    (line,) = doubt_lines(doubts)
    assert line.startswith("entries 3 to 5, 9: linked by NORTHLAND's node key")
