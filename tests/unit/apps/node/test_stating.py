"""What a node states of its picture, what it makes of the words of others, and how little anybody can make it do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from tests.unit.channel.stating import Stater
from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.board import link
from wellclear.apps.node.stating import ANSWERS_AT_ONCE, ANSWERS_PER_MINUTE, ASK_AGAIN_US, Stating
from wellclear.channel.pictures import Digests, signed_statement
from wellclear.errors import Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch

SIZE = 135


@pytest.fixture(scope="module")
def relay() -> Relay:
    sketch = Sketch.founded(seed=71, epochs=True)
    while len(sketch.leaves) < SIZE:
        sketch.time("NORTHLAND")
    return Relay(sketch)


@pytest.fixture
def bench(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    bench.follow()
    return bench


def north(bench: Bench, parts_at: int | None = None) -> Stater:
    """NORTHLAND, whose fold takes the entries from an index on otherwise."""
    digests = Digests()
    for size, step in enumerate(bench.relay.sketch.steps, 1):
        other = parts_at is not None and size > parts_at
        digests.append(bytes([*step.picture.digest[:-1], step.picture.digest[-1] ^ other]))
    return Stater(bench.relay.sketch, "NORTHLAND", digests)


def alarm(bench: Bench) -> Alarm:
    (one,) = [alarm for alarm in bench.core.alarms.listed() if alarm.kind == "picture_differs"]
    return one


def rings(bench: Bench) -> int:
    return len([one for one in bench.rang if one.kind == "picture_differs"])


def search(bench: Bench, stater: Stater) -> list[int]:
    """Answer whatever the node asks for; the sizes that it asked for."""
    sizes = []
    while due := bench.core.stating.due(bench.clock.monotonic_us()):
        ((party, size),) = due
        assert party == stater.party
        sizes.append(size)
        bench.core.hear_statement(stater.note(size))
    return sizes


@pytest.mark.requirement("R33")
def test_a_node_states_its_picture_at_each_agreed_size_until_the_host_has_it(bench: Bench) -> None:
    picture, stating = bench.core.picture, bench.core.stating
    note = stating.next(picture)
    assert note is not None
    party, said = signed_statement(picture, note)
    assert (party, said.size, said.digest) == ("SOUTHLAND", 128, bench.relay.sketch.steps[127].picture.digest)
    assert stating.next(picture) == note
    stating.posted(note)
    assert stating.next(picture) is None
    stating.host_is_back()
    assert stating.next(picture) == note, "a host that was started anew has forgotten it"


@pytest.mark.requirement("R33")
def test_a_node_states_any_size_that_it_is_asked_for_and_so_many_a_minute(bench: Bench) -> None:
    picture, stating, mono_us = bench.core.picture, bench.core.stating, bench.clock.monotonic_us()
    for size in (0, SIZE + 1, 2**62, 7):
        stating.asked(picture, size, mono_us)
    stated = []
    while (note := stating.next(picture)) is not None:
        stated.append(signed_statement(picture, note)[1].size)
        stating.posted(note)
    assert sorted(stated) == [7, 128]
    for size in range(1, SIZE + 1):
        stating.asked(picture, size, mono_us)
    assert len(stating._out) == ANSWERS_AT_ONCE - 1
    answered = [size for size in range(1, SIZE + 1) if stating.answer(picture, size, mono_us) is not None]
    assert answered == list(range(1, ANSWERS_AT_ONCE + 1)), "who asks directly draws on another bucket"
    assert stating.answer(picture, 70, mono_us + 60_000_000 // ANSWERS_PER_MINUTE) is not None


@pytest.mark.requirement("R33")
def test_a_node_without_a_live_picture_key_compares_and_states_nothing(bench: Bench) -> None:
    for signer in (None, SigningKey(b"x" * 32)):
        other = Stating("SOUTHLAND", bench.core.store, bench.core.unstored, signer, bench.core.ringing)
        for step in bench.relay.sketch.steps:
            other.digests.append(step.picture.digest)
        assert other.next(bench.core.picture) is None
        other.asked(bench.core.picture, 64, 0)
        assert other.next(bench.core.picture) is None
        assert other.answer(bench.core.picture, 64, 0) is None
        assert other.hear(bench.core.picture, north(bench, 3).note(128), 0)


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("index", [0, 64, 77, 127])
def test_a_picture_that_differs_rings_and_the_first_entry_is_found(bench: Bench, index: int) -> None:
    stater = north(bench, index)
    bench.core.hear_statement(stater.note(128))
    assert (alarm(bench).precedence, bench.core.wants_exchange) == ("Z", True)
    assert "the two part between 0 and 128 entries" in alarm(bench).words
    sizes = search(bench, stater)
    assert len(sizes) <= 7
    assert alarm(bench).words.endswith(f"the first entry that the two take differently is entry {index}")
    assert rings(bench) == 1, "a search that goes on does not ring again"
    (row,) = link(bench.core, "")["pictures"]
    assert (row["party"], row["first"], row["agrees"]) == ("NORTHLAND", index, index)
    assert row["words"] == alarm(bench).words
    assert bench.core.state == "live"
    assert bench.core.evidence is None


@pytest.mark.requirement("R33")
def test_a_party_that_does_not_answer_leaves_the_search_open_and_is_asked_ever_less(bench: Bench) -> None:
    stater, stating = north(bench, 77), bench.core.stating
    bench.core.hear_statement(stater.note(128))
    bench.core.hear_statement(stater.note(64))
    asked = 0
    for _ in range(600):
        asked += len(stating.due(bench.clock.monotonic_us()))
        bench.clock.advance(1)
    assert asked <= len(ASK_AGAIN_US) + 600_000_000 // ASK_AGAIN_US[-1]
    assert alarm(bench).words.endswith("the two part between 64 and 128 entries")
    (row,) = link(bench.core, "")["pictures"]
    assert "first" not in row and (row["agrees"], row["differs"]) == (64, 128)


@pytest.mark.requirement("R33")
def test_a_difference_outlives_a_restart_and_does_not_ring_anew(bench: Bench) -> None:
    stater = north(bench, 77)
    bench.core.hear_statement(stater.note(128))
    search(bench, stater)
    before, files = alarm(bench).words, bench.core.evidence_files
    assert {name: signed_statement(bench.core.picture, note)[1].size for name, note in files.items()} == {
        "evidence/picture-NORTHLAND-77.txt": 77, "evidence/picture-NORTHLAND-78.txt": 78,
    }  # fmt: skip
    bench.core.tick()
    bench.core.store.close()
    bench.rang.clear()
    bench.start()
    assert (alarm(bench).words, bench.core.evidence_files, rings(bench)) == (before, files, 0)
    assert bench.core.stating.due(bench.clock.monotonic_us()) == []


@pytest.mark.requirement("R33")
def test_a_party_that_agrees_again_ends_the_alarm_and_cannot_ring_a_desk_mad(bench: Bench) -> None:
    wrong, right = north(bench, 3), north(bench)
    for note in (wrong.note(10), right.note(64), wrong.note(100), right.note(128), wrong.note(130)):
        before = alarm(bench).state if bench.rang else "none"
        bench.core.hear_statement(note)
        assert (before, alarm(bench).state) in (("none", "unack"), ("unack", "cleared"), ("cleared", "unack"))
    assert rings(bench) == 1, "within the hour it is the same alarm"
    bench.core.alarms.see(alarm(bench).key, "W1", bench.clock.now_us())
    assert alarm(bench).state == "acked"


@pytest.mark.requirement("R33")
def test_who_is_no_live_picture_key_rings_nobody(bench: Bench) -> None:
    stranger = north(bench, 3).note(128, signer=SigningKey(b"x" * 32))
    with pytest.raises(Unverified):
        bench.core.hear_statement(stranger)
    assert not bench.core.alarms.listed()
    assert not bench.core.wants_exchange
