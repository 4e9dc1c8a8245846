"""What the product must not be able to say or do, and what it must never refuse: each by its requirement's name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from msgspec import UNSET

from tests.bundles import bundle_of
from wellclear.apps.bundle.report import ExportReport, VerifyReport
from wellclear.apps.cli.commands import app
from wellclear.apps.timeline import TimelineReport
from wellclear.channel.desk import Pen, safety, write_act
from wellclear.channel.verdict import Verdict
from wellclear.channel.verify import verify_bundle
from wellclear.domain import agreement, entry, incidents, kinds, notice_words, parts, records, statements, treaty
from wellclear.domain.agreement import EXPOSED, Category
from wellclear.domain.entry import Wire
from wellclear.domain.kinds import KINDS, REASON_CODES, REQUEST_CODES, SAFETY_CODES, Asks
from wellclear.domain.marks import EXERCISE
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.reasons import Reason
from wellclear.domain.treaty import CONSENTS, HostConsent
from wellclear.errors import InvalidValue, Malformed
from wellclear.picture.rows import ItemRow
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle
from wellclear.watch.duties import DutyBook

NORTH, SOUTH, HOST, NATION = "NORTHLAND", "SOUTHLAND", "CASPIA", "EASTLAND"
OF_ITSELF = (
    "consent", "consents", "does_not_consent", "consent give", "consent refuse", "consent withdraw", "consent list",
    "zone concur", "concurs",
)  # fmt: skip
DAY_S = 86_400
CONSENT = re.compile(r"permi(t|ssion)|consent|clearance|authori[sz]ed|granted|concur|agreed_to", re.IGNORECASE)


def commands(group: Any, path: str = "") -> Iterator[str]:
    """The full name of every command of the command line."""
    for command in group.registered_commands:
        yield f"{path} {command.name or command.callback.__name__}".strip()
    for inner in group.registered_groups:
        yield from commands(inner.typer_instance, f"{path} {inner.name}")


def wire_types() -> list[type[Wire]]:
    modules = (entry, kinds, parts, notice_words, agreement, records, treaty, incidents, statements)
    found = {
        one for module in modules for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Wire) and one is not Wire
    }  # fmt: skip
    return sorted(found, key=lambda one: one.__name__)


def literals(kind: Any) -> Iterator[str]:
    for inner in get_args(kind):
        if isinstance(inner, str):
            yield inner
        else:
            yield from literals(inner)


@pytest.mark.requirement("R3", "N3")
def test_nothing_that_can_be_said_is_a_permission() -> None:
    """No kind, code, reason, field, closed value or command; `comply` promises and `ack` reads back, no more.

    A host nation's word about its own territory, and what a party holds of a zone, are said aloud, each in its own
    name (OF_ITSELF); nothing waits for them, and they change nothing that another party has said (test below).
    """
    words = [*KINDS, *SAFETY_CODES, *REQUEST_CODES, *REASON_CODES, *Reason.__members__, *commands(app)]
    for wire in wire_types():
        for field in msgspec.structs.fields(wire):
            words += [field.name, *literals(field.type)]
    assert len(words) > 200
    said = {word for word in words if CONSENT.search(word)}
    assert said == {*OF_ITSELF}


@pytest.mark.requirement("N3")
def test_a_host_nations_word_changes_nothing_that_another_party_has_said() -> None:
    sketch = Sketch(seed=53)
    sketch.party(HOST, "host")
    for name, role in ((NORTH, "principal"), (SOUTH, "principal"), (NATION, "host_nation")):
        sketch.party(name, role)  # type: ignore[arg-type]  # roles of the line above
    sketch.genesis()
    sketch.agree()
    for name in sketch.parties:
        sketch.enrol(name)
    item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    before = sketch.picture
    for answer in CONSENTS:
        group = HostConsent("consent", item, 1, answer)
        told = sketch.told([group], [NATION, NORTH])
        id_ = sketch.parties[NATION].next_id()
        composed = sketch.compose("consent", NATION, id=id_, desk=f"{NATION}/OPS", to=[f"{NORTH}/OPS"], told=told)
        assert not sketch.send(NATION, composed, sketch.released(composed)).remarks
    assert sketch.picture.items[item] == before.items[item]
    assert sketch.picture.answers[f"{item}/1/{SOUTH}/OPS"] == before.answers[f"{item}/1/{SOUTH}/OPS"]


@pytest.mark.requirement("N3")
def test_silence_changes_no_state_and_a_receipt_is_no_answer() -> None:
    sketch = Sketch.founded(seed=51)
    item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)], keep_until="2027-06-01")
    sketch.receipt(SOUTH)
    before = sketch.picture.items[item]
    for _ in range(30):
        sketch.advance(DAY_S)
        for party in sketch.parties:
            sketch.time(party)
    assert sketch.picture.now_us > START_US + 29 * DAY_S * SECOND_US, "nobody answered for a month"
    after, answer = sketch.picture.items[item], sketch.picture.answers[f"{item}/1/{SOUTH}/OPS"]
    assert (after, after.state) == (before, "RELEASED")
    assert (answer.acked_us, answer.confirmed_us) == (UNSET, UNSET)


@pytest.mark.requirement("R4")
@pytest.mark.parametrize("person", ["W1", "W2", "R1"])
@pytest.mark.parametrize("code", SAFETY_CODES)
def test_any_one_watch_officer_sends_safety_without_a_release(code: str, person: str) -> None:
    sketch = Sketch.founded(seed=52)
    assert KINDS["safety"].asks is Asks.WATCH
    composed = sketch.compose(
        "safety", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], precedence="Z", code=code, told=[],
        id=sketch.parties[NORTH].next_id(),
    )  # fmt: skip
    step = sketch.send(NORTH, composed, sketch.approved(composed, (person, "watch_officer")))
    assert step.remarks == ()
    row = step.picture.items[str(composed.act.id)]
    assert isinstance(row, ItemRow)
    assert (row.kind, row.precedence) == ("safety", "Z")


@pytest.mark.requirement("R4")
def test_what_the_desk_says_for_safety_is_flash() -> None:
    sketch = Sketch.founded(seed=52)
    pen = Pen(sketch.channel, NORTH, f"{NORTH}/OPS", sketch.now_us, lambda: bytes(32))
    composed = safety(pen, sketch.parties[NORTH].next_id(), [f"{SOUTH}/OPS"], "cease", {"who": "a convoy"})
    assert (composed.act.kind, composed.act.precedence) == ("safety", "Z")


@pytest.mark.requirement("R14")
def test_free_text_is_a_kind_of_its_own_and_says_its_language() -> None:
    fields = {"group": "message", "language": "en", "text": "good morning"}
    told = parts.group_from(fields, "groups[0]")
    assert isinstance(told, parts.Message) and told.language == "en"
    with pytest.raises(Malformed, match="language"):
        parts.group_from({name: value for name, value in fields.items() if name != "language"}, "groups[0]")


@pytest.mark.requirement("N4")
def test_every_set_of_members_and_categories_is_closed() -> None:
    """What is not named in the protocol cannot be sent: no type takes another member, no category is free."""
    assert [wire.__name__ for wire in wire_types() if not wire.__struct_config__.forbid_unknown_fields] == []
    assert set(get_args(Category)) == {
        "air", "drone", "ground", "sea", "firing", "exercise", "deployment", "survey", "aid_movement",
        "protected_site", "search_rescue", "closure",
    }  # fmt: skip
    assert {field.name for field in msgspec.structs.fields(parts.Rest)} == {
        "group", "activity", "platform", "count", "crewed", "live_weapons", "armed_escort", "call_sign", "radio",
        "squawk", "contact_on_board", "uncertainty_mm", "purpose", "invitation", "site", "last_checked", "vehicles",
        "air_defence", "jamming", "lasers", "radar",
    }  # fmt: skip
    for name in ("target", "aim_point", "weapon_effect", "priority", "intent_score"):
        with pytest.raises(Malformed, match=name):
            parts.group_from({"group": "rest", name: "x"}, "groups[0]")


def real_channel() -> Sketch:
    sketch = Sketch(seed=53, exercise=False)
    for name, role in (("CASPIA", "host"), (NORTH, "principal"), (SOUTH, "principal")):
        sketch.party(name, role)  # type: ignore[arg-type]  # a tuple of literals loses their type
    sketch.genesis()
    sketch.agree()
    for name in sketch.parties:
        sketch.enrol(name)
    return sketch


@pytest.mark.requirement("N1", "N13")
@pytest.mark.parametrize("category", sorted(CONSENTED))
@pytest.mark.parametrize("exercise", [True, False])
def test_what_could_be_struck_leaves_no_desk_without_consent_by_name(category: str, exercise: bool) -> None:
    """In real channels as in exercises; whoever is not named is no reader of any part, and not addressed."""
    assert EXPOSED < CONSENTED
    sketch = Sketch.founded(seed=54) if exercise else real_channel()
    groups: list[dict[str, Any]] = [
        {"group": "volume", "volumes": [circle(34.5, 38.3, 5_000)]}, {"group": "category", "category": category},
        {"group": "rest"},
    ]  # fmt: skip
    asked = {"to": [f"{SOUTH}/OPS"], "keep_until": "2026-12-01", "id": sketch.parties[NORTH].next_id()}
    pen = Pen(sketch.channel, NORTH, f"{NORTH}/OPS", sketch.now_us, lambda: bytes(32))
    with pytest.raises(InvalidValue, match="given to nobody who is not named"):
        write_act(pen, "notice", groups, asked)
    some = write_act(pen, "notice", groups, asked | {"to": ["CASPIA/OPS", f"{SOUTH}/OPS"], "consent": [SOUTH]})
    assert some.act.to == [f"{SOUTH}/OPS"]
    assert all("CASPIA" not in (ref.to or ()) for ref in some.act.parts)


@pytest.mark.requirement("R24")
def test_nothing_of_an_exercise_enters_a_real_channel() -> None:
    """Another channel's id, another genesis: the same parties, persons and keys do not carry an entry over."""
    drill, real = Sketch.founded(seed=53), real_channel()
    assert (drill.picture.exercise, real.picture.exercise) == (True, False)
    assert drill.channel != real.channel
    drill.safety(NORTH, [f"{SOUTH}/OPS"])
    step = real.log(drill.leaves[-1])
    assert [remark.reason for remark in step.remarks] == [Reason.OTHER_CHANNEL]
    assert step.changes == ()


