"""What a joint act does, in words: what every head of delegation reads before signing, and the timeline afterwards."""

from __future__ import annotations

from msgspec import UNSET

from wellclear.apps.figures import listed, words
from wellclear.apps.settings_words import SettingChange, raw_lines, setting_changes, setting_lines, setting_words
from wellclear.domain.agreement import Settings, settings_from
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import PartyCard, Propose
from wellclear.domain.measures import duration
from wellclear.domain.spoken import spoken
from wellclear.edges.card import CardFile
from wellclear.errors import InvalidValue

_ROLE_MEANS = {
    "principal": "every later joint act needs its signature too",
    "host": "it sequences the log",
}
_REMOVED = (
    "is a member no longer: all its keys end, its desks and persons leave the picture. What it has logged stays in the "
    "log, and what it was told it keeps. It does not sign this itself."
)
_RAISED = (
    "what is written under older ones counts still, with a remark. Software that does not know the new rules takes "
    "nothing from then on but safety, its answers and what the channel says of itself: bring every node and the host "
    "up to date before."
)
_RESTARTED = (
    "The picture's time is set anew, back if need be: to the second latest of what the clocks of the host and the "
    "principals say. What observers' clocks have said is forgotten. Nothing that was logged is undone."
)


def joint_act(body: Propose) -> str:
    """The joint act as a phrase: `version 2 of the agreement`, `to admit CASPIA (observer)`."""
    if body.do == "amend_agreement":
        return f"version {body.base + 1} of the agreement"
    if body.do == "admit" and body.admit is not UNSET:
        return f"to admit {body.admit.party} ({listed([words(role) for role in body.admit.roles])})"
    if body.do == "remove":
        return f"to remove {body.remove}"
    if body.do == "rules":
        return f"rules {body.rules}"
    return "to start the clocks anew"


def what_it_does(body: Propose, in_force: Settings | None, rules: int) -> list[str]:
    """What the joint act changes, setting by setting or in a sentence with its numbers and fingerprints.

    `in_force` are the settings that hold now, None before the first agreement; `rules` is the number in force.
    """
    if body.settings is not UNSET:
        return _agreement(body.settings, in_force)
    if body.admit is not UNSET:
        return _admission(body.admit)
    if body.remove is not UNSET:
        return [f"{body.remove} {_REMOVED}"]
    if body.rules is not UNSET:
        return [f"The rules rise from {rules} to {body.rules}, for good: {_RAISED}"]
    return [_RESTARTED]


def when_it_holds(body: Propose, in_force: Settings | None) -> str:
    """When the joint act takes effect."""
    if body.do == "rules" and in_force is not None:
        return f"It takes effect {duration(in_force.raise_rules_us)} after the last signature."
    if body.do != "amend_agreement":
        return "It takes effect with the last signature."
    if not body.base:
        return "It takes effect with the last signature; from then on the parties can announce."
    return (
        "It takes effect with the last signature. What was announced before keeps the deadlines and tolerances that it "
        "was announced under; the separation holds for everything at once. Every other open proposal is void then."
    )


def changes_of(body: Propose, in_force: Settings | None) -> list[SettingChange]:
    """The settings that a proposal changes; none where it has none, or nothing is in force to compare with."""
    if body.settings is UNSET or in_force is None:
        return []
    try:
        return setting_changes(in_force, settings_from(body.settings))
    except InvalidValue:
        return []


def _agreement(fields: dict[str, object], in_force: Settings | None) -> list[str]:
    try:
        settings = settings_from(fields)
    except InvalidValue as error:
        return [f"Its settings cannot be read by this software ({error}); they say:", *raw_lines(fields)]
    if in_force is None:
        return setting_lines(settings)
    changes = setting_changes(in_force, settings)
    left = len({row.path for row in setting_words(settings)} - {change.path for change in changes})
    if not changes:
        return [f"No setting changes: all {left} stay as they are."]
    return [*map(str, changes), f"The other {left} settings stay as they are."]


def _admission(card: PartyCard) -> list[str]:
    roles = listed([words(role) for role in card.roles])
    lines = [f"{card.party} becomes a member, as {roles}; it may read the headers of everything that was ever logged."]
    lines += [f"As {words(role)}, {_ROLE_MEANS[role]}." for role in card.roles if role in _ROLE_MEANS]
    lines.append("Its card's fingerprint, which the party reads aloud, is one of these two:")
    lines.append(f"With keys for real use: {CardFile(card, 'no').spoken}")
    lines.append(f"With an exercise's keys: {CardFile(card, 'yes').spoken} (sign this in no real channel)")
    return lines + [f"Its key for {words(use)}: {key_words(key)}" for use, key in card.uses()]


def key_words(key: str) -> str:
    """A public key as two people read it to each other; what is no key as it stands."""
    try:
        return spoken(unb64(key))
    except InvalidValue:
        return key
