"""What a node cosigns: the log that it has followed, stored first, never backwards, and never what contradicts it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.node.bench import SECOND_US, Bench
from tests.unit.channel.relay import Relay
from tests.unit.channel.second_keys import register
from wellclear.apps.node.board import link
from wellclear.apps.node.witnessing import BACKWARDS, HOSTS_OWN, NO_KEY, NOT_LIVE, Witnessing
from wellclear.channel.policy import cosigner_name, cosigners, log_verifier
from wellclear.channel.witnesses import COSIGN_EVERY_S, cosigned_note
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostChange
from wellclear.errors import Equivocation, Misconfigured, Unavailable
from wellclear.log.checkpoint import cosign, cosignatures, merge_signatures, open_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.mldsa import MlDsaKey
from wellclear.log.note import parse_note
from wellclear.testing.sketch import Sketch


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=71, epochs=True))


@pytest.fixture
def bench(relay: Relay, tmp_path: Path) -> Bench:
    return Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")


def told(bench: Bench, note: bytes | None) -> tuple[int, list[tuple[str, int]]]:
    """How many entries a posted note is over, and who has cosigned it when."""
    assert note is not None
    sketch = bench.relay.sketch
    log = sketch.parties[sketch.host].key("log").public_key
    lines = cosignatures(note, [key for _, key in cosigners(sketch.picture)])
    return open_checkpoint(note, sketch.origin, log).size, lines


@pytest.mark.requirement("R33")
def test_what_was_followed_is_stored_then_said_until_the_host_has_it(bench: Bench) -> None:
    assert bench.core.to_cosign() is None, "nothing is followed yet"
    bench.follow()
    note = bench.core.to_cosign()
    now_s = bench.clock.now_us() // SECOND_US
    assert told(bench, note) == (bench.relay.size, [("SOUTHLAND/cosigner", now_s)])
    assert bench.core.store.cosigned(bench.relay.sketch.origin) == note
    bench.clock.advance(1)
    assert bench.core.to_cosign() == note, "the stored line is said again"
    bench.core.store.close()
    bench.start()
    bench.follow()
    assert bench.core.to_cosign() == note, "also after a restart"
    assert note is not None
    bench.core.witnessing.posted(note)
    assert bench.core.to_cosign() is None
    bench.clock.advance(COSIGN_EVERY_S)
    bench.follow()
    assert told(bench, bench.core.to_cosign()) == (
        bench.relay.size,
        [("SOUTHLAND/cosigner", now_s + 1 + COSIGN_EVERY_S)],
    )


@pytest.mark.requirement("R33")
def test_only_the_end_of_a_log_that_is_live_is_cosigned(bench: Bench) -> None:
    bench.follow()
    first = bench.core.to_cosign()
    assert first is not None
    bench.core.witnessing.posted(first)
    bench.relay.sketch.time("NORTHLAND")
    size = bench.core.follower.size
    bench.core.hear(bench.relay.note(), 0, ())
    assert bench.core.to_cosign() is None, "a longer log is known, and not followed yet"
    bench.core.hear(bench.relay.note(), size, bench.relay.sketch.leaves[size:])
    assert told(bench, bench.core.to_cosign())[0] == size + 1
    bench.clock.advance(11)
    assert bench.core.state == "stale"
    assert bench.core.to_cosign() is None, "who hears nothing lends nobody its freshness"


def test_a_line_that_is_not_stored_is_not_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.follow()

    def full(*_: object) -> bool:
        raise Unavailable("own store", "the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.core.store, "keep_cosigned", full)
        with pytest.raises(Unavailable):
            bench.core.to_cosign()
    assert bench.core.store.cosigned(bench.relay.sketch.origin) is None
    assert bench.core.to_cosign() is not None


@pytest.mark.requirement("R33")
def test_two_processes_never_cosign_with_one_store(bench: Bench) -> None:
    bench.follow()
    origin = bench.relay.sketch.origin
    first = bench.core.to_cosign()
    assert first is not None
    bench.relay.sketch.time("NORTHLAND")
    assert bench.core.store.keep_cosigned(origin, bench.core.follower.size, 10_000, first), "the other one did"
    bench.follow()
    with pytest.raises(Misconfigured):
        bench.core.to_cosign()


@pytest.mark.requirement("R33")
def test_a_party_that_has_cosigned_more_elsewhere_cosigns_nothing_less(bench: Bench) -> None:
    """Its home was restored from a backup, say: the line that others have heard binds as the stored one does."""
    sketch = bench.relay.sketch
    size = bench.relay.size
    bench.follow()
    sketch.time("NORTHLAND")
    note = bench.relay.note()
    line = cosign(note, cosigner_name("SOUTHLAND"), sketch.parties["SOUTHLAND"].key("cosigner"), 1_795_000_000)
    bench.core.hear(merge_signatures(note, [line]))
    assert bench.core.witnessing.why_not(bench.core.picture) == BACKWARDS
    assert bench.core.follower.size == size
    assert bench.core.to_cosign() is None
    bench.follow()
    assert told(bench, bench.core.to_cosign())[0] == size + 1


def test_a_node_says_why_it_does_not_witness(relay: Relay, bench: Bench, tmp_path: Path) -> None:
    bench.follow()
    core, picture = bench.core, relay.sketch.picture
    assert link(core, "")["witnessing"] == ""
    for signer, party, words in (
        (None, "SOUTHLAND", NO_KEY),
        (SigningKey(b"x" * 32), "SOUTHLAND", NOT_LIVE),
        (relay.sketch.parties[relay.sketch.host].key("cosigner"), relay.sketch.host, HOSTS_OWN),
    ):
        other = Witnessing(party, core.store, signer, core.witnesses)
        assert other.why_not(picture) == words
        assert other.next(core.follower, bench.clock.now_us(), live=True) is None


@pytest.mark.requirement("R33")
def test_a_log_that_did_not_grow_from_what_was_cosigned_convicts_its_host(bench: Bench) -> None:
    """Whatever a store was turned into: two notes of the host lie there, and one of them is what we have cosigned."""
    bench.follow()
    origin = bench.relay.sketch.origin
    other = bench.relay.note(3, bytes(32))
    signer = bench.relay.sketch.parties["SOUTHLAND"].key("cosigner")
    stored = cosigned_note(other, log_verifier(bench.core.picture), "SOUTHLAND", signer, 1)
    assert bench.core.store.keep_cosigned(origin, 0, 3, stored)
    with pytest.raises(Equivocation) as found:
        bench.core.to_cosign()
    assert "a tree of size 3" in found.value.why
    bench.core.halt(found.value)
    assert bench.core.state == "halted"
    assert bench.core.to_cosign() is None, "it is not asked again and again"


def test_what_a_host_signed_twice_whom_the_heads_have_replaced_halts_nobody_again(bench: Bench) -> None:
    """Found by the simulator: `make sim SEED=358 STEPS=16` at be622c6; the node that followed them hung for ever."""
    bench.follow()
    picture = bench.core.picture
    assert picture.host is not None
    other = bench.relay.note(3, bytes(32))
    signer = bench.relay.sketch.parties["SOUTHLAND"].key("cosigner")
    stored = cosigned_note(other, log_verifier(picture), "SOUTHLAND", signer, 1)
    assert bench.core.store.keep_cosigned(bench.relay.sketch.origin, 0, 3, stored)
    card = msgspec.structs.replace(picture.host, origin="south.example/2")
    bench.core.follower.bound = HostChange(size=picture.size + 9, root=b64(bytes(32)), host=card)
    assert bench.core.to_cosign() is None
    assert bench.core.state == "live"


@pytest.mark.requirement("R33")
def test_fresh_is_what_another_party_than_host_and_reader_has_just_seen(bench: Bench) -> None:
    sketch = bench.relay.sketch
    bench.follow()
    now_s = bench.clock.now_us() // SECOND_US
    assert link(bench.core, "")["words"] == "as the host tells it; no other party has cosigned this log"

    def hear(party: str, time_s: int) -> None:
        note = bench.relay.note()
        line = cosign(note, cosigner_name(party), sketch.parties[party].key("cosigner"), time_s)
        bench.core.hear(merge_signatures(note, [line]))

    hear(sketch.host, now_s)
    hear("SOUTHLAND", now_s)
    assert not link(bench.core, "")["witnesses"], "host and reader vouch for nothing"
    hear("NORTHLAND", now_s - 8)
    row = link(bench.core, "")
    assert row["words"] == "seen by NORTHLAND within 10 s"
    assert [(one["party"], one["size"]) for one in row["fresh"]] == [("NORTHLAND", bench.relay.size)]
    bench.clock.advance(3)
    hear(sketch.host, now_s + 3)
    row = link(bench.core, "")
    assert row["words"] == "as the host tells it; NORTHLAND has last cosigned 11 s ago"
    assert row["witnesses"]
    assert not row["fresh"]
    hear("NORTHLAND", now_s + 3_600)
    assert link(bench.core, "")["words"].endswith("NORTHLAND has last cosigned 11 s ago")


def names_under(note: bytes | None) -> list[str]:
    assert note is not None
    return [line.name for line in parse_note(note).signatures]


@pytest.mark.requirement("R33")
def test_a_node_with_a_second_key_adds_its_line_once_the_channel_knows_it(bench: Bench, relay: Relay) -> None:
    core, sketch = bench.core, relay.sketch
    core.witnessing.second = sketch.parties["SOUTHLAND"].mldsa
    bench.follow()
    size = core.follower.size
    assert names_under(core.to_cosign()) == [sketch.origin, "SOUTHLAND/cosigner"]
    register(sketch, "SOUTHLAND")
    bench.follow()
    note = core.to_cosign()
    assert told(bench, note) == (size + 1, [("SOUTHLAND/cosigner", bench.clock.now_us() // SECOND_US)] * 2)
    assert core.store.cosigned(sketch.origin) == note, "both are stored before they are said"
    register(sketch, "SOUTHLAND", MlDsaKey(b"o" * 32))
    bench.follow()
    assert names_under(core.to_cosign()) == [sketch.origin, "SOUTHLAND/cosigner"], "a key that has ended signs no more"
