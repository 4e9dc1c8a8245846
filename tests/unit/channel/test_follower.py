"""The follower takes what is proven, whole runs at a time, and nothing else."""

from __future__ import annotations

import pytest

from tests.unit.channel.relay import Relay
from wellclear.channel import ahead
from wellclear.channel.ahead import LEAF_COST_BYTES
from wellclear.channel.composing import Chain, link
from wellclear.channel.follower import CLAIMED_MAX, NOTES_AHEAD_MAX, STALE_AFTER_US, Follower
from wellclear.channel.policy import cosigner_name
from wellclear.domain.reasons import Reason
from wellclear.errors import Equivocation, Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.equivocation import check_evidence, decode_evidence
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.testing.sketch import Sketch, circle


@pytest.fixture
def relay() -> Relay:
    sketch = Sketch.founded(seed=3)
    sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [circle(34.5, 38.3, 5_000)])
    return Relay(sketch)


def take_all(follower: Follower) -> None:
    while (proven := follower.proven()) is not None:
        follower.commit(proven)


def give_what_is_wanted(follower: Follower, leaves: list[bytes]) -> None:
    for _ in range(4):
        start, end = follower.wants() or (0, 0)
        follower.give(start, leaves[start:end])
        take_all(follower)


def following(relay: Relay, size: int | None = None) -> Follower:
    follower = Follower(relay.sketch.channel)
    size = relay.size if size is None else size
    follower.give(0, relay.sketch.leaves[:size])
    follower.hear(relay.note(size), 0)
    take_all(follower)
    return follower


@pytest.mark.requirement("R33")
def test_what_the_host_signed_is_taken_and_gives_the_same_picture(relay: Relay) -> None:
    follower = following(relay)
    assert (follower.size, follower.picture.digest) == (relay.size, relay.sketch.picture.digest)


def test_a_leaf_is_asked_for_although_no_note_can_be_judged_without_it(relay: Relay) -> None:
    """The genesis names the host's keys, and so does the first entry of another host."""
    follower = Follower(relay.sketch.channel)
    follower.give(2, relay.sketch.leaves[2:])
    follower.hear(relay.note(), 0)
    assert follower.wants() == (0, 2)
    give_what_is_wanted(follower, relay.sketch.leaves)
    assert follower.wants() is None
    assert follower.size == relay.size


def test_what_a_note_claims_is_asked_for_although_nobody_known_signed_it(relay: Relay) -> None:
    """The last leaf may be the one that makes another the host. Found by simulation: seed 302, 52 steps, at 38fc116."""
    fresh, follower = Follower(relay.sketch.channel), following(relay)
    fresh.hear(relay.note(), 0)
    assert fresh.wants() == (0, relay.size)
    give_what_is_wanted(fresh, relay.sketch.leaves)
    assert (fresh.size, fresh.wants()) == (relay.size, None)

    strange = SigningKey(bytes(32))
    for claimed, wanted in ((1, 1), (10**15, CLAIMED_MAX)):
        note = sign_checkpoint(Checkpoint("other.example/log", relay.size + claimed, bytes(32)), strange)
        with pytest.raises(Unverified, match="no known key"):
            follower.hear(note, 0)
        assert follower.wants() == (relay.size, relay.size + wanted)
    follower.give(relay.size, [b"nothing that could be"])
    assert follower.wants() == (relay.size + 1, relay.size + 1 + CLAIMED_MAX)
    assert follower.proven() is None
    follower.hear(relay.note(), 0)
    assert follower.wants() is None, "its own host has told how long the log is"
    with pytest.raises(Unverified):
        follower.hear(sign_checkpoint(Checkpoint("other.example/log", relay.size, bytes(32)), strange), 0)
    assert follower.wants() is None


def test_notes_may_come_before_leaves_and_leaves_backwards(relay: Relay) -> None:
    follower = Follower(relay.sketch.channel)
    follower.hear(relay.note(), 0)
    assert follower.wants() == (0, relay.size), "without the genesis no note can be judged; what it claims is asked for"
    for index in reversed(range(relay.size)):
        assert follower.proven() is None
        follower.give(index, [relay.sketch.leaves[index]])
    take_all(follower)
    assert follower.picture.digest == relay.sketch.picture.digest


