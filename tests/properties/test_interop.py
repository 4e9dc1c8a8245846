"""Foreign formats: readers raise nothing but our errors, what is written reads back, spellings do not matter."""

from __future__ import annotations

import io
import json
import math
import random
from collections.abc import Iterator
from typing import Any, cast

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.properties.airspace_cases import CENTRES, GEOD, centre_of, skeleton
from tests.properties.interop_cases import DEFAULTS, SOUND, Dribble, spoilt
from wellclear.domain.grid_reference import mgrs
from wellclear.domain.notice_words import STATED
from wellclear.domain.quantities import E7, Datum, Position, format_time
from wellclear.domain.rings import Ring
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Skeleton, TimeWindow, Volume
from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.features import feature_of
from wellclear.interop.files import READERS, read
from wellclear.interop.planned import Defaults, Place, Planned, Skipped
from wellclear.interop.positions import position, position_and_note
from wellclear.testing.strategies import json_values

PARTY = {"party": "N", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T12:00:00Z", "radius_m": 5}


def all_of(fmt: str, source: Any) -> tuple[list[Planned | Skipped], str]:
    """What a reader gives, and how it ended; only our errors may end it."""
    found: list[Planned | Skipped] = []
    try:
        for item in read("plan", source, DEFAULTS, fmt):
            found.append(item)
            assert isinstance(item, Planned) or (item.reason and item.do)
            str(item).encode()  # can be shown
    except (Malformed, InvalidValue) as error:
        str(error).encode()
        return found, str(error)
    return found, ""


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400))
def test_readers_never_raise_anything_but_our_errors_for_any_bytes(fmt: str, content: bytes) -> None:
    all_of(fmt, io.BytesIO(content))


@settings(max_examples=400)
@given(spoilt())
def test_readers_never_raise_anything_but_our_errors_for_spoilt_files(file: tuple[str, bytes]) -> None:
    all_of(file[0], io.BytesIO(file[1]))


