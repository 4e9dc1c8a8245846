"""What `import track` does: read a recording, choose the aircraft, draw the route, and tell what is not in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any, Final

from wellclear.apps.check.inputs import STDIN, opened
from wellclear.apps.check.minima import metres, seconds
from wellclear.apps.cli.output import note, plain, tell_json
from wellclear.apps.cli.track_report import lacks, lines_of, report_of
from wellclear.apps.cli.typed import moment
from wellclear.domain.agreement import CATEGORIES
from wellclear.errors import InvalidValue, Unavailable
from wellclear.interop.features import feature_of
from wellclear.interop.recordings import Recording, read_recordings
from wellclear.interop.sifting import Limits
from wellclear.interop.track import Named, Shaping, track_to_route

EXIT_PARTIAL: Final = 3
AIRCRAFT_TOLD: Final = 20
_SPEED: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(m/s|kt|kts|kn|km/h)", re.ASCII | re.IGNORECASE)
_PER_SECOND: Final = {"m/s": Decimal(1), "kt": Decimal(1852) / 3600, "km/h": Decimal(1000) / 3600}
_SHIFT: Final = re.compile(r"([+-]?)\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(s|min|h|d|w)", re.ASCII | re.IGNORECASE)
_UNITS_US: Final = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_ID_TAKEN_OUT: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `import track` as they were typed; `lengths` are half-width, below, above, tolerance."""

    file: str
    party: str
    category: str
    notice_id: str
    aircraft: str
    lengths: tuple[str, str, str, str]
    bands: int
    leg: str
    gap: str
    max_speed: str
    geometric: bool | None
    start: str | None
    shift_time: str | None
    strict: bool


def import_track(asked: Asked, output: Path | None, *, as_json: bool) -> int:
    """Write the route and tell what is not in it; the exit code.

    Raises:
        InvalidValue: an option is wrong, the aircraft is not chosen, nothing can be used, or with `--strict` not all.
        Malformed: the file is no recording, or breaks off.
        Unavailable: the output cannot be written.
    """
    shaping = shaping_from(asked)
    shown = "standard input" if asked.file == STDIN else asked.file
    try:
        with opened(asked.file) as source:
            form, found = read_recordings(source, shown)
    except OSError as error:
        raise InvalidValue(shown, f"cannot be read to its end: {error.strerror or error}") from error
    recording = chosen(found, asked.aircraft)
    routed = track_to_route(recording, shown, named_from(asked, recording), shaping)
    told = lines_of(shown, form, recording, routed)
    whole = not (routed.sifted.gaps or routed.sifted.jumps or routed.sifted.left_out)
    if asked.strict and not whole:
        raise InvalidValue("--strict", "\n  ".join(["the track is not whole, so nothing was written:", *told]))
    features = [feature_of(planned) for planned in routed.volumes]
    if not asked.party:
        for feature in features:
            del feature["properties"]["party"]  # nobody's: `check` will ask whose it is
    if not whole:
        features[0]["properties"]["incomplete"] = lacks(routed)  # for `check`, whoever runs it and whenever
    collection = {"type": "FeatureCollection", "features": features}
    give(collection, report_of(shown, form, recording, routed), output, as_json=as_json)
    if not as_json:
        for line in told:
            note(plain(line).plain)
    return 0 if whole else EXIT_PARTIAL


def give(collection: dict[str, Any], report: dict[str, Any], output: Path | None, *, as_json: bool) -> None:
    """The GeoJSON into a file or onto standard output; with `as_json` the report there."""
    if output is not None:
        try:
            output.write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise Unavailable(str(output), f"cannot be written: {error.strerror}") from error
    if as_json:
        tell_json(report if output is not None else {**report, "geojson": collection})
    elif output is None:
        tell_json(collection)


