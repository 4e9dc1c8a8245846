"""The part of CEL's grammar that a red line needs, read with types and bounds (decision 0041).

    choice  = any ["?" any ":" choice]     any = all {"||" all}     all = relation {"&&" relation}
    relation = sum {("<" | "<=" | ">" | ">=" | "==" | "!=") sum | "in" list}     sum = product {("+" | "-") product}
    product = sign {"*" sign}     sign = ["!" | "-"] item
    item = name | literal | function "(" text ")" | "(" choice ")"

The precedences are CEL's. What CEL has beside this (members, methods, macros, maps, floats, division, bytes, escapes)
is refused, each with its sentence.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final, NamedTuple, NoReturn

from wellclear.airspace.red_line_terms import NAMES, Kind
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.entry import CODE
from wellclear.domain.quantities import WHOLE_MAX, parse_time
from wellclear.errors import InvalidValue

WORDS_MAX: Final = 300
"""Names, literals and marks."""
DEPTH_MAX: Final = 24
"""Of the tree; a chain of `+`, `*` or comparisons is as deep as it is long, one of `&&` or `||` counts once."""
LISTED_MAX: Final = 32
FUNCTIONS: Final = ("timestamp", "duration")

_MACROS: Final = ("all", "exists", "exists_one", "filter", "has", "map")
_HOURS_MAX: Final = 366 * 24
_WORD: Final = re.compile(
    r"(?P<number>[0-9]+)(?![0-9A-Za-z_.])|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?!['\"])"
    r"|(?P<text>'[^'\"\\]*'|\"[^'\"\\]*\")|(?P<mark>&&|\|\||[<>=!]=|[<>!?:()\[\],+*-])"
)
_DURATION: Final = re.compile(r"(?=.)(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?")
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ORDERED: Final = frozenset({"int", "timestamp", "duration"})
_SUMS: Final[dict[tuple[str, Kind, Kind], Kind]] = {
    ("+", "int", "int"): "int",
    ("-", "int", "int"): "int",
    ("*", "int", "int"): "int",
    ("-", "timestamp", "timestamp"): "duration",
    ("+", "timestamp", "duration"): "timestamp",
    ("-", "timestamp", "duration"): "timestamp",
    ("+", "duration", "duration"): "duration",
    ("-", "duration", "duration"): "duration",
}


class Word(NamedTuple):
    """A word and its place, counted from 1."""

    sort: str
    text: str
    at: int


class _Step(NamedTuple):
    """A part of the tree: its type, how deep it is, where it starts, and what stands in it if it is a literal."""

    kind: Kind
    depth: int
    at: int
    texts: tuple[str, ...] = ()


def words_of(source: str, where: str) -> list[Word]:
    """The words of a text and an end; raises InvalidValue (`where`) at a character with which none begins."""
    found: list[Word] = []
    at = 0
    while at < len(source):
        if source[at] == " ":
            at += 1
            continue
        match = _WORD.match(source, at)
        if match is None or not match[0].isascii() or not match[0].isprintable():
            raise InvalidValue(where, f"at character {at + 1}: {_odd(source, at)}")
        found.append(Word(match.lastgroup or "", match[0], at + 1))
        if len(found) > WORDS_MAX:
            raise InvalidValue(where, f"has more than {WORDS_MAX} words; make two red lines of it")
        at = match.end()
    return [*found, Word("end", "", len(source) + 1)]


def _odd(source: str, at: int) -> str:
    """What to say of a character with which no word begins."""
    one = source[at]
    if one in "'\"":
        return "a text does not end, or holds more than ASCII without quotation marks and backslashes"
    if one.isdigit() and one.isascii():
        return "only whole numbers are known here, without a point or a letter"
    if one in "/%":
        return f"{one} is not known here, because it can fail; multiply the other side instead"
    if one == ".":
        return "names have no members and no methods here"
    if one in "&|=":
        return f"write {'==' if one == '=' else one * 2}"
    if one.isascii() and one.isalpha():
        return "bytes and raw texts are not known here; write 'plain letters'"
    return f"{one!a} has no place in an expression; only one space or more parts its words"


class Reader:
    """Reads words by the grammar above, and refuses at the first that does not fit; what it met stands in its sets."""

    def __init__(self, words: list[Word], where: str) -> None:
        self._words = words
        self._next = 0
        self._where = where
        self.names: set[str] = set()
        self.numbers: set[int] = set()
        self.moments_us: set[int] = set()

    def whole(self) -> None:
        """The whole text as one boolean."""
        step = self._choice(0)
        if self._word.sort != "end":
            self._refuse(self._word.at, f"`{self._word.text}` has no place here; join two conditions by && or ||")
        self._is(step, "bool", "the whole must be true or false, such as `radar` or `count > 3`")

    @property
    def _word(self) -> Word:
        return self._words[self._next]

    def _take(self, *texts: str) -> Word | None:
        """The next word if it is one of these marks (or `in`)."""
        word = self._word
        if word.sort in ("mark", "name") and word.text in texts:
            self._next += 1
            return word
        return None

    def _expect(self, text: str, why: str) -> None:
        if self._take(text) is None:
            found = f"`{self._word.text}`" if self._word.text else "the end"
            self._refuse(self._word.at, f"`{text}` belongs here{why}, not {found}")

    def _refuse(self, at: int, why: str) -> NoReturn:
        raise InvalidValue(self._where, f"at character {at}: {why}")

    def _is(self, step: _Step, kind: Kind, why: str) -> None:
        if step.kind != kind:
            self._refuse(step.at, f"{_a(step.kind)} stands where {_a(kind)} belongs; {why}")

    def _over(self, kind: Kind, *below: _Step) -> _Step:
        """A step above others."""
        depth = 1 + max(step.depth for step in below)
        if depth > DEPTH_MAX:
            self._too_deep(below[0].at)
        return _Step(kind, depth, below[0].at)

    def _too_deep(self, at: int) -> NoReturn:
        self._refuse(at, f"is more than {DEPTH_MAX} steps deep; make two red lines of it")

    def _choice(self, level: int) -> _Step:
        if level >= DEPTH_MAX:
            self._too_deep(self._word.at)
        condition = self._joined("||", level)
        if self._take("?") is None:
            return condition
        self._is(condition, "bool", "before `?` stands a condition")
        one = self._joined("||", level)
        self._expect(":", " (condition ? this : that)")
        other = self._choice(level + 1)
        if one.kind != other.kind or one.texts or other.texts:
            both = f"{_a(one.kind)} or {_a(other.kind)}"
            self._refuse(one.at, f"{both}: the two must be of one type, and neither a bare text")
        return self._over(one.kind, condition, one, other)

    def _joined(self, mark: str, level: int) -> _Step:
        """Conditions joined by `||`, or by `&&` one level below."""
        steps = [self._joined("&&", level) if mark == "||" else self._relation(level)]
        while self._take(mark):
            steps.append(self._joined("&&", level) if mark == "||" else self._relation(level))
        if len(steps) == 1:
            return steps[0]
        for step in steps:
            self._is(step, "bool", f"`{mark}` joins conditions")
        return self._over("bool", *steps)

    def _relation(self, level: int) -> _Step:
        left = self._sum(level)
        while mark := self._take("<", "<=", ">", ">=", "==", "!=", "in"):
            right = self._list() if mark.text == "in" else self._sum(level)
            self._compare(left, mark, right)
            left = self._over("bool", left, right)
        return left

    def _compare(self, left: _Step, mark: Word, right: _Step) -> None:
        """Whether two steps may be compared by a mark."""
        said = "==" if mark.text == "in" else mark.text
        kind = {"texts": "text", "ints": "int"}.get(right.kind, right.kind)
        for step, other, words in ((left, kind, right.texts), (right, left.kind, left.texts)):
            if step.kind in ("category", "purpose") and other == "text" and said in ("==", "!="):
                self._check_words(step.kind, words, mark.at)
                return
        if left.kind == kind and (kind in _ORDERED or (kind == "bool" and said in ("==", "!="))):
            return
        self._refuse(mark.at, f"{_a(left.kind)} and {_a(right.kind)} cannot be compared by `{mark.text}`")

    def _check_words(self, kind: Kind, words: tuple[str, ...], at: int) -> None:
        for word in words:
            if kind == "category" and word not in CATEGORIES:
                self._refuse(at, f"'{word[:40]}' is no category; they are {', '.join(CATEGORIES)}")
            if kind == "purpose" and not re.match(CODE, word):
                self._refuse(at, f"'{word[:40]}' can be no purpose code; it is written in small letters")

    def _sum(self, level: int) -> _Step:
        return self._chain(("+", "-"), level)

    def _chain(self, marks: tuple[str, ...], level: int) -> _Step:
        """Operands joined from the left by + and -, or by * one level below."""
        products = marks == ("*",)
        left = self._sign(level) if products else self._chain(("*",), level)
        while mark := self._take(*marks):
            right = self._sign(level) if products else self._chain(("*",), level)
            kind = _SUMS.get((mark.text, left.kind, right.kind))
            if kind is None:
                self._refuse(mark.at, f"{_a(left.kind)} and {_a(right.kind)} cannot be joined by `{mark.text}`")
            left = self._over(kind, left, right)
        return left

    def _sign(self, level: int) -> _Step:
        mark = self._take("!", "-")
        if mark is None:
            return self._item(level)
        if level >= DEPTH_MAX:
            self._too_deep(mark.at)
        if self._word.text in ("!", "-"):
            self._refuse(self._word.at, f"write one `{mark.text}`, and brackets where two are meant")
        step = self._item(level + 1)
        self._is(step, "bool" if mark.text == "!" else "int", f"`{mark.text}` stands before it")
        return self._over(step.kind, step)

    def _item(self, level: int) -> _Step:
        word = self._word
        self._next += int(word.sort != "end")
        if word.sort == "number":
            self._number(word)
            return _Step("int", 1, word.at)
        if word.sort == "text":
            return _Step("text", 1, word.at, (word.text[1:-1],))
        if word.sort == "name":
            return self._named(word)
        if word.text == "(":
            inner = self._choice(level + 1)
            self._expect(")", "")
            return self._over(inner.kind, inner)._replace(at=word.at, texts=inner.texts)
        found = f"`{word.text}`" if word.text else "the end"
        lists = "; a list stands only behind `in`" if word.text == "[" else ""
        return self._refuse(word.at, f"a name or a value belongs here, not {found}{lists}")

    def _named(self, word: Word) -> _Step:
        if word.text in ("true", "false"):
            return _Step("bool", 1, word.at)
        if self._word.text == "(":
            return self._called(word)
        kind = NAMES.get(word.text)
        if kind is None:
            near = get_close_matches(word.text, NAMES, 1)
            known = f"did you mean {near[0]}?" if near else f"the names are {', '.join(NAMES)}"
            self._refuse(word.at, f"`{word.text[:40]}` is no name that is known here; {known}")
        self.names.add(word.text)
        return _Step(kind, 1, word.at)

    def _called(self, word: Word) -> _Step:
        if word.text in _MACROS:
            self._refuse(word.at, f"`{word.text}` runs over a list, and nothing here does; write `in [...]`")
        if word.text not in FUNCTIONS:
            self._refuse(word.at, f"`{word.text[:40]}` is no function here; they are {' and '.join(FUNCTIONS)}")
        self._expect("(", "")
        said = self._word
        self._next += int(said.sort == "text")
        text = said.text[1:-1]
        if word.text == "duration":
            self._check_duration(said.at, text if said.sort == "text" else "")
            step = _Step("duration", 2, word.at)
        else:
            self.moments_us.add(self._moment(said.at, text if said.sort == "text" else ""))
            step = _Step("timestamp", 2, word.at)
        self._expect(")", "")
        return step

    def _check_duration(self, at: int, text: str) -> None:
        match = _DURATION.fullmatch(text)
        hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, -1)
        if not 0 <= hours * 3600 + minutes * 60 + seconds <= _HOURS_MAX * 3600 or seconds < 0:
            self._refuse(at, "a duration is a text such as '36h' or '1h30m', of at most 366 days")

    def _moment(self, at: int, text: str) -> int:
        try:
            moment_us = parse_time(text if _TIMESTAMP.fullmatch(text) else "")
        except InvalidValue:
            moment_us = WHOLE_MAX + 1
        if abs(moment_us) > WHOLE_MAX:
            self._refuse(at, "a timestamp is a text such as '2026-11-22T14:30:00Z'")
        return moment_us

    def _number(self, word: Word) -> None:
        number = int(word.text) if len(word.text) <= 16 else WHOLE_MAX + 1
        if number > WHOLE_MAX:
            self._refuse(word.at, f"the number is greater than {WHOLE_MAX}")
        self.numbers.add(number)

    def _list(self) -> _Step:
        """Literals of one type in square brackets."""
        first = self._word
        self._expect("[", " (a list such as ['air', 'drone'])")
        items: list[Word] = []
        while not items or self._take(","):
            items.append(self._word)
            if items[-1].sort not in ("text", "number") or items[-1].sort != items[0].sort:
                self._refuse(items[-1].at, "a list holds texts, or whole numbers")
            if len(items) > LISTED_MAX:
                self._refuse(items[-1].at, f"a list holds at most {LISTED_MAX}")
            self._next += 1
        self._expect("]", "")
        if items[0].sort == "number":
            for item in items:
                self._number(item)
            return _Step("ints", 2, first.at)
        return _Step("texts", 2, first.at, tuple(item.text[1:-1] for item in items))


def _a(kind: Kind) -> str:
    """A type for people."""
    return {
        "bool": "a condition", "int": "a number", "timestamp": "a moment", "duration": "a duration",
        "category": "the category", "purpose": "the purpose", "text": "a text", "texts": "a list of texts",
        "ints": "a list of numbers",
    }[kind]  # fmt: skip
