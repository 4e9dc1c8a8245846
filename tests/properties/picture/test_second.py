"""Two folds of one log are one picture: ours, and the one that was written from the protocol page alone (R40)."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.house.protocol_page import section
from tests.properties.picture.channels import RandomChannel
from tests.properties.picture.hostile import Villain
from tests.vectors.second.fold import Second
from wellclear.channel.opening import open_leaf
from wellclear.domain.kinds import KINDS
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture
from wellclear.watch.duties import duties

SEEDS = st.integers(0, 2**32 - 1)


def compare(leaves: list[bytes], overdue_every: int = 5) -> None:
    """Remarks, now and digest after each entry, and now and then what is overdue."""
    picture, second = Picture(), Second()
    for index, leaf in enumerate(leaves):
        step = fold(picture, open_leaf(index, leaf))
        picture = step.picture
        assert [remark.reason.value for remark in step.remarks] == second.fold(leaf), f"entry {index}"
        assert (picture.now_us, picture.digest) == (second.now, second.digest), f"entry {index}"
        if index % overdue_every == 0:
            late = sorted(duty.owing.key for duty in duties(picture) if duty.overdue)
            assert late == second.overdue(), f"after entry {index}"


def channel(seed: int, size: int) -> RandomChannel:
    made = RandomChannel(seed)
    while len(made.leaves) < size:
        made.step()
    return made


@pytest.mark.requirement("R34", "R40")
@settings(max_examples=5)
@given(SEEDS)
def test_a_random_channel_gives_both_folds_one_picture(seed: int) -> None:
    compare(channel(seed, 80).leaves)


@pytest.mark.slow
@pytest.mark.requirement("R34", "R40")
@pytest.mark.parametrize("first", range(0, 24, 6))
def test_long_random_channels_give_both_folds_one_picture(first: int) -> None:
    for seed in range(first, first + 6):
        compare(channel(seed, 220).leaves)


@pytest.mark.requirement("R33", "R40")
@settings(max_examples=8)
@given(SEEDS)
def test_what_no_honest_node_would_send_gives_both_folds_one_picture(seed: int) -> None:
    villain = Villain(seed)
    for _ in range(40):
        villain.step()
    compare(villain.leaves)


@pytest.mark.slow
def test_random_channels_reach_every_kind_and_nearly_every_reason() -> None:
    """Otherwise the properties above would prove little."""
    stood: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for seed in range(24):
        made = RandomChannel(seed)
        for _ in range(220):
            made.step()
            said.update(made.remarks)
            if not made.remarks:
                stood[made.second.act["kind"]] += 1
    assert set(stood) == set(KINDS), sorted(set(KINDS) - set(stood))
    listed = set(re.findall(r"\b[A-Z][A-Z_]{4,}\b", section("Order of judging")))
    assert len(listed - set(said)) < len(listed) / 5, sorted(listed - set(said))
