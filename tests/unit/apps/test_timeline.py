from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bundles import SketchSource, bundle_of, eventful, frozen_bundle, released, scripted, signed_again
from tests.golden.timeline import GOLDEN, told
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.sentences import TELL
from wellclear.apps.sentences_answers import TELL_ANSWER
from wellclear.apps.sentences_channel import TELL_CHANNEL
from wellclear.apps.sentences_records import TELL_RECORD
from wellclear.apps.timeline import Line, TimelineReport, timeline_of_bundle, timeline_of_store
from wellclear.domain.kinds import KINDS
from wellclear.domain.marks import EXERCISE
from wellclear.domain.parts import Message
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.testing.sketch import SECOND_US, Sketch, circle


def clock(sketch: Sketch, party: str, ahead_s: int) -> None:
    """A clock message of a party whose clock is so far ahead."""
    sketch.now_us += ahead_s * SECOND_US
    sketch.time(party)
    sketch.now_us -= ahead_s * SECOND_US


@cache
def report(reader: str) -> TimelineReport:
    return timeline_of_store(SketchSource(eventful(), reader), reader)


def lines(kind: str, reader: str = "SOUTHLAND") -> list[Line]:
    return [line for line in report(reader).said if line.kind == kind]


@pytest.mark.requirement("R33")
def test_the_golden_timeline() -> None:
    assert told() == GOLDEN.read_text(encoding="utf-8")


def test_every_entry_is_told_once_and_in_order() -> None:
    indices = [line.index for line in report("NORTHLAND").said if line.index is not None]
    assert indices == list(range(len(eventful().leaves)))


def test_moments_never_go_back() -> None:
    moments = [line.at_us for line in report("SOUTHLAND").said]
    assert moments == sorted(moments)


@pytest.mark.requirement("R33", "R2")
def test_what_was_not_answered_in_time_is_told_with_the_rungs() -> None:
    told_ = [(line.facts["owed"], line.facts["rung"], line.facts["called"]) for line in lines("overdue")]
    assert ("ack", "due", "NORTHLAND/W1") in told_
    assert ("ack", "next_name", "NORTHLAND/W2") in told_
    assert ("receipt", "due", "") in told_
    late = lines("ack")[-1]
    assert any("It was due by" in detail for detail in late.details)


def test_routine_clock_messages_are_counted_and_come_when_asked_for() -> None:
    routine = [line for line in lines("time") if line.routine]
    assert routine
    words, all_words = report("SOUTHLAND").lines(), report("SOUTHLAND").lines(clocks=True)
    assert words[-1] == f"{len(routine)} clock messages left out (--clocks shows them)."
    assert not any("left out" in line for line in all_words)
    assert not {line.lines()[0] for line in routine} & set(words)
    assert {line.lines()[0] for line in routine} <= set(all_words)
    in_json = [line for line in report("SOUTHLAND").json()["lines"] if line["kind"] == "time"]  # type: ignore[attr-defined]  # a list of rows
    assert [line["routine"] for line in in_json].count("yes") == len(routine) < len(in_json)


@pytest.mark.requirement("R2", "R33")
def test_a_clock_message_at_which_something_became_overdue_is_told() -> None:
    said = report("SOUTHLAND").said
    for at, line in enumerate(said):
        if line.kind == "overdue":
            told_next = next(later for later in said[at:] if later.index is not None)
            assert told_next.kind != "time" or not told_next.routine
    assert sum(not line.routine for line in lines("time")) == 3


@pytest.mark.requirement("R20", "R33")
def test_a_clock_that_others_contradict_is_told_and_not_blamed() -> None:
    sketch = Sketch.founded(seed=3)
    clock(sketch, "CASPIA", 3_600)
    sketch.advance(1)
    sketch.time("NORTHLAND")
    sketch.time("SOUTHLAND")
    ahead, *routine = [
        line for line in timeline_of_store(SketchSource(sketch), "SOUTHLAND").said if line.kind == "time"
    ]
    assert not ahead.routine
    assert ahead.details[0].startswith("After it NORTHLAND's clock said ")
    assert all(line.routine for line in routine), "these two agree"
    sketch.time("CASPIA")
    clock(sketch, "SOUTHLAND", -60)
    back, behind = [line for line in timeline_of_store(SketchSource(sketch), "SOUTHLAND").said if line.kind == "time"][
        -2:
    ]
    assert not back.routine and "This clock went back" in back.details[0]
    assert not behind.routine and "later than this clock's" in behind.details[0]


@pytest.mark.requirement("R5")
def test_a_wrong_read_back_and_the_right_one_are_both_told() -> None:
    assert len([line for line in lines("ack") if line.facts["item"] == "NORTHLAND-1001-9"]) == 2
    assert (
        "Volume 1, first position: 35.5500000N read back, 34.5500000N announced."
        in lines("readback_wrong")[0].details[0]
    )


