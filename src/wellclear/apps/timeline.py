"""`timeline`: who was told what, when, and who answered, in plain sentences from the log alone (R33).

Each entry is one line, in the order of the log, at the picture's time after it. Between them stand derived lines: what
was not answered when it was due, and whom the ladder then called. Routine clock messages (`timeline_clocks`) are only
counted unless the reader asks for them. The same facts come as JSON, all clock messages among them. It works on a
bundle and on a node's store; what the reader may not open is told as sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import UNSET

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.bundle.report import VerifyReport, doubt_lines, left_out_words
from wellclear.apps.bundle.verify import Progress, opener
from wellclear.apps.figures import words
from wellclear.apps.sentences import TELL
from wellclear.apps.sentences_answers import TELL_ANSWER
from wellclear.apps.sentences_channel import TELL_CHANNEL
from wellclear.apps.sentences_records import TELL_RECORD
from wellclear.apps.timeline_clocks import CLOCK_APART_US, ClockReader
from wellclear.apps.timeline_units import KINDS, UnitsReader, units_facts, units_sentence
from wellclear.apps.told import Memory, Sentence, Told, spoken_of
from wellclear.channel.bundle import Source, part_path
from wellclear.channel.opening import open_leaf
from wellclear.channel.sheltered import LEFT_OUT, Sheltered
from wellclear.channel.verdict import Verdict
from wellclear.channel.verify import verify_bundle
from wellclear.domain.entry import Entry, PartRef
from wellclear.domain.kinds import RECORDS
from wellclear.domain.logged import Logged
from wellclear.domain.marks import EXERCISE
from wellclear.domain.measures import moment, took
from wellclear.domain.parts import GROUPS_OF_KIND, Group, open_part
from wellclear.domain.reasons import Reason
from wellclear.errors import Malformed, Unverified
from wellclear.log.bundle import MANIFEST, Fault, decode_manifest
from wellclear.picture.copies import groups_of_parts
from wellclear.picture.doubt import Doubt, DoubtBook
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture, Step
from wellclear.watch.duties import DutyBook, Owing, Rung
from wellclear.watch.rings import who_is_called

STORE_CHUNK_ENTRIES = 1_000
Part = Callable[[str], bytes | None]
"""The opening (salt and text) of a commitment in base64, if this reader has it."""

_TELL = {**TELL, **TELL_ANSWER, **TELL_CHANNEL, **TELL_RECORD}
_NOTICES = ("notice", "amend")
_ORDINALS = {"due": "first", "next_name": "second", "other_desk": "third", "host": "fourth"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the picture's moment, the entry it tells (None where it is derived), the sentence and its details.

    `routine`: a clock message that people are spared unless they ask for it.
    """

    at_us: int
    index: int | None
    kind: str
    text: str
    details: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    routine: bool = False

    def lines(self) -> list[str]:
        """For people: moment, index in brackets or a dash, sentence; details below."""
        place = f"[{self.index}]" if self.index is not None else "-"
        return [f"{moment(self.at_us)}  {place:>6}  {self.text}", *(f"{'':30}{detail}" for detail in self.details)]

    def json(self) -> dict[str, object]:
        """For programs."""
        derived = {"index": self.index} if self.index is not None else {"derived": "yes"}
        said = {"at_us": self.at_us, "at": moment(self.at_us), "kind": self.kind, **derived}
        said |= {"text": self.text, "details": list(self.details), "facts": dict(self.facts)}
        return said | ({"routine": "yes" if self.routine else "no"} if self.kind == "time" else {})


