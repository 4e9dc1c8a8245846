from __future__ import annotations

from wellclear.apps.figures import band, flat_differences, listed, volume_differences, volume_lines
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand
from wellclear.testing.sketch import START_US, circle


def test_open_bands_are_said_to_be_unbounded() -> None:
    assert band(AltitudeBand(Datum.AMSL, None, 1_000)) == "unbounded below, to 1 m AMSL"
    assert band(AltitudeBand(Datum.AMSL, 1_000, None)) == "from 1 m AMSL, unbounded above"


def test_shapes_in_words() -> None:
    common = {"band": {"datum": "AMSL"}, "start_us": START_US, "end_us": START_US}
    route = {"kind": "corridor", "route": [[0, n * 10**6] for n in range(9)], "half_width_mm": 1_852_000, **common}
    area = {"kind": "polygon", "rings": [[[0, 0], [0, 10**6], [10**6, 0]]], **common}
    areas = {"kind": "polygons", "polygons": [area["rings"]], **common}
    said = volume_lines([route, area, areas, {"kind": "nonsense"}, {}])
    assert said[0].startswith("Volume 1: a corridor of 1,852 m to either side of 00.0000000N 000.0000000E - ")
    assert "and 3 more points" in said[0]
    assert "an area of 3 corners" in said[1]
    assert "1 areas, the first with the corners" in said[2]
    assert "cannot be computed" in said[3]


def test_differences_of_volumes() -> None:
    one, two = circle(1, 1, 5), circle(1, 1, 5)
    two["band"] = {"datum": "STD", "lower_mm": 0}
    assert volume_differences([one], [two]) == [
        "Volume 1: height was from 0 m AMSL to 10,000 m AMSL, is from FL000, unbounded above."
    ]
    assert volume_differences([one, two], [one]) == ["Volume 2 is gone."]
    assert volume_differences([one], [one, two])[0].startswith("Volume 2 is new. Where and when: a circle")
    assert "cannot be compared" in volume_differences([one], [{"kind": 7}])[0]
    assert volume_differences([one], [one]) == []


def test_lists_and_flat_differences() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
    assert flat_differences({"count": 1, "radio": "x"}, {"count": 2, "radio": "x", "live_weapons": "no"}) == [
        "count was 1, is 2.",
        "live weapons was not stated, is no.",
    ]
