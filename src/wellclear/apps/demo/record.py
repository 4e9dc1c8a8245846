"""Step 11: what remains. A timeline in sentences, a bundle, a stranger's check of it, and one changed byte."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from wellclear.apps.demo.processes import environment
from wellclear.apps.demo.station import EXERCISE_PASSPHRASE, Station
from wellclear.apps.demo.story import Story
from wellclear.apps.timeline import timeline_of_bundle
from wellclear.errors import Unavailable, Unverified

COMMAND_S: Final = 60


def record(story: Story) -> None:
    """Step 11."""
    teller, station = story.teller, story.second
    teller.heading(11, "What a stranger can check")
    bundle = story.directory / "bundle"
    with teller.outcome(f"{station.party} exported the log as a bundle"):
        wellclear(["export", str(bundle)], station)
        if not any((bundle / "parts").glob("*")):
            raise Unavailable("the bundle", f"opens nothing of what {station.party} wrote or was told")
    lied = "; nothing is wrong with it but the host's lie" if story.evidence else ""
    with teller.outcome(f"a separate process verified it in an empty folder, with every network door shut{lied}"):
        report = verify(bundle, story.channel, lied=bool(story.evidence))
    for fault in report["faults"]:
        teller.say(f"Entry {fault['index']}: {fault['why']}.")
    teller.say(f"{report['entries']} entries; the first things that hold:")
    for words in report["holds"][:3]:
        teller.say(f"  {words}")
    with teller.outcome("one byte changed in a copy: refused, and the file is named"):
        changed = spoil(bundle, story.directory / "bundle-with-one-byte-changed")
    teller.say(f"It named {changed}.")
    with teller.outcome("the timeline tells in sentences who was told what, when, and who answered"):
        told = timeline_of_bundle(bundle)
        (story.directory / "timeline.txt").write_text("\n".join(told.lines()) + "\n", encoding="utf-8")
        missing = [item for item in story.items.values() if not any(item in line.text for line in told.said)]
        if missing:
            raise Unavailable("timeline", f"does not speak of {', '.join(missing)}")
    last = list(story.items.values())[-1]
    for line in told.said:
        if last in line.text:
            teller.event(line.at_us, f"[{line.index}]" if line.index is not None else "-", line.text)
    for party, file in story.evidence.items():
        with teller.outcome(f"with the bundle, {party}'s evidence names whose key it convicts: {story.host.party}'s"):
            whose = judge_evidence(file, bundle)["whose"]
            if story.host.party not in whose:
                raise Unverified("evidence", f"convicts {whose}")


def verify(bundle: Path, channel: str, *, lied: bool = False) -> dict[str, Any]:
    """The report on a bundle, made by a process of its own that has a copy of the bundle and nothing else.

    Args:
        bundle: where it lies.
        channel: its id.
        lied: it is one of two histories, so entries in it may name the other one; nothing else may be wrong.

    Raises:
        Unverified: it does not hold; says what.
    """
    with tempfile.TemporaryDirectory(prefix="wellclear-stranger-") as empty:
        shutil.copytree(bundle, Path(empty) / "bundle")
        done = _run(
            ["wellclear.apps.demo.offline", "verify", "bundle", "--channel", channel, "--json"], Path(empty), {}
        )
    report: dict[str, Any] = json.loads(done.stdout) if done.returncode in (0, 1) and done.stdout else {}
    other = [fault for fault in report.get("faults", ()) if not (lied and fault["why"].startswith("HEAD_DIFFERS:"))]
    if not report or other:
        raise Unverified("bundle", f"exit code {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
    return report


def judge_evidence(file: Path, bundle: Path | None = None) -> dict[str, str]:
    """What `wellclear verify-evidence` says of a file, in a process of its own without any network.

    Raises:
        Unverified: it proves nothing.
    """
    told = [] if bundle is None else ["--bundle", str(bundle)]
    done = _run(["wellclear.apps.demo.offline", "verify-evidence", str(file), *told, "--json"], file.parent, {})
    if done.returncode:
        raise Unverified("evidence", f"exit code {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
    report: dict[str, str] = json.loads(done.stdout)
    return report


def spoil(bundle: Path, copy: Path) -> str:
    """Change one byte in a copy of a bundle, have it verified, and return the file that was named.

    Raises:
        Unverified: the change was not found, or another file was named.
    """
    shutil.copytree(bundle, copy)
    victim = sorted(path for path in (copy / "tile" / "entries").rglob("*") if path.is_file())[0]
    raw = bytearray(victim.read_bytes())
    raw[len(raw) // 2] ^= 1
    victim.write_bytes(raw)
    name = victim.relative_to(copy).as_posix()
    done = _run(["wellclear.apps.demo.offline", "verify", str(copy), "--json"], copy.parent, {})
    if done.returncode != 1:
        raise Unverified("changed bundle", f"verify ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
    named = [str(fault["file"]) for fault in json.loads(done.stdout)["faults"]]
    if name not in named:
        raise Unverified("changed bundle", f"{name} was changed, but verify named {', '.join(named)}")
    shutil.rmtree(copy)
    return name


def wellclear(words: Sequence[str], station: Station | None) -> str:
    """What a command of the command line prints; for a station's home, with the exercise's passphrase.

    Raises:
        Unavailable: it ended with another code than 0.
    """
    home = [] if station is None else ["--home", str(station.settings.home)]
    done = _run(["wellclear.apps.cli.main", *words, *home], None, {"WELLCLEAR_PASSPHRASE": EXERCISE_PASSPHRASE})
    if done.returncode:
        raise Unavailable(f"wellclear {words[0]}", f"exit code {done.returncode}: {done.stderr.strip()[-600:]}")
    return done.stdout


def _run(words: Sequence[str], directory: Path | None, more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  # our own interpreter and modules
            [sys.executable, "-P", "-m", *words], cwd=directory, env=environment() | more, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=COMMAND_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"wellclear {words[1]}", f"did not end within {COMMAND_S} s") from error
