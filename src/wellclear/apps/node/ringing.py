"""When a node rings, for whom, and in which words; `alarms` keeps what rang."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from msgspec import UNSET

from wellclear.apps.node.alarms import Alarm, AlarmBook, AlarmKind
from wellclear.apps.node.detection import Change
from wellclear.apps.node.doubted import ring_words
from wellclear.apps.node.in_vain import UNREAD, say_again
from wellclear.apps.node.touching import TouchRing
from wellclear.apps.node.units import UnitsRing, units_words
from wellclear.channel.outbox import Item
from wellclear.domain.entry import Act, Precedence
from wellclear.domain.logged import Logged, Remark
from wellclear.domain.reasons import Reason
from wellclear.errors import Misconfigured, Unavailable
from wellclear.picture.doubt import Doubt
from wellclear.picture.picture import Change as RowChange
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import AnswerRow
from wellclear.picture.view_items import View
from wellclear.watch.duties import DutyBook, Owing
from wellclear.watch.rings import Ring, arrivals, rings_now

_KINDS: dict[str, AlarmKind] = {
    "owes": "answer_owed", "author": "no_answer", "stands_in": "escalated", "host": "escalated",
}  # fmt: skip


HOUR_US = 3_600_000_000
EARLIER_MAX = 256
"""So many of the newest messages and remarks are looked through at the start for what nobody has seen."""
NO_WORD = "no word from the host"


class Ringing:
    """Turns what happens into alarms of one party's node.

    `act_at` tells the hash of the act at an index. After a change of host another entry may stand at an index that
    has rung, so what rings about an entry is remembered by its act.
    """

    def __init__(self, party: str, alarms: AlarmBook, duties: DutyBook, act_at: Callable[[int], bytes]) -> None:
        self.party, self.alarms, self._duties, self._act_at = party, alarms, duties, act_at
        self._earlier: deque[Logged | tuple[Remark, Act]] = deque(maxlen=EARLIER_MAX)

    # Answers that are owed, and what was said.

    def told_before(self, step: Step, logged: Logged, own: Iterable[Remark] = ()) -> None:
        """An entry of the own store, at the start: what nobody has seen of it is shown again (`after_replay`)."""
        entry = logged.entry
        if entry is not None and entry.act.party == self.party:
            self._earlier.extend((remark, entry.act) for remark in (*step.remarks, *own))
        elif entry is not None and entry.act.kind == "message" and self._for_us(entry.act.to) and step.stands:
            self._earlier.append(logged)

    def arrived(self, step: Step, logged: Logged, remarks: Iterable[Remark], own_us: int, item: str) -> None:
        """An entry, about an item, has come while the log is followed live."""
        for ring in arrivals(step, self._duties, self.party):
            self._ring(ring, own_us)
        entry = logged.entry
        if entry is None:
            return
        if entry.act.party == self.party:
            for remark in (*step.remarks, *(one for one in remarks if one.reason is Reason.PART_UNREADABLE)):
                self.remarked(remark, entry.act, own_us)
        elif entry.act.kind in ("message", "request") and self._for_us(entry.act.to) and step.stands:
            self._said(logged, entry.act, own_us)
        if entry.act.kind == "readback_wrong" and self._for_us(entry.act.to) and entry.act.subject and step.stands:
            words = f"{entry.act.party} says that the read-back of {item} does not fit"
            about = entry.act_hash.hex()
            self._begin(f"unconfirmed/{logged.index}", "unconfirmed", "O", words, own_us, item=item, again=about)
        self.opened(remarks, own_us, item)

    def _said(self, logged: Logged, act: Act, own_us: int) -> None:
        kind: AlarmKind = "message" if act.kind == "message" else "request"
        words = f"{act.kind} {act.id} from {act.desk or act.party}"
        self._begin(f"{kind}/{logged.index}", kind, act.precedence, words, own_us, index=logged.index)

    def after_replay(self, picture: Picture, view: View, own_us: int) -> None:
        """What is owed here when the node starts, and what nobody has seen; what has rung before stays quiet."""
        for told in self._earlier:
            if isinstance(told, tuple):
                self.remarked(*told, own_us)
            elif told.entry is not None:
                self._said(told, told.entry.act, own_us)
        self._earlier.clear()
        for asked in view.requests.values():
            if asked.answer is None and asked.id in picture.items and self._for_us(asked.to):
                words = f"request {asked.id} from {asked.desk or asked.party}"
                self._begin(f"request/{asked.index}", "request", asked.precedence, words, own_us, index=asked.index)
        for duty in self._duties.open_duties(picture, own_us, self.party):
            if duty.owing.what == "ack":
                words = self._owed_words(duty.owing, "", late=duty.overdue)
                self._begin(
                    duty.owing.key, "answer_owed", duty.owing.precedence, words, own_us, rung="arrived",
                    item=duty.owing.item, version=duty.owing.version, index=duty.owing.index, desk=duty.owing.desk,
                )  # fmt: skip

    def settled(self, step: Step, picture: Picture) -> None:
        """Answers that came, and items that ended, silence what they were waited for."""
        for change in step.changes:
            keys = {"answer": [f"ack/{change.id}"], "owed": [f"receipt/{change.id}"]}.get(change.table, [])
            if change.table == "item":
                keys = [alarm.key for alarm in self.alarms.of_item(change.id) if alarm.key.startswith("ack/")]
                if change.row is not None and getattr(change.row, "state", "") in ("COMPLIED", "UNABLE"):
                    keys.append(f"request/{getattr(change.row, 'index', -1)}")
            if change.table == "answer":
                self._settle_readbacks(change)
            for key in keys:
                owing = self._duties.owings.get(key)
                if owing is None or not owing.open:
                    self.alarms.settle(key)

    def _settle_readbacks(self, change: RowChange) -> None:
        """A confirmation, or a new read-back, ends what rang about the one before."""
        item, _, desk = change.id.split("/", 2)
        row = change.row
        if isinstance(row, AnswerRow) and row.readback_wrong_us is UNSET:
            for alarm in self.alarms.of_item(item):
                old = alarm.index < 0 or row.confirmed_us is not UNSET
                about = alarm.kind in ("readback_differs", "unconfirmed")
                if about and old and alarm.desk in ("", desk):
                    self.alarms.settle(alarm.key)

    def tick(
        self, picture: Picture, own_us: int, *, silent: bool | None, clocks_differ: bool | None, why: str = ""
    ) -> bool:
        """Rungs that were passed, the link's silence, the clocks (None: not known yet); True when anything rang.

        `why` are the words for its silence, where more is known than that; they silence nothing.
        """
        rang = False
        for ring in rings_now(self._duties, picture, self.party, own_us):
            rang = self._ring(ring, own_us) or rang
        rang = self._while("link", "stale", why or NO_WORD, own_us, so=silent) or rang
        words = "this node's clock is more than 30 s from the others'; no lead time can be claimed"
        return self._while("clock", "clock", words, own_us, so=clocks_differ) or rang

    def _while(self, key: str, kind: AlarmKind, words: str, own_us: int, *, so: bool | None) -> bool:
        """One alarm for as long as something is so; it rings when it begins."""
        known = self.alarms.alarms.get(key)
        active = known is not None and known.state != "cleared"
        if so and not active:
            return self._begin(key, kind, "O", words, own_us, gravity=1, again=str(own_us))
        if so and known is not None:
            self.alarms.alarms[key] = replace(known, words=words)
        if so is False and (active or known is None):
            self.alarms.end(key)
            return active
        return False

    def _ring(self, ring: Ring, own_us: int) -> bool:
        owing = ring.owing
        late = ring.rung != "arrived"
        words = self._owed_words(owing, ring.calls, late=late) if ring.role == "owes" else self._silent_words(ring)
        return self._begin(
            owing.key, _KINDS[ring.role], ring.precedence, words, own_us, rung=ring.rung, calls=ring.calls,
            item=owing.item, version=owing.version, index=owing.index, desk=ring.desk or owing.desk,
        )  # fmt: skip

    def _owed_words(self, owing: Owing, calls: str, *, late: bool) -> str:
        what = f"{owing.item} version {owing.version}" if owing.item else f"entry {owing.index}"
        verb = "has not acknowledged" if late else "is to acknowledge"
        return f"{owing.desk or self.party} {verb} {what}" + (f"; call {calls}" if calls else "")

    def _silent_words(self, ring: Ring) -> str:
        owing = ring.owing
        what = f"{owing.item} version {owing.version}" if owing.item else f"entry {owing.index}"
        verb = "acknowledged" if owing.what == "ack" else "received"
        return f"{owing.desk or owing.party} has not {verb} {what}; the time to answer has passed"

    # Everything else.

    def conflict(self, change: Change, picture: Picture, own_us: int) -> None:
        """A pair with an own notice: new or graver rings; changed rings again after the agreed interval; gone ends."""
        key = f"conflict/{change.pair[0]}/{change.pair[1]}"
        if change.now is None:
            self.alarms.end(key)
            return
        known = self.alarms.alarms.get(key)
        due = known is not None and own_us - known.rang_us >= picture.terms.ring_again_us
        again = f"{change.now.a_version}.{change.now.b_version}.{change.now.verdict}"
        words = f"{change.now.verdict}: {change.now.a} and {change.now.b}, {change.now.lateral_mm / 1000:.0f} m apart"
        if known is not None and known.state != "cleared" and not (change.graver or due):
            self.alarms.alarms[key] = replace(known, words=words)
            return
        again += f"/{own_us}" if known is not None else ""  # after a restart, what has rung before stays quiet
        gravity = 2 if change.now.verdict == "conflict" else 1
        self._begin(key, "conflict", "O", words, own_us, item=change.pair[0], gravity=gravity, again=again)

    def touches(self, told: TouchRing, own_us: int) -> bool:
        """What was disclosed touches an own red line or zone: it rings, and again when it is another situation."""
        key = f"{told.kind}/{told.item}"
        if not told.words:
            known = key in self.alarms.alarms
            self.alarms.end(key)
            return known
        return self._begin(
            key, told.kind, "P", told.words, own_us, item=told.item, version=told.version, again=told.again,
            gravity=2 if told.sure else 1,
        )  # fmt: skip

    def units(self, told: UnitsRing, own_us: int) -> bool:
        """A desk has not proven in time that its units know: once for each version, until there is proof, or an end."""
        owed = told.owed
        if owed is None:
            known = told.key in self.alarms.alarms
            (self.alarms.settle if told.state == "settled" else self.alarms.end)(told.key)
            return known
        return self._begin(
            told.key, "units_not_told", owed.precedence, units_words(owed, self.party, told.calls), own_us,
            calls=told.calls, item=owed.item, version=owed.version, index=owed.index, desk=owed.desk,
        )  # fmt: skip

    def remarked(self, remark: Remark, act: Act, own_us: int) -> None:
        """The fold remarks an own entry. That one is written under older rules rings once, not with each of them."""
        words = f"{remark.reason.sentence}{f' ({remark.detail})' if remark.detail else ''}"
        if remark.reason in UNREAD:
            words = f"{act.kind} {act.id if act.id is not UNSET else f'at {remark.index}'}: {words}. {say_again(act)}"
        about = remark.detail if remark.reason is Reason.OLDER_RULES else remark.index
        self._begin(f"remark/{about}/{remark.reason}", "remark", "O", words, own_us, index=remark.index)

    def head_differs(self, remark: Remark, own_us: int) -> None:
        """Somebody has seen another log."""
        self._begin(f"head/{remark.index}", "head_differs", "Z", remark.detail, own_us, index=remark.index)

    def picture_differs(self, party: str, words: str, since_us: int) -> None:
        """A party states another picture than ours; it rings once, and once an hour at most where it begins anew."""
        key = f"picture/{party}"
        known = self.alarms.alarms.get(key)
        if known is not None and known.state != "cleared":
            self.alarms.alarms[key] = replace(known, words=words)
        else:
            self._begin(key, "picture_differs", "Z", words, since_us, again=str(since_us // HOUR_US))

    def picture_agrees(self, party: str, size: int) -> None:
        """It states our picture again; who has not seen the alarm yet still does."""
        key = f"picture/{party}"
        known = self.alarms.alarms.get(key)
        if known is not None and known.state == "unack":
            words = f"{known.words}. Since then it agrees: its picture of {size} entries is ours"
            self.alarms.alarms[key] = replace(known, state="cleared", words=words)
        elif known is not None:
            self.alarms.settle(key)

    def false_part(self, index: int, author: str, file: str, own_us: int) -> None:
        """An author's own signature shows that it has sent another text than it committed to."""
        words = f"{author} has sent another text than it committed to in entry {index}; the proof lies in {file}"
        self._begin(f"false/{index}", "false_part", "O", words, own_us, index=index)

    def doubtful(self, index: int, doubts: Sequence[Doubt], own_us: int) -> None:
        """A revocation says that a key was in other hands for a while; what it said then stands, and is marked."""
        if doubts:
            self._begin(f"doubtful/{index}", "doubtful", "O", ring_words(doubts), own_us, index=index)

    def halted(self, evidence: bytes, own_us: int) -> None:
        """The host has signed two histories; the next host that does so rings again."""
        about = hashlib.sha256(evidence).hexdigest()
        words = "HALTED: the host has signed two logs that cannot both be true"
        self._begin("halted", "halted", "Z", words, own_us, again=about)

    def outside(self, name: str, act: Act, own_us: int) -> None:
        """Safety that a host which is not believed has brought: its author signed it, and nothing else is known."""
        code = "safety" if act.code is UNSET else act.code.replace("_", " ").upper()
        words = f"{code} {act.id} from {act.desk or act.party}, heard outside the record"
        self._begin(f"outside/{name}", "outside", "Z", words, own_us)

    def outside_gone(self, name: str) -> None:
        """It was pushed out by later ones of its party."""
        self.alarms.settle(f"outside/{name}")

    def disk(self, why: str, own_us: int) -> None:
        """The node's own store does not take what it must."""
        self._begin("disk", "disk", "Z", why, own_us, again=str(own_us // 60_000_000))

    def opened(self, remarks: Iterable[Remark], own_us: int, item: str) -> None:
        """What only this reader can say, once parts were opened: a read-back that departs rings at both desks."""
        for remark in remarks:
            if remark.reason is Reason.READBACK_DIFFERS:
                key, desk = f"readback/{remark.index}", remark.detail.partition(":")[0]
                words = f"{item}: {remark.detail}"
                self._begin(key, "readback_differs", "O", words, own_us, index=remark.index, item=item, desk=desk)

    def outbox_changed(self, item: Item, own_us: int) -> None:
        """An own act was refused, or waits for an officer's word."""
        key = f"outbox/{item.id}"
        if item.state == "refused":
            reason = Reason.__members__.get(item.reason)
            words = f"{item.act.kind} was refused: {reason.sentence if reason else item.reason}"
            self._begin(key, "refused", "O", words, own_us)
        elif item.state == "held" and item.use != "node":
            words = f"{item.act.kind} was not sent: {item.detail or 'its key is locked'}. Give its command again"
            self._begin(key, "asks_officer", "O", words, own_us)
        elif item.state == "held":
            why = item.detail or "an entry of this node is in the log that it has not made"
            words = f"{item.act.kind} waits: {why}. Send it again?"
            self._begin(key, "asks_officer", "O", words, own_us)
        else:
            self.alarms.settle(key)

    def _for_us(self, to: Iterable[str]) -> bool:
        return any(desk.startswith(f"{self.party}/") for desk in to)

    def _begin(
        self,
        key: str,
        kind: AlarmKind,
        precedence: Precedence,
        words: str,
        own_us: int,
        *,
        rung: str = "",
        calls: str = "",
        item: str = "",
        version: int = 0,
        index: int = -1,
        desk: str = "",
        gravity: int = 0,
        again: str = "",
    ) -> bool:
        if index >= 0:
            again = "/".join(part for part in (self._told(index), again) if part)
        alarm = Alarm(
            key=key, kind=kind, precedence=precedence, words=words, since_us=own_us, rang_us=own_us, rung=rung,
            calls=calls, item=item, version=version, index=index, desk=desk, gravity=gravity,
        )  # fmt: skip
        return self.alarms.begin(alarm, again=again)

    def _told(self, index: int) -> str:
        try:
            return self._act_at(index).hex()
        except (Unavailable, Misconfigured):  # then it may ring twice, rather than not at all
            return ""
