"""The public fold: the only door through which anything enters the picture.

`fold(picture, logged)` is total. A logged entry can be foolish, late or hostile; it never raises. It moves, in order:

1. the envelope: an entry that the host should have refused is remarked and moves nothing (`envelope_fault`);
2. the author's chain, the clocks (`clocks`), the days (`retention`), a raise of the rules that has come due;
3. the act, if it can stand: one small function a kind, in `membership`, `items` and `answers`.

Step 2 happens even when the act itself cannot stand; but whether a change of host stands is judged whole in step 1.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from wellclear.domain.agreement import HOUR_US
from wellclear.domain.canonical import b64
from wellclear.domain.entry import RULES_MAX, Entry
from wellclear.domain.kinds import KINDS, public_of
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture import answers, epochs, items, keyring, membership
from wellclear.picture.approvals import Verdict, approvals_fault
from wellclear.picture.clocks import move_clocks
from wellclear.picture.picture import Draft, Picture, Step
from wellclear.picture.retention import move_days
from wellclear.picture.standing import phase_fault, remembered, rules_fault, seal_fault, spent_fault

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
    "epoch": epochs.epoch,
    "time": lambda draft, entry: None,
    "notice": items.announce,
    "amend": items.amend,
    "cancel": items.end,
    "complete": items.end,
    "disclose": items.disclose,
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
    "track_query": items.announce,
    "track_reply": answers.reply,
    "authority_scope": items.announce,
    "intent": items.announce,
    "red_line": items.announce,
    "zone": items.announce,
    "zone_reply": answers.reply,
    "consent": items.consent,
    "incident": items.announce,
    "account": answers.reply,
    "series": items.announce,
    "report": items.announce,
    "statement": items.announce,
    "statement_sign": answers.reply,
}
assert _HANDLERS.keys() == KINDS.keys(), "every kind has its function"

_LINKING_USES = frozenset({"node", "standby", "recovery", "sequencer"})


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
    if key.party != entry.act.linker:
        return Reason.NOT_YOUR_KEY
    if key.state != "live":
        return Reason.KEY_NOT_LIVE
    if entry.act.via is UNSET:
        return None
    party = picture.parties.get(entry.act.party)  # of its own keys none needs to be there
    return None if party is not None and party.state == "member" else Reason.UNKNOWN_PARTY


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
    rules = draft.read("rules")
    if act.rules < rules:
        draft.remark(Reason.OLDER_RULES, f"rules {act.rules}; {rules} are in force")
    if act.kind == "host_change":  # judged whole with its envelope
        draft.write("acts", remembered(draft.read("acts"), entry))
        return None, ""
    fault = rules_fault(act, rules)
    if fault is not None:
        return fault, f"rules {act.rules}; {rules} are in force; this software knows {RULES_MAX}"
    try:
        public_of(act)
    except InvalidValue as error:
        return Reason.BAD_FIELDS, str(error)
    fault = phase_fault(picture, act) or _key_use_fault(picture, entry)
    if fault is not None:
        return fault, act.kind
    if act.desk is not UNSET and act.desk not in picture.desks:
        return Reason.NOT_YOUR_DESK, act.desk
    fault = seal_fault(picture, act)
    if fault is not None:
        return fault, act.kind
    fault, detail = approvals_fault(picture, entry, logged.approved, draft.now_us)
    return (fault, detail) if fault is not None else (_count_once(draft, entry), "")


def _key_use_fault(picture: Picture, entry: Entry) -> Reason | None:
    if entry.act.kind == "genesis":
        return None  # its key comes with it
    use = picture.keys[entry.link.key].use
    carried = entry.act.via is not UNSET
    fits = use == "node" if carried else KINDS[entry.act.kind].linked.allows(use)
    return None if fits else Reason.WRONG_KEY_USE


def _count_once(draft: Draft, entry: Entry) -> Reason | None:
    if not draft.before.agreement or not entry.approvals:
        return None
    acts = draft.read("acts")
    fault = spent_fault(entry, draft.before.terms, draft.now_us, acts)
    if fault is None:
        draft.write("acts", remembered(acts, entry))
    return fault


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
