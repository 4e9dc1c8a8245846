"""The reference engine on cases that a person can check on a map."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from wellclear.airspace.conflict import Announced, Conflict, Engine
from wellclear.airspace.reference import ENGINE_VERSION, ReferenceEngine
from wellclear.domain.quantities import E7, Datum, Position, position_from_degrees
from wellclear.domain.volume import (
    AltitudeBand,
    Point,
    Polygon,
    Polygons,
    Route,
    SeparationMinima,
    Skeleton,
    TimeWindow,
    Volume,
)
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.errors import InvalidValue

HOUR_US = 3_600_000_000
DAY = TimeWindow(0, 24 * HOUR_US)
ANY_HEIGHT = AltitudeBand(Datum.AMSL, None, None)
NOTHING = SeparationMinima(0, 0, 0)


def at(lat: float, lon: float) -> Position:
    return position_from_degrees(str(lat), str(lon))


def around(*corners: tuple[float, float]) -> tuple[Position, ...]:
    return tuple(at(lat, lon) for lat, lon in corners)


def volume(skeleton: Skeleton, radius_mm: int = 0, band: AltitudeBand = ANY_HEIGHT, window: TimeWindow = DAY) -> Volume:
    return Volume(skeleton, radius_mm, band, window)


def notice(name: str, *volumes: Volume, party: str = "", category: str = "air") -> Announced:
    return Announced(name, 1, party or f"party of {name}", category, volumes)


def engine(*items: Announced, minima: SeparationMinima = NOTHING) -> ReferenceEngine:
    made = ReferenceEngine(lambda a, b: minima)
    for item in items:
        made.add(item)
    return made


def meets(a: Volume, b: Volume, minima: SeparationMinima = NOTHING) -> list[Conflict]:
    return engine(notice("A", a), minima=minima).check(notice("B", b))


SQUARE = Polygon((around((34, 38), (34, 39), (35, 39), (35, 38)),))
WITH_HOLE = Polygon((SQUARE.rings[0], around((34.2, 38.2), (34.2, 38.8), (34.8, 38.8), (34.8, 38.2))))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (volume(SQUARE), volume(Point(at(34.5, 38.5))), True),
        (volume(WITH_HOLE), volume(Point(at(34.5, 38.5))), False),
        (volume(WITH_HOLE), volume(Point(at(34.5, 38.5)), 40_000_000), True),
        (volume(WITH_HOLE), volume(Polygon((around((34.4, 38.4), (34.4, 38.6), (34.6, 38.5)),))), False),
        (volume(SQUARE), volume(Polygon((around((34.4, 38.4), (34.4, 38.6), (34.6, 38.5)),))), True),
        (volume(WITH_HOLE), volume(Polygon((around((33, 37), (33, 40), (36, 40), (36, 37)),))), True),
        (volume(SQUARE), volume(Route(around((33.5, 38.5), (35.5, 38.5)))), True),
        (volume(SQUARE), volume(Route(around((33.5, 37), (35.5, 37)))), False),
        (volume(SQUARE), volume(Point(at(35.0, 38.0))), True),  # touching a corner
        (volume(Route(around((0, 0), (0, 1)))), volume(Route(around((0, 2), (0, 3)))), False),  # one line, apart
        (volume(Route(around((0, 0), (0, 2)))), volume(Route(around((0, 1), (0, 3)))), True),  # one line, together
        (volume(Route(around((0, -1), (0, 1)))), volume(Route(around((0, 179), (0, -179)))), False),
        (volume(Route(around((89, 0), (89, 180)))), volume(Route(around((89, 90), (89, -90)))), True),
        (volume(Polygon((around((80, 0), (80, 120), (80, -120)),))), volume(Point(at(90, 77))), True),
        (volume(Polygon((around((80, 0), (80, 120), (80, -120)),))), volume(Point(at(-90, 77))), False),
        (volume(Polygon((around((-1, 179), (-1, -179), (1, -179), (1, 179)),))), volume(Point(at(0, -180))), True),
        (volume(Polygon((around((-1, 179), (-1, -179), (1, -179), (1, 179)),))), volume(Point(at(0, 0))), False),
        (volume(Polygons((SQUARE, Polygon((around((0, 0), (0, 1), (1, 0)),))))), volume(Point(at(0.2, 0.2))), True),
        (volume(Point(at(0, 0)), 20_100_000_000), volume(Point(at(0, 179.9))), True),
    ],
)
def test_where_volumes_meet(a: Volume, b: Volume, expected: bool) -> None:
    assert bool(meets(a, b)) is expected
    assert bool(meets(b, a)) is expected


def test_edges_are_geodesics_and_not_lines_of_equal_latitude() -> None:
    """Between 30 E and 40 E the geodesic along 50 N passes 12 km north of the parallel."""
    corridor = volume(Route(around((50, 30), (50, 40))), 100_000)
    assert not meets(corridor, volume(Point(at(50, 35))))
    assert meets(corridor, volume(Point(at(50.1078, 35))))


@pytest.mark.requirement("R32")
def test_touching_is_a_conflict_on_every_axis() -> None:
    """Exactly at the minimum in place, height and time; one more of anything is clear (decision 0011)."""
    a = volume(Point(at(0, 0)), 1_000_000, AltitudeBand(Datum.AMSL, 0, 1_000), TimeWindow(0, 10))
    b = volume(Point(at(0, 1)), 2_000_000, AltitudeBand(Datum.AMSL, 1_500, 2_000), TimeWindow(30, 40))
    lateral_mm = 111_319_491 - 3_000_000  # one degree of the equator is 111319.4908 m
    found = meets(a, b, SeparationMinima(lateral_mm, 500, 20))
    assert [(c.verdict, c.lateral_margin_mm, c.vertical_margin_mm, c.time_margin_us) for c in found] == [
        ("conflict", 0, 0, 0)
    ]
    assert (found[0].lateral_mm, found[0].vertical_mm, found[0].time_us) == (lateral_mm, 500, 20)
    assert (found[0].start_us, found[0].end_us) == (10, 30)
    assert meets(a, b, SeparationMinima(lateral_mm - 1, 500, 20))  # the tolerance
    assert not meets(a, b, SeparationMinima(lateral_mm - 2, 500, 20))
    assert not meets(a, b, SeparationMinima(lateral_mm, 499, 20))
    assert not meets(a, b, SeparationMinima(lateral_mm, 500, 19))


def test_a_conflict_is_complete_in_itself() -> None:
    held = engine(notice("B", volume(SQUARE), volume(Point(at(34.5, 40)), 5_000)), minima=SeparationMinima(7, 8, 9))
    (found,) = held.check(notice("A", volume(Route(around((34.5, 37.9), (34.5, 40.1))))))
    assert (found.a, found.a_version, found.b, found.b_version) == ("A", 1, "B", 1)
    assert (found.lateral_mm, found.lateral_margin_mm, found.engine) == (0, -7, ENGINE_VERSION)
    assert found.a_nearest == found.b_nearest
    assert abs(found.a_nearest.lon_e7 - 38 * E7) < 10
    assert (found.b_volume, found.conflicts, found.possibles) == (0, 1, 0)  # it passes the point by 2 km
    assert (found.start_us, found.end_us) == (0, 24 * HOUR_US)
    assert found.minima == SeparationMinima(7, 8, 9)


UNDULATION_MM = 23_000
"""How far mean sea level is above the ellipsoid there, about."""


@pytest.mark.requirement("R32")
def test_flight_level_and_heights_of_one_point_neither_raise_nor_hide_a_conflict() -> None:
    here, height_mm = Point(at(34.5, 38.2)), 10_058_400
    kilometres_away = volume(here, 0, AltitudeBand(Datum.AMSL, 0, 3_000_000))
    for datum in Datum:
        level = volume(here, 0, AltitudeBand(datum, height_mm, height_mm))
        assert meets(level, kilometres_away) == []
        for other in Datum:
            sea_mm = UNDULATION_MM * ((other is Datum.W84) - (datum is Datum.W84)) if Datum.STD is not other else 0
            (found,) = meets(level, volume(here, 0, AltitudeBand(other, height_mm + sea_mm, height_mm + sea_mm)))
            assert found.verdict == ("conflict" if other is datum else "possible")
            assert found.vertical_mm == 0
    above_sea = volume(here, 0, AltitudeBand(Datum.AMSL, height_mm, height_mm))
    assert meets(volume(here, 0, AltitudeBand(Datum.W84, height_mm, height_mm)), above_sea) == []
    (found,) = meets(volume(here, 0, AltitudeBand(Datum.STD, height_mm, height_mm)), volume(here))
    assert found.verdict == "conflict"  # whatever the pressure: the other has no faces


@pytest.mark.requirement("R32")
def test_minima_belong_to_the_pair_of_categories_in_either_order() -> None:
    asked = []

    def minima(a: str, b: str) -> SeparationMinima:
        asked.append((a, b))
        return SeparationMinima(200_000_000 if (a, b) == ("air", "drone") else 0, 0, 0)

    held = ReferenceEngine(minima)
    held.add(notice("1", volume(Point(at(0, 0))), category="drone"))
    held.add(notice("2", volume(Point(at(0, 0.5))), category="sea"))
    assert [c.b for c in held.check(notice("0", volume(Point(at(0, 1))), category="air"))] == ["1"]
    assert all(a <= b for a, b in asked)


@pytest.mark.requirement("R32")
def test_volumes_of_one_party_never_conflict() -> None:
    here = volume(SQUARE)
    held = engine(notice("1", here, here, party="P"), notice("2", here, party="P"), notice("3", here, party="Q"))
    assert [(c.a, c.b) for c in held.sweep()] == [("1", "3"), ("2", "3")]


def test_the_worst_pair_of_volumes_speaks_for_the_notices() -> None:
    near, far = volume(Point(at(0, 0.01))), volume(Point(at(0, 0.05)))
    mixed = volume(Point(at(0, 0)), 0, AltitudeBand(Datum.STD, 0, 0))
    sure = replace(far, band=AltitudeBand(Datum.W84, 0, 0))
    held = engine(
        notice("B", replace(near, band=AltitudeBand(Datum.W84, 0, 0)), sure), minima=SeparationMinima(10**7, 0, 0)
    )
    (found,) = held.check(notice("A", mixed, volume(Point(at(0, 0)), 0, AltitudeBand(Datum.W84, 0, 0))))
    assert (found.verdict, found.a_volume, found.b_volume) == ("conflict", 1, 0)
    assert (found.conflicts, found.possibles) == (2, 2)


@pytest.mark.requirement("R27", "R32")
def test_each_leg_of_a_route_with_times_has_its_own_window() -> None:
    route = Route(around((0, 0), (0, 1), (0, 2)), (0, 10 * HOUR_US, 20 * HOUR_US))
    moving = volume(route, 1_000_000, window=TimeWindow(0, 20 * HOUR_US))
    early = volume(Point(at(0, 1.5)), window=TimeWindow(0, 9 * HOUR_US))
    late = volume(Point(at(0, 1.5)), window=TimeWindow(11 * HOUR_US, 12 * HOUR_US))
    assert not meets(moving, early)
    (found,) = meets(moving, late)
    assert (found.a_volume, found.a_leg) == (0, 1)
    assert meets(volume(Route(route.vertices), 1_000_000), early)


@pytest.mark.requirement("R32")
def test_coarse_notices_and_stand_ins_are_only_possible() -> None:
    held = engine(notice("A", volume(SQUARE)))
    exact = notice("B", volume(SQUARE), volume(Point(at(34.5, 38.5))))
    assert [c.verdict for c in held.check(exact)] == ["conflict"]
    assert [c.verdict for c in held.check(replace(exact, coarse=True))] == ["possible"]
    (found,) = held.check(replace(exact, stand_ins=frozenset({0})))
    assert (found.verdict, found.b_volume, found.conflicts, found.possibles) == ("conflict", 1, 1, 1)


@pytest.mark.requirement("R32")
def test_nonsense_hides_nobody() -> None:
    """A stand-in for the whole earth is possibly in everybody's way."""
    stand_in, reason = volume_or_cap({"kind": "circle"})
    assert reason is not None
    held = engine(notice("A", volume(SQUARE)), notice("C", volume(Point(at(-80, -120)), window=TimeWindow(7, 7))))
    found = held.check(replace(notice("B", stand_in), stand_ins=frozenset({0})))
    assert [(c.a, c.b, c.verdict) for c in found] == [("A", "B", "possible"), ("B", "C", "possible")]


