"""How a zone stands for a reader, and what a host nation's words are about: derived, and never from silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.picture.viewed import seen
from wellclear.channel.composing import subject
from wellclear.domain.parts import Group
from wellclear.domain.treaty import Consent, HostConsent, Position, Zone, ZoneReply
from wellclear.picture.view_treaty import ConsentWords, ZoneStanding, consent_words, nations_with_a_desk, zone_standing
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

NORTH, SOUTH, NATION = "NORTHLAND", "SOUTHLAND", "EASTLAND"
DAY_US = 86_400 * SECOND_US
END_US = START_US + 30 * DAY_US
ZONE = Zone("zone", "closure", "Eastern road", "en", [circle(34.5, 38.3, 5000)], [], START_US, END_US)
BOTH = [f"{SOUTH}/OPS", f"{NATION}/OPS"]


@pytest.fixture
def sketch() -> Sketch:
    made = Sketch(seed=67)
    made.party("CASPIA", "host")
    for name in (NORTH, SOUTH):
        made.party(name, "principal")
    made.party(NATION, "host_nation")
    made.genesis()
    made.agree()
    for name in made.parties:
        made.enrol(name)
    return made


def say(
    sketch: Sketch, party: str, kind: str, group: Group | None, to: list[str], readers: list[str], **members: Any
) -> str:
    if "subject" not in members:
        members["id"] = sketch.parties[party].next_id()
    told = sketch.told([group], readers) if group is not None else None
    composed = sketch.compose(
        kind, party, desk=f"{party}/OPS", to=to, **({} if told is None else {"told": told}), **members
    )
    step = sketch.send(party, composed, sketch.released(composed))
    assert not step.remarks
    return str(members.get("id", ""))


def zone(sketch: Sketch, to: list[str] = BOTH) -> str:
    return say(sketch, NORTH, "zone", ZONE, to, [NORTH, SOUTH, NATION], keep_until="2026-12-31")


def reply(
    sketch: Sketch, party: str, item: str, position: Position, version: int = 1, readers: list[str] | None = None
) -> None:
    all_readers = readers or [NORTH, SOUTH, NATION]
    group = ZoneReply("zone_reply", position)
    say(sketch, party, "zone_reply", group, [f"{NORTH}/OPS"], all_readers, subject=subject(item, version))


def standing(sketch: Sketch, item: str, reader: str = NORTH, now_us: int = START_US) -> ZoneStanding:
    return zone_standing(seen(sketch, reader)[0].records[item], now_us)


@pytest.mark.requirement("R30", "N3")
def test_a_zone_is_agreed_only_while_all_who_were_told_of_this_version_concur(sketch: Sketch) -> None:
    item = zone(sketch)
    assert standing(sketch, item) == ZoneStanding("claimed", (), (), (NATION, SOUTH), ())
    reply(sketch, SOUTH, item, "concurs")
    assert standing(sketch, item) == ZoneStanding("claimed", (SOUTH,), (), (NATION,), ())
    reply(sketch, NATION, item, "concurs")
    assert standing(sketch, item) == ZoneStanding("agreed", (NATION, SOUTH), (), (), ())
    reply(sketch, SOUTH, item, "disputes")
    assert standing(sketch, item).state == "disputed"
    reply(sketch, SOUTH, item, "concurs")
    assert standing(sketch, item).state == "agreed", "the newest word of a party counts"


@pytest.mark.requirement("N3")
def test_receipt_and_acknowledgement_and_time_make_no_agreement(sketch: Sketch) -> None:
    item = zone(sketch)
    sketch.ack(SOUTH, item)
    sketch.ack(NATION, item)
    sketch.advance(86_400)
    for now_us in (START_US, END_US - 1):
        assert standing(sketch, item, now_us=now_us) == ZoneStanding("claimed", (), (), (NATION, SOUTH), ())


@pytest.mark.requirement("R30", "N3")
def test_a_renewal_is_a_claim_again(sketch: Sketch) -> None:
    item = zone(sketch)
    for party in (SOUTH, NATION):
        reply(sketch, party, item, "concurs")
    say(sketch, NORTH, "amend", ZONE, BOTH, [NORTH, SOUTH, NATION], subject=subject(item, 2), keep_until="2026-12-31")
    assert standing(sketch, item) == ZoneStanding("claimed", (), (), (NATION, SOUTH), ())
    reply(sketch, SOUTH, item, "concurs", version=2)
    assert standing(sketch, item).state == "claimed"


@pytest.mark.requirement("R30")
def test_a_zone_ends_by_its_end_and_by_its_authors_word(sketch: Sketch) -> None:
    item = zone(sketch, BOTH[:1])
    reply(sketch, SOUTH, item, "concurs")
    assert standing(sketch, item, now_us=END_US - 1).state == "agreed"
    assert standing(sketch, item, now_us=END_US).state == "ended"
    say(sketch, NORTH, "cancel", None, BOTH[:1], [], subject=subject(item, 1))
    assert standing(sketch, item).state == "ended"


@pytest.mark.requirement("N3")
def test_a_word_that_the_reader_cannot_open_is_no_concurrence_for_it(sketch: Sketch) -> None:
    item = zone(sketch)
    reply(sketch, NATION, item, "concurs")
    reply(sketch, SOUTH, item, "concurs", readers=[NORTH, SOUTH])
    assert standing(sketch, item).state == "agreed"
    assert standing(sketch, item, NATION) == ZoneStanding("claimed", (NATION,), (), (), (SOUTH,))


@pytest.mark.requirement("R29", "N3")
def test_a_nations_newest_word_is_about_one_version_and_no_other(sketch: Sketch) -> None:
    item, _ = sketch.announce(NORTH, BOTH, [circle(34.5, 38.3, 5000)])
    said: list[Consent] = ["consents", "withdraws"]
    for word in said:
        group = HostConsent("consent", item, 1, word)
        say(sketch, NATION, "consent", group, [f"{NORTH}/OPS"], [NORTH, NATION])
        words = words_for(sketch, NORTH)
        assert {nation: one.consent for nation, one in words.of(item, 1).items()} == {NATION: word}
        assert words.of(item, 2) == {}
    assert words_for(sketch, SOUTH).of(item, 1) == {}, "it was not shown it"
    assert nations_with_a_desk(sketch.picture) == (NATION,)
    assert nations_with_a_desk(Sketch.founded(seed=68).picture) == ()


@pytest.mark.requirement("R29", "N3")
def test_a_consent_that_may_have_been_taken_back_unseen_says_so(sketch: Sketch) -> None:
    item, _ = sketch.announce(NORTH, BOTH, [circle(34.5, 38.3, 5000)])
    given = HostConsent("consent", item, 1, "consents")
    say(sketch, NATION, "consent", given, [f"{NORTH}/OPS"], [NORTH, SOUTH, NATION])
    words = words_for(sketch, SOUTH)
    assert not words.may_be_older(NATION, words.of(item, 1)[NATION])
    back = HostConsent("consent", item, 1, "withdraws")
    say(sketch, NATION, "consent", back, [f"{NORTH}/OPS"], [NORTH, NATION])
    words = words_for(sketch, SOUTH)
    assert words.may_be_older(NATION, words.of(item, 1)[NATION]) and words.may_be_older(NATION, None)
    assert not words_for(sketch, NORTH).may_be_older(NATION, words_for(sketch, NORTH).of(item, 1)[NATION])


def words_for(sketch: Sketch, reader: str) -> ConsentWords:
    return consent_words(record for _, record in seen(sketch, reader)[0].records.items())