def chosen(found: dict[str, Recording], wanted: str) -> Recording:
    """The one aircraft of a file that is wanted: by its address, or by a callsign that only one has used.

    Raises:
        InvalidValue: there is none such, or there are several; tells which there are.
    """
    said = wanted.strip()
    fitting = list(found.values())
    if said:
        fitting = [one for one in found.values() if one.address == said.lower() or said.upper() in one.callsigns]
    if len(fitting) == 1:
        return fitting[0]
    listed = sorted(fitting or found.values(), key=lambda one: -one.rows)
    told = "".join(f"\n  {plain(str(one)).plain}" for one in listed[:AIRCRAFT_TOLD])
    more = f"\n  and {len(listed) - AIRCRAFT_TOLD} more" if len(listed) > AIRCRAFT_TOLD else ""
    if said and not fitting:
        raise InvalidValue("--aircraft", f"{said[:40]!r} is not in the file; there are:{told}{more}")
    why = f"{said[:40]!r} is said by {len(fitting)} aircraft" if said else f"the file has {len(fitting)} aircraft"
    raise InvalidValue("--aircraft", f"{why}; choose one by its address:{told}{more}")


def named_from(asked: Asked, recording: Recording) -> Named:
    """Ids are short and plain; what a receiver heard need not be."""
    if asked.category not in CATEGORIES:
        raise InvalidValue("--category", f"{asked.category[:40]!r} is none of {', '.join(CATEGORIES)}")
    heard = _ID_TAKEN_OUT.sub("-", recording.callsign or recording.address)[:40].strip("-")
    return Named(asked.notice_id or heard or "TRACK", asked.party, asked.category)


def shaping_from(asked: Asked) -> Shaping:
    """How the corridor shall be; raises InvalidValue naming the option."""
    names = ("--half-width", "--below", "--above", "--tolerance")
    half_width_mm, below_mm, above_mm, tolerance_mm = (
        metres(text, name) for text, name in zip(asked.lengths, names, strict=True)
    )
    if tolerance_mm < 1000:
        raise InvalidValue("--tolerance", "must be a metre or more; positions are no better than that")
    leg_us, gap_us = seconds(asked.leg, "--leg"), seconds(asked.gap, "--gap")
    if not leg_us or not gap_us:
        raise InvalidValue(
            "--leg" if not leg_us else "--gap", "must be longer than nothing; write 60 (seconds) or 5 min"
        )
    if asked.start is not None and asked.shift_time is not None:
        raise InvalidValue("--shift-time", "moves what --start has moved already; give one of the two")
    return Shaping(
        half_width_mm=half_width_mm, below_mm=below_mm, above_mm=above_mm, tolerance_mm=tolerance_mm,
        bands=asked.bands, leg_us=leg_us, limits=Limits(gap_us, speed_m_s(asked.max_speed)),
        geometric=asked.geometric, start_us=None if asked.start is None else moment(asked.start, "--start"),
        shift_us=0 if asked.shift_time is None else shift_us(asked.shift_time),
    )  # fmt: skip


def speed_m_s(text: str) -> int:
    """A speed in whole metres a second, rounded up; raises InvalidValue."""
    match = _SPEED.fullmatch(text.strip())
    if match is None:
        raise InvalidValue("--max-speed", f"{text[:40]!r} is no speed; write '350 m/s', '680 kt' or '1250 km/h'")
    unit = match.group(2).lower()
    exact = Decimal(match.group(1)) * _PER_SECOND["kt" if unit in ("kts", "kn") else unit]
    found = int(exact.to_integral_value(ROUND_CEILING))
    if not 1 <= found <= 20_000:
        raise InvalidValue("--max-speed", f"{text[:40]!r} is not between 1 and 20,000 m/s")
    return found


def shift_us(text: str) -> int:
    """A duration forward, or with a minus backward, in microseconds; raises InvalidValue."""
    match = _SHIFT.fullmatch(text.strip())
    if match is None:
        raise InvalidValue("--shift-time", f"{text[:40]!r} is no duration; write 7d, 12 h, -90min or 30s")
    found = int(Decimal(match.group(2)) * _UNITS_US[match.group(3).lower()])
    return -found if match.group(1) == "-" else found
