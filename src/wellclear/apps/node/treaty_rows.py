"""What rows of red lines, zones and notices tell beside what was said: how a zone stands, what a nation has said."""

from __future__ import annotations

from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.said import Row, stamp
from wellclear.apps.treaty_words import NO_NATION, RECEIPT, consent_said, trigger_fault, zone_words
from wellclear.domain.treaty import RedLine, ZoneReply
from wellclear.picture.view_records import RecordView, Reply
from wellclear.picture.view_treaty import ConsentWord, ConsentWords, consent_words, nations_with_a_desk, zone_standing


def consents_told(core: NodeCore) -> ConsentWords:
    """What host nations have said of which version, as far as it is open here."""
    return consent_words(record for _, record in core.view.records.items())


def consent_row(core: NodeCore, item: str, version: int, words: ConsentWords) -> Row:
    """Each host nation's newest word about this version; without such a member, that no desk speaks for it (R29)."""
    said = words.of(item, version)
    nations = nations_with_a_desk(core.picture)
    rows = [
        _nation_row(nation, said.get(nation), version, words.may_be_older(nation, said.get(nation)))
        for nation in sorted({*nations, *said})
    ]
    return {"nations": rows, "gap": "" if nations else NO_NATION}


def _nation_row(nation: str, word: ConsentWord | None, version: int, older: bool) -> Row:
    told: Row = {
        "party": nation,
        "words": consent_said(word, version, may_be_older=older),
        "sealed_since": "yes" if older else "no",
    }
    if word is not None:
        at = {"at_us": word.moment_us, "at": stamp(word.moment_us)}
        told |= {"consent": word.consent, "record": word.record, **at}
    return told


def treaty_row(core: NodeCore, record: RecordView, words: ConsentWords) -> Row:
    """What is derived of a red line or a zone; nothing of any other record."""
    if record.kind not in ("red_line", "zone"):
        return {}
    told: Row = {"host_consent": consent_row(core, record.id, record.newest, words)}
    if record.kind == "zone":
        standing = zone_standing(record, max(core.picture.now_us, core.now_us))
        parties = {name: list(getattr(standing, name)) for name in ("concurs", "disputes", "silent", "unread")}
        return told | {"standing": {"state": standing.state, "words": zone_words(standing, record.party), **parties}}
    told["receipt"] = RECEIPT
    line = record.current.groups.get("red_line")
    if isinstance(line, RedLine):
        told["trigger"] = _trigger_row(line)
    return told


def _trigger_row(line: RedLine) -> Row:
    if line.trigger is UNSET:
        return {"judged": "no", "words": "It has no trigger: people judge by its words alone."}
    fault = trigger_fault(line.trigger)
    if not fault:
        return {"judged": "yes", "words": "Its trigger can be judged here."}
    return {"judged": "no", "words": f"Its trigger cannot be judged here: {fault}. People judge by its words."}


def position_row(reply: Reply) -> Row:
    """What a party holds of a zone, where that is open here."""
    group = reply.groups.get("zone_reply")
    return {"position": group.position} if isinstance(group, ZoneReply) else {}
