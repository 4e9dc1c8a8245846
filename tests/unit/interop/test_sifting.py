"""What of a recording one aircraft can have flown: gaps, jumps, what comes back, and what is never claimed."""

from __future__ import annotations

from collections.abc import Iterable

from wellclear.domain.quantities import Position
from wellclear.interop.fixes import Fix
from wellclear.interop.sifting import Limits, Sifted, sifted

SECOND_US = 1_000_000
DEGREE_E7_A_SECOND = 20_000  # 0.002 degrees of latitude: 222 m/s


def fix(second: float, *, east: float = 0.0, up_m: int | None = 10_000, row: int = 0) -> Fix:
    """A fix of one who flies north steadily, or so many degrees beside."""
    lat_e7 = 340_000_000 + round(second * DEGREE_E7_A_SECOND)
    height_mm = None if up_m is None else up_m * 1000
    return Fix(round(second * SECOND_US), Position(lat_e7, 380_000_000 + round(east * 1e7)), height_mm, None, row)


def sift(fixes: Iterable[Fix], gap_us: int = 60 * SECOND_US, speed_m_s: int = 350) -> Sifted:
    return sifted(list(fixes), Limits(gap_us, speed_m_s))


def test_a_steady_flight_is_one_segment_whatever_the_order_of_its_rows() -> None:
    fixes = [fix(second, row=second) for second in range(0, 300, 10)]
    found = sift(fixes[::-1])
    assert found.segments == (tuple(fixes),)
    assert (found.gaps, found.jumps, found.left_out, found.repeated) == ((), (), (), 0)


def test_the_first_of_one_moment_is_used_and_the_rest_is_counted() -> None:
    found = sift([fix(0, row=2), fix(0, east=0.001, row=1), fix(10, row=3), fix(10, row=4)])
    assert [one.row for one in found.segments[0]] == [1, 3]
    assert found.repeated == 2


def test_a_silence_cuts_the_route_and_is_told() -> None:
    found = sift([fix(0), fix(60), fix(121), fix(130)])
    assert [len(segment) for segment in found.segments] == [2, 2]
    (gap,) = found.gaps
    assert (gap.kind, gap.seconds, round(gap.speed_m_s)) == ("gap", 61.0, 223)
    assert (found.jumps, found.left_out) == ((), ())
    assert len(sift([fix(0), fix(60), fix(121)], gap_us=61 * SECOND_US).segments) == 1


def test_what_jumps_away_and_comes_back_is_left_out_and_the_route_goes_on() -> None:
    away = [fix(second, east=0.5) for second in (50, 51, 52)]
    fixes = [fix(second) for second in range(50)] + away + [fix(second) for second in range(53, 90)]
    found = sift(fixes)
    (segment,) = found.segments
    assert len(segment) == 50 + 37
    (left_out,) = found.left_out
    assert left_out.fixes == tuple(away)
    assert left_out.entered is not None
    assert left_out.left is not None
    assert {left_out.entered.kind, left_out.left.kind} == {"jump"}
    assert [round(jump.apart_m, -3) for jump in found.jumps] == [46_000, 46_000]


def test_away_for_long_leaves_a_gap_that_is_not_bridged() -> None:
    away = [fix(second, east=3) for second in range(100, 400)]
    found = sift([fix(second) for second in [*range(100), *range(400, 700)]] + away)
    assert [len(segment) for segment in found.segments] == [100, 300]
    assert (len(found.gaps), len(found.jumps), len(found.left_out)) == (1, 2, 1)


def test_the_larger_part_is_kept_whichever_is_true() -> None:
    here, there = [fix(second) for second in range(10)], [fix(second, east=5) for second in range(10, 40)]
    found = sift(here + there)
    assert found.segments == (tuple(there),)
    (left_out,) = found.left_out
    assert (left_out.fixes, left_out.entered) == (tuple(here), None)
    found = sift(there + [fix(second) for second in range(40, 50)])
    assert found.left_out[0].left is None


def test_a_height_that_jumps_is_a_jump_and_one_that_is_not_said_is_none() -> None:
    fixes = [fix(0), fix(10), fix(20, up_m=100), fix(30), fix(40, up_m=None), fix(50)]
    found = sift(fixes)
    assert [one.moment_us // SECOND_US for one in found.segments[0]] == [0, 10, 30, 40, 50]
    assert [round(jump.climb_m) for jump in found.jumps] == [9_900, 9_900]


def test_slow_craft_are_held_to_their_own_speed() -> None:
    fixes = [fix(second) for second in (0, 30, 60)]
    assert len(sift(fixes).segments[0]) == 3
    assert len(sift(fixes, speed_m_s=30).jumps) == 2


def test_a_spoofed_position_that_could_have_been_flown_is_not_seen() -> None:
    """Nothing more is claimed than speed can tell."""
    drift = [fix(second, east=second * 0.001) for second in range(0, 300, 10)]
    assert sift(drift).left_out == ()


def test_nothing_gives_nothing() -> None:
    assert sift([]).segments == ()
