from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from pyproj import Geod

from wellclear.apps.demo.scenario import PALMYRA, read_scenario
from wellclear.apps.demo.scenario_rows import PACKAGE, track_of
from wellclear.domain.agreement import DEADLINE_US_MIN
from wellclear.domain.volume import Route
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import Malformed, Unavailable

NOW_US = 1_795_000_000_000_000


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = PALMYRA.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_shipped_scenario_has_deadlines_of_five_seconds_or_more_and_open_points() -> None:
    scenario = read_scenario(PALMYRA)
    settings = scenario.settings()
    for periods in (settings.deadlines.receipt, settings.deadlines.ack, settings.deadlines.host):
        assert all(periods.of(name) >= DEADLINE_US_MIN for name in ("Z", "O", "P", "R"))
    assert scenario.signed_articles().open_points
    assert scenario.host.party == "CASPIA"


def test_the_first_flight_keeps_a_time_for_each_vertex_and_the_speed_of_an_airliner() -> None:
    (fields,) = read_scenario(PALMYRA).crossing.first.form(NOW_US).volumes
    volume = volume_from(fields)
    route = volume.skeleton
    assert isinstance(route, Route)
    assert 2 < len(route.vertices) <= 40
    assert len(route.times_us) == len(route.vertices)
    assert (route.times_us[0], route.times_us[-1]) == (volume.window.start_us, volume.window.end_us)
    for (one, other), (at_us, then_us) in zip(pairwise(route.vertices), pairwise(route.times_us), strict=True):
        places = (one.lon_e7 / 1e7, one.lat_e7 / 1e7, other.lon_e7 / 1e7, other.lat_e7 / 1e7)
        metres_a_second = Geod(ellps="WGS84").inv(*places)[2] / ((then_us - at_us) / 1e6)
        assert 230 < metres_a_second < 320  # over the ground, as recorded


def test_the_track_names_its_source_and_its_licence_lies_beside_it() -> None:
    path = PACKAGE / "data" / "track_palmyra.json"
    assert "LICENCE.md" in json.loads(path.read_text(encoding="utf-8"))["source"]
    assert "MIT" in (path.parent / "LICENCE.md").read_text(encoding="utf-8")
    assert track_of(path)[0].after_s == 0


def test_the_two_flights_are_drafted_hours_ahead_and_the_late_one_minutes() -> None:
    scenario = read_scenario(PALMYRA)
    ahead = [
        (row.form(NOW_US).volumes[0]["start_us"] - NOW_US) / 60e6
        for row in (scenario.crossing.first, scenario.crossing.second, scenario.late)
    ]
    assert ahead[0] > 120
    assert ahead[1] > 120
    assert 1.9 < ahead[2] <= 2


def test_only_without_a_person_the_unanswered_notice_is_a_flash() -> None:
    row = read_scenario(PALMYRA).unanswered
    assert (row.form(NOW_US).precedence, row.form(NOW_US, fast=True).precedence) == ("O", "Z")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("form = 1", "form = 2", "form"),
        ('name = "palmyra"', 'name = "palmyra', "line"),
        ("ack        = { Z = 6,", "ack        = { Z = 4,", "Z"),
        ("next_name  = { Z = 7,", "next_name  = { Z = 70,", "rise"),
        ('half_width = "2nm"', 'half_width = "2"', "half_width"),
        ('watch = "SOUTHLAND/OPS"', 'watch = "NORTHLAND/OPS"', "watch"),
        ('roles = ["host"]', 'roles = ["observer"]', "one host"),
        ('category = "drone"', 'category = "strike"', "strike"),
        ("short_min = 60", "short_min = 60\nsurprise = 1", "surprise"),
    ],
)
def test_a_scenario_with_a_fault_is_refused_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_scenario(changed(tmp_path, old, new))
    assert words in str(refused.value)


def test_a_missing_scenario_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        read_scenario(tmp_path / "none.toml")


def test_a_red_line_whose_trigger_cannot_be_judged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="cel"):
        read_scenario(changed(tmp_path, 'cel = "live_weapons ||', 'cel = "tanks ||'))
    with pytest.raises(Malformed, match="red_line"):
        read_scenario(changed(tmp_path, "keep_days = 300", "keep_days = 0"))
