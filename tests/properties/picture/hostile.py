"""Entries that no honest node would send, from one seed: well signed by known keys, and wrong in every other way."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection
from functools import cache
from random import Random
from typing import Any

import msgspec
from msgspec import UNSET

from tests.properties.picture.invariants import check_step
from wellclear.channel.composing import Chain
from wellclear.channel.opening import open_leaf
from wellclear.domain.agreement import DAY_US, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import (
    PRECEDENCES,
    Act,
    Approval,
    Head,
    Link,
    PartRef,
    Subject,
    act_hash,
    approval_message,
    close_leaf,
    entry_message,
    unsigned_leaf,
)
from wellclear.domain.kinds import CHANGED_BY_AMEND, KINDS, NAMES_ITS_DAY, REPLIES_TO, Asks, Linked, Subjects
from wellclear.domain.logged import Logged
from wellclear.domain.names import ItemId
from wellclear.domain.statements import Statement
from wellclear.domain.treaty import Zone
from wellclear.log.ed25519 import SigningKey
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture, Step
from wellclear.testing.sketch import START_US, Sketch, SketchParty, circle

PARTIES = ("CASPIA", "NORTHLAND", "SOUTHLAND", "TRANSIA", "NOBODY")
USES = ("node", "recovery", "sequencer", "standby", "log", "head_of_delegation", "W1", "R1", "s2")
ROLES = ("drafter", "watch_officer", "release_authority", "head_of_delegation", "administrator")
SMALL = [b64(number.to_bytes(32, "little")) for number in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 1)]
OF_ITS_AUTHOR = ("amend", "cancel", "complete", "confirm", "readback_wrong", "disclose")
ATOMS: list[Any] = [
    0, 1, -1, 2**53 - 1, 2**53, 2**64, 10**30, "", "x", "NORTHLAND", "NORTHLAND/OPS", "\u202e", "\x00", [], {}, [[]],
    {"a": 1}, "yes", "A" * 3000, b64(bytes(32)), [1] * 300, None, True, 1.5, "2026-02-31", "é",
]  # fmt: skip

_ZONE = Zone(
    "zone", "closure", "Eastern road", "en", [circle(34.5, 38.3, 5000)], [], START_US, START_US + DAY_US
)  # fmt: skip


@cache
def founded() -> Sketch:
    """A channel where there is something of everything to spoil: four parties, items, answers, an open ballot."""
    sketch = Sketch.founded(seed=11, clocks=["TRANSIA"])
    guest = sketch.party("TRANSIA", "observer", "principal", "host_nation")
    sketch.joint({"do": "admit", "base": 1, "admit": msgspec.to_builtins(guest.card())})
    sketch.enrol("TRANSIA")
    for party in ("NORTHLAND", "SOUTHLAND"):
        id_, _ = sketch.announce(party, ["CASPIA/OPS", "TRANSIA/OPS"], [circle(34.5, 38.3, 5000)])
        sketch.ack("TRANSIA", id_)
        asked = sketch.compose(
            "request", "TRANSIA", desk="TRANSIA/OPS", to=[f"{party}/OPS"], code="delay",
            subject=Subject(id=id_, version=1), id=sketch.parties["TRANSIA"].next_id(),
        )  # fmt: skip
        sketch.send("TRANSIA", asked, sketch.watched(asked))
        for kind, group in (("zone", _ZONE), ("statement", Statement("statement", "no_statement", []))):
            told = sketch.told([group], [party, "CASPIA", "TRANSIA"])
            made = sketch.compose(
                kind, party, desk=f"{party}/OPS", to=["CASPIA/OPS", "TRANSIA/OPS"], keep_until="2026-12-01",
                id=sketch.parties[party].next_id(), told=told,
            )  # fmt: skip
            sketch.send(party, made, sketch.released(made))
    spare = {"key": sketch.parties["NORTHLAND"].public("standby"), "use": "standby"}
    sketch.send("NORTHLAND", sketch.compose("add_key", "NORTHLAND", public=spare), use="recovery")
    sketch.send("NORTHLAND", *sketch.by_head("NORTHLAND", "propose", {"do": "restart_clocks", "base": 1}))
    return sketch


class Villain:
    """Sends one entry after the other into a channel, and looks after each at what the fold has made of it."""

    def __init__(self, seed: int, kinds: Collection[str] = KINDS, spoil: float = 0.25) -> None:
        base = founded()
        self.kinds, self.spoil = sorted(kinds), spoil
        self.random = Random(seed)
        self.parties = {name: SketchParty(name, (), base.seed) for name in PARTIES}
        self.chains = {(name, use): chain for name, p in base.parties.items() for use, chain in p.chains.items()}
        self.leaves = list(base.leaves)
        self.taken = list(base.leaves)
        self.picture: Picture = base.picture
        self.now_us = base.now_us
        self.party = ""

    def log(self, leaf: bytes) -> Step:
        logged: Logged = open_leaf(self.picture.size, leaf)
        step = fold(self.picture, logged)
        check_step(self.picture, logged, step)
        self.leaves.append(leaf)
        if envelope_fault(self.picture, logged) is None:
            self.taken.append(leaf)
        self.picture = step.picture
        return step

    def step(self) -> Step:
        """One more entry: mostly an act, sometimes bytes, or something that was said before."""
        random = self.random
        roll = random.random()
        if roll < 0.03:
            return self.log(random.randbytes(random.randrange(200)))
        if roll < 0.10:
            return self.log(random.choice(self.leaves))
        if roll < 0.13:
            spoiled = bytearray(random.choice(self.leaves) or b"x")
            spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
            return self.log(bytes(spoiled))
        kind = random.choice(self.kinds)
        if kind == "withdraw" and random.random() < 0.8:  # or too soon nobody is left
            kind = "host_change"
        party = random.choice(PARTIES[:4]) if random.random() < 0.95 else "NOBODY"
        act = self._act(kind, party)
        if random.random() < 0.06:
            act = msgspec.structs.replace(act, via=random.choice(PARTIES))
        if random.random() < self.spoil:
            act = self._spoil(act)
        return self._send(act, kind, party)

    def _act(self, kind: str, party: str) -> Act:
        row, random = KINDS[kind], self.random
        self.party = party
        to = random.sample([f"{name}/OPS" for name in PARTIES], random.randint(1, 3)) if row.has_to else []
        readers = [desk.partition("/")[0] for desk in to if random.random() < 0.9]
        commit = b64(hashlib.sha256(random.randbytes(4)).digest())
        parts = (
            [PartRef(commit=commit, enc="none", sha=commit, to=readers)] if readers and random.random() < 0.7 else []
        )
        epochs = [(name, row) for name, row in sorted(self.picture.epochs.items()) if name.startswith(f"{party}/")]
        if parts and epochs and random.random() < 0.5:
            name, epoch = random.choice(epochs)
            for_ = list(epoch.audience) if random.random() < 0.9 else readers
            number = int(name.rpartition("/")[2]) + (random.random() < 0.1)
            parts = [PartRef(commit=commit, enc="aes256gcm", sha=commit, to=for_, epoch=number)]
        day = random.choice(["2026-11-18", "2026-11-20", "2026-12-01", "2999-12-31", "2026-02-31"])
        return Act(
            rules=random.choice([1, 1, 1, 1, 2]), party=party, kind=kind, to=to, precedence=random.choice(PRECEDENCES),
            said=self.now_us + random.choice([0, 0, 0, 0, -DAY_US, DAY_US]), parts=parts, channel=self.picture.channel,
            desk=f"{party}/{random.choice(['OPS', 'OPS', 'AIR', 'X'])}" if row.has_desk else UNSET,
            code=random.choice(row.codes) if row.codes else UNSET, id=self._new_id(party) if row.has_id else UNSET,
            subject=self._subject(kind, party) if row.subjects is not Subjects.NONE else UNSET,
            keep_until=day if kind in NAMES_ITS_DAY or random.random() < 0.1 else UNSET,
            public=getattr(self, f"_{kind}", dict)() if row.public is not None else UNSET,
        )  # fmt: skip

    def _new_id(self, party: str) -> str:
        return str(ItemId(self.random.choice([party, party, party, "NORTHLAND"]), self.random.randint(1000, 9999)))

    def _subject(self, kind: str, party: str) -> Subject:
        """Mostly an item that the act could speak of."""
        random, items = self.random, self.picture.items
        wanted = {
            "amend": random.choice(["notice", *sorted(CHANGED_BY_AMEND)]), "cancel": "notice", "complete": "notice",
            "comply": "request", "unable": "request", "disclose": "notice", "confirm": "notice",
            "readback_wrong": "notice", **REPLIES_TO,
        }  # fmt: skip
        fitting = sorted(
            id_ for id_, row in items.items()
            if row.kind == wanted.get(kind, row.kind)
            and (kind not in OF_ITS_AUTHOR or row.party == party)
            and (kind not in ("comply", "unable", "ack", "passed_to_units", *REPLIES_TO) or f"{party}/OPS" in row.to)
        )  # fmt: skip
        id_ = random.choice((fitting if random.random() < 0.9 else []) or sorted(items) or ["NORTHLAND-1001-9"])
        version = items[id_].version if id_ in items else 1
        return Subject(id=id_, version=max(1, version + (kind == "amend") + random.choice([0] * 8 + [1, -1])))

    def _any_key(self) -> str:
        random = self.random
        new = SigningKey(random.randbytes(32)).public_key
        party = self.parties[random.choice(PARTIES)]
        return random.choice([b64(new), b64(new), party.public(random.choice(USES)), random.choice(SMALL)])

    def _card(self, party: str) -> Any:
        roles = self.random.sample(["principal", "observer", "agency", "host"], 2)
        card = {use: self._any_key() for use in ("node", "recovery", "head_of_delegation", "cosigner", "picture")}
        if self.random.random() < 0.2:
            del card["node"], card["cosigner"], card["picture"]
        return {"party": party, "roles": roles, "sealing": self._any_sealing_key(), **card}

    def _any_sealing_key(self) -> str:
        new = self.random.randbytes(31) + b"\0"
        return b64(self.random.choice([new, new, bytes(1184) + new, bytes(32), b"\xff" * 1216]))

    def _epoch(self) -> Any:
        """Mostly for members, and mostly the next one of its party."""
        random, made = self.random, self.picture.epochs_made.get(self.party) or 0
        others = sorted({*PARTIES} - {self.party, "" if random.random() < 0.05 else "NOBODY"})
        audience = sorted(random.sample(others, random.randint(1, 2)))
        rows = [(reader, self._live_sealing_key(reader)) for reader in sorted({self.party, *audience})]
        wraps = [
            {
                "party": reader,
                "key": b64(hashlib.sha256(key).digest()),
                "wrap": b64(bytes(80 if len(key) < 64 else 1168)),
            }
            for reader, key in rows
        ]
        number = made + random.choice([1] * 9 + [0, 2])
        return {"number": number, "audience": audience, "commit": b64(random.randbytes(32)), "wraps": wraps}

    def _live_sealing_key(self, party: str) -> bytes:
        rows = [(key, self.picture.keys[key]) for key in self.picture.keys_of.get(party) or ()]
        live = [
            key for key, row in rows if row.use == "sealing" and (row.state == "live" or self.random.random() < 0.1)
        ]
        return base64.b64decode(live[0]) if live else bytes(32)

    def _propose(self) -> Any:
        random, base = self.random, self.picture.agreement
        settings = msgspec.to_builtins(msgspec.structs.replace(default_settings(), keep_days=random.randint(1, 9)))
        return random.choice([
            {"do": "amend_agreement", "base": base, "settings": settings, "salt": b64(bytes(32))},
            {"do": "admit", "base": base, "admit": self._card(random.choice(["NEWLAND", "OTHERLAND", "NORTHLAND"]))},
            {"do": "remove", "base": base, "remove": random.choice(PARTIES)},
            {"do": "rules", "base": base, "rules": random.choice([1, 2, 3])},
            {"do": "restart_clocks", "base": base},
        ])  # fmt: skip

    def _sign_agreement(self) -> Any:
        names = sorted(self.picture.proposed) or [b64(bytes(32))]
        return {"proposal": self.random.choice(names), "base": self.picture.agreement}

    def _host_change(self) -> Any:
        party = self.random.choice(PARTIES)
        keys = {
            "log": self._any_key(),
            "sequencer": self.parties[party].public(self.random.choice(["s2", "s2", "s2", "sequencer"])),
        }
        size = self.picture.size + self.random.choice([0] * 7 + [1])
        return {"size": size, "root": b64(bytes(32)), "host": {"party": party, "origin": "x.example/y", **keys}}

    def _add_key(self) -> Any:
        uses = ["standby", "standby", "recovery", "head_of_delegation", "cosigner", "picture", "sealing"]
        use = self.random.choice(uses)
        key = self.random.choice([self._any_key(), self.parties[self.party].public("standby")])
        return {"key": self._any_sealing_key() if use == "sealing" else key, "use": use}

    def _revoke(self) -> Any:
        return {
            "key": self.random.choice(sorted(self.picture.keys)),
            "since": self.random.randint(0, self.picture.size),
        }

    def _roster(self) -> Any:
        random = self.random
        party = self.parties[random.choice([self.party, self.party, "SOUTHLAND"])]
        roster = msgspec.to_builtins(party.roster())
        for person in roster["persons"]:
            if random.random() < 0.2:
                person["key"] = self._any_key()
            elif random.random() < 0.1:
                person["away"] = {"start_us": 0, "end_us": random.choice([0, 1, 2**52]), "deputy": "W2"}
        roster["persons"] = random.sample(roster["persons"], random.randint(2, 5))
        return roster

    def _receipt(self) -> Any:
        through = self.random.randint(0, self.picture.size)
        listed = sorted({self.random.randint(0, self.picture.size) for _ in range(3)})
        rows = [{"index": index, "why": "part_unreadable"} for index in listed]
        return {"through": through, **({"not_opened": rows} if self.random.random() < 0.5 else {})}

    def _confirm(self) -> Any:
        answered = sorted(answer.split("/", 2)[2] for answer in self.picture.answers)
        return {"desk": self.random.choice(answered or ["CASPIA/OPS"])}

    _readback_wrong = _confirm

    def _spoil(self, act: Act) -> Act:
        """Something that does not belong there, in any one field, also deep inside."""
        random = self.random
        atom = random.choice(ATOMS)
        if act.public is not UNSET and random.random() < 0.7:
            public = dict(act.public)
            name = random.choice([*public, "extra"])
            inner = public.get(name)
            if isinstance(inner, dict) and inner and random.random() < 0.7:
                atom = {**inner, random.choice(sorted(inner)): atom}
            return msgspec.structs.replace(act, public={**public, name: atom})
        name = random.choice(act.__struct_fields__)
        return msgspec.structs.replace(act, **{name: random.choice([atom, UNSET])})

    def _send(self, act: Act, kind: str, party: str) -> Step:
        random = self.random
        uses = {Linked.SEQUENCER: "sequencer", Linked.RECOVERY: "recovery", Linked.STANDBY: "standby"}
        use = uses.get(KINDS[kind].linked, "node") if random.random() < 0.9 else random.choice(USES)
        if kind == "host_change" and isinstance(act.public, dict):
            use = "s2"
        self.now_us += random.choice([0, 10**6, 10**7, 10**9, DAY_US]) if random.random() < 0.3 else 0
        time_us = random.choice([0, 2**53 - 1, START_US - DAY_US]) if random.random() < 0.02 else self.now_us
        by = act.via if isinstance(act.via, str) and act.via in self.parties and random.random() < 0.9 else party
        chain = self.chains.get((by, use), Chain(0, None))
        head = Head(size=max(1, self.picture.size - random.choice([0] * 12 + [1, 5, -1])), root=b64(bytes(32)))
        signer = self.parties[by].key(use)
        link = Link(
            key=b64(signer.public_key), seq=chain.seq + random.choice([1] * 20 + [0, 2]), time=time_us, head=head,
            prev=UNSET if chain.prev is None else b64(chain.prev),
        )  # fmt: skip
        try:
            approvals = tuple(self._approvals(act, kind, party))
            unsigned = unsigned_leaf(act, link, approvals)
        except (UnicodeEncodeError, msgspec.EncodeError, OverflowError):  # no JSON at all
            return self.log(b"{}")
        leaf = close_leaf(unsigned, signer.sign(entry_message(unsigned)))
        step = self.log(leaf)
        if self.picture.chains.get(link.key) == (link.seq, b64(hashlib.sha256(b"\x00" + leaf).digest())):
            self.chains[by, use] = Chain(link.seq, base64.b64decode(self.picture.chains[link.key][1]))
        return step

    def _approvals(self, act: Act, kind: str, party: str) -> list[Approval]:
        """What the kind asks for; sometimes of others, stripped, doubled, in other roles, or over another act."""
        random = self.random
        asked: dict[Asks, list[tuple[str, str, str]]] = {
            Asks.WATCH: [(party, "W1", "watch_officer")],
            Asks.RELEASE: [(party, "W1", "drafter"), (party, "R1", "release_authority")],
            Asks.HEAD: [(party, "head_of_delegation", "head_of_delegation")],
            Asks.ADMINISTRATORS: [(party, "A1", "administrator"), (party, "A2", "administrator")],
            Asks.TWO_ADMINISTRATORS: [(party, "A1", "administrator"), (party, "A2", "administrator")],
            Asks.HEADS: [(name, "head_of_delegation", "head_of_delegation") for name in self.picture.principals],
        }
        wanted = list(asked.get(KINDS[kind].asks, []))
        changes: list[Callable[[], object]] = [
            wanted.clear,
            lambda: wanted.append((random.choice(PARTIES), random.choice(["W1", "R1", "A1"]), random.choice(ROLES))),
            lambda: wanted and wanted.pop(),
            lambda: wanted.extend(wanted[:2]),
        ]
        if random.random() < 0.2:
            random.choice(changes)()
        said = act_hash(act) if random.random() > 0.03 else bytes(32)
        known = [(name, use, role) for name, use, role in wanted if name in self.parties]
        return [self._approve(said, self.parties[name].key(use), role) for name, use, role in known[:8]]

    @staticmethod
    def _approve(said: bytes, signer: SigningKey, role: Any) -> Approval:
        signature = b64(signer.sign(approval_message(said)))
        return Approval(key=b64(signer.public_key), role=role, alg="ed25519", sig=signature)
