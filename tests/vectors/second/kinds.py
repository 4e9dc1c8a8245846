"""The table of kinds (protocol, "Kinds")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.vectors.second.forms import PUBLIC, Form, one

SAFETY = one("cease emergency control_lost search_rescue in_progress")
REQUEST = one("altitude delay")
REASON = one(
    "conflict_own protected red_line zone_limit safety time_too_short too_vague no_authority under_way technical"
    " not_stated"
)


@dataclass(frozen=True)
class Kind:
    """One row: uses that link it, whose approval, and which members it has."""

    by: str
    approved: str = "none"
    has: str = ""
    code: Form | None = None
    owes: str = ""
    always: bool = False


ANSWER, ABOUT = "subject desk to", "id subject desk to"
KINDS = {
    "genesis": Kind("sequencer"),
    "propose": Kind("node", "head"),
    "sign_agreement": Kind("node", "head"),
    "withdraw": Kind("node", "head"),
    "host_change": Kind("sequencer", "heads"),
    "takeover": Kind("standby", "administrators"),
    "add_key": Kind("node recovery", "administrators"),
    "revoke": Kind("recovery"),
    "roster": Kind("node recovery", "administrators"),
    "epoch": Kind("node", always=True),
    "time": Kind("node sequencer", always=True),
    "notice": Kind("node", "release", "id desk to", owes="receipt ack"),
    "amend": Kind("node", "release", ANSWER, owes="receipt ack"),
    "cancel": Kind("node", "release", ANSWER, owes="receipt"),
    "complete": Kind("node", "watch", ANSWER, owes="receipt"),
    "disclose": Kind("node", "release", ANSWER, owes="receipt"),
    "safety": Kind("node", "watch", "id desk to", SAFETY, owes="receipt ack", always=True),
    "receipt": Kind("node", always=True),
    "ack": Kind("node", "watch", ANSWER, always=True),
    "confirm": Kind("node", "watch", ANSWER, always=True),
    "readback_wrong": Kind("node", "watch", ANSWER, always=True),
    "passed_to_units": Kind("node", "watch", ANSWER, owes="receipt", always=True),
    "request": Kind("node", "watch", ABOUT, REQUEST, owes="receipt"),
    "comply": Kind("node", "watch", ANSWER, owes="receipt"),
    "unable": Kind("node", "watch", ANSWER, REASON, owes="receipt"),
    "message": Kind("node", "watch", "id desk to", owes="receipt"),
    "finding": Kind("node", has="to", owes="receipt"),
    "track_query": Kind("node", "watch", "id desk to", owes="receipt ack"),
    "track_reply": Kind("node", "watch", ANSWER, owes="receipt"),
    "authority_scope": Kind("node", "release", "id desk to", owes="receipt ack"),
    "intent": Kind("node", "release", "id desk to", owes="receipt ack"),
    "red_line": Kind("node", "release", "id desk to", owes="receipt ack"),
    "zone": Kind("node", "release", "id desk to", owes="receipt ack"),
    "zone_reply": Kind("node", "release", ANSWER, owes="receipt"),
    "consent": Kind("node", "release", "id desk to", owes="receipt ack"),
    "incident": Kind("node", "release", "id desk to", owes="receipt ack"),
    "account": Kind("node", "release", ANSWER, owes="receipt"),
    "series": Kind("node", "release", "id desk to", owes="receipt"),
    "report": Kind("node", "release", "id desk to", owes="receipt"),
    "statement": Kind("node", "release", "id desk to", owes="receipt ack"),
    "statement_sign": Kind("node", "head", ANSWER, owes="receipt"),
}
CHANNEL = tuple(KINDS)[:11]
"""What is folded under every number of rules: it decides live keys, and who can open what."""


def has_its_members(act: dict[str, Any]) -> bool:
    """Whether an act has exactly what its kind's row names."""
    kind, name = KINDS[act["kind"]], act["kind"]
    has = kind.has.split()
    return (
        all((member in act) == (member in has) for member in ("id", "subject", "desk"))
        and bool(act["to"]) == ("to" in has)
        and ("code" in act) == (kind.code is not None)
        and (kind.code is None or kind.code(act["code"]))
        and ("keep_until" in act or name not in ("notice", "amend", "authority_scope", "red_line", "zone"))
        and ("public" in act) == (name in PUBLIC)
        and ("via" not in act or ("node" in kind.by.split() and (kind.approved != "none" or name == "epoch")))
        and (name not in PUBLIC or PUBLIC[name](act["public"]))
    )
