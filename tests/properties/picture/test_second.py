"""Two folds of one log are one picture: ours, and the one that was written from the protocol page alone (R40)."""

from __future__ import annotations

import json
import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.house.protocol_page import section
from tests.properties.picture.channels import RandomChannel
from tests.properties.picture.hostile import Villain, founded
from tests.vectors.second.entry import Stop, parse
from tests.vectors.second.fold import Second
from tests.vectors.second.wire import b64, canonical
from wellclear.channel.opening import open_leaf
from wellclear.domain.kinds import KINDS
from wellclear.log.ed25519 import SigningKey
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
    carried = 0
    for seed in range(24):
        made = RandomChannel(seed)
        for _ in range(220):
            made.step()
            said.update(made.remarks)
            if not made.remarks:
                stood[made.second.act["kind"]] += 1
                carried += "via" in made.second.act
    assert set(stood) == set(KINDS), sorted(set(KINDS) - set(stood))
    assert carried > 10
    listed = set(re.findall(r"\b[A-Z][A-Z_]{4,}\b", section("Order of judging")))
    assert len(listed - set(said)) < len(listed) / 5, sorted(listed - set(said))


ODD = [
    "\u202e", "\u061c", "\ud7ff", "\u2028", "é", "\x7f", "\\u0041", "\\n", '\\"', "\\\\", "null", "true", "1.0", "1e3",
    "-0", "-1", "9007199254740991", "9007199254740992", "99999999999999999999", '""', "[]", "{}", "[[[[[[]]]]]]",
    "[[[[[[[]]]]]]]", "A", "=", '"', ",", " ", "0", "00", '"x":"y",', '"key":"', "2026-02-30", "2026-13-01", "\ufeff",
]  # fmt: skip
MEMBER = re.compile(r'"[a-z_]+":(?:"[^"]*"|\d+),?')
VALUE = re.compile(r'"[^"]*"|\d+|\[\]')


def spoiled(text: str, random: Random) -> str:
    """A value replaced, a member gone or doubled, something put in or cut out."""
    how, odd = random.randrange(4), random.choice(ODD)
    at = random.randrange(len(text))
    if how == 0:
        return text[:at] + odd + text[at:]
    if how == 1:
        return text[:at] + text[at + random.randint(1, 3) :]
    places = list((VALUE if how == 2 else MEMBER).finditer(text))
    if not places:
        return text[1:]
    found = random.choice(places)
    instead = random.choice([odd, f'"{odd}"']) if how == 2 else random.choice(["", found[0] * 2])
    return text[: found.start()] + instead + text[found.end() :]


@pytest.mark.requirement("R33", "R40")
@settings(max_examples=150)
@given(SEEDS)
def test_both_refuse_the_same_envelopes(seed: int) -> None:
    """Well signed by a key of ours, over a header that is spoiled once or twice."""
    random = Random(seed)
    key = SigningKey(bytes(32))
    header, seals, _ = random.choice(founded().leaves[1:]).decode("ascii").split("\n")
    read = json.loads(header)
    read["link"]["key"] = b64(key.public_key)
    header, seals = canonical(read).decode(), seals[: seals.rindex('"sig":"')]
    for _ in range(random.choice([1, 1, 2])):
        header = spoiled(header, random)
    seals = spoiled(seals, random) if random.random() < 0.2 else seals
    unsigned = f"{header}\n{seals}".encode()
    leaf = unsigned + f'"sig":"{b64(key.sign(b"wellclear/entry/1" + bytes([10]) + unsigned))}"}}\n'.encode()
    try:
        parse(leaf)
        fault = None
    except Stop as stop:
        fault = str(stop)
    assert open_leaf(1, leaf).fault == fault, leaf
