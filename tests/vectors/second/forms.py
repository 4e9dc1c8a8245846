"""Forms: each takes a value and says yes or no (protocol, "Words", "Entry", "Kinds", "Agreement")."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.vectors.second.wire import Refused, check_character, unb64

Form = Callable[[Any], bool]
DAY = 86_400_000_000


def text(pattern: str) -> Form:
    compiled = re.compile(pattern)
    return lambda value: type(value) is str and compiled.fullmatch(value) is not None


def number(least: int = 0, most: int | None = None) -> Form:
    return lambda value: type(value) is int and least <= value and (most is None or value <= most)


def raw(*sizes: int) -> Form:
    def form(value: Any) -> bool:
        try:
            return len(unb64(value)) in sizes
        except Refused:
            return False

    return form


def one(words: str) -> Form:
    return lambda value: type(value) is str and value in words.split()


def many(form: Form, least: int = 0, most: int = 1 << 30, *, once: bool = False) -> Form:
    def all_of(value: Any) -> bool:
        if type(value) is not list or not least <= len(value) <= most or not all(map(form, value)):
            return False
        return not once or len(set(map(str, value))) == len(value)

    return all_of


def members(**forms: Form) -> Form:
    """Exactly these members; one whose name ends in _ may be absent."""
    may = {name.rstrip("_") for name in forms if name.endswith("_")}
    named = {name.rstrip("_"): form for name, form in forms.items()}
    return lambda value: (
        type(value) is dict
        and value.keys() <= named.keys()
        and named.keys() - may <= value.keys()
        and all(named[name](one) for name, one in value.items())
    )


def anything(value: Any) -> bool:
    return type(value) is dict


ID = re.compile("([A-Z]{2,12})-([1-9][0-9]{3,8})-([0-9A-Z])")


def item_id(value: Any) -> bool:
    read = ID.fullmatch(value) if type(value) is str else None
    return read is not None and check_character(read[1] + read[2]) == read[3]


PARTY, HANDLE = text("[A-Z]{2,12}"), text("[A-Z][A-Z0-9]{0,11}")
DESK, CODE = text("[A-Z]{2,12}/[A-Z][A-Z0-9]{0,11}"), text("[a-z][a-z_]{0,31}")
DATE = text("2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
HASH, SIGNATURE = raw(32), raw(64)
SEALING, FURTHER, WRAP = raw(32, 1216), raw(32, 1216, 1312), raw(80, 1168)
YES_NO, PRECEDENCE = one("yes no"), one("Z O P R")
ROLES = "drafter watch_officer release_authority head_of_delegation administrator"

ACT = members(
    rules=number(1), party=PARTY, kind=CODE, to=many(DESK, 0, 64, once=True), precedence=PRECEDENCE, said=number(),
    parts=many(
        members(commit=HASH, enc=one("none aes256gcm"), sha_=HASH, to_=many(PARTY, 1), epoch_=number(1)), 0, 16
    ),
    channel_=HASH, desk_=DESK, code_=CODE, id_=item_id, subject_=members(id=item_id, version=number(1)),
    keep_until_=DATE, public_=anything, via_=PARTY,
)  # fmt: skip
LINK = members(key=HASH, seq=number(1), time=number(), prev_=HASH, head_=members(size=number(1), root=HASH))
HEADER = members(act=ACT, link=LINK)
APPROVAL = members(key=HASH, role=one(ROLES), alg=one("ed25519"), sig=SIGNATURE)
SEALS = members(approvals=many(APPROVAL, 0, 8), sig=SIGNATURE)

CARD_KEYS = ("node", "recovery", "head_of_delegation", "cosigner", "picture", "sealing")
CARD = members(
    party=PARTY, roles=many(one("principal host observer agency host_nation"), 1, 5), node_=HASH, recovery=HASH,
    head_of_delegation=HASH, cosigner_=HASH, picture_=HASH, sealing=SEALING,
)  # fmt: skip


def keys_of(card: dict[str, Any]) -> list[tuple[str, str]]:
    """The keys of a card by use; a party that runs no node leaves out those of a node."""
    return [(use, card[use]) for use in CARD_KEYS if use in card]


def whole(card: dict[str, Any]) -> bool:
    """All the keys of a node, or none, which is for neither host nor principal."""
    has = {use in card for use in ("node", "cosigner", "picture")}
    return has == {True} or (has == {False} and not {"host", "principal"} & set(card["roles"]))


ORIGIN = text("[a-z0-9][a-z0-9.:-]{0,126}/[a-z0-9][a-z0-9._-]{0,126}")
HOST = members(party=PARTY, origin=ORIGIN, log=HASH, sequencer=HASH)
PROPOSALS = {
    "amend_agreement": {"salt", "settings"}, "admit": {"admit"}, "remove": {"remove"}, "rules": {"rules"},
    "restart_clocks": set(),
}  # fmt: skip
AWAY = members(start_us=number(), end_us=number(), deputy_=HANDLE)
PUBLIC = {
    "genesis": members(exercise=YES_NO, host=HOST, parties=many(CARD, 2, 64), settings=HASH, articles=HASH),
    "propose": members(
        do=one(" ".join(PROPOSALS)), base=number(), settings_=anything, salt_=HASH, admit_=CARD, remove_=PARTY,
        rules_=number(1),
    ),
    "sign_agreement": members(proposal=HASH, base=number()),
    "host_change": members(size=number(1), root=HASH, host=HOST),
    "add_key": members(
        key=FURTHER, use=one("standby recovery head_of_delegation cosigner cosigner_mldsa44 picture sealing"),
    ),
    "revoke": members(key=FURTHER, since=number()),
    "epoch": members(
        number=number(1), audience=many(PARTY, 1, 16), commit=HASH,
        wraps=many(members(party=PARTY, key=HASH, wrap=WRAP), 1, 17),
    ),
    "roster": members(
        desks=many(members(desk=DESK, stands_in_=DESK), 0, 64),
        persons=many(members(person=HANDLE, key=HASH, roles=many(one(ROLES), 1, 5), away_=AWAY), 0, 256),
    ),
    "receipt": members(through=number(), not_opened_=many(members(index=number(), why=CODE), 1, 256)),
    "confirm": members(desk=DESK),
    "readback_wrong": members(desk=DESK),
}  # fmt: skip

LONGEST = 366 * DAY
PERIOD, DURATION, LENGTH = number(5_000_000, LONGEST), number(0, LONGEST), number(0, 10**12)
BY_PRECEDENCE = members(Z=PERIOD, O=PERIOD, P=PERIOD, R=PERIOD)
CATEGORY = one(
    "air drone ground sea firing exercise deployment survey aid_movement protected_site search_rescue closure"
)
SETTINGS = members(
    deadlines=members(
        receipt=BY_PRECEDENCE, ack=BY_PRECEDENCE, next_name=BY_PRECEDENCE, other_desk=BY_PRECEDENCE, host=BY_PRECEDENCE
    ),
    default_minima=members(lateral_mm=LENGTH, vertical_mm=LENGTH, time_us=DURATION),
    minima=many(members(a=CATEGORY, b=CATEGORY, lateral_mm=LENGTH, vertical_mm=LENGTH, time_us=DURATION), 0, 78),
    lead_times=many(members(category=CATEGORY, least_us=DURATION), 0, 12),
    short_us=DURATION, no_reaction_us=DURATION,
    tolerances=members(position_mm=LENGTH, height_mm=LENGTH, time_us=DURATION), four_eyes=YES_NO,
    approval_age_us=PERIOD, clocks=many(PARTY, 0, 8), keep_days=number(1, 3660), ring_again_us=PERIOD,
    entries_per_minute=number(60, 10**6), raise_rules_us=PERIOD,
    disclosure=many(members(category=CATEGORY, level=number(0, 4)), 0, 12), passed_before_us_=PERIOD,
)  # fmt: skip


def settings_fit(value: Any) -> bool:
    """The form of settings, and what it cannot say: what rises, what stands once, what is in order."""
    if not SETTINGS(value):
        return False
    rungs = [value["deadlines"][name] for name in ("ack", "next_name", "other_desk", "host")]
    pairs = [(row["a"], row["b"]) for row in value["minima"]]
    leads = [row["category"] for row in value["lead_times"]]
    levels = [(row["category"], row["level"]) for row in value["disclosure"]]
    return (
        all(low[p] < high[p] for p in "ZOPR" for low, high in pairwise(rungs))
        and bool(value["no_reaction_us"] <= value["short_us"])
        and all(a <= b for a, b in pairs)
        and len(set(pairs)) == len(pairs)
        and len(set(leads)) == len(leads)
        and len({category for category, _ in levels}) == len(levels)
        and all(level < 2 for category, level in levels if category in ("deployment", "survey", "protected_site"))
    )
