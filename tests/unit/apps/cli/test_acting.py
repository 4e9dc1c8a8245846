from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from wellclear.apps.cli.acting import Intent, ready_from, report
from wellclear.channel.composing import Composed, Told, compose
from wellclear.domain.canonical import b64
from wellclear.domain.entry import act_hash
from wellclear.domain.parts import group_from
from wellclear.errors import Malformed, Unverified

CHANNEL = b64(bytes(32))
MESSAGE = {"group": "message", "language": "en", "text": "Line check"}
OTHER = {"group": "message", "language": "en", "text": "We agree"}
INTENT = Intent(
    "message", [MESSAGE], ["NORTHLAND", "SOUTHLAND"], {"to": ["SOUTHLAND/OPS"], "precedence": "R"}
)  # fmt: skip


def composed(text: dict[str, str] = MESSAGE, audience: tuple[str, ...] = ("NORTHLAND", "SOUTHLAND")) -> Composed:
    return compose(
        "message", channel=CHANNEL, party="NORTHLAND", said_us=1, desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"],
        id="NORTHLAND-1001-9", told=[Told(group_from(text, "test"), audience, bytes(32))],
    )  # fmt: skip


def answer(act: Composed | None = None) -> dict[str, Any]:
    act = act or composed()
    parts = [b64(part) for part in act.stored]
    return {"act": msgspec.to_builtins(act.act), "parts": parts, "keys": ["" for _ in parts], "warnings": ["late"]}


def test_what_was_asked_for_is_ready() -> None:
    ready = ready_from(answer(), INTENT)
    assert act_hash(ready.act) == act_hash(composed().act)
    assert ready.warnings == ("late",)
    assert ready.name == "NORTHLAND-1001-9"


def test_an_officers_key_signs_no_other_words() -> None:
    with pytest.raises(Unverified, match="says something else"):
        ready_from(answer(composed(OTHER)), INTENT)


def test_nor_for_other_readers() -> None:
    with pytest.raises(Unverified, match="other readers"):
        ready_from(answer(composed(audience=("CASPIA",))), INTENT)


def test_nor_a_part_whose_bytes_are_others() -> None:
    forged = answer()
    forged["parts"] = [b64(composed(OTHER).stored[0])]
    with pytest.raises(Unverified):
        ready_from(forged, INTENT)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("kind", "notice"),
        ("to", ["CASPIA/OPS"]),
        ("precedence", "Z"),
        ("code", "cease"),
        ("keep_until", "2026-12-01"),
        ("public", {"do": "restart_clocks"}),
        ("subject", {"id": "SOUTHLAND-1001-0", "version": 1}),
    ],
)
def test_nor_an_act_with_another_member(member: str, value: object) -> None:
    forged = answer()
    forged["act"][member] = value
    with pytest.raises(Unverified, match=member):
        ready_from(forged, INTENT)


def drop_part(told: dict[str, Any]) -> None:
    told["parts"] = []


def drop_act(told: dict[str, Any]) -> None:
    del told["act"]


def spoil_act(told: dict[str, Any]) -> None:
    told["act"]["rules"] = "one"


def spoil_part(told: dict[str, Any]) -> None:
    told["parts"] = ["*"]


@pytest.mark.parametrize("spoil", [drop_part, drop_act, spoil_act, spoil_part])
def test_an_answer_that_is_none_is_no_traceback(spoil: Callable[[dict[str, Any]], None]) -> None:
    told = answer()
    spoil(told)
    with pytest.raises((Malformed, Unverified)):
        ready_from(told, INTENT)


def test_withheld_groups_are_committed_to_but_not_sent() -> None:
    act = composed(audience=())
    intent = Intent("message", [MESSAGE], ["NORTHLAND", "SOUTHLAND"], INTENT.members, withhold=["message"])
    ready_from(answer(act), intent)
    with pytest.raises(Unverified, match="other readers"):
        ready_from(answer(), intent)


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"state": "not sent"}, "NOT SENT yet (not sent): the node keeps it"),
        ({"state": "not sent", "words": "the host has not taken it."}, "NOT SENT yet (not sent): the host has not"),
        ({"state": "unproven", "words": "handed to the host."}, "NOT IN THE LOG: handed to the host."),
        ({"index": 9, "state": "unproven"}, "SENT NORTHLAND-1001-9 (entry 9)"),
    ],
)
def test_what_is_not_in_the_log_is_never_called_sent(
    told: dict[str, Any], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(told, composed().act, "SENT", as_json=False)
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith(line) and "NORTHLAND-1001-9" in out
