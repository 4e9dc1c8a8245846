"""What is typed of incidents and accounts, and what is refused before anything is sent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.incidents import (
    account_group,
    desks_told,
    incident_group,
    own_words,
    side_of,
    tally_from,
    tellers,
)
from wellclear.domain.parts import group_from
from wellclear.errors import InvalidValue, Unavailable

TYPED = {"sort": "shots", "at": "34.56,38.27", "place": "near", "time": "2026-11-23T10:00Z", "hour": "hour"}


@pytest.mark.requirement("R35", "R20")
def test_an_incident_is_typed_with_how_well_place_and_time_are_known() -> None:
    group = incident_group(TYPED, ["NORTHLAND-1001-9"])
    assert (group["place_precision"], group["time_precision"], group["lat_e7"]) == ("near", "hour", 345_600_000)
    group_from(group, "test")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sort", "attack", "SORT: 'attack' is none of crash"),
        ("place", "about", "--place: 'about' is none of exact"),
        ("hour", "noon", "--known-to: 'noon' is none of exact"),
        ("time", "2026-11-23T10:00", "no time zone"),
    ],
)
def test_what_is_half_typed_is_asked_for(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        incident_group({**TYPED, name: value}, [])


@pytest.mark.requirement("R35")
def test_numbers_are_ranges_and_evidence_is_named_by_its_hash_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "recording.wav"
    file.write_bytes(b"two shots")
    group = account_group("en", "Two shots.", ["persons hurt=2..4", "shots = 2"], [file])
    assert group["tallies"] == [
        {"what": "persons hurt", "at_least": 2, "at_most": 4}, {"what": "shots", "at_least": 2, "at_most": 2},
    ]  # fmt: skip
    assert group["evidence"] == [{"sha256": hashlib.sha256(b"two shots").hexdigest(), "what": "recording.wav"}]
    group_from(group, "test")
    with pytest.raises(Unavailable, match=r"missing\.wav"):
        account_group("en", "Two shots.", [], [tmp_path / "missing.wav"])
    with pytest.raises(InvalidValue, match="two small letters"):
        account_group("english", "Two shots.", [], [])


@pytest.mark.parametrize("words", ["hurt", "=2..4", "hurt=many", "hurt=4..2", "hurt=2...4", "hurt=-1..2"])
def test_a_number_that_is_no_range_is_refused(words: str) -> None:
    with pytest.raises(InvalidValue, match="--number"):
        tally_from(words)


def test_the_words_come_from_one_place(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("سمعنا طلقتين.\n", "utf-8")
    assert own_words(None, file) == "سمعنا طلقتين."
    for text, path in ((None, None), ("words", file), ("  ", None), ("x" * 2001, None)):
        with pytest.raises(InvalidValue, match="--text"):
            own_words(text, path)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidValue, match="no text in UTF-8"):
        own_words(None, file)


@pytest.mark.requirement("R35")
def test_an_account_goes_to_all_others_that_were_told() -> None:
    row = {"kind": "incident", "id": "AAA-1-1", "desk": "AAA/OPS", "to": ["BBB/OPS", "CCC/SAR"]}
    assert desks_told(row, "BBB") == ["AAA/OPS", "CCC/SAR"] and desks_told(row, "AAA") == ["BBB/OPS", "CCC/SAR"]
    with pytest.raises(InvalidValue, match="was not told to DDD"):
        desks_told(row, "DDD")
    with pytest.raises(InvalidValue, match="is no incident"):
        desks_told({**row, "kind": "zone"}, "AAA")


@pytest.mark.requirement("R35", "N8")
def test_each_column_shows_its_own_accounts_alone() -> None:
    row: dict[str, Any] = {
        "columns": [{"party": "A", "accounts": []}, {"party": "B", "accounts": [7, 9]}],
        "replies": [
            {"index": 7, "at": "1", "words": ["In its own words (en): x"]}, {"index": 9, "at": "2", "words": []},
        ],
    }  # fmt: skip
    assert tellers(row) == "A: nothing yet, B: 2"
    assert side_of(row, row["columns"][0]) == []
    assert side_of(row, row["columns"][1]) == [
        "1 (entry 7)\nIn its own words (en): x", "2 (entry 9)\nits text was not shown to us",
    ]  # fmt: skip