def test_only_whole_runs_are_taken(relay: Relay) -> None:
    follower = following(relay, 3)
    follower.hear(relay.note(6), 0)
    follower.give(3, relay.sketch.leaves[3:5])
    assert follower.proven() is None
    assert follower.wants() == (5, 6)
    follower.give(5, relay.sketch.leaves[5:6])
    take_all(follower)
    assert follower.size == 6


def test_another_channels_genesis_is_not_taken(relay: Relay) -> None:
    stranger = Relay(Sketch.founded(seed=4))
    follower = Follower(relay.sketch.channel)
    follower.give(0, stranger.sketch.leaves)
    follower.hear(stranger.note(), 0)
    assert follower.proven() is None
    assert follower.size == 0


@pytest.mark.requirement("R33")
def test_a_leaf_that_does_not_fit_is_asked_for_again(relay: Relay) -> None:
    follower = following(relay, 5)
    follower.hear(relay.note(6), 0)
    follower.give(5, [relay.sketch.leaves[4]])
    assert follower.proven() is None
    assert follower.wants() == (5, 6)
    follower.give(5, relay.sketch.leaves[5:6])
    take_all(follower)
    assert follower.size == 6


def test_a_note_of_another_key_is_no_word_of_the_host(relay: Relay) -> None:
    follower = following(relay)
    with pytest.raises(Unverified):
        follower.hear(Relay(Sketch.founded(seed=9)).note(), 0)


def test_silence_makes_stale_and_a_word_makes_live(relay: Relay) -> None:
    follower = following(relay)
    assert follower.state(STALE_AFTER_US) == "live"
    assert follower.state(STALE_AFTER_US + 1) == "stale"
    follower.hear(relay.note(), STALE_AFTER_US + 1)
    assert follower.state(STALE_AFTER_US + 1) == "live"


@pytest.mark.requirement("R33")
def test_a_replayed_note_keeps_nobody_live(relay: Relay) -> None:
    """Frozen or recorded bytes say nothing new: only a later cosignature of the host's own is its word of now."""
    key = relay.sketch.parties[relay.sketch.host].key("cosigner")

    def cosigned(time_s: int) -> bytes:
        return merge_signatures(relay.note(), [cosign(relay.note(), cosigner_name(relay.sketch.host), key, time_s)])

    follower = following(relay)
    follower.hear(cosigned(1_000), 0)
    for again in (cosigned(1_000), cosigned(999), relay.note()):
        follower.hear(again, STALE_AFTER_US + 1)
        assert follower.state(STALE_AFTER_US + 1) == "stale"
    follower.hear(cosigned(1_004), STALE_AFTER_US + 1)
    assert follower.state(STALE_AFTER_US + 1) == "live"


@pytest.mark.requirement("R33")
def test_a_run_that_was_kept_late_makes_nobody_live(relay: Relay) -> None:
    """A disk that was full keeps at last what came long ago; the host has said nothing since."""
    follower = following(relay, relay.size - 1)
    follower.hear(relay.note(), 0)
    follower.give(relay.size - 1, relay.sketch.leaves[relay.size - 1 :])
    proven = follower.proven()
    assert proven is not None
    follower.commit(proven)
    assert (follower.size, follower.state(STALE_AFTER_US)) == (relay.size, "live")
    assert follower.state(STALE_AFTER_US + 1) == "stale"


@pytest.mark.requirement("R33")
def test_two_notes_that_came_before_the_genesis_convict_as_soon_as_it_is_there(relay: Relay) -> None:
    follower = Follower(relay.sketch.channel)
    for note in (relay.note(), relay.note(relay.size, b"\x07" * 32)):
        follower.hear(note, 0)
    with pytest.raises(Equivocation):
        follower.give(0, relay.sketch.leaves)
    assert follower.state(0) == "halted"


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("size", [4, 8])
def test_another_root_for_a_size_that_we_have_halts_with_evidence(relay: Relay, size: int) -> None:
    follower = following(relay, 8)
    with pytest.raises(Equivocation):
        follower.hear(relay.note(size, b"\x01" * 32), 0)
    assert follower.state(0) == "halted"
    assert follower.evidence is not None
    file = follower.evidence.evidence[2]
    assert check_evidence(file).startswith(f"{relay.sketch.origin} signed")
    assert decode_evidence(file).key.name == relay.sketch.origin
    follower.give(8, relay.sketch.leaves[8:])
    assert follower.proven() is None, "nothing is taken after a halt"


