"""Every kind of entry: who links it, whose approval it needs, which envelope members it has, what it makes owed.

This table *is* section "Kinds" of the protocol; `tests/house` holds the page to it. The public members of a kind are
the wire types below; everything that only some may read stands in parts (`domain/parts.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain.entry import (
    FURTHER,
    SEALING,
    WRAP,
    Act,
    Code,
    Count,
    Desk,
    Hash,
    Key,
    Micros,
    Ordinal,
    Party,
    Person,
    Role,
    Wire,
    YesNo,
    plainly,
)
from wellclear.domain.names import ORIGIN
from wellclear.errors import InvalidValue

PartyRole = Literal["principal", "host", "observer", "agency", "host_nation"]
KeyUse = Literal[
    "log", "sequencer", "node", "standby", "recovery", "head_of_delegation", "cosigner", "cosigner_mldsa44", "picture",
    "sealing", "person",
]  # fmt: skip
SealingKey = Annotated[str, Meta(pattern=SEALING)]
"""X25519's 32 bytes, or ML-KEM-768 and X25519, 1,216 bytes; base64."""
FurtherKey = Annotated[str, Meta(pattern=FURTHER)]
"""A public key of any use: 32 bytes, a hybrid sealing key, or ML-DSA-44's 1,312 bytes (FIPS 204); base64."""
AUDIENCE_MAX = 16
"""As many wraps, and one for the author, fit into a leaf even where they are hybrid."""

SAFETY_CODES = ("cease", "emergency", "control_lost", "search_rescue", "in_progress")
"""What any one watch officer may send at once, without a release (R4)."""
REQUEST_CODES = ("altitude", "delay")
RECORDS = frozenset(
    {
        "authority_scope", "consent", "incident", "intent", "red_line", "report", "series", "statement", "track_query",
        "zone",
    }
)  # fmt: skip
"""Kinds that make an item which is neither announced nor asked of somebody's notice."""
REPLIES_TO = {
    "account": "incident", "statement_sign": "statement", "track_reply": "track_query", "zone_reply": "zone",
}  # fmt: skip
"""Kinds by which a party that was asked replies to a record, and the kind of that record."""
AUTHOR_REPLIES = frozenset({"account", "statement_sign"})
"""Replies that the record's own author gives too: to tell of an incident, or to propose a text, is neither."""
NAMES_ITS_DAY = frozenset({"notice", "amend", "authority_scope", "red_line", "zone"})
"""Kinds that must say until which day they are kept (R9)."""
DAYS_MAX = {"zone": 90}
"""How many days ahead the day of such an item may lie, at each version: what nobody renews ends."""
CHANGED_BY_AMEND = frozenset({"notice", "authority_scope", "red_line", "statement", "zone"})
"""Items of which there may be a next version, and that their author may call off."""
REASON_CODES = (
    "conflict_own", "protected", "red_line", "zone_limit", "safety", "time_too_short", "too_vague", "no_authority",
    "under_way", "technical", "not_stated",
)  # fmt: skip


class PartyCard(Wire, frozen=True):
    """A party with its keys, as genesis and `admit` name it; the public halves, base64.

    A guest, which runs no node, has neither node nor cosigner nor picture key.
    """

    party: Party
    roles: Annotated[list[PartyRole], Meta(min_length=1, max_length=5)]
    recovery: Key
    head_of_delegation: Key
    sealing: SealingKey
    node: Key | UnsetType = UNSET
    cosigner: Key | UnsetType = UNSET
    picture: Key | UnsetType = UNSET

    def uses(self) -> tuple[tuple[KeyUse, str], ...]:
        """Its keys by use, in the order in which they are registered."""
        uses: tuple[tuple[KeyUse, str | UnsetType], ...] = (
            ("node", self.node),
            ("recovery", self.recovery),
            ("head_of_delegation", self.head_of_delegation),
            ("cosigner", self.cosigner),
            ("picture", self.picture),
            ("sealing", self.sealing),
        )
        return tuple((use, key) for use, key in uses if key is not UNSET)

    @property
    def whole(self) -> bool:
        """Whether it has the keys of a node, or, where it is neither principal nor host, none of them."""
        missing = [self.node, self.cosigner, self.picture].count(UNSET)
        return missing == 0 or (missing == 3 and not {"principal", "host"} & set(self.roles))


