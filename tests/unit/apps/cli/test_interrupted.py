"""Ctrl-C, whenever it comes: no traceback, and 130."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from wellclear.apps.cli.main import INTERRUPTED, leaving_at_once, main

DURING_AN_IMPORT = """
import os, signal, sys, weakref

class Interrupting:
    '''Sends Ctrl-C when a module is looked for; with a callback that swallows what it raises, as imports have many.'''
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            class Thing: pass
            thing = Thing()
            kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
            del thing
        return None

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job, as CI may be one, inherits SIG_IGN
sys.meta_path.insert(0, Interrupting())
from wellclear.apps.cli.main import main
sys.exit(main(["--version"]))
"""


@pytest.mark.parametrize("module", ["wellclear.apps.cli.commands", "typer", "wellclear.picture.fold"])
def test_while_modules_are_imported_it_ends_without_a_word(module: str) -> None:
    ended = subprocess.run([sys.executable, "-c", DURING_AN_IMPORT, module], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, b"", b"")


def test_nothing_slow_is_imported_before_somebody_listens() -> None:
    code = "import sys, wellclear.apps.cli.main; print([name for name in sys.modules if name.startswith('wellclear')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert told.strip() == "['wellclear', 'wellclear.apps', 'wellclear.apps.cli', 'wellclear.apps.cli.main']"


def test_while_a_command_runs_it_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("wellclear.apps.cli.commands.app", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert main(["--version"]) == INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr() == ("", "")


def test_afterwards_it_is_handled_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with leaving_at_once():
            assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with leaving_at_once():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN, "a background job is not interrupted"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_may_run_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--version"])))
    thread.start()
    thread.join()
    assert codes == [0]
