"""The sequencer: one order, every refusal signed, and no second history whatever fails."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from tests.unit.apps.host.world import Writer, host_keys, signed_note
from wellclear.channel.admission import examine
from wellclear.channel.opening import open_leaf
from wellclear.channel.sequencer import PENDING_MAX, Batch, Sequencer
from wellclear.channel.submission import Answer, Frame, check_refusal
from wellclear.domain.entry import PART_BYTES_MAX
from wellclear.domain.parts import Message
from wellclear.domain.reasons import Reason
from wellclear.errors import Misconfigured, Unavailable
from wellclear.log.checkpoint import open_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Tree, leaf_hash, verify_inclusion
from wellclear.picture.fold import fold
from wellclear.testing.sketch import SECOND_US, Sketch

MINUTE_S = 60


class Bench:
    """A sequencer over a sketched log, with a list for a disk."""

    def __init__(self, sketch: Sketch, unheeded: tuple[str, ...] = ()) -> None:
        self.sketch = sketch
        self.disk = list(sketch.leaves)
        keys = host_keys(sketch)
        self.sequencer = Sequencer(
            sketch.picture, Tree(map(leaf_hash, self.disk)), signed_note(sketch, len(self.disk)), log=keys.log,
            sequencer=keys.sequencer, find=self.find, unheeded=unheeded,
        )  # fmt: skip
        self.host = Writer(sketch, "CASPIA", "sequencer")
        self.north, self.south = Writer(sketch, "NORTHLAND"), Writer(sketch, "SOUTHLAND")

    def find(self, wanted: bytes) -> int | None:
        hashes = [leaf_hash(leaf) for leaf in self.disk]
        return hashes.index(wanted) if wanted in hashes else None

    def admit(self, frame: Frame, late_s: int = 0) -> int | Answer:
        return self.sequencer.admit(examine(frame), self.sketch.now_us + late_s * SECOND_US)

    def refused(self, frame: Frame, late_s: int = 0) -> str:
        answer = self.admit(frame, late_s)
        assert isinstance(answer, Answer)
        assert answer.refused is not UNSET
        assert answer.sig is not UNSET
        check_refusal(answer.refused, answer.sig, host_keys(self.sketch).sequencer.public_key)
        return answer.refused.reason

    def store(self, batch: Batch) -> None:
        batch.seal([leaf_hash(leaf) for leaf in batch.leaves])
        self.disk += batch.leaves
        self.sequencer.committed(batch)

    def commit(self) -> Batch:
        batch = self.sequencer.batch()
        assert batch is not None
        self.store(batch)
        return batch


@pytest.fixture
def bench() -> Bench:
    return Bench(Sketch.founded(seed=5))


def test_entries_are_logged_in_the_order_in_which_they_came(bench: Bench) -> None:
    size = bench.sequencer.size
    frames = [bench.north.time(), bench.south.message("NORTHLAND"), bench.north.message("SOUTHLAND")]
    assert [bench.admit(frame) for frame in frames] == [size, size + 1, size + 2]
    batch = bench.commit()
    assert batch.leaves == [frame.leaf for frame in frames]
    assert set(batch.parts.values()) == {part for frame in frames for part in frame.parts}
    assert bench.sequencer.batch() is None
    keys = host_keys(bench.sketch)
    checkpoint = open_checkpoint(bench.sequencer.note, bench.sketch.origin, keys.log.public_key)
    for at, frame in enumerate(frames, size):
        answer = bench.sequencer.answer(at, leaf_hash(frame.leaf))
        path = bench.sequencer.tree.inclusion_proof(at, size + 3)
        assert answer.index == at
        verify_inclusion(at, checkpoint.size, leaf_hash(frame.leaf), path, checkpoint.root)


def test_the_picture_is_that_of_everybody_who_folds_the_log(bench: Bench) -> None:
    for _ in range(3):
        bench.admit(bench.north.message("SOUTHLAND"), late_s=5)
        bench.admit(bench.south.message("NORTHLAND"), late_s=5)
        batch = bench.sequencer.batch()
        bench.admit(bench.north.time(), late_s=5)
        assert batch is not None
        bench.store(batch)
    bench.commit()
    picture = bench.sketch.picture
    for at in range(picture.size, len(bench.disk)):
        picture = fold(picture, open_leaf(at, bench.disk[at])).picture
    assert bench.sequencer.picture.digest == picture.digest
    assert bench.sequencer.picture == picture


@pytest.mark.requirement("R20")
def test_a_batch_opens_with_the_hosts_own_time_when_its_claim_is_old(bench: Bench) -> None:
    size = bench.sequencer.size
    bench.sequencer.tell_time(bench.sketch.now_us)
    bench.commit()
    assert bench.admit(bench.north.time(), late_s=1) == size + 1
    assert len(bench.commit().leaves) == 1
    assert bench.admit(bench.north.time(), late_s=2) == size + 3
    batch = bench.commit()
    host, node = (open_leaf(at, leaf).entry for at, leaf in enumerate(batch.leaves, batch.start))
    assert host is not None
    assert node is not None
    assert (host.act.kind, host.act.party, node.act.party) == ("time", "CASPIA", "NORTHLAND")
    assert host.link.time == bench.sketch.now_us + 2 * SECOND_US
    assert bench.sequencer.picture.host_claim_us == host.link.time


def test_nothing_is_said_while_idle_or_for_what_is_refused(bench: Bench) -> None:
    bench.north.time()
    bench.refused(bench.north.time(), late_s=100)
    assert bench.sequencer.batch() is None


def test_each_fault_of_the_envelope_is_refused_with_its_reason(bench: Bench) -> None:
    good = bench.north.message("SOUTHLAND")
    leaf, (part,) = good.leaf, good.parts
    ahead = Writer(bench.sketch, "CASPIA").time(head=len(bench.disk) + 1)
    stranger = Writer(bench.sketch, "NORTHLAND", "stranger").time()
    other = Writer(Sketch.founded(seed=6), "NORTHLAND").time()
    for frame, reason in (
        (Frame(leaf[:-40] + b"A" + leaf[-39:], good.parts), Reason.BAD_SIGNATURE),
        (Frame(b"nonsense"), Reason.BAD_ENVELOPE),
        (Frame(b""), Reason.BAD_ENVELOPE),
        (Frame(leaf + bytes(50_000)), Reason.TOO_LARGE),
        (Frame(leaf), Reason.PART_MISSING),
        (Frame(leaf, (part[:-1] + b"x",)), Reason.PART_MISSING),
        (Frame(leaf, (part, b"more")), Reason.PART_UNNAMED),
        (Frame(leaf, (part, part)), Reason.PART_UNNAMED),
        (Frame(leaf, (part, bytes(PART_BYTES_MAX + 1))), Reason.TOO_LARGE),
        (ahead, Reason.HEAD_AHEAD),
        (stranger, Reason.UNKNOWN_KEY),
        (other, Reason.OTHER_CHANNEL),
        (bench.north.time(), Reason.NOT_NEXT),
        (Frame(bench.sketch.leaves[0][:-2] + b"x\n"), Reason.BAD_ENVELOPE),
    ):
        assert bench.refused(frame) == reason
    assert bench.admit(good) == bench.sequencer.size


def test_keys_that_are_not_heard_are_refused_unverified(bench: Bench) -> None:
    keys = bench.sequencer.pending_picture.keys
    stranger = Writer(bench.sketch, "NORTHLAND", "stranger").time()
    assert examine(stranger, keys).fault is Reason.UNKNOWN_KEY
    assert examine(Frame(b"nonsense"), keys).fault is Reason.BAD_ENVELOPE
    assert examine(bench.north.time(), keys).fault is None


def test_known_bytes_get_their_place_again(bench: Bench) -> None:
    frame, size = bench.north.message("SOUTHLAND"), bench.sequencer.size
    assert [bench.admit(frame), bench.admit(frame)] == [size, size]
    batch = bench.sequencer.batch()
    assert bench.admit(frame) == size
    assert batch is not None
    bench.store(batch)
    assert bench.admit(frame) == size
    assert bench.admit(Frame(bench.sketch.leaves[3])) == 3
    assert bench.sequencer.batch() is None


def test_a_party_beyond_its_share_is_refused_and_another_is_not(bench: Bench) -> None:
    bench = Bench(Sketch.founded(seed=5, entries_per_minute=60))
    taken = [bench.admit(bench.north.message("SOUTHLAND")) for _ in range(60)]
    assert all(isinstance(one, int) for one in taken)
    late = bench.north.message("SOUTHLAND")
    assert bench.refused(late) == Reason.RATE
    assert isinstance(bench.admit(bench.south.message("NORTHLAND")), int)
    assert isinstance(bench.admit(late, late_s=1), int)
    assert bench.refused(bench.north.message("SOUTHLAND"), late_s=1) == Reason.RATE


def test_what_is_refused_for_another_fault_or_known_already_costs_no_token(bench: Bench) -> None:
    bench = Bench(Sketch.founded(seed=5, entries_per_minute=60))
    first = bench.north.message("SOUTHLAND")
    index = bench.admit(first)
    assert [bench.admit(first) for _ in range(100)] == [index] * 100
    ahead = bench.north.message("SOUTHLAND")
    behind = [bench.north.message("SOUTHLAND") for _ in range(59)]
    assert {bench.refused(frame) for frame in behind} == {Reason.NOT_NEXT}
    assert all(isinstance(bench.admit(frame), int) for frame in (ahead, *behind[:-1]))
    assert bench.refused(behind[-1]) == Reason.RATE


@pytest.mark.requirement("R4")
def test_safety_is_never_refused_for_rate_and_its_answers_have_a_reserve(bench: Bench) -> None:
    bench = Bench(Sketch.founded(seed=5, entries_per_minute=60))
    for _ in range(60):
        bench.admit(bench.north.message("SOUTHLAND"))
    reserve = [bench.north.time() for _ in range(15)]
    assert all(isinstance(bench.admit(frame), int) for frame in reserve)
    late = Writer(bench.sketch, "NORTHLAND")
    late.chain = bench.north.chain
    assert bench.refused(late.time()) == Reason.RATE
    for _ in range(40):
        act = bench.sketch.compose(
            "safety", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], precedence="Z", code="cease",
            id=bench.sketch.parties["NORTHLAND"].next_id(), told=[],
        )  # fmt: skip
        assert isinstance(bench.admit(bench.north.frame(act, bench.sketch.watched(act))), int)


def test_what_waits_for_the_disk_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellclear.channel.sequencer.PENDING_MAX", 3)
    for _ in range(3):
        bench.admit(bench.north.time())
    with pytest.raises(Unavailable, match="too much is waiting"):
        bench.admit(bench.north.time())
    assert PENDING_MAX > 3


@pytest.mark.requirement("R33")
def test_a_batch_that_failed_before_it_was_signed_is_forgotten(bench: Bench) -> None:
    first, second = bench.north.time(), bench.north.time()
    bench.admit(first)
    batch = bench.sequencer.batch()
    bench.admit(second)
    assert batch is not None
    assert bench.sequencer.failed(batch)
    assert bench.sequencer.batch() is None
    assert bench.sequencer.pending_picture is bench.sequencer.picture
    assert bench.refused(second) == Reason.NOT_NEXT
    size = bench.sequencer.size
    assert [bench.admit(first), bench.admit(second)] == [size, size + 1]
    assert bench.commit().leaves == [first.leaf, second.leaf]


@pytest.mark.requirement("R33")
def test_a_batch_that_was_signed_comes_again_to_the_byte(bench: Bench) -> None:
    first, second = bench.north.time(), bench.north.time()
    bench.admit(first)
    batch = bench.sequencer.batch()
    assert batch is not None
    note = batch.seal([leaf_hash(leaf) for leaf in batch.leaves])
    bench.admit(second)
    assert not bench.sequencer.failed(batch)
    assert bench.sequencer.batch() is batch
    assert batch.seal([leaf_hash(leaf) for leaf in batch.leaves]) == note
    bench.store(batch)
    assert bench.commit().leaves == [second.leaf]


@pytest.mark.requirement("R33")
def test_other_bytes_from_the_store_are_never_signed(bench: Bench) -> None:
    bench.admit(bench.north.time())
    batch = bench.sequencer.batch()
    assert batch is not None
    for hashes in ([], [leaf_hash(b"x")], [leaf_hash(batch.leaves[0])] * 2):
        with pytest.raises(Misconfigured, match="gave back other bytes"):
            batch.seal(hashes)
    assert batch.note is None


@pytest.mark.requirement("R33")
def test_a_principal_that_has_seen_more_stops_a_host_that_has_not_matched_it(bench: Bench) -> None:
    with pytest.raises(Unavailable, match="has stopped"):
        bench.admit(bench.north.time(head=len(bench.disk) + 5))
    assert bench.sequencer.stopped is not None
    assert "NORTHLAND has verified a log of" in str(bench.sequencer.stopped)
    assert "Restore the newest copy" in str(bench.sequencer.stopped)
    with pytest.raises(Unavailable):
        bench.admit(bench.south.time())
    assert bench.sequencer.batch() is None
    assert bench.sequencer.tell_time(0) is None


def test_a_principal_that_was_matched_or_is_not_heeded_cannot_stop_it(bench: Bench) -> None:
    bench.admit(bench.north.time())
    assert bench.refused(bench.north.time(head=len(bench.disk) + 5)) == Reason.HEAD_AHEAD
    deaf = Bench(Sketch.founded(seed=5), unheeded=("SOUTHLAND",))
    assert deaf.refused(deaf.south.time(head=len(deaf.disk) + 5)) == Reason.HEAD_AHEAD
    deaf.sequencer.claimed_size("SOUTHLAND", 10_000)
    deaf.sequencer.claimed_size("CASPIA", 10_000)
    with pytest.raises(Unavailable):
        deaf.sequencer.claimed_size("NORTHLAND", 10_000)


@pytest.mark.requirement("R33")
def test_another_log_of_the_same_size_stops_it_as_well(bench: Bench) -> None:
    bench.north.sketch = Sketch.founded(seed=5)
    bench.north.sketch.tree.truncate(4)
    bench.north.sketch.tree.append(leaf_hash(b"another"))
    with pytest.raises(Unavailable, match="is not this one"):
        bench.admit(bench.north.time(head=5))


def test_it_starts_only_with_the_hosts_own_keys_and_note(bench: Bench) -> None:
    sketch, keys = bench.sketch, host_keys(bench.sketch)
    note = signed_note(sketch, len(sketch.leaves))
    other = SigningKey(b"x" * 32)
    for log, sequencer in ((other, keys.sequencer), (keys.log, other)):
        with pytest.raises(Misconfigured, match="other keys"):
            Sequencer(sketch.picture, sketch.tree, note, log=log, sequencer=sequencer, find=bench.find)
    for wrong in (signed_note(sketch, 3),):
        with pytest.raises(Misconfigured, match="do not fit"):
            Sequencer(sketch.picture, sketch.tree, wrong, log=keys.log, sequencer=keys.sequencer, find=bench.find)


@pytest.mark.parametrize("use", ["log", "sequencer"])
def test_a_host_whose_own_key_was_revoked_logs_nothing_more_under_it(bench: Bench, use: str) -> None:
    """Else each batch would begin with an entry that every follower counts as the host's fault."""
    sketch, size = bench.sketch, bench.sequencer.size
    public = {"key": sketch.parties["CASPIA"].public(use), "since": 0}
    revoke = Writer(sketch, "CASPIA", "recovery").frame(sketch.compose("revoke", "CASPIA", public=public))
    assert isinstance(bench.admit(revoke), int)
    assert bench.sequencer.tell_time(sketch.now_us + MINUTE_S * SECOND_US) is None
    batch = bench.commit()
    assert [remark for step in batch.steps for remark in step.remarks] == []
    assert bench.sequencer.stopped is not None
    assert "host change" in str(bench.sequencer.stopped)
    assert bench.sequencer.batch() is None
    assert len(bench.disk) > size


