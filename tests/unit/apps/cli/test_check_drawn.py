"""`check --against` judges own drafts by the red lines and zones that were shown to their party, and tells nobody."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import bundle_of
from tests.unit.apps.node.test_detection import NORTH, SOUTH
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.main import main
from wellclear.domain.parts import group_from
from wellclear.domain.quantities import format_time
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

DAY_US = 86_400 * SECOND_US
AREA = {name: value for name, value in volume_fields(volume_from(circle(34.5, 38.3, 5000))).items()
        if name not in ("start_us", "end_us", "band")}  # fmt: skip
LINE: dict[str, Any] = {"group": "red_line", "language": "en", "text": "No radar near the old city."}
ZONE = {
    "group": "zone", "sort": "caution_area", "name": "Eastern road", "language": "en", "start_us": START_US,
    "limits": [{"text": "vehicles", "at_most": 6}], "end_us": START_US + 30 * DAY_US,
    "volumes": [volume_fields(volume_from(circle(34.5, 38.3, 5000)))],
}  # fmt: skip
WINDOW = {"start": format_time(START_US), "end": format_time(START_US + 3_600_000_000)}


def said(sketch: Sketch, fields: dict[str, Any], to: str = NORTH) -> str:
    """A red line or zone of the south, told to one other party."""
    id_, group = sketch.parties[SOUTH].next_id(), group_from(fields, "record")
    told = sketch.told([group], [SOUTH, to])
    composed = sketch.compose(group.group, SOUTH, desk=f"{SOUTH}/OPS", to=[f"{to}/OPS"], told=told, id=id_,
                              keep_until="2026-12-31")  # fmt: skip
    step = sketch.send(SOUTH, composed, sketch.released(composed))
    assert not step.remarks
    return id_


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sketch:
    monkeypatch.chdir(tmp_path)
    return Sketch.founded(seed=21)


def asked(sketch: Sketch, *words: str, lat: float = 34.5, form: str = "--json", **more: Any) -> int:
    Path("bundle.tar").unlink(missing_ok=True)
    write_bundle(bundle_of(sketch, NORTH), Path("bundle.tar"))
    point = {"type": "Point", "coordinates": [38.3, lat]}
    feature = {"type": "Feature", "geometry": point, "properties": {**WINDOW, "id": "D-1", "radius_m": 500, **more}}
    Path("draft.geojson").write_text(json.dumps(feature), encoding="utf-8")
    return main(["check", "draft.geojson", "--against", "bundle.tar", *words, *([form] if form else [])])


@pytest.mark.requirement("R30", "R31", "N12")
def test_a_touched_line_and_an_entered_zone_are_told_with_their_words_and_end_with_1(
    desk: Sketch, capsys: pytest.CaptureFixture[str]
) -> None:
    line, zone = said(desk, {**LINE, "trigger": {"area": AREA}}), said(desk, ZONE)
    size = len(desk.leaves)
    assert asked(desk) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"].endswith("; 1 red line touched and 1 zone entered. Nobody was told.")
    assert "Judged by 1 red line and 1 zone that NORTHLAND was shown, as of " in answer["against"]
    (draft,) = answer["drawn"]["drafts"]
    (touched,), (entered,) = draft["touched"], draft["entered"]
    assert (touched["id"], touched["party"], touched["text"]) == (line, SOUTH, LINE["text"])
    assert touched["verdict"] == "touches" and touched["clause"].startswith("Volume 1 touches its area")
    assert any(change["kind"] == "move" for change in draft["changes"])
    assert (entered["id"], entered["verdict"], entered["state"]) == (zone, "enters", f"claimed by {SOUTH}")
    assert entered["limits"] == ["vehicles: at most 6"]
    assert asked(desk, form="") == 1
    text = " ".join(capsys.readouterr().out.split())
    for told in ("RED LINE 1 D-1 (yours) touches red line", f"“{LINE['text']}” (en)", "clear by", "ZONE 2 D-1 (yours)"):
        assert told in text
    assert len(desk.leaves) == size, "no id was taken, and nothing was sent"


@pytest.mark.requirement("R31")
def test_what_a_draft_states_in_its_file_or_for_all_settles_a_line(
    desk: Sketch, capsys: pytest.CaptureFixture[str]
) -> None:
    said(desk, {**LINE, "trigger": {"cel": "radar || count > 3"}})
    cases: list[tuple[tuple[str, ...], dict[str, Any], int]] = [
        ((), {}, 1), (("--say", "radar=no"), {}, 1), (("--say", "radar=no", "--say", "count=3"), {}, 0),
        (("--say", "count=3"), {"radar": "no"}, 0), (("--say", "radar=no", "--say", "count=3"), {"radar": "yes"}, 1),
        (("--say", "count=3"), {"radar": "not stated"}, 1),
    ]  # fmt: skip
    for words, more, code in cases:
        assert asked(desk, *words, **more) == code, (words, more)
        capsys.readouterr()


@pytest.mark.requirement("R31", "N12")
def test_only_what_was_shown_is_judged_and_none_says_by_how_many(
    desk: Sketch, capsys: pytest.CaptureFixture[str]
) -> None:
    said(desk, {**LINE, "trigger": {"area": AREA}}, to="CASPIA")
    assert asked(desk) == 0
    assert "No red line or zone that stands was shown to NORTHLAND." in json.loads(capsys.readouterr().out)["against"]
    said(desk, {**LINE, "trigger": {"area": AREA}})
    assert asked(desk, lat=36.5) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "Judged by 1 red line and 0 zones that NORTHLAND was shown" in answer["against"]
    assert answer["drawn"]["drafts"] == [] and not answer["drawn"]["not_judged"]


@pytest.mark.requirement("R31")
def test_a_trigger_that_cannot_be_judged_ends_with_3_and_one_that_is_none_is_named(
    desk: Sketch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = said(desk, LINE)
    assert asked(desk) == 0
    (row,) = json.loads(capsys.readouterr().out)["drawn"]["not_judged"]
    assert (row["id"], row["why"], row["text"]) == (bare, "", LINE["text"])
    odd = said(desk, {**LINE, "trigger": {"cel": "radar &&", "more": 1}})
    assert asked(desk, form="") == 3
    text = " ".join(capsys.readouterr().out.split())
    assert "1 red line or zone could not be judged." in text
    assert f"Cannot be judged here: red line {odd} version 1 of {SOUTH}: more:" in text
    assert f"1 without a trigger: judge by their words: {bare} of {SOUTH}." in text


@pytest.mark.requirement("N13", "R31")
def test_rows_and_features_hold_the_own_draft_and_no_line(desk: Sketch, capsys: pytest.CaptureFixture[str]) -> None:
    line = said(desk, {**LINE, "trigger": {"area": AREA, "categories": ["air"]}})
    assert asked(desk, form="--csv") == 1
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["kind"], row["verdict"], row["b"], row["words"]) == ("red_line", "possible", line, LINE["text"])
    assert asked(desk, form="--geojson") == 1
    features = json.loads(capsys.readouterr().out)["features"]
    assert [feature["geometry"]["type"] for feature in features] == ["Point", "Point"]
    assert [feature["properties"].get("kind") for feature in features] == ["red_line", "volume"]


def test_what_is_no_word_of_a_draft_is_refused_by_its_name(desk: Sketch, capsys: pytest.CaptureFixture[str]) -> None:
    for pair, why in (
        ("radar=maybe", "must be one of yes, no"), ("aim=x", "nothing that a draft states"), ("radar", "NAME=VALUE"),
        ("count=many", "whole number"), ("purpose=spite", "must be one of aid"),
    ):  # fmt: skip
        assert asked(desk, "--say", pair, form="") == 2
        assert why in capsys.readouterr().err
    assert main(["check", "draft.geojson", "--say", "radar=no"]) == 2
    assert "--against" in capsys.readouterr().err
    assert asked(desk, form="", radar="perhaps") == 2
    assert "radar: 'perhaps' is neither yes nor no; write yes, no, or nothing" in capsys.readouterr().err