def test_held_ids_are_known_and_new_versions_replace_old_ones() -> None:
    held: Engine = engine(notice("A", volume(SQUARE)))
    other = notice("B", volume(Point(at(34.5, 38.5))))
    assert len(held.check(other)) == 1
    held.replace(replace(notice("A", volume(Point(at(0, 0)))), version=2))
    assert held.check(other) == []
    held.remove("A")
    assert held.sweep() == held.check(other) == []
    with pytest.raises(InvalidValue):
        held.remove("A")
    held.add(other)
    with pytest.raises(InvalidValue):
        held.add(other)
    assert held.check(replace(other, version=2)) == []  # a draft of a held notice is not compared with it


def test_many_pieces_at_once_are_measured_in_parts() -> None:
    """Zigzags of a thousand vertices, a kilometre apart; legs of thousands of kilometres, cut into pieces."""
    west = Route(tuple(at(30 + i * 0.001, 30 + (i % 2) * 0.5) for i in range(1_000)))
    east = Route(tuple(at(30 + i * 0.001, 30.51 + (i % 2) * 0.5) for i in range(1_000)))
    (found,) = meets(volume(west), volume(east), SeparationMinima(2_000_000, 0, 0))
    assert 950_000 < found.lateral_mm < 970_000
    farthest = Route(tuple(at((i % 2) * 50, 10 + i) for i in range(17)))
    (found,) = meets(volume(farthest), volume(Route(around((25, 0), (25, 60)))))
    assert found.lateral_mm == 0


