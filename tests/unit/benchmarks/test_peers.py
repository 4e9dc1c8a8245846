"""Peers and our engine answer the same questions from the same files; here in this process, as they need no other."""

from __future__ import annotations

import ast
import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import engine, peers
from benchmarks.crowd import crowd
from benchmarks.peer import Peer, python_of
from benchmarks.peers import flat, serve
from benchmarks.peers.asking import Holding

FOLDER = Path(peers.__file__).parent


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    asked = [replace(item, id=f"Q{item.id}", party="Q") for item in crowd(10, seed=2)]
    work = {"held": [engine.written(one) for one in crowd(300, seed=1)], "asked": [engine.written(q) for q in asked]}
    return engine.write(tmp_path_factory.mktemp("work") / "crowd.json", work)


def test_a_file_of_work_gives_the_same_volumes_again() -> None:
    for item in crowd(60, seed=3):
        assert engine.read(engine.written(item)) == item


@pytest.mark.parametrize("module", [engine, flat])
def test_all_questions_are_answered(module: object, file: str) -> None:
    with module.opened() as holding:  # type: ignore[attr-defined]  # both have it, as every peer has
        assert isinstance(holding, Holding)
        assert holding.load(file)["held"] == 300
        assert len(holding.check()) == 10
        pairs = holding.sweep()["pairs"]
        assert pairs
        assert all(a < b for a, b in pairs)


def test_two_ways_find_nearly_the_same_pairs(file: str) -> None:
    found = []
    for module in (engine, flat):
        with module.opened() as holding:
            holding.load(file)
            found.append(set(holding.sweep()["pairs"]))
    assert len(found[0] ^ found[1]) <= len(found[0]) * 0.2


def test_a_pair_is_decided_with_a_minimum_of_its_own(tmp_path: Path) -> None:
    a, b = (
        {"id": name, "party": name, "shape": "point", "corners": [lon_e7, 0], "radius_mm": 0, "slab": [0, 1, 0, 1]}
        for name, lon_e7 in (("a", 0), ("b", 100_000))  # 1,113 metres apart
    )
    rows = [{"a": a, "b": b, "lateral_mm": lateral_mm} for lateral_mm in (1_000_000, 1_200_000)]
    asked = engine.write(tmp_path / "close.json", rows)
    for module in (engine, flat):
        with module.opened() as holding:
            assert holding.meet(asked) == [False, True]


def test_a_question_that_fails_is_answered_with_the_reason() -> None:
    with flat.opened() as holding:
        said = serve.answer(holding, {"ask": "load", "file": "not there"})
    assert said["failed"].startswith("FileNotFoundError")


def test_a_peer_is_a_process_that_ends_with_its_input(file: str) -> None:
    peer = Peer("wellclear", python_of("wellclear", Path("unused")))
    assert peer.ask("load", file=file)["held"] == 300
    assert len(peer.ask("check")) == 10
    peer.close()


def test_no_peer_knows_anything_of_us() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith("wellclear"), path.name
                assert not name.startswith("benchmarks") or name.startswith("benchmarks.peers"), path.name


def test_every_peer_lies_where_it_says() -> None:
    for name, module in serve.PEERS.items():
        assert importlib.util.find_spec(module), name
