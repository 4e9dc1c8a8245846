"""Epochs: under which key of its author a sealed part opens, and for whom (protocol, "Epochs").

The public fold sees numbers, audiences and commitments; it never sees a key. What it makes sure of is that everybody
agrees on who could read what: a sealed part counts for its audience where its author had an epoch for exactly that
audience, and for nobody where there was none.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import UNSET
from rpds import HashTrieMap

from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Entry, PartRef
from wellclear.domain.kinds import Epoch, Wrap, public_of
from wellclear.domain.reasons import Reason
from wellclear.picture.picture import Draft, Picture
from wellclear.picture.registration import live_keys
from wellclear.picture.retention import keep
from wellclear.picture.rows import EpochRow, epoch_id

EPOCHS_MAX = 256
"""Live ones of one party: as many audiences it may speak to, so that what all others carry is bounded."""
WRAP_BYTES_OF_KEY = {32: 80, 1216: 1168}
"""How long HPKE's encapsulation and the wrapped key are, by the length of the sealing key."""


def epoch(draft: Draft, entry: Entry) -> None:
    """epoch: a new key for one audience; an older one for the same readers is renewed."""
    body = public_of(entry.act)
    assert isinstance(body, Epoch), "public_of has seen it"
    party = entry.act.party
    fault = _epoch_fault(draft, party, body)
    if fault is not None:
        draft.remark(*fault)
        return
    audience = tuple(body.audience)
    before = draft.before.epoch_of.get((party, audience))
    if before is not None:
        _renew(draft, party, before)
    row = EpochRow(audience=list(audience), commit=body.commit, index=draft.index)
    draft.put("epoch", epoch_id(party, body.number), row)
    draft.write("epoch_of", draft.read("epoch_of").insert((party, audience), body.number))
    draft.write("epochs_made", draft.before.epochs_made.insert(party, body.number))


def _epoch_fault(draft: Draft, party: str, body: Epoch) -> tuple[Reason, str] | None:
    last = draft.before.epochs_made.get(party) or 0
    if body.number != last + 1:
        return Reason.EPOCH_NOT_NEXT, f"{party} has made {last}"
    if sorted({*body.audience} - {party}) != body.audience:
        return Reason.BAD_FIELDS, "an audience is sorted, each party once, without the author"
    stranger = next((name for name in body.audience if not is_member(draft.before, name)), None)
    if stranger is not None:
        return Reason.UNKNOWN_PARTY, stranger
    if [wrap.party for wrap in body.wraps] != sorted({party, *body.audience}):
        return Reason.BAD_FIELDS, "one wrap for each of the audience and for the author, sorted by party"
    live = live_epochs(draft.before, party)
    if len(live) >= EPOCHS_MAX and tuple(body.audience) not in live:  # a new key for old readers always stands
        return Reason.TOO_MANY, f"{party} has {EPOCHS_MAX} epochs"
    return next((fault for wrap in body.wraps if (fault := _wrap_fault(draft, wrap)) is not None), None)


def _wrap_fault(draft: Draft, wrap: Wrap) -> tuple[Reason, str] | None:
    for key, _ in live_keys(draft, wrap.party, "sealing"):
        raw = unb64(key)
        if b64(hashlib.sha256(raw).digest()) == wrap.key:
            fits = len(unb64(wrap.wrap)) == WRAP_BYTES_OF_KEY[len(raw)]
            return None if fits else (Reason.BAD_FIELDS, f"{wrap.party}: a wrap of another length")
    return Reason.UNKNOWN_KEY, f"{wrap.party} has no such sealing key"


def is_member(picture: Picture, party: str) -> bool:
    """Whether a party is in the channel now."""
    row = picture.parties.get(party)
    return row is not None and row.state == "member"


def live_epochs(picture: Picture, party: str) -> dict[tuple[str, ...], int]:
    """The numbers of a party's newest epochs that have not ended, by audience."""
    return {audience: number for (owner, audience), number in picture.epoch_of.items() if owner == party}


def end_epochs_of(draft: Draft, party: str) -> None:
    """A party leaves or has another sealing key: all that it can open ends, and all of its own, renewed ones too."""
    for name, row in sorted(draft.read("epochs").items()):
        owner, _, number = name.partition("/")
        if row.ended is UNSET and (party == owner or party in row.audience):
            draft.put("epoch", name, msgspec.structs.replace(row, ended=draft.index))
            if row.renewed is UNSET:
                draft.write("epoch_of", draft.read("epoch_of").remove((owner, tuple(row.audience))))
                _leave_later(draft, owner, int(number))


def _renew(draft: Draft, party: str, number: int) -> None:
    """The same readers have a newer key; what was sealed before, and waits for its approval, is as good as ever."""
    name = epoch_id(party, number)
    draft.put("epoch", name, msgspec.structs.replace(draft.read("epochs")[name], renewed=draft.index))
    _leave_later(draft, party, number)


def _leave_later(draft: Draft, party: str, number: int) -> None:
    """What was sealed before still opens; so the row stays for a while."""
    days = draft.before.terms.keep_days if draft.before.agreement else 0
    keep(draft, draft.now_us // DAY_US + days, ("epoch", epoch_id(party, number)))


def readers(draft: Draft, act: Act) -> set[str]:
    """The parties that can open some part of an act; a part that nobody can open is remarked."""
    found: set[str] = set()
    for ref in act.parts:
        if ref.to is UNSET:
            continue
        reason = sealed_fault(draft.read("epochs"), act.party, ref)
        if reason is None or reason is Reason.EPOCH_ENDED:
            found |= set(ref.to)
        if reason is not None:
            draft.remark(reason, f"epoch {ref.epoch}")
    return found


def sealed_fault(epochs: HashTrieMap[str, EpochRow], party: str, ref: PartRef) -> Reason | None:
    """What is wrong with the epoch of a part that a party seals now; None for one in clear."""
    if not ref.sealed or ref.epoch is UNSET or ref.to is UNSET:
        return None
    row = epochs.get(epoch_id(party, ref.epoch))
    if row is None:
        return Reason.UNKNOWN_EPOCH
    if row.audience != ref.to:
        return Reason.OTHER_AUDIENCE
    return None if row.ended is UNSET else Reason.EPOCH_ENDED
