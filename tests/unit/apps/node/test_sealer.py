"""What a node seals with: the epochs that it opens, renews and only looks at, and what goes out where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.epochs import TrialSealer
from wellclear.channel.composing import Composed
from wellclear.channel.desk import message, safety, write_act
from wellclear.channel.epochs import ROTATE_AFTER_US
from wellclear.domain.canonical import b64
from wellclear.errors import InvalidValue, Refused
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
TO = [f"{NORTH}/OPS"]
TEXT = {"text": "a boat adrift", "language": "en"}
DAY_S = ROTATE_AFTER_US // 1_000_000


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=91)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def said(south: Bench, trial: TrialSealer | None = None) -> Composed:
    pen = south.core.pen(f"{SOUTH}/OPS", trial)
    return message(pen, south.core.next_id(pen.desk), TO, TEXT)


def put(south: Bench, composed: Composed) -> None:
    south.core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)
    south.send()


def epoch_of(composed: Composed) -> Any:
    return composed.act.parts[0].epoch


def end_key(south: Bench) -> None:
    sketch = south.relay.sketch
    public = {"key": b64(sketch.parties[NORTH].sealing.public_key), "since": len(sketch.leaves)}
    sketch.send(NORTH, sketch.compose("revoke", NORTH, public=public), use="recovery")
    south.follow()


def test_an_epoch_is_opened_once_and_its_entry_goes_first(south: Bench) -> None:
    first, second = said(south), said(south)
    assert (epoch_of(first), epoch_of(second)) == (1, 1)
    put(south, second)
    put(south, first)
    assert south.core.picture.epoch_of.get((SOUTH, (NORTH,))) == 1
    assert south.core.picture.size == south.relay.size
    assert epoch_of(said(south)) == 1


def test_what_is_only_looked_at_opens_none_and_is_judged_as_if(south: Bench) -> None:
    trial = TrialSealer(south.core.sealer)
    looked = said(south, trial)
    assert epoch_of(looked) == 1 and len(trial.made) == 1
    south.core.check_draft(looked.act, (), trial)
    with pytest.raises(Refused, match="UNKNOWN_EPOCH"):
        south.core.check_draft(looked.act, ())
    assert not south.core.outbox.items and not south.core.store.epoch_keys()
    end_key(south)
    with pytest.raises(Refused, match="NORTHLAND has no live sealing key"):
        said(south, TrialSealer(south.core.sealer))


def test_a_party_that_is_not_in_the_channel_is_told_as_such(south: Bench) -> None:
    with pytest.raises(Refused, match=r"UNKNOWN_PARTY.*EASTLAND"):
        south.core.sealer.epoch_for(("EASTLAND",))


@pytest.mark.requirement("R4", "R25")
def test_safety_goes_by_its_code_where_a_reader_has_no_key(south: Bench) -> None:
    end_key(south)
    pen = south.core.pen(f"{SOUTH}/OPS")
    sentence = "NORTHLAND has no live sealing key, so none of its desks could read what is sealed"
    with pytest.raises(Refused, match=sentence):
        said(south)
    asked = {"to": TO, "code": "cease", "precedence": "Z", "id": south.core.next_id(pen.desk)}
    for told in (
        safety(pen, south.core.next_id(pen.desk), TO, "cease", {"who": "a drone"}),
        write_act(pen, "safety", [{"group": "safety", "who": "a drone"}], asked),
    ):
        assert (told.act.parts, told.unread) == ([], f"NORTHLAND/OPS: by its code alone, without its text; {sentence}")
        put(south, told)
        assert not south.core.outbox.items
        row = south.core.picture.items[str(told.act.id)]
        assert row.to == TO


def test_a_text_that_is_none_is_refused_and_not_left_out(south: Bench) -> None:
    with pytest.raises(InvalidValue, match="who"):
        safety(south.core.pen(f"{SOUTH}/OPS"), f"{SOUTH}-1001-6", TO, "cease", {"who": "a\u202eb"})


@pytest.mark.requirement("R25")
def test_an_old_epoch_is_renewed_while_the_log_is_followed_and_only_then(south: Bench) -> None:
    put(south, said(south))
    south.clock.advance(DAY_S - 1)
    assert epoch_of(said(south)) == 1
    south.clock.advance(2)
    assert south.core.state == "stale"
    assert epoch_of(said(south)) == 1, "others may have more to say about it"
    south.relay.sketch.time("CASPIA")
    south.follow()
    renewed = said(south)
    assert (south.core.state, epoch_of(renewed), epoch_of(said(south))) == ("live", 2, 2)
    before = said(south)
    put(south, renewed)
    rows = south.core.picture.epochs
    assert isinstance(rows[f"{SOUTH}/1"].renewed, int)
    put(south, before)
    assert not any(remark for _, _, remark in south.core.remarks)


def test_a_clock_that_jumped_back_makes_a_new_key_at_most(south: Bench) -> None:
    put(south, said(south))
    south.clock.utc_us -= 2 * ROTATE_AFTER_US
    assert epoch_of(said(south)) == 2