class Teller:
    """Takes the log entry by entry and keeps the lines. `reader` is the party whose copy this is."""

    def __init__(self, part: Part, reader: str) -> None:
        self.lines: list[Line] = []
        self.left_out: set[str] = set()
        """Commitments of what this reader was told of others' sites and the like: told in no account of a whole log."""
        self._part = part
        self._sheltered = Sheltered(reader, part)
        self._memory = Memory(reader)
        self._book = DutyBook()
        self._clocks = ClockReader()
        self._units = UnitsReader(reader)
        self._places: dict[int, int] = {}
        self._doubts = DoubtBook()
        self._picture = Picture()

    def take(self, logged: Logged, before: Picture, step: Step) -> None:
        """Tell one entry: first what became overdue meanwhile, then what it says, then why it could not stand."""
        first = len(self.lines)
        for owing, rung in self._book.take_passed(step.picture.now_us):
            self._tell_rung(before, owing, rung)
        for one in self._units.passed(before, step.picture.now_us):
            at_us = max(one.due_us, before.now_us)  # of what was announced later than that, at once
            self.lines.append(Line(at_us, None, "overdue", units_sentence(one), (), units_facts(one)))
        passed = self.lines[first:] = sorted(self.lines[first:], key=lambda line: line.at_us)
        entry = logged.entry
        self._book.apply(step, entry)
        self._picture = step.picture
        self._places[logged.index] = len(self.lines)
        doubts = self._doubts.take(logged, step)
        if entry is None:
            self.lines.append(self._no_entry(logged, step))
            return
        self._sheltered.take(entry.act)
        if entry.act.kind in KINDS:
            opened = {ref.commit: self._opened(entry, ref) for ref in entry.act.parts}
            self._units.take(logged, step, {name: one for name, one in opened.items() if not isinstance(one, str)})
        if step.picture.claims.get(entry.act.party) == entry.link.time:  # a bad envelope makes no claim
            self._tell_contradicted(entry)
        if entry.act.kind == "time" and not step.remarks:
            self._tell_clock(entry, before, step, rang=bool(passed))
        else:
            self.lines.append(self._told(entry, before, step))
        self._tell_doubts(doubts)

    def close(self) -> list[Line]:
        """All lines, with what was still open when the log ended."""
        for duty in self._book.open_duties(self._picture):
            owing = duty.owing
            state = "overdue since" if duty.overdue else "due by"
            text = f"When this log ends: {_owed(owing, self._memory)} is still open, {state} {moment(owing.due_us)}."
            facts = _owing_facts(owing) | {"overdue": "yes" if duty.overdue else "no"}
            self.lines.append(Line(self._picture.now_us, None, "open", text, (), facts))
        return self.lines

    def _tell_clock(self, entry: Entry, before: Picture, step: Step, *, rang: bool) -> None:
        said = self._clocks.read(entry, before, step, rang=rang)
        line = Line(step.picture.now_us, before.size, "time", said.text, said.details, said.facts, said.routine)
        self.lines.append(line)

    def _tell_contradicted(self, entry: Entry) -> None:
        """An earlier clock message is no routine once another clock has said otherwise."""
        for index, words_ in self._clocks.contradicted(entry):
            place = self._places[index]
            line = self.lines[place]
            self.lines[place] = replace(line, details=(*line.details, words_), routine=False)

    def _tell_doubts(self, doubts: Sequence[Doubt]) -> None:
        """What a lost key has said since is marked where it stands, and counted where the key is revoked."""
        for doubt in doubts:
            place = self._places[doubt.index]
            line = self.lines[place]
            facts = {**line.facts, "doubtful": "yes"}
            self.lines[place] = replace(line, details=(*line.details, f"DOUBTFUL: {doubt.words}."), facts=facts)
        if doubts:
            indices = sorted({doubt.index for doubt in doubts})
            last = self.lines[-1]
            facts = {**last.facts, "makes_doubtful": indices}
            self.lines[-1] = replace(last, details=(*last.details, *map(_sentence, doubt_lines(doubts))), facts=facts)

    def _no_entry(self, logged: Logged, step: Step) -> Line:
        why = logged.fault or Reason.BAD_ENVELOPE
        text = f"Bytes were logged that are no entry of any party: {why.sentence}. They move nothing."
        return Line(step.picture.now_us, logged.index, "fault", text, (), {"reason": why.value})

    def _told(self, entry: Entry, before: Picture, step: Step) -> Line:
        groups, closed = self._open(entry, before)
        told = Told(entry, before, step, groups, closed, self._memory)
        act = entry.act
        stands = step.stands or any(change.row is not None and change.table != "channel" for change in step.changes)
        teller = _TELL.get(act.kind)
        if stands and teller is not None:
            sentence = teller(told)
            self._remember(told)
        else:
            item = f" {told.about[0]}" if told.about[0] else ""
            sentence = Sentence(f"{told.who} sent an entry of kind {words(act.kind)}{item}, which has no effect.")
        remarks = [f"Remark: {remark.reason.sentence}{_in_brackets(remark.detail)}." for remark in step.remarks]
        facts = {"party": act.party, "who": told.who, "author_clock_us": entry.link.time, **sentence.facts}
        if step.remarks:
            facts["remarks"] = [{"reason": one.reason.value, "detail": one.detail} for one in step.remarks]
        carried = [f"Carried by {act.via}'s node, for a party that names it."] if act.via is not UNSET else []
        if carried:
            facts["carried_by"] = act.via
        details = (*sentence.details, *carried, *self._late(told), *_own_clock(told), *remarks)
        return Line(step.picture.now_us, told.index, act.kind, sentence.text, details, facts)

    def _late(self, told: Told) -> list[str]:
        """Whether an acknowledgement, or the word that units know, came after it was due."""
        one = self._units.late(told.entry, told.step.picture)
        if one is not None and one.passed_us is not None:
            return [f"It was asked by {moment(one.due_us)}, {took(one.passed_us - one.due_us)} earlier."]
        item, version = told.about
        owing = self._book.owings.get(f"ack/{item}/{version}/{told.who}") if told.act.kind == "ack" else None
        if owing is None or owing.answered_us is None or not owing.overdue(told.now_us):
            return []
        return [f"It was due by {moment(owing.due_us)}, {took(owing.answered_us - owing.due_us)} earlier."]

    def _remember(self, told: Told) -> None:
        item, version = told.about
        kind = told.act.kind
        label = f"{words(kind)} {told.act.id if told.act.id is not UNSET else item}".strip()
        self._memory.labels[told.index] = f"{label} version {version}" if kind in ("notice", "amend") else label
        if kind in ("notice", "amend", "safety") or kind in RECORDS:
            self._memory.versions[item, version] = spoken_of(told)

    def _open(self, entry: Entry, before: Picture) -> tuple[dict[str, Group], dict[str, str]]:
        """The field groups of an entry that this reader has, and why the others are closed."""
        groups: dict[str, Group] = {}
        closed: dict[str, str] = {}
        kind = _announcing(entry, before)
        names = groups_of_parts(len(entry.act.parts)) if kind in _NOTICES else GROUPS_OF_KIND.get(kind, ())
        for number, ref in enumerate(entry.act.parts):
            name = names[number] if number < len(names) else f"part {number + 1}"
            opened = self._opened(entry, ref)
            if isinstance(opened, str):
                closed.setdefault(name, opened)
                if opened == LEFT_OUT:
                    closed[name] = opened
            else:
                groups.setdefault(opened.group, opened)
        return groups, {name: why for name, why in closed.items() if name not in groups}

    def _opened(self, entry: Entry, ref: PartRef) -> Group | str:
        raw = self._part(ref.commit)
        reader = self._memory.reader
        if self._sheltered.hides(ref.commit) and (raw is not None or (ref.to is not UNSET and reader in ref.to)):
            self.left_out.add(ref.commit)
            return LEFT_OUT
        if raw is not None:
            try:
                return open_part(raw, PartRef(commit=ref.commit, enc="none"))
            except Unverified:
                return "its part does not fit its commitment"
            except Malformed:
                return "its part holds nothing that can be read"
        if ref.sha is UNSET or ref.to is UNSET:
            return "committed to, but sent to nobody"
        if reader != entry.act.party and reader not in ref.to:
            return f"its text was not disclosed to {reader or 'the exporter'}"
        return "its part is not in this copy"

    def _tell_rung(self, picture: Picture, owing: Owing, rung: Rung) -> None:
        called = who_is_called(picture, owing, rung)
        what = _owed(owing, self._memory)
        if owing.what == "receipt":
            text = f"{what} had not come by {moment(rung.at_us)}, when it was due."
        elif rung.name == "due":
            text = f"{what} had not come by {moment(rung.at_us)}, when it was due; the ladder rang{_for(called)}."
        else:
            text = f"{what} had still not come; the ladder's {_ORDINALS[rung.name]} rung rang{_for(called)}."
        facts = _owing_facts(owing) | {"rung": rung.name, "called": called}
        self.lines.append(Line(rung.at_us, None, "overdue", f"{text[0].upper()}{text[1:]}", (), facts))


