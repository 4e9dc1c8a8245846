"""check: will this clash, before anybody is told. Without --against it needs no home, no keys and no network."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.check.inputs import read_inputs
from wellclear.apps.check.minima import Minima, agreed_minima, default_minima, metres, typed_minima
from wellclear.apps.check.plan import Gathering, Plan, checked
from wellclear.apps.check.templates import TEMPLATES
from wellclear.apps.cli import check_channel
from wellclear.apps.cli.check_text import Answer, form_for, give, watching
from wellclear.apps.cli.notice_form import read_json
from wellclear.apps.cli.options import AsJson
from wellclear.apps.cli.typed import moment
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue
from wellclear.interop import heights
from wellclear.interop.files import READERS
from wellclear.interop.heights import height
from wellclear.interop.planned import Defaults

SKIPPED_TOLD = 20

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
PartyName = Annotated[str, typer.Option(metavar="NAME", help="Whose the volumes are that name no party.")]
CategoryName = Annotated[str, typer.Option(metavar="NAME", help="Of volumes that name none: air, drone, ground, ...")]
Start = Annotated[str | None, typer.Option(metavar="TIME", help="Of volumes that say none: 2026-11-23T10:00Z.")]
End = Annotated[str | None, typer.Option(metavar="TIME", help="Of volumes that say none.")]
Lower = Annotated[
    str | None,
    typer.Option(metavar="HEIGHT", help="Of volumes without heights: '1000 ft AMSL', '300 m W84', FL100."),
]
Upper = Annotated[str | None, typer.Option(metavar="HEIGHT", help="The same; an absent height is unbounded.")]
HalfWidth = Annotated[
    str | None, typer.Option("--half-width", metavar="LENGTH", help="Of lines that say none: 500 (metres), '1 NM'.")
]
Radius = Annotated[str | None, typer.Option(metavar="LENGTH", help="Of points that say none: 500 (metres), 5km.")]
Format = Annotated[
    FormatName | None, typer.Option("--format", help="The files' format; else by their endings and content.")
]
Lateral = Annotated[
    str | None, typer.Option(metavar="LENGTH", help="Least distance on the ground: 9260 (metres), '5 NM'.")
]
Vertical = Annotated[str | None, typer.Option(metavar="LENGTH", help="Least distance in height: 300 (metres), 1000ft.")]
Time = Annotated[str | None, typer.Option(metavar="DURATION", help="Least distance in time: 600 (seconds), '10 min'.")]
Agreement = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Minima by category, as `agreement template` or `agreement show --json` prints."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Any feature that cannot be used ends it with 2.")]
Template = Annotated[TemplateName | None, typer.Option(help="Print a file with examples to start from, and stop.")]
AsGeojson = Annotated[bool, typer.Option("--geojson", help="Print the clashes and their volumes as GeoJSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print one line a clash as CSV.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the answer there: .json, .geojson, .csv, else text."),
]


def check(
    files: Files = None,
    against: Against = None,
    token_file: TokenFile = None,
    party: PartyName = "",
    category: CategoryName = "",
    start: Start = None,
    end: End = None,
    lower: Lower = None,
    upper: Upper = None,
    half_width: HalfWidth = None,
    radius: Radius = None,
    fmt: Format = None,
    lateral: Lateral = None,
    vertical: Vertical = None,
    time: Time = None,
    agreement: Agreement = None,
    strict: Strict = False,
    template: Template = None,
    as_json: AsJson = False,
    as_geojson: AsGeojson = False,
    as_csv: AsCsv = False,
    output: Output = None,
) -> None:
    """Will these plans clash? Compares what different parties plan, and tells where, when, and by how much.

    Nothing is announced, stored or sent. Every volume has a party, an area, a start and an end; heights are optional.
    Properties of GeoJSON and columns of CSV: id, party, category, start, end, lower, upper, radius_m, half_width_m,
    notice. What a file does not say (KML and GPX say little) is given by the options.

    \b
    Examples:
      wellclear check ours.kml theirs.csv --party NORTHLAND \\
          --start 2026-11-23T10:00Z --end 2026-11-23T14:00Z
      wellclear check plans.geojson --lateral '5 NM' --vertical '1000 ft' --time '10 min'
      wellclear check plans.geojson --json -o answer.json
      wellclear check --template csv > plan.csv
      wellclear check draft.kml --against ~/.wellclear/node

    Ends with 0: no conflict found (or nothing to compare, and it says so). 1: conflicts or possible ones, even if
    features were skipped besides. 2: bad input; nothing was compared. 3: no conflict, but some features were skipped.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    if template is not None:
        print(TEMPLATES[template.value](), end="")
        return
    if not files:
        raise InvalidValue("FILE", "name a file with plans; to start from examples: wellclear check --template csv")
    form = form_for(output, as_json=as_json, as_geojson=as_geojson, as_csv=as_csv)
    defaults = defaults_from(party, category, (start, end), half_width, radius)
    band = band_from(lower, upper)
    names, chosen = files, fmt.value if fmt is not None else None
    with watching() as progress:

        def gathered(said: Defaults, own: str) -> Plan:
            gathering = Gathering(own)
            gathering.take_all(read_inputs(names, said, chosen, progress, band))
            return usable(gathering.plan(), strict=strict)

        answer: Answer
        if against is not None:
            minima_not_given(lateral, vertical, time, agreement)
            answer = check_channel.answer(against, token_file, defaults, gathered, progress)
        else:
            minima = minima_from(lateral, vertical, time, agreement)
            answer = Answer.of_files(checked(gathered(defaults, ""), minima, progress))
    give(answer, form, output)
    if answer.exit_code:
        raise typer.Exit(answer.exit_code)


