"""What `check` was asked, made into an answer: files read, drafts compared with each other or with a channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from wellclear.apps.check.drawn_rows import states_from
from wellclear.apps.check.inputs import read_inputs
from wellclear.apps.check.minima import Minima, agreed_minima, default_minima, metres, typed_minima
from wellclear.apps.check.plan import Gathering, Plan, Progress, checked
from wellclear.apps.check.remarks import skipped_lines
from wellclear.apps.check.words import counted
from wellclear.apps.cli import check_channel
from wellclear.apps.cli.check_text import Answer, watching
from wellclear.apps.cli.notice_form import read_json
from wellclear.apps.cli.typed import moment
from wellclear.domain.agreement import CATEGORIES
from wellclear.errors import InvalidValue
from wellclear.interop import heights
from wellclear.interop.heights import Height, height
from wellclear.interop.planned import Defaults


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `check` as they were typed."""

    files: Sequence[str]
    fmt: str | None
    against: str | None
    token_file: Path | None
    parties: Sequence[str]
    category: str
    window: tuple[str | None, str | None]
    band: tuple[str | None, str | None]
    half_width: str | None
    radius: str | None
    minima: tuple[str | None, str | None, str | None]
    agreement: Path | None
    strict: bool
    says: Sequence[str] = ()


def answer_to(asked: Asked) -> Answer:
    """Read the files and compare what is in them.

    Raises:
        InvalidValue: an option is wrong, a file cannot be read, or nothing in the files can be used.
        Malformed: a file cannot be read to its end.
        Unavailable, Unverified, Misconfigured: of the channel that it was asked about.
    """
    defaults = defaults_from(asked)
    minima = minima_from(asked)
    says = says_from(asked)
    with watching() as progress:

        def gathered(said: Defaults, own: str) -> Plan:
            return gather(asked, said, own, progress)

        if asked.against is not None:
            return check_channel.answer(asked.against, asked.token_file, defaults, says, gathered, progress)
        return Answer.of_files(checked(gathered(defaults, ""), minima, progress))


def gather(asked: Asked, defaults: Defaults, own: str, progress: Progress) -> Plan:
    """The plan, if it can be compared at all; raises as `answer_to`."""
    gathering = Gathering(own)
    gathering.take_all(read_inputs(asked.files, _by_file(asked, defaults), asked.fmt, progress))
    plan = gathering.plan()
    if plan.skipped and (asked.strict or not plan.notices):
        told = "".join(f"\n  {line}" for line in skipped_lines(plan.skipped))
        features = "1 feature" if len(plan.skipped) == 1 else f"{len(plan.skipped):,} features"
        field = "--strict" if asked.strict else "input"
        raise InvalidValue(field, f"{features} cannot be used, so nothing was compared:{told}")
    return plan


def _by_file(asked: Asked, defaults: Defaults) -> list[Defaults]:
    """What holds for each file: the party may be said once for all of them, or once for each."""
    if len(asked.parties) < 2:
        return [defaults] * len(asked.files)
    return [replace(defaults, party=party) for party in asked.parties]


def defaults_from(asked: Asked) -> Defaults:
    """What was typed for features that do not say it themselves; raises InvalidValue naming the option."""
    if asked.category and asked.category not in CATEGORIES:
        why = f"{asked.category[:40]!r} is none of {', '.join(CATEGORIES)}; write one of them"
        raise InvalidValue("--category", why)
    if len(asked.parties) > 1 and len(asked.parties) != len(asked.files):
        why = f"is given {len(asked.parties)} times for {counted(len(asked.files), 'file')}"
        raise InvalidValue("--party", f"{why}; give it once for all files, or once for each file in their order")
    if len(asked.parties) > 1 and asked.against is not None:
        raise InvalidValue("--party", "is given more than once; against a channel one checks one's own drafts alone")
    start_us, end_us = (
        None if text is None else moment(text, name)
        for text, name in zip(asked.window, ("--start", "--end"), strict=True)
    )
    if start_us is not None and end_us is not None and end_us < start_us:
        raise InvalidValue("--end", "is before --start; exchange the two")
    lower, upper = faces_from(*asked.band)
    return Defaults(
        party=asked.parties[0] if len(asked.parties) == 1 else "", category=asked.category,
        start_us=start_us, end_us=end_us, lower=lower, upper=upper,
        radius_m=_in_metres(asked.radius, "--radius"), half_width_m=_in_metres(asked.half_width, "--half-width"),
    )  # fmt: skip


def says_from(asked: Asked) -> dict[str, object]:
    """What the drafts state of themselves, as it was typed; raises InvalidValue naming the option."""
    if asked.says and asked.against is None:
        raise InvalidValue("--say", "is what red lines of a channel ask of a draft; say with --against which channel")
    said: dict[str, object] = {}
    for pair in asked.says:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidValue("--say", f"{pair[:40]!r}: write NAME=VALUE, such as radar=no")
        said[name] = (
            int(value) if name == "count" and value.isascii() and value.isdecimal() and len(value) < 17 else value
        )
    return states_from(said, "--say")


def faces_from(lower: str | None, upper: str | None) -> tuple[Height | None, Height | None]:
    """The typed faces of a band that can be; raises InvalidValue naming the option."""
    faces = (
        None if lower is None else height(lower, "--lower"),
        None if upper is None else height(upper, "--upper"),
    )
    try:
        heights.band(*faces, None, ("--lower", "--upper", "--lower and --upper"))
    except InvalidValue as error:
        raise InvalidValue(error.field, f"{error.why}; {heights.EXAMPLES}") from error
    return faces


def _in_metres(text: str | None, where: str) -> str | None:
    return None if text is None else str(Decimal(metres(text, where)) / 1000)


def minima_from(asked: Asked) -> Minima:
    """The minima that were asked for.

    Raises:
        InvalidValue: two sources at once; a channel's are its agreement's, whatever is typed.
    """
    typed = any(text is not None for text in asked.minima)
    if asked.against is not None and (typed or asked.agreement is not None):
        why = "the channel's agreement sets the minima; leave out --lateral, --vertical, --time, --agreement"
        raise InvalidValue("--against", why)
    if asked.agreement is None:
        return typed_minima(*asked.minima) if typed else default_minima()
    if typed:
        raise InvalidValue("--agreement", "sets the minima already; leave out --lateral, --vertical and --time")
    return agreed_minima(read_json(asked.agreement), str(asked.agreement))
