"""What is typed of red lines, zones and consent, and what is refused before anything is drafted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.records_consent import check_nation, check_word, day_of
from wellclear.apps.cli.records_lines import trigger_in
from wellclear.apps.cli.records_own import checked, day, language_code
from wellclear.apps.cli.records_zones import check_answerable, renewed, said_by_party
from wellclear.apps.cli.treaty_lines import consent_in_short, consent_lines
from wellclear.apps.cli.zone_form import Place, last_day, limit_from, minima_from, zone_group
from wellclear.errors import InvalidValue, Malformed

CIRCLE: dict[str, str | None] = {
    "circle": "34.56,38.27", "radius": "5km", "lower": "0ft", "upper": "9000ft", "datum": "AMSL",
    "start": "2026-11-23T10:00Z", "end": "2026-12-23T10:00Z",
}  # fmt: skip
NAMES: dict[str, Any] = {"sort": "closure", "name": "Eastern road", "language": "en", "limits": []}
NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


def placed(**changed: str | None) -> Place:
    return Place(words={**CIRCLE, **changed})


def in_file(folder: Path, value: object) -> Path:
    path = folder / "said.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


@pytest.mark.requirement("R31")
def test_a_trigger_is_compiled_when_it_is_declared_and_kept_as_said(tmp_path: Path) -> None:
    said = {"cel": "radar", "categories": ["survey"]}
    assert trigger_in(in_file(tmp_path, said)) == said


@pytest.mark.requirement("R31")
@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"cel": "radar &&"}, "cel"),
        ({"cel": "radar", "aim": 1}, "aim"),
        ({"cel": "bogus"}, "cel"),
        ({"cel": " || ".join(["radar"] * 400)}, "cel"),
        ({"area": {"kind": "polygon", "rings": [[[1, 2], [3, 4]]]}}, "area"),
        ({"lead_us": 1.5}, "lead_us"),
        ({}, "trigger"),
    ],
)
def test_a_trigger_that_does_not_compile_is_refused_with_the_place_of_the_fault(
    tmp_path: Path, said: dict[str, Any], where: str
) -> None:
    path = in_file(tmp_path, said)
    with pytest.raises(Malformed) as caught:
        trigger_in(path)
    assert caught.value.source == str(path) and caught.value.where.startswith(where)
    assert "docs/red-lines.md" in caught.value.why


@pytest.mark.requirement("R30")
def test_a_zone_is_typed_as_a_circle_with_limits_and_minima() -> None:
    limits = [limit_from("tanks = 75"), limit_from("no air defence")]
    group = zone_group(placed(), **{**NAMES, "limits": limits}, minima=minima_from("5km, 1000ft, 10min"))
    assert group["limits"] == [{"text": "tanks", "at_most": 75}, {"text": "no air defence"}]
    assert group["minima"] == {"lateral_mm": 5_000_000, "vertical_mm": 304_800, "time_us": 600_000_000}
    assert group["end_us"] - group["start_us"] == 30 * 86_400_000_000 and last_day(group) == "2026-12-23"


@pytest.mark.requirement("R30")
def test_a_zone_is_taken_from_a_file_in_the_forms_of_draft(tmp_path: Path) -> None:
    later = {**CIRCLE, "start": "2026-11-24T10:00Z", "end": "2026-12-24T10:00Z"}
    path = in_file(tmp_path, {"volumes": [CIRCLE, later]})
    group = zone_group(Place(file=path, words={"start": None}), **NAMES)
    assert len(group["volumes"]) == 2 and last_day(group) == "2026-12-24"
    properties = {name: CIRCLE[name] for name in ("radius", "lower", "upper", "datum", "start", "end")}
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [38.27, 34.56]}}
    path = in_file(tmp_path, {**feature, "properties": properties})
    assert zone_group(Place(file=path, words={}), **NAMES)["volumes"] == [group["volumes"][0]]
    with pytest.raises(InvalidValue, match="goes into the file"):
        Place(file=path, words={"end": "2026-12-24T10:00Z"}).volumes()
    for wrong, said in (({"volumes": [CIRCLE], "category": "air"}, "volumes alone"), ({"volumes": []}, "one volume")):
        with pytest.raises(Malformed, match=said):
            Place(file=in_file(tmp_path, wrong), words={}).volumes()


@pytest.mark.requirement("R30")
def test_a_zone_that_lasts_too_long_or_is_half_typed_is_refused() -> None:
    with pytest.raises(InvalidValue, match="at most 90 days; renew it"):
        zone_group(placed(end="2027-02-22T10:00Z"), **NAMES)
    with pytest.raises(InvalidValue, match="--end"):
        zone_group(placed(end=None), **NAMES)
    with pytest.raises(InvalidValue, match="name"):
        zone_group(placed(), **{**NAMES, "name": ""})
    for words in ("=75", "tanks=many", "tanks=-1", "tanks=1.5"):
        with pytest.raises(InvalidValue, match=r"TEXT\[=NUMBER\]|TEXT=NUMBER"):
            limit_from(words)
    for words in ("5km,1000ft", "5km,1000ft,10", "5,1000ft,10min"):
        with pytest.raises(InvalidValue, match="--minima"):
            minima_from(words)


@pytest.mark.requirement("R30")
def test_a_renewal_moves_all_volumes_and_keeps_the_rest() -> None:
    zone = zone_group(placed(), **NAMES)
    new = renewed(zone, Place(words={"start": None, "end": "2027-01-10T10:00Z"}))
    assert last_day(new) == "2027-01-10" and new["volumes"][0]["end_us"] == new["end_us"]
    assert new["start_us"] == zone["start_us"] and new["name"] == zone["name"]
    assert renewed(zone, Place(words={"start": None, "end": None})) == zone


ROW: dict[str, Any] = {
    "id": "NORTHLAND-1001-9", "kind": "zone", "mine": "no", "version": 2, "to": [f"{SOUTH}/OPS"], "said": {},
    "standing": {"state": "claimed", "concurs": [], "disputes": [], "silent": [SOUTH], "unread": []},
}  # fmt: skip


@pytest.mark.requirement("N3")
def test_nobody_concurs_in_what_it_was_not_told_has_not_read_or_has_ended() -> None:
    check_answerable(ROW, 2, SOUTH)
    unread = {name: value for name, value in ROW.items() if name != "said"}
    for row, version, party, said in (
        ({**ROW, "mine": "yes"}, None, SOUTH, "this party's own"),
        (ROW, None, "EASTLAND", "was not told to EASTLAND"),
        (unread, None, SOUTH, "was not read"),
        ({**ROW, "standing": {"state": "ended"}}, None, SOUTH, "has ended"),
        (ROW, 1, SOUTH, "is at version 2"),
        ({**ROW, "kind": "intent"}, None, SOUTH, "is no zone"),
    ):
        with pytest.raises(InvalidValue, match=said):
            check_answerable(row, version, party)
    assert said_by_party(ROW) == "SOUTHLAND has said nothing of this version"


@pytest.mark.requirement("R29")
def test_only_a_host_nation_drafts_its_consent_and_takes_back_what_it_gave() -> None:
    speaking = {"parties": [{"party": NORTH, "roles": ["principal"]}, {"party": "EASTLAND", "roles": ["host_nation"]}]}
    check_nation(speaking, "EASTLAND")
    with pytest.raises(InvalidValue, match=r"a host nation alone.*NORTHLAND is principal"):
        check_nation(speaking, NORTH)
    nations = [{"party": "EASTLAND", "words": "no word on version 1, which is no consent"}]
    notice = {"id": "NORTHLAND-1001-9", "kind": "notice", "version": 1, "host_consent": {"nations": nations, "gap": ""}}
    check_word(notice, 1, "consents", "EASTLAND")
    with pytest.raises(InvalidValue, match="given no consent"):
        check_word(notice, None, "withdraws", "EASTLAND")
    with pytest.raises(InvalidValue, match="is at version 1"):
        check_word(notice, 2, "consents", "EASTLAND")
    with pytest.raises(InvalidValue, match="no notice"):
        check_word({**notice, "kind": "safety"}, None, "consents", "EASTLAND")
    assert consent_in_short(notice) == "EASTLAND: no word"
    assert consent_lines(notice) == [
        "  Consent of the host nation EASTLAND: no word on version 1, which is no consent."
    ]
    gap = {"host_consent": {"nations": [], "gap": "no desk speaks for it"}}
    assert consent_in_short(gap) == "no desk speaks for it"
    assert consent_lines(gap) == ["  Consent of the host nation: no desk speaks for it."]
    assert day_of(20_000) == "2024-10-04"


def test_what_is_no_text_language_day_or_place_is_refused_with_what_to_write() -> None:
    with pytest.raises(InvalidValue, match="text"):
        checked({"group": "red_line", "language": "he", "text": ""})
    for word in ("Hebrew", "HE", "h", "ש1"):
        with pytest.raises(InvalidValue, match=r"--language.*such as en, he or ar"):
            language_code(word)
    with pytest.raises(InvalidValue, match=r"--keep-until.*such as 2026-12-31"):
        day("soon")
    with pytest.raises(InvalidValue, match="say where the zone is"):
        zone_group(Place(words={"end": "2026-12-24T10:00Z"}), **NAMES)
