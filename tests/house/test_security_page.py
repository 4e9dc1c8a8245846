"""docs/security.md promises nothing without a test that exists, and leaves no row of the threat table out."""

from __future__ import annotations

import ast
import re

from tests.house.sources import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
THREATS = (
    "host forges", "host drops after receipt", "host withholds or freezes", "host reorders", "host shows two histories",
    "compromised party node", "hostile key", "two plaintexts from one ciphertext", "insider officer", "network",
    "stolen browser session", "replay", "clock tricks", "bombs", "flood",
    "full disk, bit flip, restored backup, two writers", "reader years later",
)  # fmt: skip
ROLES = (
    "host that is no reader", "recipient at a lower level", "observer or agency without parts", "former member",
    "stand-by without the sealing key", "stranger", "thief of a home",
)  # fmt: skip
NAMED = re.compile(r"`([a-z_/]+/test_[a-z_0-9]+): ([a-z_0-9]+)`")


def rows() -> dict[str, list[str]]:
    """The cells of each row of the page's tables, by the first one."""
    lines = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.split("\n") if line.startswith("|")
    ]
    return {cells[0].removeprefix("| ").strip(): cells[1:] for cells in lines}


def names_in(path: str) -> set[str]:
    """The names of the tests in a file below tests, without `test_`."""
    tree = ast.parse((ROOT / "tests" / f"{path}.py").read_text(encoding="utf-8"))
    return {
        node.name.removeprefix("test_")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_threat_and_role_has_a_row_with_a_promise_and_a_test() -> None:
    found = rows()
    for name in (*THREATS, *ROLES):
        assert name in found, name
        assert all(found[name]), f"{name}: an empty cell"
        assert NAMED.search(" ".join(found[name])), f"{name}: no test"


def test_every_test_that_the_page_names_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 40
    for path, name in named:
        assert name in names_in(path), f"{path}: {name}"


def test_what_rests_on_simulated_worlds_says_so_and_what_is_not_promised_is_said() -> None:
    assert sum("*(simulated)*" in " ".join(cells) for cells in rows().values()) >= 5
    for word in ("envelope", "truth", "fair order", "Forward secrecy", "Reading is not seen"):
        assert word in PAGE.partition("## Not promised")[2], word


def test_the_page_is_found_from_where_people_look() -> None:
    for path in ("README.md", "SECURITY.md"):
        assert "docs/security.md" in (ROOT / path).read_text(encoding="utf-8"), path
