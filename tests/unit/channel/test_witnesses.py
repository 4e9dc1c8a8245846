"""Who has cosigned, as the keeper of the book can hold it to its own tree, and when one's own line is due."""

from __future__ import annotations

import pytest

from tests.unit.channel.relay import Relay
from wellclear.channel.policy import cosigner_name, log_verifier
from wellclear.channel.witnesses import (
    COSIGN_EVERY_S,
    FRESH_US,
    Cosigned,
    OwnLine,
    Witnesses,
    cosign_due,
    cosigned_note,
    own_line,
)
from wellclear.errors import Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, sign_checkpoint
from wellclear.log.ed25519 import Signer, SigningKey
from wellclear.log.merkle import Tree
from wellclear.log.note import parse_note
from wellclear.testing.sketch import Sketch

NOW_S = 1_795_000_000
NOW_US = NOW_S * 1_000_000


@pytest.fixture(scope="module")
def relay() -> Relay:
    return Relay(Sketch.founded(seed=3))


def key(relay: Relay, party: str) -> Signer:
    return relay.sketch.parties[party].key("cosigner")


def noted(
    relay: Relay, party: str, time_s: int = NOW_S, size: int | None = None, signer: Signer | None = None
) -> bytes:
    note = relay.note(size)
    return merge_signatures(note, [cosign(note, cosigner_name(party), signer or key(relay, party), time_s)])


def heard(relay: Relay, book: Witnesses, note: bytes, now_us: int = NOW_US, tree: Tree | None = None) -> list[Cosigned]:
    return book.hear(relay.sketch.picture, tree or relay.sketch.tree, note, now_us, now_us)


@pytest.mark.requirement("R33")
def test_the_newest_line_of_each_party_counts_once(relay: Relay) -> None:
    book, picture = Witnesses(), relay.sketch.picture
    assert [one.party for one in heard(relay, book, noted(relay, "NORTHLAND"))] == ["NORTHLAND"]
    assert not heard(relay, book, noted(relay, "NORTHLAND")), "the same line is no news"
    assert not heard(relay, book, noted(relay, "NORTHLAND", NOW_S - 1)), "an older one is none"
    assert heard(relay, book, noted(relay, "SOUTHLAND", NOW_S - 3, relay.size - 2))
    assert heard(relay, book, noted(relay, "NORTHLAND", NOW_S + 2))
    assert [(one.party, one.size, one.time_s) for one in book.newest(picture, NOW_US)] == [
        ("NORTHLAND", relay.size, NOW_S + 2), ("SOUTHLAND", relay.size - 2, NOW_S - 3),
    ]  # fmt: skip
    assert len(book.lines(picture, relay.size)) == 1


@pytest.mark.requirement("R33")
def test_only_live_cosigners_over_our_own_tree_count(relay: Relay) -> None:
    book = Witnesses()
    stranger = SigningKey(b"s" * 32)
    assert not heard(relay, book, noted(relay, "NORTHLAND", signer=stranger))
    assert not heard(relay, book, noted(relay, "ELSEWHERE", signer=stranger))
    other = relay.note(relay.size, bytes(32))
    line = cosign(other, cosigner_name("NORTHLAND"), key(relay, "NORTHLAND"), NOW_S)
    assert not heard(relay, book, merge_signatures(other, [line])), "over another tree it vouches for nothing"
    text = Checkpoint("caspia.example/other", relay.size, relay.sketch.tree.root())
    other = sign_checkpoint(text, stranger)
    line = cosign(other, cosigner_name("NORTHLAND"), key(relay, "NORTHLAND"), NOW_S)
    assert not heard(relay, book, merge_signatures(other, [line])), "nor over another log"
    moved = merge_signatures(relay.note(), [parse_note(noted(relay, "NORTHLAND", size=3)).signatures[1].encode()])
    with pytest.raises(Unverified):
        heard(relay, book, moved)
    assert not book.newest(relay.sketch.picture, NOW_US)


