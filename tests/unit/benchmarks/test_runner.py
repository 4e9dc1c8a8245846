from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks.measurement import Unknown, chosen, groups
from benchmarks.peer import Absent
from benchmarks.registry import MEASUREMENTS, ON_DEMAND, QUICK, SIZES
from benchmarks.runner import rounds
from benchmarks.stand import Stand
from tests.unit.benchmarks.made import measurement


def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path, {}, tmp_path / "no python")


def test_everything_is_taken_once_a_round_and_nobody_always_goes_first(tmp_path: Path) -> None:
    order: list[str] = []

    def take(name: str, _: Stand) -> float:
        order.append(name)
        return float(len(order))

    names = ["a.1", "a.2", "b.1", "b.2"]
    measured = [replace(measurement(name), take=partial(take, name)) for name in names]
    taken = rounds(measured, stand(tmp_path), 3, lambda text: None)
    assert order == ["a.1", "a.2", "b.1", "b.2", "b.2", "b.1", "a.2", "a.1", "a.2", "a.1", "b.2", "b.1"]
    assert list(taken.samples) == names
    assert all([one.round for one in samples] == [0, 1, 2] for samples in taken.samples.values())
    assert [one.round for one in taken.calibration] == [0, 1, 2]
    assert all(one.spin > 0 and one.waited >= 1 and one.sync_ms > 0 for one in taken.calibration)


def test_what_is_absent_is_asked_once_and_named(tmp_path: Path) -> None:
    asked = []

    def refuse(stand: Stand) -> float:
        asked.append(1)
        raise Absent("no server")

    measured = [replace(measurement("a.1"), take=refuse), measurement("a.2", once=True)]
    taken = rounds(measured, stand(tmp_path), 3, lambda text: None)
    assert taken.absent == {"a.1": "no server"}
    assert len(asked) == 1
    assert len(taken.samples["a.2"]) == 1, "once is once"


def test_what_breaks_in_one_round_costs_that_figure_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[int] = []

    def stumble(stand: Stand) -> float:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the port was taken")
        return 1.0

    measured = [replace(measurement("a.1"), take=stumble), measurement("a.2")]
    taken = rounds(measured, stand(tmp_path), 2, lambda text: None)
    assert taken.failed == {"a.1": ["round 1: RuntimeError"]}
    assert [one.round for one in taken.samples["a.1"]] == [1]
    assert len(taken.samples["a.2"]) == 2
    assert "the port was taken" in capsys.readouterr().err


def test_one_sample_gives_several_figures_of_a_round(tmp_path: Path) -> None:
    at, calls = stand(tmp_path), list[int]()

    def sample() -> int:
        calls.append(1)
        return len(calls)

    assert [at.sampled("x", sample), at.sampled("x", sample), at.kept("x", sample)] == [1, 1, 2]
    at.next_round()
    assert [at.sampled("x", sample), at.kept("x", sample)] == [3, 2]


def test_a_peer_whose_environment_is_missing_is_absent(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="make peers"):
        stand(tmp_path).peer("flat")


def test_names_are_unique_and_ratios_stay_within_their_group() -> None:
    named = {one.name: one for one in MEASUREMENTS}
    assert len(named) == len(MEASUREMENTS)
    for one in MEASUREMENTS:
        for beside in one.beside:
            assert named[beside].group == one.group
            assert named[beside].unit == one.unit, "a ratio has no unit"
        assert not (one.aim and one.aim.ratio) or one.beside
        assert not one.aim or one.aim.source
    assert set(ON_DEMAND) < {one.group for one in MEASUREMENTS}
    assert SIZES.keys() == QUICK.keys()


def test_whoever_is_chosen_brings_what_it_is_set_beside() -> None:
    def names(only: list[str], on_demand: tuple[str, ...] = ON_DEMAND) -> set[str]:
        return {one.name for one in chosen(MEASUREMENTS, only, on_demand)}

    assert names(["ringing.p50"]) == {"ringing.p50", "ringing.p50.chat"}
    assert names(["size"]) == {"size.picture", "size.leaf"}
    assert names([]) | names(list(ON_DEMAND)) == names([], ()) == {one.name for one in MEASUREMENTS}
    assert not names([]) & names(list(ON_DEMAND))
    assert [group[0].group for group in groups(chosen(MEASUREMENTS, ["size", "ringing"], ()))] == ["ringing", "size"]
    with pytest.raises(Unknown, match="sise"):
        names(["sise"])
