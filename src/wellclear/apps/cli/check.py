"""check: will this clash, before anybody is told. Without --against it needs no home, no keys and no network.

Here stand its options alone; what they do is in `checking`, which loads the engine.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.check.templates import TEMPLATES
from wellclear.apps.cli.options import AsJson
from wellclear.errors import InvalidValue
from wellclear.interop.files import READERS

FormatName = StrEnum("FormatName", {name: name for name in READERS})  # type: ignore[misc]  # the names are the reader's
TemplateName = StrEnum("TemplateName", {name: name for name in TEMPLATES})  # type: ignore[misc]  # as above

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="GeoJSON, GeoJSON lines, CSV, KML, KMZ or GPX; - is standard input."),
]
Against = Annotated[
    str | None,
    typer.Option(metavar="NODE|BUNDLE", help="A node's home or http:// address, or a bundle: check own drafts there."),
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="The node's token, if --against is an address.")
]
PartyNames = Annotated[
    list[str] | None,
    typer.Option(
        "--party", metavar="NAME",
        help="Whose the volumes are that name no party: once for all files, or once for each file in their order.",
    ),
]  # fmt: skip
CategoryName = Annotated[
    str, typer.Option(metavar="NAME", help="What kind they are that name none: air, drone, firing, ...")
]
Start = Annotated[
    str | None, typer.Option(metavar="TIME", help="Start of those that say none, such as 2026-11-23T10:00Z (UTC).")
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="End of those that say none.")]
Lower = Annotated[
    str | None,
    typer.Option(
        metavar="HEIGHT", help="Lower face of those without heights, such as '1000 ft AMSL', '300 m W84', FL100."
    ),
]
Upper = Annotated[
    str | None, typer.Option(metavar="HEIGHT", help="Upper face of those. A face that nothing says is unbounded.")
]
HalfWidth = Annotated[
    str | None,
    typer.Option(
        "--half-width", metavar="LENGTH", help="To each side of lines that say none, such as 500 (metres), '1 NM'."
    ),
]
Radius = Annotated[
    str | None, typer.Option(metavar="LENGTH", help="Around points that say none, such as 500 (metres), 5km.")
]
Format = Annotated[
    FormatName | None, typer.Option("--format", help="What standard input holds; without it, what all files hold.")
]
Lateral = Annotated[
    str | None, typer.Option(metavar="LENGTH", help="Least distance on the ground, such as 9260 (metres), '5 NM'.")
]
Vertical = Annotated[
    str | None, typer.Option(metavar="LENGTH", help="Least distance in height, such as 300 (metres), 1000ft.")
]
Time = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Least distance in time, such as 600 (seconds), '10 min'.")
]
Agreement = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Minima by category, as `agreement template` or `agreement show --json` prints."),
]
Says = Annotated[
    list[str] | None,
    typer.Option(
        "--say", metavar="NAME=VALUE",
        help="With --against: what drafts state that do not say it in their file, as red lines may ask: radar=no, "
        "count=4, purpose=transit.",
    ),
]  # fmt: skip
Strict = Annotated[bool, typer.Option("--strict", help="Compare nothing if any feature cannot be used (ends with 2).")]
Template = Annotated[TemplateName | None, typer.Option(help="Print a file with examples to start from, and stop.")]
AsGeojson = Annotated[bool, typer.Option("--geojson", help="Print the clashes and their volumes as GeoJSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print one line a clash as CSV.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the answer there: .json, .geojson, .csv, else text."),
]
MapFile = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE", help="Draw it too: one .html file for any browser, with a time slider."),
]
PngFile = Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Draw it too, as a picture for a report.")]
PngSize = Annotated[
    str | None, typer.Option("--png-size", metavar="WxH", help="Of that picture in pixels; 1600x1130 unless said.")
]


def check(
    files: Files = None,
    party: PartyNames = None,
    start: Start = None,
    end: End = None,
    lower: Lower = None,
    upper: Upper = None,
    half_width: HalfWidth = None,
    radius: Radius = None,
    category: CategoryName = "",
    lateral: Lateral = None,
    vertical: Vertical = None,
    time: Time = None,
    agreement: Agreement = None,
    map_file: MapFile = None,
    png_file: PngFile = None,
    png_size: PngSize = None,
    output: Output = None,
    as_json: AsJson = False,
    as_geojson: AsGeojson = False,
    as_csv: AsCsv = False,
    template: Template = None,
    strict: Strict = False,
    fmt: Format = None,
    says: Says = None,
    against: Against = None,
    token_file: TokenFile = None,
) -> None:
    """Will these plans clash? Compares what different parties plan, and tells where, when, and by how much.

    Nothing is announced, stored or sent. Every volume has a party, an area, a start and an end; a line needs a
    half-width, a point a radius; heights are optional. What a file does not say (KML and GPX say little) is given by
    the options. Properties of GeoJSON and columns of CSV: id, party, category, start, end, lower, upper, radius_m,
    half_width_m, notice; CSV also has shape and positions: --template csv shows how.

    Two volumes of different parties conflict if they come nearer than the least distances in all three: on the ground,
    in height and in time. Unless you say others: 5 NM, 1000 ft and 10 min, with more for firing near aid movements
    and for ground with ground.

    Against a channel your drafts are also judged by every red line and zone that stands there and was shown to your
    party: whose it is, its words, why, and the smallest changes. Nobody else is told, no id is taken, nothing is sent.

    \b
    Examples:
      wellclear check ours.kml theirs.csv --party NORTHLAND \\
          --start 2026-11-23T10:00Z --end 2026-11-23T14:00Z \\
          --half-width '1 NM' --radius 500 --map clashes.html
      wellclear check ours.kml theirs.kml --party NORTHLAND --party SOUTHLAND \\
          --start 2026-11-23T10:00Z --end 2026-11-23T14:00Z
      wellclear check plans.geojson --lateral '5 NM' --vertical '1000 ft' --time '10 min'
      wellclear check plans.geojson --json -o answer.json
      wellclear check --template csv > plan.csv
      wellclear check draft.kml --against ~/.wellclear/node --say radar=no

    Ends with 0: no conflict found, no red line touched, no zone entered (or nothing to compare, and it says so). 1: one
    of these, surely or possibly, even if features were skipped besides. 2: bad input; nothing was compared. 3: none of
    these, but some features were skipped, or a red line or zone that has a trigger or an area could not be judged.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    if template is not None:
        print(TEMPLATES[template.value](), end="")
        return
    if not files:
        raise InvalidValue("FILE", "name a file with plans; to start from examples: wellclear check --template csv")
    from wellclear.apps.cli.check_map import drawings_for
    from wellclear.apps.cli.check_text import form_for, give
    from wellclear.apps.cli.checking import Asked, answer_to

    form = form_for(output, as_json=as_json, as_geojson=as_geojson, as_csv=as_csv)
    drawings = drawings_for(map_file, png_file, png_size)
    asked = Asked(
        files=files, fmt=fmt.value if fmt is not None else None, against=against, token_file=token_file,
        parties=party or (), category=category, window=(start, end), band=(lower, upper), half_width=half_width,
        radius=radius, minima=(lateral, vertical, time), agreement=agreement, strict=strict,
        says=says or (),
    )  # fmt: skip
    answer = answer_to(asked)
    give(answer, form, output)
    drawings.draw(answer.of)
    if answer.exit_code:
        raise typer.Exit(answer.exit_code)
