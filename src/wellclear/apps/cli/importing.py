"""import: what other programs recorded, made into files that `check` reads. No home, no keys, no network.

Here stand the options alone; what they do is in `track_import`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.cli.options import AsJson

app = typer.Typer(no_args_is_help=True, help="Make plans for `check` out of what other programs recorded.")


class HeightsName(StrEnum):
    """Which of the heights that an aircraft reports."""

    barometric = "barometric"
    geometric = "geometric"


File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="JSON of readsb, tar1090 or traffic, or CSV; also packed by gzip; - is input."),
]
PartyName = Annotated[str, typer.Option(metavar="NAME", help="Whose the route is; else `check` asks for it.")]
CategoryName = Annotated[str, typer.Option(metavar="NAME", help="What it is: air, drone, ...")]
IdName = Annotated[str, typer.Option("--id", metavar="ID", help="The notice's id; else the callsign or the address.")]
Aircraft = Annotated[
    str, typer.Option(metavar="NAME", help="Which of several aircraft in the file: its address or callsign.")
]
HalfWidth = Annotated[
    str, typer.Option("--half-width", metavar="LENGTH", help="Beside the track: '1 NM', 500 (metres).")
]
Below = Annotated[str, typer.Option(metavar="LENGTH", help="Below the lowest reported height of each band.")]
Above = Annotated[str, typer.Option(metavar="LENGTH", help="Above the highest.")]
Tolerance = Annotated[
    str, typer.Option(metavar="LENGTH", help="How far the route may leave the track; the half-width grows by it.")
]
Bands = Annotated[int, typer.Option(metavar="N", min=1, max=100, help="At most so many bands from gap to gap.")]
Leg = Annotated[
    str, typer.Option(metavar="DURATION", help="No leg takes longer; all of a leg is claimed all its time.")
]
Gap = Annotated[str, typer.Option(metavar="DURATION", help="A longer silence cuts the route.")]
Speed = Annotated[
    str, typer.Option("--max-speed", metavar="SPEED", help="What is faster was not flown: '350 m/s', '120 kt'.")
]
Heights = Annotated[
    HeightsName | None,
    typer.Option(help="By the barometer (STD) or by satellites (W84). Else by the barometer, if it was reported."),
]
Start = Annotated[str | None, typer.Option(metavar="TIME", help="Move it in time, so that it begins then.")]
Shift = Annotated[
    str | None, typer.Option("--shift-time", metavar="DURATION", help="Move it in time by so much: 7d, -90min.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Any gap, jump or position left out ends it with 2.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the GeoJSON there.")]


@app.callback()
def importing() -> None:
    """Make plans for `check` out of what other programs recorded."""


@app.command()
def track(
    file: File,
    party: PartyName = "",
    category: CategoryName = "air",
    notice_id: IdName = "",
    aircraft: Aircraft = "",
    half_width: HalfWidth = "1 NM",
    below: Below = "500 ft",
    above: Above = "500 ft",
    tolerance: Tolerance = "200 m",
    bands: Bands = 8,
    leg: Leg = "5 min",
    gap: Gap = "60 s",
    max_speed: Speed = "350 m/s",
    heights: Heights = None,
    start: Start = None,
    shift_time: Shift = None,
    strict: Strict = False,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Make a route out of a recorded track (ADS-B), as GeoJSON that `check` reads.

    The route is a corridor with a moment for each vertex. Every position that was used lies inside it at its moment,
    by the half-width at least. It is cut at gaps and at jumps (spoofed satellite navigation makes some, and so do
    faulty receivers), never drawn across them, and what was left out, and why, is told on standard error.

    \b
    Examples:
      wellclear import track flight.json.gz --party NORTHLAND -o flight.geojson
      wellclear import track trace_full_4baac6.json --party NORTHLAND --start 2026-11-23T10:00Z \\
          | wellclear check --format geojson - theirs.kml
      wellclear import track survey.csv --party NORTHLAND --category drone --half-width 50 \\
          --tolerance 10 --below 20 --above 20 --max-speed '60 kt' --heights geometric

    With --json a report instead, with the GeoJSON in it unless -o says where to write that. Ends with 0: the whole
    track is in the route. 3: not all of it: there were gaps or jumps, or positions were left out. 2: bad input.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    from wellclear.apps.cli.track_import import Asked, import_track

    asked = Asked(
        file=file, party=party, category=category, notice_id=notice_id, aircraft=aircraft,
        lengths=(half_width, below, above, tolerance), bands=bands, leg=leg, gap=gap, max_speed=max_speed,
        geometric=None if heights is None else heights is HeightsName.geometric, start=start, shift_time=shift_time,
        strict=strict,
    )  # fmt: skip
    code = import_track(asked, output, as_json=as_json)
    if code:
        raise typer.Exit(code)