def test_a_longer_history_that_leaves_ours_convicts_once_it_is_seen_whole(relay: Relay) -> None:
    follower = following(relay, 6)
    leaves = [*relay.sketch.leaves[:5], relay.sketch.leaves[6], relay.sketch.leaves[7]]
    other = Tree(leaf_hash(leaf) for leaf in leaves)
    follower.hear(relay.note(7, other.root()), 0)
    for _ in range(2):
        assert follower.wants() == (6, 7)
        follower.give(6, leaves[6:])
        assert follower.proven() is None
    assert follower.wants() == (0, 7), "what will not fit is asked for from the beginning"
    follower.give(0, leaves)
    with pytest.raises(Equivocation):
        follower.proven()
    assert follower.evidence is not None
    check_evidence(follower.evidence.evidence[2])


def test_a_note_that_our_own_log_leaves_convicts_too(relay: Relay) -> None:
    """The host proves a place in one history (size 7) and then shows another one that goes on from ours (size 8)."""
    follower = following(relay, 6)
    follower.hear(relay.note(7, b"\x07" * 32), 0)
    follower.hear(relay.note(8), 0)
    with pytest.raises(Equivocation):
        give_what_is_wanted(follower, relay.sketch.leaves)
    assert follower.evidence is not None
    check_evidence(follower.evidence.evidence[2])


def test_a_flood_of_notes_pushes_no_earlier_one_out(relay: Relay) -> None:
    follower = following(relay, 6)
    follower.hear(relay.note(7, b"\x07" * 32), 0)
    for size in range(8, 8 + 2 * NOTES_AHEAD_MAX):
        follower.hear(relay.note(size, b"\x08" * 32), 0)
    with pytest.raises(Equivocation):
        follower.hear(relay.note(7), 0)


def test_empty_leaves_are_not_kept_without_end(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "BYTES_AHEAD_MAX", 100 * LEAF_COST_BYTES)
    follower = following(relay, 6)
    follower.hear(relay.note(10_000, b"\x07" * 32), 0)
    for _ in range(2):
        follower.give(6, [b""] * 10_000)
    assert follower.wants() == (106, 10_000)
    follower.hear(relay.note(), 0)
    follower.give(6, relay.sketch.leaves[6:])
    take_all(follower)
    assert follower.size == relay.size, "what is proven takes their place"


@pytest.mark.parametrize("seq", [0, 7])
@pytest.mark.requirement("R33")
def test_a_head_unlike_our_tree_is_told(relay: Relay, seq: int) -> None:
    """Also where its author's chain is another one there; but no stranger's word in the author's name is."""
    sketch, size = relay.sketch, relay.size
    author = sketch.parties["SOUTHLAND"]
    act = sketch.compose("time", "SOUTHLAND").act
    seen_elsewhere = (size - 1, b"\x02" * 32)
    chain = author.chains["node"] if not seq else Chain(seq, b"\x03" * 32)
    sketch.log(link(act, (), SigningKey(bytes(32)), Chain(0, None), seen_elsewhere, sketch.now_us))
    sketch.log(link(act, (), sketch.parties["NORTHLAND"].key("node"), Chain(0, None), seen_elsewhere, sketch.now_us))
    sketch.log(link(act, (), author.key("node"), chain, seen_elsewhere, sketch.now_us))
    follower = following(relay, size)
    follower.hear(relay.note(), 0)
    follower.give(size, sketch.leaves[size:])
    proven = follower.proven()
    assert proven is not None
    assert [(remark.index, remark.reason) for remark in proven.differing] == [(size + 2, Reason.HEAD_DIFFERS)]


def test_replay_holds_the_store_to_the_note(relay: Relay) -> None:
    follower = Follower(relay.sketch.channel)
    steps = list(follower.replay(relay.sketch.leaves, relay.note()))
    assert (len(steps), follower.picture.digest) == (relay.size, relay.sketch.picture.digest)
    changed = [*relay.sketch.leaves[:-1], relay.sketch.leaves[-2]]
    with pytest.raises(Unverified, match="not those that the host signed"):
        list(Follower(relay.sketch.channel).replay(changed, relay.note()))
