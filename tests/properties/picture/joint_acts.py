"""What members of random channels do together: propose, sign, change the host; mostly as they should, some spoiled."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.vectors.second.forms import DAY, PROPOSALS
from tests.vectors.second.wire import b64

if TYPE_CHECKING:
    from tests.properties.picture.channels import Draft, RandomChannel, Row

HOUR = 3_600_000_000
ZEROS = b64(bytes(32))
LIMITS: dict[str, list[Any]] = {
    "short_us": [0, -1, 366 * DAY, 366 * DAY + 1], "no_reaction_us": [0, 366 * DAY], "keep_days": [0, 1, 3660, 3661],
    "entries_per_minute": [59, 60, 10**6, 10**6 + 1], "ring_again_us": [4_999_999, 5_000_000, "yes"],
    "approval_age_us": [4_999_999, 5_000_000, 366 * DAY + 1], "four_eyes": ["perhaps"], "more": [1],
}  # fmt: skip


def proposed(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A proposal of any kind, mostly within what the agreement may be."""
    random = channel.random
    weights = {"amend_agreement": 3, "admit": 2, "remove": 1, "rules": 0.4, "restart_clocks": 3}
    do = random.choices(list(weights), list(weights.values()))[0]
    guest = random.choice(["TRANSIA", "MISSION", "AGENCY"])
    roles = random.choice([["observer"], ["agency"], ["principal"], ["host_nation", "agency"], ["host"]])
    card = channel.card(guest, roles, 0.4)
    if channel.maybe(0.05):  # neither a guest's card nor another's
        card.pop("picture", None)
    members = {
        "settings": _settings(channel), "salt": ZEROS, "admit": card,
        "remove": random.choice(channel.second.members()), "rules": random.choice([2, 3, 1]),
    }  # fmt: skip
    said = {"do": do, "base": channel.second.version, **{name: members[name] for name in sorted(PROPOSALS[do])}}
    said |= {"rules": 2} if channel.maybe(0.03) else {}
    return channel.act(kind, party, public=said), channel.node(party), channel.heads(party)


def _settings(channel: RandomChannel) -> Row:
    """The first settings with something else in them; often still within their bounds."""
    random = channel.random
    made = copy.deepcopy(channel.first_settings)
    made["four_eyes"], made["keep_days"] = random.choice(["yes", "no"]), random.choice([1, 2, 3, 7])
    made["approval_age_us"] = random.choice([HOUR, HOUR // 3, 3 * HOUR, DAY])
    made["clocks"] = random.choice([[], ["TRANSIA"], ["TRANSIA", "TRANSIA"], ["MISSION"], ["CASPIA", "OBSERV"]])
    what = random.random()
    if what < 0.2:
        name = random.choice(list(LIMITS))
        made[name] = random.choice(LIMITS[name])
    elif what < 0.3:
        pair = {"a": random.choice(["air", "firing"]), "b": random.choice(["air", "firing"])}
        lateral = random.choice([0, 10**12, 10**12 + 1])
        made["minima"].append(pair | {"lateral_mm": lateral, "vertical_mm": 0, "time_us": random.choice([0, -1])})
    elif what < 0.35:
        made["deadlines"]["host"]["Z"] = random.choice([made["deadlines"]["other_desk"]["Z"], 1, 366 * DAY])
    elif what < 0.4:
        made["lead_times"].append({"category": random.choice(["air", "survey"]), "least_us": 5})
    elif what < 0.5:
        category, level = random.choice(["air", "survey", "ground", "deployment"]), random.choice([0, 1, 2, 4, 5])
        made["disclosure"] = [*made["disclosure"][random.choice([0, 3]) :], {"category": category, "level": level}]
    return made


def signed(channel: RandomChannel, kind: str, party: str) -> Draft:
    """The signature that one of the newest open proposals lacks."""
    rows = [(name, row) for name, row in channel.second.rows["proposal"].items() if row["state"] == "open"][-3:]
    if not rows:
        return channel.plain("time", party)
    name, row = channel.random.choice(rows)
    missing = [party for party in channel.second.members("principal") if party not in row["signed"]]
    party = channel.random.choice(missing or [party])
    act = channel.act(kind, party, public={"proposal": name, "base": row["base"]})
    return act, channel.node(party), channel.heads(party)


def hosted(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A change of host, approved by all other heads or one less."""
    sequencer, size = channel.key(), len(channel.leaves) + channel.maybe(0.05)
    host = {"party": party, "origin": f"{party.lower()}.example/x", "log": channel.key().public}
    host["sequencer"] = sequencer.public
    others = [other for other in channel.second.members("principal") if other != party]
    approvals = channel.heads(*others[1 if channel.maybe(0.1) else 0 :])
    act = channel.act(kind, party, public={"size": size, "root": ZEROS, "host": host})
    act |= {"parts": [{"commit": ZEROS, "enc": "none"}]} if channel.maybe(0.1) else {}
    act |= {"said": channel.time - 40 * DAY} if channel.maybe(0.1) else {}
    return act, sequencer, approvals
