"""Recordings of tracks: every family of files, packed or not, and what is said of those that are none."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest

from tests.house.sources import ROOT
from wellclear.domain.quantities import Position
from wellclear.errors import Malformed
from wellclear.interop.fixes import Fix
from wellclear.interop.recordings import Recording, read_recordings, row_count

TRACKS = ROOT / "tests" / "vectors" / "tracks"
NOON_US = 1_700_000_000_000_000
FEET_MM = 304.8
HERE = Position(345_600_000, 382_700_000)


def read(content: Any, name: str = "track") -> tuple[str, dict[str, Recording]]:
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    return read_recordings(io.BytesIO(content), name)


def only(content: Any) -> Recording:
    _, found = read(content)
    (recording,) = found.values()
    return recording


def row(**more: Any) -> dict[str, Any]:
    return {"timestamp": NOON_US // 1000, "icao24": "4BAAC6", "latitude": 34.56, "longitude": 38.27, **more}


def test_the_samples_are_read_whole() -> None:
    form, found = read((TRACKS / "climb_excerpt.json").read_bytes())
    climb = found["738043"]
    assert (form, climb.callsign, climb.rows, len(climb.fixes), climb.dropped) == (
        "JSON table by rows", "ELY1747", 80, 80, {}
    )  # fmt: skip
    form, found = read((TRACKS / "spoofing_excerpt.json").read_bytes())
    assert (form, str(found["4baac6"])) == ("JSON table by columns", "4baac6 (THY9BP), 163 rows")


def test_a_fix_has_the_moment_of_its_position_and_not_of_the_row_that_repeats_it() -> None:
    late = row(last_position=NOON_US // 1000 - 41_500, altitude=37000)
    (fix,) = only([late]).fixes
    assert fix == Fix(NOON_US - 41_500_000, HERE, round(37000 * FEET_MM), None, 1)
    (fix,) = only([row(last_position=None)]).fixes
    assert fix.moment_us == NOON_US


@pytest.mark.parametrize(
    "said", [1_700_000_000, 1_700_000_000.0, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000,
             "1700000000", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20+00:00", "2023-11-15T01:13:20+03:00"],
)  # fmt: skip
def test_a_moment_counts_in_whatever_its_size_tells(said: Any) -> None:
    assert only([row(timestamp=said)]).fixes[0].moment_us == NOON_US


@pytest.mark.requirement("R32")
def test_heights_are_what_their_columns_are_called() -> None:
    def heights(**columns: Any) -> tuple[int | None, int | None]:
        (fix,) = only([row(**columns)]).fixes
        return fix.barometric_mm, fix.geometric_mm

    assert heights(altitude=1000, geoaltitude=1100) == (304_800, 335_280)
    assert heights(baroaltitude=1000, geoaltitude=1100) == (1_000_000, 1_100_000)
    assert heights(baro_altitude=1000, geo_altitude=1100) == (1_000_000, 1_100_000)
    assert heights(alt_baro=1000, alt_geom=1100) == (304_800, 335_280)
    assert heights(alt_baro="ground", alt_geom=300) == (None, None)
    assert heights(onground=True, baroaltitude=30) == (None, None)
    assert heights(altitude="high", geoaltitude="") == (None, None)
    assert heights() == (None, None)


def test_rows_without_a_place_or_a_time_are_counted_by_why() -> None:
    bad = [row(latitude=None), row(latitude=91), row(longitude="NaN"), row(timestamp=None), row(timestamp="noon"),
           row(timestamp="2023-11-14T22:13:20"), row(timestamp=-5), row(timestamp=True)]  # fmt: skip
    recording = only([row(), *bad])
    assert recording.rows == 9
    assert len(recording.fixes) == 1
    assert recording.dropped == {
        "without a position": 2, "with a position that is none on earth": 1, "without a time": 1,
        "with a time that is none": 3, "with a time that has no zone": 1,
    }  # fmt: skip
    assert recording.first_dropped["without a time"] == 5


def test_columns_may_be_lists_or_objects_and_nothing_may_be_null_or_nan() -> None:
    by_lists: dict[str, list[Any]] = {
        "time": [1_700_000_000, 1_700_000_001],
        "lat": [34.56, 34.57],
        "lon": [38.27, 38.28],
    }
    by_index = {name: {str(index): value for index, value in enumerate(said)} for name, said in by_lists.items()}
    for table in (by_lists, by_index):
        assert [fix.moment_us for fix in only(table).fixes] == [NOON_US, NOON_US + 1_000_000]
    assert only('{"time": [1700000000], "lat": [NaN], "lon": [1.5]}').dropped == {"without a position": 1}


def test_readsb_snapshots_one_or_many_or_a_line_each() -> None:
    heard = {"hex": "4baac6", "flight": "THY9BP  ", "lat": 34.56, "lon": 38.27, "alt_baro": 1000, "seen_pos": 2.5}
    unseen = {"hex": "a00001", "alt_baro": 30000}
    snapshots = [{"now": 1_700_000_000.5 + step, "aircraft": [heard, unseen]} for step in range(2)]
    for content in (snapshots, "\n".join(json.dumps(one) for one in snapshots)):
        form, found = read(content)
        assert form == "readsb aircraft.json"
        assert [fix.moment_us for fix in found["4baac6"].fixes] == [NOON_US - 2_000_000, NOON_US - 1_000_000]
        assert found["4baac6"].callsign == "THY9BP"
        assert found["a00001"].dropped == {"without a position": 2}
    assert len(only(snapshots[0] | {"aircraft": [heard]}).fixes) == 1


def test_a_trace_with_its_flags() -> None:
    trace = {
        "icao": "4baac6",
        "timestamp": 1_700_000_000.0,
        "trace": [
            [0, 34.56, 38.27, "ground", 0, None, 0, None, {"flight": "THY9BP "}, "adsb_icao", 100],
            [1.5, 34.57, 38.27, 1000, 200, 90, 0, 0, None, "adsb_icao", 1100],
            [3, 34.58, 38.27, 1200, 200, 90, 8, 0, None, "mlat"],
            [4.5, 34.59, 38.27, None, 200, 90, 0, 0, None],
            ["?", 34.59, 38.27, None],
        ],
    }
    form, found = read(trace)
    recording = found["4baac6"]
    assert (form, recording.callsign) == ("tar1090 trace", "THY9BP")
    assert [fix.moment_us - NOON_US for fix in recording.fixes] == [0, 1_500_000, 3_000_000, 4_500_000]
    assert [(fix.barometric_mm, fix.geometric_mm) for fix in recording.fixes] == [
        (None, None), (304_800, 335_280), (None, 365_760), (None, None),
    ]  # fmt: skip
    assert recording.dropped == {"without a time": 1}


def test_csv_with_any_separator_and_with_a_callsign_that_changes() -> None:
    lines = ["Time;Lat;Lon;Callsign;BaroAltitude", "1700000000;34.56;38.27;ABC1;1000", ";;;;",
             "1700000001;34.57;38.27;ABC2 ;",
             "1700000002;34.57;38.27;ABC2;nan", "1700000003;34.57"]  # fmt: skip
    for text in (
        "\n".join(lines),
        "\r\n".join(lines),
        "\n".join(lines).replace(";", ","),
        "\n".join(lines).replace(";", "\t"),
    ):
        recording = only(text)
        assert (recording.callsign, recording.rows, len(recording.fixes)) == ("ABC2", 4, 3)
        assert [fix.barometric_mm for fix in recording.fixes] == [1_000_000, None, None]


def test_gzip_is_unpacked_and_may_have_several_members() -> None:
    text = json.dumps([row(), row(timestamp=NOON_US // 1000 + 1000)]).encode()
    packed = gzip.compress(text[:20]) + gzip.compress(text[20:])
    assert len(only(packed).fixes) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"  \n ", "the file is empty"),
        ("[]", "there is no row in it"),
        ('[{"lat": 1', "the JSON breaks off"),
        ('{"a": 1}\n{"b"', "line 2: is no JSON value of its own"),
        ('{"type": "FeatureCollection", "features": []}', "neither rows or columns with latitude and longitude"),
        ('{"trace": [[0, 1, 2, 3]]}', "cannot be placed in time"),
        ("[" * 100_000, "nested too deeply"),
        ("name,height\nA,5\n", "the first line names no columns latitude and longitude, but 'name,height'"),
        ("lat,lon,time\n", "there is no row in it"),
        ('lat,lon,time\n"' + "1" * 200_000 + '"', "the table cannot be read"),
        (b"\xff\xfa\x00", "not UTF-8"),
        (b"\x1f\x8bwhatever", "the gzip file is damaged"),
        (gzip.compress(b"[" * 1000, mtime=0)[:-9], "the gzip file breaks off"),
    ],
)
def test_what_is_no_recording_is_said_with_its_place(content: Any, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(content, "mine.json")
    assert str(caught.value).startswith("mine.json")
    assert why in str(caught.value)


@pytest.mark.parametrize("odd", ["\u2028", "\x0c", "\x85"])
def test_only_line_ends_end_a_row(odd: str) -> None:
    if odd != "\x0c":  # JSON takes no control characters
        rows = [f'{{"lat": 34.5, "lon": 38.3, "time": 1795000000, "flight": "A{odd}B"}}'] * 2
        assert read("\n".join(rows), "mine.json")[1][""].rows == 2
    assert read(f"lat,lon,time,flight\n34.5,38.3,1795000000,A{odd}B\n", "mine.csv")[1][""].rows == 1


def test_one_row_is_one_row_and_alt_ft_is_a_height() -> None:
    one = only(f"timestamp,latitude,longitude,alt_ft,icao24\n{NOON_US // 10**6},34.56,38.27,1000,4baac6\n")
    assert str(one) == "4baac6, 1 row" and row_count(2) == "2 rows"
    assert one.fixes[0].barometric_mm == 304_800
