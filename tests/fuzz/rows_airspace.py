"""The parsers of `airspace`: triggers of red lines and the expressions in them, which another party wrote."""

from __future__ import annotations

import json
from typing import Any

from tests.fuzz.parser import Parser
from tests.fuzz.rows_domain import loose, said, text
from wellclear.airspace.expressions import Known, expression_from
from wellclear.airspace.triggers import trigger_fields, trigger_from

_SQUARE = [[345000000, 381500000], [345000000, 384500000], [347000000, 384500000], [347000000, 381500000]]


def _expression(words: str) -> None:
    """Read, and judged over nothing known."""
    assert expression_from(words).answer(Known({})) in ("yes", "no", "unknown")


def _trigger(raw: bytes) -> Any:
    """Read, written and read again: the same."""
    trigger = trigger_from(loose(raw))
    assert trigger_from(json.loads(json.dumps(trigger_fields(trigger)))) == trigger
    return trigger


def _triggers() -> list[bytes]:
    area = {"kind": "polygon", "rings": [_SQUARE], "band": {"datum": "AMSL", "upper_mm": 3_000_000}, "start_us": 5}
    circle = {"kind": "circle", "centre": [345600000, 382700000], "radius_mm": 20_000_000}
    return [
        json.dumps(fields).encode()
        for fields in (
            {
                "area": area,
                "categories": ["deployment", "survey"],
                "capabilities": ["radar"],
                "lead_us": 86_400_000_000,
            },
            {"area": circle, "cel": "inside && (radar || lead_s < 3600)"},
            {"cel": "category == 'survey' && count > 3"},
        )
    ]


AIRSPACE = [
    Parser("expression", ("airspace.expressions", "airspace.expression_grammar"), text(_expression),
           said("inside && !radar", "category in ['air', 'sea'] && count * 2 > 3", "lead_s < 3 * 86400 ? radar : false",
                "end - start > duration('1h30m') || start < timestamp('2026-11-22T14:30:00Z')")),
    Parser("trigger", ("airspace.triggers",), _trigger, _triggers, slow=True),
]  # fmt: skip
