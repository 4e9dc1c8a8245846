"""Keys, parties and rosters: what comes, is replaced, is revoked (protocol, "Keys", "Bootstrap and change")."""

from __future__ import annotations

from collections.abc import Callable

from tests.vectors.second.approvals import Approvals
from tests.vectors.second.curve import good_key, good_sealing_key
from tests.vectors.second.entry import Row, need
from tests.vectors.second.forms import keys_of
from tests.vectors.second.wire import unb64

KEYS_MOST = 4096
KEY_RULES: dict[str, Callable[[bytes], bool]] = {
    "sealing": good_sealing_key,
    "cosigner_mldsa44": lambda key: len(key) == 1312,
}
PERSON_ROLES = {"administrator", "watch_officer", "release_authority"}


def of(name: str, party: str) -> bool:
    """Whether a desk or person is this party's."""
    return name.partition("/")[0] == party


class Keys(Approvals):
    """What a party may do with its own keys, desks and persons."""

    def free(self, party: str, uses: list[tuple[str, str]]) -> None:
        """Whether these new keys, each with its use, may be registered."""
        keys = [key for _, key in uses]
        need(len(set(keys)) == len(keys) and not any(key in self.rows["key"] for key in keys), "KEY_TAKEN")
        had = sum(row["party"] == party for row in self.rows["key"].values())
        need(had + len(keys) <= KEYS_MOST, "TOO_MANY")
        need(all(KEY_RULES.get(use, good_key)(unb64(key)) for use, key in uses), "BAD_KEY")

    def register(self, party: str, use: str, key: str, person: str = "") -> None:
        row: Row = {"party": party, "use": use, "state": "live", "since": self.size}
        self.put("key", key, row | ({"person": person} if person else {}))
        if self.act["kind"] in ("add_key", "roster"):
            self.added.setdefault(self.link["key"], []).append(key)

    def end(self, key: str, state: str = "replaced") -> None:
        self.mend("key", key, state=state, until=self.size)

    def live(self, party: str, use: str = "") -> list[str]:
        rows = self.rows["key"].items()
        return [
            key for key, row in rows
            if row["party"] == party and row["state"] == "live" and (not use or row["use"] == use)
        ]  # fmt: skip

    def replace(self, party: str, use: str) -> None:
        for key in self.live(party, use):
            self.end(key)

    def enter(self, card: Row) -> None:
        self.put("party", card["party"], {"roles": card["roles"], "state": "member", "since": self.size})
        for use, key in keys_of(card):
            self.register(card["party"], use, key)

    def exit(self, party: str, state: str) -> None:
        self.mend("party", party, state=state)
        self.replace(party, "")
        for table in ("desk", "person"):
            for name in [name for name in self.rows[table] if of(name, party)]:
                self.leave(table, name)

    def on_takeover(self) -> None:
        self.replace(self.act["party"], "node")
        self.mend("key", self.link["key"], use="node", since=self.size)

    def on_add_key(self) -> None:
        said = self.act["public"]
        self.free(self.act["party"], [(said["use"], said["key"])])
        if said["use"] != "standby":
            self.replace(self.act["party"], said["use"])
        self.register(self.act["party"], said["use"], said["key"])

    def on_revoke(self) -> None:
        said = self.act["public"]
        row = self.rows["key"].get(said["key"])
        need(row and row["party"] == self.act["party"], "UNKNOWN_KEY")
        assert row is not None
        need(row["state"] != "revoked", "KEY_NOT_LIVE")
        mine = [key for key in self.added.get(said["key"], []) if self.rows["key"][key]["party"] == row["party"]]
        added = [key for key in mine if self.rows["key"][key]["since"] >= said["since"]]
        for key in [said["key"], *added]:
            row = self.rows["key"][key]
            if row["state"] != "revoked":
                self.end(key, "revoked")
                if self.rows["person"].get(row.get("person", ""), {}).get("key") == key:
                    self.leave("person", row["person"])

    def on_roster(self) -> None:
        party, said = self.act["party"], self.act["public"]
        new = self.judge_roster(party, said["desks"], said["persons"])
        names, keys = {row["desk"] for row in said["desks"]}, {row["key"] for row in said["persons"]}
        for desk in [desk for desk in self.rows["desk"] if of(desk, party) and desk not in names]:
            self.leave("desk", desk)
        for key in self.live(party, "person"):
            if key not in keys:
                self.end(key)
        persons = {f"{party}/{row['person']}" for row in said["persons"]}
        for person in [person for person in self.rows["person"] if of(person, party) and person not in persons]:
            self.leave("person", person)
        for row in said["desks"]:
            row_of = {"stands_in": row["stands_in"]} if "stands_in" in row else {}
            self.put("desk", row["desk"], {"party": party, **row_of})
        for rank, row in enumerate(said["persons"]):
            person = f"{party}/{row['person']}"
            away = {"away": row["away"]} if "away" in row else {}
            self.put("person", person, {"key": row["key"], "roles": row["roles"], "rank": rank, **away})
            if row["key"] in new:
                self.register(party, "person", row["key"], person)
            elif self.rows["key"][row["key"]]["state"] == "replaced":
                self.mend("key", row["key"], drop=["until"], state="live", since=self.size)

    def judge_roster(self, party: str, desks: list[Row], persons: list[Row]) -> list[str]:
        """The keys that are new."""
        names = [row["desk"] for row in desks]
        stand_in = [row["stands_in"] for row in desks if "stands_in" in row]
        need(all(of(desk, party) for desk in names + stand_in), "NOT_YOUR_DESK")
        for said in (names, [row["person"] for row in persons], [row["key"] for row in persons]):
            need(len(set(said)) == len(said), "BAD_FIELDS")
        need(set(stand_in) <= set(names), "UNKNOWN_DESK")
        new = []
        handles = [row["person"] for row in persons]
        for row in persons:
            need(set(row["roles"]) <= PERSON_ROLES, "BAD_FIELDS")
            if "away" in row:
                deputy = row["away"].get("deputy")
                need(row["away"]["start_us"] < row["away"]["end_us"], "BAD_FIELDS")
                need(deputy is None or (deputy in handles and deputy != row["person"]), "BAD_FIELDS")
            key = self.rows["key"].get(row["key"])
            if key is None:
                new.append(row["key"])
            else:
                same = key.get("person") == f"{party}/{row['person']}"
                need(same and key["state"] != "revoked", "KEY_TAKEN")
        self.free(party, [("person", key) for key in new])
        return new
