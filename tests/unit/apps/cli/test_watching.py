from __future__ import annotations

from typing import Any

import pytest

from wellclear.apps.cli.output import plain, table, tell
from wellclear.apps.cli.watching import against, board_view, mine_open, sounding, summary_lines

BOARD: dict[str, Any] = {
    "party": "NORTHLAND", "channel": "x", "spoken": "08BY F045", "exercise": "yes", "phase": "open", "agreement": 1,
    "size": 9, "digest": "0123456789abcdef", "now": "221000ZNOV26", "own": "221001ZNOV26",
    "link": {
        "state": "live", "words": "as the host tells it", "heard_ms": 400,
        "witnesses": [
            {"party": "SOUTHLAND", "size": 9, "age_ms": 3000, "ahead": "no"},
            {"party": "CASPIA", "size": 7, "age_ms": 8000, "ahead": "no"},
            {"party": "THULE", "size": 9, "age_ms": 0, "ahead": "yes"},
        ],
        "witnessing": "this node does not witness: no cosigner key lies in its home",
    },
    "outbox": {"waiting": 1, "linked": 0, "refused": 0},
    "alarms": [
        {"level": "alarm", "state": "unack", "title": "conflict [bold]", "item": "NORTHLAND-1001-9", "call": "W1"},
        {"level": "caution", "state": "cleared", "title": "gone by"},
    ],
    "duties": [
        {"item": "SOUTHLAND-1001-6", "what": "acknowledge", "desk": "NORTHLAND/OPS", "mine": "yes", "overdue": "yes"},
        {"item": "NORTHLAND-1001-9", "what": "acknowledge", "desk": "SOUTHLAND/OPS", "mine": "no"},
    ],
    "conflicts": [
        {"a": "A-1", "b": "B-1", "verdict": "conflict", "lateral_m": "0.0", "vertical_m": "10.0", "disputed": "yes"},
        {"a": "A-1", "b": "B-2", "verdict": "none"},
    ],
    "notices": [
        {"id": "NORTHLAND-1001-9", "version": 2, "category": None, "state": "RELEASED", "precedence": "P",
         "recipients": [{"desk": "SOUTHLAND/OPS", "acked": "x", "confirmed": None}],
         "flags": ["coarse"], "lead": {"SOUTHLAND": "NO REACTION TIME", "CASPIA": "AGREED"}},
    ],
    "safety": [{"id": "SOUTHLAND-1003-2", "code": "control_lost", "state": "RELEASED", "recipients": []}],
    "requests": [
        {"id": "SOUTHLAND-1002-4", "code": "altitude", "about": "NORTHLAND-1001-9", "about_version": 2,
         "from": "SOUTHLAND/OPS", "to": ["NORTHLAND/OPS"], "state": "open"},
        {"id": "SOUTHLAND-1004-0", "code": "delay", "about": "NORTHLAND-1001-9", "about_version": 2,
         "from": "SOUTHLAND/OPS", "to": ["NORTHLAND/OPS"], "state": "complied"},
    ],
    "compared": {"notices": 2, "parties": 2, "coarse": 1, "missing": ["CASPIA"]},
}  # fmt: skip


def shown(view: Any, capsys: pytest.CaptureFixture[str]) -> str:
    tell(view)
    return capsys.readouterr().out


def test_the_board_shows_what_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(board_view(BOARD), capsys)
    assert "EXERCISE channel 08BY F045" in text
    assert "conflict [bold]" in text
    assert "OVERDUE" in text
    assert "DISPUTED" in text
    assert "1/1 acknowledged, 0 confirmed" in text
    assert "B-2" not in text
    assert "gone by" not in text
    assert "coarse, SOUTHLAND NO REACTION TIME" in text
    assert "CONTROL LOST" in text
    assert "SOUTHLAND-1002-4" in text
    assert "SOUTHLAND-1004-0" not in text, "it has its answer"
    assert "\x1b" not in text


