"""Genesis, joint acts, withdrawal, change of host (protocol, "Bootstrap and change")."""

from __future__ import annotations

from tests.vectors.second.entry import Row, Stop, need
from tests.vectors.second.epochs import Epochs
from tests.vectors.second.forms import PROPOSALS, keys_of, settings_fit, whole
from tests.vectors.second.wire import b64, canonical, sha, unb64

OPEN_MOST = 8
HOST_KEYS = ("log", "sequencer")


class Channel(Epochs):
    """Who is on the line, and what they have agreed."""

    def on_genesis(self) -> None:
        said = self.act["public"]
        host, cards = said["host"], said["parties"]
        names = [card["party"] for card in cards]
        keys = [one for card in cards for one in keys_of(card)]
        self.free(host["party"], [(use, host[use]) for use in HOST_KEYS] + keys)
        need(len(set(names)) == len(names), "PARTY_TAKEN")
        need([card["party"] for card in cards if "host" in card["roles"]] == [host["party"]], "BAD_FIELDS")
        need(sum("principal" in card["roles"] for card in cards) > 1, "BAD_FIELDS")
        need(all(map(whole, cards)), "BAD_FIELDS")
        need(self.act["party"] == host["party"] and self.link["key"] == host["sequencer"], "NOT_YOUR_KEY")
        self.founding = said["settings"], said["articles"]
        row = {"exercise": said["exercise"], "host": host["party"], "origin": host["origin"]}
        self.put("channel", self.channel, row | {"agreement": 0, "rules": 1})
        for card in cards:
            self.enter(card)
        for use in HOST_KEYS:
            self.register(host["party"], use, host[use])

    def on_propose(self) -> None:
        said, party = self.act["public"], self.act["party"]
        need(party in self.members("principal"), "NOT_A_PRINCIPAL")
        need(said.keys() - {"do", "base"} == PROPOSALS[said["do"]], "BAD_FIELDS")
        need(said["base"] == self.version, "OLD_BASE")
        need(self.version or said["do"] == "amend_agreement", "NOT_YET_AGREED")
        self.possible(said, self.act["parts"])
        rows = self.rows["proposal"].items()
        mine = [name for name, row in rows if row["party"] == party and row["state"] == "open"]
        if len(mine) >= OPEN_MOST:
            self.mend("proposal", mine[0], state="void")
        self.content[self.hash] = said, self.act["parts"]
        row = {"party": party, "do": said["do"], "base": said["base"], "signed": [], "state": "open"}
        self.put("proposal", self.hash, row)

    def possible(self, said: Row, parts: list[Row]) -> None:
        """Whether the content of a proposal could take effect now."""
        principals = self.members("principal")
        if said["do"] == "amend_agreement":
            need(settings_fit(said["settings"]), "BAD_FIELDS")
            if said["base"] == 0:
                opened = b64(sha(unb64(said["salt"]), canonical(said["settings"])))
                need(opened == self.founding[0], "OTHER_SETTINGS")
                need(all(part["commit"] == self.founding[1] for part in parts), "OTHER_SETTINGS")
        elif said["do"] == "admit":
            card = said["admit"]
            need(card["party"] not in self.rows["party"], "PARTY_TAKEN")
            need("host" not in card["roles"], "NOT_POSSIBLE")
            need(whole(card), "BAD_FIELDS")
            self.free(card["party"], keys_of(card))
        elif said["do"] == "remove":
            need(said["remove"] in self.members(), "UNKNOWN_PARTY")
            need(said["remove"] != self.host, "NOT_POSSIBLE")
            need(said["remove"] not in principals or len(principals) > 2, "NOT_POSSIBLE")
        elif said["do"] == "rules":
            assert self.here is not None
            need(said["rules"] > self.here["rules"], "NOT_POSSIBLE")

    def on_sign_agreement(self) -> None:
        name, party = self.act["public"]["proposal"], self.act["party"]
        row = self.rows["proposal"].get(name)
        need(row and row["state"] == "open", "UNKNOWN_PROPOSAL")
        assert row is not None
        said, parts = self.content[name]
        required = [principal for principal in self.members("principal") if principal != said.get("remove")]
        need(party in required, "NOT_REQUIRED")
        need(party not in row["signed"], "ALREADY_SIGNED")
        need(self.act["public"]["base"] == row["base"], "OLD_BASE")
        signed = sorted([*row["signed"], party])
        if not set(required) <= set(signed):
            self.mend("proposal", name, signed=signed)
            return
        try:
            self.possible(said, parts)
        except Stop:
            self.mend("proposal", name, signed=signed, state="void")
            raise
        self.mend("proposal", name, signed=signed, state="done")
        self.take_effect(said)

    def take_effect(self, said: Row) -> None:
        if said["do"] == "amend_agreement":
            version = self.version + 1
            self.settings[version] = said["settings"]
            row = {"settings": b64(sha(canonical(said["settings"]))), "index": self.size}
            self.put("agreement", str(version), row)
            self.mend("channel", self.channel, agreement=version)
            for name, proposal in list(self.rows["proposal"].items()):
                if proposal["state"] == "open":
                    self.mend("proposal", name, state="void")
        elif said["do"] == "admit":
            self.enter(said["admit"])
        elif said["do"] == "remove":
            self.exit(said["remove"], "removed")
        elif said["do"] == "rules":
            self.raises = self.now + self.terms["raise_rules_us"], said["rules"]
        else:
            self.restart()

    def on_time(self) -> None:
        pass

    def on_withdraw(self) -> None:
        need(self.act["party"] != self.host, "NOT_POSSIBLE")
        self.exit(self.act["party"], "withdrawn")

    def judge_host_change(self) -> None:
        """What is judged of the new host before anything moves, but for the approvals."""
        said = self.act["public"]
        host = said["host"]
        need(host["party"] in self.members() and self.act["party"] == host["party"], "UNKNOWN_PARTY")
        need(self.link["key"] == host["sequencer"], "NOT_YOUR_KEY")
        need(said["size"] == self.size, "NOT_NEXT")

    def on_host_change(self) -> None:
        host, old = self.act["public"]["host"], self.host
        for use in HOST_KEYS:
            self.replace(old, use)
        if old != host["party"]:
            roles = [role for role in self.rows["party"][old]["roles"] if role != "host"]
            self.mend("party", old, roles=roles or ["observer"])
        self.mend("party", host["party"], roles=sorted({*self.rows["party"][host["party"]]["roles"], "host"}))
        for use in HOST_KEYS:
            self.register(host["party"], use, host[use])
        self.mend("channel", self.channel, host=host["party"], origin=host["origin"])
        self.host_claim = self.link["time"]
