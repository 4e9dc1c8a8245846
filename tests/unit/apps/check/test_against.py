"""Own drafts against a channel: the verdict at its level, the own geometry, and nothing else of the other's (N13)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import bundle_of
from tests.unit.apps.check.plans import plan, planned, skipped, volume
from tests.unit.apps.node.test_detection import NORTH, SOUTH, announce, seen_by
from wellclear.airspace.conflict import Announced
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.check.against import (
    DRAFTS_MAX,
    Meeting,
    compared_with,
    drafts_from,
    meeting_from,
    question,
)
from wellclear.apps.check.asking import ASKED_MAX, ask_node, batches
from wellclear.apps.check.blocks import channel_blocks
from wellclear.apps.check.bundle import Known, known_from_bundle
from wellclear.apps.check.channel import ChannelChecked, csv_answer, geojson_pieces, json_pieces
from wellclear.apps.check.minima import channel_minima
from wellclear.apps.check.plan import Plan
from wellclear.apps.node.detection import Detection
from wellclear.domain.quantities import Position
from wellclear.domain.volume import VERTICES_MAX, Route
from wellclear.edges.node_client import NodeClient
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.testing.sketch import START_US, Sketch, circle

SECRET_LAT = 34.5123456


def draft(id_: str = "D-1", lat: float = 34.5, category: str = "air") -> Announced:
    return Announced(id_, 1, NORTH, category, (volume(lat, 38.3, start_us=START_US),))


def node_of(sketch: Sketch) -> Detection:
    """NORTHLAND's, with what SOUTHLAND has told it."""
    detection = Detection(NORTH)
    detection.touch(sketch.picture.items.keys())
    detection.run(sketch.picture, seen_by(sketch, NORTH, {}), START_US)
    return detection


def told_by(sketch: Sketch, *drafts: Announced) -> list[dict[str, Any]]:
    return [meeting.fields() for meeting in node_of(sketch).meetings(drafts)]


@pytest.mark.requirement("N12", "N13")
@pytest.mark.parametrize("category", ["air", "ground"])
def test_of_a_cell_only_the_id_and_possible_are_told_wherever_the_volume_lies(category: str) -> None:
    answers = []
    for lat in (34.5, -60.0, 80.0):
        sketch = Sketch.founded(seed=2)
        id_, _ = announce(sketch, SOUTH, [circle(lat, 38.3, 5_000)], withhold=("volume",))
        answers.append(told_by(sketch, draft(category=category)))
        assert [(row["b"], row["verdict"], row["why"]) for row in answers[-1]] == [(id_, "possible", "cell")]
        assert "figures" not in answers[-1][0]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.requirement("N13", "R32")
def test_of_an_open_volume_the_separations_are_told_and_not_its_geometry() -> None:
    sketch = Sketch.founded(seed=3)
    id_, _ = announce(sketch, SOUTH, [circle(SECRET_LAT, 38.31, 5_000)])
    (row,) = told_by(sketch, draft())
    assert (row["b"], row["b_party"], row["b_version"], row["verdict"], row["why"]) == (id_, SOUTH, 1, "conflict", "")
    assert row["figures"]["lateral_mm"] == 0
    assert row["figures"]["minima"]["lateral_mm"] == 9_260_000
    text = json.dumps(row)
    assert str(round(SECRET_LAT * 1e7)) not in text
    assert "radius" not in text


def test_an_id_of_ones_own_choice_hides_nothing() -> None:
    sketch = Sketch.founded(seed=4)
    id_, _ = announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    announce(sketch, NORTH, [circle(34.5, 38.31, 5_000)])
    assert [(row["a"], row["b"]) for row in told_by(sketch, draft(id_))] == [(id_, id_)]


def test_a_check_leaves_nothing_behind() -> None:
    sketch = Sketch.founded(seed=5)
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    detection = node_of(sketch)
    before = (dict(detection.held()), dict(detection.conflicts))
    assert detection.meetings([draft()]) == detection.meetings([draft()])
    assert (detection.held(), detection.conflicts) == before
    assert detection.findings(sketch.picture, seen_by(sketch, NORTH, {})) == []


def test_nonsense_of_the_other_is_possible_and_has_no_figures() -> None:
    sketch = Sketch.founded(seed=6)
    announce(sketch, SOUTH, [{**circle(34.5, 38.3, 5_000), "band": {"datum": "MOON"}}])
    (row,) = told_by(sketch, draft())
    assert (row["verdict"], row["why"]) == ("possible", "not_computable")
    assert "figures" not in row


# The question to a node.


