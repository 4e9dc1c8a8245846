"""What `import track` says of a track: in sentences for people, and as one JSON value for programs."""

from __future__ import annotations

from typing import Any, Final

from wellclear.apps.check.words import counted
from wellclear.domain.measures import distance, exact_moment, took
from wellclear.domain.quantities import E7, Datum, format_time
from wellclear.interop.fixes import Fix
from wellclear.interop.recordings import Recording
from wellclear.interop.sifting import CLIMB_M, Break, LeftOut
from wellclear.interop.track import Routed, legs_within

TOLD_MAX: Final = 20
HEIGHTS: Final = {
    Datum.STD: "heights by the barometer (STD)",
    Datum.W84: "heights by satellite navigation, above the ellipsoid (W84)",
    None: "NO HEIGHT was reported, so the route is unbounded upward and downward",
}


def lines_of(file: str, form: str, recording: Recording, routed: Routed) -> list[str]:
    """All that there is to say, the most important first."""
    sifted = routed.sifted
    volumes, legs = len(routed.volumes), legs_within(routed.volumes)
    route = f"{volumes} {'volume' if volumes == 1 else 'volumes'} with {legs} {'leg' if legs == 1 else 'legs'}"
    lines = [
        f"{file}: {form}, {recording}",
        f"used: {routed.used} positions in {route}; {HEIGHTS[routed.datum]}",
        f"not used: {not_used(recording, routed)}",
    ]
    if routed.shift_us:
        lines.append(f"moved in time by {took(routed.shift_us)}; what follows is told in the recording's own time")
    if routed.datum is not None and routed.without_height:
        lines.append(f"{routed.without_height} of them without a height: they have the band of those before and after")
    lines += _some([_gap(gap) for gap in sifted.gaps], "gaps")
    fastest = sifted.limits.speed_m_s
    lines += _some([_jump(jump, fastest) for jump in sifted.jumps], "jumps")
    lines += _some([_left_out(left_out, fastest) for left_out in sifted.left_out], "stretches that were left out")
    return lines


def lacks(routed: Routed) -> str:
    """What the route does not have of the track, in a few words."""
    sifted = routed.sifted
    aside = sum(len(left_out.fixes) for left_out in sifted.left_out)
    told = [counted(len(sifted.gaps), "gap")] if sifted.gaps else []
    told += [counted(len(sifted.jumps), "jump")] if sifted.jumps else []
    told += [counted(aside, "position left out", "positions left out")] if aside else []
    return ", ".join(told)


def not_used(recording: Recording, routed: Routed) -> str:
    """How many rows gave nothing, and why."""
    aside = sum(len(left_out.fixes) for left_out in routed.sifted.left_out)
    unlike = counted(aside, "position that does not go with the others", "positions that do not go with the others")
    said = [unlike] if aside else []
    if routed.sifted.repeated:
        said.append(counted(routed.sifted.repeated, "row that repeats a moment", "rows that repeat a moment"))
    for why, count in recording.dropped.most_common():
        said.append(f"{counted(count, 'row', 'rows')} {why}, the first is row {recording.first_dropped[why]}")
    return "; ".join(said) or "nothing"


def report_of(file: str, form: str, recording: Recording, routed: Routed) -> dict[str, Any]:
    """The same for programs; moments are the recording's own."""
    sifted = routed.sifted
    return {
        "file": file,
        "form": form,
        "aircraft": recording.address,
        "callsign": recording.callsign,
        "rows": recording.rows,
        "used": routed.used,
        "left_out": sum(len(left_out.fixes) for left_out in sifted.left_out),
        "repeated": sifted.repeated,
        "dropped": [
            {"why": why, "rows": count, "first_row": recording.first_dropped[why]}
            for why, count in recording.dropped.most_common()
        ],
        "datum": None if routed.datum is None else routed.datum.value,
        "without_height": routed.without_height,
        "shifted_s": routed.shift_us / 1_000_000,
        "volumes": len(routed.volumes),
        "legs": legs_within(routed.volumes),
        "gaps": [_break(gap) for gap in sifted.gaps],
        "jumps": [_break(jump) for jump in sifted.jumps],
        "stretches_left_out": [
            {
                "positions": len(one.fixes),
                "rows": [min(fix.row for fix in one.fixes), max(fix.row for fix in one.fixes)],
                "from": _fix(one.fixes[0]),
                "to": _fix(one.fixes[-1]),
                "entered": None if one.entered is None else _break(one.entered),
                "left": None if one.left is None else _break(one.left),
            }
            for one in sifted.left_out
        ],
    }


def _break(found: Break) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "before": _fix(found.before),
        "after": _fix(found.after),
        "seconds": round(found.seconds, 6),
        "apart_m": round(found.apart_m),
        "speed_m_s": round(found.speed_m_s),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    at = fix.position
    return {"time": format_time(fix.moment_us), "lat": at.lat_e7 / E7, "lon": at.lon_e7 / E7, "row": fix.row}


def _some(lines: list[str], what: str) -> list[str]:
    hidden = len(lines) - TOLD_MAX
    return lines if hidden <= 0 else [*lines[:TOLD_MAX], f"and {hidden} more {what}; --json lists all"]


def _gap(gap: Break) -> str:
    return f"GAP: nothing for {_across(gap)}; the route is cut there"


def _jump(jump: Break, fastest: int) -> str:
    climb = f", {_far(jump.climb_m)} in height" if jump.climb_m > CLIMB_M else ""
    return f"JUMP: {_across(jump)}{climb}; what flies at {fastest} m/s at most did not do that"


def _across(found: Break) -> str:
    whence, at = f"{found.before.position} at {exact_moment(found.before.moment_us)}", found.after.position
    lasted = took(found.after.moment_us - found.before.moment_us)
    return f"{lasted}, from {whence} to {at}: {_far(found.apart_m)}, {round(found.speed_m_s)} m/s"


def _left_out(one: LeftOut, fastest: int) -> str:
    count = "1 position" if len(one.fixes) == 1 else f"{len(one.fixes)} positions"
    first, last = one.fixes[0], one.fixes[-1]
    spread = (
        f"{exact_moment(first.moment_us)} to {exact_moment(last.moment_us)}, from {first.position} to {last.position}"
    )
    ways = [
        f"{way} at {round(found.speed_m_s)} m/s"
        for way, found in (("reached", one.entered), ("left", one.left))
        if found
    ]
    flown = f" (they would be {' and '.join(ways)})" if ways else ""
    return (
        f"LEFT OUT: {count}, {spread}: what flies at {fastest} m/s at most was not both there and at the others"
        f"{flown}. Which are wrong cannot be told from the track alone; the most that go together were kept"
    )


def _far(metres: float) -> str:
    return distance(round(metres * 1000))