@pytest.mark.requirement("N10")
def test_who_moves_a_notice_about_to_find_others_runs_dry_and_each_try_is_on_record() -> None:
    """Each try is an entry: signed, in the log of all, and out of the share of whose key links it."""
    bench = Bench(Sketch.founded(seed=5, entries_per_minute=60))
    size = bench.sequencer.size
    assert [bench.admit(bench.north.message("SOUTHLAND")) for _ in range(60)] == list(range(size, size + 60))
    assert bench.refused(bench.north.message("SOUTHLAND")) == Reason.RATE
    assert isinstance(bench.admit(bench.south.message("NORTHLAND")), int)


@pytest.mark.requirement("N10")
def test_what_is_carried_for_others_comes_out_of_the_carriers_share() -> None:
    """Else each party whose words another one carries would give that one a further share."""
    bench = Bench(Sketch.founded(seed=5, entries_per_minute=60))
    for _ in range(30):
        assert isinstance(bench.admit(carried(bench)), int)
        assert isinstance(bench.admit(bench.north.message("SOUTHLAND")), int)
    assert bench.refused(carried(bench)) == Reason.RATE
    assert isinstance(bench.admit(bench.south.message("NORTHLAND")), int)


def carried(bench: Bench) -> Frame:
    """A message of SOUTHLAND, which its persons have NORTHLAND's node carry."""
    group = Message(group="message", language="en", text="by another's node")
    composed = bench.sketch.compose(
        "message", "SOUTHLAND", desk="SOUTHLAND/OPS", to=["CASPIA/OPS"], via="NORTHLAND",
        id=bench.sketch.parties["SOUTHLAND"].next_id(), told=bench.sketch.told([group], ["CASPIA"]),
    )  # fmt: skip
    return bench.north.frame(composed, bench.sketch.watched(composed))
