"""The fold: one leaf after the other, each judged in the order of the page (protocol, "Order of judging")."""

from __future__ import annotations

from tests.vectors.second.channel import HOST_KEYS
from tests.vectors.second.entry import Stop, need, parse
from tests.vectors.second.items import Items
from tests.vectors.second.kinds import CHANNEL, KINDS, Kind, has_its_members
from tests.vectors.second.tree import leaf_hash
from tests.vectors.second.wire import b64, canonical, sha

LINKING = ("node", "standby", "recovery", "sequencer")
FOUNDING = ("propose", "sign_agreement", "epoch", "time")
KNOWN_RULES = 1


class Second(Items):
    """The public picture of a log: `rows`, `now`, `digest` after what was folded, `overdue()` beside it."""

    def fold(self, leaf: bytes) -> list[str]:
        """Fold one leaf; the reasons that it is remarked for."""
        remarks: list[str] = []
        self.changes = {}
        self.hash = b64(leaf_hash(leaf))
        if self.size == 0:
            self.channel = self.hash
            self.digest = sha(b"wellclear/picture/1\n", self.channel.encode())
        try:
            self.act, self.link, self.approvals = parse(leaf)
            self.judge(remarks)
        except Stop as stop:
            remarks.append(str(stop))
        self.close()
        return remarks

    def judge(self, remarks: list[str]) -> None:
        act, link = self.act, self.link
        self.act_hash = b64(sha(canonical(act)))
        kind = KINDS.get(act["kind"])
        self.judge_envelope(kind)
        self.chains[link["key"]] = link["seq"], self.hash
        self.tick()
        need(kind, "UNKNOWN_KIND")
        assert kind is not None
        if act["rules"] < self.rules:
            remarks.append("OLDER_RULES")
        if act["kind"] != "host_change":
            self.judge_act(kind)
            self.approve(kind)
            self.still_counts()
        self.remember()
        getattr(self, f"on_{act['kind']}")()
        if kind.owes:
            self.owe(kind, remarks)

    @property
    def rules(self) -> int:
        return self.here["rules"] if self.here else 1

    def judge_envelope(self, kind: Kind | None) -> None:
        act, link = self.act, self.link
        need((self.size == 0) == (act["kind"] == "genesis"), "OTHER_CHANNEL")
        if self.size:
            need(act["channel"] == self.channel, "OTHER_CHANNEL")
            need(link["head"]["size"] <= self.size, "HEAD_AHEAD")
            if act["kind"] == "host_change":
                assert kind is not None
                self.judge_whole(kind)
            else:
                self.judge_key()
        seq, prev = self.chains.get(link["key"], (0, None))
        need(link["seq"] == seq + 1 and link.get("prev") == prev, "NOT_NEXT")

    def judge_key(self) -> None:
        key = self.rows["key"].get(self.link["key"])
        need(key and key["use"] in LINKING, "UNKNOWN_KEY")
        assert key is not None
        need(key["party"] == self.act.get("via", self.act["party"]), "NOT_YOUR_KEY")
        need(key["state"] == "live", "KEY_NOT_LIVE")
        need("via" not in self.act or self.act["party"] in self.members(), "UNKNOWN_PARTY")

    def judge_whole(self, kind: Kind) -> None:
        """A change of host, with its envelope and by the picture before it."""
        self.judge_form_and_phase(kind)
        self.judge_sealing()
        self.judge_host_change()
        self.approve(kind)
        self.still_counts()
        host = self.act["public"]["host"]
        self.free(host["party"], [(use, host[use]) for use in HOST_KEYS])

    def judge_act(self, kind: Kind) -> None:
        self.judge_form_and_phase(kind)
        if self.size:
            may = ["node"] if "via" in self.act else kind.by.split()
            need(self.rows["key"][self.link["key"]]["use"] in may, "WRONG_KEY_USE")
            need("desk" not in self.act or self.act["desk"] in self.rows["desk"], "NOT_YOUR_DESK")
            self.judge_sealing()

    def judge_form_and_phase(self, kind: Kind) -> None:
        act = self.act
        if not kind.always:
            need(act["rules"] <= self.rules, "NEWER_RULES")
            need(self.rules <= KNOWN_RULES or act["kind"] in CHANNEL, "NEWER_RULES")
        need(has_its_members(act), "BAD_FIELDS")
        if self.size:
            need(self.version or act["kind"] in FOUNDING, "NOT_YET_AGREED")
            open_ = len(self.members("principal")) > 1
            need(not self.version or open_ or kind.always, "CLOSED")

    def judge_sealing(self) -> None:
        clear = any("sha" in part and part["enc"] == "none" for part in self.act["parts"])
        need(not clear or (self.here and self.here["exercise"] == "yes"), "UNSEALED")
