"""Which epochs stand, what ends them, and who owes what for what is sealed: one small test a rule of the fold."""

from __future__ import annotations

from itertools import combinations

import msgspec
import pytest

from tests.vectors.second.fold import Second
from wellclear.channel.composing import Composed, Told, compose
from wellclear.channel.epochs import epoch_key, open_epoch, sealing_key_of
from wellclear.channel.sealing import SealingKey
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PartRef
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.parts import Message
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Refused, Unverified
from wellclear.picture.epochs import EPOCHS_MAX
from wellclear.picture.picture import Step
from wellclear.testing.sketch import START_US, Sketch
from wellclear.testing.wrapping import wrap

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
DAY_US = 86_400_000_000


def reasons(step: Step) -> list[Reason]:
    return [remark.reason for remark in step.remarks]


@pytest.fixture
def sketch() -> Sketch:
    return Sketch.founded(seed=39)


def body_for(sketch: Sketch, party: str, *audience: str) -> Epoch:
    act = made(sketch, party, *audience).act
    body = public_of(act)
    assert isinstance(body, Epoch), "it is one"
    return body


def made(sketch: Sketch, party: str, *audience: str) -> Composed:
    number = (sketch.picture.epochs_made.get(party) or 0) + 1
    key = sketch.epoch_key(party, number)
    return open_epoch(
        sketch.picture,
        party,
        audience,
        number,
        key,
        sketch.now_us,
        lambda public, secret, info: wrap(public, secret, info, public),
    )


def send(sketch: Sketch, body: Epoch, party: str = NORTH, use: str = "node") -> list[Reason]:
    public = msgspec.to_builtins(body)
    act = compose("epoch", channel=sketch.channel, party=party, said_us=sketch.now_us, public=public)
    return reasons(sketch.send(party, act, use=use))


def says(sketch: Sketch, epoch: int, *to: str, party: str = NORTH) -> list[Reason]:
    """A message with one part that says it is sealed under an epoch, to the desks of these parties."""
    commit = b64(bytes(32))
    part = PartRef(commit=commit, enc="aes256gcm", sha=commit, to=list(to), epoch=epoch)
    told = [Told(Message(group="message", language="en", text="x"), (), bytes(32))]
    act = sketch.compose(
        "message", party, desk=f"{party}/OPS", to=[f"{name}/OPS" for name in to], told=told,
        id=sketch.parties[party].next_id(),
    )  # fmt: skip
    act = Composed(msgspec.structs.replace(act.act, parts=[part]), (b"",))
    return reasons(sketch.send(party, act, sketch.watched(act)))


def owes(sketch: Sketch) -> set[str]:
    """Who owes a receipt for the newest entry."""
    newest = f"{len(sketch.leaves) - 1}/"
    return {name.removeprefix(newest) for name in sketch.picture.owed if name.startswith(newest)}


@pytest.mark.requirement("R39")
def test_an_epoch_is_the_next_of_its_party(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH)
    assert send(sketch, msgspec.structs.replace(body, number=2)) == [Reason.EPOCH_NOT_NEXT]
    assert send(sketch, body) == []
    assert send(sketch, body) == [Reason.EPOCH_NOT_NEXT]
    assert sketch.picture.epochs[f"{NORTH}/1"].audience == [SOUTH]


@pytest.mark.requirement("R39")
def test_an_audience_has_one_spelling(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH, HOST)
    assert body.audience == [HOST, SOUTH]
    twice = sorted([*body.wraps, body.wraps[2]], key=lambda row: row.party)
    with_author = sorted([*body.wraps, body.wraps[1]], key=lambda row: row.party)
    for wrong in (
        msgspec.structs.replace(body, audience=[SOUTH, HOST]),
        msgspec.structs.replace(body, audience=[HOST, SOUTH, SOUTH], wraps=twice),
        msgspec.structs.replace(body, audience=[HOST, NORTH, SOUTH]),
        msgspec.structs.replace(body, audience=[HOST, NORTH, SOUTH], wraps=with_author),
    ):
        assert send(sketch, wrong) == [Reason.BAD_FIELDS]
    assert send(sketch, body) == []


@pytest.mark.requirement("R39")
def test_only_members_are_an_audience(sketch: Sketch) -> None:
    guest = sketch.party("TRANSIA", "principal")
    sketch.joint({"do": "admit", "base": 1, "admit": msgspec.to_builtins(guest.card())})
    body = body_for(sketch, NORTH, "TRANSIA")
    sketch.send("TRANSIA", *sketch.by_head("TRANSIA", "withdraw"))
    assert send(sketch, body) == [Reason.UNKNOWN_PARTY]
    stranger = msgspec.structs.replace(body.wraps[1], party="UNKNOWN")
    body = msgspec.structs.replace(body, audience=["UNKNOWN"], wraps=[body.wraps[0], stranger])
    assert send(sketch, body) == [Reason.UNKNOWN_PARTY]


