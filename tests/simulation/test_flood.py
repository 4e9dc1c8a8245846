"""Ten times a party's share against the production sequencer, in simulated time: nobody else's safety waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.unit.apps.host.world import Writer
from tests.unit.channel.test_sequencer import Bench
from wellclear.channel import sequencer
from wellclear.channel.admission import RESERVED_PART, examine
from wellclear.channel.composing import subject
from wellclear.channel.submission import Frame
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import KINDS
from wellclear.domain.parts import Readback, Safety
from wellclear.errors import Unavailable
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import SECOND_US, Sketch

SHARE = 60
TIMES = 10
MINUTES = 3


@dataclass
class Flood:
    """A host whose disk takes a batch a second, and what became of each frame."""

    bench: Bench
    taken: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def try_(self, name: str, writer: Writer, kind: str) -> bool:
        """One entry of a kind; its author's chain goes on only if it was taken."""
        chain = writer.chain
        taken = isinstance(self.bench.sequencer.admit(examine(one(writer, kind)), self.bench.sketch.now_us), int)
        count = self.taken if taken else self.refused
        count[name] = count.get(name, 0) + 1
        if not taken:
            writer.chain = chain
        return taken

    def second(self) -> None:
        """The disk takes what waits, and a second goes by."""
        if self.bench.sequencer.batch() is not None:
            self.bench.commit()
        self.bench.sketch.advance(1)


def one(writer: Writer, kind: str) -> Frame:
    """One entry of a kind, addressed to the other principal."""
    sketch, other = writer.sketch, "SOUTHLAND" if writer.party == "NORTHLAND" else "NORTHLAND"
    desk = f"{writer.party}/OPS"
    match kind:
        case "message":
            return writer.message(other)
        case "time":
            return writer.time()
        case "receipt":
            return writer.frame(sketch.compose("receipt", writer.party, public={"through": 1}))
        case "safety":
            told = sketch.told([Safety(group="safety", who="an exercise unit")], [other])
            composed = sketch.compose(
                "safety", writer.party, desk=desk, to=[f"{other}/OPS"], precedence="Z", code="cease",
                id=sketch.parties[writer.party].next_id(), told=told,
            )  # fmt: skip
        case _:
            told = sketch.told([Readback(group="readback", volumes=[])], [other])
            composed = sketch.compose(
                "ack", writer.party, desk=desk, to=[f"{other}/OPS"], told=told,
                subject=subject(f"{other}-1001-{'9' if other == 'NORTHLAND' else '6'}", 1),
            )  # fmt: skip
    return writer.frame(composed, sketch.watched(composed))


@pytest.fixture
def flood() -> Flood:
    return Flood(Bench(Sketch.founded(seed=5, entries_per_minute=SHARE)))


VICTIM = ("safety", "ack", "receipt", "time")
"""What a desk in trouble says, a second each; together as many as its whole share."""


@pytest.mark.requirement("R4")
def test_one_party_at_ten_times_its_share_delays_nobody_elses_safety(flood: Flood) -> None:
    north, south = flood.bench.north, flood.bench.south
    for second in range(60 * MINUTES):
        for _ in range(SHARE * TIMES // 60):
            flood.try_("flood", north, "message")
        assert flood.try_("others", south, VICTIM[second % len(VICTIM)]), "refused, though within its share"
        flood.second()
    assert flood.taken["flood"] <= SHARE * (MINUTES + 1)
    assert flood.taken["flood"] >= SHARE * MINUTES
    assert flood.refused["flood"] > SHARE * (TIMES - 2) * MINUTES


@pytest.mark.requirement("R4")
def test_what_must_get_through_has_a_reserve_that_ordinary_entries_cannot_use(flood: Flood) -> None:
    """Also of the flooding party itself: its officer may still acknowledge, and its node give receipts."""
    north = flood.bench.north
    while flood.try_("message", north, "message"):
        pass
    assert flood.taken["message"] == SHARE
    always = [kind for kind in ("ack", "receipt", "time") if KINDS[kind].always]
    assert len(always) == 3
    for number in range(SHARE // RESERVED_PART):
        assert flood.try_("reserve", north, always[number % 3])
    assert not any(flood.try_("more", north, kind) for kind in (*always, "message"))


@pytest.mark.requirement("R4")
def test_safety_is_never_refused_for_rate(flood: Flood) -> None:
    north = flood.bench.north
    for _ in range(3 * SHARE):
        assert flood.try_("safety", north, "safety")
    assert not flood.try_("message", north, "message")


@pytest.mark.requirement("R4")
def test_safety_without_end_leaves_room_for_the_others_while_the_disk_stands(
    flood: Flood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored meanwhile, so all of it waits; who is beyond every share may fill half of the room."""
    monkeypatch.setattr(sequencer, "PENDING_MAX", 6 * SHARE)
    north, south = flood.bench.north, flood.bench.south
    for _ in range(3 * SHARE):
        assert flood.try_("safety", north, "safety")
    with pytest.raises(Unavailable):
        flood.try_("safety", north, "safety")
    for kind in VICTIM:
        assert flood.try_("others", south, kind)


@pytest.mark.requirement("R4")
def test_strangers_under_a_partys_name_use_nothing_of_its_share(flood: Flood) -> None:
    """The bucket is that of the party that signed: junk, replays and false names cost it nothing."""
    bench, south = flood.bench, flood.bench.south
    sound = one(south, "message")
    assert isinstance(bench.admit(sound), int)
    chain = south.chain
    frames = [sound]  # heard on the way, and sent again: it gets its place again
    for at in (-20, -60, 40, 200):
        leaf = bytearray(one(south, "message").leaf)
        leaf[at] ^= 1
        frames.append(Frame(bytes(leaf)))
        south.chain = chain
    frames.append(Writer(bench.sketch, "NORTHLAND").frame(bench.sketch.compose("time", "SOUTHLAND")))
    stranger = b64(SigningKey(bytes(32)).public_key)
    frames.append(Frame(sound.leaf.replace(b64(south.signer.public_key).encode(), stranger.encode()), sound.parts))
    assert len({frame.leaf for frame in frames}) == len(frames)
    for number in range(SHARE * TIMES):
        bench.admit(frames[number % len(frames)])
    for _ in range(SHARE - 1):
        assert flood.try_("south", south, "message")
    assert not flood.try_("south", south, "message")


def test_rate_is_not_final(flood: Flood) -> None:
    """The very bytes that were refused are taken once the share has grown again."""
    bench, north = flood.bench, flood.bench.north
    while flood.try_("message", north, "message"):
        pass
    frame = one(north, "message")
    assert bench.refused(frame) == "RATE"
    flood.second()
    assert isinstance(bench.admit(frame), int)


def test_a_share_that_was_not_used_does_not_pile_up(flood: Flood) -> None:
    flood.bench.sketch.advance(3600)
    while flood.try_("message", flood.bench.north, "message"):
        pass
    assert flood.taken["message"] == SHARE


def test_clocks_that_step_back_give_nothing_away(flood: Flood) -> None:
    north = flood.bench.north
    while flood.try_("message", north, "message"):
        pass
    flood.bench.sketch.now_us -= 3600 * SECOND_US
    assert not flood.try_("message", north, "message")
    flood.bench.sketch.now_us += 3600 * SECOND_US
    assert not flood.try_("message", north, "message")