@pytest.mark.requirement("R2", "R20")
def test_the_first_notice_after_a_quiet_hour_has_its_whole_time_to_be_answered() -> None:
    """Nobody spoke for an hour, so the picture's now is an hour old; the clock of the answer is not.

    The host opens the batch with its own `time`, as `test_sequencer` shows; that alone moves now by nothing.
    """
    sketch = Sketch.founded(seed=55)
    sketch.advance(3_600)
    sketch.time(sketch.host)
    item, step = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    book = DutyBook()
    book.apply(step, Sketch.logged(len(sketch.leaves) - 1, sketch.leaves[-1]).entry)
    duties = book.open_duties(step.picture, sketch.now_us, SOUTH)
    assert {duty.owing.what for duty in duties} == {"receipt", "ack"}
    assert not [duty for duty in duties if duty.overdue or duty.overdue_here]
    periods = sketch.settings.deadlines
    for duty in duties:
        whole_us = {"receipt": periods.receipt.P, "ack": periods.receipt.P + periods.ack.P}[duty.owing.what]
        assert duty.owing.due_us == sketch.now_us + whole_us, duty
    assert item in {duty.owing.item for duty in duties}


@pytest.mark.requirement("R24")
def test_whoever_reads_a_timeline_or_a_verdict_reads_first_that_it_is_an_exercise() -> None:
    drill, real = Sketch.founded(seed=53).picture, real_channel().picture
    for picture, head in ((drill, [EXERCISE]), (real, [])):
        told = TimelineReport(picture.channel, NORTH, picture.size, (), exercise=picture.exercise)
        assert told.lines()[: len(head)] == head
        assert (EXERCISE in told.lines()) == picture.exercise
        verdict = VerifyReport.of("bundle", Verdict({}, picture=picture))
        assert verdict.lines()[: len(head)] == head
        assert (EXERCISE in verdict.lines()) == picture.exercise
        made = ExportReport("bundle", picture.channel, 1, 0, 1, 1, (NORTH,), picture.exercise)
        assert [line for line in made.lines() if line == EXERCISE] == made.lines()[: len(head)] == head
        yes_no = "yes" if picture.exercise else "no"
        assert verdict.json()["exercise"] == told.json()["exercise"] == made.json()["exercise"] == yes_no
    assert EXERCISE.split() == ["EXERCISE"] * 3


@pytest.mark.requirement("R24")
def test_a_bundle_of_an_exercise_says_so_in_every_file_that_people_read() -> None:
    for sketch in (Sketch.founded(seed=53), real_channel()):
        said = bundle_of(sketch, "SOUTHLAND")
        head = [said["README.txt"].decode().split("\n")[0], said["policy.txt"].decode().split("\n")[0]]
        assert (head == [EXERCISE, f"# {EXERCISE}"]) == sketch.exercise
        assert (EXERCISE in said["README.txt"].decode()) == (EXERCISE in said["policy.txt"].decode()) == sketch.exercise
        assert json.loads(said["manifest.json"])["exercise"] == ("yes" if sketch.exercise else "no")
        assert verify_bundle(said).ok