def test_a_question_comes_back_as_the_drafts() -> None:
    drafts = [draft("D-1"), draft("D-2", 35.0)]
    assert drafts_from(question(drafts)["drafts"], NORTH) == drafts


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({}, r"drafts\[0\]\.id"),
        ({"id": 5}, r"drafts\[0\]\.id"),
        ({"id": "x" * 201}, r"drafts\[0\]\.id"),
        ({"id": "x"}, r"drafts\[0\]"),
        ({"id": "x", "category": 5, "volumes": [1]}, r"drafts\[0\]"),
        ({"id": "x", "volumes": []}, r"drafts\[0\]"),
        ({"id": "x", "volumes": [{"kind": "cube"}]}, r"drafts\[0\]\.volumes\[0\]\.kind"),
    ],
)
def test_a_bad_question_is_refused_with_its_place(row: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidValue, match=where):
        drafts_from([row], NORTH)


def test_ids_once_and_not_too_many() -> None:
    (row,) = question([draft()])["drafts"]
    with pytest.raises(InvalidValue, match=r"drafts\[1\]\.id"):
        drafts_from([row, row], NORTH)
    with pytest.raises(InvalidValue, match="at most 100"):
        drafts_from([row] * (DRAFTS_MAX + 1), NORTH)


def test_many_drafts_go_in_several_questions_and_none_is_lost() -> None:
    drafts = [draft(f"D-{number}") for number in range(2 * ASKED_MAX + 3)]
    made = list(batches(drafts))
    assert [one for batch in made for one in batch] == drafts
    assert [len(batch) for batch in made] == [ASKED_MAX, ASKED_MAX, 3] and ASKED_MAX <= DRAFTS_MAX
    huge = Announced("D", 1, NORTH, "air", draft().volumes * 600)
    with pytest.raises(InvalidValue, match="more than a node takes"):
        list(batches([huge]))
    with pytest.raises(InvalidValue, match=r"drafts\[0\]\.volumes: .* bytes; at most 65536"):
        drafts_from(question([huge])["drafts"], NORTH)


def test_the_largest_single_volume_fits_a_question() -> None:
    route = tuple(Position(-899_990_000 + number, -1_799_990_000 + number) for number in range(VERTICES_MAX))
    times_us = tuple(range(START_US, START_US + VERTICES_MAX))
    one = volume(34.5, 38.3, start_us=START_US)
    largest = replace(draft("0"), volumes=(replace(one, skeleton=Route(route, times_us)),))
    assert [list(batch) for batch in batches([largest])] == [[largest]]
    assert drafts_from(question([largest])["drafts"], NORTH)[0].volumes == largest.volumes


@pytest.mark.parametrize("row", [5, {}, {"a": "x"}, {"a": 1, "figures": 5}])
def test_a_strange_answer_is_malformed(row: object) -> None:
    with pytest.raises(Malformed):
        meeting_from(row)


class Deaf(NodeClient):
    """A node that answers with what the test says."""

    def __init__(self, told: object) -> None:
        self.told = told

    def post(self, path: str, body: object, *, wait_s: int = 0) -> Any:
        return self.told


@pytest.mark.parametrize(
    "told", [[], {}, {"meetings": [{}]}, {"meetings": []}, {"meetings": [], "agreement": 1, "settings": {}}]
)
def test_a_node_that_says_something_else_is_told_as_such(told: object) -> None:
    with pytest.raises((Malformed, InvalidValue)):
        ask_node(Deaf(told), NORTH, plan(planned("D-1", NORTH)))


# A bundle.


def known(tmp_path: Path, sketch: Sketch, party: str = "", reader: str = NORTH) -> Known:
    path = tmp_path / "bundle.tar"
    write_bundle(bundle_of(sketch, reader), path)
    return known_from_bundle(path, party)


def answered(known: Known, drafts: Plan) -> ChannelChecked:
    found = known.meetings([notice.announced() for notice in drafts.notices.values()])
    return ChannelChecked(
        drafts, known.party, tuple(found), channel_minima(known.terms), known.compared(), known.size, known.words, True
    )


def mine(*more: Any) -> Plan:
    return plan(planned("D-1", NORTH, volume(34.5, 38.3, start_us=START_US)), *more, own=NORTH)


