from __future__ import annotations

from benchmarks.comparing import moves
from benchmarks.measurement import Aim
from benchmarks.report import made, section
from tests.unit.benchmarks.made import RACE, measurement, run

TEMPLATE = "# Page\n\n{{ run }}\n\n{{ moved }}\n\n{{ race }}\n"
LATER = "2026-02-01T00:00:00Z"


def test_without_a_run_the_page_says_so() -> None:
    assert made([], TEMPLATE, RACE) == "# Page\n\nNothing was measured yet.\n\n\n\nNot measured yet.\n"


def test_a_figure_stands_beside_its_peer_with_ratio_and_aim() -> None:
    text = section([run({"race.ours": [1, 3], "race.theirs": [4, 4]})], RACE)
    assert (
        "| the race.ours | 2.00 ms (1.00 to 3.00) | the race.theirs: 4.00 ms | 0.50× (0.25 to 0.75)"
        " | at least 0.5×: met |" in text
    )
    assert text.endswith("Aims: a wish.")


def test_a_missed_aim_is_said() -> None:
    plain = measurement("race.ours", aim=Aim(2, "less", "a wish"))
    assert "at most 2 ms: **missed** |" in section([run({"race.ours": [3, 4]})], [plain])
    assert "**missed**, disturbed |" in section([run({"race.ours": [3, 4]}, others=0.5)], [plain])


def test_a_peer_that_was_absent_is_named_with_the_reason() -> None:
    text = section([run({"race.ours": [1, 1]}, absent={"race.theirs": "no server"})], RACE)
    assert "the race.theirs: not measured (no server) |  |" in text


def test_a_group_that_the_newest_run_left_out_is_of_an_earlier_one() -> None:
    runs = [run({"race.ours": [1, 1]}, spins=(20, 30)), run({"other": [1]}, LATER)]
    text = section(runs, RACE)
    assert "Of an earlier run: 2026-01-02T03:04:05Z" in text
    assert "It was disturbed" in text


def test_a_disturbed_run_says_so_on_the_page() -> None:
    quiet, loud = (made([run({"race.ours": [1, 1]}, spins=spins)], TEMPLATE, RACE) for spins in ((20, 20), (20, 30)))
    assert "disturbed" not in quiet
    assert "**This run was disturbed**: the calibration loop's speed differed by 40%" in loud


def test_what_moved_beyond_both_spreads_is_told_and_no_more() -> None:
    then = run({"race.ours": [2, 4], "race.theirs": [16, 16]})
    same = run({"race.ours": [4, 6], "race.theirs": [16, 16]}, LATER)
    slower = run({"race.ours": [6, 8], "race.theirs": [16, 16]}, LATER)
    machine = run({"race.ours": [6, 12], "race.theirs": [48, 48]}, LATER)
    assert moves(same, then, RACE) == []
    assert moves(machine, then, RACE) == [], "the whole machine was slower, not we"
    (moved,) = moves(slower, then, RACE)
    assert (moved.then.median, moved.now.median) == (0.1875, 0.4375)
    assert "| the race.ours, beside the race.theirs | 0.19× (0.12 to 0.25) | 0.44× (0.38 to 0.50) |" in made(
        [then, slower], TEMPLATE, RACE
    )
    assert "no median moved" in made([then, same], TEMPLATE, RACE)
    assert "No earlier run" in made([then, run({}, LATER, python="3.13.1")], TEMPLATE, RACE)


def test_one_value_has_to_move_by_more_than_a_fifth_or_so() -> None:
    alone = [measurement("size.leaf")]
    assert moves(run({"size.leaf": [105]}), run({"size.leaf": [100]}), alone) == []
    assert moves(run({"size.leaf": [125]}), run({"size.leaf": [100]}), alone)
    assert moves(run({"size.leaf": [1]}), run({"size.leaf": [0]}), alone), "nothing is nothing"
