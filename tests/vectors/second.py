"""A second implementation, written from docs/protocol.md alone: hashlib, json and one Ed25519, nothing of ours.

It opens logs, checks every signature and commitment, computes roots, and folds what two desks do on an ordinary day:
founding, rosters, notices with all their answers, requests, safety, messages, days. It knows no other joint act than
the founding, an admission, clocks and rules, and no key that replaces another; `Unsupported` says so.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Row = dict[str, Any]
DAY = 86_400_000_000
HOUR = 3_600_000_000
MINUTE = 60_000_000
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HASH, SIGNATURE = r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", r"[A-Za-z0-9+/]{85}[AQgw]=="
PARTY, DESK = r"[A-Z]{2,12}", r"[A-Z]{2,12}/[A-Z][A-Z0-9]{0,11}"
ACT_MUST = {"rules", "party", "kind", "to", "precedence", "said", "parts"}
ACT_MAY = {"channel", "desk", "code", "id", "subject", "keep_until", "public"}
SOFT = {"OLDER_RULES", "UNKNOWN_DESK", "NOTHING_TO_READ"}


class Bad(Exception):
    """A reason code."""


class Unsupported(Exception):
    """This implementation does not fold that."""


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unspell(raw: bytes) -> Any:
    """A value from its canonical bytes; `ValueError` for any other bytes."""
    value = json.loads(raw.decode())
    _check(value, 1)
    if not isinstance(value, dict) or canonical(value) != raw:
        raise ValueError("not canonical")
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            raise ValueError("forbidden character")
    elif type(value) is int:
        if abs(value) >= 2**53:
            raise ValueError("too great")
    elif isinstance(value, dict | list):
        if depth > 8:
            raise ValueError("too deep")
        for key in value if isinstance(value, dict) else ():
            if not key.isascii() or FORBIDDEN.search(key):
                raise ValueError("key")
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, depth + 1)
    else:
        raise ValueError("no such type")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unb64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if b64(raw) != text:
        raise ValueError("another spelling")
    return raw


def holds(key: str, message: bytes, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(unb64(key)).verify(unb64(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_character(text: str) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    result = 36
    for character in text:
        result = ((result + alphabet.index(character)) % 36 or 36) * 2 % 37
    return alphabet[(37 - result) % 36]


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(hashes[:half]) + root(hashes[half:])).digest()


def padded(text: bytes) -> bytes:
    size = next(size for size in (1024, 2048, 4096, 8192, 16384) if len(text) < size)
    return text + b"\n" + bytes(size - len(text) - 1)


def commitment(salt: bytes, text: bytes) -> str:
    return b64(hashlib.sha256(salt + padded(text)).digest())


def open_leaf(leaf: bytes) -> tuple[Row, Row, list[bool]]:
    """Act, link and which approvals hold; `Bad` with the envelope's reason."""
    if len(leaf) > 49152:
        raise Bad("TOO_LARGE")
    line = leaf.partition(b"\n")[0]
    key = line[line.rfind(b'"key":"') + 7 :][:44].decode("latin-1")
    signature = leaf[-91:-3].decode("latin-1")
    if leaf[-98:-91] != b'"sig":"' or leaf[-3:] != b'"}\n' or not re.fullmatch(HASH, key):
        raise Bad("BAD_ENVELOPE")
    if not re.fullmatch(SIGNATURE, signature):
        raise Bad("BAD_ENVELOPE")
    if not holds(key, b"wellclear/entry/1\n" + leaf[:-98], signature):
        raise Bad("BAD_SIGNATURE")
    try:
        header, seals = (unspell(part) for part in leaf[:-1].split(b"\n"))
        act, link = header["act"], header["link"]
        _check_envelope(header, act, link, seals)
    except (ValueError, KeyError, TypeError) as error:
        raise Bad("BAD_ENVELOPE") from error
    message = b"wellclear/approval/1\n" + hashlib.sha256(canonical(act)).digest()
    return header, seals, [holds(row["key"], message, row["sig"]) for row in seals["approvals"]]