class HostCard(Wire, frozen=True):
    """Who sequences: the origin of its checkpoints, the key that signs them, the key that links its entries."""

    party: Party
    origin: Annotated[str, Meta(pattern=ORIGIN)]
    log: Key
    sequencer: Key

    def uses(self) -> tuple[tuple[KeyUse, str], ...]:
        return ("log", self.log), ("sequencer", self.sequencer)


class Genesis(Wire, frozen=True):
    """Index 0, in clear; its leaf hash is the channel's id. `settings` and `articles` are salted commitments."""

    exercise: YesNo
    host: HostCard
    parties: Annotated[list[PartyCard], Meta(min_length=2, max_length=64)]
    settings: Hash
    articles: Hash


class Propose(Wire, frozen=True):
    """A joint act, open until every required party has signed it. `base` is the agreement's version in force."""

    do: Literal["amend_agreement", "admit", "remove", "rules", "restart_clocks"]
    base: Count
    settings: dict[str, Any] | UnsetType = UNSET
    salt: Hash | UnsetType = UNSET
    admit: PartyCard | UnsetType = UNSET
    remove: Party | UnsetType = UNSET
    rules: Ordinal | UnsetType = UNSET


PROPOSE_MEMBERS: dict[str, frozenset[str]] = {
    "amend_agreement": frozenset({"settings", "salt"}),
    "admit": frozenset({"admit"}),
    "remove": frozenset({"remove"}),
    "rules": frozenset({"rules"}),
    "restart_clocks": frozenset(),
}


class SignAgreement(Wire, frozen=True):
    """A required party's signature: the proposal's leaf hash and the agreement's version that it starts from."""

    proposal: Hash
    base: Count


class HostChange(Wire, frozen=True):
    """The new host's first entry: the log goes on from `size` and `root`; approved by the heads of delegation."""

    size: Ordinal
    root: Hash
    host: HostCard


class AddKey(Wire, frozen=True):
    """A further key of the author's party."""

    key: FurtherKey
    use: Literal[
        "standby", "recovery", "head_of_delegation", "cosigner", "cosigner_mldsa44", "picture", "sealing"
    ]  # fmt: skip


class Revoke(Wire, frozen=True):
    """A key ends at the next index, and with it whatever it added from index `since` on."""

    key: FurtherKey
    since: Count


class Wrap(Wire, frozen=True):
    """An epoch key for one party: HPKE's encapsulation and ciphertext (RFC 9180), 80 bytes, or 1,168 where hybrid.

    `key` is the SHA-256 of the sealing key that opens it; the key itself would not fit into a leaf as often.
    """

    party: Party
    key: Hash
    wrap: Annotated[str, Meta(pattern=WRAP)]


class Epoch(Wire, frozen=True):
    """A new key of the author for one audience; `commit` binds all its readers to the same one.

    `number` counts the author's epochs from 1; `audience` is sorted; a wrap for each of it and for the author, sorted.
    """

    number: Ordinal
    audience: Annotated[list[Party], Meta(min_length=1, max_length=AUDIENCE_MAX)]
    commit: Hash
    wraps: Annotated[list[Wrap], Meta(min_length=1, max_length=AUDIENCE_MAX + 1)]


class RosterDesk(Wire, frozen=True):
    """A manned point of a party; `stands_in` is the other desk that its ladder reaches."""

    desk: Desk
    stands_in: Desk | UnsetType = UNSET


class Away(Wire, frozen=True):
    """A time in which a person is away, its end not included, and who on the same roster stands for that person."""

    start_us: Micros
    end_us: Micros
    deputy: Person | UnsetType = UNSET


class RosterPerson(Wire, frozen=True):
    """A person by handle, never by civil name: key, roles, and the order in which the ladder calls."""

    person: Person
    key: Key
    roles: Annotated[list[Role], Meta(min_length=1, max_length=5)]
    away: Away | UnsetType = UNSET


class Roster(Wire, frozen=True):
    """The whole roster of a party; it replaces the one before. Persons stand in the order of the ladder's names."""

    desks: Annotated[list[RosterDesk], Meta(max_length=64)]
    persons: Annotated[list[RosterPerson], Meta(max_length=256)]


