"""Whatever turns foreign bytes into values has a row in the fuzzers' table (docs/fuzzing.md)."""

from __future__ import annotations

import ast

from tests.fuzz.keep import LARGEST
from tests.fuzz.parsers import PARSERS
from tests.house.sources import ROOT, Source, modules

BY_NAME = ("read_", "decode_", "parse_", "open_", "unpack", "load_", "check_evidence")
FOREIGN = ("bytes", "BinaryIO", "Source", "Path")
"""A public function with such a name, whose first argument is one of these, is a door for foreign bytes."""
_BY_NODE = "judges what `edges.node_client` has decoded"
_BY_HTTP = "the whole application stands before generated requests in tests/fuzz/test_http.py"
ELSEWHERE = {
    "apps.check.asking": _BY_NODE,
    "apps.cli.acting": _BY_NODE,
    "apps.cli.agreeing": _BY_NODE,
    "apps.cli.asking": _BY_NODE,
    "apps.cli.enrolment": "reads a card by `edges.card`; its door is in tests/unit/apps/cli/test_enrolment.py",
    "apps.cli.hosting": "reads by `edges.card` and `domain`",
    "apps.cli.joining": "reads a card by `edges.card`",
    "apps.cli.notices": _BY_NODE,
    "apps.cli.proposals": _BY_NODE,
    "apps.cli.quickstart": "reads by `apps.cli.enrolment` and `edges.card`",
    "apps.cli.records_lines": "reads by `apps.cli.notice_form`, judges by `airspace.triggers`",
    "apps.copies": "puts together what `log` and `channel` have read",
    "apps.host.app": _BY_HTTP,
    "apps.host.recover": "puts together what `log` and `channel` have read",
    "apps.host.service": _BY_HTTP,
    "apps.node.witness_app": "bounds bytes; `log.witness`, `log.note` and `log.equivocation` read them",
    "edges.peers": "bounds bytes; `log.note` and `log.equivocation` read them",
    "apps.host.statements": "hands bytes to `channel.pictures`",
    "apps.pictures": "puts together what `log` and `channel` have read",
    "apps.inputs": "reads bytes, and judges none",
    "channel.bundle": "writes only",
}
"""Modules that the rule below finds and that parse nothing themselves, with the reason."""


def _is_door(source: Source) -> bool:
    """It says that bytes are malformed, or has a function that by its name and first argument reads some."""
    if source.layer in ("testing", "errors"):
        return False
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = node.exc.func
            if isinstance(name, ast.Name) and name.id == "Malformed":
                return True
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(BY_NAME) and node.args.args:
            first = node.args.args[0].annotation
            if first is not None and ast.unparse(first) in FOREIGN:
                return True
    return False


def _name(source: Source) -> str:
    return source.path.removeprefix("src/wellclear/").removesuffix(".py").replace("/", ".")


def test_every_parser_is_fuzzed() -> None:
    held = {name for row in PARSERS.values() for name in row.holds}
    doors = {_name(source) for source in modules() if _is_door(source)}
    assert not sorted(doors - held - ELSEWHERE.keys()), "they need a row in tests/fuzz, or a reason in ELSEWHERE"


def test_the_table_names_modules_that_are_there() -> None:
    there = {_name(source) for source in modules()} | {source.layer for source in modules()}
    held = {name for row in PARSERS.values() for name in row.holds}
    assert not sorted((held | ELSEWHERE.keys()) - there)


def test_the_corpus_belongs_to_parsers_and_stays_small() -> None:
    corpus = ROOT / "tests" / "fuzz" / "corpus"
    found = [path for path in corpus.rglob("*") if path.is_file()]
    assert {path.parent.name for path in found} == PARSERS.keys()
    sizes = [path.stat().st_size for path in found]
    assert max(sizes) <= LARGEST
    assert sum(sizes) < 2 * 1024 * 1024
