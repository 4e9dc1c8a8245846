from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from benchmarks import runs
from benchmarks.runs import Sample
from tests.unit.benchmarks.made import run


def test_a_run_is_kept_whole_and_never_written_over(tmp_path: Path) -> None:
    one = run({"race.ours": [1, 2]})
    path = runs.keep(one, tmp_path)
    assert path.name == "20260102T030405Z-cccccccccc.json"
    assert runs.read(tmp_path) == [one]
    with pytest.raises(FileExistsError):
        runs.keep(one, tmp_path)


def test_runs_are_read_in_the_order_of_their_dates(tmp_path: Path) -> None:
    dates = ["2026-03-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-02T03:04:05Z"]
    for date in dates:
        runs.keep(run({}, date), tmp_path)
    assert [one.date for one in runs.read(tmp_path)] == sorted(dates)


@pytest.mark.parametrize("change", [b'"format": 2', b'"format": 1, "host": "x"', b'"format": "1"'])
def test_what_is_no_run_of_this_format_is_refused(tmp_path: Path, change: bytes) -> None:
    path = runs.keep(run({}), tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"format": 1', change))
    with pytest.raises(msgspec.DecodeError):
        runs.read(tmp_path)


def test_a_ratio_is_taken_round_by_round() -> None:
    one = run({"ours": [1, 3], "theirs": [2, 4], "once": [10], "nothing": [0, 5]})
    assert one.ratios("ours", "theirs") == [0.5, 0.75]
    assert one.ratios("ours", "once") == [0.1]
    assert one.ratios("ours", "nothing") == [0.6]
    assert one.ratios("ours", "absent") == one.ratios("absent", "ours") == []


def test_a_quiet_run_says_nothing_and_a_disturbed_one_says_why() -> None:
    assert run({}, spins=(20, 21, 20.5)).disturbances() == []
    assert run({}, others=None).disturbances() == []
    (drift,) = run({}, spins=(20, 25, 20)).disturbances()
    assert "differed by 25%" in drift
    samples = {"a": [Sample(0, 1.0, spin) for spin in (18, 18, 20, 30, 30)]}
    (within,) = msgspec.structs.replace(run({}), samples=samples).disturbances()
    assert "60%, in the middle half" in within
    (waited,) = run({}, waited=1.5).disturbances()
    assert "1.50 times" in waited
    (failed,) = msgspec.structs.replace(run({}), failed={"race.ours": ["round 1: RuntimeError"]}).disturbances()
    assert failed == "race.ours failed in round 1: RuntimeError"
    (others,) = run({}, others=0.4).disturbances()
    assert "40% of all cores" in others


def test_only_the_same_work_on_the_same_kind_of_machine_is_compared() -> None:
    assert run({}).comparable(run({}, "2026-02-01T00:00:00Z"))
    assert not run({}).comparable(run({}, python="3.13.1"))


def test_what_is_kept_of_the_machine_is_its_kind() -> None:
    machine = runs.machine()
    assert machine.cores >= 1
    assert set(msgspec.to_builtins(machine)) == {"system", "arch", "cpu", "cores", "memory_gib"}
    commit, _ = runs.commit()
    assert len(commit) == 40


def test_the_time_of_others_is_what_we_did_not_use() -> None:
    assert runs.others(None, 0) is None
    busy = runs.busy_s()
    if busy is not None:
        share = runs.others((busy[0] - 50, busy[1] - 100), runs.own_s() - 50)
        assert share is not None
        assert share < 0.05, "all that was busy was us"
        share = runs.others((busy[0] - 50, busy[1] - 100), runs.own_s())
        assert share is not None
        assert share > 0.45, "none of it was us"
