"""What a reader's view holds: items with their versions, messages, requests, verdicts; each exactly as it was opened.

Everything here is a fact that was said. Nothing that combines two facts (does the read-back fit? is it too late?) is
kept: `readback`, `lead_time` and `recipients` compute it on demand, so that it does not matter in which order the
parts of an entry were opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rpds import HashTrieMap, HashTrieSet, List

from wellclear.domain.agreement import Settings
from wellclear.domain.entry import Act, Precedence
from wellclear.domain.parts import (
    NOTICE_GROUPS,
    Articles,
    Cell,
    Difference,
    FindingRow,
    Message,
    Nature,
    ReadbackRow,
    RequestDetails,
    Rest,
    Safety,
    Volumes,
)
from wellclear.domain.quantities import WHOLE_MAX, Position
from wellclear.domain.volume import Volume
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.picture.view_records import RecordView

REUSED = "reused"
"""Its randomness is that of another part; every part of an author has its own."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """Why a part meant for this reader did not open: `missing`, `unverified`, `malformed`, `false`, `reused`."""

    why: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One volume as it is compared: itself, or the circle around it with the reason (`fault`) why it stands in."""

    volume: Volume
    first: Position | None
    fault: str | None

    @property
    def timed(self) -> bool:
        """Whether its window was said in a form that can be read."""
        return self.volume.window.start_us > -WHOLE_MAX


