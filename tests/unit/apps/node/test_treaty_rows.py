"""Red lines, zones and a host nation's consent on the boards of real nodes: never agreed by silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node import test_record_rows as bench
from tests.unit.apps.node.test_record_rows import HOST, LAND, NORTH, SOUTH, Channel
from wellclear.apps.node.board import board
from wellclear.apps.node.shapes_notices import Notice
from wellclear.apps.node.shapes_records import Record
from wellclear.apps.treaty_words import NO_NATION, RECEIPT
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.testing.sketch import START_US, circle

DAY_US = 86_400_000_000
ZONE = {
    "group": "zone", "sort": "closure", "name": "Eastern road", "language": "en",
    "limits": [{"text": "tanks", "at_most": 75}],
    "volumes": [volume_fields(volume_from(circle(34.5, 38.3, 5000)))], "start_us": START_US,
    "end_us": START_US + 30 * DAY_US,
}  # fmt: skip
LINE = {"group": "red_line", "language": "ar", "text": "لا انتشار هنا", "trigger": {"cel": "radar"}}
OPS = [f"{SOUTH}/OPS", f"{LAND}/OPS"]


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr(bench, "FOUR_EYES", (*bench.FOUR_EYES, "red_line", "zone", "zone_reply", "consent"))
    return Channel(tmp_path, with_land=True)


def zone(channel: Channel) -> str:
    return channel.say(NORTH, "zone", ZONE, OPS, keep_until="2026-12-31")


def reply(channel: Channel, party: str, item: str, position: str, version: int = 1) -> None:
    to = [f"{name}/OPS" for name in (NORTH, SOUTH, LAND) if name != party]
    channel.say(party, "zone_reply", {"group": "zone_reply", "position": position}, to,
                subject={"id": item, "version": version})  # fmt: skip


@pytest.mark.requirement("R30", "N3")
def test_a_zone_is_agreed_once_all_who_were_told_concur_and_claimed_again_when_renewed(channel: Channel) -> None:
    item = zone(channel)
    assert channel.rows(SOUTH)[item]["standing"] == {
        "state": "claimed", "words": f"claimed by {NORTH}", "concurs": [], "disputes": [], "silent": [SOUTH, LAND],
        "unread": [],
    }  # fmt: skip
    reply(channel, SOUTH, item, "concurs")
    assert channel.rows(NORTH)[item]["standing"]["words"] == f"claimed by {NORTH}"
    reply(channel, LAND, item, "concurs")
    for party in (NORTH, SOUTH, LAND):
        row = channel.rows(party)[item]
        assert row["standing"]["words"] == "agreed" and [one["position"] for one in row["replies"]] == ["concurs"] * 2
    assert channel.rows(HOST)[item]["standing"]["unread"] == [SOUTH, LAND], "what it cannot read it calls no agreement"
    channel.say(NORTH, "amend", ZONE, OPS, subject={"id": item, "version": 2}, keep_until="2026-12-31")
    assert channel.rows(SOUTH)[item]["standing"]["silent"] == [SOUTH, LAND]
    channel.say(NORTH, "cancel", None, OPS, subject={"id": item, "version": 2})
    assert channel.rows(SOUTH)[item]["standing"]["words"] == "ended"


@pytest.mark.requirement("R31", "N3")
def test_a_red_line_says_whether_its_trigger_can_be_judged_and_that_receipt_is_no_acceptance(channel: Channel) -> None:
    known = channel.say(SOUTH, "red_line", LINE, [f"{NORTH}/OPS"], keep_until="2026-12-31")
    odd = {**LINE, "trigger": {"cel": "radar &&", "more": 1}}
    unknown = channel.say(SOUTH, "red_line", odd, [f"{NORTH}/OPS"], keep_until="2026-12-31")
    plain = {name: value for name, value in LINE.items() if name != "trigger"}
    bare = channel.say(SOUTH, "red_line", plain, [f"{NORTH}/OPS"], keep_until="2026-12-31")
    rows = channel.rows(NORTH)
    assert [rows[item]["trigger"]["judged"] for item in (known, unknown, bare)] == ["yes", "no", "no"]
    assert "more" in rows[unknown]["trigger"]["words"] and "no trigger" in rows[bare]["trigger"]["words"]
    assert rows[known]["receipt"] == RECEIPT and "standing" not in rows[known]
    assert "trigger" not in channel.rows(LAND)[known], "it was not shown the words"


def announce(channel: Channel) -> str:
    item, _ = channel.relay.sketch.announce(NORTH, OPS, [circle(34.5, 38.3, 5000)])
    channel.turn(6)
    return item


def consent_of(channel: Channel, party: str, item: str) -> Any:
    notices = {row["id"]: row for row in board(channel.nodes[party].core, "")["notices"]}
    return notices[item]["host_consent"]


@pytest.mark.requirement("R29", "N3")
def test_a_notice_shows_what_the_host_nation_has_said_of_this_version(channel: Channel) -> None:
    item = announce(channel)
    (row,) = consent_of(channel, NORTH, item)["nations"]
    assert row == {"party": LAND, "words": "no word on version 1, which is no consent", "sealed_since": "no"}
    group = {"group": "consent", "about": item, "version": 1, "consent": "consents"}
    for consent, words in (("consents", "CONSENTS, version 1"), ("withdraws", "WITHDRAWS ITS CONSENT, version 1")):
        channel.say(LAND, "consent", {**group, "consent": consent}, [f"{NORTH}/OPS", f"{SOUTH}/OPS"])
        for party in (NORTH, SOUTH):
            (row,) = consent_of(channel, party, item)["nations"]
            assert (row["consent"], row["words"]) == (consent, words)


@pytest.mark.requirement("R29", "R12")
def test_without_a_host_nation_no_desk_speaks_for_it(tmp_path: Path) -> None:
    channel = Channel(tmp_path)
    item, _ = channel.relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5000)])
    channel.turn(6)
    assert consent_of(channel, SOUTH, item) == {"nations": [], "gap": NO_NATION}


def test_the_board_tells_them_in_the_shapes_that_are_described(channel: Channel) -> None:
    announce(channel)
    reply(channel, SOUTH, zone(channel), "disputes")
    channel.say(SOUTH, "red_line", LINE, [f"{NORTH}/OPS"], keep_until="2026-12-31")
    told = board(channel.nodes[NORTH].core, "")
    msgspec.convert(told["records"], list[Record], strict=True)
    msgspec.convert(told["notices"], list[Notice], strict=True)
    assert all(row.keys() <= Record.__annotations__.keys() for row in told["records"])
    assert all(row.keys() <= Notice.__annotations__.keys() for row in told["notices"])
