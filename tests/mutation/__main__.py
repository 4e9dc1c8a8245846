"""Disable each rule, alone, and show that the tests that prove it fail then: `make mutate`.

First all of those tests run with every rule in place, and must pass. A rule whose test passes without it, too, is named
and fails the run; so does one whose change makes no sense, or whose test does not end.

    python -m tests.mutation                      every rule
    python -m tests.mutation escort one-root …    these
    python -m tests.mutation --part 3/5           every fifth, beginning with the third
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence

from tests.mutation.disabling import Misplaced, Rule
from tests.mutation.rules import RULES
from tests.mutation.running import Run, preload, run_all


def chosen(names: Sequence[str], part: str) -> list[Rule]:
    """The rules of these names, or all; of them those of a part such as 3/5.

    Raises:
        SystemExit: there is no such rule or part.
    """
    known = {rule.name: rule for rule in RULES}
    strange = [name for name in names if name not in known]
    if strange:
        sys.exit(f"no rule is called {strange[0]}")
    rules = [known[name] for name in names] or list(RULES)
    number, _, parts = part.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        sys.exit(f"{part} is no part such as 3/5")
    return rules[int(number) - 1 :: int(parts)]


def complaints(rule: Rule | None, tests: Sequence[str], run: Run) -> Iterator[str]:
    """What is wrong with a run: with a rule disabled each test must fail, with none each must pass."""
    if not run.ended:
        yield "did not end"
        return
    wanted = "passed" if rule is None else "failed"
    for test in tests:
        found = run.outcomes.get(test, "not found")
        if found == "passed" and rule is not None:
            yield f"SURVIVES: {test} passes without it, too"
        elif found != wanted:
            yield f"{test}: {found}"


def baseline(rules: Sequence[Rule], processes: int) -> list[tuple[str, ...]]:
    """Every test once, in about equal shares; a file stays whole."""
    files: dict[str, list[str]] = {}
    for test in dict.fromkeys(test for rule in rules for test in rule.tests):
        files.setdefault(test.partition("::")[0], []).append(test)
    shares: list[list[str]] = [[] for _ in range(processes)]
    for _, tests in sorted(files.items(), key=lambda row: -len(row[1])):
        min(shares, key=len).extend(tests)
    return [tuple(share) for share in shares if share]


def _look_at(rules: Sequence[Rule]) -> None:
    for rule in rules:
        try:
            compile(rule.disabled_text(), rule.at, "exec", dont_inherit=True)
        except (Misplaced, SyntaxError) as error:
            sys.exit(f"{rule.name}: {error}")


def main(arguments: list[str]) -> int:
    """The exit code is 1 when any rule could be disabled unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="RULE")
    parser.add_argument("--part", default="1/1", help="such as 3/5: every fifth rule, beginning with the third")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    rules = chosen(asked.names, asked.part)
    started_s = time.monotonic()
    _look_at(rules)
    preload()
    jobs: list[tuple[Rule | None, tuple[str, ...]]] = [(None, share) for share in baseline(rules, asked.processes)]
    jobs += [(rule, rule.tests) for rule in rules]
    wrong = 0
    for done, (number, run) in enumerate(run_all(jobs, asked.processes), 1):
        rule, tests = jobs[number]
        found = list(complaints(rule, tests, run))
        wrong += bool(found)
        name = "with every rule in place" if rule is None else f"without {rule.name}"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{done}/{len(jobs)} {name}")
        for why in found:
            print(f"{name}: {why}")
        if found and not any("SURVIVES" in why for why in found):
            print(run.output[-2000:])
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    told = f"{len(rules)} rules disabled, each alone, in {time.monotonic() - started_s:.0f} s"
    print(f"{told}; {wrong} runs went wrong" if wrong else f"{told}; each was missed by the tests that prove it")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
