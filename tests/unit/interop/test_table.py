from __future__ import annotations

from typing import Any

import pytest

from tests.unit.interop.reading import END_US, START_US, everything, fault, one, planned
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import Polygon, Route
from wellclear.errors import Malformed
from wellclear.interop.planned import Defaults, Planned, Skipped
from wellclear.interop.streams import LINE_CHARS_MAX
from wellclear.interop.table import COLUMNS, template

FILE = "plan.csv"
PLACE = Position(345_600_000, 382_700_000)
HEADER = "id,party,start,end,shape,positions,radius,half_width,lower,upper,times"
WHEN = "2026-11-23T10:00Z,2026-11-23T12:00Z"


def row(shape: str, positions: str, rest: str = "") -> str:
    return f'{HEADER}\nA,NORTHLAND,{WHEN},{shape},"{positions}",{rest}\n'


def test_the_template_reads_back_without_a_fault() -> None:
    made = planned(everything(FILE, template()))
    assert [item.id for item in made] == ["N-1", "N-2", "S-1", "S-2", "S-3"]
    assert made[0].volume.window.start_us == START_US
    assert {type(item.volume.skeleton).__name__ for item in made} == {"Point", "Route", "Polygon"}
    assert {item.volume.band.datum for item in made} == set(Datum)
    assert [item.notice for item in made[3:]] == ["S-EXERCISE"] * 2
    assert isinstance(made[1].volume.skeleton, Route)
    assert len(made[1].volume.skeleton.times_us) == 3
    assert all(item.notes == () for item in made)
    assert template().splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_tables_as_spreadsheets_write_them(delimiter: str, encoding: str, ending: str) -> None:
    rows = [
        ["ID", "Party", "Start", "End ", "SHAPE", "Positions", "Radius", "Half-Width", "", "remarks"],
        [],
        [
            "A",
            "NORTHLAND",
            "2026-11-23T10:00Z",
            "2026-11-23T12:00Z",
            "Circle",
            "34.56N 38.27E",
            "5 km",
            "",
            "",
            "x",
            "",
            "",
        ],
        ["", "", ""],
    ]
    written = ending.join(delimiter.join(cells) for cells in rows)
    item = one(FILE, written.encode(encoding))
    assert (item.id, item.volume.radius_mm, item.volume.window.end_us) == ("A", 5_000_000, END_US)
    assert str(item.place) == "plan.csv, line 3"


def test_a_comma_is_a_decimal_point_in_a_file_of_semicolons() -> None:
    head = "id;party;start;end;shape;positions;radius;lower\n"
    cells = "A;N;2026-11-23T10:00Z;2026-11-23T12:00Z;circle;{};{};{}\n"
    item = one(FILE, head + cells.format("34,56 38,27", "5,5 km", "1,5 m W84"))
    assert (item.volume.radius_mm, item.volume.band.lower_mm) == (5_500_000, 1_500)
    assert one(FILE, head + cells.format("34.56 38.27", "5.5 km", "1.5 m W84")).volume == item.volume
    told = fault(FILE, head + cells.format("34,56 38,27", "1,500 m", ""))
    assert told == "plan.csv, line 2 (A): radius: '1,500 m' may mean thousands or a fraction; write 1500, 1.5 or 1,50"


def test_latitude_and_longitude_may_have_columns_of_their_own() -> None:
    head = "id,party,start,end,shape,Latitude,Longitude,radius_m\n"
    assert (
        one(FILE, f"{head}A,N,{WHEN},circle,34.56,38.27,500").volume
        == one(FILE, f"{head}A,N,{WHEN},circle,34°33'36\"N,38°16'12\"E,500").volume
    )


def test_a_polygon_may_be_closed_or_not() -> None:
    open_, closed = row("polygon", "34 38; 34 39; 35 39"), row("area", "34 38; 34 39; 35 39; 34 38;")
    assert isinstance(one(FILE, open_).volume.skeleton, Polygon)
    assert one(FILE, open_).volume == one(FILE, closed).volume