class NotOpened(Wire, frozen=True):
    """An entry that arrived but whose parts did not open, with the reason."""

    index: Count
    why: Code


class Receipt(Wire, frozen=True):
    """Machine proof that everything addressed to the party up to `through` arrived, but for `not_opened`."""

    through: Count
    not_opened: Annotated[list[NotOpened], Meta(min_length=1, max_length=256)] | UnsetType = UNSET


class OfDesk(Wire, frozen=True):
    """Which desk's acknowledgement is meant."""

    desk: Desk


class Linked(Enum):
    """Which of its keys a party links a kind with."""

    NODE = "node"
    RECOVERY = "recovery"
    SEQUENCER = "sequencer"
    NODE_OR_RECOVERY = "node or recovery"
    NODE_OR_SEQUENCER = "node or sequencer"
    STANDBY = "standby"

    def allows(self, use: KeyUse) -> bool:
        return use in self.value.split(" or ")


class Asks(Enum):
    """Whose approvals a kind needs."""

    NONE = "none"
    WATCH = "one watch officer"
    RELEASE = "release authority, and a drafter who is another person"
    HEAD = "head of delegation"
    ADMINISTRATORS = "two administrators, or linked by the recovery key"
    TWO_ADMINISTRATORS = "two administrators"
    HEADS = "the heads of delegation of all principals but the host's own"


class Subjects(Enum):
    """Which version of its subject a kind names."""

    NONE = "none"
    CURRENT = "the current version"
    NEXT = "the version after the current one"
    ANY = "any version that there was"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table."""

    group: str
    linked: Linked
    asks: Asks
    has_id: bool = False
    subjects: Subjects = Subjects.NONE
    has_desk: bool = True
    has_to: bool = False
    public: type[Wire] | None = None
    codes: tuple[str, ...] = ()
    owes_receipt: bool = False
    owes_ack: bool = False
    carried: bool = False
    """Another party's node may link it (`via`), though no person has to approve it otherwise: a person must then."""
    always: bool = False
    """Keeps its meaning under every rules, and goes on while the channel is closed: safety and what answers it."""

    @property
    def may_be_carried(self) -> bool:
        """Whether another party's node may link it: what a person approves, and not the word of a machine."""
        return self.linked.allows("node") and (self.carried or self.asks is not Asks.NONE)


