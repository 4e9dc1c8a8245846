"""Red lines, zones, consent, incidents and statements in the public fold: who may say what, and for how long."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from wellclear.channel.composing import subject
from wellclear.domain.incidents import Account, Incident
from wellclear.domain.parts import Group
from wellclear.domain.reasons import Reason
from wellclear.domain.statements import Outcome, Sentence, Statement, StatementSign, Wording
from wellclear.domain.treaty import HostConsent, RedLine, Zone, ZoneReply
from wellclear.picture.picture import Step
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

NORTH, SOUTH, NATION = "NORTHLAND", "SOUTHLAND", "EASTLAND"
DAY_US = 86_400 * SECOND_US
ZONE = Zone("zone", "closure", "Eastern road", "en", [circle(34.5, 38.3, 5000)], [], START_US, START_US + DAY_US)
EVENT = Incident("incident", "shots", 345_000_000, 383_000_000, "near", START_US, "hour", [])
TOLD = Account("account", "en", "What was seen from here.", [], [])
DISPUTED = ZoneReply("zone_reply", "disputes")
DAYS_90, DAYS_91 = "2027-02-16", "2027-02-17"


@pytest.fixture
def sketch() -> Sketch:
    made = Sketch(seed=61)
    made.party("CASPIA", "host")
    for name in (NORTH, SOUTH):
        made.party(name, "principal")
    made.party(NATION, "host_nation")
    made.genesis()
    made.agree()
    for name in made.parties:
        made.enrol(name)
    return made


def say(sketch: Sketch, party: str, kind: str, group: Group, to: str, **members: Any) -> Step:
    """Approved as the kind asks, or `by` a head of delegation."""
    by_head = members.pop("by_head", kind == "statement_sign")
    composed = sketch.compose(
        kind, party, desk=f"{party}/OPS", to=[f"{to}/OPS"], told=sketch.told([group], [party, to]), **members
    )
    head = [("head_of_delegation", "head_of_delegation")]
    return sketch.send(party, composed, sketch.approved(composed, *head) if by_head else sketch.released(composed))


def new(sketch: Sketch, party: str, kind: str, group: Group, to: str, **members: Any) -> tuple[str, Step]:
    id_ = sketch.parties[party].next_id()
    return id_, say(sketch, party, kind, group, to, id=id_, **members)


def reasons(step: Step) -> list[Reason]:
    return [remark.reason for remark in step.remarks]


@pytest.mark.requirement("R31", "N3")
def test_a_red_line_that_was_received_and_acknowledged_is_still_its_declarers_word_alone(sketch: Sketch) -> None:
    line = RedLine("red_line", "he", "אין פריסה כאן")
    id_, step = new(sketch, SOUTH, "red_line", line, NORTH, keep_until="2027-11-01")
    assert not reasons(step)
    sketch.ack(NORTH, id_)
    row = sketch.picture.items[id_]
    assert (row.party, row.state, row.version) == (SOUTH, "RELEASED", 1)
    assert not [one for one in sketch.picture.items.values() if one.party == NORTH]


@pytest.mark.requirement("R30")
def test_a_zone_stands_ninety_days_at_most_and_so_does_each_renewal(sketch: Sketch) -> None:
    id_, step = new(sketch, NORTH, "zone", ZONE, SOUTH, keep_until=DAYS_90)
    assert not reasons(step)
    assert reasons(new(sketch, NORTH, "zone", ZONE, SOUTH, keep_until=DAYS_91)[1]) == [Reason.KEPT_TOO_LONG]
    for day, refused in ((DAYS_91, [Reason.KEPT_TOO_LONG]), (DAYS_90, [])):
        step = say(sketch, NORTH, "amend", ZONE, SOUTH, subject=subject(id_, 2), keep_until=day)
        assert reasons(step) == refused


@pytest.mark.requirement("N3")
def test_nobody_concurs_in_a_zone_for_another_party_or_in_its_own(sketch: Sketch) -> None:
    id_, _ = new(sketch, NORTH, "zone", ZONE, SOUTH, keep_until="2026-12-01")
    for party, to in ((NORTH, SOUTH), (NATION, NORTH)):
        step = say(sketch, party, "zone_reply", DISPUTED, to, subject=subject(id_, 1))
        assert reasons(step) == [Reason.NOT_ADDRESSED]
    assert not reasons(say(sketch, SOUTH, "zone_reply", DISPUTED, NORTH, subject=subject(id_, 1)))


@pytest.mark.requirement("R29")
def test_only_a_host_nation_consents_for_its_territory(sketch: Sketch) -> None:
    item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5000)])
    group = HostConsent("consent", item, 1, "consents")
    assert reasons(new(sketch, SOUTH, "consent", group, NORTH)[1]) == [Reason.NOT_HOST_NATION]
    id_, step = new(sketch, NATION, "consent", group, NORTH)
    assert not reasons(step) and sketch.picture.items[id_].kind == "consent"


@pytest.mark.requirement("R35", "N8")
def test_each_tells_of_an_incident_for_itself_and_nobody_changes_it(sketch: Sketch) -> None:
    id_, _ = new(sketch, SOUTH, "incident", EVENT, NORTH)
    for party, to in ((SOUTH, NORTH), (NORTH, SOUTH)):
        assert not reasons(say(sketch, party, "account", TOLD, to, subject=subject(id_, 1)))
    assert reasons(say(sketch, NATION, "account", TOLD, SOUTH, subject=subject(id_, 1))) == [Reason.NOT_ADDRESSED]
    text = Statement("statement", "no_statement", [])  # as a foreign node might: ours amends no incident
    for party, to in ((SOUTH, NORTH), (NORTH, SOUTH)):
        step = say(sketch, party, "amend", text, to, subject=subject(id_, 2), keep_until="2026-12-01")
        assert reasons(step) == [Reason.UNKNOWN_NOTICE]


@pytest.mark.requirement("R38", "N6")
def test_a_statement_is_signed_by_heads_of_delegation_and_by_nobody_for_them(sketch: Sketch) -> None:
    text = Statement("statement", "no_statement", [])
    id_, _ = new(sketch, NORTH, "statement", text, SOUTH)
    signed = StatementSign("statement_sign", "yes", [])
    step = say(sketch, SOUTH, "statement_sign", signed, NORTH, subject=subject(id_, 1), by_head=False)
    assert Reason.MISSING_APPROVAL in reasons(step)
    for party, to in ((SOUTH, NORTH), (NORTH, SOUTH)):
        assert not reasons(say(sketch, party, "statement_sign", signed, to, subject=subject(id_, 1)))
    answer = sketch.picture.answers[f"{id_}/1/{SOUTH}/OPS"]
    assert answer.replied_us is not UNSET and answer.acked_by is UNSET
    assert sketch.picture.items[id_].state == "RELEASED", "nothing is published by it"


@pytest.mark.requirement("R38")
def test_only_a_statement_says_something() -> None:
    sentence = Sentence([Wording("en", "Talks were held.")])
    assert Statement("statement", "statement", [sentence]).sentences
    silent: list[Outcome] = ["no_statement", "neither_confirm_nor_deny"]
    for outcome in silent:
        with pytest.raises(ValueError, match="has sentences"):
            Statement("statement", outcome, [sentence])
    with pytest.raises(ValueError, match="has sentences"):
        Statement("statement", "statement", [])
