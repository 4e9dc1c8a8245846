"""Whole channels from one seed: founded, worked in, joined, left and closed, by honest, careless and hostile members.

Acts mostly fit what the picture holds, so that much of it stands; a few are spoiled. Choices follow the picture of the
second implementation, and bytes are spelled by it, so that nothing of ours helps to agree with it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from functools import cached_property, partial
from random import Random
from typing import Any

import msgspec

from tests.properties.picture import joint_acts, record_acts, roster_acts, sealing_acts
from tests.vectors.second.fold import Second
from tests.vectors.second.forms import CARD_KEYS, DAY, ROLES
from tests.vectors.second.tree import leaf_hash
from tests.vectors.second.wire import b64, canonical, check_character, sha
from wellclear.domain.agreement import default_settings
from wellclear.log.ed25519 import SigningKey

Row = dict[str, Any]
START = 1_795_000_000_000_000
GUESTS_LACK = ("node", "cosigner", "picture")
HOUR = 3_600_000_000
ZEROS = b64(bytes(32))
WEIGHTS = {
    "notice": 10, "amend": 8, "cancel": 4, "complete": 4, "safety": 8, "receipt": 10, "ack": 16, "confirm": 6,
    "readback_wrong": 6, "passed_to_units": 5, "request": 8, "comply": 6, "unable": 6, "message": 3, "finding": 3,
    "time": 25, "roster": 4, "add_key": 5, "revoke": 5, "takeover": 3, "propose": 5, "sign_agreement": 14,
    "withdraw": 0.4, "host_change": 1.5, "nosuch": 0.3, "epoch": 12, "disclose": 16, **record_acts.WEIGHTS,
}  # fmt: skip


class Key:
    """A key by its label."""

    def __init__(self, label: str) -> None:
        self.secret = SigningKey(hashlib.sha256(label.encode()).digest())
        self.public = b64(self.secret.public_key)

    def sign(self, message: bytes) -> str:
        return b64(self.secret.sign(message))


Draft = tuple[Row, Key | None, list[tuple[Key, str]]]
"""An act, the key that links it (None: there is none), and the keys that approve it in their roles."""


class RandomChannel:
    """`step` gives the next leaf; `second` is the picture after it, `remarks` what it made of that leaf."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(seed)
        self.second, self.leaves, self.remarks = Second(), list[bytes](), list[str]()
        self.keys: dict[str, Key] = {}
        self.sent: list[Draft] = []
        self.time, self.made, self.counter = START, 0, 0
        self.planned = self.founding()

    def step(self) -> bytes:
        while True:
            leaf = next(self.planned, None) or self.any_leaf()
            if leaf is not None:
                self.leaves.append(leaf)
                self.remarks = self.second.fold(leaf)
                return leaf

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def any_leaf(self) -> bytes | None:
        random = self.random
        often = self.random.random() > 0.04
        self.time += random.choice([0, 0, 0, 10**6, 10**7, HOUR // 4, HOUR] if often else [DAY, 2 * DAY, 4 * DAY])
        if self.maybe(0.02):
            leaf = random.choice(self.leaves) or b"x"
            at = random.randrange(len(leaf))
            return random.choice([b"", leaf[:-1], leaf, leaf[:at] + bytes([leaf[at] ^ 1]) + leaf[at + 1 :]])
        if self.maybe(0.03) and self.sent:  # linked again
            act, key, approvals = random.choice(self.sent[-60:])
            return self.leaf(act, key, approvals)
        return self.leaf(*self.any_act())

    def leaf(self, act: Row, key: Key | None, approvals: list[tuple[Key, str]]) -> bytes | None:
        if key is None:
            return None
        random, size = self.random, len(self.leaves)
        seq, prev = self.second.chains.get(key.public, (0, ""))
        link: Row = {"key": key.public, "seq": seq + 1, "time": self.claim()}
        link |= {"prev": prev} if prev else {}
        if act["kind"] != "genesis":
            link["head"] = {"size": max(1, size - random.choice([0, 0, 0, 0, 1, 2])), "root": ZEROS}
            link |= {"seq": random.choice([1, 2, 3])} if self.maybe(0.01) else {}
            link |= {"head": {"size": size + 1, "root": ZEROS}} if self.maybe(0.01) else {}
        message = b"wellclear/approval/1\n" + sha(canonical(act), b"?" if self.maybe(0.005) else b"")
        seals = [
            {"alg": "ed25519", "key": by.public, "role": role, "sig": by.sign(message)} for by, role in approvals[:8]
        ]
        unsigned = canonical({"act": act, "link": link}) + b'\n{"approvals":' + canonical(seals) + b","
        signature = key.sign(b"wellclear/entry/1\n" + unsigned)
        self.sent.append((act, key, approvals))
        return unsigned + b'"sig":"' + signature.encode() + b'"}\n'

    def claim(self) -> int:
        where = self.random.random()
        spread = 0 if where < 0.85 else 3 * HOUR if where < 0.95 else 5 * DAY
        return max(0, self.time + self.random.randint(-spread, spread))

    def act(self, kind: str, party: str, **said: Any) -> Row:
        random = self.random
        since = random.choice([0] * 8 + [HOUR // 2, HOUR, 2 * HOUR, -HOUR])
        act: Row = {"rules": 1, "party": party, "kind": kind, "to": [], "parts": [], "said": self.time - since}
        act |= {"precedence": random.choice("ZOPR")} | ({} if kind == "genesis" else {"channel": self.second.channel})
        return act | {name: value for name, value in said.items() if value is not None}

    # keys and persons

    def key(self, label: str = "") -> Key:
        """By its label, or a new one."""
        self.made += not label
        key = Key(f"channel {self.seed} {label or self.made}")
        return self.keys.setdefault(key.public, key)

    def live(self, party: str, use: str) -> list[Key]:
        return [self.keys[key] for key in self.second.live(party, use) if key in self.keys]

    def node(self, party: str, use: str = "node") -> Key | None:
        owned = [key for key, row in self.second.rows["key"].items() if row["party"] == party and key in self.keys]
        fitting = [self.keys[key] for key in owned] if self.maybe(0.03) else self.live(party, use)
        return self.random.choice(fitting) if fitting else None

    def heads(self, *parties: str) -> list[tuple[Key, str]]:
        role = "head_of_delegation"
        return [(key, role) for party in parties for key in self.live(party, role)]

    def persons(self, party: str, role: str, count: int = 1, as_role: str = "") -> list[tuple[Key, str]]:
        rows = self.second.rows["person"].items()
        keys = [row["key"] for name, row in rows if name.startswith(f"{party}/") and role in row["roles"]]
        known = [self.keys[key] for key in keys if key in self.keys]
        self.random.shuffle(known)
        return [(key, as_role or role) for key in known[:count]]

    def releasers(self, party: str) -> list[tuple[Key, str]]:
        drafter = self.random.choice(["watch_officer", "release_authority"])
        both = self.persons(party, "release_authority") + self.persons(party, drafter, as_role="drafter")
        return both[:1] if self.maybe(0.05) else both

    def card(self, party: str, roles: list[str], guest: float = 0.0) -> Row:
        """A party's card; `guest` is the share of those without the keys of a node."""
        left_out = GUESTS_LACK if self.maybe(guest) else ()
        uses = [use for use in CARD_KEYS if use not in left_out]
        return {"party": party, "roles": roles, **{use: self.public(use, party + use) for use in uses}}

    def public(self, use: str, label: str = "") -> str:
        if use != "sealing":
            return self.key(label).public
        self.made += 1
        return sealing_acts.sealing_key(self.random, f"channel {self.seed} {self.made}", 0.0 if label else 0.05)

    # founding

    @cached_property
    def first_settings(self) -> Row:
        random = self.random
        settings: Row = msgspec.to_builtins(default_settings())
        return settings | {
            "clocks": ["OBSERV"], "approval_age_us": HOUR * random.choice([1, 3, 24]),
            "four_eyes": random.choice(["yes", "no"]), "keep_days": random.choice([1, 3, 7]),
            "raise_rules_us": random.choice([5_000_000, HOUR, DAY]),
        }  # fmt: skip

    def founding(self) -> Any:
        """The entries that found the channel, one after the other."""
        random, salt = self.random, bytes(32)
        host = {"party": "CASPIA", "origin": "caspia.example/x"}
        host |= {"log": self.key("log").public, "sequencer": self.key("sequencer").public}
        parties = [
            self.card("CASPIA", random.choice([["host"], ["host", "observer"], ["host", "principal"]])),
            self.card("NORTHLAND", random.choice([["principal"], ["principal", "host_nation"]])),
            self.card("SOUTHLAND", ["principal"]),
        ]
        parties += [self.card("EASTLAND", ["principal"])] if self.maybe(0.5) else []
        parties += [self.card("OBSERV", ["observer"], 0.3)] if self.maybe(0.5) else []
        settings = b64(sha(salt, canonical(self.first_settings)))
        genesis = {"exercise": random.choice(["yes", "yes", "yes", "no"]), "host": host, "parties": parties}
        genesis |= {"settings": settings, "articles": ZEROS}
        yield self.leaf(self.act("genesis", "CASPIA", public=genesis), self.key("sequencer"), [])
        said = {"do": "amend_agreement", "base": 0, "salt": b64(salt), "settings": self.first_settings}
        act = self.act("propose", "NORTHLAND", public=said)
        yield self.leaf(act, self.key("NORTHLANDnode"), self.heads("NORTHLAND"))
        name = b64(leaf_hash(self.leaves[-1]))
        for party in self.second.members("principal"):
            act = self.act("sign_agreement", party, public={"proposal": name, "base": 0})
            yield self.leaf(act, self.key(f"{party}node"), self.heads(party))
        for party in self.second.members():
            yield self.leaf(*roster_acts.roster(self, party, "recovery"))

    # acts

    def any_act(self) -> Draft:
        random = self.random
        kind = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        party = random.choice((self.second.members() if self.maybe(0.97) else list(self.second.rows["party"])) or ["X"])
        groups: dict[str, Callable[[str, str], Draft]] = {
            "notice": self.said, "safety": self.said, "message": self.said, "finding": self.said,
            "amend": self.about, "cancel": self.about, "complete": self.about, "request": self.about,
            "comply": self.answered, "unable": self.answered, "ack": self.acked, "passed_to_units": self.acked,
            "confirm": self.judged, "readback_wrong": self.judged, "receipt": self.received,
            "propose": partial(joint_acts.proposed, self), "sign_agreement": partial(joint_acts.signed, self),
            "host_change": partial(joint_acts.hosted, self),
            "roster": partial(roster_acts.rostered, self), "add_key": partial(roster_acts.keyed, self),
            "revoke": partial(roster_acts.revoked, self), "epoch": self.sealed, "disclose": self.about,
            **{
                kind: partial(record_acts.replied if kind in record_acts.REPLIES else record_acts.said, self)
                for kind in record_acts.WEIGHTS
            },
        }  # fmt: skip
        act, key, approvals = groups.get(kind, self.plain)(kind, party)
        if self.maybe(0.6 if key is None else 0.05):
            act, key, approvals = self.carried(act, key, approvals)
        if "to" in act and self.maybe(0.4):
            parts = [sealing_acts.sealed(self.second, random, act["party"]) for _ in range(random.choice([1, 1, 2]))]
            act["parts"] = [part for part in parts if part is not None]
        if self.maybe(0.01):
            act.pop(random.choice([name for name in act if name not in ("kind", "party")]))
        act |= {"rules": 2} if self.maybe(0.01) else {}
        act |= {"party": "SOUTHLAND"} if self.maybe(0.01) else {}
        act |= {"channel": ZEROS} if self.maybe(0.005) else {}
        approvals = [*approvals, random.choice(approvals)] if approvals and self.maybe(0.01) else approvals
        if self.maybe(0.01):
            approvals = [(by, random.choice(ROLES.split())) for by, _ in approvals]
        return act, key, approvals

    def carried(self, act: Row, key: Key | None, approvals: list[tuple[Key, str]]) -> Draft:
        """The same, by another party's node; mostly named, linked and approved as it should be."""
        other = self.random.choice(self.second.members() or ["CASPIA"])
        carrier = self.node(other) if self.maybe(0.93) else self.node(self.random.choice(["NORTHLAND", "CASPIA"]))
        if not approvals and self.maybe(0.8):
            approvals = self.persons(act["party"], "watch_officer")
        return act | {"via": other}, carrier if self.maybe(0.95) else key, approvals

    def plain(self, kind: str, party: str) -> Draft:
        """time, withdraw, takeover, and a kind that there is none of."""
        if kind == "withdraw":
            return self.act(kind, party), self.node(party), self.heads(party)
        if kind == "takeover":
            return self.act(kind, party), self.node(party, "standby"), self.persons(party, "administrator", 2)
        sequencer = kind == "time" and party == self.second.host and self.maybe(0.5)
        return self.act(kind, party), self.node(party, "sequencer" if sequencer else "node"), []

    def sealed(self, kind: str, party: str) -> Draft:
        return self.act(kind, party, public=sealing_acts.epoch(self.second, self.random, party)), self.node(party), []

    def desk(self, party: str) -> str:
        return f"{party}/{self.random.choice(['OPS'] * 20 + ['AIR'] * 4 + ['NO'])}"

    def to(self) -> Row:
        """Desks, and parts for their parties or for some of them."""
        random = self.random
        desks = list(self.second.rows["desk"]) or ["NORTHLAND/OPS"]
        to = random.sample(desks, min(len(desks), random.choice([1, 1, 2, 3])))
        to += ["NORTHLAND/NOSUCH"] if self.maybe(0.1) else []
        readers = sorted({desk.partition("/")[0] for desk in to})[1 if self.maybe(0.3) else 0 :]
        sent = {"sha": ZEROS, "to": readers} if readers else {}
        real = self.second.rows["channel"].get(self.second.channel, {}).get("exercise") == "no"
        return {
            "to": to,
            "parts": [] if self.maybe(0.95 if real else 0.4) else [{"commit": ZEROS, "enc": "none", **sent}],
        }

    def id(self, party: str) -> str:
        self.counter = max(0, self.counter + self.random.choice([1, 1, 1, 1000, -1, 0]))
        party = "NORTHLAND" if self.maybe(0.03) else party
        plain = f"{party}{1000 + self.counter}"
        return f"{party}-{1000 + self.counter}-{'0' if self.maybe(0.02) else check_character(plain)}"

    def day(self) -> str:
        if self.maybe(0.03):
            return self.random.choice(["2026-02-30", "2026-13-01", "2026-00-10", "2999-12-31"])
        ahead = self.second.now // DAY + self.random.choice([0, 0, 1, 1, 2, 3, 5, -1])
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=ahead)).isoformat()

    def kept(self, share: float) -> Row:
        return {"keep_until": self.day()} if self.maybe(share) else {}

    def said(self, kind: str, party: str) -> Draft:
        """notice, safety, message, finding: what is new."""
        members = self.to() | self.kept(1 if kind == "notice" else 0.3)
        if kind == "finding":
            return self.act(kind, party, **members), self.node(party), []
        members |= {"id": self.id(party), "desk": self.desk(party)} | ({"code": "cease"} if kind == "safety" else {})
        approvals = self.releasers(party) if kind == "notice" else self.persons(party, "watch_officer")
        return self.act(kind, party, **members), self.node(party), approvals

    def item(self, kind: str, party: str, own: bool) -> tuple[str, int]:
        rows = [(name, row) for name, row in self.second.rows["item"].items() if row["kind"] == kind]
        fitting = [(name, row) for name, row in rows if (row["party"] == party) == own]
        found = self.random.choice((fitting if self.maybe(0.85) else []) or rows or [("NORTHLAND-1001-9", {})])
        return found[0], found[1].get("version", 1)

    def about(self, kind: str, party: str) -> Draft:
        """amend, cancel, complete, disclose, request: about a notice, now and then about a record."""
        records = [*record_acts.CHANGING, "track_query", "incident"]
        other = self.random.choice(records) if self.maybe(0.25) else "notice"
        name, version = self.item(other, party, kind != "request")
        version += (kind == "amend") + (self.random.choice([-1, 1]) if self.maybe(0.07) else 0)
        members = self.to() | self.kept(1 if kind == "amend" else 0.3)
        members |= {"subject": {"id": name, "version": max(1, version)}, "desk": self.desk(party)}
        members |= {"id": self.id(party), "code": "altitude"} if kind == "request" else {}
        by_watch = kind in ("complete", "request")
        approvals = self.persons(party, "watch_officer") if by_watch else self.releasers(party)
        return self.act(kind, party, **members), self.node(party), approvals

    def answered(self, kind: str, party: str) -> Draft:
        """comply, unable: to a request."""
        name, _ = self.item("request", party, own=False)
        to = self.second.rows["item"].get(name, {}).get("to", [f"{party}/OPS"])
        party = to[0].partition("/")[0] if self.maybe(0.9) else party
        subject = {"id": name, "version": self.random.choice([1, 1, 1, 2])}
        members = self.to() | self.kept(0.3) | {"subject": subject, "desk": self.desk(party)}
        members |= {"code": "technical"} if kind == "unable" else {}
        return self.act(kind, party, **members), self.node(party), self.persons(party, "watch_officer")

    def asked(self) -> tuple[Row, str, str]:
        """Of an answer row: the subject, the desk, and the announcer's party."""
        rows = list(self.second.rows["answer"])[-12:] or ["NORTHLAND-1001-9/1/SOUTHLAND/OPS"]
        name, version, desk = self.random.choice(rows).split("/", 2)
        announcer = name.partition("-")[0]
        return {"id": name, "version": int(version) + self.maybe(0.03)}, desk, announcer

    def acked(self, kind: str, party: str) -> Draft:
        """ack, passed_to_units: a desk's answer."""
        subject, desk, _ = self.asked()
        party = desk.partition("/")[0]
        act = self.act(kind, party, subject=subject, desk=desk, **self.to(), **self.kept(0.2))
        return act, self.node(party), self.persons(party, "watch_officer", self.random.choice([1, 1, 2]))

    def judged(self, kind: str, party: str) -> Draft:
        """confirm, readback_wrong: the announcer's verdict."""
        subject, desk, announcer = self.asked()
        party = announcer if self.maybe(0.9) else party
        act = self.act(kind, party, subject=subject, desk=self.desk(party), public={"desk": desk}, **self.to())
        return act, self.node(party), self.persons(party, "watch_officer")

    def received(self, kind: str, party: str) -> Draft:
        random = self.random
        said: Row = {"through": max(0, len(self.leaves) - 1 - random.choice([0, 1, 2, 3, 8, 20]))}
        owed = [int(name.partition("/")[0]) for name in self.second.rows["owed"] if name.endswith(f"/{party}")]
        if owed and self.maybe(0.4):
            listed = random.sample(owed, min(len(owed), random.choice([1, 2, 3])))
            said["not_opened"] = [{"index": index, "why": "part_unreadable"} for index in listed]
        return self.act(kind, party, public=said), self.node(party), []
