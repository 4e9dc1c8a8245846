"""Floods: planners who announce one crowded hour to each other, and a corrupted node that logs findings of nothing."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from wellclear.channel.composing import Composed, Told
from wellclear.domain.parts import FindingRow, Findings
from wellclear.testing.sketch import SECOND_US, circle
from wellclear.testing.world.scene import Said, Scene
from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.liars import composing, pending, send_past

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


def _clash(world: World, dice: Random) -> None:
    """Two honest parties plan for one valley and one hour: each of their notices meets each other one."""
    parties = dice.sample(sorted(world.nodes), 2)
    place = 33.0 + 3 * dice.random(), 37.0 + 3 * dice.random()
    for number in range(dice.choice([3, 6, 10])):
        for party, other in (parties, parties[::-1]):
            node = world.nodes[party]
            world.speaking.do(node, f"crowded hour, {number}", partial(_announce, place, f"{other}/OPS"), dice)


def _announce(place: tuple[float, float], to: str, scene: Scene) -> Said:
    lat, lon = (degrees + scene.dice.uniform(-0.02, 0.02) for degrees in place)
    start_us = scene.core.now_us + 1800 * SECOND_US
    volumes = [circle(lat, lon, scene.dice.randint(4_000, 9_000), start_us=start_us)]
    return scene.announced("notice", [to], volumes, id=scene.new_id(), precedence="R", keep_until="2026-12-24")


def _findings(world: World, dice: Random) -> None:
    """Entries full of verdicts on pairs that there are, or are not."""
    send_past(world, dice, dice.choice([10, 40]), _verdicts)


def _verdicts(world: World, party: str, dice: Random) -> Composed:
    picture = pending(world)
    names = [*sorted(picture.items), f"{party}-9001-0", "NOBODY-1-1"]
    desks = [desk for desk in sorted(picture.desks) if not desk.startswith(f"{party}/")]
    rows = [_row(dice.choice(names), dice.choice(names), dice) for _ in range(dice.choice([1, 8, 32]))]
    group = Findings(group="finding", engine="none", agreement=max(1, picture.agreement), rows=rows)
    to = [dice.choice(desks)]
    told = [Told(group, tuple(sorted({party, to[0].partition("/")[0]})), dice.randbytes(32))]
    return composing(world, party)("finding", to=to, told=told, precedence="P")


def _row(one: str, other: str, dice: Random) -> FindingRow:
    return FindingRow(
        a=one, a_version=1, b=other, b_version=dice.choice([1, 7]),
        verdict=dice.choice(["conflict", "possible", "none"]), lateral_mm=dice.randrange(10**7), vertical_mm=0,
        time_us=0, start_us=0, end_us=SECOND_US, lat_e7=0, lon_e7=0,
    )  # fmt: skip


VICES = [Vice("crowded hour", _clash), Vice("flood of findings", _findings)]
