"""Epochs: for whom a party seals under which of its keys (protocol, "Epochs")."""

from __future__ import annotations

from tests.vectors.second.entry import Row, need
from tests.vectors.second.forms import DAY
from tests.vectors.second.keys import Keys, of
from tests.vectors.second.wire import b64, sha, unb64

LIVE_MOST = 256
WRAP_OF_KEY = {32: 80, 1216: 1168}


class Epochs(Keys):
    """A party's epochs, and who can open what is sealed under them."""

    def newest(self, party: str) -> dict[tuple[str, ...], str]:
        """The rows of a party's live epochs, by audience."""
        rows = self.rows["epoch"].items()
        mine = [(name, row) for name, row in rows if of(name, party) and not {"renewed", "ended"} & row.keys()]
        return {tuple(row["audience"]): name for name, row in mine}

    def on_epoch(self) -> None:
        said, party = self.act["public"], self.act["party"]
        audience = said["audience"]
        need(said["number"] == self.made.get(party, 0) + 1, "EPOCH_NOT_NEXT")
        need(audience == sorted(set(audience)) and party not in audience, "BAD_FIELDS")
        need(set(audience) <= set(self.members()), "UNKNOWN_PARTY")
        need([wrap["party"] for wrap in said["wraps"]] == sorted([party, *audience]), "BAD_FIELDS")
        live = self.newest(party)
        before = live.get(tuple(audience))
        need(before or len(live) < LIVE_MOST, "TOO_MANY")
        for wrap in said["wraps"]:
            keys = [unb64(key) for key in self.live(wrap["party"], "sealing")]
            fitting = [key for key in keys if b64(sha(key)) == wrap["key"]]
            need(fitting, "UNKNOWN_KEY")
            need(len(unb64(wrap["wrap"])) == WRAP_OF_KEY[len(fitting[0])], "BAD_FIELDS")
        if before:
            self.last("renewed", before)
        self.made[party] = said["number"]
        row = {"audience": audience, "commit": said["commit"], "index": self.size}
        self.put("epoch", f"{party}/{said['number']}", row)

    def last(self, how: str, name: str) -> None:
        """Renewed or ended; the first of both says how long the row stays."""
        self.put("epoch", name, self.rows["epoch"][name] | {how: self.size})
        days = self.terms["keep_days"] if self.version else 0
        self.last_days.setdefault(name, self.now // DAY + days)

    def end(self, key: str, state: str = "replaced") -> None:
        """With a sealing key ends everything that it opens: of a party that leaves as well."""
        super().end(key, state)
        party = self.rows["key"][key]["party"]
        if self.rows["key"][key]["use"] == "sealing":
            for name, row in list(self.rows["epoch"].items()):
                if "ended" not in row and (of(name, party) or party in row["audience"]):
                    self.last("ended", name)

    def readers(self, remarks: list[str]) -> set[str]:
        """The parties that can open some part of this act."""
        found: set[str] = set()
        for part in self.act["parts"]:
            fault = self.sealed_fault(part)
            if fault:
                remarks.append(fault)
            if fault in ("", "EPOCH_ENDED"):
                found |= set(part.get("to", []))
        return found

    def sealed_fault(self, part: Row) -> str:
        if "epoch" not in part:
            return ""
        row = self.rows["epoch"].get(f"{self.act['party']}/{part['epoch']}")
        if row is None:
            return "UNKNOWN_EPOCH"
        if row["audience"] != part["to"]:
            return "OTHER_AUDIENCE"
        return "EPOCH_ENDED" if "ended" in row else ""