@pytest.mark.requirement("R39")
def test_every_reader_and_the_author_has_one_wrap(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH, HOST)
    host, north, south = body.wraps
    for wraps in ([host, south], [host, north], [north, host, south], [host, north, south, south]):
        assert send(sketch, msgspec.structs.replace(body, wraps=wraps)) == [Reason.BAD_FIELDS]
    assert send(sketch, body) == []


@pytest.mark.requirement("R39")
def test_a_wrap_is_for_a_live_sealing_key_of_its_reader(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH)
    north, south = body.wraps
    for key in (b64(bytes(32)), north.key):
        wrong = [north, msgspec.structs.replace(south, key=key)]
        assert send(sketch, msgspec.structs.replace(body, wraps=wrong)) == [Reason.UNKNOWN_KEY]
    replace_sealing_key(sketch, SOUTH)
    assert send(sketch, body) == [Reason.UNKNOWN_KEY]


@pytest.mark.requirement("R39")
def test_a_wrap_has_the_length_that_its_key_asks_for(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH)
    long = msgspec.structs.replace(body.wraps[1], wrap=b64(bytes(1168)))
    assert send(sketch, msgspec.structs.replace(body, wraps=[body.wraps[0], long])) == [Reason.BAD_FIELDS]
    replace_sealing_key(sketch, SOUTH, hybrid=True)
    body = body_for_hybrid(sketch)
    short = msgspec.structs.replace(body.wraps[1], wrap=b64(bytes(80)))
    assert send(sketch, msgspec.structs.replace(body, wraps=[body.wraps[0], short])) == [Reason.BAD_FIELDS]
    assert send(sketch, body) == []


def body_for_hybrid(sketch: Sketch) -> Epoch:
    """NORTHLAND's for SOUTHLAND, whose key is hybrid; the fold opens no wrap."""
    act = open_epoch(
        sketch.picture, NORTH, [SOUTH], 1, bytes(32), sketch.now_us,
        lambda public, _secret, _info: bytes(80 if len(public) == 32 else 1168),
    )  # fmt: skip
    body = public_of(act.act)
    assert isinstance(body, Epoch), "it is one"
    return body


def replace_sealing_key(sketch: Sketch, party: str, *, hybrid: bool = False) -> SealingKey:
    key = SealingKey(sketch.parties[party].seed_of("another sealing key"), hybrid=hybrid)
    public = {"key": b64(key.public_key), "use": "sealing"}
    assert reasons(sketch.send(party, sketch.compose("add_key", party, public=public), use="recovery")) == []
    return key


@pytest.mark.requirement("R39")
def test_a_party_has_at_most_256_live_epochs_and_may_still_renew_them() -> None:
    sketch = Sketch(seed=40)
    sketch.party(HOST, "host", "principal")
    for name in (NORTH, SOUTH, *(f"A{chr(65 + n)}" for n in range(7))):
        sketch.party(name, "principal")
    sketch.genesis()
    others = sorted(name for name in sketch.parties if name != NORTH)
    audiences = [some for size in (1, 2, 3, 4, 5) for some in combinations(others, size)]
    assert len(audiences) > EPOCHS_MAX
    chosen = audiences[: EPOCHS_MAX + 1]
    for some in chosen[:EPOCHS_MAX]:
        assert send(sketch, body_for(sketch, NORTH, *some)) == []
    assert send(sketch, body_for(sketch, NORTH, *chosen[EPOCHS_MAX])) == [Reason.TOO_MANY]
    assert send(sketch, body_for(sketch, NORTH, *chosen[0])) == []
    assert send(sketch, body_for(sketch, SOUTH, NORTH), SOUTH) == []
    second = Second()
    assert [second.fold(leaf) for leaf in sketch.leaves] == [reasons(step) for step in sketch.steps]
    assert second.digest == sketch.picture.digest


@pytest.mark.requirement("R39")
def test_who_can_open_nothing_owes_nothing(sketch: Sketch) -> None:
    assert send(sketch, body_for(sketch, NORTH, SOUTH)) == []
    assert (says(sketch, 1, SOUTH), owes(sketch)) == ([], {SOUTH})
    assert (says(sketch, 2, SOUTH), owes(sketch)) == ([Reason.UNKNOWN_EPOCH, Reason.NOTHING_TO_READ], set())
    nobody = [Reason.OTHER_AUDIENCE, Reason.NOTHING_TO_READ]
    assert (says(sketch, 1, HOST), owes(sketch)) == (nobody, set())
    assert (says(sketch, 1, HOST, SOUTH), owes(sketch)) == ([*nobody, Reason.NOTHING_TO_READ], set())
    assert (says(sketch, 1, NORTH, party=SOUTH), owes(sketch)) == (
        [Reason.UNKNOWN_EPOCH, Reason.NOTHING_TO_READ],
        set(),
    )


