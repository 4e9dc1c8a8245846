"""Running named tests in a child of their own, with one rule disabled or none, and what came of each test.

The children are forked from a parent that has imported what the product depends on, but nothing of the product: that
is what makes a hundred runs a matter of a minute.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.house.sources import ROOT
from tests.mutation.disabling import Rule, disable

Outcome = Literal["passed", "failed", "broken", "skipped"]
"""The worst of a test over its parameters. `broken`: the changed module makes no sense, which proves nothing."""

RUN_S_MAX = 300
_SENSELESS = (NameError, SyntaxError, ImportError)
_PRELOADED = (
    "cryptography.x509", "httpx", "hypothesis.strategies", "litestar", "msgspec", "nacl.bindings", "numpy", "pyproj",
    "rich.console", "rich.table", "rpds", "shapely", "typer", "uvicorn", "uvloop",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: each test by its node id, and all that was printed. `ended` is false where it was killed."""

    outcomes: dict[str, Outcome]
    output: str
    ended: bool
    took_s: float


class _Watcher:
    """A plugin of pytest that notes how each test went."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def pytest_sessionstart(self) -> None:
        """The first example that Hypothesis finds is enough; a smaller one tells nobody more."""
        from hypothesis import Phase, settings

        ci = settings.get_profile("ci")
        settings.register_profile("disabled", ci, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("disabled")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        name = item.nodeid.partition("[")[0]
        before = self.outcomes.get(name)
        if report.failed:
            senseless = call.excinfo is not None and isinstance(call.excinfo.value, _SENSELESS)
            self.outcomes[name] = "broken" if senseless and before != "failed" else "failed"
        elif before is None and (report.skipped or report.when == "call"):
            self.outcomes[name] = "skipped" if report.skipped else "passed"
        return report


def preload() -> None:
    """Import what every child needs and no rule changes."""
    for name in _PRELOADED:
        importlib.import_module(name)
    product = sorted(name for name in sys.modules if name.partition(".")[0] == "wellclear")
    assert not product, f"a rule in {product[0]} could not be disabled any more"


def run_all(jobs: Iterable[tuple[Rule | None, tuple[str, ...]]], processes: int) -> Iterator[tuple[int, Run]]:
    """Run each job in a child of its own, so many at a time; their numbers and what came of them, as they end."""
    waiting = list(enumerate(jobs))[::-1]
    running: dict[int, _Child] = {}
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < processes:
                number, (rule, tests) = waiting.pop()
                running[number] = _Child(Path(folder) / str(number), rule, tests)
            for number, child in list(running.items()):
                if child.over():
                    del running[number]
                    yield number, child.run()
            time.sleep(0.01)


class _Child:
    def __init__(self, place: Path, rule: Rule | None, tests: tuple[str, ...]) -> None:
        self._printed, self._told = place.with_suffix(".txt"), place.with_suffix(".json")
        self._started_s = time.monotonic()
        self._pid = os.fork()
        if not self._pid:
            try:
                _in_child(self._printed, self._told, rule, tests)
            finally:  # whatever happened, this copy of the parent ends here
                if sys.exc_info()[1] is not None:
                    traceback.print_exc()
                    sys.stderr.flush()
                os._exit(0)

    def over(self) -> bool:
        if time.monotonic() - self._started_s > RUN_S_MAX:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            return True
        return os.waitpid(self._pid, os.WNOHANG)[0] != 0

    def run(self) -> Run:
        ended = self._told.exists()
        outcomes = json.loads(self._told.read_text(encoding="utf-8")) if ended else {}
        output = self._printed.read_text(encoding="utf-8", errors="replace") if self._printed.exists() else ""
        return Run(outcomes, output, ended, time.monotonic() - self._started_s)


def _in_child(printed: Path, told: Path, rule: Rule | None, tests: tuple[str, ...]) -> None:
    out = os.open(printed, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.chdir(ROOT)
    if rule is not None:
        disable(rule)
    watcher = _Watcher()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-q", "-p", "no:cacheprovider", "--assert=plain", "--tb=short", "--no-header"]
    options.append(f"--basetemp={told.with_suffix('.tmp')}")  # else runs clear one another's directories away
    pytest.main([*options, *tests], plugins=[watcher])
    whole = told.with_suffix(".part")
    whole.write_text(json.dumps(watcher.outcomes), encoding="utf-8")
    whole.rename(told)
