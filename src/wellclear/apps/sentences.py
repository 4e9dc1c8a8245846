"""One plain English sentence for each entry, with its details: who told whom what.

Everything is rendered from the entry itself. Nothing here judges: no party is called right or wrong, and nobody is
ranked. What this reader may not open is told as sealed, with the reason. Answers are in `sentences_answers`, channel
matters in `sentences_channel`.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from wellclear.apps.figures import PRECEDENCE_WORDS, flat_differences, listed, volume_differences, volume_lines, words
from wellclear.apps.record_words import record_lines
from wellclear.apps.told import Sentence, Spoken, Told, facts_of, lead_time, members_of, sealed_lines, spoken_of
from wellclear.domain.measures import length, moment, place, took
from wellclear.domain.parts import Findings, Message, Nature, Rest, Safety, Volumes
from wellclear.domain.records import RECORD_GROUPS
from wellclear.picture.copies import groups_of_parts


def notice(told: Told) -> Sentence:
    """notice: who will be active, where, how high, when, and who was told."""
    item, _ = told.about
    nature = told.groups.get("category")
    kind = f", {words(nature.category)}," if isinstance(nature, Nature) else ""
    text = f"{told.who} announced {item}{kind} to {told.to()}; {PRECEDENCE_WORDS[told.act.precedence]}."
    return Sentence(text, (*_released(told), *_content(told), *_lead_at_best(told), _kept(told)), facts_of(told))


def amend(told: Told) -> Sentence:
    """amend: the next version, told by its differences."""
    item, version = told.about
    text = f"{told.who} amended {item} to version {version} and told {told.to()}."
    record = next((group for name, group in told.groups.items() if name in RECORD_GROUPS), None)
    if record is not None:
        return Sentence(text, (*_released(told), *record_lines(record)), facts_of(told))
    old = told.memory.versions.get((item, version - 1))
    lines = _differences(told, old) if old is not None else list(_content(told))
    return Sentence(text, (*_released(told), *lines), facts_of(told))


def ended(told: Told) -> Sentence:
    """cancel, complete."""
    item, version = told.about
    verb = "cancelled" if told.act.kind == "cancel" else "reported the end of"
    text = f"{told.who} {verb} {item} (version {version}) and told {told.to()}."
    return Sentence(text, _released(told), facts_of(told))


def disclose(told: Told) -> Sentence:
    """disclose: which field groups of a version were opened further, and to whom."""
    item, version = told.about
    parties = sorted({party for ref in told.act.parts if ref.to is not UNSET for party in ref.to})
    said = told.memory.versions.get((item, version))
    commits = [ref.commit for ref in said.act.parts] if said is not None else []
    again = {ref.commit for ref in told.act.parts}
    named = zip(groups_of_parts(len(commits)), commits, strict=False)
    names = [words(name) for name, commit in named if commit in again]
    what = f"{listed(names)} of {item}" if names else f"more of {item}"
    text = f"{told.who} disclosed later to {listed(parties) or told.to()}: {what} (version {version})."
    return Sentence(text, (*_released(told), *_content(told)), facts_of(told) | {"disclosed_to": parties})


def safety(told: Told) -> Sentence:
    """safety: its clear code first, whatever else is sealed."""
    item, _ = told.about
    code = words(str(told.act.code)).upper()
    text = (
        f"{told.who} sent the safety message {item}, {code}, to {told.to()}; {PRECEDENCE_WORDS[told.act.precedence]}."
    )
    lines = [f"Sent by {told.persons('watch_officer')}."]
    group = told.groups.get("safety")
    if isinstance(group, Safety):
        if group.lat_e7 is not UNSET and group.lon_e7 is not UNSET:
            lines.append(f"At {place(group.lat_e7, group.lon_e7)}.")
        lines += [f"{name}: {value}." for name, value in (("Who", group.who), ("Call sign", group.call_sign)) if value]
        if group.until_us is not UNSET:
            lines.append(f"Until {moment(group.until_us)}.")
        if group.text is not UNSET:
            lines.append(f"Text: {group.text}")
        if group.volumes is not UNSET:
            lines += volume_lines(group.volumes)
    return Sentence(text, (*lines, *sealed_lines(told)), facts_of(told))


def message(told: Told) -> Sentence:
    """message: free text in the sender's words."""
    text = f"{told.officer} wrote to {told.to()} ({told.act.id})."
    group = told.groups.get("message")
    if isinstance(group, Message):
        about = f"About {group.about}. " if group.about is not UNSET else ""
        return Sentence(text, (f"{about}In the sender's words ({group.language}): “{group.text}”",), facts_of(told))
    return Sentence(text, sealed_lines(told), facts_of(told))


