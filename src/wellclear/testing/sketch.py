"""A whole channel in memory from one seed: host, parties, officers, and a clock that the test moves.

It uses the real bytes, keys, fold and tree; only network, disk and time are missing. For tests, vectors and golden
logs; shipped, because whoever integrates needs the same.

    sketch = Sketch.founded(seed=7)
    notice = sketch.announce("NORTHLAND", to=["SOUTHLAND/OPS"], volumes=[circle(34.55, 38.30, 5_000)])
    sketch.ack("SOUTHLAND", notice.id)
    sketch.picture.answers
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.channel.composing import Chain, Composed, Told, approve, compose, link, subject
from wellclear.channel.epochs import open_epoch
from wellclear.channel.opening import open_leaf
from wellclear.channel.sealing import SealingKey
from wellclear.domain.agreement import Settings, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Approval, Precedence
from wellclear.domain.kinds import Genesis, HostCard, PartyCard, PartyRole, Roster, RosterDesk, RosterPerson
from wellclear.domain.logged import Logged
from wellclear.domain.names import ItemId
from wellclear.domain.parts import Cell, Group, Message, Nature, Readback, ReadbackRow, Rest, Safety, Volumes
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Tree
from wellclear.log.mldsa import MlDsaKey
from wellclear.picture.fold import fold
from wellclear.picture.membership import settings_commitment
from wellclear.picture.picture import Picture, Step
from wellclear.testing.wrapping import wrap

START_US = 1_795_000_000_000_000
"""A moment in November 2026; every sketch begins here."""
SECOND_US = 1_000_000


def circle(lat: float, lon: float, radius_m: int, *, start_us: int = START_US, end_us: int = 0) -> dict[str, Any]:
    """A circular volume, surface to 10,000 m AMSL, in the form that a part holds."""
    return {
        "kind": "circle",
        "centre": [round(lat * 10**7), round(lon * 10**7)],
        "radius_mm": radius_m * 1000,
        "band": {"datum": "AMSL", "lower_mm": 0, "upper_mm": 10_000_000},
        "start_us": start_us,
        "end_us": end_us or start_us + 3600 * SECOND_US,
    }


GUEST_USES = ("recovery", "head_of_delegation")


@lru_cache(maxsize=256)
def _made(seed: bytes) -> SigningKey:
    """A key is asked for at each signature, and is always the same."""
    return SigningKey(seed)


@dataclass(slots=True)
class SketchParty:
    """A party with all its keys; the persons are W1 (watch), R1 (release), A1 and A2 (administrators)."""

    name: str
    roles: tuple[PartyRole, ...]
    seed: int
    chains: dict[str, Chain] = field(default_factory=dict)
    counter: int = 1000
    guest: bool = False
    """It runs no node: its card has no keys of one, and others carry what it says."""

    def seed_of(self, use: str) -> bytes:
        """The secret of a use, for whoever must put it into a key file."""
        return hashlib.sha256(f"sketch {self.seed} {self.name} {use}".encode()).digest()

    def key(self, use: str) -> SigningKey:
        """The key of a use (`node`, `recovery`, `W1`, ...), always the same for one seed."""
        return _made(self.seed_of(use))

    def public(self, use: str) -> str:
        """The public half, base64."""
        return b64(self.key(use).public_key)

    @property
    def desk(self) -> str:
        return f"{self.name}/OPS"

    def card(self) -> PartyCard:
        """The party as genesis or `admit` names it."""
        uses = [*GUEST_USES] if self.guest else [*GUEST_USES, "node", "cosigner", "picture"]
        keys = {use: self.public(use) for use in uses}
        return PartyCard(party=self.name, roles=list(self.roles), sealing=b64(self.sealing.public_key), **keys)

    @property
    def sealing(self) -> SealingKey:
        """The key under which epoch keys are opened."""
        return SealingKey(self.seed_of("sealing"))

    @property
    def mldsa(self) -> MlDsaKey:
        """The key of the second line under what it cosigns; no card names it."""
        return MlDsaKey(self.seed_of("cosigner_mldsa44"))

    def roster(self) -> Roster:
        """One desk that a second one stands in for, and four persons."""
        persons = [
            RosterPerson(person="W1", key=self.public("W1"), roles=["watch_officer"]),
            RosterPerson(person="W2", key=self.public("W2"), roles=["watch_officer"]),
            RosterPerson(person="R1", key=self.public("R1"), roles=["release_authority", "watch_officer"]),
            RosterPerson(person="A1", key=self.public("A1"), roles=["administrator"]),
            RosterPerson(person="A2", key=self.public("A2"), roles=["administrator"]),
        ]
        desks = [RosterDesk(desk=self.desk, stands_in=f"{self.name}/AIR"), RosterDesk(desk=f"{self.name}/AIR")]
        return Roster(desks=desks, persons=persons)

    def next_id(self) -> str:
        """A fresh id."""
        self.counter += 1
        return str(ItemId(self.name, self.counter))


@dataclass(slots=True)
class Sketch:
    """The channel: what was logged, the picture after it, and the clock."""

    seed: int = 0
    exercise: bool = True
    settings: Settings = field(default_factory=default_settings)
    now_us: int = START_US
    parties: dict[str, SketchParty] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    head: int | None = None
    """The size of the log that authors say they have verified; None for all of it."""
    sealed: bool = False
    """Whether parts are sealed; the epochs that they need are logged as they are needed."""
    host: str = "CASPIA"
    origin: str = "caspia.example/sketch"

    @classmethod
    def founded(cls, seed: int = 0, *, epochs: bool = False, **settings: Any) -> Sketch:
        """NORTHLAND and SOUTHLAND, principals, and CASPIA, host; agreed, with every roster.

        With `epochs` each of them has one for every other.
        """
        sketch = cls(seed=seed, settings=msgspec.structs.replace(default_settings(), **settings))
        sketch.party("CASPIA", "host")
        sketch.party("NORTHLAND", "principal")
        sketch.party("SOUTHLAND", "principal")
        sketch.genesis()
        sketch.agree()
        for name in sketch.parties:
            sketch.enrol(name)
        for author, reader in permutations(sketch.parties if epochs else (), 2):
            sketch.open_epoch(author, [reader])
        return sketch

    def party(self, name: str, *roles: PartyRole) -> SketchParty:
        """Make a party known to the sketch (not yet to the channel)."""
        self.parties[name] = SketchParty(name, roles, self.seed)
        return self.parties[name]

    @property
    def picture(self) -> Picture:
        """The picture after everything that was logged."""
        return self.steps[-1].picture if self.steps else Picture()

    @property
    def channel(self) -> str:
        return self.picture.channel

    def salt(self, label: str) -> bytes:
        """Thirty-two bytes that depend on the seed, the place in the log and a label."""
        return hashlib.sha256(f"salt {self.seed} {len(self.leaves)} {label}".encode()).digest()

    def advance(self, seconds: float) -> None:
        """Move the clock; nothing is logged."""
        self.now_us += round(seconds * SECOND_US)

    def log(self, leaf: bytes) -> Step:
        """Put bytes into the log, as a host might, and fold them."""
        logged = self.logged(len(self.leaves), leaf)
        self.leaves.append(leaf)
        self.tree.append(logged.leaf_hash)
        self.steps.append(fold(self.picture, logged))
        return self.steps[-1]

    @staticmethod
    def logged(index: int, leaf: bytes) -> Logged:
        """What a leaf is at an index."""
        return open_leaf(index, leaf)

    def send(
        self,
        party: str,
        composed: Composed,
        approvals: Sequence[Approval] = (),
        *,
        use: str = "node",
        time_us: int | None = None,
    ) -> Step:
        """Link an act under one of the party's keys and log it; a remark of the fold is in the step.

        `party` is the one that carries the act, where it is another party's.
        """
        author = self.parties[party]
        signer = author.key(use)
        chain = author.chains.get(use, Chain(0, None))
        size = len(self.leaves) if self.head is None else self.head
        seen = (size, self.tree.root(size)) if self.leaves else None
        leaf = link(composed.act, approvals, signer, chain, seen, self.now_us if time_us is None else time_us)
        for ref, raw in zip(composed.act.parts, composed.stored, strict=True):
            if ref.sha is not UNSET:
                self.parts[ref.sha] = raw
        step = self.log(leaf)
        author.chains[use] = chain.next(hashlib.sha256(b"\x00" + leaf).digest())
        return step

    def genesis(self) -> Step:
        """Index 0."""
        host = self.parties[self.host]
        settings = settings_commitment(self.salt_of_settings, msgspec.to_builtins(self.settings))
        body = Genesis(
            exercise="yes" if self.exercise else "no",
            host=HostCard(
                party=self.host, origin=self.origin, log=host.public("log"), sequencer=host.public("sequencer")
            ),
            parties=[party.card() for party in self.parties.values()],
            settings=settings,
            articles=b64(hashlib.sha256(b"articles").digest()),
        )
        act = compose("genesis", channel=UNSET, party=self.host, said_us=self.now_us, public=msgspec.to_builtins(body))
        return self.send(self.host, act, use="sequencer")

    @property
    def salt_of_settings(self) -> bytes:
        return hashlib.sha256(f"settings {self.seed}".encode()).digest()

    def agree(self) -> Step:
        """The founding proposal and every principal's signature."""
        public = {
            "do": "amend_agreement", "base": self.picture.agreement,
            "settings": msgspec.to_builtins(self.settings), "salt": b64(self.salt_of_settings),
        }  # fmt: skip
        return self.joint(public)

    def joint(self, public: dict[str, Any], by: str | None = None) -> Step:
        """Propose a joint act and have every principal sign it; the last step."""
        base = self.picture.agreement
        proposer = by or self.picture.principals[0]
        self.send(proposer, *self.by_head(proposer, "propose", public))
        proposal = b64(hashlib.sha256(b"\x00" + self.leaves[-1]).digest())
        for name in self.picture.principals:
            self.send(name, *self.by_head(name, "sign_agreement", {"proposal": proposal, "base": base}))
        return self.steps[-1]

    def by_head(self, party: str, kind: str, public: dict[str, Any] | None = None) -> tuple[Composed, list[Approval]]:
        """An act of the channel's own, approved by the head of delegation."""
        act = self.compose(kind, party, public=UNSET if public is None else public)
        return act, [approve(act.act, self.parties[party].key("head_of_delegation"), "head_of_delegation")]

    def enrol(self, party: str) -> Step:
        """The party's roster, linked by its recovery key."""
        public = msgspec.to_builtins(self.parties[party].roster())
        return self.send(party, self.compose("roster", party, public=public), use="recovery")

    def compose(self, kind: str, party: str, **members: Any) -> Composed:
        """An act of a kind at this moment in this channel."""
        sealer = SketchSealer(self, party) if self.sealed else None
        return compose(kind, channel=self.channel, party=party, said_us=self.now_us, sealer=sealer, **members)

    def open_epoch(self, party: str, audience: Sequence[str]) -> Step:
        """A new epoch of a party for an audience."""
        number = (self.picture.epochs_made.get(party) or 0) + 1
        key = self.epoch_key(party, number)
        seed = f"wrap {self.seed} {party} {number}".encode()
        act = open_epoch(
            self.picture, party, audience, number, key, self.now_us,
            lambda public, secret, info: wrap(public, secret, info, seed + public),
        )  # fmt: skip
        return self.send(party, act)

    def epoch_key(self, party: str, number: int) -> bytes:
        """The key of an epoch, the same for one seed."""
        return hashlib.sha256(f"epoch {self.seed} {party} {number}".encode()).digest()

    def approved(self, composed: Composed, *as_roles: tuple[str, str]) -> list[Approval]:
        """Approvals by persons of the act's party: `("W1", "drafter"), ("R1", "release_authority")`."""
        author = self.parties[composed.act.party]
        return [approve(composed.act, author.key(person), role) for person, role in as_roles]  # type: ignore[arg-type]  # a test may claim any role

    def released(self, composed: Composed) -> list[Approval]:
        """A drafter's and a releaser's approval."""
        return self.approved(composed, ("W1", "drafter"), ("R1", "release_authority"))

    def watched(self, composed: Composed) -> list[Approval]:
        """One watch officer's approval."""
        return self.approved(composed, ("W1", "watch_officer"))

    def told(self, groups: Sequence[Group], audience: Sequence[str]) -> list[Told]:
        """Field groups for the same readers, each under a salt of its own."""
        return [Told(group, tuple(audience), self.salt(group.group)) for group in groups]

    def notice_groups(self, volumes: list[dict[str, Any]], category: str = "air") -> list[Group]:
        """The four groups of a notice; the cell is all of the earth and one day, which contains everything."""
        cell = Cell(
            group="cell", south_e7=-900_000_000, west_e7=-1_800_000_000, north_e7=900_000_000, east_e7=1_800_000_000,
            start_us=START_US, end_us=START_US + 86_400 * SECOND_US,
        )  # fmt: skip
        nature = msgspec.convert({"group": "category", "category": category}, Nature)
        return [cell, Volumes(group="volume", volumes=volumes), nature, Rest(group="rest", crewed="yes")]

    def announce(
        self,
        party: str,
        to: Sequence[str],
        volumes: list[dict[str, Any]],
        *,
        category: str = "air",
        precedence: Precedence = "P",
        keep_until: str = "2026-12-01",
    ) -> tuple[str, Step]:
        """A released notice; its id and the step."""
        id_ = self.parties[party].next_id()
        readers = sorted({party, *(desk.partition("/")[0] for desk in to)})
        composed = self.compose(
            "notice", party, desk=self.parties[party].desk, to=to, precedence=precedence, id=id_,
            keep_until=keep_until, told=self.told(self.notice_groups(volumes, category), readers),
        )  # fmt: skip
        return id_, self.send(party, composed, self.released(composed))

    def safety(self, party: str, to: Sequence[str], code: str = "cease") -> tuple[str, Step]:
        """A safety message by one watch officer; its id and the step."""
        id_ = self.parties[party].next_id()
        readers = [desk.partition("/")[0] for desk in to]
        composed = self.compose(
            "safety", party, desk=self.parties[party].desk, to=to, precedence="Z", id=id_, code=code,
            told=self.told([Safety(group="safety", who="an exercise unit")], readers),
        )  # fmt: skip
        return id_, self.send(party, composed, self.watched(composed))

    def message(self, party: str, to: Sequence[str], text: str) -> Step:
        """A plain message."""
        group = Message(group="message", language="en", text=text)
        composed = self.compose(
            "message", party, desk=self.parties[party].desk, to=to, id=self.parties[party].next_id(),
            told=self.told([group], [desk.partition("/")[0] for desk in to]),
        )  # fmt: skip
        return self.send(party, composed, self.watched(composed))

    def ack(self, party: str, item: str, version: int = 1, rows: Sequence[ReadbackRow] = ()) -> Step:
        """The desk's acknowledgement with its read-back."""
        row = self.picture.items[item]
        composed = self.compose(
            "ack", party, desk=self.parties[party].desk, to=[row.desk], subject=subject(item, version),
            told=self.told([Readback(group="readback", volumes=list(rows))], [row.party]),
        )  # fmt: skip
        return self.send(party, composed, self.watched(composed))

    def answer(self, party: str, kind: str, item: str, version: int = 1, **members: Any) -> Step:
        """confirm, readback_wrong, cancel, complete, passed_to_units, comply, unable: to the other side's desk."""
        row = self.picture.items[item]
        to = [row.desk] if row.party != party else list(row.to)
        composed = self.compose(
            kind, party, desk=self.parties[party].desk, to=to, subject=subject(item, version), **members
        )
        released = kind in ("cancel", "amend")
        return self.send(party, composed, self.released(composed) if released else self.watched(composed))

    def receipt(self, party: str, through: int | None = None) -> Step:
        """The node's receipt for everything so far."""
        newest = len(self.leaves) - 1 if through is None else through
        return self.send(party, self.compose("receipt", party, public={"through": newest}))

    def time(self, party: str) -> Step:
        """The clock of a party says what time it is; the host's by its sequencer key."""
        use = "sequencer" if party == self.host else "node"
        return self.send(party, self.compose("time", party), use=use)


@dataclass(frozen=True, slots=True)
class SketchSealer:
    """The epochs of one party of a sketch; one that is missing is logged first."""

    sketch: Sketch
    party: str

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        if (self.party, audience) not in self.sketch.picture.epoch_of:
            step = self.sketch.open_epoch(self.party, audience)
            assert step.stands, step.remarks
        number = self.sketch.picture.epoch_of[self.party, audience]
        return number, self.sketch.epoch_key(self.party, number)

    def random(self) -> bytes:
        return self.sketch.salt(f"random {len(self.sketch.parts)}")
