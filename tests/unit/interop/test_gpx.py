from __future__ import annotations

from itertools import pairwise

import pytest

from tests.unit.interop.reading import END_US, START, START_US, everything, fault, one, planned
from wellclear.domain.quantities import Position
from wellclear.domain.volume import Point, Route, TimeWindow
from wellclear.errors import Malformed
from wellclear.interop.planned import Defaults

FILE = "flight.gpx"
GIVEN = Defaults("NORTHLAND", "", START_US, END_US, None, None, "5", "500")
MINUTE_US = 60_000_000


def points(*said: tuple[str, str], kind: str = "trkpt", more: str = "") -> str:
    return "".join(
        f'<{kind} lat="{place.split()[0]}" lon="{place.split()[1]}">{more}<time>{time}</time></{kind}>'
        if time
        else f'<{kind} lat="{place.split()[0]}" lon="{place.split()[1]}">{more}</{kind}>'
        for place, time in said
    )


def track(*segments: str, name: str = "T", more: str = "") -> str:
    return f"<trk><name>{name}</name>{more}{''.join(f'<trkseg>{segment}</trkseg>' for segment in segments)}</trk>"


def document(inside: str, version: str = "1.1") -> str:
    return f'<?xml version="1.0"?>\n<gpx version="{version}" xmlns="http://www.topografix.com/GPX/1/1">\n{inside}</gpx>'


FIRST = points(("34.5 38", "2026-11-23T10:00:00Z"), ("34.6 38", "2026-11-23T10:10:00.5Z"))
SECOND = points(("34.7 38", "2026-11-23T11:00:00Z"), ("34.8 38", "2026-11-23T11:10:00Z"))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_track_is_a_route_with_times(version: str) -> None:
    item = one(FILE, document(track(FIRST), version), GIVEN)
    skeleton = Route(
        (Position(345_000_000, 380_000_000), Position(346_000_000, 380_000_000)),
        (START_US, START_US + 10 * MINUTE_US + 500_000),
    )
    assert item.volume.skeleton == skeleton
    assert item.volume.window == TimeWindow(*skeleton.times_us)  # its own, not the caller's
    assert (item.id, item.volume.radius_mm, str(item.place)) == ("T", 500_000, "flight.gpx, line 3, track 1")


def test_a_gap_between_segments_is_never_bridged() -> None:
    first, second = planned(everything(FILE, document(track(FIRST, SECOND)), GIVEN))
    assert [(item.id, item.notice) for item in (first, second)] == [("T/1", "T"), ("T/2", "T")]
    assert first.volume.window.end_us == START_US + 10 * MINUTE_US + 500_000
    assert second.volume.window.start_us == START_US + 60 * MINUTE_US


def test_routes_and_waypoints_take_the_callers_window() -> None:
    route = f"<rte><type>Air</type>{points(('34.5 38', ''), ('34.6 38', ''), kind='rtept')}</rte>"
    items = planned(everything(FILE, document(f'<wpt lat="34.5" lon="38"><ele>5</ele></wpt>{route}'), GIVEN))
    assert [type(item.volume.skeleton) for item in items] == [Point, Route]
    assert {item.volume.window for item in items} == {TimeWindow(START_US, END_US)}
    assert [(item.id, item.category) for item in items] == [
        ("flight.gpx#waypoint-1", ""),
        ("flight.gpx#route-1", "air"),
    ]
    assert items[0].notes == ("its elevations were not used, because they are no band; say one with lower and upper",)


def test_extensions_may_say_our_words() -> None:
    said = "<extensions><w:party>SOUTHLAND</w:party><w:half_width>1 km</w:half_width><lower>FL100</lower></extensions>"
    item = one(FILE, document(track(FIRST, more=said)), GIVEN)
    assert (item.party, item.volume.radius_mm, item.volume.band.lower_mm) == ("SOUTHLAND", 1_000_000, 3_048_000)


def test_a_long_track_is_cut_into_volumes_that_share_their_turning_vertices() -> None:
    said = [(f"{34 + n / 10_000:.4f} 38", f"2026-11-23T10:{n // 60:02d}:{n % 60:02d}Z") for n in range(2_500)]
    items = planned(everything(FILE, document(track(points(*said))), GIVEN))
    assert items[0].notes == ("it is long, and was cut into 4 volumes that share their turning vertices",)
    legs = [leg for item in items for leg in item.volume.legs()]
    assert len(legs) == 2_499
    for before, after in pairwise(legs):
        assert before.window.end_us == after.window.start_us
        assert isinstance(before.skeleton, Route)
        assert isinstance(after.skeleton, Route)
        assert before.skeleton.vertices[-1] == after.skeleton.vertices[0]
    assert (legs[0].window.start_us, legs[-1].window.end_us) == (START_US, START_US + 2_499 * 1_000_000)


def test_a_segment_that_stays_in_one_place_is_told() -> None:
    still = points(("34.5 38", START), ("34.5 38", START))
    item = one(FILE, document(track(FIRST, still)), GIVEN)
    assert item.notes == ("a segment that stays in one place was left out",)


@pytest.mark.parametrize(
    ("inside", "given", "told"),
    [
        (
            track(),
            GIVEN,
            "flight.gpx, line 3, track 1 (T): trkseg: has no segment of two different points or more; make",
        ),
        (
            track(FIRST),
            Defaults("N"),
            "half_width_m: is missing, and a route needs a half-width; write metres such as 500",
        ),
        (track(FIRST), Defaults(half_width_m="5"), "party: is missing; write whose it is"),
        (
            track(points(("34 38", START), ("35 38", ""))),
            GIVEN,
            "trkpt 2: has no time, and others have; write it such as",
        ),
        (
            track(points(("34 38", START), ("35 38", "2026-11-23T10:00:00"))),
            GIVEN,
            "trkpt 2: has no time zone; write it",
        ),
        (
            track(points(("34 38", "2026-11-23T10:00:01Z"), ("35 38", START))),
            GIVEN,
            "is before the time of the vertex before",
        ),
        ("<wpt/>", GIVEN, 'wpt: has no position; write lat="34.56" lon="38.27"'),
        ('<wpt lat="91" lon="0"/>', GIVEN, "wpt: a latitude of 91 is beyond the pole; write latitudes from -90 to 90"),
        ('<wpt lat="north" lon="0"/>', GIVEN, "wpt: must be a decimal number such as 34.56"),
        ('<wpt lat="1" lon="0"/>', Defaults("N", radius_m="5"), "start: is missing; write it such as"),
        (
            '<wpt lat="1" lon="0"><extensions><lower>GND</lower></extensions></wpt>',
            GIVEN,
            "lower: GND means the ground",
        ),
    ],
)
def test_each_fault_says_what_to_write_instead(inside: str, given: Defaults, told: str) -> None:
    sentence = fault(FILE, document(inside), given)
    assert told in sentence
    assert "; " in sentence


def test_what_is_no_gpx_is_refused() -> None:
    with pytest.raises(Malformed, match="line 1: is no GPX: it begins with kml"):
        everything(FILE, "<kml/>")
