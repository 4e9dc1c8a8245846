from __future__ import annotations

import inspect
import json

import pytest

from wellclear import errors
from wellclear.apps.problems import (
    EXIT_CODES,
    PROBLEMS,
    body_of,
    exit_code,
    http_status,
    problem_of,
    reason_words,
    refusal_words,
    sentence_of,
)
from wellclear.edges.node_client import error_from
from wellclear.errors import (
    Equivocation,
    InvalidValue,
    Malformed,
    Misconfigured,
    Refused,
    Unavailable,
    Unverified,
    WellclearError,
)

ALL = [
    InvalidValue("field", "why"),
    Malformed("source", "where", "why"),
    Malformed("source", "", "why"),
    Unverified("what", "why"),
    Equivocation("what", "why", (b"one", b"other")),
    Refused("ID_TAKEN", "why", field="act.id"),
    Refused("RATE", "why"),
    Unavailable("what", "why"),
    Unavailable("what", "why", retry_after_s=3),
    Misconfigured("what", "why", do="do"),
]


def test_every_class_of_errors_has_its_answer() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WellclearError)]
    assert {kind for kind, _ in PROBLEMS} == set(classes)
    assert {problem.exit_code for _, problem in PROBLEMS} <= set(EXIT_CODES)


def test_no_class_hides_behind_its_parent() -> None:
    seen: list[type[WellclearError]] = []
    for kind, _ in PROBLEMS:
        assert not any(issubclass(kind, earlier) for earlier in seen)
        seen.append(kind)


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_wire(error: WellclearError) -> None:
    back = error_from(http_status(error), json.dumps(body_of(error)).encode())
    assert type(back) is type(error)
    assert exit_code(back) == exit_code(error)
    assert str(back) == str(error)


def test_absent_members_do_not_stand_in_the_answer() -> None:
    assert body_of(Refused("RATE", "too fast")) == {"error": {"code": "RATE", "message": "too fast"}}
    assert problem_of(Refused("RATE", "")).status == 409


def test_a_reason_becomes_a_sentence() -> None:
    assert sentence_of("ID_TAKEN").startswith("this id")
    assert sentence_of("NEW_REASON") == "NEW_REASON"


MEANING = sentence_of("UNKNOWN_DESK")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused("UNKNOWN_DESK", "SOUTHLAND/X", field="to"), f"to: SOUTHLAND/X (UNKNOWN_DESK: {MEANING})"),
        (Refused("UNKNOWN_DESK", f"{MEANING} (SOUTHLAND/X)"), f"{MEANING} (SOUTHLAND/X) (UNKNOWN_DESK)"),
        (Refused("UNKNOWN_DESK", f"the host refused it: {MEANING}"), f"the host refused it: {MEANING} (UNKNOWN_DESK)"),
        (Refused("UNKNOWN_DESK", ""), f"{MEANING} (UNKNOWN_DESK)"),
        (Refused("NEW_REASON", "of another version"), "of another version (NEW_REASON)"),
    ],
)
def test_no_sentence_is_said_twice(error: Refused, words: str) -> None:
    assert refusal_words(error) == words


def test_a_reason_with_its_detail_says_nothing_twice() -> None:
    assert reason_words("UNKNOWN_DESK", "SOUTHLAND/X") == f"{MEANING} (SOUTHLAND/X)"
    assert reason_words("UNKNOWN_DESK", MEANING) == reason_words("UNKNOWN_DESK") == MEANING
    assert reason_words("UNKNOWN_DESK", f"{MEANING}: X") == f"{MEANING}: X"