def _check_envelope(header: Row, act: Row, link: Row, seals: Row) -> None:
    good = header.keys() == {"act", "link"} and seals.keys() == {"approvals", "sig"}
    good = good and ACT_MUST <= act.keys() <= ACT_MUST | ACT_MAY
    good = good and {"key", "seq", "time"} <= link.keys() <= {"key", "seq", "time", "prev", "head"}
    founding = act["kind"] == "genesis"
    good = good and ("channel" in act) != founding and ("head" in link) != founding
    good = good and ("prev" in link) == (link["seq"] > 1) and len(set(act["to"])) == len(act["to"]) <= 64
    good = good and act.get("desk", act["party"] + "/").split("/")[0] == act["party"]
    good = good and all(re.fullmatch(DESK, desk) for desk in act["to"]) and bool(re.fullmatch(PARTY, act["party"]))
    version = act.get("subject", {"version": 1})["version"]
    least = [act["rules"], link["seq"], link.get("head", {"size": 1})["size"], version]
    good = good and min(least) >= 1 and min(act["said"], link["time"]) >= 0 and act["precedence"] in "ZOPR"
    names = [act["id"]] if "id" in act else []
    for name in [*names, act["subject"]["id"]] if "subject" in act else names:
        parts = re.fullmatch(r"([A-Z]{2,12})-([1-9][0-9]{3,8})-([0-9A-Z])", name)
        good = good and parts is not None and check_character(parts[1] + parts[2]) == parts[3]
    good = good and all(("sha" in part) == ("to" in part) and part["enc"] == "none" for part in act["parts"])
    if not good or len(seals["approvals"]) > 8 or len(act["parts"]) > 16:
        raise ValueError("envelope")