def finding(told: Told) -> Sentence:
    """finding: what one party's engine computed of pairs of notices, with the figures."""
    group = told.groups.get("finding")
    text = f"{told.who}'s node logged what it computed, for {told.to()}."
    if not isinstance(group, Findings):
        return Sentence(text, sealed_lines(told), facts_of(told))
    lines = [f"Engine {group.engine}, minima of agreement version {group.agreement}."]
    for row in group.rows:
        verdict = "conflict" if row.verdict == "conflict" else "possible conflict"
        pair = f"{row.a} version {row.a_version} and {row.b} version {row.b_version}"
        if row.verdict == "none":  # its figures are those of the verdict that it takes back
            lines.append(f"{pair}: no conflict any more.")
            continue
        apart = f"{length(row.lateral_mm)} sideways, {length(row.vertical_mm)} in height, {took(row.time_us)} in time"
        lines.append(
            f"{pair}: {verdict}; apart by {apart}; "
            f"{moment(row.start_us)} to {moment(row.end_us)} at {place(row.lat_e7, row.lon_e7)}."
        )
    if group.more is not UNSET and group.more:
        lines.append(f"{group.more} further pairs were counted, not listed.")
    return Sentence(text, tuple(lines), facts_of(told))


def _lead_at_best(told: Told) -> list[str]:
    flag = lead_time(spoken_of(told), told.now_us)
    return [f"At best, if acknowledged at once: {flag[0]}."] if flag is not None else []


def _released(told: Told) -> tuple[str, ...]:
    by = told.persons("release_authority")
    drafter = told.persons("drafter")
    return (f"Released by {by}{f', drafted by {drafter}' if drafter else ''}.",) if by else ()


def _content(told: Told) -> list[str]:
    lines = []
    volumes, nature, rest = (told.groups.get(name) for name in ("volume", "category", "rest"))
    if isinstance(volumes, Volumes):
        lines += volume_lines(volumes.volumes)
    if isinstance(nature, Nature) and nature.contact is not UNSET:
        lines.append(f"Contact: {nature.contact}.")
    if isinstance(rest, Rest):
        said = [f"{words(name)} {value}" for name, value in members_of(rest).items()]
        lines += [f"Also announced: {', '.join(said)}."] if said else []
    return lines + list(sealed_lines(told))


def _kept(told: Told) -> str:
    return f"Kept in the picture until {told.act.keep_until}."


def _differences(told: Told, old: Spoken) -> list[str]:
    lines = []
    for name in ("volume", "category", "rest"):
        was, now = old.groups.get(name), told.groups.get(name)
        if isinstance(was, Volumes) and isinstance(now, Volumes):
            lines += volume_differences(was.volumes, now.volumes)
        elif was is not None and now is not None:
            lines += flat_differences(members_of(was), members_of(now))
        elif now is not None:
            lines.append(f"The {name} of the version before is sealed; what changed in it cannot be told.")
    act, before = told.act, old.act
    if list(act.to) != list(before.to):
        lines.append(f"It was addressed to {listed(before.to)}, is to {listed(act.to)}.")
    if act.precedence != before.precedence:
        lines.append(f"It was {PRECEDENCE_WORDS[before.precedence]}, is {PRECEDENCE_WORDS[act.precedence]}.")
    return (lines or ["Nothing that is open here was changed."]) + list(sealed_lines(told)) + _lead_at_best(told)


TELL: dict[str, Callable[[Told], Sentence]] = {
    "notice": notice,
    "amend": amend,
    "cancel": ended,
    "complete": ended,
    "disclose": disclose,
    "safety": safety,
    "message": message,
    "finding": finding,
}
"""The sentence of each kind that a desk or its node says of its own accord."""
