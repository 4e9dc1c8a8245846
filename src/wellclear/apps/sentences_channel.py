"""Sentences for what concerns the channel itself: founding, agreement, members, rosters, keys, hosts."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from wellclear.apps.figures import listed, words
from wellclear.apps.joint_acts import joint_act
from wellclear.apps.settings_words import changes_in_words
from wellclear.apps.told import Sentence, Told
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import (
    AddKey,
    Epoch,
    Genesis,
    HostChange,
    Propose,
    Revoke,
    Roster,
    RosterPerson,
    SignAgreement,
)
from wellclear.domain.measures import moment
from wellclear.picture.membership import required_of
from wellclear.picture.rows import ProposalRow

SETTINGS_SHOWN = 20


def genesis(told: Told) -> Sentence:
    """genesis: the founding, with everybody who is named in it."""
    body = told.public
    assert isinstance(body, Genesis), "the fold has taken it"
    kind = "an exercise" if body.exercise == "yes" else "a channel that is no exercise"
    parties = [f"{card.party} ({listed([words(role) for role in card.roles])})" for card in body.parties]
    channel = told.step.picture.channel
    text = f"{told.act.party} founded the channel {channel}, {kind}, and keeps its log {body.host.origin}."
    facts = {"channel": channel, "parties": [card.party for card in body.parties]}
    return Sentence(text, (f"Parties: {listed(parties)}.",), facts)


def propose(told: Told) -> Sentence:
    """propose: a joint act that waits for signatures."""
    body = told.public
    assert isinstance(body, Propose), "the fold has taken it"
    what, lines = joint_act(body), _changes(told, body)
    name = b64(told.entry.leaf_hash)
    told.memory.proposals[name] = (told.index, what)
    if body.settings is not UNSET:
        told.memory.settings[name] = body.settings
    return Sentence(f"{told.who}, by its head of delegation, proposed {what}.", tuple(lines), {"proposal": name})


def _changes(told: Told, body: Propose) -> list[str]:
    old = told.memory.settings.get("in force")
    if body.settings is UNSET or old is None:
        return []
    lines = changes_in_words(old, body.settings)
    left = len(lines) - SETTINGS_SHOWN
    return [*lines[:SETTINGS_SHOWN], f"and {left} more."] if left > 0 else lines


def sign_agreement(told: Told) -> Sentence:
    """sign_agreement: whose signature, and what it put in force."""
    body = told.public
    assert isinstance(body, SignAgreement), "the fold has taken it"
    index, what = told.memory.proposals.get(body.proposal, (0, "a proposal"))
    row = told.step.picture.proposals.get(body.proposal)
    done = isinstance(row, ProposalRow) and row.state == "done"
    if done and body.proposal in told.memory.settings:
        told.memory.settings["in force"] = told.memory.settings[body.proposal]
    content = told.before.proposed.get(body.proposal)
    required = required_of(told.before, content) if content is not None else ()
    missing = sorted(set(required) - set(row.signed if row is not None else ()))
    after = f"the signature of {listed(missing)} is still missing"
    if done:
        later = content is not None and content.do == "rules"
        after = "all have signed, and it takes effect after the agreed period" if later else "it is in force now"
    text = f"{told.who}, by its head of delegation, signed the proposal of entry {index}, {what}; {after}."
    return Sentence(text, (), {"proposal": body.proposal, "in_force": "yes" if done else "no"})


def withdraw(told: Told) -> Sentence:
    """withdraw: a party leaves by its own word."""
    closed = "" if told.step.picture.open else " Fewer than two principals are left; only safety goes on."
    return Sentence(f"{told.who}, by its head of delegation, withdrew from the channel.{closed}")


def roster(told: Told) -> Sentence:
    """roster: desks, and persons by handle and role."""
    body = told.public
    assert isinstance(body, Roster), "the fold has taken it"
    desks = [f"{row.desk}{f' ({row.stands_in} stands in)' if row.stands_in is not UNSET else ''}" for row in body.desks]
    persons = [f"{row.person} ({listed([words(role) for role in row.roles])}{_away(row)})" for row in body.persons]
    lines = (f"Desks: {listed(desks) or 'none'}.", f"Persons: {listed(persons) or 'none'}.")
    facts = {"desks": [row.desk for row in body.desks], "persons": [row.person for row in body.persons]}
    return Sentence(f"{told.act.party} set its roster.", lines, facts)


def _away(row: RosterPerson) -> str:
    if row.away is UNSET:
        return ""
    deputy = f", deputy {row.away.deputy}" if row.away.deputy is not UNSET else ""
    return f"; away {moment(row.away.start_us)} to {moment(row.away.end_us)}{deputy}"


def add_key(told: Told) -> Sentence:
    """add_key: a further key of a party."""
    body = told.public
    assert isinstance(body, AddKey), "the fold has taken it"
    return Sentence(f"{told.act.party} added a {words(body.use)} key.", (f"Key {body.key}.",), {"key": body.key})


def epoch(told: Told) -> Sentence:
    """epoch: a party's new key for exactly these readers."""
    body = told.public
    assert isinstance(body, Epoch), "the fold has taken it"
    text = f"{told.act.party} gave {listed(body.audience) or 'nobody else'} a new key, its number {body.number}."
    lines = ("What it tells exactly these parties is sealed under it from now on.",)
    return Sentence(text, lines, {"number": body.number, "audience": body.audience})


def revoke(told: Told) -> Sentence:
    """revoke: a key ends, and what it added since an index."""
    body = told.public
    assert isinstance(body, Revoke), "the fold has taken it"
    text = f"{told.act.party} revoked one of its keys, and what that key has added since entry {body.since}."
    return Sentence(text, (f"Key {body.key}.",), {"key": body.key, "since": body.since})


def takeover(told: Told) -> Sentence:
    """takeover: the standby node is the node from now on."""
    return Sentence(f"{told.act.party}'s standby node took over, by {told.persons('administrator')}.")


def host_change(told: Told) -> Sentence:
    """host_change: another host goes on with the same log."""
    body = told.public
    assert isinstance(body, HostChange), "the fold has taken it"
    text = f"{body.host.party} took over as host; the log goes on as {body.host.origin} from entry {body.size}."
    return Sentence(text, (), {"host": body.host.party, "origin": body.host.origin})


TELL_CHANNEL: dict[str, Callable[[Told], Sentence]] = {
    "genesis": genesis,
    "propose": propose,
    "sign_agreement": sign_agreement,
    "withdraw": withdraw,
    "roster": roster,
    "add_key": add_key,
    "epoch": epoch,
    "revoke": revoke,
    "takeover": takeover,
    "host_change": host_change,
}
"""The sentence of each kind that concerns the channel; `time` is told in runs (`timeline`)."""