class Second:
    """The public fold of docs/protocol.md."""

    def __init__(self, kinds: dict[str, Row]) -> None:
        self.kinds = kinds
        """The table "Kinds" of the page, by kind and column."""
        self.index, self.now, self.digest, self.channel = 0, 0, b"", ""
        names = "agreement answer channel desk item key owed party person proposal"
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in names.split()}
        self.claims: dict[str, int] = {}
        self.chains: dict[str, tuple[int, str]] = {}
        self.settings: dict[int, Row] = {}
        self.proposed: dict[str, Row] = {}
        self.blocks: dict[tuple[str, int], int] = {}
        self.acts: dict[int, set[bytes]] = {}
        self.listed: dict[str, set[int]] = {}
        self.reached: dict[str, int] = {}
        self.founding = self.articles = ""
        self.raise_: tuple[int, int] | None = None
        self.changed: dict[tuple[str, str], Row | None] = {}
        self.remarks: list[str] = []

    def fold(self, leaf: bytes) -> list[str]:
        """The remarks on the next leaf; the digest is then in `digest`."""
        self.changed, self.remarks = {}, []
        if self.index == 0:
            self.channel = b64(leaf_hash(leaf))
        try:
            header, seals, approved = open_leaf(leaf)
            self._envelope(header["act"], header["link"])
            self._clocks(header["act"], header["link"], leaf)
            self._judge(header["act"], header["link"], seals["approvals"], approved, b64(leaf_hash(leaf)))
        except Bad as reason:
            self.remarks.append(str(reason))
        before = self.digest or hashlib.sha256(b"wellclear/picture/1\n" + self.channel.encode()).digest()
        rows = [[*place] if row is None else [*place, row] for place, row in sorted(self.changed.items())]
        numbers = self.index.to_bytes(8, "big") + self.now.to_bytes(8, "big")
        self.digest = hashlib.sha256(before + numbers + canonical(rows)).digest()
        self.index += 1
        return self.remarks

    def put(self, table: str, id_: str, **fields: Any) -> None:
        row = {name: value for name, value in fields.items() if value is not None}
        self.tables[table][id_] = self.changed[table, id_] = row

    def update(self, table: str, id_: str, **fields: Any) -> None:
        self.put(table, id_, **{**self.tables[table][id_], **fields})

    def drop(self, table: str, id_: str) -> None:
        if self.tables[table].pop(id_, None) is not None:
            self.changed[table, id_] = None

    @property
    def version(self) -> int:
        return len(self.settings)

    @property
    def terms(self) -> Row:
        return self.settings[self.version]

    @property
    def host(self) -> str:
        return str(self.tables["channel"][self.channel]["host"])

    @property
    def rules(self) -> int:
        return int(self.tables["channel"].get(self.channel, {"rules": 1})["rules"])

    def members(self, role: str) -> set[str]:
        return {n for n, row in self.tables["party"].items() if row["state"] == "member" and role in row["roles"]}

    def _envelope(self, act: Row, link: Row) -> None:
        if act["kind"] == "genesis" or self.index == 0:
            if act["kind"] != "genesis" or self.index > 0 or link["seq"] != 1:
                raise Bad("OTHER_CHANNEL")
            return
        if act["channel"] != self.channel:
            raise Bad("OTHER_CHANNEL")
        if link["head"]["size"] > self.index:
            raise Bad("HEAD_AHEAD")
        key = self.tables["key"].get(link["key"])
        if key is None or key["use"] not in ("node", "standby", "recovery", "sequencer"):
            raise Bad("UNKNOWN_KEY")
        if key["party"] != act["party"]:
            raise Bad("NOT_YOUR_KEY")
        if key["state"] != "live":
            raise Bad("KEY_NOT_LIVE")
        seq, prev = self.chains.get(link["key"], (0, None))
        if link["seq"] != seq + 1 or link.get("prev") != prev:
            raise Bad("NOT_NEXT")

    def _clocks(self, act: Row, link: Row, leaf: bytes) -> None:
        self.chains[link["key"]] = (link["seq"], b64(leaf_hash(leaf)))
        before = self.now
        if self.index == 0:
            self.now = self.claims[act["party"]] = link["time"]
            return
        named = self.terms["clocks"] if self.version else []
        clocks = {self.host, *self.members("principal"), *(self.members("observer") & set(named))}
        if act["party"] in clocks:
            self.claims[act["party"]] = link["time"]
            latest = sorted(self.claims[party] for party in clocks if party in self.claims)
            if len(latest) > 1:
                self.now = max(self.now, latest[-2])
        if self.now // DAY != before // DAY:
            self._leave(self.now // DAY)
        if self.version:
            age = self.terms["approval_age_us"]
            if (self.now - age) // HOUR != (before - age) // HOUR:
                self.acts = {hour: acts for hour, acts in self.acts.items() if hour >= (self.now - age) // HOUR}
        if self.raise_ is not None and self.now >= self.raise_[1]:
            self.update("channel", self.channel, rules=self.raise_[0])
            self.raise_ = None

    def _leave(self, today: int) -> None:
        gone = {item for item, row in self.tables["item"].items() if row["keep_until"] < today}
        for item in gone:
            self.drop("item", item)
        for answer in [answer for answer in self.tables["answer"] if answer.split("/")[0] in gone]:
            self.drop("answer", answer)
        for owed in [owed for owed, row in self.tables["owed"].items() if row["keep_until"] < today]:
            self.drop("owed", owed)

    def _judge(self, act: Row, link: Row, approvals: list[Row], approved: list[bool], name: str) -> None:
        kind = self.kinds.get(act["kind"])
        if kind is None:
            raise Bad("UNKNOWN_KIND")
        if act["rules"] < self.rules:
            self.remarks.append("OLDER_RULES")
        always, channels_own = kind["always"] == "yes", list(self.kinds).index(act["kind"]) < 10
        if not always and (act["rules"] > self.rules or (self.rules > 1 and not channels_own)):
            raise Bad("NEWER_RULES")
        for member, column in (("id", "id"), ("subject", "subject"), ("desk", "desk"), ("public", "public")):
            if (member in act) != (kind[column] != "–"):
                raise Bad("BAD_FIELDS")
        if bool(act["to"]) != (kind["to"] == "yes") or ("code" in act) != (kind["code"] != "–"):
            raise Bad("BAD_FIELDS")
        if act["kind"] in ("notice", "amend") and "keep_until" not in act:
            raise Bad("BAD_FIELDS")
        if self.index and not self.version and act["kind"] not in ("propose", "sign_agreement", "time"):
            raise Bad("NOT_YET_AGREED")
        if self.version and len(self.members("principal")) < 2 and not always:
            raise Bad("CLOSED")
        if self.index and self.tables["key"][link["key"]]["use"] not in kind["linked by"].split(" or "):
            raise Bad("WRONG_KEY_USE")
        if "desk" in act and act["desk"] not in self.tables["desk"]:
            raise Bad("NOT_YOUR_DESK")
        self._approvals(act, link, approvals, approved, kind["approvals"])
        if self.version and approvals:
            self._count_once(act)
        getattr(self, "_" + act["kind"], self._unsupported)(act, link, approvals, name)

    def _unsupported(self, act: Row, *_: Any) -> None:
        raise Unsupported(act["kind"])

    def _approvals(self, act: Row, link: Row, approvals: list[Row], approved: list[bool], asked: str) -> None:
        by: dict[str, set[str]] = {}
        for approval, holds_ in zip(approvals, approved, strict=True):
            if not holds_:
                raise Bad("BAD_APPROVAL")
            key = self.tables["key"].get(approval["key"])
            if key is None or key["state"] != "live" or key["party"] != act["party"]:
                raise Bad("NOT_ON_ROSTER")
            if approval["role"] == "head_of_delegation":
                if key["use"] != "head_of_delegation":
                    raise Bad("NOT_YOUR_ROLE")
                by.setdefault("head_of_delegation", set()).add(key["party"])
                continue
            person = self.tables["person"].get(key.get("person", ""))
            if person is None or person["key"] != approval["key"]:
                raise Bad("NOT_ON_ROSTER")
            drafts = {"watch_officer", "release_authority"}
            if not set(person["roles"]) & (drafts if approval["role"] == "drafter" else {approval["role"]}):
                raise Bad("NOT_YOUR_ROLE")
            by.setdefault(approval["role"], set()).add(key["person"])
        missing = asked == "one watch officer" and not by.get("watch_officer")
        missing |= asked == "head of delegation" and not by.get("head_of_delegation")
        recovery = self.index and self.tables["key"][link["key"]]["use"] == "recovery"
        missing |= "two administrators" in asked and len(by.get("administrator", ())) < 2 and not recovery
        if asked.startswith("release"):
            missing |= not by.get("release_authority")
            if not missing and self.terms["four_eyes"] == "yes":
                missing |= not by.get("drafter")
                if not missing and len(by["drafter"] | by["release_authority"]) < 2:
                    raise Bad("SAME_PERSON")
        if missing:
            raise Bad("MISSING_APPROVAL")

    def _count_once(self, act: Row) -> None:
        old = act["said"] < self.now - self.terms["approval_age_us"]
        if old and act["kind"] not in ("propose", "sign_agreement"):
            raise Bad("STALE_APPROVAL")
        acts = self.acts.setdefault(act["said"] // HOUR, set())
        if hashlib.sha256(canonical(act)).digest() in acts:
            raise Bad("DOUBLED")
        acts.add(hashlib.sha256(canonical(act)).digest())

    def _genesis(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        public = act["public"]
        host = public["host"]
        self.founding, self.articles = public["settings"], public["articles"]
        since = {"state": "live", "since": 0}
        for use in ("log", "sequencer"):
            self.put("key", host[use], party=host["party"], use=use, **since)
        for card in public["parties"]:
            self._admit(card)
        self.put("channel", self.channel, exercise=public["exercise"], host=host["party"], origin=host["origin"],
                 agreement=0, rules=1)  # fmt: skip

    def _admit(self, card: Row) -> None:
        self.put("party", card["party"], roles=card["roles"], state="member", since=self.index)
        for use in ("node", "recovery", "head_of_delegation", "cosigner", "picture"):
            self.put("key", card[use], party=card["party"], use=use, state="live", since=self.index)

    def _propose(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        public = act["public"]
        if public["do"] not in ("amend_agreement", "admit", "rules", "restart_clocks"):
            raise Unsupported(public["do"])
        if public["base"] != self.version:
            raise Bad("OLD_BASE")
        if not self.version and any(part["commit"] != self.articles for part in act["parts"]):
            raise Bad("OTHER_SETTINGS")
        if not self.version:
            salted = hashlib.sha256(unb64(public["salt"]) + canonical(public["settings"])).digest()
            if b64(salted) != self.founding:
                raise Bad("OTHER_SETTINGS")
        self.proposed[name] = public
        self.put("proposal", name, party=act["party"], do=public["do"], base=public["base"], signed=[], state="open")

    def _sign_agreement(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        row = self.tables["proposal"].get(act["public"]["proposal"])
        if row is None or row["state"] != "open":
            raise Bad("UNKNOWN_PROPOSAL")
        if act["party"] not in self.members("principal"):
            raise Bad("NOT_REQUIRED")
        if act["party"] in row["signed"]:
            raise Bad("ALREADY_SIGNED")
        signed = sorted({*row["signed"], act["party"]})
        done = self.members("principal") <= set(signed)
        proposal = act["public"]["proposal"]
        self.update("proposal", proposal, signed=signed, state="done" if done else "open")
        if not done:
            return
        public = self.proposed.pop(proposal)
        if public["do"] == "rules":
            self.raise_ = (public["rules"], self.now + self.terms["raise_rules_us"])
        elif public["do"] == "admit":
            self._admit(public["admit"])
        elif public["do"] == "restart_clocks":
            clocks = {self.host, *self.members("principal")}
            self.claims = {party: claim for party, claim in self.claims.items() if party in clocks}
            if len(self.claims) > 1:
                self.now = sorted(self.claims.values())[-2]
        if public["do"] != "amend_agreement":
            return
        settings = public["settings"]
        self.settings[self.version + 1] = settings
        digest = b64(hashlib.sha256(canonical(settings)).digest())
        self.put("agreement", str(self.version), settings=digest, index=self.index)
        for other in self.proposed:
            self.update("proposal", other, state="void")
        self.proposed = {}
        self.update("channel", self.channel, agreement=self.version)

    def _roster(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        for row in act["public"]["desks"]:
            self.put("desk", row["desk"], party=act["party"], stands_in=row.get("stands_in"))
        for rank, row in enumerate(act["public"]["persons"]):
            person = f"{act['party']}/{row['person']}"
            if row["key"] in self.tables["key"]:
                raise Unsupported("a second roster")
            self.put("key", row["key"], party=act["party"], use="person", state="live", since=self.index, person=person)
            self.put("person", person, key=row["key"], roles=row["roles"], rank=rank)

    def _add_key(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        if act["public"]["use"] != "standby" or act["public"]["key"] in self.tables["key"]:
            raise Unsupported("a key that replaces another")
        self.put("key", act["public"]["key"], party=act["party"], use="standby", state="live", since=self.index)

    def _time(self, *_: Any) -> None:
        pass

    def _until(self, act: Row) -> int:
        today = self.now // DAY
        if "keep_until" not in act:
            return int(today + self.terms["keep_days"])
        try:
            day = (datetime.date.fromisoformat(act["keep_until"]) - datetime.date(1970, 1, 1)).days
        except ValueError:
            raise Bad("KEPT_TOO_SHORT") from None
        if day < today:
            raise Bad("KEPT_TOO_SHORT")
        return day

    def _name(self, act: Row) -> int:
        party, counter, _ = act["id"].split("-")
        if party != act["party"]:
            raise Bad("NOT_YOUR_NAME")
        block = (party, int(counter) // 1000)
        if int(counter) <= self.blocks.get(block, 0):
            raise Bad("ID_TAKEN")
        until = self._until(act)
        self.blocks[block] = int(counter)
        return until

    def _start(self, link: Row) -> int:
        return max(self.now, min(self.claims[self.host], int(link["time"]) + MINUTE))

    def _owe(self, act: Row, link: Row, item: str, version: int, until: int) -> None:
        readers = {party for part in act["parts"] for party in part.get("to", ())}
        owing = set()
        for desk in act["to"]:
            party = desk.split("/")[0]
            if desk not in self.tables["desk"]:
                self.remarks.append("UNKNOWN_DESK")
            elif act["parts"] and party not in readers:
                self.remarks.append("NOTHING_TO_READ")
            elif party != act["party"]:
                owing.add(party)
                if item and "ack" in self.kinds[act["kind"]]["owes"]:
                    self.put("answer", f"{item}/{version}/{desk}", index=self.index, party=party)
        for party in owing:
            self.put("owed", f"{self.index}/{party}", precedence=act["precedence"], terms=self.version,
                     start_us=self._start(link), keep_until=until)  # fmt: skip

    def _announce(self, act: Row, link: Row, kind: str) -> None:
        until = self._name(act)
        self.put("item", act["id"], kind=kind, party=act["party"], desk=act["desk"], version=1, state="RELEASED",
                 precedence=act["precedence"], to=act["to"], index=self.index, keep_until=until,
                 code=act.get("code"))  # fmt: skip
        self._owe(act, link, act["id"], 1, until)

    def _notice(self, act: Row, link: Row, *_: Any) -> None:
        self._announce(act, link, "notice")

    def _safety(self, act: Row, link: Row, *_: Any) -> None:
        self._announce(act, link, "safety")

    def _own(self, act: Row) -> Row:
        item = self.tables["item"].get(act["subject"]["id"])
        if item is None or item["kind"] != "notice":
            raise Bad("UNKNOWN_NOTICE")
        if item["party"] != act["party"]:
            raise Bad("NOT_THE_ANNOUNCER")
        if item["state"] != "RELEASED":
            raise Bad("ALREADY_OVER")
        return item

    def _amend(self, act: Row, link: Row, *_: Any) -> None:
        item, subject = self._own(act), act["subject"]
        if subject["version"] != item["version"] + 1:
            raise Bad("VERSION_NOT_NEXT")
        until = max(self._until(act), int(item["keep_until"]))
        self.update("item", subject["id"], version=subject["version"], precedence=act["precedence"], to=act["to"],
                    index=self.index, keep_until=until)  # fmt: skip
        self._owe(act, link, subject["id"], subject["version"], until)

    def _end(self, act: Row, link: Row, state: str) -> None:
        item, subject = self._own(act), act["subject"]
        if subject["version"] != item["version"]:
            raise Bad("OLD_VERSION")
        self.update("item", subject["id"], state=state)
        self._owe(act, link, "", 1, item["keep_until"])

    def _cancel(self, act: Row, link: Row, *_: Any) -> None:
        self._end(act, link, "CANCELLED")

    def _complete(self, act: Row, link: Row, *_: Any) -> None:
        self._end(act, link, "COMPLETED")

    def _request(self, act: Row, link: Row, *_: Any) -> None:
        about = self.tables["item"].get(act["subject"]["id"])
        if about is None or about["kind"] != "notice":
            raise Bad("UNKNOWN_NOTICE")
        if about["version"] != act["subject"]["version"]:
            raise Bad("OLD_VERSION")
        self._announce(act, link, "request")

    def _comply(self, act: Row, link: Row, *_: Any) -> None:
        item = self.tables["item"].get(act["subject"]["id"])
        if item is None or item["kind"] != "request":
            raise Bad("UNKNOWN_NOTICE")
        if act["party"] not in {desk.split("/")[0] for desk in item["to"]}:
            raise Bad("NOT_ADDRESSED")
        if item["state"] != "RELEASED":
            raise Bad("ALREADY_ANSWERED")
        self.update("item", act["subject"]["id"], state="COMPLIED" if act["kind"] == "comply" else "UNABLE")
        self._owe(act, link, "", 1, item["keep_until"])

    _unable = _comply

    def _message(self, act: Row, link: Row, *_: Any) -> None:
        self._owe(act, link, "", 1, self._name(act))

    def _finding(self, act: Row, link: Row, *_: Any) -> None:
        self._owe(act, link, "", 1, self._until(act))

    def _receipt(self, act: Row, link: Row, *_: Any) -> None:
        party, through = act["party"], act["public"]["through"]
        if through >= link["head"]["size"]:
            raise Bad("RECEIPT_AHEAD")
        listed = {row["index"] for row in act["public"].get("not_opened", ())}
        for owed in list(self.tables["owed"]):
            index, whose = owed.split("/")
            if whose == party and int(index) <= through and int(index) not in listed:
                self._receive(party, int(index), link)

    def _receive(self, party: str, index: int, link: Row) -> None:
        row = self.tables["owed"].get(f"{index}/{party}")
        if row is not None and "received_us" not in row:
            due = row["start_us"] + self.settings[row["terms"]]["deadlines"]["receipt"][row["precedence"]]
            start = min(self._start(link), due)
            self.update("owed", f"{index}/{party}", received_us=self.now, ack_start_us=start)

    def _answer(self, act: Row, desk: str) -> tuple[str, Row]:
        item, version = act["subject"]["id"], act["subject"]["version"]
        row = self.tables["answer"].get(f"{item}/{version}/{desk}")
        if row is None:
            raise Bad("NOT_ADDRESSED" if item in self.tables["item"] else "UNKNOWN_NOTICE")
        return f"{item}/{version}/{desk}", row

    def _ack(self, act: Row, link: Row, approvals: list[Row], name: str) -> None:
        place, row = self._answer(act, act["desk"])
        if "acked_us" in row and "readback_wrong_us" not in row:
            raise Bad("ALREADY_ANSWERED")
        self._receive(act["party"], row["index"], link)
        watch = next(approval["key"] for approval in approvals if approval["role"] == "watch_officer")
        person = self.tables["key"][watch]["person"]
        self.update("answer", place, acked_us=row.get("acked_us", self.now), acked_by=person, readback_wrong_us=None)

    def _confirm(self, act: Row, link: Row, *_: Any) -> None:
        place, row = self._answer(act, act["public"]["desk"])
        if self.tables["item"][act["subject"]["id"]]["party"] != act["party"]:
            raise Bad("NOT_THE_ANNOUNCER")
        if "acked_us" not in row:
            raise Bad("NOT_ACKNOWLEDGED")
        good, wrong = (self.now, None) if act["kind"] == "confirm" else (None, self.now)
        self.update("answer", place, confirmed_us=good, readback_wrong_us=wrong)

    _readback_wrong = _confirm

    def _passed_to_units(self, act: Row, link: Row, *_: Any) -> None:
        place, _row = self._answer(act, act["desk"])
        until = self._until(act)
        self.update("answer", place, passed_us=self.now)
        self._owe(act, link, "", 1, until)