@pytest.mark.requirement("R9")
def test_an_amendment_is_told_by_its_differences() -> None:
    words = "\n".join(lines("amend")[0].details)
    assert "place was a circle of 5,000 m" in words
    assert "category was air, is drone" in words
    assert "It was PRIORITY, is IMMEDIATE." in words
    assert "height was" not in words, "the heights are the same"


def test_what_could_not_stand_says_why_and_claims_nothing() -> None:
    amend = lines("amend")[1]
    assert "which has no effect" in amend.text
    assert any(Reason.NOT_THE_ANNOUNCER.sentence in detail for detail in amend.details)
    assert "Bytes were logged that are no entry" in lines("fault")[0].text


@pytest.mark.requirement("R33")
def test_every_kind_has_its_sentence() -> None:
    """Else what stands would be told as something that has no effect."""
    telling = {*TELL, *TELL_ANSWER, *TELL_CHANNEL, *TELL_RECORD}
    assert set(KINDS) - telling == {"time"}, "clock messages are told in runs"


@pytest.mark.requirement("R33")
def test_what_another_partys_node_has_carried_says_so() -> None:
    sketch = Sketch.founded(seed=75)
    guest = sketch.party("RELIEF", "agency")
    guest.guest = True
    sketch.joint({"do": "admit", "base": sketch.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    sketch.enrol("RELIEF")
    groups = sketch.notice_groups([circle(34.55, 38.30, 5_000)])
    said = sketch.compose(
        "notice", "RELIEF", desk="RELIEF/OPS", to=["SOUTHLAND/OPS"], id=guest.next_id(), keep_until="2026-12-01",
        via="NORTHLAND", told=sketch.told(groups, ["SOUTHLAND"]),
    )  # fmt: skip
    assert sketch.send("NORTHLAND", said, sketch.released(said)).stands
    said_lines = timeline_of_store(SketchSource(sketch, "SOUTHLAND"), "SOUTHLAND").said
    line = next(line for line in said_lines if line.kind == "notice")
    assert "Carried by NORTHLAND's node, for a party that names it." in line.details
    assert line.facts["carried_by"] == "NORTHLAND"


@pytest.mark.requirement("N11", "R14", "R23")
@pytest.mark.parametrize(("language", "text"), [("ar", "توقف الآن"), ("he", "לעצור עכשיו"), ("tr", "şimdi dur")])
def test_free_text_is_told_in_its_senders_words_and_language(language: str, text: str) -> None:
    """Nothing translates: what the sender wrote is all that stands there, with the language that the sender named."""
    sketch = Sketch.founded(seed=76)
    group = Message(group="message", language=language, text=text)
    said = sketch.compose(
        "message", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], id=sketch.parties["NORTHLAND"].next_id(),
        precedence="O", told=sketch.told([group], ["SOUTHLAND"]),
    )  # fmt: skip
    sketch.send("NORTHLAND", said, sketch.watched(said))
    told = timeline_of_store(SketchSource(sketch, "SOUTHLAND"), "SOUTHLAND").said
    line = next(line for line in told if line.kind == "message")
    assert line.details == (f"In the sender's words ({language}): “{text}”",)


def test_what_a_reader_may_not_open_is_told_as_sealed() -> None:
    assert lines("message")[0].details == ("Sealed (message): its text was not disclosed to SOUTHLAND.",)
    assert lines("message", "CASPIA")[0].details == ("In the sender's words (en): “A word for the host alone.”",)
    words = "\n".join(line for one in report("CASPIA").said for line in one.lines())
    assert "Sealed (cell, volume, category, rest): its text was not disclosed to CASPIA." in words
    assert "34.55" not in words
    assert "drone" not in words


def test_parts_that_are_gone_are_told_so() -> None:
    sketch = scripted()
    sketch.parts.clear()
    assert "its part is not in this copy" in "\n".join(timeline_of_store(SketchSource(sketch), "SOUTHLAND").lines())


def test_a_part_of_nonsense_is_told_as_unreadable() -> None:
    sketch = scripted()
    for name in list(sketch.parts):
        sketch.parts[name] = b"nonsense"
    words = "\n".join(timeline_of_store(SketchSource(sketch), "SOUTHLAND").lines())
    assert "does not fit its commitment" in words


@pytest.mark.requirement("R7")
@pytest.mark.parametrize(
    ("ahead_s", "flag"),
    [
        (86_400, "AGREED"),
        (86_399, "SHORT"),
        (3_600, "SHORT"),
        (3_599, "SHORT"),
        (600, "SHORT"),
        (599, "NO_REACTION_TIME"),
        (1, "NO_REACTION_TIME"),
        (0, "IN_PROGRESS"),
        (-3_600, "IN_PROGRESS"),
        (-3_601, "AFTER"),
    ],
)
def test_lead_time_is_flagged_at_its_bounds(ahead_s: int, flag: str) -> None:
    sketch = Sketch.founded(seed=3)
    start = sketch.now_us + ahead_s * 1_000_000
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [circle(34.5, 38.3, 5_000, start_us=start)])
    sketch.ack("SOUTHLAND", id_)
    said = timeline_of_store(SketchSource(sketch), "SOUTHLAND").said
    assert [line.facts["lead_time_flag"] for line in said if line.kind == "ack"] == [flag]