KINDS: dict[str, Kind] = {
    "genesis": Kind("channel", Linked.SEQUENCER, Asks.NONE, has_desk=False, public=Genesis),
    "propose": Kind("channel", Linked.NODE, Asks.HEAD, has_desk=False, public=Propose),
    "sign_agreement": Kind("channel", Linked.NODE, Asks.HEAD, has_desk=False, public=SignAgreement),
    "withdraw": Kind("channel", Linked.NODE, Asks.HEAD, has_desk=False),
    "host_change": Kind("channel", Linked.SEQUENCER, Asks.HEADS, has_desk=False, public=HostChange),
    "takeover": Kind("channel", Linked.STANDBY, Asks.TWO_ADMINISTRATORS, has_desk=False),
    "add_key": Kind("channel", Linked.NODE_OR_RECOVERY, Asks.ADMINISTRATORS, has_desk=False, public=AddKey),
    "revoke": Kind("channel", Linked.RECOVERY, Asks.NONE, has_desk=False, public=Revoke),
    "roster": Kind("channel", Linked.NODE_OR_RECOVERY, Asks.ADMINISTRATORS, has_desk=False, public=Roster),
    "epoch": Kind("channel", Linked.NODE, Asks.NONE, has_desk=False, public=Epoch, carried=True, always=True),
    "time": Kind("channel", Linked.NODE_OR_SEQUENCER, Asks.NONE, has_desk=False, always=True),
    "notice": Kind("notices", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "amend": Kind(
        "notices", Linked.NODE, Asks.RELEASE, subjects=Subjects.NEXT, has_to=True, owes_receipt=True, owes_ack=True
    ),
    "cancel": Kind("notices", Linked.NODE, Asks.RELEASE, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "complete": Kind("notices", Linked.NODE, Asks.WATCH, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "disclose": Kind("notices", Linked.NODE, Asks.RELEASE, subjects=Subjects.ANY, has_to=True, owes_receipt=True),
    "safety": Kind(
        "safety",
        Linked.NODE,
        Asks.WATCH,
        has_id=True,
        has_to=True,
        codes=SAFETY_CODES,
        owes_receipt=True,
        owes_ack=True,
        always=True,
    ),
    "receipt": Kind("answers", Linked.NODE, Asks.NONE, has_desk=False, public=Receipt, always=True),
    "ack": Kind("answers", Linked.NODE, Asks.WATCH, subjects=Subjects.ANY, has_to=True, always=True),
    "confirm": Kind("answers", Linked.NODE, Asks.WATCH, subjects=Subjects.ANY, has_to=True, public=OfDesk, always=True),
    "readback_wrong": Kind(
        "answers", Linked.NODE, Asks.WATCH, subjects=Subjects.ANY, has_to=True, public=OfDesk, always=True
    ),
    "passed_to_units": Kind(
        "answers", Linked.NODE, Asks.WATCH, subjects=Subjects.ANY, has_to=True, owes_receipt=True, always=True
    ),
    "request": Kind(
        "answers",
        Linked.NODE,
        Asks.WATCH,
        has_id=True,
        subjects=Subjects.CURRENT,
        has_to=True,
        codes=REQUEST_CODES,
        owes_receipt=True,
    ),
    "comply": Kind("answers", Linked.NODE, Asks.WATCH, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "unable": Kind(
        "answers",
        Linked.NODE,
        Asks.WATCH,
        subjects=Subjects.CURRENT,
        has_to=True,
        codes=REASON_CODES,
        owes_receipt=True,
    ),
    "message": Kind("talk", Linked.NODE, Asks.WATCH, has_id=True, has_to=True, owes_receipt=True),
    "track_query": Kind("talk", Linked.NODE, Asks.WATCH, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "track_reply": Kind("talk", Linked.NODE, Asks.WATCH, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "finding": Kind("found", Linked.NODE, Asks.NONE, has_desk=False, has_to=True, owes_receipt=True),
    "authority_scope": Kind(
        "treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True
    ),
    "intent": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "red_line": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "zone": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "zone_reply": Kind("treaty", Linked.NODE, Asks.RELEASE, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "consent": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "incident": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "account": Kind("treaty", Linked.NODE, Asks.RELEASE, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
    "series": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True),
    "report": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True),
    "statement": Kind("treaty", Linked.NODE, Asks.RELEASE, has_id=True, has_to=True, owes_receipt=True, owes_ack=True),
    "statement_sign": Kind("treaty", Linked.NODE, Asks.HEAD, subjects=Subjects.CURRENT, has_to=True, owes_receipt=True),
}


def public_of(act: Act) -> Wire | None:
    """The public members of an act, in the type of its kind.

    Raises:
        InvalidValue: an envelope member is missing or does not belong to this kind, or a public member is wrong.
    """
    kind = KINDS[act.kind]
    for member, wanted in (
        ("id", kind.has_id),
        ("subject", kind.subjects is not Subjects.NONE),
        ("desk", kind.has_desk),
        ("public", kind.public is not None),
    ):
        if (getattr(act, member) is not UNSET) != wanted:
            raise InvalidValue(f"act.{member}", f"{'belongs into' if wanted else 'has no place in'} {act.kind}")
    if bool(act.to) != kind.has_to:
        raise InvalidValue("act.to", f"{act.kind} {'names the desks it is for' if kind.has_to else 'goes to no desk'}")
    if act.code is UNSET:
        if kind.codes:
            raise InvalidValue("act.code", f"one of {', '.join(kind.codes)}")
    elif act.code not in kind.codes:
        raise InvalidValue("act.code", f"{act.code} is no code of {act.kind}")
    if act.via is not UNSET and not kind.may_be_carried:
        raise InvalidValue("act.via", f"{act.kind} is linked by its own party alone")
    if act.kind in NAMES_ITS_DAY and act.keep_until is UNSET:
        raise InvalidValue("act.keep_until", "everything that stands names the day after which it leaves the picture")
    if kind.public is None or act.public is UNSET:
        return None
    try:
        return msgspec.convert(act.public, kind.public, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue(*plainly(error, "act.public")) from error
