"""Whose approvals stand behind an act, and whether they are the ones that its kind asks for (R4, R21)."""

from __future__ import annotations

from msgspec import UNSET

from wellclear.domain.entry import Approval, Entry
from wellclear.domain.kinds import KINDS, Asks
from wellclear.domain.reasons import Reason
from wellclear.picture.leave import is_away, roles_at
from wellclear.picture.picture import Picture

Verdict = tuple[Reason | None, str]
_FINE: Verdict = (None, "")
_DRAFTERS = ("watch_officer", "release_authority")


def approvals_fault(picture: Picture, entry: Entry, approved: tuple[bool, ...], now_us: int | None = None) -> Verdict:
    """Why the approvals of an entry do not carry it, with a detail for a person; `(None, "")` when they do.

    `now_us` is the entry's moment, by which persons are away; without it, that of the picture before it. Every approval
    must hold, also one too many: an act either has the names under it that it shows, or does not stand.
    """
    persons: dict[str, set[str]] = {}
    parties: set[str] = set()  # whose heads of delegation stand behind it
    for index, approval in enumerate(entry.approvals):
        if not approved[index]:
            return Reason.BAD_APPROVAL, f"approvals[{index}]"
        fault, person = _person_of(picture, entry, approval, picture.now_us if now_us is None else now_us)
        if fault is not None:
            return fault, f"approvals[{index}]"
        persons.setdefault(approval.role, set()).add(person)
        if approval.role == "head_of_delegation":
            parties.add(picture.keys[approval.key].party)
    return _asked(picture, entry, persons, parties)


def _person_of(picture: Picture, entry: Entry, approval: Approval, now_us: int) -> tuple[Reason | None, str]:
    key = picture.keys.get(approval.key)
    joint = KINDS[entry.act.kind].asks is Asks.HEADS
    if key is None or key.state != "live" or (key.party != entry.act.party and not joint):
        return Reason.NOT_ON_ROSTER, ""
    if approval.role == "head_of_delegation":
        fits = key.use == "head_of_delegation"
        return (None, f"{key.party}/head") if fits else (Reason.NOT_YOUR_ROLE, "")
    if key.use != "person" or not isinstance(key.person, str):
        return Reason.NOT_ON_ROSTER, ""
    person = picture.persons.get(key.person)
    if person is None or person.key != approval.key:
        return Reason.NOT_ON_ROSTER, ""
    if is_away(person, now_us) and entry.act.kind != "safety":  # whoever is there may always call for help
        return Reason.ON_LEAVE, ""
    fitting = _DRAFTERS if approval.role == "drafter" else (approval.role,)
    if any(role in person.roles for role in fitting) or roles_at(picture, key.person, now_us) & set(fitting):
        return None, key.person
    return Reason.NOT_YOUR_ROLE, ""


def _asked(picture: Picture, entry: Entry, persons: dict[str, set[str]], parties: set[str]) -> Verdict:
    asks = KINDS[entry.act.kind].asks
    if asks is Asks.WATCH:
        return _FINE if persons.get("watch_officer") else (Reason.MISSING_APPROVAL, "a watch officer")
    if asks is Asks.RELEASE:
        return _released(picture, persons)
    if asks is Asks.HEAD:
        return _FINE if persons.get("head_of_delegation") else (Reason.MISSING_APPROVAL, "the head of delegation")
    if asks is Asks.HEADS:
        asked = set(picture.principals) - {entry.act.party}
        if not asked:  # nobody's word is never enough
            return Reason.MISSING_APPROVAL, "there is no other principal"
        missing = sorted(asked - parties)
        return (Reason.MISSING_APPROVAL, f"the heads of delegation of {', '.join(missing)}") if missing else _FINE
    if entry.act.via is not UNSET and not persons:  # who carries it would speak for it
        return Reason.MISSING_APPROVAL, "a person of the party that it is carried for"
    by_recovery = asks is Asks.ADMINISTRATORS and picture.keys[entry.link.key].use == "recovery"
    if asks in (Asks.ADMINISTRATORS, Asks.TWO_ADMINISTRATORS) and not by_recovery:
        enough = len(persons.get("administrator", ())) > 1
        return _FINE if enough else (Reason.MISSING_APPROVAL, "two administrators")
    return _FINE


def _released(picture: Picture, persons: dict[str, set[str]]) -> Verdict:
    releasers = persons.get("release_authority", set())
    drafters = persons.get("drafter", set())
    if not releasers:
        return Reason.MISSING_APPROVAL, "a release authority"
    if picture.terms.four_eyes == "no":
        return _FINE
    if not drafters:
        return Reason.MISSING_APPROVAL, "a drafter"
    if len(releasers | drafters) < 2:
        return Reason.SAME_PERSON, ", ".join(sorted(releasers))
    return _FINE
