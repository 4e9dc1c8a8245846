from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.unit.interop.reading import END, END_US, START, START_US, everything, fault, one, planned
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, TimeWindow
from wellclear.errors import Malformed
from wellclear.interop.planned import Defaults, Planned, Skipped

FILE = "plan.kml"
SPAN = f"<TimeSpan><begin>{START}</begin><end>{END}</end></TimeSpan>"
RING = "<LinearRing><coordinates>38,34 39,34 39,35 38,35 38,34</coordinates></LinearRing>"
POINT = "<Point><coordinates>38.27,34.56,0</coordinates></Point>"
LINE = "<LineString><coordinates>38,34,900 38.1,34,900</coordinates></LineString>"
POLYGON = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"
HEIGHTS = "heights in its coordinates were not used, because they are no band; say one with lower and upper"


def data(**words: str) -> str:
    said = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in words.items())
    return f"<ExtendedData>{said}</ExtendedData>"


def placemark(shape: str, more: str = "", name: str = "Alpha", **words: str) -> str:
    return f"<Placemark><name>{name}</name>{SPAN}{data(**{'party': 'NORTHLAND', **words})}{more}{shape}</Placemark>"


def document(*inside: str) -> str:
    return f'<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(inside)}</Document></kml>'


def packed(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def test_a_point_with_its_words_is_a_circle() -> None:
    words = {"radius": "5 km", "lower": "5000 ft AMSL", "upper": "FL250", "notice": "N-7", "Category": "air"}
    words["upper"] = "9000 ft AMSL"
    item = one(FILE, document(placemark(POINT, **words)))
    assert item.volume.skeleton == Point(Position(345_600_000, 382_700_000))
    assert item.volume.radius_mm == 5_000_000
    assert item.volume.band == AltitudeBand(Datum.AMSL, 1_524_000, 2_743_200)
    assert item.volume.window == TimeWindow(START_US, END_US)
    assert (item.id, item.notice, item.party, item.category) == ("Alpha", "N-7", "NORTHLAND", "air")
    assert (str(item.place), item.notes) == ("plan.kml, line 2, placemark 1", ())


def test_every_shape_is_read() -> None:
    hole = "<LinearRing><coordinates>38.2,34.2 38.4,34.2 38.4,34.4</coordinates></LinearRing>"
    hole = f"<innerBoundaryIs>{hole}</innerBoundaryIs>"
    when = f"<when>{START}</when><when>{END}</when>"
    track = f"<gx:Track>{when}<gx:coord>38 34 900</gx:coord><gx:coord>.5 34 9</gx:coord></gx:Track>"
    far = POLYGON.replace("38,", "48,").replace("39,", "49,")
    shapes = [
        LINE,
        RING,
        POLYGON.replace("</Polygon>", f"{hole}</Polygon>"),
        track,
        f"<gx:MultiTrack>{track}</gx:MultiTrack>",
        f"<MultiGeometry>{POLYGON}{far}</MultiGeometry>",
        f"<MultiGeometry>{POINT}{LINE}</MultiGeometry>",
    ]
    defaults = Defaults(radius_m="5", half_width_m="7")
    made = planned(everything(FILE, document(*(placemark(shape) for shape in shapes)), defaults))
    kinds = [type(item.volume.skeleton) for item in made]
    assert kinds == [Route, Route, Polygon, Route, Route, Polygons, Point, Route]
    assert isinstance(made[2].volume.skeleton, Polygon)
    assert [len(ring) for ring in made[2].volume.skeleton.rings] == [4, 3]
    assert isinstance(made[3].volume.skeleton, Route)
    assert made[3].volume.skeleton.times_us == (START_US, END_US)
    assert HEIGHTS in made[0].notes
    assert [(item.id, item.notice) for item in made[-2:]] == [
        ("Alpha (placemark 7)/1", "Alpha (placemark 7)"),
        ("Alpha (placemark 7)/2", "Alpha (placemark 7)"),
    ]


def test_words_may_stand_in_a_schema_or_as_elements() -> None:
    said = (
        '<ExtendedData xmlns:w="x"><SchemaData><SimpleData name="PARTY">SOUTHLAND</SimpleData></SchemaData>'
        "<w:radius_m>12</w:radius_m></ExtendedData>"
    )
    item = one(FILE, document(f"<Placemark>{SPAN}{said}{POINT}</Placemark>"))
    assert (item.party, item.volume.radius_mm, item.id) == ("SOUTHLAND", 12_000, "plan.kml#placemark-1")


def test_a_folder_with_the_name_of_a_party_says_the_party() -> None:
    bare = f"<Placemark>{SPAN}{POINT}</Placemark>"
    inside = f"<Folder><name>SOUTHLAND</name><Folder><name>day 1</name>{bare}</Folder></Folder>"
    given = Defaults(radius_m="5")
    assert one(FILE, document(inside), given).party == "SOUTHLAND"
    assert one(FILE, document(inside), Defaults("NORTHLAND", radius_m="5")).party == "NORTHLAND"
    told = fault(FILE, document(f"<Folder><name>South</name>{bare}</Folder>"), given)
    assert told.endswith(
        "party: is missing; write whose it is, such as NORTHLAND, or give one party for the whole file"
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (placemark(POINT), "plan.kml, line 2, placemark 1 (Alpha): radius_m: is missing, and a circle needs a radius"),
        (placemark(""), "geometry: has no shape; draw a point, a line or a polygon, or leave the placemark out"),
        (placemark("<Model/>"), "geometry: Model is no shape here; draw"),
        (
            placemark(POINT.replace(",", ", "), radius_m="1"),
            "coordinates: '38.27,' is no position; write longitude,latitude",
        ),
        (placemark("<Point/>", radius_m="1"), "coordinates: are empty; write longitude,latitude"),
        (placemark("<Point><coordinates>1,91</coordinates></Point>", radius_m="1"), "KML writes longitude first"),
        (placemark(LINE.replace("LineString", "Point"), radius_m="1"), "a point has one position, not 2; write one"),
        (placemark("<Polygon/>"), "outerBoundaryIs: a polygon has one, not 0; draw the polygon anew"),
        (placemark("<MultiGeometry/>"), "MultiGeometry: is empty; draw"),
        (placemark(LINE, half_width="wide"), "half_width: 'wide' is no length; write 5km"),
        (placemark(POINT, radius_m="1", lower="500 m AGL"), "lower: AGL means the ground"),
        (placemark(POINT, data(party="SOUTHLAND"), radius_m="1"), "party: is said twice; say it once"),
        (
            f"<Placemark><TimeSpan><begin>2026-11-23</begin></TimeSpan>{POINT}</Placemark>",
            "start: '2026-11-23' is no date and time",
        ),
        (
            "<NetworkLink><name>far</name></NetworkLink>",
            "(far): NetworkLink: points to another file, which is not read; open",
        ),
        (placemark("<gx:Track><when>x</when></gx:Track>"), "when 1: 'x' is no date and time"),
        (
            placemark(f"<Track><when>{START}</when><coord>1 2</coord><coord>1 3</coord></Track>"),
            "is 1 time for 2 vertices",
        ),
        (placemark(LINE.replace("38.1,34,900", "1" * 100 + ",34"), half_width_m="1"), "must be a decimal number"),
    ],
)
def test_each_fault_says_what_to_write_instead(said: str, told: str) -> None:
    defaults = (
        Defaults("NORTHLAND", "", None, END_US, half_width_m="3") if "Track" in said or "2026-11-23<" in said else None
    )
    sentence = fault(FILE, document(said), defaults)
    assert told in sentence
    assert "; " in sentence


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "plan.kml: is empty"),
        ("<gpx/>", "line 1: is no KML: it begins with gpx"),
        ("<kml>\n<a></kml>", "line 2: the XML is broken: an element is closed here that is not open"),
        ("<kml><Placemark>", "the file ends too early; it was cut short"),
        ('<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "declares a document type, which no KML needs"),
        ('<!DOCTYPE kml SYSTEM "file.dtd"><kml/>', "declares a document type"),
        ("<kml>&a;</kml>", "the XML is broken: undefined entity"),
        ('<?xml version="1.0" encoding="martian"?><kml/>', "encoding|encoding it names is not known"),
        ("<kml>" * 200, "is nested too deeply"),
        (b"<kml>\xff</kml>", "the XML is broken: a character stands here that must not"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(written: Any, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        everything(FILE, written)


def test_a_name_that_would_steer_a_terminal_is_not_told() -> None:
    for said in ("<NetworkLink><name>a\u202eb</name></NetworkLink>", "<Placemark><name>a\u202eb</name></Placemark>"):
        assert "\u202e" not in fault(FILE, document(said))


def test_what_stands_before_a_fault_is_not_lost() -> None:
    written = document(placemark(POINT, radius_m="1"), "<Placemark><name>half", " " * 300_000)
    found = []
    with pytest.raises(Malformed):
        found.extend(everything(FILE, written))
    from wellclear.interop.kml import read_kml

    with pytest.raises(Malformed):
        found.extend(read_kml(io.BytesIO(written.encode()), FILE, Defaults()))
    assert [type(item) for item in found] == [Planned]


def test_an_archive_is_read_without_unpacking() -> None:
    inside = document(placemark(POINT, radius_m="1"))
    assert one("plan.kmz", packed(doc_kml=inside, picture_png="x")).volume == one(FILE, inside).volume
    both = planned(everything("plan.kmz", packed(doc_kml=inside, ____evil_kml=inside)))
    assert [str(item.place) for item in both] == [
        "plan.kmz (doc.kml), line 2, placemark 1",
        "plan.kmz (//evil.kml), line 2, placemark 1",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "is no KMZ that can be unpacked"),
        (b"", "is no KMZ that can be unpacked"),
        (packed(readme_txt="x"), "holds no KML"),
        (packed(doc_kml="<kml>" + " " * 100_000_000), "is far larger unpacked than packed"),
        (packed(**{f"a{n}_kml": "<kml>" + " " * 8_000_000 + "</kml>" for n in range(10)}), "is far larger unpacked"),
        (packed(doc_kml=document(placemark(POINT)))[:-30], "is no KMZ"),
    ],
)
def test_an_archive_that_is_none_or_a_trap_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        everything("plan.kmz", content)


def test_a_placemark_that_is_too_large_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellclear.interop.xmlstream.ELEMENTS_MAX", 50)
    many = placemark(f"<MultiGeometry>{POINT * 100}</MultiGeometry>", radius_m="1")
    items = everything(
        FILE, document(placemark(POINT, radius_m="1"), many, placemark(POINT, radius_m="1", name="Beta"))
    )
    assert [type(item) for item in items] == [Planned, Skipped, Planned]
    assert "line 2, placemark 2: placemark: is too large to be read; cut it into several" in str(items[1])


def test_a_closed_line_is_told_to_be_no_area() -> None:
    ring = "<LinearRing><coordinates>38,34 38.1,34 38.1,34.1 38,34</coordinates></LinearRing>"
    (made,) = planned(everything("plan.kml", document(placemark(ring, half_width="5km"))))
    assert made.notes == ("its line is closed, and the area inside it was not taken; if that is meant, draw a polygon",)
