"""Ids are spoken, unique, and never given out twice, not even by a restored node."""

from __future__ import annotations

import pytest

from wellclear.apps.node.ids import Counters, decode_counters
from wellclear.domain.names import parse_item_id
from wellclear.errors import Malformed
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch

NORTH = "NORTHLAND"


def counter(text: str) -> int:
    return parse_item_id(text).counter


def test_each_desk_has_a_block_of_its_own() -> None:
    counters = Counters()
    given = [counter(counters.next_id(Picture(), NORTH, desk)) for desk in ("N/OPS", "N/AIR", "N/OPS")]
    assert given == [1001, 2001, 1002]


def test_a_fresh_node_starts_the_block_after_the_highest_logged_one() -> None:
    sketch = Sketch.founded(seed=1)
    for _ in range(3):
        sketch.safety(NORTH, ["SOUTHLAND/OPS"])
    assert counter(Counters().next_id(sketch.picture, NORTH, "NORTHLAND/OPS")) == 2001


def test_a_full_block_is_followed_by_a_new_one() -> None:
    counters = Counters({"N/OPS": 1999})
    assert counter(counters.next_id(Picture(), NORTH, "N/OPS")) == 2001


def test_ids_survive_a_restart_and_are_forgotten_on_purpose() -> None:
    counters = Counters()
    counters.next_id(Picture(), NORTH, "N/OPS")
    again = decode_counters(counters.encode())
    assert counter(again.next_id(Picture(), NORTH, "N/OPS")) == 1002
    again.forget()
    assert again.last == {}


def test_a_damaged_row_is_malformed() -> None:
    with pytest.raises(Malformed):
        decode_counters(b"[1")
