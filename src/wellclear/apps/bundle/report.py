"""What `verify` and `export` say, for people (`lines()`) and for programs (`json()`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wellclear.channel.verdict import Verdict
from wellclear.domain.marks import EXERCISE
from wellclear.domain.quantities import dtg, format_time
from wellclear.errors import InvalidValue
from wellclear.log.bundle import Fault
from wellclear.picture.doubt import Doubt

FAULTS_SHOWN = 40
DOUBTFUL = "What is doubtful, though it holds:"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """A verdict in words. `exit_code` is 0 only if everything holds, else 1."""

    path: str
    channel: str
    exporter: str
    made_us: int | None
    entries: int
    remarks: int
    holds: tuple[str, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]
    exercise: bool = False
    doubtful: tuple[Doubt, ...] = ()
    """What a lost key may have said in other hands; it verifies, and stands, all the same."""

    @classmethod
    def of(cls, path: str, verdict: Verdict) -> VerifyReport:
        """The report on a verdict."""
        manifest = verdict.manifest
        return cls(
            path=path,
            channel=verdict.picture.channel,
            exporter=manifest.party if manifest is not None else "",
            made_us=manifest.made if manifest is not None else None,
            entries=verdict.picture.size,
            remarks=verdict.remarks,
            holds=tuple(verdict.holds),
            faults=tuple(verdict.faults),
            unknown=tuple(verdict.unknown),
            exercise=verdict.picture.exercise,
            doubtful=tuple(doubt for _, marks in sorted(verdict.doubts.marks.items()) for doubt in marks),
        )

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def causes(self) -> tuple[Fault, ...]:
        """The faults that stand by themselves; all others follow from an entry that is among these."""
        return tuple(fault for fault in self.faults if not fault.follows)

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1

    @property
    def verdict(self) -> str:
        """The one line that counts."""
        if self.ok:
            return f"{self.path}: everything that can be checked holds."
        count, more = len(self.causes), len(self.faults) - len(self.causes)
        said = f"{self.path}: DOES NOT HOLD, {count} fault{'s' if count > 1 else ''}"
        return said + (f" with {_consequences(more)}." if more else ".")

    def lines(self, *, verbose: bool = False) -> list[str]:
        """The report for a person: the verdict first, and above it only that it is an exercise.

        Of what follows from a broken entry only the number is told, unless `verbose`: the first place is what counts.
        """
        said = [EXERCISE, self.verdict] if self.exercise else [self.verdict]
        if self.channel:
            made = f", exported by {self.exporter} at {_moment(self.made_us)}" if self.made_us is not None else ""
            said.append(f"Channel {self.channel}, {self.entries} entries{made}.")
        said += self._fault_lines(verbose=verbose)
        said += _section("What holds:", list(self.holds))
        if self.remarks:
            said.append(f"  {self.remarks} entries could not stand and moved nothing; the timeline names them.")
        said += _section(DOUBTFUL, doubt_lines(self.doubtful))
        return said + _section("What no check of these files can tell:", list(self.unknown))

    def _fault_lines(self, *, verbose: bool) -> list[str]:
        told = self.faults if verbose else self.causes[:FAULTS_SHOWN]
        said = _section("What does not hold:", [str(fault) for fault in told])
        if verbose:
            return said
        if len(self.causes) > FAULTS_SHOWN:
            said.append(f"  and {len(self.causes) - FAULTS_SHOWN} more (-v lists them)")
        if follow := len(self.faults) - len(self.causes):
            said.append(f"  and {_consequences(follow)} of this, not to be judged before it is mended (-v lists them)")
        return said

    def json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "path": self.path,
            "ok": "yes" if self.ok else "no",
            "channel": self.channel,
            "exercise": "yes" if self.exercise else "no",
            "exporter": self.exporter,
            "made_us": self.made_us,
            "made": None if self.made_us is None else _moment(self.made_us),
            "entries": self.entries,
            "remarks": self.remarks,
            "holds": list(self.holds),
            "faults": [
                {"file": one.file, "index": one.index, "why": one.why, "follows": "yes" if one.follows else "no"}
                for one in self.faults
            ],
            "doubtful": [
                {"index": one.index, "how": one.how, "holder": one.holder, "use": one.use, "revoked": one.revoked}
                for one in self.doubtful
            ],
            "unknown": list(self.unknown),
        }


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was exported, and for whom."""

    path: str
    channel: str
    entries: int
    parts: int
    files: int
    bytes: int
    readers: tuple[str, ...]
    exercise: bool
    left_out: int = 0

    def lines(self) -> list[str]:
        """The report for a person."""
        return [
            *([EXERCISE] if self.exercise else []),
            f"{self.path}: {self.entries} entries of channel {self.channel} in {self.files} files, {self.bytes} bytes.",
            f"It opens {self.parts} parts, which {' and '.join(self.readers)} wrote or were told.",
            "Every envelope is in it: who said what kind of thing to whom, when, and how urgently.",
            *([left_out_words(self.left_out)] if self.left_out else []),
        ]

    def json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "path": self.path,
            "channel": self.channel,
            "exercise": "yes" if self.exercise else "no",
            "entries": self.entries,
            "parts": self.parts,
            "files": self.files,
            "bytes": self.bytes,
            "readers": list(self.readers),
            "left_out": self.left_out,
        }


def left_out_words(count: int) -> str:
    """What is said of the openings that no export holds."""
    parts = "1 part" if count == 1 else f"{count} parts"
    return (
        f"Left out: {parts} that tell of other parties' sites, movements, deployments and surveys, which stand in no "
        "list and no export. Their commitments are in the log; one at a time: wellclear notice show ID."
    )


def doubt_lines(doubts: Iterable[Doubt]) -> list[str]:
    """One line for each lost key and what it did, with the entries in runs."""
    found: dict[str, list[int]] = {}
    for doubt in doubts:
        found.setdefault(doubt.words, []).append(doubt.index)
    return [f"{_runs(indices)}: {words}." for words, indices in found.items()]


def _runs(indices: list[int]) -> str:
    """Entries as runs: `entries 3 to 5, 9`."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    told = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)
    return f"entr{'y' if len(indices) == 1 else 'ies'} {told}"


def _consequences(count: int) -> str:
    return f"{count} consequence{'s' if count > 1 else ''}"


def _section(title: str, lines: list[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []


def _moment(moment_us: int) -> str:
    """Date-time group and ISO form; a hostile manifest may claim any moment."""
    try:
        return f"{dtg(moment_us)} ({format_time(moment_us)})"
    except InvalidValue:
        return f"{moment_us} µs"
