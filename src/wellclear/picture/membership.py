"""The channel itself: genesis, joint acts, and who is on the line (protocol, "Bootstrap and change").

Index 0 names the host's and the principals' keys. Joint acts are one `propose` and one `sign_agreement` for each
required party, and take effect at the last signature. Desks and persons come by each party's roster (`roster`); keys
come and go in `keyring`.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import UNSET

from wellclear.domain import canonical
from wellclear.domain.agreement import settings_from
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry
from wellclear.domain.kinds import (
    PROPOSE_MEMBERS,
    Genesis,
    HostChange,
    PartyCard,
    Propose,
    SignAgreement,
    public_of,
)
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture.approvals import approvals_fault
from wellclear.picture.clocks import restart_clocks
from wellclear.picture.epochs import end_epochs_of
from wellclear.picture.picture import Draft, Picture
from wellclear.picture.registration import end_key, keys_fault, live_keys, register
from wellclear.picture.rows import AgreementRow, ChannelRow, PartyRow, ProposalRow
from wellclear.picture.standing import phase_fault, rules_fault, seal_fault, spent_fault

PRINCIPALS_MIN = 2
PARTY_WITHOUT_NODE = (
    "a card has the keys node, cosigner and picture, or none of them; a principal and the host need them"
)
OPEN_PROPOSALS_MAX = 8
"""Of one party; a further one voids its oldest, so that nobody can fill everybody's memory."""


def settings_commitment(salt: bytes, settings: dict[str, object]) -> str:
    """What the genesis commits to: base64 of SHA-256(salt || canonical settings)."""
    return b64(hashlib.sha256(salt + canonical.encode(settings)).digest())


def genesis(draft: Draft, entry: Entry) -> None:
    """genesis: who sequences, who are the principals, and what they will have to agree to."""
    body = public_of(entry.act)
    assert isinstance(body, Genesis), "public_of has seen it"
    fault = _genesis_fault(draft.before, entry, body)
    if fault is not None:
        draft.remark(*fault)
        return
    draft.write("host", body.host)
    draft.write("exercise", body.exercise == "yes")
    draft.write("founding", (body.settings, body.articles))
    for use, key in body.host.uses():
        register(draft, key, body.host.party, use)
    for card in body.parties:
        _take_party(draft, card)
    _count_members(draft)
    put_channel(draft)


def _genesis_fault(picture: Picture, entry: Entry, body: Genesis) -> tuple[Reason, str] | None:
    names = [card.party for card in body.parties]
    keys = [*body.host.uses(), *(use for card in body.parties for use in card.uses())]
    fault = keys_fault(picture, body.host.party, keys)
    if fault is not None:
        return fault
    if len(set(names)) != len(names):
        return Reason.PARTY_TAKEN, "each party once"
    hosts = [card.party for card in body.parties if "host" in card.roles]
    if hosts != [body.host.party]:
        return Reason.BAD_FIELDS, "exactly one party has the role host, and it is the host"
    if sum("principal" in card.roles for card in body.parties) < PRINCIPALS_MIN:
        return Reason.BAD_FIELDS, "at least two principals"
    if not all(card.whole for card in body.parties):
        return Reason.BAD_FIELDS, PARTY_WITHOUT_NODE
    if entry.act.party != body.host.party or entry.link.key != body.host.sequencer:
        return Reason.NOT_YOUR_KEY, "the genesis is linked by the host's sequencer key"
    return None


def _take_party(draft: Draft, card: PartyCard) -> None:
    draft.put("party", card.party, PartyRow(roles=list(card.roles), state="member", since=draft.index))
    for use, key in card.uses():
        register(draft, key, card.party, use)


def _count_members(draft: Draft) -> None:
    """Derive the principals and the clocks anew from parties and agreement."""
    members = {name: row for name, row in draft.read("parties").items() if row.state == "member"}
    principals = tuple(sorted(name for name, row in members.items() if "principal" in row.roles))
    agreement = draft.read("agreement")
    named = draft.read("settings")[agreement].clocks if agreement else []
    observers = [name for name in named if name in members and "observer" in members[name].roles]
    host = draft.read("host").party
    draft.write("principals", principals)
    draft.write("clocks", tuple(sorted({host, *principals, *observers})))


def put_channel(draft: Draft) -> None:
    """State the channel's own row anew."""
    host = draft.read("host")
    row = ChannelRow(
        exercise="yes" if draft.read("exercise") else "no", host=host.party, origin=host.origin,
        agreement=draft.read("agreement"), rules=draft.read("rules"),
    )  # fmt: skip
    draft.put("channel", draft.read("channel"), row)


def propose(draft: Draft, entry: Entry) -> None:
    """propose: open a joint act; it says what it is about in clear, for all."""
    body = public_of(entry.act)
    assert isinstance(body, Propose), "public_of has seen it"
    fault = _proposal_fault(draft.before, entry, body)
    if fault is not None:
        draft.remark(*fault)
        return
    name = b64(entry.leaf_hash)
    row = ProposalRow(party=entry.act.party, do=body.do, base=body.base, signed=[], state="open")
    draft.put("proposal", name, row)
    draft.write("proposed", draft.read("proposed").insert(name, body))
    opened = (*(draft.read("opened").get(row.party) or ()), name)
    draft.write("opened", draft.read("opened").insert(row.party, opened))
    if len(opened) > OPEN_PROPOSALS_MAX:
        _close_proposal(draft, opened[0], "void")


