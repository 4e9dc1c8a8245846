"""`check --against` a running node: by its home and by its address, as a party's planner types it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.interop.live_channel import NORTH, PASSPHRASE, PATIENCE_S, SOUTH, Desk, agree, found, node_of, notice, serve
from tests.interop.test_node_process import start
from tests.ports import free_port
from wellclear.apps.cli.main import main
from wellclear.domain.quantities import format_time
from wellclear.edges.keyring import KDF_BY_NAME, create_key
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.testing.sketch import SketchParty, circle

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Running:
    """SOUTHLAND's node in a process of its own, and what NORTHLAND has announced to it."""

    home: Path
    url: str
    item: str
    start_us: int


async def announce(base: Path, parties: dict[str, SketchParty], channel: str, url: str) -> tuple[str, int]:
    """NORTHLAND announces a circle, and SOUTHLAND's node hears of it; both stop."""
    desks = [Desk(parties[name], node_of(base / name, parties[name], channel, url)) for name in (NORTH, SOUTH)]
    for desk in desks:
        desk.node.start()
    try:
        north, south = desks
        await agree(north, south, base / "host")
        start_us = north.node.core.now_us + 2 * HOUR_US
        said = notice(north, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000, start_us=start_us)])
        await north.send(said, ("W1", "drafter"), ("R1", "release_authority"))
        item = str(said.act.id)
        await south.until(lambda: item in south.node.core.detection.held())
        return item, start_us
    finally:
        for desk in desks:
            await desk.node.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    base = tmp_path_factory.mktemp("against")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    try:
        item, start_us = asyncio.run(announce(base, parties, channel, host.url))
        home = base / SOUTH
        for use in ("node", "sealing"):
            path, seed = home / "keys" / f"{use}.json", parties[SOUTH].seed_of(use)
            create_key(path, use, SOUTH, PASSPHRASE, seed, exercise=True, kdf=KDF_BY_NAME["minimum"])
        settings = NodeSettings(
            home=home, party=SOUTH, host_url=host.url, channel=channel, listen_port=free_port(), kdf="minimum"
        )
        write_node(settings)
        process, url = start(home)
        try:
            yield Running(home, url, item, start_us)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)
    finally:
        host.stop()


def draft(path: Path, running: Running, **more: object) -> str:
    """A circle of ours at the same place, without a party: it is the node's own."""
    window = {"start": format_time(running.start_us), "end": format_time(running.start_us + HOUR_US)}
    point = {"type": "Point", "coordinates": [38.31, 34.5]}
    properties = {"id": "D-1", "radius_m": 1000, **window, **more}
    path.write_text(json.dumps({"type": "Feature", "geometry": point, "properties": properties}), encoding="utf-8")
    return str(path)


@pytest.mark.requirement("N13", "R32")
def test_a_draft_is_checked_by_the_nodes_home_and_by_its_address(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_address = ["--against", running.url, "--token-file", str(running.home / "token")]
    answers = []
    for way in (["--against", str(running.home)], by_address):
        assert main(["check", draft(tmp_path / "d.geojson", running), *way, "--json"]) == 1
        captured = capsys.readouterr()
        assert "EXERCISE" in captured.err
        answers.append(json.loads(captured.out))
    (conflict,) = answers[0]["conflicts"]
    assert (conflict["a"], conflict["b"], conflict["b_party"]) == ("D-1", running.item, NORTH)
    assert (answers[0]["party"], answers[0]["compared"]["notices"]) == (SOUTH, 1)
    assert answers[0]["conflicts"] == answers[1]["conflicts"]
    assert "38.3," not in json.dumps(answers[0])


def test_other_parties_and_other_minima_have_no_place_there(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # with no token of anybody's
    way = ["--against", str(running.home)]
    assert main(["check", draft(tmp_path / "d.geojson", running), *way, "--party", NORTH]) == 2
    assert "this is the node of SOUTHLAND" in capsys.readouterr().err
    assert main(["check", draft(tmp_path / "d.geojson", running, party=NORTH), *way]) == 2
    assert main(["check", draft(tmp_path / "d.geojson", running), *way, "--time", "5"]) == 2
    assert main(["check", draft(tmp_path / "d.geojson", running), "--against", running.url]) == 6


def test_far_away_there_is_no_conflict_and_it_is_said_against_what(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = draft(tmp_path / "d.geojson", running, end=format_time(running.start_us - 3 * HOUR_US), start="230001ZNOV20")
    assert main(["check", name, "--against", str(running.home)]) == 0
    text = capsys.readouterr().out
    assert "No conflict found." in text
    assert "Compared: 1 draft of SOUTHLAND with 1 notice of 1 other party, none of them coarse. From " in text


def test_a_node_that_does_not_run_is_4(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = "http://127.0.0.1:9"
    words = ["check", draft(tmp_path / "d.geojson", running), "--against", port]
    assert main([*words, "--token-file", str(running.home / "token")]) == 4
    assert "nobody answers" in capsys.readouterr().err