def test_a_coarse_grid_reference_is_told() -> None:
    item = one(FILE, row("circle", "37S DU 330 244", "5 km"))
    assert item.notes == ("37S DU 330 244 names a square of 100 m, whose middle is meant",)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            row("blob", "34 38", "5 km"),
            "plan.csv, line 2 (A): shape: 'blob' is no shape; write circle, corridor or polygon",
        ),
        (row("", "34 38", "5 km"), "shape: is missing; write circle, corridor or polygon"),
        (row("circle", "", "5 km"), "positions: is missing; write latitude and longitude such as"),
        (row("circle", ";", "5 km"), "positions: is empty; write latitude"),
        (
            row("circle", "34 38; 35 38", "5 km"),
            "positions: there are 2, but a circle has one centre; write a row for each",
        ),
        (row("circle", "34 38"), "radius_m: is missing, and a circle needs a radius; write metres such as 500"),
        (row("circle", "34 38", "5"), "radius: '5' is no length; write 5km, 800m or 3nm"),
        (row("circle", "34 38", "5 km,5 km"), "half_width: is for routes, and this is none; write radius instead"),
        (row("circle", "91 38", "5 km"), "positions: '91 38' is no place on the Earth; latitude comes first"),
        (row("circle", "=A7", "5 km"), "positions: holds a formula or its error; write the value itself"),
        (row("circle", "34 38", "5 km,,#REF!"), "lower: holds a formula or its error"),
        (row("circle", "34 38", "5 km,,5000 ft AGL"), "lower: AGL means the ground, whose height is not known here"),
        (row("circle", "34 38", "5 km,,5000 ft"), "datum: say what heights are measured from"),
        (
            row("circle", "34 38", "5 km,,,,231000ZNOV26"),
            "times: are for a corridor, and this is a circle; leave them out",
        ),
        (
            row("corridor", "34 38; 34 39; x", ",2 NM"),
            "positions, position 3: 'x' is no position; write latitude,longitude",
        ),
        (row("corridor", "34 38; 34 39", ",2 NM,,,231000ZNOV26; then"), "times, vertex 2: 'then' is no date and time"),
        (row("polygon", "34 38; 34 39"), "positions: ring 1: needs three vertices or more; write three different"),
        (
            row("circle", "34 38", "5 km,,,,,,more"),
            "row: has 13 cells for 11 columns; put quotation marks around a cell",
        ),
        (
            f"{HEADER}\nA,NORTHLAND,{WHEN},circle,34.5,38,5 km,,,,,",
            "positions: '34.5' is no position; write latitude,longitude",
        ),
        (
            f'{HEADER}\nA,NORTHLAND,{WHEN},circle,"34 38',
            "line 2: row: cannot be read up to line 2: unexpected end of data",
        ),
    ],
)
def test_each_fault_says_what_to_write_instead(written: str, told: str) -> None:
    sentence = fault(FILE, written)
    assert told in sentence
    assert "; " in sentence


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "plan.csv: is empty; the first row names the columns"),
        ("\n,,\n", "is empty"),
        ("id,party\n", "line 1: has no column called shape; the first row"),
        ("\nid,shape\n", "line 2: has no column called positions"),
        ("shape,Shape,positions\n", "line 1: has two columns called shape"),
        (b"shape,positions\ncircle,34\xb0", "line 2: the text is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_place(written: Any, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        everything(FILE, written)


def test_a_bad_row_does_not_hide_the_good_ones_beside_it() -> None:
    good = row("circle", "34 38", "5 km")
    line = good.splitlines()[1]
    wide = "x" * 140_000
    items = everything(FILE, f"sep=,\n{good}\nB,{wide},\n{line}\nC\n{line}")
    assert [type(item) for item in items] == [Planned, Skipped, Planned, Skipped, Planned]
    assert [item.place.line for item in items] == [3, 5, 6, 7, 8]


def test_defaults_say_what_a_row_does_not() -> None:
    defaults = Defaults("SOUTHLAND", "", START_US, END_US, None, None, "500", "700")
    items = planned(everything(FILE, 'shape,positions\ncircle,34 38\nroute,"34 38; 34 39"\n', defaults))
    assert [item.volume.radius_mm for item in items] == [500_000, 700_000]
    assert [item.id for item in items] == ["plan.csv#2", "plan.csv#3"]
    assert {item.party for item in items} == {"SOUTHLAND"}


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_only_line_ends_end_a_line(odd: str) -> None:
    """What other programs call a line separator may stand in a cell."""
    head, line = row("circle", "34.5 38.2", "5 km").splitlines()
    assert len(planned(everything(FILE, f"remark,{head}\nx{odd}y,{line}\n"))) == 1


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("id,lat,lon\n" + "x" * (LINE_CHARS_MAX + 1), "line 2: is longer than 1048576 characters"),
        ("x" * (LINE_CHARS_MAX * 2), "line 1: is longer"),
        ("lat,lon\n1,2\n" + '"\n",' * 300_000, "line 3: begins a row of more than 1048576 characters"),
    ],
)
def test_a_line_or_row_without_end_is_refused_with_its_place_and_what_to_do(content: str, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        everything(FILE, content)
    assert str(caught.value).startswith(f"plan.csv: {where}")
    assert "cut it into several rows" in str(caught.value)


def test_a_long_line_below_the_limit_is_read_whatever_pieces_it_comes_in() -> None:
    positions = "; ".join(f"34.{n:05} 38.{n:05}" for n in range(4_000))
    last = row("circle", "34.5 38.2", "5 km").splitlines()[1]
    found = everything(FILE, row("corridor", positions, ",5 km") + "\r\n" * 3 + last)
    assert sorted({item.place.line or 0 for item in found}) == [2, 6]