def usable(plan: Plan, *, strict: bool) -> Plan:
    """The plan, if it can be compared at all.

    Raises:
        InvalidValue: nothing in the files could be used, or `strict` and something could not.
    """
    if plan.skipped and (strict or not plan.notices):
        told = [f"\n  {skipped}" for skipped in plan.skipped[:SKIPPED_TOLD]]
        more = f"\n  and {len(plan.skipped) - SKIPPED_TOLD} more" if len(plan.skipped) > SKIPPED_TOLD else ""
        features = "1 feature" if len(plan.skipped) == 1 else f"{len(plan.skipped)} features"
        field = "--strict" if strict else "input"
        raise InvalidValue(field, f"{features} cannot be used, so nothing was compared:{''.join(told)}{more}")
    return plan


def defaults_from(
    party: str,
    category: str,
    window: tuple[str | None, str | None],
    half_width: str | None,
    radius: str | None,
) -> Defaults:
    """What was typed for features that do not say it themselves; raises InvalidValue naming the option."""
    if category and category not in CATEGORIES:
        raise InvalidValue("--category", f"{category[:40]!r} is none of {', '.join(CATEGORIES)}")
    start_us, end_us = (
        None if text is None else moment(text, name) for text, name in zip(window, ("--start", "--end"), strict=True)
    )
    if start_us is not None and end_us is not None and end_us < start_us:
        raise InvalidValue("--end", "is before --start")
    return Defaults(
        party=party, category=category, start_us=start_us, end_us=end_us,
        radius_m=None if radius is None else _in_metres(radius, "--radius"),
        half_width_m=None if half_width is None else _in_metres(half_width, "--half-width"),
    )  # fmt: skip


def band_from(lower: str | None, upper: str | None) -> AltitudeBand | None:
    """The typed band; None where none was typed. Raises InvalidValue naming the option."""
    if lower is None and upper is None:
        return None
    faces = [None if text is None else height(text, name) for text, name in ((lower, "--lower"), (upper, "--upper"))]
    try:
        return heights.band(faces[0], faces[1], None, ("--lower", "--upper", "--lower and --upper"))
    except InvalidValue as error:
        raise InvalidValue(error.field, f"{error.why}; {heights.EXAMPLES}") from error


def _in_metres(text: str, where: str) -> str:
    return str(Decimal(metres(text, where)) / 1000)


def minima_from(lateral: str | None, vertical: str | None, time: str | None, agreement: Path | None) -> Minima:
    """The minima that were asked for; raises InvalidValue for two sources at once."""
    if agreement is None:
        typed = (lateral, vertical, time)
        return default_minima() if typed == (None, None, None) else typed_minima(*typed)
    if (lateral, vertical, time) != (None, None, None):
        raise InvalidValue("--agreement", "sets the minima already; leave out --lateral, --vertical and --time")
    return agreed_minima(read_json(agreement), str(agreement))


def minima_not_given(*options: object) -> None:
    """A channel's minima are its agreement's; raises InvalidValue where others were asked for."""
    if any(option is not None for option in options):
        raise InvalidValue(
            "--against", "the channel's agreement sets the minima; leave out --lateral, --vertical, --time, --agreement"
        )
