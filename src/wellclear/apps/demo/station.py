"""One party's place in the story: its node's board as it changes, and its officers who act with their own keys.

Everything goes through the node's local API, as the command line does it: the node composes, the act is held to what
was asked, the officer's key signs here, the node sends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from wellclear.apps.cli.acting import Intent, Ready, Workplace
from wellclear.apps.cli.answers import shown_row
from wellclear.apps.cli.levelling import levels_in, readers_in, terms_of
from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.apps.cli.notices import notice_at, raw_volumes
from wellclear.apps.demo.scenario_rows import PartyRow
from wellclear.channel.composing import approve
from wellclear.domain.entry import Approval, Role
from wellclear.domain.names import party_of_desk
from wellclear.domain.notice_words import CONSENTED
from wellclear.edges.keyring import unlock
from wellclear.edges.node_client import TOKEN_FILE, NodeClient
from wellclear.edges.settings import NodeSettings
from wellclear.errors import Refused, Unavailable, WellclearError

Board = dict[str, Any]
Fields = dict[str, Any]
Row = dict[str, Any]
SEND_S: Final = 10
EXERCISE_PASSPHRASE: Final = "exercise exercise exercise"  # noqa: S105  # protects nothing, and says so
FIRST_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer said: the item that it made or was about, its version, and its place in the log."""

    item: str
    version: int
    index: int


