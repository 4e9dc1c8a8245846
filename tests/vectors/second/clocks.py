"""Claims, now, days, and what is remembered how long (protocol, "Time")."""

from __future__ import annotations

from tests.vectors.second.forms import DAY
from tests.vectors.second.rows import Row, Rows

HOUR, MINUTE = 3_600_000_000, 60_000_000


class Clocks(Rows):
    """What an entry moves, whatever becomes of its act."""

    def tick(self) -> None:
        party, was = str(self.act.get("via", self.act["party"])), self.now
        if self.size == 0 or self.rows["key"].get(self.link["key"], {}).get("use") == "sequencer":
            self.host_claim = self.link["time"]
        if self.size == 0:
            self.now = self.claims[party] = self.link["time"]
            return
        if party in self.clocks():
            self.claims[party] = self.link["time"]
            self.now = max(self.now, self.second())
        self.let_leave()
        if self.version:
            self.forget(was)
        if self.raises and self.now >= self.raises[0]:
            self.mend("channel", self.channel, rules=self.raises[1])
            self.raises = None

    def clocks(self) -> set[str]:
        if self.here is None:
            return set()
        named = self.terms["clocks"] if self.version else []
        observers = [party for party in self.members("observer") if party in named]
        return {self.host, *self.members("principal"), *observers}

    def second(self) -> int:
        """The second greatest claim of the clocks; -1 if there are not two."""
        claims = sorted((self.claims[party] for party in self.clocks() if party in self.claims), reverse=True)
        return claims[1] if len(claims) > 1 else -1

    def restart(self) -> None:
        trusted = {self.host, *self.members("principal")}
        self.claims = {party: claim for party, claim in self.claims.items() if party in trusted}
        if self.second() >= 0:
            self.now = self.second()

    def let_leave(self) -> None:
        today = self.now // DAY
        for name, row in list(self.rows["item"].items()):
            if row["keep_until"] < today:
                self.leave("item", name)
                for answer in [answer for answer in self.rows["answer"] if answer.startswith(f"{name}/")]:
                    self.leave("answer", answer)
        for name, row in list(self.rows["owed"].items()):
            if row["keep_until"] < today:
                self.leave("owed", name)
        for name, day in list(self.last_days.items()):
            if day < today:
                self.leave("epoch", name)
                del self.last_days[name]

    def forget(self, was: int) -> None:
        """Acts are forgotten by hours, and looked at when another hour has begun."""
        age = self.terms["approval_age_us"]
        hour = (self.now - age) // HOUR
        if hour != (was - age) // HOUR:
            self.acts = {act: said for act, said in self.acts.items() if said // HOUR >= hour}

    def start(self) -> int:
        """When a clock starts that this entry starts."""
        said: int = self.link["time"]
        return max(self.now, min(self.host_claim, said + MINUTE))

    def due(self, owed: Row) -> int:
        """When a receipt is due."""
        return int(owed["start_us"] + self.settings[owed["terms"]]["deadlines"]["receipt"][owed["precedence"]])