def test_the_same_facts_come_as_json() -> None:
    said = json.loads(json.dumps(report("SOUTHLAND").json()))
    assert len(said["lines"]) == len(report("SOUTHLAND").said)
    notice = next(line for line in said["lines"] if line["kind"] == "notice")
    assert notice["facts"]["opened"]["volume"]["volumes"][0]["radius_mm"] == 5_000_000
    assert re.fullmatch(r"2026-11-\d\d \d\d:\d\d:\d\dZ", notice["at"])


@pytest.mark.requirement("R33")
def test_a_bundle_is_verified_before_it_is_told(tmp_path: Path) -> None:
    write_bundle(frozen_bundle(), tmp_path / "good.tar")
    good = timeline_of_bundle(tmp_path / "good.tar")
    assert good.exit_code == 0
    assert good.lines()[0] == EXERCISE
    assert "everything that can be checked holds" in good.lines()[1]
    assert good.said == timeline_of_store(SketchSource(scripted()), "SOUTHLAND").said
    changed = dict(frozen_bundle())
    changed["checkpoint"] = changed["notes/9"]
    write_bundle(signed_again(changed, scripted()), tmp_path / "bad")
    bad = timeline_of_bundle(tmp_path / "bad")
    assert bad.exit_code == 1
    assert "DOES NOT HOLD" in bad.lines()[1]
    assert bad.lines().count(EXERCISE) == 1
    assert any("do not rely on it" in line for line in bad.lines())
    (tmp_path / "ugly.tar").write_bytes(b"nothing")
    ugly = timeline_of_bundle(tmp_path / "ugly.tar")
    assert (ugly.exit_code, ugly.said) == (1, ())
    assert ugly.lines()
    assert ugly.json()


def test_a_bundle_of_the_host_tells_what_is_sealed(tmp_path: Path) -> None:
    write_bundle(bundle_of(eventful(), "CASPIA"), tmp_path / "host")
    words = "\n".join(timeline_of_bundle(tmp_path / "host").lines())
    assert "its text was not disclosed to CASPIA" in words
    assert "A word for the host alone." in words


@pytest.mark.requirement("N7")
def test_nothing_judges_and_nothing_ranks() -> None:
    words = "\n".join(report("NORTHLAND").lines()).lower()
    for word in ("guilty", "violat", "blame", "fail", "fault", "breach", "worst", "best party"):
        assert word not in words, word


@given(data=st.data())
@settings(max_examples=25)
def test_whatever_is_logged_there_is_a_timeline(data: st.DataObject) -> None:
    sketch = scripted()
    for _ in range(data.draw(st.integers(1, 3))):
        leaf = bytearray(data.draw(st.sampled_from(sketch.leaves)))
        leaf[data.draw(st.integers(0, len(leaf) - 1))] ^= data.draw(st.integers(0, 255))
        sketch.log(bytes(leaf))
    assert timeline_of_store(SketchSource(sketch), data.draw(st.sampled_from(["", "SOUTHLAND", "CASPIA"]))).lines()


_JSON = st.recursive(
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=4)
    | st.sampled_from(["circle", "corridor", "polygon", "AMSL"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "centre", "route", "rings", "band", "start_us", "end_us", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(volume=st.dictionaries(st.sampled_from(["kind", "centre", "radius_mm", "band", "start_us", "rings"]), _JSON))
@settings(max_examples=60)
def test_whatever_a_volume_says_it_is_told(volume: dict[str, object]) -> None:
    sketch = Sketch.founded(seed=3)
    try:
        id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [volume | {"kind": "circle"}, circle(1, 1, 5)])
    except InvalidValue:
        return  # a composer refuses what no entry may hold
    second = [{**circle(1, 1, 5), **volume}]
    sketch.send("NORTHLAND", *released(sketch, "amend", id_, 2, sketch.notice_groups(second)))
    sketch.ack("SOUTHLAND", id_)
    assert timeline_of_store(SketchSource(sketch), "SOUTHLAND").lines()


def test_a_long_log_says_how_far_it_has_been_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellclear.apps.timeline.STORE_CHUNK_ENTRIES", 10)
    size, heard = len(eventful().leaves), list[tuple[int, int]]()
    timeline_of_store(
        SketchSource(eventful(), "SOUTHLAND"), "SOUTHLAND", progress=lambda done, of: heard.append((done, of))
    )
    assert heard == [(min(end, size), size) for end in range(10, size + 10, 10)]