@pytest.mark.requirement("R39")
def test_what_was_renewed_is_as_good_as_ever_and_leaves_after_a_while(sketch: Sketch) -> None:
    for _ in range(2):
        assert send(sketch, body_for(sketch, NORTH, SOUTH)) == []
    assert sketch.picture.epoch_of[NORTH, (SOUTH,)] == 2
    assert (says(sketch, 1, SOUTH), owes(sketch)) == ([], {SOUTH})
    days = sketch.settings.keep_days
    for ahead, there in ((days, True), (days + 1, False)):
        sketch.now_us = START_US + ahead * DAY_US
        for party in (NORTH, SOUTH, HOST):
            sketch.time(party)
        assert (f"{NORTH}/1" in sketch.picture.epochs) == there
    assert f"{NORTH}/2" in sketch.picture.epochs


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("how", ["replaced", "revoked", "left"])
def test_with_a_sealing_key_ends_everything_that_it_opens(sketch: Sketch, how: str) -> None:
    guest = sketch.party("TRANSIA", "principal")
    sketch.joint({"do": "admit", "base": 1, "admit": msgspec.to_builtins(guest.card())})
    for party, audience in (
        (NORTH, [SOUTH, "TRANSIA"]),
        (NORTH, [SOUTH, "TRANSIA"]),
        (NORTH, [SOUTH]),
        ("TRANSIA", [NORTH]),
    ):
        assert send(sketch, body_for(sketch, party, *audience), party) == []
    if how == "replaced":
        replace_sealing_key(sketch, "TRANSIA")
    elif how == "revoked":
        public = {"key": b64(guest.sealing.public_key), "since": 0}
        sketch.send("TRANSIA", sketch.compose("revoke", "TRANSIA", public=public), use="recovery")
    else:
        sketch.send("TRANSIA", *sketch.by_head("TRANSIA", "withdraw"))
    ended = {name for name, row in sketch.picture.epochs.items() if row.ended == len(sketch.leaves) - 1}
    assert ended == {f"{NORTH}/1", f"{NORTH}/2", "TRANSIA/1"}
    assert dict(sketch.picture.epoch_of.items()) == {(NORTH, (SOUTH,)): 3}
    for number in (1, 2):
        assert Reason.EPOCH_ENDED in says(sketch, number, SOUTH, "TRANSIA") and SOUTH in owes(sketch)
    assert says(sketch, 3, SOUTH) == []


@pytest.mark.requirement("R39")
def test_a_newer_epoch_for_the_same_readers_mends_none_that_has_ended(sketch: Sketch) -> None:
    assert send(sketch, body_for(sketch, NORTH, SOUTH)) == []
    replace_sealing_key(sketch, SOUTH, hybrid=True)
    body = msgspec.structs.replace(body_for_hybrid(sketch), number=2)
    assert send(sketch, body) == []
    assert says(sketch, 1, SOUTH) == [Reason.EPOCH_ENDED] and says(sketch, 2, SOUTH) == []


@pytest.mark.requirement("R39", "R4")
def test_a_closed_channel_still_makes_epochs_for_its_safety(sketch: Sketch) -> None:
    sketch.send(SOUTH, *sketch.by_head(SOUTH, "withdraw"))
    assert send(sketch, body_for(sketch, NORTH, HOST)) == []
    assert says(sketch, 1, HOST) == [Reason.CLOSED]
    sketch.sealed = True
    _, step = sketch.safety(NORTH, [f"{HOST}/OPS"])
    assert reasons(step) == [] and owes(sketch) == {HOST}


@pytest.mark.requirement("R39")
def test_each_reader_finds_the_same_key_in_an_epoch_and_nobody_another(sketch: Sketch) -> None:
    body = body_for(sketch, NORTH, SOUTH)
    for reader in (NORTH, SOUTH):
        found = epoch_key(sketch.parties[reader].sealing, sketch.channel, NORTH, body, reader)
        assert found == sketch.epoch_key(NORTH, 1)
    for reader, sealing in ((HOST, HOST), (SOUTH, NORTH), (NORTH, SOUTH)):
        with pytest.raises(Unverified, match="no wrap"):
            epoch_key(sketch.parties[sealing].sealing, sketch.channel, NORTH, body, reader)
    with pytest.raises(Unverified, match="does not open"):
        epoch_key(sketch.parties[SOUTH].sealing, sketch.channel, HOST, body, SOUTH)
    other = msgspec.structs.replace(body, commit=b64(bytes(32)))
    with pytest.raises(Unverified, match="another key for us"):
        epoch_key(sketch.parties[SOUTH].sealing, sketch.channel, NORTH, other, SOUTH)


def test_the_newest_live_sealing_key_is_the_one_that_is_wrapped_for(sketch: Sketch) -> None:
    assert sealing_key_of(sketch.picture, SOUTH) == sketch.parties[SOUTH].sealing.public_key
    newer = replace_sealing_key(sketch, SOUTH)
    assert sealing_key_of(sketch.picture, SOUTH) == newer.public_key
    public = {"key": b64(newer.public_key), "since": 0}
    sketch.send(SOUTH, sketch.compose("revoke", SOUTH, public=public), use="recovery")
    with pytest.raises(Refused, match="no live sealing key"):
        made(sketch, NORTH, SOUTH)
    for audience in ((), (NORTH,)):
        with pytest.raises(InvalidValue, match="audience"):
            made(sketch, NORTH, *audience)
