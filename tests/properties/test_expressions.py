"""Expressions against an evaluator of another method, and against whatever text: what passes is sound.

Trees are drawn with their types, written with as few brackets as CEL's precedences allow (and some more), and worked
out here with three values. If our reading, the library's, or this one's took a precedence for another, they would part.
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from wellclear.airspace.expression_grammar import FUNCTIONS
from wellclear.airspace.expressions import Expression, Fact, Known, expression_from
from wellclear.airspace.red_line_terms import CAPABILITIES, NAMES
from wellclear.domain.agreement import CATEGORIES
from wellclear.errors import InvalidValue

Tree = tuple[Any, ...]

UNKNOWN = object()
INT64 = range(-(2**63), 2**63)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PURPOSES = ("training", "aid")

# What may stand where, by how tightly it binds: an operand binds at least as tightly as its place asks for.
CHOICE, ANY, ALL, RELATION, SUM, PRODUCT, SIGN, ITEM = range(8)
COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
REACH = {"+": operator.add, "-": operator.sub, "*": operator.mul}

moments = st.integers(-1_000, 1_000).map(lambda hours: EPOCH + timedelta(hours=hours))
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "inside": st.booleans(),
    "category": st.sampled_from(CATEGORIES),
    "purpose": st.sampled_from(PURPOSES),
    "count": st.integers(0, 2**53 - 1) | st.integers(0, 5),
    "lead_s": st.integers(-(10**10), 10**10) | st.integers(-5, 5),
    "start": moments,
    "end": moments,
    "lower_m": st.integers(-10, 10**9),
    "upper_m": st.integers(-10, 10**9),
    **{name: st.booleans() for name in CAPABILITIES},
}
whole_facts: st.SearchStrategy[dict[str, Fact]] = st.fixed_dictionaries(FACTS)


def names(kind: str) -> st.SearchStrategy[Tree]:
    return st.sampled_from([("name", name) for name, its in NAMES.items() if its == kind])


numbers = st.tuples(st.just("number"), st.integers(0, 2**53 - 1) | st.integers(0, 5))
texts = {"category": st.sampled_from(CATEGORIES), "purpose": st.sampled_from(PURPOSES)}


@st.composite
def trees(draw: st.DrawFn, kind: str, depth: int = 4) -> Tree:
    """A tree of a type: ("name", ...), ("number", ...), ("sum", mark, left, right) and so on."""
    if kind in ("category", "purpose"):
        return draw(names(kind))
    leaf = names(kind)
    if kind == "int":
        leaf |= numbers
    if kind == "duration":
        leaf = st.tuples(st.just("duration"), st.integers(0, 8_000))
    if kind == "timestamp":
        leaf |= st.tuples(st.just("timestamp"), moments)
    if kind == "bool":
        leaf |= st.sampled_from([("flag", True), ("flag", False)])
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(leaf)

    def below(inner: str) -> Tree:
        return draw(trees(inner, depth - 1))

    if draw(st.integers(0, 6)) == 0:
        return "choice", below("bool"), below(kind), below(kind)
    if kind == "bool":
        made: Tree = draw(st.sampled_from([_join, _not, _compare, _among]))(draw, below)
        return made
    if kind == "int" and draw(st.booleans()):
        return "minus", below("int")
    sums = {
        "int": [("+", "int", "int"), ("-", "int", "int"), ("*", "int", "int")],
        "duration": [("-", "timestamp", "timestamp"), ("+", "duration", "duration"), ("-", "duration", "duration")],
        "timestamp": [("+", "timestamp", "duration"), ("-", "timestamp", "duration")],
    }
    mark, left, right = draw(st.sampled_from(sums[kind]))
    return "sum", mark, below(left), below(right)


def _join(draw: st.DrawFn, below: Any) -> Tree:
    return draw(st.sampled_from(["&&", "||"])), *(below("bool") for _ in range(draw(st.integers(2, 4))))


def _not(draw: st.DrawFn, below: Any) -> Tree:
    return "not", below("bool")


def _compare(draw: st.DrawFn, below: Any) -> Tree:
    kind = draw(st.sampled_from(["int", "timestamp", "duration", "bool"]))
    marks = ["==", "!="] if kind == "bool" else list(COMPARE)
    return "compare", draw(st.sampled_from(marks)), below(kind), below(kind)


def _among(draw: st.DrawFn, below: Any) -> Tree:
    kind = draw(st.sampled_from(["category", "purpose", "int"]))
    if kind == "int":
        return "in", below("int"), tuple(draw(st.lists(st.integers(0, 5), min_size=1, max_size=4)))
    if draw(st.booleans()):
        return "is", draw(st.sampled_from(["==", "!="])), below(kind), draw(texts[kind]), draw(st.booleans())
    return "in", below(kind), tuple(draw(st.lists(texts[kind], min_size=1, max_size=4)))


def binds(tree: Tree) -> int:
    match tree[0]:
        case "choice":
            return CHOICE
        case "||":
            return ANY
        case "&&":
            return ALL
        case "compare" | "in" | "is":
            return RELATION
        case "sum":
            return PRODUCT if tree[1] == "*" else SUM
        case "minus" | "not":
            return SIGN
        case _:
            return ITEM


def written(tree: Tree, place: int, draw: st.DrawFn) -> str:
    """The tree as text, in brackets where it must be and sometimes where it need not."""
    text = _bare(tree, draw)
    if binds(tree) < place or draw(st.integers(0, 9)) == 0:
        text = f"({text})"
    return text


def _bare(tree: Tree, draw: st.DrawFn) -> str:
    space = " " * draw(st.integers(0, 2))
    match tree:
        case ("name", name):
            return str(name)
        case ("number", number):
            return str(number)
        case ("flag", flag):
            return "true" if flag else "false"
        case ("timestamp", moment):
            return f"timestamp('{moment:%Y-%m-%dT%H:%M:%SZ}')"
        case ("duration", minutes):
            return f"duration{space}('{minutes // 60}h{minutes % 60}m')"
        case ("choice", condition, one, other):
            asks, then = written(condition, ANY, draw), written(one, ANY, draw)
            return f"{asks}{space}?{space}{then}{space}:{written(other, CHOICE, draw)}"
        case ("&&" | "||" as mark, *parts):
            inner = ALL if mark == "||" else RELATION
            return f"{space}{mark}{space}".join(written(part, inner, draw) for part in parts)
        case ("compare", mark, left, right):
            return f"{written(left, RELATION, draw)}{space}{mark}{space}{written(right, SUM, draw)}"
        case ("is", mark, left, text, turned):
            sides = [written(left, SUM, draw), f"'{text}'"]
            return f"{space}{mark}{space}".join(reversed(sides) if turned else sides)
        case ("in", left, items):
            return f"{written(left, RELATION, draw)} in{space}[{', '.join(map(repr, items))}]"
        case ("sum", "*", left, right):
            return f"{written(left, PRODUCT, draw)}{space}*{space}{written(right, SIGN, draw)}"
        case ("sum", mark, left, right):
            return f"{written(left, SUM, draw)}{space}{mark}{space}{written(right, PRODUCT, draw)}"
        case ("not" | "minus" as sign, inner):
            return f"{'!' if sign == 'not' else '-'}{space}{written(inner, ITEM, draw)}"
    raise AssertionError(tree)


def worked_out(tree: Tree, facts: dict[str, Fact]) -> Any:
    """What it comes to, or UNKNOWN."""
    match tree:
        case ("name", name):
            return facts.get(name, UNKNOWN)
        case ("number" | "flag" | "timestamp", value):
            return value
        case ("duration", minutes):
            return timedelta(minutes=minutes)
        case ("choice", condition, one, other):
            answer = worked_out(condition, facts)
            return UNKNOWN if answer is UNKNOWN else worked_out(one if answer else other, facts)
        case ("&&" | "||" as mark, *parts):
            deciding = mark == "||"
            answers = [worked_out(part, facts) for part in parts]
            if deciding in answers:
                return deciding
            return UNKNOWN if UNKNOWN in answers else not deciding
        case ("not", inner):
            answer = worked_out(inner, facts)
            return UNKNOWN if answer is UNKNOWN else not answer
        case ("minus", inner):
            return _small(0, "-", worked_out(inner, facts))
        case ("compare", mark, left, right):
            return _pair(COMPARE[mark], worked_out(left, facts), worked_out(right, facts))
        case ("is", mark, left, text, _):
            return _pair(COMPARE[mark], worked_out(left, facts), text)
        case ("in", left, items):
            return _pair(lambda one, many: one in many, worked_out(left, facts), items)
        case ("sum", mark, left, right):
            return _small(worked_out(left, facts), mark, worked_out(right, facts))
    raise AssertionError(tree)


def _pair(apply: Any, left: Any, right: Any) -> Any:
    return UNKNOWN if left is UNKNOWN or right is UNKNOWN else apply(left, right)


def _small(left: Any, mark: str, right: Any) -> Any:
    answer = _pair(REACH[mark], left, right)
    return UNKNOWN if isinstance(answer, int) and answer not in INT64 else answer


def taken(source: str) -> Expression | None:
    """The expression; None if it is refused for its size, the only thing that a sound text can be refused for."""
    expression, why = asked(source)
    assert expression is not None or "make two red lines of it" in why, (source, why)
    return expression


def asked(source: str) -> tuple[Expression | None, str]:
    """The expression, or why there is none."""
    try:
        return expression_from(source), ""
    except InvalidValue as refused:
        return None, str(refused)


@st.composite
def sources(draw: st.DrawFn) -> tuple[Tree, str]:
    """A condition, and a text of it."""
    tree = draw(trees("bool"))
    return tree, written(tree, CHOICE, draw)


@given(st.data())
def test_a_sound_text_comes_to_what_it_says(data: st.DataObject) -> None:
    tree, source = data.draw(sources())
    expression = taken(source)
    assume(expression is not None)
    assert expression is not None
    whole = data.draw(whole_facts)
    hidden = data.draw(st.sets(st.sampled_from(sorted(NAMES))))
    for facts in (whole, {name: fact for name, fact in whole.items() if name not in hidden}):
        expected = worked_out(tree, facts)
        assert expression.answer(Known(facts)) == ("unknown" if expected is UNKNOWN else "yes" if expected else "no"), (
            source
        )


@given(st.data())
def test_what_is_decided_stays_so_whatever_else_becomes_known(data: st.DataObject) -> None:
    expression = taken(data.draw(sources())[1])
    assume(expression is not None)
    assert expression is not None
    whole = data.draw(whole_facts)
    hidden = data.draw(st.sets(st.sampled_from(sorted(NAMES))))
    partly = expression.answer(Known({name: fact for name, fact in whole.items() if name not in hidden}))
    assert partly in ("unknown", expression.answer(Known(whole)))


WORDS = (
    *NAMES, *FUNCTIONS, "true", "false", "in", "has", "all", "size", "null", "x", "_", "duration", "'air'",
    "'training'",
    "timestamp('2026-01-01T00:00:00Z')", "duration('1h')", '"sea"', "''", "0", "1", "42", "1.5", "1u", "0x1", "b'a'",
    "r'a'", "&&", "||", "!", "?", ":", "<", "<=", "==", "!=", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".",
    "{", "}", "//", "@", "\\", "'", "\n", "é",
)  # fmt: skip
OPERATORS = {
    "_&&_", "_||_", "!_", "-_", "_?_:_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "_+_", "_-_", "_*_", "@in",
}  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["", " "]), whole_facts)
def test_whatever_passes_is_a_condition_over_known_names(said: list[str], space: str, whole: dict[str, Fact]) -> None:
    """By the library's own analysis; and with all facts known it comes to yes or no, unless a number overflows."""
    expression, why = asked(space.join(said))
    if expression is None:
        assert why.startswith("cel: ")
        assert why.isprintable()
        return
    program = expression._program
    assert set(program.variables()) == expression.names <= NAMES.keys()
    assert set(program.functions()) <= OPERATORS | set(FUNCTIONS)
    assert expression.answer(Known(whole)) != "unknown" or not {"+", "-", "*"}.isdisjoint(said)


@given(st.text(max_size=60) | st.text("()[]!?:&|<>=+-*'\" ,inside1", max_size=200))
def test_any_text_is_an_expression_or_a_refusal(source: str) -> None:
    expression, why = asked(source)
    assert expression is None or expression.answer(Known({})) in ("yes", "no", "unknown")
    assert len(why.encode()) < 600