@pytest.mark.requirement("N13", "R33")
def test_a_bundle_is_verified_then_compared_offline(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=7)
    exact, _ = announce(sketch, SOUTH, [circle(SECRET_LAT, 38.3, 5_000)])
    coarse, _ = announce(sketch, SOUTH, [circle(SECRET_LAT, 38.3, 5_000)], withhold=("volume",))
    announce(sketch, NORTH, [circle(34.5, 38.3, 5_000)])
    answer = answered(known(tmp_path, sketch), mine())
    assert [(one.b, one.verdict, one.why) for one in answer.meetings] == [
        (exact, "conflict", ""),
        (coarse, "possible", "cell"),
    ]
    assert answer.headline() == "1 conflict and 1 possible conflict found. Nobody was told."
    assert "1 draft of NORTHLAND with 2 notices of 1 other party, 1 of them known only as a cell" in answer.against()
    assert answer.exit_code == 1
    for text in ("".join(form(answer)) for form in (json_pieces, csv_answer, geojson_pieces)):
        assert exact in text
        assert coarse in text
        assert str(SECRET_LAT) not in text
        assert str(round(SECRET_LAT * 1e7)) not in text


@pytest.mark.requirement("N13")
def test_a_map_of_the_answer_shows_own_volumes_and_points_on_them_alone(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=8)
    announce(sketch, SOUTH, [circle(34.6, 38.3, 5_000)])
    announce(sketch, SOUTH, [circle(34.6, 38.3, 5_000)], withhold=("volume",))
    told = json.loads("".join(geojson_pieces(answered(known(tmp_path, sketch), mine()))))
    exact, coarse, own = told["features"]
    assert exact["geometry"]["type"] == "Point"
    assert exact["geometry"]["coordinates"][1] == pytest.approx(34.5, abs=0.01)
    assert coarse["geometry"] is None
    assert (own["properties"]["id"], own["properties"]["party"]) == ("D-1", NORTH)


def test_blocks_for_people_tell_the_same(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=9)
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)], withhold=("volume",))
    exact, coarse = channel_blocks(answered(known(tmp_path, sketch), mine()))
    assert [label for label, _ in exact.lines] == ["where", "when", "yours", "apart", "at least", "in"]
    assert [label for label, _ in coarse.lines] == ["yours", "why", "in"]
    assert coarse.short[4:] == ("not told", "not told", "not told")


def test_a_negative_answer_says_against_what_and_who_is_missing(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=10)
    answer = answered(known(tmp_path, sketch), mine(skipped()))
    assert answer.headline() == "Nothing was compared: no other party has announced anything that is open to you."
    assert "nothing from SOUTHLAND" in answer.against()
    assert "exported at" in answer.against()
    assert answer.exit_code == 3


@pytest.mark.requirement("R3")
def test_no_conflict_is_said_with_what_was_compared(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=13)
    announce(sketch, SOUTH, [circle(-34.5, 38.31, 5_000)])
    answer = answered(known(tmp_path, sketch), mine())
    assert (answer.headline(), answer.exit_code) == ("No conflict found.", 0)
    assert "Compared: 1 draft of NORTHLAND with 1 notice of 1 other party, none of them coarse" in answer.against()


def test_what_was_cancelled_is_not_compared_and_the_reader_may_be_named(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=11)
    id_, _ = announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    gone, _ = announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    sketch.answer(SOUTH, "cancel", gone)
    found = known(tmp_path, sketch, NORTH, reader=SOUTH)
    assert set(found.held) == {id_}
    assert answered(found, mine()).meetings[0].b == id_


def test_a_changed_byte_and_a_strange_party_end_it(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=12)
    files = bundle_of(sketch, NORTH)
    write_bundle(files, tmp_path / "good")
    with pytest.raises(InvalidValue, match=r"--party: ELSE is no party of this channel; its parties: CASPIA, NORTH"):
        known_from_bundle(tmp_path / "good", "ELSE")
    files["checkpoint"] = files["checkpoint"].replace(b"\n", b" \n", 1)
    write_bundle(files, tmp_path / "bad")
    with pytest.raises(Unverified, match="does not verify: "):
        known_from_bundle(tmp_path / "bad")
    (tmp_path / "none").write_bytes(b"no bundle")
    with pytest.raises(Unverified, match="does not verify: "):
        known_from_bundle(tmp_path / "none")


def test_against_what_counts_the_others_alone() -> None:
    others = [
        Announced("S-1", 1, SOUTH, "", draft().volumes, coarse=True),
        Announced("S-2", 1, SOUTH, "", draft().volumes),
    ]
    assert compared_with(others, [NORTH, SOUTH, "CASPIA"], NORTH) == {
        "notices": 2, "parties": 1, "coarse": 1, "missing": ["CASPIA"],
    }  # fmt: skip


def test_a_meeting_goes_over_the_wire_and_back() -> None:
    one = Meeting("D-1", "S-1", 2, SOUTH, "possible", "datums", 0, 0, "reference/1", {"lateral_mm": 5})
    assert meeting_from(json.loads(json.dumps(one.fields()))) == one