def test_scribbles_all_over_each_other_keep_nobody_busy() -> None:
    """A thousand legs across two thousand pieces, a million crossings: one is enough."""
    south = Route(tuple(at(30 + (i % 2) * 0.8, 30 + i * 0.0005) for i in range(1_000)))
    west = Route(tuple(at(30 + i * 0.0005, 30 + (i % 2) * 0.8) for i in range(1_000)))
    (found,) = meets(volume(south), volume(west))
    assert found.lateral_mm == 0
    inner, outer = (
        Route(tuple(at(30 + size * math.cos(i / 159), 30 + size * math.sin(i / 159)) for i in range(999)))
        for size in (0.499, 0.5)
    )
    (found,) = meets(volume(inner), volume(outer), SeparationMinima(1_000_000, 0, 0))
    assert 95_000 < found.lateral_mm < 98_000


def test_a_sweep_tells_how_far_it_is_and_can_be_taken_one_by_one() -> None:
    held = engine(*(notice(f"{i:03}", volume(Point(at(0, i / 10_000)), 600_000)) for i in range(150)))
    told: list[tuple[int, int]] = []
    everything = held.sweep(lambda done, of: told.append((done, of)))
    assert told[-1] == (150, 150)
    assert told == sorted(told)
    assert len(told) > 1
    assert list(held.swept()) == everything
    assert [(c.a, c.b) for c in everything] == sorted((c.a, c.b) for c in everything)
    assert len(everything) > 1_000
    assert engine().sweep(lambda done, of: told.append((done, of))) == []


def test_many_are_checked_as_one_by_one() -> None:
    held = engine(*(notice(f"{i:03}", volume(Point(at(0, i / 100)), 600_000)) for i in range(100)))
    drafts = [notice(f"draft {i}", volume(Point(at(0.001, i / 90)), 300_000), party="own") for i in range(90)]
    assert held.check_many(drafts) == [held.check(draft) for draft in drafts]
    assert sum(map(bool, held.check_many(drafts))) > 50
