"""`wellclear demo`: plays a scenario to its end, checks what every step must bring, and leaves nothing running."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from wellclear.apps.demo.aftermath import aftermath
from wellclear.apps.demo.closing import closing
from wellclear.apps.demo.convoy import a_convoy
from wellclear.apps.demo.hostile import two_histories
from wellclear.apps.demo.processes import supervised
from wellclear.apps.demo.record import record
from wellclear.apps.demo.red_line import a_draft_that_touches, a_red_line
from wellclear.apps.demo.scenario import PALMYRA, read_scenario
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE
from wellclear.apps.demo.steps import agreement, crossing, too_late
from wellclear.apps.demo.story import Story
from wellclear.apps.demo.telling import OutcomeMissing, Teller
from wellclear.apps.demo.tracks import a_track
from wellclear.apps.demo.watch import unanswered
from wellclear.edges.keyring import make_private_directory
from wellclear.errors import Misconfigured, Unavailable, WellclearError

Steps = tuple[Callable[[Story], None], ...]
STEPS: Final[Steps] = (
    agreement,
    a_red_line,
    a_draft_that_touches,
    crossing,
    a_convoy,
    too_late,
    unanswered,
    a_track,
    aftermath,
    closing,
    record,
)
HOSTILE: Final[Steps] = (agreement, crossing, two_histories, record)
LOOK_S: Final = 1.0
AFTER: Final = "THE END"
EXIT_MISSING: Final = 1
INTERRUPTED: Final = 130


def main(
    *,
    fast: bool = False,
    leave: bool = False,
    browser: bool = True,
    keep: Path | None = None,
    file: Path | None = None,
    hostile: bool = False,
) -> int:
    """Play a scenario; returns 0 when every outcome came about, 1 when one is missing, 130 when it was interrupted.

    Args:
        fast: nobody sits here; the ladder runs and no page is opened.
        leave: end after the last step instead of keeping the channel alive.
        browser: open the pages of the two principals' nodes.
        keep: keep everything in this new directory; the bundle is in its `bundle`.
        file: another scenario than `palmyra`.
        hostile: the host shows the two sides different logs.

    Raises:
        Malformed, Unavailable: no such scenario.
        Misconfigured: the directory to keep is not empty.
    """
    scenario = read_scenario(file or PALMYRA)
    teller = Teller()
    with _ended_by_signals(teller), _directory(keep) as directory:
        try:
            with supervised(directory) as processes, ExitStack() as stack:
                story = Story(scenario, directory, teller, processes, fast)
                stack.callback(story.close)
                _play(story, HOSTILE if hostile else STEPS, browser=browser and not fast)
                if not leave:
                    _stay(story)
        except OutcomeMissing as missing:
            _tell_missing(teller, missing, directory, directory if keep else _keep_logs(directory))
            return EXIT_MISSING
        except KeyboardInterrupt:
            teller.line("\nStopped; every process of the demo has ended.")
            return 0 if teller.step == AFTER else INTERRUPTED
    return 0


def _play(story: Story, steps: Steps, *, browser: bool) -> None:
    teller, scenario = story.teller, story.scenario
    began = time.monotonic()
    teller.banner()
    teller.say(f"Wellclear, scenario {scenario.name}: {scenario.title}.", "bold")
    teller.say(
        "A neutral host and the nodes of the parties start as processes of their own on this machine, with real keys"
        " and files. The parties are invented, and so is what they do. Nothing leaves this machine."
    )
    for step in steps:
        try:
            step(story)
        except WellclearError as error:
            raise OutcomeMissing(teller.step, "the step as a whole", str(error)) from error
        if step is agreement and browser:
            _open_pages(story)
    teller.console.print()
    teller.say(f"All {len(teller.outcomes)} outcomes came about, in {time.monotonic() - began:.0f} s.", "bold")
    if not story.evidence:
        teller.say(
            "Step 10, a host that shows the two sides different logs, is played by: wellclear demo --hostile-host"
        )
    teller.banner()


def _stay(story: Story) -> None:
    """Keep the channel alive until it is interrupted; raises `KeyboardInterrupt` then."""
    teller = story.teller
    teller.step = AFTER
    home = story.second.settings.home
    teller.console.print()
    teller.say("The channel stays alive until you press Ctrl-C. In another terminal, try:")
    if shutil.which("wellclear") is None:  # as after `make demo`: the environment was never activated
        teller.line(f'    export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    teller.line(f"    export WELLCLEAR_PASSPHRASE='{EXERCISE_PASSPHRASE}'")
    teller.line(f"    wellclear board --home {home}")
    if story.evidence:
        teller.line(f"    wellclear safety cease --as W1 --to {story.first.desk} --home {home}")
        teller.line(f"    wellclear verify-evidence {story.evidence[story.second.party]}")
    else:
        teller.line(f"    wellclear message 'Good evening' --as W1 --to {story.first.desk} --home {home}")
        teller.line(f"    wellclear timeline --home {home}")
    try:
        while True:
            story.second.await_change(LOOK_S)
            story.second.look()
            story.processes.check()
    except WellclearError as error:
        raise OutcomeMissing(AFTER, "the channel stays alive", str(error)) from error


def _open_pages(story: Story) -> None:
    """Open the pages where there is a screen; a browser inside this terminal would cover the story."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin"):
        return
    for station in (story.first, story.second):
        threading.Thread(target=webbrowser.open, args=(station.page,), daemon=True).start()


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    """Where everything lies: a new directory that is kept, or one that goes when the demo ends."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="wellclear-demo-") as made:
            yield Path(made)
        return
    directory = keep.expanduser().absolute()
    make_private_directory(directory)
    try:
        empty = not any(directory.iterdir())
    except OSError as error:
        raise Unavailable(str(directory), f"cannot be read: {error.strerror}") from error
    if not empty:
        raise Misconfigured(str(directory), "is not empty", do="Name a new directory with --keep")
    yield directory


@contextmanager
def _ended_by_signals(teller: Teller) -> Iterator[None]:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does, so that its processes are told.

    An exception that a signal raises is lost where the interpreter ignores exceptions (a finalizer, a callback), so the
    teller remembers it until the next outcome.
    """

    def interrupt(_: int, __: FrameType | None) -> None:
        teller.interrupted = True
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep_logs(directory: Path) -> Path:
    """Save what the processes said from a directory that is about to go."""
    return Path(shutil.copytree(directory / "logs", Path(tempfile.mkdtemp(prefix="wellclear-failed-")) / "logs")).parent


def _tell_missing(teller: Teller, missing: OutcomeMissing, directory: Path, kept: Path) -> None:
    teller.console.print()
    teller.say(f"✘ {missing.step}: this did not come about: {missing.outcome}", "bold red")
    teller.say(missing.why.replace(str(directory), str(kept)))  # what it speaks of is where it was moved to
    teller.line(f"  The logs of the processes are in {kept / 'logs'}")
