"""What a file says under a name that nobody reads is told: a misspelt face would be an area without that face."""

from __future__ import annotations

import pytest

from tests.unit.interop.reading import POINT, collection, everything, fault, feature, planned
from wellclear.interop.planned import Defaults
from wellclear.interop.unread import Unread

HEAD = "id,party,start,end,lower,{},lat,lon,radius"
ROW = "\nA,NORTHLAND,2026-11-23T10:00Z,2026-11-23T11:00Z,1000 ft AMSL,{},34,38,5 km"


def table(name: str, value: str = "2000 ft AMSL") -> str:
    return HEAD.format(name) + ROW.format(value) + "\n"


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("uper", "column 'uper' is not read; did you mean upper?"),
        ("Uppr", "column 'Uppr' is not read; did you mean upper?"),
        ("ceiling", "column 'ceiling' is not read; did you mean upper?"),
        ("catagory", "column 'catagory' is not read; did you mean category?"),
        ("halfwidth_km", "column 'halfwidth_km' is not read; did you mean half_width?"),
        ("remarks", "column 'remarks' is not read"),
        ("notes", "column 'notes' is not read"),
        ("Größe", "column 'Größe' is not read"),
    ],
)
def test_a_column_that_is_not_read_is_told(name: str, note: str) -> None:
    assert planned(everything("plan.csv", table(name)))[0].notes == (note,)


def test_columns_are_told_once_and_those_without_a_guess_in_one_note() -> None:
    rows = (HEAD + ",colour,").format("remarks") + (ROW.format("x") + ",red,") * 3
    first, second, third = (one.notes for one in planned(everything("plan.csv", rows.replace("\nA", "\n"))))
    assert first == ("columns 'remarks', 'colour' are not read",)
    assert (second, third) == ((), ())


def test_a_property_that_is_not_read_is_told_where_it_first_stands() -> None:
    one = feature(POINT, id="A", radius_m=5)
    other, third = (feature(POINT, id=name, radius_m=5, uper="2000 ft AMSL", Lower="GND") for name in "BC")
    told = [made.notes for made in planned(everything("plan.geojson", collection(one, other, third)))]
    assert told == [
        (),
        (
            "property 'uper' is not read; did you mean upper?",
            "property 'Lower' is not read; did you mean lower?",
        ),
        (),
    ]


def test_data_of_a_placemark_that_is_not_read_is_told() -> None:
    kml = """<kml><Placemark><name>A</name><ExtendedData><Data name="uper"><value>FL100</value></Data></ExtendedData>
    <Point><coordinates>38,34</coordinates></Point></Placemark></kml>"""
    made = planned(everything("plan.kml", kml, Defaults("NORTHLAND", "", 0, 1, radius_m="5")))
    assert made[0].notes == ("data 'uper' is not read; did you mean upper?",)


def test_what_is_missing_may_stand_there_under_another_name() -> None:
    told = fault("plan.csv", table("x").replace(",start,", ",from,"))
    assert "; if column 'from' is meant for it, call it start; else write it such as 2026-11-23T10:00" in told


def test_a_size_without_its_unit_is_never_suggested() -> None:
    assert Unread("column", {"radius", "radius_m"}).notes(["radius_km", "radiuss_m"]) == (
        "column 'radius_km' is not read; did you mean radius?",
        "column 'radiuss_m' is not read; did you mean radius_m?",
    )


def test_a_file_of_ever_new_names_is_not_told_for_ever() -> None:
    features = [feature(POINT, id=f"A-{n}", radius_m=5, **{f"q{n}q{n}x": 1}) for n in range(200)]
    told = sum(bool(one.notes) for one in planned(everything("plan.geojson", collection(*features))))
    assert 0 < told <= 50