def _close_proposal(draft: Draft, name: str, state: Literal["done", "void"]) -> None:
    row: ProposalRow = draft.read("proposals")[name]
    draft.put("proposal", name, msgspec.structs.replace(row, state=state))
    draft.write("proposed", draft.read("proposed").remove(name))
    opened = tuple(other for other in draft.read("opened")[row.party] if other != name)
    draft.write("opened", draft.read("opened").insert(row.party, opened))


def _proposal_fault(picture: Picture, entry: Entry, body: Propose) -> tuple[Reason, str] | None:
    if entry.act.party not in picture.principals:
        return Reason.NOT_A_PRINCIPAL, entry.act.party
    given = {name for name in ("settings", "salt", "admit", "remove", "rules") if getattr(body, name) is not UNSET}
    if given != PROPOSE_MEMBERS[body.do]:
        return Reason.BAD_FIELDS, f"{body.do} has the members {', '.join(sorted(PROPOSE_MEMBERS[body.do])) or 'none'}"
    if body.base != picture.agreement:
        return Reason.OLD_BASE, f"version {picture.agreement} is in force"
    if not picture.agreement and body.do != "amend_agreement":
        return Reason.NOT_YET_AGREED, body.do
    fault = _content_fault(picture, body)
    if fault is None and not picture.agreement and any(p.commit != picture.founding[1] for p in entry.act.parts):
        return Reason.OTHER_SETTINGS, "the articles are not those that the genesis commits to"
    return fault


def _content_fault(picture: Picture, body: Propose) -> tuple[Reason, str] | None:
    """Whether the content of a proposal could take effect now."""
    if body.settings is not UNSET and body.salt is not UNSET:
        try:
            settings_from(body.settings)
        except InvalidValue as error:
            return Reason.BAD_FIELDS, str(error)
        committed = settings_commitment(unb64(body.salt), body.settings)
        if not picture.agreement and committed != picture.founding[0]:
            return Reason.OTHER_SETTINGS, "they do not open the genesis' commitment"
    if body.admit is not UNSET:
        return _admission_fault(picture, body.admit)
    if body.remove is not UNSET:
        return _removal_fault(picture, body.remove)
    if body.rules is not UNSET and body.rules <= picture.rules:
        return Reason.NOT_POSSIBLE, f"rules {picture.rules} are in force, and rules only rise"
    return None


def _admission_fault(picture: Picture, card: PartyCard) -> tuple[Reason, str] | None:
    if card.party in picture.parties:
        return Reason.PARTY_TAKEN, card.party
    if "host" in card.roles:
        return Reason.NOT_POSSIBLE, "a host comes by a change of host"
    if not card.whole:
        return Reason.BAD_FIELDS, PARTY_WITHOUT_NODE
    return keys_fault(picture, card.party, card.uses())


def _removal_fault(picture: Picture, name: str) -> tuple[Reason, str] | None:
    party = picture.parties.get(name)
    if party is None or party.state != "member":
        return Reason.UNKNOWN_PARTY, name
    if name in picture.principals and len(picture.principals) == PRINCIPALS_MIN:
        return Reason.NOT_POSSIBLE, "of two principals neither can be removed; each may withdraw"
    if picture.host is not None and name == picture.host.party:
        return Reason.NOT_POSSIBLE, "the host leaves by a change of host"
    return None


def required_of(picture: Picture, body: Propose) -> tuple[str, ...]:
    """Whose signatures a joint act needs: all principals but one that it removes."""
    return tuple(name for name in picture.principals if name != body.remove)


def sign_agreement(draft: Draft, entry: Entry) -> None:
    """sign_agreement: one required party's signature; the last one puts the joint act into force."""
    body = public_of(entry.act)
    assert isinstance(body, SignAgreement), "public_of has seen it"
    row: ProposalRow | None = draft.before.proposals.get(body.proposal)
    if row is None or row.state != "open":
        draft.remark(Reason.UNKNOWN_PROPOSAL, body.proposal)
        return
    content = draft.before.proposed[body.proposal]
    party = entry.act.party
    required = required_of(draft.before, content)
    if party not in required:
        draft.remark(Reason.NOT_REQUIRED, party)
    elif party in row.signed:
        draft.remark(Reason.ALREADY_SIGNED, party)
    elif body.base != row.base:
        draft.remark(Reason.OLD_BASE, f"the proposal starts from version {row.base}")
    else:
        _add_signature(draft, body.proposal, row, content, party, required)


