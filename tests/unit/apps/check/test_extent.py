"""Where and when each party's volumes lie: what an answer says so that a drawing in the wrong place is seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.apps.check.plans import HOUR_US, START_US, at, plan, planned, volume
from wellclear.apps.check.answers import json_pieces
from wellclear.apps.check.extent import PARTIES_SHOWN, extents, lines
from wellclear.apps.check.minima import typed_minima
from wellclear.apps.check.plan import checked
from wellclear.apps.cli.main import main
from wellclear.domain.quantities import E7
from wellclear.domain.volume import Polygon, Polygons, Route, Skeleton

LOOK = "LOOK at the order of latitude and longitude"


def ring(south: float, west: float, size: float = 1.0) -> Polygon:
    corners = ((0, 0), (0, size), (size, size), (size, 0))
    return Polygon((tuple(at(south + up, west + right) for up, right in corners),))


def test_every_position_of_every_shape_is_inside_in_place_and_time() -> None:
    shapes: list[Skeleton | None] = [Polygons((ring(30, 40), ring(33, 42))), Route((at(34.5, 38), at(29.5, 39))), None]
    radii = (0, 1_000, 1_000)
    rows = [
        planned(f"A-{number}", "NORTHLAND", volume(radius_mm=mm, skeleton=shape, start_us=START_US + number * HOUR_US))
        for number, (shape, mm) in enumerate(zip(shapes, radii, strict=True))
    ]
    found = extents(plan(*rows, planned("B-1", "SOUTHLAND", volume(-1.005, -0.5))))
    north = found["NORTHLAND"]
    assert [north.south_e7, north.north_e7, north.west_e7, north.east_e7] == [
        29_5000000, 34_5000000, 38 * E7, 43 * E7,
    ]  # fmt: skip
    assert (north.start_us, north.end_us) == (START_US, START_US + 3 * HOUR_US)
    assert str(north) == "29.50N to 34.50N, 038.00E to 043.00E"
    assert str(found["SOUTHLAND"]) == "01.01S to 01.00S, 000.50W", "outward, and one figure where there is one"


def test_the_narrower_way_round_the_earth_is_told() -> None:
    one = planned("A-1", "NORTHLAND", volume(10, 179.5))
    two = planned("A-2", "NORTHLAND", volume(10, -179.5))
    assert str(extents(plan(one, two))["NORTHLAND"]) == "10.00N, 179.50E to 179.50W"
    told = extents(plan(one, two))["NORTHLAND"].json()
    assert (told["west"], told["east"]) == ("179.5000000", "-179.5000000")


@pytest.mark.requirement("R32")
def test_latitude_and_longitude_the_other_way_round_are_seen() -> None:
    right, wrong = planned("A-1", "NORTHLAND", volume(34.5, 38.3)), planned("B-1", "SOUTHLAND", volume(38.4, 34.4))
    *where, look = lines(plan(right, wrong))
    assert where == [
        "NORTHLAND lies within 34.50N, 038.30E, 2026-11-23 10:00:00Z to 2026-11-23 11:00:00Z.",
        "SOUTHLAND lies within 38.40N, 034.40E, 2026-11-23 10:00:00Z to 2026-11-23 11:00:00Z.",
    ]
    assert look.startswith(f"{LOOK}: NORTHLAND and SOUTHLAND are far apart, and would lie together if one of the two")
    for near in (planned("B-1", "SOUTHLAND", volume(34.9, 38.9)), planned("B-1", "SOUTHLAND", volume(50.0, 8.0))):
        assert not any(line.startswith(LOOK) for line in lines(plan(right, near)))


def test_many_parties_are_counted() -> None:
    rows = [planned(f"A-{number}", f"PARTY-{number}") for number in range(PARTIES_SHOWN + 2)]
    assert lines(plan(*rows))[-1] == "... and 2 parties more."


def test_an_answer_tells_them_in_words_and_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = checked(
        plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", volume(38.4, 34.4))),
        typed_minima("500", "100 ft", "60"),
    )
    told = json.loads("".join(json_pieces(answer)))["extents"]
    assert (told["NORTHLAND"]["south"], told["NORTHLAND"]["said"]) == ("34.5000000", "34.50N, 038.30E")
    file = tmp_path / "plan.csv"
    row = "2026-11-23T10:00Z,2026-11-23T11:00Z,1000,air"
    file.write_text(
        "id,party,lat,lon,start,end,radius_m,category\n" + f"a,N,34.5,38.3,{row}\nb,S,38.4,34.4,{row}\n",
        encoding="utf-8",
    )
    assert main(["check", str(file)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "N lies within 34.50N, 038.30E" in out and LOOK in out
