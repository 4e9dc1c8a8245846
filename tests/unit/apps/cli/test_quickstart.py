"""`quickstart` between starting the machines and proposing: node and host come up in any order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wellclear.apps.cli import agreeing, quickstart
from wellclear.apps.cli.acting import Workplace
from wellclear.errors import Unavailable


class Told:
    """A node's answers about the agreement, one after the other; the last one stays."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.states = list(states)

    def __enter__(self) -> None:
        """As a connection does."""

    def __exit__(self, *_: object) -> None:
        """As a connection does."""

    def get(self, path: str) -> dict[str, Any]:
        assert path == "agreement"
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that moves by what is slept, and nothing else."""
    times = [0.0]
    monkeypatch.setattr(quickstart, "time", SimpleNamespace(monotonic=lambda: sum(times), sleep=times.append))
    return times


def place(*states: dict[str, Any]) -> Workplace:
    return cast(Workplace, SimpleNamespace(client=Told(*states)))


def test_a_node_that_is_up_before_its_host_is_waited_for(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    early = {"version": 0, "proposals": [], "founding_fault": "host: did not answer"}
    at = place({"version": 0, "proposals": []}, early, early, {**early, "founding": {}}, {"version": 1})
    done: list[str] = []
    monkeypatch.setattr(quickstart, "Workplace", SimpleNamespace(open=lambda home: at))
    monkeypatch.setattr(agreeing, "propose", lambda **_: done.append(f"proposed after {len(slept) - 1}"))
    monkeypatch.setattr(agreeing, "sign", lambda **_: done.append("signed"))
    quickstart.open_channel(Path("home"), [], proposing=True, yes=True)
    assert done == ["proposed after 3", "signed"], "three times it was not there yet"


def test_what_never_comes_is_named_after_the_agreed_time(slept: list[float]) -> None:
    with pytest.raises(Unavailable, match="the other party has not signed yet; go on later with"):
        quickstart.wait_for(place({"version": 0}), lambda state: False, quickstart.NOT_SIGNED)
    assert sum(slept) == pytest.approx(quickstart.AGREE_S, abs=1)