def _own_clock(told: Told) -> list[str]:
    """The author's claim, where it is far from the time that the picture has (R20)."""
    claim_us = told.entry.link.time
    far = abs(claim_us - told.now_us) > CLOCK_APART_US
    return [f"By its author's clock it was {moment(claim_us)}."] if far else []


def _sentence(doubtful: str) -> str:
    return f"Doubtful from now on: {doubtful}"


def _in_brackets(detail: str) -> str:
    return f" ({detail})" if detail else ""


def _for(called: str) -> str:
    return f" for {called}" if called else ""


def _announcing(entry: Entry, before: Picture) -> str:
    """The kind whose parts an entry has: an amendment has those of what it changes."""
    act = entry.act
    item = before.items.get(act.subject.id) if act.kind == "amend" and act.subject is not UNSET else None
    return act.kind if item is None or item.kind == "notice" else item.kind


def _owed(owing: Owing, memory: Memory) -> str:
    if owing.what == "receipt":
        return f"the receipt of {owing.party} for {memory.labels.get(owing.index, 'an entry')} (entry {owing.index})"
    return f"the acknowledgement of {owing.item} version {owing.version} by {owing.desk}"


def _owing_facts(owing: Owing) -> dict[str, object]:
    facts: dict[str, object] = {"owed": owing.what, "party": owing.party, "entry": owing.index, "due_us": owing.due_us}
    return facts | ({"item": owing.item, "version": owing.version, "desk": owing.desk} if owing.item else {})