class Station:
    """A party's node and officers. Use it as a context manager; `follow` keeps `board` current on a thread."""

    def __init__(self, settings: NodeSettings, row: PartyRow) -> None:
        self.row, self.settings = row, settings
        self.party = row.party
        self.desk = f"{row.party}/{row.desks[0]}"
        self.board: Board = {}
        self._changed = threading.Condition()
        self._fault: WellclearError | None = None
        self._closing = False
        self._place = Workplace(settings, NodeClient.at(settings.home, settings.api_url))
        self._stream = NodeClient.at(settings.home, settings.api_url)
        self._reader = threading.Thread(target=self._follow, name=f"board of {row.party}", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Stop looking; the node goes on."""
        self._closing = True
        self._stream.close()
        self._place.client.close()

    @property
    def page(self) -> str:
        """The address of the node's page, with the token that opens it."""
        token = (self.settings.home / TOKEN_FILE).read_text("ascii").strip()
        return f"{self.settings.api_url}/#token={token}"

    # Looking.

    def until(self, what: Callable[[Board], Any], within_s: float, words: str) -> Any:
        """What the first board gives that gives anything true.

        Raises:
            Unavailable: none did in that time, or the node stopped answering.
        """
        until = time.monotonic() + within_s
        while True:
            board = self.look()
            found = what(board)
            if found:
                return found
            left = until - time.monotonic()
            if left <= 0:
                raise Unavailable(f"{self.party}'s board", f"did not show within {within_s:.0f} s: {words}")
            self.await_change(left, board)

    def until_size(self, size: int, within_s: float) -> Board:
        """The first board of a log that is so long; raises as `until`."""
        found: Board = self.until(lambda board: board if board["size"] >= size else None, within_s, f"entry {size - 1}")
        return found

    def look(self) -> Board:
        """The newest board, the first one awaited; raises `Unavailable` when the node no longer shows one."""
        if not self.board:
            self.await_change(FIRST_S)
        if self._fault is not None or not self.board:
            raise self._fault or Unavailable(f"{self.party}'s node", f"showed no board within {FIRST_S:.0f} s")
        return self.board

    def await_change(self, within_s: float, seen: Board | None = None) -> None:
        """Come back when there is a newer board than the one that was seen, or after that time."""
        with self._changed:
            before = self.board if seen is None else seen
            self._changed.wait_for(lambda: self.board is not before or self._fault is not None, within_s)

    def _follow(self) -> None:
        fault: WellclearError = Unavailable(f"{self.party}'s node", "ended its stream of boards")
        try:
            for board in self._stream.boards():
                with self._changed:
                    self.board = board
                    self._changed.notify_all()
        except WellclearError as error:
            fault = error
        except RuntimeError:  # how httpx says that the client was closed meanwhile
            if not self._closing:
                raise
        with self._changed:
            self._fault = fault
            self._changed.notify_all()

    # Speaking.

    def officer(self, role: Role, place: int = 0) -> str:
        """The handle of the first (or next) person with a role, in the ladder's order."""
        return [person.person for person in self.row.persons if role in person.roles][place]

    def say(self, intent: Intent, *, officer: str | None = None) -> Said:
        """An act that one watch officer approves."""
        handle = officer or self.officer("watch_officer")
        ready = self._place.compose(intent, handle)
        return self._send(ready, [self._approval(ready, handle, "watch_officer")])

    def by_head(self, intent: Intent) -> Said:
        """An act that the head of delegation approves."""
        ready = self._place.compose(intent)
        signer = self._place.keys.unlock("head_of_delegation", EXERCISE_PASSPHRASE)
        return self._send(ready, [approve(ready.act, signer, "head_of_delegation")])

    def by_recovery(self, intent: Intent) -> Said:
        """An act that the recovery key links."""
        return self._send(self._place.compose(intent), [], use="recovery")

    def announce(self, form: NoticeForm, subject: Fields | None = None) -> Said:
        """A notice, or with a subject the next version of one: one officer drafts, another releases."""
        return self.release(self._notice(form, subject))

    def draft(self, form: NoticeForm) -> Sequence[str]:
        """A notice that stays on this node: what its officer is warned of, and nobody else."""
        return self._place.compose(self._notice(form, None), self.officer("watch_officer")).warnings

    def _notice(self, form: NoticeForm, subject: Fields | None) -> Intent:
        members: Fields = {
            "desk": self.desk, "to": list(form.to), "precedence": form.precedence, "keep_until": form.keep_until,
        }  # fmt: skip
        readers = self._place.readers(form.to)
        kind = "amend" if subject else "notice"
        members |= {"subject": subject} if subject else {}
        named = sorted({party_of_desk(desk) for desk in form.to}) if form.category in CONSENTED else []
        form = replace(form, consent=tuple(named))
        shown = readers_in(levels_in(form, terms_of(self._place), self.party), form.withhold, self.party)
        return Intent(kind, form.groups(), readers, members, consent=named, shown=shown)

    def release(self, intent: Intent) -> Said:
        """An act that one officer drafts and another releases."""
        drafter, releaser = self.officer("watch_officer"), self.officer("release_authority")
        ready = self._place.compose(intent, drafter)
        approvals = [
            self._approval(ready, drafter, "drafter"), self._approval(ready, releaser, "release_authority"),
        ]  # fmt: skip
        return self._send(ready, approvals)

    def declare(self, kind: str, group: Fields, to: Sequence[str], **members: Any) -> Said:
        """A record that is released: what this party says of itself, of the ground or of others."""
        said: Fields = {"desk": self.desk, "to": list(to), "precedence": "P"} | members
        return self.release(Intent(kind, [group], self._place.readers(to), said))

    def acknowledge_record(self, item: str) -> Said:
        """Acknowledge a record once it is open here; there is nothing to read back."""
        shown: Row = self.until(lambda board: record(board, item).get("said") and record(board, item), SEND_S, item)
        group = {"group": "readback", "volumes": []}
        members = self._about(shown) | {"to": [shown["desk"]]}
        return self.say(Intent("ack", [group], self._place.readers([shown["desk"]]), members))

    def acknowledge(self, item: str, version: int, *, officer: str | None = None) -> Said:
        """Read back what the node shows of a version, for this station's desk, once it shows it.

        The envelope rings before the parts are fetched; whoever answered then would read nothing back.
        """
        self.until(lambda board: opened(board, item, version), SEND_S, f"what {item} v{version} says")
        notice = self.notice(item)
        rows = [shown_row(volume) for volume in raw_volumes(notice)]
        group = {"group": "readback", "volumes": rows}
        members = self._about(notice) | {"to": [notice["desk"]]}
        return self.say(Intent("ack", [group], self._place.readers([notice["desk"]]), members), officer=officer)

    def pass_on(self, item: str, echelon: str) -> Said:
        """Say that a notice has reached the units that control fire, as far down as this echelon, now."""
        notice = self.notice(item)
        group = {"group": "units", "echelon": echelon, "at_us": self.look()["now_us"]}
        members = self._about(notice) | {"to": [notice["desk"]]}
        return self.say(Intent("passed_to_units", [group], self._place.readers([notice["desk"]]), members))

    def confirm(self, item: str, desk: str) -> Said:
        """Confirm the read-back of a desk; the node refuses where it departs."""
        members = self._about(self.notice(item)) | {"to": [desk], "public": {"desk": desk}}
        return self.say(Intent("confirm", members=members))

    def ask_altitude(self, item: str, band: Fields) -> Said:
        """Ask the announcer of an item for another band of heights."""
        notice = self.notice(item)
        members = self._about(notice) | {"to": [notice["desk"]], "code": "altitude"}
        readers = self._place.readers([notice["desk"]])
        return self.say(Intent("request", [{"group": "request", **band}], readers, members))

    def comply(self, request: str, to: str) -> Said:
        """Answer a request: it will be done."""
        members = {"desk": self.desk, "to": [to], "subject": {"id": request, "version": 1}}
        return self.say(Intent("comply", members=members))

    def cry(self, code: str, desk: str) -> tuple[str, str]:
        """A safety message by its code alone; its id, and what the node says of it: `logged`, or `unproven`."""
        handle = self.officer("watch_officer")
        members = {"desk": self.desk, "to": [desk], "code": code, "precedence": "Z"}
        groups = [{"group": "safety"}]
        ready = self._place.compose(Intent("safety", groups, self._place.readers([desk]), members), handle)
        approvals = [self._approval(ready, handle, "watch_officer")]
        answer = self._place.send(ready, approvals, wait_s=SEND_S)
        return ready.name, str(answer.get("state") or ("logged" if answer.get("index") is not None else "waiting"))

    def notice(self, item: str) -> Fields:
        """One notice with its volumes, as the node shows it."""
        return notice_at(self._place, item)

    def get(self, path: str) -> Any:
        """Anything else that the node's API tells."""
        return self._place.client.get(path)

    def readers(self, desks: Sequence[str]) -> list[str]:
        """The parties that read what is said to some desks, one's own among them."""
        return self._place.readers(desks)

    def _about(self, notice: Fields) -> Fields:
        return {"desk": self.desk, "subject": {"id": notice["id"], "version": int(notice["version"])}}

    def _approval(self, ready: Ready, handle: str, role: Role) -> Approval:
        return approve(ready.act, unlock(self._place.keys.officer_path(handle), EXERCISE_PASSPHRASE), role)

    def _send(self, ready: Ready, approvals: Sequence[Approval], use: str = "node") -> Said:
        opened_by = EXERCISE_PASSPHRASE if use != "node" else ""
        answer = self._place.send(ready, approvals, wait_s=SEND_S, use=use, opened_by=opened_by)
        if answer.get("index") is None:
            raise Unavailable("the host", f"has not logged {ready.name} within {SEND_S} s ({answer.get('state')})")
        for remark in answer.get("remarks") or ():
            raise Refused(
                str(remark.get("reason", "")), f"the log's remark on {ready.name}: {remark.get('sentence', '')}"
            )
        told: Fields = msgspec.to_builtins(ready.act)
        subject = told.get("subject", {})
        return Said(told.get("id", subject.get("id", "")), subject.get("version", 1), int(answer["index"]))


# What stands on a board.


def rows(board: Board, table: str, **members: Any) -> list[Row]:
    """The rows of a table that have these members."""
    return [row for row in board.get(table, ()) if all(row.get(name) == value for name, value in members.items())]


def record(board: Board, item: str) -> Row:
    """A record as it stands on a board; empty when it is not there."""
    return next(iter(rows(board, "records", id=item)), {})


def rings(board: Board, kind: str, *items: str) -> list[Row]:
    """The alarms of a kind that speak of all of these items."""
    return [
        row for row in rows(board, "alarms", kind=kind)
        if all(item in f"{row.get('key')} {row.get('item')} {row.get('title')} {row.get('text')}" for item in items)
    ]  # fmt: skip


def opened(board: Board, item: str, version: int) -> bool:
    """Whether a version of a notice is open here: a list shows its volumes, or at least what it is (N13)."""
    return any(
        row.get("volumes") or (row.get("sheltered") == "yes" and row.get("category"))
        for row in rows(board, "notices", id=item, version=version)
    )


def recipient(board: Board, item: str, desk: str) -> Row:
    """What one desk has answered to a notice; empty when the notice is not there."""
    for notice in rows(board, "notices", id=item):
        for row in notice.get("recipients", ()):
            if row.get("desk") == desk:
                found: Row = row
                return found
    return {}
