"""Items, answers, receipts, and what is overdue (protocol, "Kinds": Owing, Items; "Time")."""

from __future__ import annotations

import datetime

from tests.vectors.second.channel import Channel
from tests.vectors.second.entry import Row, need
from tests.vectors.second.forms import DAY, ID
from tests.vectors.second.keys import of
from tests.vectors.second.kinds import Kind

CHANGING = ("notice", "authority_scope", "red_line", "statement", "zone")
REPLIES = {
    "account": "incident", "statement_sign": "statement", "track_reply": "track_query", "zone_reply": "zone",
}  # fmt: skip
BY_ITS_AUTHOR = ("account", "statement_sign")
ENDS = {"cancel": "CANCELLED", "complete": "COMPLETED", "comply": "COMPLIED", "unable": "UNABLE"}


def day_number(text: str) -> int:
    """Counted from 1970; -1 for a day that no calendar has."""
    try:
        return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days
    except ValueError:
        return -1


class Items(Channel):
    """What desks say to each other."""

    def keep(self) -> int:
        """The last day of what this act makes."""
        if self.act["kind"] in (*ENDS, "disclose", *REPLIES):
            return int(self.rows["item"][self.act["subject"]["id"]]["keep_until"])
        today = self.now // DAY
        if "keep_until" not in self.act:
            return int(today + self.terms["keep_days"])
        day = day_number(self.act["keep_until"])
        need(day >= today, "KEPT_TOO_SHORT")
        subject = self.act.get("subject", {"id": ""})["id"]
        kind = self.rows["item"][subject]["kind"] if self.act["kind"] == "amend" else self.act["kind"]
        need(kind != "zone" or day - today <= 90, "KEPT_TOO_LONG")
        return day

    def new_id(self) -> int:
        read = ID.fullmatch(self.act["id"])
        assert read is not None
        need(read[1] == self.act["party"], "NOT_YOUR_NAME")
        counter = int(read[2])
        block = read[1], counter // 1000
        need(counter > self.blocks.get(block, -1), "ID_TAKEN")
        day = self.keep()
        self.blocks[block] = counter
        return day

    def create(self, day: int) -> None:
        act = self.act
        row = {name: act[name] for name in ("kind", "party", "desk", "precedence", "to")}
        row |= {"version": 1, "state": "RELEASED", "index": self.size, "keep_until": day}
        self.put("item", act["id"], row | ({"code": act["code"]} if "code" in act else {}))

    def on_notice(self) -> None:
        self.create(self.new_id())

    on_safety = on_track_query = on_authority_scope = on_intent = on_notice
    on_red_line = on_zone = on_incident = on_series = on_report = on_statement = on_notice

    def on_consent(self) -> None:
        need("host_nation" in self.rows["party"][self.act["party"]]["roles"], "NOT_HOST_NATION")
        self.on_notice()

    def on_message(self) -> None:
        self.new_id()

    def on_finding(self) -> None:
        self.keep()

    def subject(self, *kinds: str) -> Row:
        row = self.rows["item"].get(self.act["subject"]["id"])
        need(row and row["kind"] in kinds, "UNKNOWN_NOTICE")
        assert row is not None
        return row

    def own(self, *kinds: str) -> Row:
        row = self.subject(*kinds)
        need(row["party"] == self.act["party"], "NOT_THE_ANNOUNCER")
        need(row["state"] == "RELEASED", "ALREADY_OVER")
        return row

    def on_amend(self) -> None:
        act, row = self.act, self.own(*CHANGING)
        version = row["version"] + 1
        need(act["subject"]["version"] == version, "VERSION_NOT_NEXT")
        day = max(self.keep(), row["keep_until"])
        changed = {"version": version, "to": act["to"], "precedence": act["precedence"]}
        self.mend("item", act["subject"]["id"], **changed, index=self.size, keep_until=day)

    def on_cancel(self) -> None:
        kinds = CHANGING if self.act["kind"] == "cancel" else ("notice",)
        need(self.act["subject"]["version"] == self.own(*kinds)["version"], "OLD_VERSION")
        self.mend("item", self.act["subject"]["id"], state=ENDS[self.act["kind"]])

    on_complete = on_cancel

    def on_disclose(self) -> None:
        row = self.subject("notice")
        need(row["party"] == self.act["party"], "NOT_THE_ANNOUNCER")
        need(self.act["subject"]["version"] <= row["version"], "UNKNOWN_NOTICE")

    def on_request(self) -> None:
        need(self.act["subject"]["version"] == self.subject("notice")["version"], "OLD_VERSION")
        self.create(self.new_id())

    def on_comply(self) -> None:
        row = self.subject("request")
        need(any(of(desk, self.act["party"]) for desk in row["to"]), "NOT_ADDRESSED")
        need(row["state"] == "RELEASED", "ALREADY_ANSWERED")
        self.mend("item", self.act["subject"]["id"], state=ENDS[self.act["kind"]])

    on_unable = on_comply

    def on_track_reply(self) -> None:
        row, subject = self.subject(REPLIES[self.act["kind"]]), self.act["subject"]
        own = self.act["kind"] in BY_ITS_AUTHOR and row["party"] == self.act["party"]
        need(own or any(of(desk, self.act["party"]) for desk in row["to"]), "NOT_ADDRESSED")
        need(subject["version"] == row["version"], "OLD_VERSION")
        name = f"{subject['id']}/{subject['version']}/{self.act['desk']}"
        answer = self.rows["answer"].get(name)
        if answer is not None:
            by = self.who.get("watch_officer") or self.who.get("release_authority")
            new: Row = {} if "acked_us" in answer else {"acked_us": self.now} | ({"acked_by": by[0]} if by else {})
            self.mend("answer", name, replied_us=self.now, **new)
            self.receive_once(answer)

    on_zone_reply = on_account = on_statement_sign = on_track_reply

    def answer(self, desk: str) -> tuple[str, Row]:
        subject = self.act["subject"]
        need(subject["id"] in self.rows["item"], "UNKNOWN_NOTICE")
        name = f"{subject['id']}/{subject['version']}/{desk}"
        need(name in self.rows["answer"], "NOT_ADDRESSED")
        return name, self.rows["answer"][name]

    def on_ack(self) -> None:
        name, row = self.answer(self.act["desk"])
        need("acked_us" not in row or "readback_wrong_us" in row, "ALREADY_ANSWERED")
        first = row.get("acked_us", self.now)
        by = self.who["watch_officer"][0]
        self.mend("answer", name, drop=["readback_wrong_us"], acked_by=by, acked_us=first)
        self.receive_once(row)

    def receive_once(self, answer: Row) -> None:
        owed = f"{answer['index']}/{self.act['party']}"
        if "received_us" not in self.rows["owed"].get(owed, {"received_us": 0}):
            self.received(owed)

    def announced(self) -> str:
        name, row = self.answer(self.act["public"]["desk"])
        announcer = self.rows["item"][self.act["subject"]["id"]]["party"]
        need(announcer == self.act["party"], "NOT_THE_ANNOUNCER")
        need("acked_us" in row, "NOT_ACKNOWLEDGED")
        return name

    def on_confirm(self) -> None:
        self.mend("answer", self.announced(), drop=["readback_wrong_us"], confirmed_us=self.now)

    def on_readback_wrong(self) -> None:
        self.mend("answer", self.announced(), drop=["confirmed_us"], readback_wrong_us=self.now)

    def on_passed_to_units(self) -> None:
        name, _ = self.answer(self.act["desk"])
        self.keep()
        self.mend("answer", name, passed_us=self.now)

    def on_receipt(self) -> None:
        said, party = self.act["public"], self.act["party"]
        need(said["through"] < self.link["head"]["size"], "RECEIPT_AHEAD")
        listed = {row["index"] for row in said.get("not_opened", [])}
        for name, row in list(self.rows["owed"].items()):
            index, owing = name.split("/")
            reached = int(index) <= said["through"] and int(index) not in listed
            if owing == party and reached and "received_us" not in row:
                self.received(name)

    def received(self, owed: str) -> None:
        start = min(self.due(self.rows["owed"][owed]), self.start())
        self.mend("owed", owed, received_us=self.now, ack_start_us=start)

    def owe(self, kind: Kind, remarks: list[str]) -> None:
        """What the desks of `to` owe for an act that stands."""
        act, readers = self.act, self.readers(remarks)
        for desk in act["to"]:
            party = desk.split("/")[0]
            if desk not in self.rows["desk"]:
                remarks.append("UNKNOWN_DESK")
            elif act["parts"] and party not in readers:
                remarks.append("NOTHING_TO_READ")
            elif party != act["party"]:
                name = act.get("id") or act.get("subject", {}).get("id", "")
                day = self.rows["item"][name]["keep_until"] if act["kind"] == "amend" else self.keep()
                row = {"precedence": act["precedence"], "terms": self.version}
                self.put("owed", f"{self.size}/{party}", row | {"start_us": self.start(), "keep_until": day})
                if "ack" in kind.owes:
                    version = self.rows["item"][name]["version"]
                    self.put("answer", f"{name}/{version}/{desk}", {"index": self.size, "party": party})

    def overdue(self) -> list[str]:
        """What is overdue on record: (the answer's moment, else the next version's start, else now) > due."""
        owed, answers = self.rows["owed"], self.rows["answer"]
        late = [f"receipt/{name}" for name, row in owed.items() if row.get("received_us", self.now) > self.due(row)]
        for name, answer in answers.items():
            row = owed.get(f"{answer['index']}/{answer['party']}")
            if row is None:
                continue
            period = self.settings[row["terms"]]["deadlines"]["ack"][row["precedence"]]
            due = min(row.get("ack_start_us", self.due(row)), self.due(row)) + period
            ends = [answer["acked_us"]] if "acked_us" in answer else []
            item, version, desk = name.split("/", 2)
            after = answers.get(f"{item}/{int(version) + 1}/{desk}")
            later = owed.get(f"{after['index']}/{after['party']}") if after else None
            ends += [later["start_us"]] if later else []
            if min(ends, default=self.now) > due:
                late.append(f"ack/{name}")
        return sorted(late)