def _add_signature(
    draft: Draft, name: str, row: ProposalRow, content: Propose, party: str, required: tuple[str, ...]
) -> None:
    signed = sorted({*row.signed, party})
    draft.put("proposal", name, msgspec.structs.replace(row, signed=signed))
    if not set(required) <= set(signed):
        return
    fault = _content_fault(draft.before, content)
    if fault is not None:  # what it would do became impossible meanwhile
        draft.remark(*fault)
    _close_proposal(draft, name, "done" if fault is None else "void")
    if fault is None:
        _take_effect(draft, content)


def _take_effect(draft: Draft, content: Propose) -> None:
    if content.settings is not UNSET:
        _put_agreement(draft, content.settings)
    elif content.admit is not UNSET:
        _take_party(draft, content.admit)
    elif content.remove is not UNSET:
        leave(draft, content.remove, "removed")
    elif content.rules is not UNSET:
        draft.write("next_rules", (content.rules, draft.now_us + draft.before.terms.raise_rules_us))
    else:
        restart_clocks(draft)
    _count_members(draft)


def _put_agreement(draft: Draft, fields: dict[str, object]) -> None:
    """A new version in force; whatever else was open started from the old one and is void."""
    version = draft.before.agreement + 1
    draft.write("agreement", version)
    draft.write("settings", draft.before.settings.insert(version, settings_from(fields)))
    digest = b64(hashlib.sha256(canonical.encode(fields)).digest())
    draft.put("agreement", str(version), AgreementRow(settings=digest, index=draft.index))
    for name in sorted(draft.read("proposed")):
        _close_proposal(draft, name, "void")
    put_channel(draft)


def leave(draft: Draft, party: str, how: Literal["removed", "withdrawn"]) -> None:
    """A party ends, with all its keys; its entries stay in the log, its desks and persons leave the picture."""
    draft.put("party", party, msgspec.structs.replace(draft.read("parties")[party], state=how))
    for key, row in list(live_keys(draft, party)):
        end_key(draft, key, "replaced")
        if row.person is not UNSET:
            draft.drop("person", row.person)
    for desk, row in sorted(draft.read("desks").items()):
        if row.party == party:
            draft.drop("desk", desk)
    end_epochs_of(draft, party)


def withdraw(draft: Draft, entry: Entry) -> None:
    """withdraw: a party leaves by its own word; with fewer than two principals the channel is closed."""
    host = draft.before.host
    assert host is not None, "the genesis names the host"
    if entry.act.party == host.party:
        draft.remark(Reason.NOT_POSSIBLE, "the host leaves by a change of host")
        return
    leave(draft, entry.act.party, "withdrawn")
    _count_members(draft)


def host_change_fault(picture: Picture, entry: Entry, approved: tuple[bool, ...]) -> Reason | None:
    """Why the host refuses an entry that changes the host; None when nothing is wrong.

    Its key is in no picture yet: who may link it is known from what the heads of delegation have approved alone. So
    everything that decides whether it stands is judged here, by the picture before it, and nothing after it has moved
    a clock or a chain (decision 0006).
    """
    act = entry.act
    fault = rules_fault(act, picture.rules)
    if fault is not None:
        return fault
    try:
        body = public_of(act)
    except InvalidValue:
        return Reason.BAD_FIELDS
    assert isinstance(body, HostChange), "public_of has seen it"
    fault = phase_fault(picture, act) or seal_fault(picture, act) or _new_host_fault(picture, entry, body)
    if fault is not None:
        return fault
    unapproved, _ = approvals_fault(picture, entry, approved)  # first: the keys cost more to look at
    if unapproved is not None:
        return unapproved
    fault = spent_fault(entry, picture.terms, picture.now_us, picture.acts)
    if fault is not None:
        return fault
    unfit = keys_fault(picture, body.host.party, body.host.uses())
    return None if unfit is None else unfit[0]


def _new_host_fault(picture: Picture, entry: Entry, body: HostChange) -> Reason | None:
    party = picture.parties.get(body.host.party)
    if party is None or party.state != "member" or body.host.party != entry.act.party:
        return Reason.UNKNOWN_PARTY
    if entry.link.key != body.host.sequencer:
        return Reason.NOT_YOUR_KEY
    return None if body.size == picture.size else Reason.NOT_NEXT


def host_change(draft: Draft, entry: Entry) -> None:
    """host_change: the new host's first entry; the log goes on where the heads of delegation have said."""
    body = public_of(entry.act)
    assert isinstance(body, HostChange), "public_of has seen it"
    card, old = body.host, draft.read("host")
    for use, key in card.uses():
        register(draft, key, card.party, use)
    for key in (old.log, old.sequencer):
        if draft.read("keys")[key].state == "live":
            end_key(draft, key, "replaced")
    if old.party != card.party:  # a host may also change its own keys
        was: PartyRow = draft.read("parties")[old.party]
        roles = [role for role in was.roles if role != "host"]
        draft.put("party", old.party, msgspec.structs.replace(was, roles=roles or ["observer"]))
    now: PartyRow = draft.read("parties")[card.party]
    draft.put("party", card.party, msgspec.structs.replace(now, roles=sorted({*now.roles, "host"})))
    draft.write("host", card)
    draft.write("host_claim_us", entry.link.time)
    _count_members(draft)
    put_channel(draft)
