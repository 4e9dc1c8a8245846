"""What a guest says on its own device: notices, their next versions and their ends, and its people's rosters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.apps.guest.sealing import DeviceSealer
from wellclear.channel.carrying import CarriedAct, HandedOver, to_be_carried
from wellclear.channel.composing import Chain, approve, compose, link
from wellclear.channel.desk import Pen, item_of, write_act
from wellclear.channel.opening import open_leaf
from wellclear.channel.own_rules import check_approved, check_content, check_in_turn
from wellclear.channel.verdict import Verdict
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import SALT_BYTES, Act, Approval, Role
from wellclear.domain.names import ItemId, party_of_desk
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused
from wellclear.log.ed25519 import Signer
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture

FIRST_COUNTER = 1000
Fields = dict[str, Any]


@dataclass(slots=True)
class Device:
    """A desk of a guest, over a log that was verified; `sealer` holds what it opens on the way."""

    picture: Picture
    desk: str
    sealer: DeviceSealer

    @property
    def party(self) -> str:
        return party_of_desk(self.desk, field="--desk")

    def notices(self, forms: Sequence[NoticeForm], counter: int | None = None) -> HandedOver:
        """New notices, with the epochs that they are sealed under before them.

        Raises:
            InvalidValue, Refused: what the own node of a party would refuse as well; says which notice.
        """
        owned = [last for (owner, _), last in self.picture.blocks.items() if owner == self.party]
        first = counter if counter is not None else max(owned, default=FIRST_COUNTER - 1) + 1
        made = []
        for number, form in enumerate(forms):
            asked = _asked(form) | {"id": str(ItemId(self.party, first + number))}
            made.append(self._said("notice", form.groups(), asked))
        return self._handed(made)

    def amendment(self, item: str, form: NoticeForm) -> HandedOver:
        """The next version of an own notice."""
        asked = _asked(form) | {"subject": self._subject(item, 1)}
        return self._handed([self._said("amend", form.groups(), asked)])

    def ending(self, item: str, kind: str) -> HandedOver:
        """`cancel` or `complete` of an own notice."""
        row = item_of(self.picture, item)
        asked = {"subject": self._subject(item, 0), "to": list(row.to), "precedence": row.precedence}
        return self._handed([self._said(kind, (), asked)])

    def _subject(self, item: str, more: int) -> Fields:
        row = item_of(self.picture, item)
        if row.party != self.party:
            raise Refused(Reason.NOT_THE_ANNOUNCER, f"{item[:40]} is {row.party}'s")
        return {"id": item, "version": row.version + more}

    def _said(self, kind: str, groups: Iterable[Fields], asked: Fields) -> CarriedAct:
        sealer = self.sealer

        def salt() -> bytes:
            return sealer.entropy(SALT_BYTES)

        pen = Pen(self.picture.channel, self.party, self.desk, sealer.now_us, salt, sealer)
        return to_be_carried(write_act(pen, kind, list(groups), asked, self.picture.terms), sealer.via)

    def _handed(self, said: Sequence[CarriedAct]) -> HandedOver:
        """What was said, held to every rule but the approvals that it still lacks."""
        acts = [*self.sealer.opened, *said]
        for one in acts:
            check_content(self.picture, one.act, one.groups())
        check_in_turn(self.picture, [one.act for one in acts])
        return HandedOver(wellclear_acts=1, acts=acts)


def _asked(form: NoticeForm) -> Fields:
    return {
        "to": list(form.to), "precedence": form.precedence, "keep_until": form.keep_until,
        "withhold": list(form.withhold), "levels": form.levels, "disclose": form.disclose,
        "consent": list(form.consent),
    }  # fmt: skip


def approved(handed: HandedOver, signer: Signer, role: Role) -> HandedOver:
    """The same with one person's approval of every act in it; an earlier one of this person in this role gives way."""
    return msgspec.structs.replace(handed, acts=[_approved(one, signer, role) for one in handed.acts])


def _approved(one: CarriedAct, signer: Signer, role: Role) -> CarriedAct:
    approval = approve(one.act, signer, role)
    others = [held for held in one.approvals if (held.key, held.role) != (approval.key, role)]
    if one.act.kind == "epoch" and others:
        return one  # any one person of the guest is enough, and room for approvals is short
    return msgspec.structs.replace(one, approvals=[*others, approval])


def lacks(picture: Picture, handed: HandedOver) -> str:
    """Why the log would not take it as it is; empty when it would."""
    waiting: list[tuple[Act, Sequence[Approval]]] = []
    try:
        for one in handed.acts:
            check_approved(picture, waiting, one.act, one.approvals, "node")
            waiting.append((one.act, one.approvals))
    except Refused as error:
        return f"{error.reason}: {error.why}"
    return ""


def roster_entry(verdict: Verdict, party: str, roster: Fields, recovery: Signer, now_us: int) -> HandedOver:
    """A roster as a whole entry, which the party's recovery key links: nobody else has to approve it.

    Raises:
        InvalidValue: it says what no roster may.
        Refused: the reason that all others would remark, such as a key that the log does not know.
    """
    picture = verdict.picture
    act = compose("roster", channel=picture.channel, party=party, said_us=now_us, public=roster).act
    key = b64(recovery.public_key)
    seq, prev = picture.chains.get(key) or (0, None)
    chain = Chain(seq, None if prev is None else unb64(prev))
    head = None if picture.size == 0 else (picture.size, verdict.tree.root())
    leaf = link(act, (), recovery, chain, head, max(now_us, picture.claims.get(party) or 0))
    step = fold(picture, open_leaf(picture.size, leaf))
    if step.remarks:
        remark = step.remarks[0]
        raise Refused(remark.reason, f"{remark.reason.sentence} {remark.detail}".strip())
    return HandedOver(wellclear_acts=1, entries=[b64(leaf)])