def test_what_is_cosigned_beyond_our_log_counts_when_we_have_it(relay: Relay) -> None:
    book, picture = Witnesses(), relay.sketch.picture
    tree = Tree(relay.sketch.tree.nodes(0, 0, 4))
    assert not heard(relay, book, noted(relay, "NORTHLAND"), tree=tree)
    assert not book.newest(picture, NOW_US)
    assert book.largest(picture, "NORTHLAND") == relay.size
    assert not book.reached(picture, tree, NOW_US)
    assert [one.party for one in book.reached(picture, relay.sketch.tree, NOW_US)] == ["NORTHLAND"]
    assert [one.size for one in book.newest(picture, NOW_US)] == [relay.size]


@pytest.mark.requirement("R33")
def test_a_line_is_as_old_as_its_time_or_as_long_as_we_know_it(relay: Relay) -> None:
    book, picture = Witnesses(), relay.sketch.picture
    heard(relay, book, noted(relay, "NORTHLAND", NOW_S - 4))
    (one,) = book.newest(picture, NOW_US)
    assert one.age_us(NOW_US, NOW_US) == 4_000_000
    assert one.is_fresh(NOW_US + 6_000_000, NOW_US)
    assert not one.is_fresh(NOW_US + 6_000_001, NOW_US)
    assert not one.is_fresh(NOW_US - 4_000_000, NOW_US + FRESH_US + 1), "our clock was set back; it is old all the same"


@pytest.mark.requirement("R33")
def test_a_line_from_the_future_makes_nothing_fresh_and_does_not_stay(relay: Relay) -> None:
    """Else one wrong minute of a clock would vouch for a picture all day, or silence its party until then."""
    book, picture = Witnesses(), relay.sketch.picture
    heard(relay, book, noted(relay, "NORTHLAND", NOW_S + 3_600))
    (one,) = book.newest(picture, NOW_US)
    assert one.is_ahead(NOW_US)
    assert not one.is_fresh(NOW_US, NOW_US)
    assert heard(relay, book, noted(relay, "NORTHLAND", NOW_S))
    assert not heard(relay, book, noted(relay, "NORTHLAND", NOW_S + 3_600))
    assert [one.time_s for one in book.newest(picture, NOW_US)] == [NOW_S]


def test_another_key_or_host_begins_anew(relay: Relay) -> None:
    sketch = Sketch.founded(seed=4)
    own = Relay(sketch)
    book = Witnesses()
    heard(own, book, noted(own, "NORTHLAND"))
    assert not book.newest(relay.sketch.picture, NOW_US), "another channel's host"
    heard(own, book, noted(own, "NORTHLAND"))
    assert book.newest(sketch.picture, NOW_US)


@pytest.mark.requirement("R33")
def test_a_log_is_cosigned_when_it_grows_or_each_five_seconds_and_never_backwards(relay: Relay) -> None:
    last = OwnLine(Checkpoint(relay.sketch.origin, 5, bytes(32)), NOW_S)
    assert cosign_due(None, 5, NOW_US)
    assert cosign_due(last, 6, NOW_US)
    assert not cosign_due(last, 5, NOW_US + (COSIGN_EVERY_S * 1_000_000) - 1)
    assert cosign_due(last, 5, NOW_US + COSIGN_EVERY_S * 1_000_000)
    assert cosign_due(last, 5, NOW_US - 1), "the clock was set back, and tells that it was"
    assert not cosign_due(last, 4, NOW_US + 10**12)


def test_the_stored_note_holds_the_logs_line_and_ours(relay: Relay) -> None:
    signer, log = key(relay, "NORTHLAND"), log_verifier(relay.sketch.picture)
    note = cosigned_note(noted(relay, "SOUTHLAND"), log, "NORTHLAND", signer, NOW_S)
    assert [line.name for line in parse_note(note).signatures] == [log.name, cosigner_name("NORTHLAND")]
    told = own_line(note, "NORTHLAND", signer.public_key)
    assert (told.checkpoint.size, told.time_s) == (relay.size, NOW_S)
    with pytest.raises(Unverified):
        own_line(relay.note(), "NORTHLAND", signer.public_key)
    forged = sign_checkpoint(Checkpoint(relay.sketch.origin, 1, bytes(32)), SigningKey(b"x" * 32))
    with pytest.raises(Unverified):
        cosigned_note(forged, log, "NORTHLAND", signer, NOW_S)
