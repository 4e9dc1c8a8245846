"""Who stands behind an act, and that it counts once (protocol, "Kinds", Approvals)."""

from __future__ import annotations

from tests.vectors.second.clocks import Clocks
from tests.vectors.second.curve import verify
from tests.vectors.second.entry import Row, need
from tests.vectors.second.kinds import Kind
from tests.vectors.second.wire import unb64

NAMES_ITS_START = ("propose", "sign_agreement", "host_change")
DRAFTERS = {"watch_officer", "release_authority"}


class Approvals(Clocks):
    """`who` has, by role, the persons or (for heads of delegation) the parties behind the entry that is folded."""

    def __init__(self) -> None:
        super().__init__()
        self.who: dict[str, list[str]] = {}

    def approve(self, kind: Kind) -> None:
        message = b"wellclear/approval/1\n" + unb64(self.act_hash)
        self.who = {}
        for approval in self.approvals:
            need(verify(unb64(approval["key"]), message, unb64(approval["sig"])), "BAD_APPROVAL")
            self.who.setdefault(approval["role"], []).append(self.behind(approval, kind))
        ask = getattr(self, f"ask_{kind.approved}")
        ask()
        need(self.who or "via" not in self.act, "MISSING_APPROVAL")

    def behind(self, approval: Row, kind: Kind) -> str:
        key = self.rows["key"].get(approval["key"])
        need(key and key["state"] == "live", "NOT_ON_ROSTER")
        assert key is not None
        need(key["party"] == self.act["party"] or kind.approved == "heads", "NOT_ON_ROSTER")
        if approval["role"] == "head_of_delegation":
            need(key["use"] == "head_of_delegation", "NOT_YOUR_ROLE")
            return str(key["party"])
        person = self.rows["person"].get(key.get("person", ""))
        need(person and person["key"] == approval["key"], "NOT_ON_ROSTER")
        assert person is not None
        need(not self.away(person) or self.act["kind"] == "safety", "ON_LEAVE")
        roles = set(person["roles"])
        for name, other in self.rows["person"].items():
            ours = name.partition("/")[0] == key["party"] and self.away(other)
            if ours and f"{key['party']}/{other['away'].get('deputy')}" == key["person"]:
                roles |= set(other["roles"]) - {"administrator"}
        fits = approval["role"] in roles or (approval["role"] == "drafter" and DRAFTERS & roles)
        need(fits, "NOT_YOUR_ROLE")
        return str(key["person"])

    def away(self, person: Row) -> bool:
        time = person.get("away")
        return time is not None and time["start_us"] <= self.now < time["end_us"]

    def ask_none(self) -> None:
        pass

    def ask_head(self) -> None:
        need(self.who.get("head_of_delegation"), "MISSING_APPROVAL")

    def ask_heads(self) -> None:
        asked = set(self.members("principal")) - {self.act["party"]}
        need(asked and asked <= set(self.who.get("head_of_delegation", [])), "MISSING_APPROVAL")

    def ask_administrators(self) -> None:
        recovery = self.rows["key"][self.link["key"]]["use"] == "recovery"
        need(recovery or len(set(self.who.get("administrator", []))) > 1, "MISSING_APPROVAL")

    def ask_watch(self) -> None:
        need(self.who.get("watch_officer"), "MISSING_APPROVAL")

    def ask_release(self) -> None:
        released, drafted = self.who.get("release_authority", []), self.who.get("drafter", [])
        alone = self.terms["four_eyes"] == "no"
        need(released and (drafted or alone), "MISSING_APPROVAL")
        need(alone or any(one != other for one in released for other in drafted), "SAME_PERSON")

    def still_counts(self) -> None:
        act = self.act
        if self.approvals and self.version:
            if act["kind"] not in NAMES_ITS_START:
                need(self.now - act["said"] <= self.terms["approval_age_us"], "STALE_APPROVAL")
            need(self.act_hash not in self.acts, "DOUBLED")

    def remember(self) -> None:
        if self.approvals and self.version:
            self.acts[self.act_hash] = self.act["said"]