@given(
    json_values, json_values, st.sampled_from(["start", "lower", "party", "radius_m", "times", "datum", "id", "radius"])
)
def test_readers_never_raise_anything_but_our_errors_for_any_json(geometry: Any, value: Any, name: str) -> None:
    kinds = ("Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "MultiLineString")
    sound: dict[str, Any] = {"type": "LineString", "coordinates": [[1, 2], [2, 3]]}
    features: list[Any] = [
        {"type": "Feature", "geometry": sound, "properties": {**PARTY, "half_width_m": 5, name: value}},
        value,
    ]
    for kind in kinds:
        drawn = {"type": kind, "coordinates": geometry, "geometries": geometry}
        features.append({"type": "Feature", "geometry": drawn, "properties": {**PARTY, "half_width_m": 5, name: value}})
    document = json.dumps({"type": "FeatureCollection", "features": features})
    found, ended = all_of("geojson", io.BytesIO(document.encode()))
    assert not ended
    assert len(found) >= len(features)


@given(st.text(max_size=60))
def test_a_position_is_read_or_refused(text: str) -> None:
    for comma in (False, True):
        try:
            position_and_note(text, "at", decimal_comma=comma)
        except InvalidValue:
            continue


@given(st.sampled_from(SOUND), st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_how_the_bytes_come_in_does_not_matter(file: tuple[str, bytes], sizes: list[int]) -> None:
    fmt, content = file
    if fmt != "kmz":  # an archive is read from its end
        assert all_of(fmt, Dribble(content, sizes)) == all_of(fmt, io.BytesIO(content))


@given(spoilt(), st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_how_the_bytes_of_a_spoilt_file_come_in_does_not_matter(file: tuple[str, bytes], sizes: list[int]) -> None:
    fmt, content = file
    if fmt in ("csv", "gpx", "kml"):
        assert all_of(fmt, Dribble(content, sizes)) == all_of(fmt, io.BytesIO(content))


def canonical(shape: Skeleton) -> object:
    """A skeleton without the choices that mean nothing: the direction and the first vertex of a ring."""
    if isinstance(shape, Polygon):
        return tuple(_turned(ring) for ring in shape.rings)
    if isinstance(shape, Polygons):
        return tuple(canonical(part) for part in shape.parts)
    return shape


def _turned(ring: Ring) -> Ring:
    ways = [way[at:] + way[:at] for way in (ring, ring[::-1]) for at in range(len(ring))]
    return min(ways)


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    """Volumes anywhere on the earth, with any datum and faces."""
    seed, place = draw(st.integers(0, 2**32)), draw(st.sampled_from(sorted(CENTRES)))
    shape = skeleton(random.Random(seed), centre_of(place), 10 ** draw(st.floats(1.5, 5.5)))
    faces = sorted(draw(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=2, max_size=2)))
    low, high = (face if draw(st.booleans()) else None for face in faces)
    band = AltitudeBand(draw(st.sampled_from(Datum)) if (low, high) != (None, None) else Datum.AMSL, low, high)
    start_us = draw(st.integers(0, 4 * 10**15))
    window = TimeWindow(start_us, start_us + draw(st.integers(0, 10**12)))
    radius_mm = 0 if isinstance(shape, Polygon | Polygons) else draw(st.integers(0, 20_100_000_000))
    if isinstance(shape, Route) and draw(st.booleans()):
        step_us = (window.end_us - window.start_us) // len(shape.vertices)
        shape = Route(shape.vertices, tuple(start_us + n * step_us for n in range(len(shape.vertices))))
    return Volume(shape, radius_mm, band, window)


@settings(max_examples=200)
@given(
    volumes(), st.sampled_from(["", "air"]), st.sampled_from(["N-1", "Übung 7"]),
    st.dictionaries(st.sampled_from(STATED), st.sampled_from(["yes", "no", "not stated"])),
)  # fmt: skip
def test_what_is_written_as_geojson_reads_back_as_the_same_volume(
    volume: Volume, category: str, notice: str, stated: dict[str, str]
) -> None:
    states = tuple((name, stated[name]) for name in STATED if name in stated)
    written = Planned("N-1", notice, "NORTHLAND", category, volume, Place("x"), states=states)
    document = json.dumps({"type": "FeatureCollection", "features": [feature_of(written)]})
    (item,) = read("x.geojson", io.BytesIO(document.encode()), Defaults())
    assert isinstance(item, Planned), str(item)
    assert (item.id, item.notice, item.party, item.category) == ("N-1", notice, "NORTHLAND", category)
    assert item.states == states
    assert canonical(item.volume.skeleton) == canonical(volume.skeleton)
    assert (item.volume.radius_mm, item.volume.band, item.volume.window) == (
        volume.radius_mm, volume.band, volume.window,
    )  # fmt: skip


@st.composite
def jagged(draw: st.DrawFn) -> list[tuple[float, float]]:
    """A ring around a place at the antimeridian, longitudes going on beyond 180; it may cross the seam many times."""
    lat, count = draw(st.integers(-75, 75)), draw(st.integers(4, 12))
    sizes = draw(st.lists(st.integers(1, 30_000), min_size=count, max_size=count))
    turns = [2 * math.pi * (n + 0.5) / count for n in range(count)]
    middle = 180 + draw(st.integers(-20_000, 20_000)) / 10_000
    return [
        (round(middle + size / 10_000 * math.cos(turn), 7), round(lat + size / 10_000 * math.sin(turn), 7))
        for size, turn in zip(sizes, turns, strict=True)
    ]


@settings(max_examples=200)
@given(jagged())
def test_an_area_that_gis_software_cut_at_the_antimeridian_is_whole_again(ring: list[tuple[float, float]]) -> None:
    """GEOS cuts it; without the vertices that the cut made on the seam, the ring is what it was before."""
    whole = shapely.Polygon(ring)
    assume(whole.is_valid and all(abs(lon - 180) > 1e-6 for lon, _ in ring))
    halves = [shapely.intersection(whole, shapely.box(west, -90, west + 180, 90)) for west in (0, 180)]
    pieces = [
        [[x - (360 if side else 0), y] for x, y in part.exterior.coords]
        for side, half in enumerate(halves)
        for part in getattr(half, "geoms", [half])
        if isinstance(part, shapely.Polygon) and not part.is_empty
    ]
    geometry = {"type": "MultiPolygon", "coordinates": [[piece] for piece in pieces]}
    words = {"party": "N", "start": PARTY["start"], "end": PARTY["end"]}
    document = json.dumps({"type": "Feature", "geometry": geometry, "properties": words})
    (item,) = read("x.geojson", io.BytesIO(document.encode()), Defaults())
    assert isinstance(item, Planned), str(item)
    assert isinstance(item.volume.skeleton, Polygon), f"{len(pieces)} pieces are not one"
    kept = tuple(vertex for vertex in item.volume.skeleton.rings[0] if vertex.lon_e7 != -180 * E7)
    assert _turned(kept) == _turned(tuple(Position(round(lat * E7), round(lon * E7)) for lon, lat in ring))


def spellings(place: Position) -> Iterator[str]:
    """One place, a whole number of tenths of a second, in every spelling that says it exactly."""
    lat, lon = abs(place.lat_e7) * 36_000 // E7, abs(place.lon_e7) * 36_000 // E7
    north, east = "S" if place.lat_e7 < 0 else "N", "W" if place.lon_e7 < 0 else "E"
    parts = [(n // 36_000, n // 600 % 60, n % 600) for n in (lat, lon)]
    (a, b, c), (d, e, f) = parts
    degrees = [f"{n // E7}.{n % E7:07d}" for n in (abs(place.lat_e7), abs(place.lon_e7))]
    signs = ["-" if n < 0 else "" for n in (place.lat_e7, place.lon_e7)]
    yield f"{signs[0]}{degrees[0]}, {signs[1]}{degrees[1]}"
    yield f"{signs[0]}{degrees[0]} {signs[1]}{degrees[1]}"
    yield f"{degrees[0]}{north} {degrees[1]}{east}"
    yield f"{north}{degrees[0]}° {east}{degrees[1]}°"
    yield f"{degrees[0].replace('.', ',')}{north} {degrees[1].replace('.', ',')}{east}"
    yield f"{a}°{b}'{c // 10}.{c % 10}\"{north} {d}°{e}'{f // 10}.{f % 10}\"{east}"
    yield f"{a} {b} {c // 10}.{c % 10} {north} {d} {e} {f // 10}.{f % 10} {east}"
    yield f"{a:02d}{b:02d}{c // 10:02d}.{c % 10}{north}{d:03d}{e:02d}{f // 10:02d}.{f % 10}{east}"


@pytest.mark.requirement("R5")
@given(st.integers(-90 * 4_000, 90 * 4_000), st.integers(-180 * 4_000, 180 * 4_000 - 1))
def test_every_spelling_of_a_place_gives_the_same_integers(lat: int, lon: int) -> None:
    """Multiples of 0.9 seconds are both a whole number of tenths of a second and of e7."""
    place = Position(lat * 2_500, lon * 2_500)
    assert {position(text, "at") for text in spellings(place)} == {place}


@pytest.mark.requirement("R5")
@given(st.integers(-80 * E7, 84 * E7), st.integers(-180 * E7, 180 * E7 - 1))
def test_a_grid_reference_names_a_place_within_its_square_metre(lat_e7: int, lon_e7: int) -> None:
    """At the edge of a zone the middle of a square may lie in the next zone, so references need not come back alike."""
    place = Position(lat_e7, lon_e7)
    found = position(mgrs(place), "at")
    assert position(mgrs(place).replace(" ", "").lower(), "at") == found
    _, _, distance_m = GEOD.inv(place.lon_e7 / E7, place.lat_e7 / E7, found.lon_e7 / E7, found.lat_e7 / E7)
    assert distance_m < 0.72  # half a diagonal, and the scale of the grid


@settings(max_examples=40)
@given(
    st.integers(-89 * 4_000, 89 * 4_000), st.integers(-180 * 4_000, 180 * 4_000 - 1), st.integers(1, 600),
    st.integers(0, 10**9), st.integers(0, 400),
)  # fmt: skip
def test_the_same_volume_by_any_format_is_the_same(lat: int, lon: int, radius: int, second: int, level: int) -> None:
    place = Position(lat * 2_500, lon * 2_500)
    start, end = format_time(second * 10**6), format_time((second + 60) * 10**6)
    point = f"{place.lon_e7 / E7:.7f},{place.lat_e7 / E7:.7f}"
    geojson = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [place.lon_e7 / E7, place.lat_e7 / E7]},
        "properties": {"party": "N", "start": start, "end": end, "radius_m": radius, "lower": f"FL{level}",
                       "upper": {"value": 500 * 100, "unit": "FT", "datum": "STD"}},
    }  # fmt: skip
    head = "party{0}start{0}end{0}lower{0}upper{0}shape{0}positions{0}radius"
    cells = ["N", start, end, f"FL{level}", "FL500", "circle", "{}", f"{radius} m"]
    words = (
        f"<Data name='radius_m'><value>{radius}.000</value></Data><Data name='lower'><value>FL {level}</value></Data>"
    )
    files = [("geojson", json.dumps(geojson))]
    for delimiter in (",", ";", "\t"):
        for text in spellings(place):
            quoted = '"' + text.replace('"', '""') + '"'
            files.append(("csv", head.format(delimiter) + "\n" + delimiter.join(cells).replace("{}", quoted)))
    kml = (
        f"<kml><Placemark><ExtendedData>{words}<Data name='upper'><value>50000 ft STD</value></Data><Data "
        f"name='party'><value>N</value></Data></ExtendedData><TimeSpan><begin>{start}</begin><end>{end}</end></TimeSpan>"
        f"<Point><coordinates>{point}</coordinates></Point></Placemark></kml>"
    )  # fmt: skip
    gpx = (
        f"<gpx><wpt lat='{place.lat_e7 / E7:.7f}' lon='{place.lon_e7 / E7:.7f}'><extensions><party>N</party><start>"
        f"{start}</start><end>{end}</end><lower>FL{level}</lower><upper>FL500</upper><radius>{radius} m</radius>"
        "</extensions></wpt></gpx>"
    )  # fmt: skip
    files += [("kml", kml), ("gpx", gpx)]
    expected = Volume(
        Point(place), radius * 1000, AltitudeBand(Datum.STD, level * 30_480, 500 * 30_480),
        TimeWindow(second * 10**6, (second + 60) * 10**6),
    )  # fmt: skip
    for fmt, content in files:
        (item,) = read("plan", io.BytesIO(content.encode()), Defaults(), fmt)
        assert isinstance(item, Planned), f"{content}: {item}"
        assert item.volume == expected, content


class Endless:
    """A collection that never ends, and how much of it was asked for."""

    def __init__(self, head: bytes, each: bytes) -> None:
        self._rest, self._each = head, each
        self.asked = 0

    def read(self, size: int = -1, /) -> bytes:
        while len(self._rest) < size:
            self._rest += self._each * 500
        piece, self._rest = self._rest[:size], self._rest[size:]
        self.asked += len(piece)
        return piece


_FEATURE = json.dumps({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": PARTY})
_ROW = b"circle,34 38,5 km\n"
_MARK = "<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>"


@pytest.mark.parametrize(
    ("fmt", "head", "each"),
    [
        ("geojson", b'{"type": "FeatureCollection", "features": [' + _FEATURE.encode(), b"," + _FEATURE.encode()),
        ("geojson", b"", _FEATURE.encode() + b"\n"),
        ("csv", b"shape,positions,radius\n", _ROW),
        ("kml", b"<kml><Document>", _MARK.encode()),
        ("gpx", b"<gpx>", b'<wpt lat="1" lon="2"/>'),
    ],
)
def test_a_file_without_an_end_is_read_as_it_comes(fmt: str, head: bytes, each: bytes) -> None:
    source = Endless(head, each)
    reader = read("plan", cast(Any, source), DEFAULTS, fmt)
    for number in range(1, 6_001):
        item = next(reader)
        assert isinstance(item, Planned), str(item)
        assert source.asked <= number * len(each) + 2**20
