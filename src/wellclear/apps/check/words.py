"""A check's answer in sentences and short cells, for people: where, when, how high, how far apart, and why not more.

Everything here is plain text; who prints it decides on tables and colours.
"""

from __future__ import annotations

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check.plan import Checked, Plan
from wellclear.apps.figures import band, listed
from wellclear.domain.measures import bare_height, length, moment, took
from wellclear.domain.quantities import Position
from wellclear.interop.planned import Planned

NO_RELEASE = "This informs; it allows nothing, and silence of others is not consent."


def counted(number: int, one: str, several: str = "") -> str:
    """`1 volume`, `2 volumes`."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def headline(checked: Checked) -> str:
    """What the answer is, in one sentence."""
    if not checked.plan.volumes:
        return "Nothing was compared: there is no volume in what was read."
    if not checked.was_compared:
        party = next(iter(checked.plan.parties))
        volumes = counted(checked.plan.volumes, "volume")
        alone = (
            f"all {volumes} are {party}'s, and one party's own volumes never conflict"
            if checked.plan.volumes > 1
            else f"the only volume is {party}'s, and there is nobody to conflict with"
        )
        return (
            f"Nothing was compared: {alone}. Say whose the others are, in the files or by a --party for each file, "
            "or check against a channel: --against."
        )
    certain, possible = checked.conflicts.counts()
    if not certain + possible:
        return "No conflict found."
    told = [counted(certain, "conflict")] if certain else []
    told += [counted(possible, "possible conflict")] if possible else []
    return f"{' and '.join(told)} found."


def against(checked: Checked) -> str:
    """Against what the answer was given: every negative answer says so."""
    plan = checked.plan
    parties = [f"{counted(volumes, 'volume')} of {party}" for party, volumes in plan.parties.items()]
    few = listed(parties) if len(parties) <= 6 else f"{counted(plan.volumes, 'volume')} of {len(parties)} parties"
    if not parties:
        return skipped_words(plan)
    notices = counted(len(plan.notices), "notice")
    if not checked.was_compared:
        return f"Read: {few}, in {notices}. {skipped_words(plan)}"
    return f"Compared: {few}, in {notices}; none of them coarse. {skipped_words(plan)}{lookalikes(plan)}"


def lookalikes(plan: Plan) -> str:
    """Parties whose names differ in capitals only: perhaps one party, whose own volumes would be told as conflicts."""
    by_name: dict[str, list[str]] = {}
    for party in plan.parties:
        by_name.setdefault(party.casefold(), []).append(party)
    alike = [listed(names) for names in by_name.values() if len(names) > 1]
    return "".join(f" {names} differ in capitals only, and were taken for different parties." for names in alike)


def skipped_words(plan: Plan) -> str:
    """What was left out, and that a clash with it would not be seen."""
    if not plan.skipped:
        return "Nothing was skipped."
    were = "was" if len(plan.skipped) == 1 else "were"
    return f"{counted(len(plan.skipped), 'feature')} {were} SKIPPED and not compared: a clash there is not seen."


def why_possible(checked: Checked, conflict: Conflict) -> str:
    """Why a pair is possible and not certain; empty for a conflict."""
    if conflict.verdict == "conflict":
        return ""
    a, b = (checked.volume_of(conflict, side).volume.band.datum.value for side in "ab")
    by = {("AMSL", "W84"): "the geoid", ("AMSL", "STD"): "air pressure"}.get(
        (min(a, b), max(a, b)), "geoid and pressure"
    )
    return (
        f"heights from {a} and {b} differ by {by}, so the vertical gap is {vertical(conflict)}; "
        "heights from one datum would settle it"
    )


def where(a: Position, b: Position) -> str:
    """Where they meet, or the nearest positions of both."""
    return str(a) if a == b else f"{a} and {b}"


def when(conflict: Conflict) -> str:
    """The time that both take up, or the gap between the two times."""
    span = f"{moment(conflict.start_us)} to {moment(conflict.end_us)}"
    if conflict.start_us == conflict.end_us and not conflict.time_us:
        return f"{moment(conflict.start_us)}, where one ends as the other begins"
    return span if not conflict.time_us else f"apart in time, with a gap from {span}"


def heights(planned: Planned) -> str:
    """How high one volume reaches, as it was said."""
    said = planned.volume.band
    return "all heights" if said.lower_mm is None and said.upper_mm is None else band(said)


def lateral(conflict: Conflict) -> str:
    """How far apart on the ground."""
    return short_length(conflict.lateral_mm)


def vertical(conflict: Conflict) -> str:
    """How far apart in height; a span where datums differ."""
    return height_gap(conflict.vertical_mm, conflict.vertical_most_mm)


def height_gap(least_mm: int, most_mm: int) -> str:
    """One height, or from the least to the most that a conversion leaves possible."""
    least = bare_height(least_mm)
    return least if least_mm == most_mm else f"between {least} and {bare_height(most_mm)}"


def time(conflict: Conflict) -> str:
    """How far apart in time."""
    return took(conflict.time_us)


def short_length(mm: int) -> str:
    """A length as people say it: metres to a tenth, from 10 km on kilometres to 10 m; exact ones stay exact."""
    if mm >= 10_000_000:
        return f"{mm / 1_000_000:,.2f}".rstrip("0").rstrip(".") + " km"
    return length(mm) if mm % 100 == 0 else f"{mm / 1_000:,.1f} m"


def side(planned: Planned, notice: str) -> str:
    """One side's place: which volume of the notice, and where it stands in the input."""
    which = f"volume {planned.id}, " if planned.id != notice else ""
    return f"{which}{planned.place}"