@pytest.mark.requirement("R28")
def test_the_board_says_by_when_units_are_to_know_and_who_has_not_proven_it(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"item": "S-1", "version": 2, "desk": "NORTHLAND/OPS", "mine": "yes", "state": "asked", "words": "asked by X"},
        {"item": "N-1", "version": 1, "desk": "SOUTHLAND/OPS", "mine": "no", "state": "overdue", "words": "asked by Y"},
        {"item": "N-2", "version": 1, "desk": "SOUTHLAND/OPS", "mine": "no", "state": "asked", "words": "asked by Z"},
    ]
    text = shown(board_view({**BOARD, "units": rows}), capsys)
    assert "units to know of" in text and "asked by X" in text and "asked by Y" in text
    assert "asked by Z" not in text, "nothing is late there, and nothing to be done here"
    assert "units to know of" not in shown(board_view(BOARD), capsys)


def test_only_own_duties_and_unseen_alarms_count() -> None:
    assert [row["item"] for row in mine_open(BOARD)] == ["SOUTHLAND-1001-6"]
    assert len(sounding(BOARD)) == 1
    assert "  open: 1 own duties, 1 alarms, 1 conflicts" in summary_lines(BOARD)


@pytest.mark.requirement("R33")
def test_it_is_told_who_has_cosigned_how_much_and_when() -> None:
    assert [line.strip() for line in summary_lines(BOARD) if line.startswith("    ")] == [
        "SOUTHLAND cosigned this log 3.0 s ago", "CASPIA cosigned 7 entries of this log 8.0 s ago",
        "THULE cosigned this log by a clock that is ahead of ours",
        "this node does not witness: no cosigner key lies in its home",
    ]  # fmt: skip


def test_whose_picture_is_another_is_told_and_of_the_others_nothing() -> None:
    words = "SOUTHLAND folds another picture"
    rows = [{"party": "CASPIA", "agrees": 64}, {"party": "SOUTHLAND", "agrees": 0, "differs": 8, "words": words}]
    lines = summary_lines({**BOARD, "link": {**BOARD["link"], "pictures": rows}})
    assert [line for line in lines if line not in summary_lines(BOARD)] == [f"    {words}"]


def test_a_real_channel_never_looks_like_an_exercise() -> None:
    assert "REAL channel" in summary_lines({**BOARD, "exercise": "no"})[0]


def test_every_negative_answer_says_against_what() -> None:
    said = against(BOARD)
    assert said == (
        "Compared: 2 notices of 2 parties; log of 9 entries; heard 0.4 s ago; as the host tells it; 1 only as a coarse "
        "cell; missing: CASPIA."
    )


@pytest.mark.requirement("R23")
def test_text_of_others_can_neither_colour_nor_turn_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(table(("text",), [("\u202eabc\x1b[31m [red]x[/red]",)]), capsys)
    assert "<U+202E>abc<U+001B>[31m [red]x[/red]" in text
    assert str(plain(None)) == ""


def test_a_halted_board_says_what_still_works_and_what_was_heard_outside_the_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard = {"id": "NORTHLAND-1001-9", "code": "cease", "desk": "NORTHLAND/OPS", "by": "", "said": "x", "text": "stop"}
    halt = {"works": "Safety still goes out.", "do": "Telephone every party."}
    board = {**BOARD, "halt": halt, "outside": {"rows": [heard], "dropped": 0}, "outbox": {"unproven": 1}}
    text = shown(board_view(board), capsys)
    for words in ("Safety still goes out.", "Telephone every party.", "OUTSIDE THE RECORD", "unknown", "1 unproven"):
        assert words in text


def test_what_is_doubtful_stands_beside_the_board(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"index": 40, "kind": "notice", "item": "NORTHLAND-1001-9", "party": "NORTHLAND", "desk": "NORTHLAND/OPS"}
    row |= {"version": 1, "why": ["approved by NORTHLAND/R1's key"]}
    board = BOARD | {"doubtful": {"count": 3, "rows": [row]}}
    board["notices"] = [BOARD["notices"][0] | {"doubtful": [row]}]
    text = shown(board_view(board), capsys)
    assert "DOUBTFUL: 3 entries" in text and "DOUBTFUL entry" in text and "DOUBTFUL, coarse" in text
    assert "DOUBTFUL" not in shown(board_view(BOARD), capsys)