@dataclass(frozen=True, slots=True)
class AckView:
    """A desk's newest acknowledgement of one version; `rows` is None until its read-back has been opened."""

    index: int
    desk: str
    moment_us: int
    rows: tuple[ReadbackRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class WrongView:
    """The author's newest complaint about a desk's read-back; None until it has been opened."""

    index: int
    desk: str
    moment_us: int
    differences: tuple[Difference, ...] | None = None


@dataclass(frozen=True, slots=True)
class PassedView:
    """A desk's newest word that its units know, with the lowest echelon reached (R2, R28)."""

    index: int
    desk: str
    moment_us: int
    echelon: str | None = None
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A later entry that opened a version further: which of its groups, and to which parties."""

    index: int
    moment_us: int
    groups: tuple[str, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a notice or safety message: the envelope, and each field group that this reader could open.

    `moment_us` is when it was logged; `terms` the settings in force then; `commits` the commitments of its
    parts in the order of the header, `shown_to` the parties that each of them was shown to, at first or later;
    `shown_first` those at first alone; `disclosed` says what came later, by whichever entry. In a notice that is said
    in copies (`picture.copies`) these are by field group, `readers` by part, and `held` the parts that were opened.
    """

    version: int
    index: int
    moment_us: int
    desk: str
    to: tuple[str, ...]
    precedence: Precedence
    keep_until_day: int
    terms: Settings
    commits: tuple[str, ...]
    shown_to: tuple[tuple[str, ...], ...]
    shown_first: tuple[tuple[str, ...], ...] = ()
    cell: Cell | None = None
    said: Volumes | None = None
    shapes: tuple[Shape, ...] | None = None
    nature: Nature | None = None
    rest: Rest | None = None
    safety: Safety | None = None
    acks: HashTrieMap[str, AckView] = field(default_factory=HashTrieMap)
    wrong: HashTrieMap[str, WrongView] = field(default_factory=HashTrieMap)
    passed: HashTrieMap[str, PassedView] = field(default_factory=HashTrieMap)
    disclosed: tuple[Disclosed, ...] = ()
    readers: tuple[tuple[str, ...], ...] = ()
    held: tuple[int, ...] = ()

    def had_shown(self, group: str, party: str, index: int) -> bool:
        """Whether a party had been shown one of a notice's field groups before the entry of that index."""
        first = dict(zip(NOTICE_GROUPS, self.shown_first, strict=False)).get(group, ())
        later = (one for one in self.disclosed if one.index < index and group in one.groups)
        return party in first or any(party in one.parties for one in later)


@dataclass(frozen=True, slots=True)
class ItemView:
    """A notice or a safety message with all its versions.

    `acked` is the newest version that each desk has acknowledged; `ended` how and when its life cycle ended.
    """

    id: str
    kind: Literal["notice", "safety"]
    party: str
    code: str
    versions: HashTrieMap[int, Version]
    newest: int = 1
    acked: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    ended: tuple[Literal["COMPLETED", "CANCELLED"], int] | None = None

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[self.newest]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message; `body` is None until its part has been opened."""

    index: int
    id: str
    party: str
    desk: str
    to: tuple[str, ...]
    precedence: Precedence
    moment_us: int
    body: Message | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """comply or unable, with the reason code of the latter."""

    index: int
    party: str
    kind: Literal["comply", "unable"]
    code: str
    moment_us: int


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request about one version of a notice, what exactly it asks for, and the answer."""

    index: int
    id: str
    party: str
    desk: str
    to: tuple[str, ...]
    code: str
    about: str
    about_version: int
    precedence: Precedence
    moment_us: int
    details: RequestDetails | None = None
    answer: AnswerView | None = None


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One party's newest logged verdict on a pair of notices; `place` is the entry's index and the row inside."""

    place: tuple[int, int]
    party: str
    engine: str
    agreement: int
    row: FindingRow


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair of notices by id, `a` the lower one, with the verdicts of its two parties."""

    a: str
    b: str
    verdicts: HashTrieMap[str, VerdictView]

    @property
    def disputed(self) -> bool:
        """Two logged verdicts on the same versions under the same agreement differ; silence is no dispute."""
        by_basis: dict[tuple[int, int, int], set[str]] = {}
        for verdict in self.verdicts.values():
            row = verdict.row
            by_basis.setdefault((row.a_version, row.b_version, verdict.agreement), set()).add(row.verdict)
        return any(len(said) > 1 for said in by_basis.values())


@dataclass(frozen=True, slots=True)
class Filed:
    """An entry with parts, kept so that they can be opened later; `taken` and `failed` are positions of parts.

    `groups` says which field group belongs into each part.
    """

    index: int
    act: Act
    item: str
    version: int
    groups: tuple[str, ...]
    taken: frozenset[int] = frozenset()
    failed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What one reader knows after `size` entries. Build the first one with `View()`.

    `items` holds notices and safety messages by id, `requests` and `records` theirs, `messages` by index, `pairs` the
    findings by both ids, `articles` the agreement's text by the index of its proposal.
    """

    size: int = 0
    items: HashTrieMap[str, ItemView] = field(default_factory=HashTrieMap)
    requests: HashTrieMap[str, RequestView] = field(default_factory=HashTrieMap)
    records: HashTrieMap[str, RecordView] = field(default_factory=HashTrieMap)
    messages: HashTrieMap[int, MessageView] = field(default_factory=HashTrieMap)
    pairs: HashTrieMap[tuple[str, str], PairView] = field(default_factory=HashTrieMap)
    articles: HashTrieMap[int, Articles] = field(default_factory=HashTrieMap)
    filed: HashTrieMap[int, Filed] = field(default_factory=HashTrieMap)
    filed_of: HashTrieMap[str, List[int]] = field(default_factory=HashTrieMap)
    pairs_of: HashTrieMap[str, HashTrieSet[tuple[str, str]]] = field(default_factory=HashTrieMap)
    days: HashTrieMap[int, List[int]] = field(default_factory=HashTrieMap)
    today: int = 0


_PLACES = ("centre", "route", "rings", "polygons")
_NESTED_MAX = 4


def shape_from(fields: object) -> Shape:
    """A volume from whatever stands in a part; never raises."""
    volume, fault = volume_or_cap(fields)
    return Shape(volume, _first_position(fields), fault)


def _first_position(fields: object) -> Position | None:
    """The position that a read-back names: centre, first vertex of a route, or first corner of the first ring."""
    if not isinstance(fields, dict):
        return None
    said: object = next((fields[name] for name in _PLACES if name in fields), None)
    for _ in range(_NESTED_MAX):
        if isinstance(said, list) and said and isinstance(said[0], list):
            said = said[0]
    if not isinstance(said, list) or len(said) != 2:  # a latitude and a longitude
        return None
    lat_e7, lon_e7 = said
    if type(lat_e7) is not int or type(lon_e7) is not int or abs(lat_e7) > 900_000_000 or abs(lon_e7) > 1_800_000_000:
        return None
    return Position(lat_e7, lon_e7)
