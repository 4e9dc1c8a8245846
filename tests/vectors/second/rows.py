"""The eleven tables, the digest, and what beside the tables is remembered (protocol, "Public items")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.vectors.second.wire import canonical, sha

Row = dict[str, Any]
TABLES = ("agreement", "answer", "channel", "desk", "epoch", "item", "key", "owed", "party", "person", "proposal")


class Rows:
    """What everybody derives from the log. `act`, `link`, `approvals` are those of the entry that is folded."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Row]] = {table: {} for table in TABLES}
        self.changes: dict[tuple[str, str], list[Any]] = {}
        self.now = self.size = 0
        self.channel, self.digest = "", b""
        self.act: Row = {}
        self.link: Row = {}
        self.approvals: list[Row] = []
        self.hash = self.act_hash = ""
        self.claims: dict[str, int] = {}
        self.host_claim = 0
        self.chains: dict[str, tuple[int, str]] = {}
        self.acts: dict[str, int] = {}  # act hash -> said
        self.blocks: dict[tuple[str, int], int] = {}
        self.added: dict[str, list[str]] = {}  # linking key -> the keys that its entries have registered
        self.made: dict[str, int] = {}  # party -> epochs
        self.last_days: dict[str, int] = {}  # epoch that was renewed or has ended -> its last day
        self.content: dict[str, tuple[Row, list[Row]]] = {}  # proposal -> its public and parts
        self.settings: dict[int, Row] = {}
        self.raises: tuple[int, int] | None = None  # when, to which number
        self.founding = ("", "")

    def put(self, table: str, name: str, row: Row) -> None:
        self.rows[table][name] = row
        self.changes[table, name] = [table, name, row]

    def mend(self, table: str, name: str, drop: Iterable[str] = (), **changed: Any) -> None:
        row = self.rows[table][name] | changed
        self.put(table, name, {member: value for member, value in row.items() if member not in drop})

    def leave(self, table: str, name: str) -> None:
        del self.rows[table][name]
        self.changes[table, name] = [table, name]

    def close(self) -> None:
        """The digest after an entry."""
        rows = canonical([self.changes[place] for place in sorted(self.changes)])
        self.digest = sha(self.digest, self.size.to_bytes(8, "big"), self.now.to_bytes(8, "big"), rows)
        self.size += 1

    @property
    def here(self) -> Row | None:
        """The channel's own row."""
        return self.rows["channel"].get(self.channel)

    @property
    def version(self) -> int:
        """Of the agreement in force; 0 before the first."""
        return self.here["agreement"] if self.here else 0

    @property
    def terms(self) -> Row:
        return self.settings[self.version]

    @property
    def host(self) -> str:
        assert self.here is not None
        return str(self.here["host"])

    def members(self, role: str = "") -> list[str]:
        rows = self.rows["party"].items()
        return sorted(name for name, row in rows if row["state"] == "member" and (not role or role in row["roles"]))