def timeline(entries: Iterable[tuple[Logged, Picture, Step]], part: Part, reader: str) -> list[Line]:
    """The lines of a log that was folded already: each entry, the picture before it, and what it did."""
    teller = Teller(part, reader)
    for logged, before, step in entries:
        teller.take(logged, before, step)
    return teller.close()


@dataclass(frozen=True, slots=True)
class TimelineReport:
    """The lines with their heading; of a bundle also the verdict, whose exit code is the report's."""

    channel: str
    reader: str
    entries: int
    said: tuple[Line, ...]
    verdict: VerifyReport | None = None
    exercise: bool = False
    left_out: int = 0
    """Parts of others' sites and the like that its reader was told, and that no account of a whole log tells."""

    @property
    def exit_code(self) -> int:
        return 0 if self.verdict is None else self.verdict.exit_code

    def lines(self, *, clocks: bool = False) -> list[str]:
        """For people; `clocks`: with routine clock messages. What does not verify is said before anything else."""
        how = f"as {self.reader} can open it"
        if self.verdict is not None:  # it may have been exported for others, and opens what they were told
            how = f"exported by {self.reader or 'nobody known'}, as far as the parts in it open it"
        head = [f"Channel {self.channel}, {self.entries} entries, {how}."]
        if self.verdict is not None:
            head = [*self._verdict_lines(), *head]
        if self.exercise:
            head.insert(0, EXERCISE)
        head.append("All times are UTC (Z), as the picture of all parties has them; [n] is the entry in the log.")
        told = [one for one in self.said if clocks or not one.routine]
        left_out = len(self.said) - len(told)
        tail = [f"{left_out} clock message{'s' if left_out > 1 else ''} left out (--clocks shows them)."]
        sheltered = [left_out_words(self.left_out)] if self.left_out else []
        return [*head, "", *(line for one in told for line in one.lines()), *(tail if left_out else ()), *sheltered]

    def _verdict_lines(self) -> list[str]:
        assert self.verdict is not None, "the caller has looked"
        if self.verdict.ok:
            return [self.verdict.verdict]
        said = [line for line in self.verdict.lines() if line != EXERCISE]  # the head has it
        return [*said, "What follows is told from these files all the same; do not rely on it."]

    def json(self) -> dict[str, object]:
        """For programs."""
        said: dict[str, object] = {"channel": self.channel, "reader": self.reader, "entries": self.entries}
        said["exercise"] = "yes" if self.exercise else "no"
        said["left_out"] = self.left_out
        if self.verdict is not None:
            said["verdict"] = self.verdict.json()
        return said | {"lines": [line.json() for line in self.said]}


def timeline_of_bundle(
    path: Path, *, channel: str | None = None, threads: int = 2, progress: Progress | None = None
) -> TimelineReport:
    """Verify a bundle and tell it.

    Raises:
        InvalidValue, Unavailable: the path cannot be read at all.
    """
    try:
        files = read_bundle(path)
    except Malformed as error:
        refused = Verdict({}, faults=[Fault(error.where or error.source, None, error.why)])
        return TimelineReport("", "", 0, (), VerifyReport.of(str(path), refused))
    teller = Teller(lambda commit: files.get(part_path(commit)), _exporter(files))
    verdict = verify_bundle(files, channel=channel, opening=opener(threads), progress=progress, watch=teller.take)
    picture = verdict.picture
    report = VerifyReport.of(str(path), verdict)
    return TimelineReport(
        picture.channel, _exporter(files), picture.size, tuple(teller.close()), report, picture.exercise,
        len(teller.left_out),
    )  # fmt: skip


def _exporter(files: Mapping[str, bytes]) -> str:
    try:
        return decode_manifest(files.get(MANIFEST, b"")).party
    except Malformed:
        return ""


def timeline_of_store(source: Source, reader: str, *, progress: Progress | None = None) -> TimelineReport:
    """Tell the log of a party's own store, which its node has verified when it took it.

    `progress` hears how many entries of how many have been told.

    Raises:
        Unavailable: the store cannot be read.
    """
    teller = Teller(source.part, reader)
    picture = Picture()
    size = source.size()
    for start in range(0, size, STORE_CHUNK_ENTRIES):
        for index, leaf in enumerate(source.leaves(start, min(start + STORE_CHUNK_ENTRIES, size)), start):
            logged = open_leaf(index, leaf)
            step = fold(picture, logged)
            teller.take(logged, picture, step)
            picture = step.picture
        if progress is not None:
            progress(picture.size, size)
    lines, left_out = tuple(teller.close()), len(teller.left_out)
    return TimelineReport(picture.channel, reader, picture.size, lines, exercise=picture.exercise, left_out=left_out)
