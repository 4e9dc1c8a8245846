"""What is typed of statements, what is refused before it is drafted, and what leaves only when all have signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.statements import check_agreed, numbers_from, released, sentences_in, statement_group
from wellclear.errors import InvalidValue

TEXT = "en: The two sides met.\nar: اجتمع الطرفان.\n\nen: They will continue the dialogue.\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "closing.txt"
    path.write_text(text, "utf-8")
    return path


def row(state: str, waits_for: list[list[str]], outcome: list[str]) -> dict[str, Any]:
    signers = [{"party": "NORTHLAND", "index": 41}, {"party": "SOUTHLAND", "index": 43}]
    signing = {"state": state, "waits_for": waits_for, "outcome_waits_for": outcome, "signers": signers}
    said = {"outcome": "statement", "sentences": [{"words": [{"language": "en", "text": "The two sides met."}]}]}
    return {"id": "NORTHLAND-1001-9", "version": 2, "index": 40, "signing": signing, "said": said}


@pytest.mark.requirement("R38")
def test_sentences_are_read_with_their_languages(tmp_path: Path) -> None:
    first, second = sentences_in(written(tmp_path, TEXT))
    assert [one["language"] for one in first["words"]] == ["en", "ar"]
    assert second == {"words": [{"language": "en", "text": "They will continue the dialogue."}]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Talks were held.\n", "line 1: write a language"),
        ("en: One.\n\nen: Two.\nen: Again.\n", "line 4: this sentence has en already"),
        ("\n\n", "0 sentences"),
        ("EN: One.\n", "line 1"),
        ("\n".join(["en: One.\n"] * 33), "33 sentences"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        sentences_in(written(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "closing.txt"
    path.write_bytes(b"en: \xff\n")
    with pytest.raises(InvalidValue, match="UTF-8"):
        sentences_in(path)


@pytest.mark.requirement("R38")
def test_only_a_statement_has_a_file(tmp_path: Path) -> None:
    assert statement_group(None, "no_statement")["sentences"] == []
    for file, outcome in ((None, "statement"), (written(tmp_path, TEXT), "no_statement"), (None, "silence")):
        with pytest.raises(InvalidValue):
            statement_group(file, outcome)


def test_sentences_are_named_by_their_numbers() -> None:
    assert numbers_from("all", 3) == [1, 2, 3]
    assert numbers_from("none", 3) == []
    assert numbers_from("3, 1-2,1", 3) == [1, 2, 3]
    for said in ("4", "0", "2-1", "one", "1-", ""):
        with pytest.raises(InvalidValue, match="--sentences"):
            numbers_from(said, 3)


@pytest.mark.requirement("R38", "N6")
def test_nothing_is_released_while_a_sentence_or_the_outcome_waits_for_anybody() -> None:
    cases: list[tuple[str, list[list[str]], list[str], str]] = [
        ("proposed", [[], ["SOUTHLAND"]], [], "sentence 2 .* waits for SOUTHLAND"),
        ("proposed", [[], []], ["NORTHLAND", "SOUTHLAND"], "outcome .* NORTHLAND and SOUTHLAND"),
        ("refused", [[]], ["SOUTHLAND"], "outcome .* SOUTHLAND"),
        ("called_off", [[]], [], "called off"),
    ]
    for state, waits_for, outcome, why in cases:
        with pytest.raises(InvalidValue, match=why):
            check_agreed(row(state, waits_for, outcome))
    check_agreed(row("agreed", [[]], []))


@pytest.mark.requirement("R38")
def test_what_is_released_names_the_entries_of_its_signatures() -> None:
    agreed = row("agreed", [[]], [])
    text = released(agreed, as_json=False)
    assert "The two sides met." in text and "NORTHLAND in entry 41; SOUTHLAND in entry 43" in text
    assert json.loads(released(agreed, as_json=True))["signed_in_entries"] == {"NORTHLAND": 41, "SOUTHLAND": 43}
