"""docs/red-lines.md: its example is a trigger, its names, codes and bounds are those of the code."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from tests.house.sources import ROOT
from wellclear.airspace.expression_grammar import DEPTH_MAX, LISTED_MAX, WORDS_MAX
from wellclear.airspace.expressions import CHARACTERS_MAX, expression_from
from wellclear.airspace.red_line_search import ChangeKind
from wellclear.airspace.red_line_terms import CAPABILITIES, MEANING, NAMES
from wellclear.airspace.triggers import trigger_fields, trigger_from

PAGE = (ROOT / "docs" / "red-lines.md").read_text(encoding="utf-8")


def test_the_example_is_a_trigger() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    fields = json.loads(example)
    assert trigger_fields(trigger_from(fields)) == fields


def test_the_names_are_those_of_the_code_and_mean_what_they_say_there() -> None:
    rows = re.findall(r"^\| (`[^|]+) \| (\w+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    told = {name: (kind, meaning) for names, kind, meaning in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {name: (kind, MEANING[name]) for name, kind in NAMES.items()}


def test_the_codes_bounds_and_kinds_are_those_of_the_code() -> None:
    assert f"The capabilities are {', '.join(CAPABILITIES)}:" in PAGE
    assert (
        f"at most {CHARACTERS_MAX:,} of them, at most {WORDS_MAX} words, and is at most {DEPTH_MAX} steps deep" in PAGE
    )
    assert f"a list has at most {LISTED_MAX} items" in PAGE
    section = PAGE.partition("## The smallest changes")[2]
    kinds = [kind for row in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE)[1:] for kind in row.split(", ")]
    assert kinds == list(get_args(ChangeKind))


@pytest.mark.parametrize(
    "condition", ["radar || air_defence || (count > 3 && lead_s < 3 * 86400)", "inside || category == 'survey'"]
)
def test_the_conditions_of_the_page_are_conditions(condition: str) -> None:
    assert condition in PAGE
    assert expression_from(condition).source == condition
