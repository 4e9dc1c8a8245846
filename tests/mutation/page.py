"""docs/requirements.md, made from the requirements, the rules and the marks of the tests: `make requirements`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from tests.house.sources import ROOT
from tests.mutation.disabling import Rule
from tests.mutation.marks import Marks, marks
from tests.mutation.requirements import SECTIONS, Requirement
from tests.mutation.rules import RULES

PAGE = ROOT / "docs" / "requirements.md"
_HEAD = """# Requirements, rules, tests

What a deconfliction channel must do (R) and must not do (N), each in one line; how far this product is; the rules in
the code that carry it; and the tests that fail without them. This page is made from the tests' own marks:
`make requirements`. `tests/house/test_requirements_page.py` holds it to them.

A **rule** is a place in the code. `make mutate` disables each one, alone, and shows that the tests named beside it fail
then; `tests/mutation/rules` says what is changed. *Also marked* counts further tests that carry the requirement's mark,
those with real processes and browsers among them. *Not yet* is meant as it stands: nothing here proves any of it.
"""


def made() -> str:
    """The page."""
    marked, lines = marks(), [_HEAD.rstrip(), ""]
    everything = [one for section in SECTIONS.values() for one in section]
    states = Counter(one.state for one in everything)
    told = ", ".join(f"{states[state]} {state}" for state in ("done", "partly", "not yet"))
    lines += [f"{len(everything)} requirements: {told}. {len(RULES)} rules, each with its mutation.", ""]
    for title, section in SECTIONS.items():
        lines += [f"## {title}", "", "| | what | state |", "|---|---|---|"]
        lines += [f"| {_link(one)} | {one.line} | {_state(one)} |" for one in section]
        lines.append("")
    lines += ["## Rules and their tests", ""]
    for one in everything:
        lines += _of(one, marked)
    return "\n".join(lines).rstrip() + "\n"


def _link(one: Requirement) -> str:
    return f"[{one.name}](#{one.name.lower()})" if _is_shown(one) else one.name


def _state(one: Requirement) -> str:
    return f"**{one.state}**" + (f": {one.missing}" if one.missing else "")


def _rules(one: Requirement) -> list[Rule]:
    return [rule for rule in RULES if one.name in rule.proves]


def _is_shown(one: Requirement) -> bool:
    return bool(_rules(one)) or one.name in {name for names in marks().values() for name in names}


def _of(one: Requirement, marked: Marks) -> Iterator[str]:
    rules = _rules(one)
    if not _is_shown(one):
        return
    yield from (f"### {one.name}", "", f"{one.line}.", "")
    if rules:
        yield from ("| rule | where | fails without it |", "|---|---|---|")
        for rule in rules:
            tests = "<br>".join(f"`{_short(test)}`" for test in rule.tests)
            yield f"| {rule.says} | `{rule.at.removeprefix('wellclear.')}` | {tests} |"
    else:
        yield "No rule that could be disabled."
    proving = {test for rule in rules for test in rule.tests}
    others = Counter(
        test.partition("::")[0] for test, names in marked.items() if one.name in names and test not in proving
    )
    if others:
        counted = ", ".join(
            f"`{_short(path)}`" + (f" ({number})" if number > 1 else "") for path, number in sorted(others.items())
        )
        yield from ("", f"Also marked: {counted}.")
    yield ""


def _short(test: str) -> str:
    return test.removeprefix("tests/").replace(".py::test_", ": ").removesuffix(".py")


def main(arguments: list[str]) -> int:
    """Write the page; with `--check` only say whether it would change."""
    text = made()
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
