"""Ids are spoken, unique, and never given out twice, not even by a restored node."""

from __future__ import annotations

import pytest

from wellclear.apps.node.ids import Counters, Given, decode_counters
from wellclear.domain.agreement import HOUR_US
from wellclear.domain.names import ItemId, parse_item_id
from wellclear.domain.parts import Message
from wellclear.errors import Malformed
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch

NORTH = "NORTHLAND"


def counter(text: str) -> int:
    return parse_item_id(text).counter


def test_each_desk_has_a_block_of_its_own() -> None:
    counters = Counters()
    given = [counter(counters.next_id(Picture(), NORTH, desk, 0)) for desk in ("N/OPS", "N/AIR")]
    assert given == [1001, 2001]


def test_a_block_goes_on_once_its_last_id_is_logged() -> None:
    sketch, counters = Sketch.founded(seed=1, epochs=True), Counters()
    sketch.safety(NORTH, ["SOUTHLAND/OPS"])
    counters.last["N/OPS"] = [Given(1001, 0)]
    assert counter(counters.next_id(sketch.picture, NORTH, "N/OPS", 0)) == 1002


@pytest.mark.requirement("R33")
def test_what_is_logged_in_another_order_than_written_keeps_its_id() -> None:
    """A draft waits for its release while the desk speaks: no id of the desk makes an earlier one taken."""
    sketch, counters = Sketch.founded(seed=1, epochs=True), Counters()
    first, second, third = (counters.next_id(sketch.picture, NORTH, f"{NORTH}/OPS", 0) for _ in range(3))
    for id_ in (third, first, second):
        message = sketch.compose(
            "message", NORTH, desk=f"{NORTH}/OPS", to=["SOUTHLAND/OPS"], id=id_,
            told=sketch.told([Message(group="message", language="en", text="said")], ["SOUTHLAND"]),
        )  # fmt: skip
        assert sketch.send(NORTH, message, sketch.watched(message)).remarks == ()
    assert counter(counters.next_id(sketch.picture, NORTH, f"{NORTH}/OPS", 0)) == 1002


@pytest.mark.requirement("R31")
def test_an_id_that_nobody_has_sent_and_nobody_can_send_any_more_is_given_out_again() -> None:
    counters, age_us = Counters(), HOUR_US
    given = [counter(counters.next_id(Picture(), NORTH, "N/OPS", at_us)) for at_us in (0, 2 * age_us, 2 * age_us + 1)]
    assert given == [1001, 2001, 1001]


@pytest.mark.requirement("R31")
def test_an_id_that_was_handed_over_blocks_nothing_and_never_comes_back() -> None:
    counters, late_us = Counters(), 2 * HOUR_US + 1
    assert counters.sent(parse_item_id(counters.next_id(Picture(), NORTH, "N/OPS", 0)))
    again = decode_counters(counters.encode())
    assert counter(again.next_id(Picture(), NORTH, "N/OPS", late_us)) == 1002
    assert not again.sent(parse_item_id(str(ItemId(NORTH, 1001))))


def test_counters_of_an_older_store_are_read() -> None:
    assert decode_counters(b'{"N/OPS":[[1001,5]]}').last == {"N/OPS": [Given(1001, 5)]}


def test_a_fresh_node_starts_the_block_after_the_highest_logged_one() -> None:
    sketch = Sketch.founded(seed=1, epochs=True)
    for _ in range(3):
        sketch.safety(NORTH, ["SOUTHLAND/OPS"])
    assert counter(Counters().next_id(sketch.picture, NORTH, "NORTHLAND/OPS", 0)) == 2001


def test_a_full_block_is_followed_by_a_new_one() -> None:
    counters = Counters({"N/OPS": [Given(1999, -(10**15), sent=True)]})
    assert counter(counters.next_id(Picture(), NORTH, "N/OPS", 0)) == 2001


def test_ids_survive_a_restart_and_are_forgotten_on_purpose() -> None:
    counters = Counters()
    counters.next_id(Picture(), NORTH, "N/OPS", 0)
    again = decode_counters(counters.encode())
    assert again == counters
    assert counter(again.next_id(Picture(), NORTH, "N/OPS", 0)) == 2001
    again.forget()
    assert again.last == {}


def test_a_damaged_row_is_malformed() -> None:
    for raw in (b"[1", b'{"N/OPS":1}'):
        with pytest.raises(Malformed):
            decode_counters(raw)
