"""The public fold: the only door through which anything enters the picture.

`fold(picture, logged)` is total. A logged entry can be foolish, late or hostile; it never raises. It moves, in order:

1. the envelope: an entry that the host should have refused is remarked and moves nothing (`envelope_fault`);
2. the author's chain, the clocks (`clocks`), the days (`retention`), a raise of the rules that has come due;
3. the act, if it can stand: one small function a kind, in `membership`, `items` and `answers`.

Step 2 happens even when the act itself cannot stand.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET
from rpds import HashTrieSet

from wellclear.domain.agreement import HOUR_US
from wellclear.domain.canonical import b64
from wellclear.domain.entry import RULES_MAX, Act, Entry
from wellclear.domain.kinds import KINDS, public_of
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture import answers, items, keyring, membership
from wellclear.picture.approvals import Verdict, approvals_fault
from wellclear.picture.clocks import move_clocks
from wellclear.picture.picture import Draft, Picture, Step
from wellclear.picture.retention import move_days

_HANDLERS: dict[str, Callable[[Draft, Entry], None]] = {
    "genesis": membership.genesis,
    "propose": membership.propose,
    "sign_agreement": membership.sign_agreement,
    "withdraw": membership.withdraw,
    "host_change": membership.host_change,
    "takeover": keyring.takeover,
    "add_key": keyring.add_key,
    "revoke": keyring.revoke,
    "roster": keyring.roster,
    "time": lambda draft, entry: None,
    "notice": items.announce,
    "amend": items.amend,
    "cancel": items.end,
    "complete": items.end,
    "safety": items.announce,
    "receipt": answers.receipt,
    "ack": answers.ack,
    "confirm": answers.confirm,
    "readback_wrong": answers.confirm,
    "passed_to_units": answers.passed_to_units,
    "request": items.request,
    "comply": items.answer_request,
    "unable": items.answer_request,
    "message": items.say,
    "finding": items.say,
}
assert _HANDLERS.keys() == KINDS.keys(), "every kind has its function"

_LINKING_USES = frozenset({"node", "standby", "recovery", "sequencer"})
_DECIDE_LIVE_KEYS = frozenset(name for name, kind in KINDS.items() if kind.group == "channel")
"""What even a node that lacks the rules in force must fold (protocol, "Rules")."""
_NEVER_STALE = frozenset({"propose", "sign_agreement"})
"""Each names what it starts from or signs, so an old one can do nothing anew; and a ballot must be able to restart
clocks that a false claim has put years ahead."""


def fold(picture: Picture, logged: Logged) -> Step:
    """The next picture. Never raises: what cannot stand is a remark."""
    assert logged.index == picture.size, "entries are folded in the order of the log"
    draft = Draft(picture, logged.index)
    if logged.index == 0:
        draft.write("channel", b64(logged.leaf_hash))
    fault = envelope_fault(picture, logged)
    if fault is not None or logged.entry is None:
        draft.remark(fault or Reason.BAD_ENVELOPE, "the host should have refused it")
        return draft.close()
    entry = logged.entry
    draft.write("chains", picture.chains.insert(entry.link.key, (entry.link.seq, b64(entry.leaf_hash))))
    move_clocks(draft, entry)
    move_days(draft)
    _forget_acts(draft)
    _move_rules(draft)
    reason, detail = _act_fault(draft, entry, logged)
    if reason is not None:
        draft.remark(reason, detail)
    else:
        _HANDLERS[entry.act.kind](draft, entry)
    return draft.close()


def envelope_fault(picture: Picture, logged: Logged) -> Reason | None:
    """What the host refuses an entry for, from its envelope and the picture before it; None when nothing is wrong."""
    if logged.fault is not None or logged.entry is None:
        return logged.fault or Reason.BAD_ENVELOPE
    act, link = logged.entry.act, logged.entry.link
    if act.kind == "genesis":
        return None if picture.size == 0 and link.seq == 1 else Reason.OTHER_CHANNEL
    if picture.size == 0 or act.channel != picture.channel:
        return Reason.OTHER_CHANNEL
    if link.head is not UNSET and link.head.size > picture.size:
        return Reason.HEAD_AHEAD
    if act.kind == "host_change":
        fault = membership.host_change_fault(picture, logged.entry, logged.approved)
    else:
        fault = _link_key_fault(picture, logged.entry)
    if fault is not None:
        return fault
    seq, prev = picture.chains.get(link.key) or (0, UNSET)
    return None if link.seq == seq + 1 and link.prev == prev else Reason.NOT_NEXT


def _link_key_fault(picture: Picture, entry: Entry) -> Reason | None:
    key = picture.keys.get(entry.link.key)
    if key is None or key.use not in _LINKING_USES:
        return Reason.UNKNOWN_KEY
    if key.party != entry.act.party:
        return Reason.NOT_YOUR_KEY
    return None if key.state == "live" else Reason.KEY_NOT_LIVE


def _move_rules(draft: Draft) -> None:
    pending = draft.before.next_rules
    if pending is not None and draft.now_us >= pending[1]:
        draft.write("rules", pending[0])
        draft.write("next_rules", None)
        membership.put_channel(draft)


def _act_fault(draft: Draft, entry: Entry, logged: Logged) -> Verdict:
    """Why the act cannot stand at all, before its own kind looks at it."""
    act, picture = entry.act, draft.before
    if act.kind not in KINDS:
        return Reason.UNKNOWN_KIND, act.kind
    fault = _rules_fault(draft, act)
    if fault is not None:
        return fault, f"rules {act.rules}; {draft.read('rules')} are in force; this software knows {RULES_MAX}"
    try:
        public_of(act)
    except InvalidValue as error:
        return Reason.BAD_FIELDS, str(error)
    fault = _phase_fault(picture, act) or _key_use_fault(picture, entry)
    if fault is not None:
        return fault, act.kind
    if act.desk is not UNSET and act.desk not in picture.desks:
        return Reason.NOT_YOUR_DESK, act.desk
    if act.parts and picture.size and not picture.exercise:
        return Reason.UNSEALED, act.kind
    fault, detail = approvals_fault(picture, entry, logged.approved)
    return (fault, detail) if fault is not None else (_count_once(draft, entry), "")


def _rules_fault(draft: Draft, act: Act) -> Reason | None:
    rules = draft.read("rules")
    if act.rules < rules:
        draft.remark(Reason.OLDER_RULES, f"rules {act.rules}; {rules} are in force")
    if KINDS[act.kind].always:
        return None
    unknown = rules > RULES_MAX and act.kind not in _DECIDE_LIVE_KEYS
    return Reason.NEWER_RULES if unknown or act.rules > rules else None


def _phase_fault(picture: Picture, act: Act) -> Reason | None:
    if picture.size == 0:
        return None
    if not picture.agreement:
        return None if act.kind in ("propose", "sign_agreement", "time") else Reason.NOT_YET_AGREED
    return None if picture.open or KINDS[act.kind].always else Reason.CLOSED


def _key_use_fault(picture: Picture, entry: Entry) -> Reason | None:
    if entry.act.kind in ("genesis", "host_change"):
        return None  # their key comes with them
    use = picture.keys[entry.link.key].use
    return None if KINDS[entry.act.kind].linked.allows(use) else Reason.WRONG_KEY_USE


def _count_once(draft: Draft, entry: Entry) -> Reason | None:
    """An act with approvals counts once, and not at all when it was approved too long ago."""
    if not draft.before.agreement or not entry.approvals:
        return None
    oldest_us = draft.now_us - draft.before.terms.approval_age_us
    if entry.act.said < oldest_us and entry.act.kind not in _NEVER_STALE:
        return Reason.STALE_APPROVAL
    hour, acts = entry.act.said // HOUR_US, draft.read("acts")
    said_then = acts.get(hour) or HashTrieSet()
    if entry.act_hash in said_then:
        return Reason.DOUBLED
    draft.write("acts", acts.insert(hour, said_then.insert(entry.act_hash)))
    return None


def _forget_acts(draft: Draft) -> None:
    """Acts are remembered by the hour in which they were said, for as long as they would still count.

    Looked at once an hour: hours in the future are remembered too, and nobody may make each entry search them.
    """
    before = draft.before
    if not before.agreement:
        return
    age_us = before.terms.approval_age_us
    hour = (draft.now_us - age_us) // HOUR_US
    if hour == (before.now_us - age_us) // HOUR_US:
        return
    acts = before.acts
    for past in [past for past in acts if past < hour]:
        acts = acts.remove(past)
    draft.write("acts", acts)
