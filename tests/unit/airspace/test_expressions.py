"""Expressions of red lines: what is refused, in which words, and what the rest comes to."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from wellclear.airspace.expression_grammar import DEPTH_MAX, LISTED_MAX, WORDS_MAX
from wellclear.airspace.expressions import CHARACTERS_MAX, Fact, Known, expression_from
from wellclear.airspace.red_line_terms import CAPABILITIES, MEANING, NAMES
from wellclear.errors import InvalidValue

FACTS: dict[str, Fact] = {
    "inside": True, "category": "air", "purpose": "training", "count": 3, "lead_s": 3_600,
    "start": datetime(2026, 11, 22, 14, tzinfo=UTC), "end": datetime(2026, 11, 22, 18, tzinfo=UTC),
    "lower_m": 300, "upper_m": 3_000, "radar": False, "crewed": True, "uncrewed": False, "jamming": True,
}  # fmt: skip


def refusal(source: object) -> str:
    with pytest.raises(InvalidValue) as refused:
        expression_from(source)
    assert refused.value.field == "cel"
    return refused.value.why


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("inside", "yes"),
        ("!radar && (inside || crewed)", "yes"),
        ("category in ['sea', \"air\"] && count >= 3", "yes"),
        ("'air' != category", "no"),
        ("purpose == 'training'", "yes"),
        ("lead_s < 3 * 86400", "yes"),
        ("count in [1, 2]", "no"),
        ("end - start > duration('3h30m')", "yes"),
        ("start + duration('4h') == end", "yes"),
        ("start < timestamp('2026-11-22T14:00:00Z')", "no"),
        ("category == 'air' ? upper_m - lower_m > 2000 : radar", "yes"),
        ("-count + 4 > 0 == true", "yes"),
        ("1 + 2 * 3 == 7 && 10 - 3 - 2 == 5", "yes"),
        ("radar || inside && radar", "no"),
        ("lasers", "unknown"),
        ("lasers && radar", "no"),
        ("lasers || inside", "yes"),
        ("!lasers", "unknown"),
        ("lasers ? inside : inside", "unknown"),
        ("9007199254740991 * 9007199254740991 > count", "unknown"),
    ],
)
@pytest.mark.requirement("R31")
def test_answers(source: str, answer: str) -> None:
    assert expression_from(source).answer(Known(FACTS)) == answer


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (7, "must be text"),
        ("", "at character 1: a name or a value belongs here, not the end"),
        ("inside &&", "at character 10: a name or a value belongs here, not the end"),
        ("inside radar", "at character 8: `radar` has no place here"),
        ("(inside", "at character 8: `)` belongs here, not the end"),
        ("inside & radar", "at character 8: write &&"),
        ("count = 1", "at character 7: write =="),
        ("radr", "`radr` is no name that is known here; did you mean radar?"),
        ("enemy", "the names are inside, category"),
        ("size(category) > 1", "`size` is no function here"),
        ("[1, 2].all(x, x > 1)", "names have no members and no methods here"),
        ("[1, 2] == [1]", "a list stands only behind `in`"),
        ("exists(inside)", "`exists` runs over a list, and nothing here does"),
        ("has(inside)", "`has` runs over a list"),
        ("category.startsWith('a')", "at character 9: names have no members and no methods here"),
        ("category.x", "names have no members"),
        ("count / 2 > 1", "at character 7: / is not known here, because it can fail"),
        ("count % 2 == 1", "% is not known here"),
        ("count > 1.5", "only whole numbers"),
        ("count > 0x10", "only whole numbers"),
        ("count > 1u", "only whole numbers"),
        ("count > 9007199254740992", "at character 9: the number is greater than 9007199254740991"),
        ("count", "at character 1: a number stands where a condition belongs"),
        ("'air'", "a text stands where a condition belongs"),
        ("inside && count", "at character 11: a number stands where a condition belongs; `&&` joins conditions"),
        ("!count", "`!` stands before it"),
        ("!!inside", "write one `!`"),
        ("inside ? radar", "`:` belongs here"),
        ("inside ? count : radar", "a number or a condition: the two must be of one type"),
        ("count ? radar : radar", "before `?` stands a condition"),
        ("count == '3'", "a number and a text cannot be compared by `==`"),
        ("inside < radar", "a condition and a condition cannot be compared by `<`"),
        ("category < 'air'", "cannot be compared by `<`"),
        ("category == purpose", "cannot be compared"),
        ("'air' == 'air'", "a text and a text cannot be compared"),
        ("category == 'dron'", "'dron' is no category; they are air, drone"),
        ("category == ('dron')", "'dron' is no category"),
        ("category in ['air', 'rocket']", "'rocket' is no category"),
        ("purpose == 'Training!'", "can be no purpose code"),
        ("start + end > start", "at character 7: a moment and a moment cannot be joined by `+`"),
        ("count in []", "a list holds texts, or whole numbers"),
        ("count in [1, '2']", "a list holds texts, or whole numbers"),
        ("count in 3", "`[` belongs here"),
        ("start > timestamp('2026-11-22')", "at character 19: a timestamp is a text such as"),
        ("start > timestamp('2026-13-22T00:00:00Z')", "a timestamp is a text such as"),
        ("start > timestamp('0001-01-01T00:00:00Z')", "a timestamp is a text such as"),
        ("end - start > duration('2 hours')", "a duration is a text such as"),
        ("end - start > duration('')", "a duration is a text such as"),
        ("end - start > duration('9000h')", "of at most 366 days"),
        ("end - start > duration(2)", "a duration is a text such as"),
        ("purpose == 'a\\x41'", "a text does not end, or holds more than ASCII"),
        ("purpose == 'open", "a text does not end"),
        ("b'air' == category", "bytes and raw texts are not known here"),
        ("inside\n&& radar", "'\\n' has no place in an expression"),
        ("inside // and more", "/ is not known here"),
        ("r\u0430dar", "'\\u0430' has no place in an expression"),
        ("purpose == '\u202e'", "a text does not end, or holds more than ASCII"),
        ("null", "`null` is no name"),
        ("{'a': 1}.a == 1", "'{' has no place"),
    ],
)
def test_refusals_say_where_and_what_to_do(source: object, said: str) -> None:
    assert said in refusal(source)


def test_a_text_with_odd_letters_is_refused_at_its_start() -> None:
    assert "at character 12" in refusal("purpose == 'é'")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("inside || " * 100 + "inside", f"at most {CHARACTERS_MAX}"),
        ("&&".join(["1<2"] * 80), f"more than {WORDS_MAX} words"),
        ("(" * DEPTH_MAX + "inside" + ")" * DEPTH_MAX, f"more than {DEPTH_MAX} steps deep"),
        ("+".join(["1"] * (DEPTH_MAX + 1)) + " > 1", "steps deep"),
        ("==".join(["inside"] * (DEPTH_MAX + 1)), "steps deep"),
        ("inside?inside:" * DEPTH_MAX + "inside", "steps deep"),
        ("!(" * DEPTH_MAX + "inside" + ")" * DEPTH_MAX, "steps deep"),
        (f"count in [{','.join(['1'] * (LISTED_MAX + 1))}]", f"at most {LISTED_MAX}"),
    ],
)
@pytest.mark.requirement("R31")
def test_what_would_take_long_or_lie_deep_is_refused_before_the_library_sees_it(source: str, said: str) -> None:
    assert said in refusal(source)


WIDEST = [
    "(" * (DEPTH_MAX - 1) + "inside" + ")" * (DEPTH_MAX - 1),
    "!(" * (DEPTH_MAX // 2 - 1) + "inside" + ")" * (DEPTH_MAX // 2 - 1),
    "inside?inside:" * (DEPTH_MAX - 1) + "inside",
    "(inside?" * (DEPTH_MAX // 2 - 1) + "inside" + ":inside)" * (DEPTH_MAX // 2 - 1),
    "+".join(["1"] * (DEPTH_MAX - 1)) + " > 1",
    "==".join(["inside"] * (DEPTH_MAX - 1)),
    "||".join(["inside"] * 120),
    "||".join(["inside&&radar"] * 64),
    "||".join([f"count in [{','.join(['1'] * LISTED_MAX)}]"] * 4),
]
"""What lies just within the bounds, in every shape in which the grammar goes deep or wide."""


@pytest.mark.parametrize("source", WIDEST)
def test_what_lies_within_the_bounds_is_taken(source: str) -> None:
    assert expression_from(source).answer(Known({"inside": True, "radar": True, "count": 1})) in ("yes", "no")


def test_what_lies_within_the_bounds_needs_little_stack() -> None:
    """In a process of its own: the library's parser would end this one (decision 0041)."""
    program = (
        "import threading\n"
        "from wellclear.airspace.expressions import Known, expression_from\n"
        f"def run():\n    for source in {WIDEST!r}:\n"
        "        expression_from(source).answer(Known({'inside': True}))\n"
        "    print('done')\n"
        "expression_from('inside')\n"
        "threading.stack_size(256 * 1024)\n"
        "thread = threading.Thread(target=run)\nthread.start()\nthread.join()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "done\n"


def test_an_expression_is_its_text() -> None:
    one, other = expression_from("count > 3 || radar"), expression_from("count > 3 || radar")
    assert one == other
    assert one.names == {"count", "radar"}
    assert one.numbers == {3}
    assert expression_from("start > timestamp('1970-01-01T00:00:01Z')").moments_us == {1_000_000}


@pytest.mark.requirement("N4")
def test_the_names_are_what_a_draft_states_of_itself_and_each_is_explained() -> None:
    assert MEANING.keys() == NAMES.keys()
    assert set(CAPABILITIES) < NAMES.keys()
    assert list(CAPABILITIES) == sorted(CAPABILITIES)
