"""Own drafts against an exported bundle: verified first, then read offline, as far as its readers were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wellclear.airspace.conflict import Announced, Engine
from wellclear.airspace.reference import ReferenceEngine
from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.bundle.verify import opener
from wellclear.apps.check.against import Fields, Meeting, compared_with, meetings
from wellclear.apps.check.drawn import Drawn, standing
from wellclear.apps.check.drawn_rows import DrawnAnswer, draft_row, draft_to_judge, drawn_answer
from wellclear.channel.bundle import part_path
from wellclear.channel.verify import verify_bundle
from wellclear.domain.agreement import Settings
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import PartRef
from wellclear.domain.logged import Logged
from wellclear.domain.parts import Group, open_part
from wellclear.domain.quantities import format_time
from wellclear.domain.spoken import spoken
from wellclear.errors import InvalidValue, Malformed, Unverified, WellclearError
from wellclear.picture.picture import Picture, Step
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import Unopened, View
from wellclear.picture.view_states import announced


@dataclass(frozen=True, slots=True)
class Known:
    """What a bundle's readers know to be announced by others, in an engine of its own."""

    party: str
    terms: Settings
    agreement: int
    held: Mapping[str, Announced]
    members: tuple[str, ...]
    size: int
    words: str
    exercise: bool
    engine: Engine
    drawn: Drawn
    as_of_us: int

    def meetings(self, drafts: Sequence[Announced]) -> list[Meeting]:
        """What own drafts meet."""
        return meetings(self.engine, drafts, self.held)

    def judged(self, drafts: Sequence[Announced], states: Mapping[str, Mapping[str, object]]) -> DrawnAnswer:
        """What own drafts come to by the red lines and zones that stand in it, as of its last moment."""
        rows = []
        for draft in drafts:
            found = self.drawn.judged(draft_to_judge(draft, states[draft.id]), self.as_of_us)
            rows.append(draft_row(draft.id, found, self.as_of_us))
        return drawn_answer(self.drawn, rows, self.as_of_us)

    def compared(self) -> Fields:
        """Against what."""
        return compared_with(self.held.values(), self.members, self.party)


class _Reader:
    """Folds the view beside the verification, from the parts that lie in the bundle."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.view = View()

    def take(self, logged: Logged, before: Picture, step: Step) -> None:
        refs = logged.entry.act.parts if logged.entry is not None else ()
        opened = {ref.commit: self._open(ref) for ref in refs if part_path(ref.commit) in self._files}
        self.view, _ = fold_view(self.view, logged, step, opened)

    def _open(self, ref: PartRef) -> Group | Unopened:
        try:
            return open_part(self._files[part_path(ref.commit)], ref)
        except Unverified:
            return Unopened("unverified")
        except WellclearError:
            return Unopened("malformed")


def known_from_bundle(path: Path, party: str = "") -> Known:
    """What others have announced, from a bundle that verifies; `party` is the own one, else the exporter.

    Notices that were completed or cancelled are out; what is over by its own times is not, since a bundle has no now.

    Raises:
        Unavailable: it cannot be read.
        Unverified: something in it does not hold; names the first fault.
        InvalidValue: `party` is none of the channel's.
    """
    try:
        files = read_bundle(path)
    except Malformed as error:
        raise Unverified(str(path), f"this bundle does not verify: {error}") from error
    reader = _Reader(files)
    verdict = verify_bundle(files, opening=opener(2), watch=reader.take)
    if not verdict.ok or verdict.manifest is None:
        first = str(verdict.faults[0]) if verdict.faults else "it has no manifest"
        raise Unverified(str(path), f"this bundle does not verify: {first}. See: wellclear verify {path}")
    picture, own = verdict.picture, party or verdict.manifest.party
    if own not in picture.parties:
        raise InvalidValue("--party", f"{own} is no party of this channel; its parties: {', '.join(_names(picture))}")
    engine: Engine = ReferenceEngine(picture.terms.minima_of)
    held = {notice.id: Announced(*notice) for notice in announced(reader.view) if notice.party != own}
    for item in held.values():
        engine.add(item)
    members = tuple(name for name, row in picture.parties.items() if row.state == "member" and "principal" in row.roles)
    said = (
        f"a bundle that {verdict.manifest.party} exported at {format_time(verdict.manifest.made)}; "
        f"channel {spoken(unb64(picture.channel))}; what was announced later is not in it"
    )
    return Known(
        own, picture.terms, picture.agreement, held, members, picture.size, said, picture.exercise, engine,
        Drawn(standing(picture, reader.view, own)), picture.now_us,
    )  # fmt: skip


def _names(picture: Picture) -> list[str]:
    return sorted(picture.parties.keys())
