"""A check's answer for programs: JSON and CSV. Whole numbers carry their unit in the name; words stand beside them."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check import words
from wellclear.apps.check.extent import extents
from wellclear.apps.check.minima import minima_fields
from wellclear.apps.check.plan import Checked, Plan
from wellclear.apps.check.stream import Row, csv_pieces, object_pieces
from wellclear.domain.quantities import Position, degrees_from_e7, format_time
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue
from wellclear.interop.planned import Place, Planned, Skipped

CSV_COLUMNS = (
    "verdict", "a", "a_party", "a_category", "a_volume", "b", "b_party", "b_category", "b_volume", "start", "end",
    "a_lat", "a_lon", "b_lat", "b_lon", "lateral_mm", "vertical_mm", "vertical_most_mm", "time_us",
    "lateral_minimum_mm", "vertical_minimum_mm", "time_minimum_us", "a_heights", "b_heights", "a_place", "b_place",
    "why_possible",
)  # fmt: skip


def json_pieces(checked: Checked) -> Iterator[str]:
    """The whole answer, its conflicts one by one."""
    rows = (conflict_row(checked, one) for one in checked.conflicts)
    return object_pieces(head(checked), "conflicts", rows, rest(checked))


def head(checked: Checked) -> Row:
    """What stands before the conflicts."""
    return {"answer": words.headline(checked), "against": words.against(checked)}


def rest(checked: Checked) -> Row:
    """What stands after them."""
    return {
        "compared": checked.compared(),
        "extents": {party: one.json() for party, one in extents(checked.plan).items()},
        "skipped": [skipped_row(one) for one in checked.plan.skipped],
        "notes": note_rows(checked.plan), "minima": checked.minima.json(), "engine": checked.engine,
    }  # fmt: skip


def note_rows(plan: Plan) -> list[Row]:
    """What the caller should know of how volumes were read."""
    return [{"id": planned.id, "place": str(planned.place), "note": note} for planned, note in plan.notes()]


def conflict_row(checked: Checked, conflict: Conflict) -> Row:
    """One pair: who, the verdict, where, when, how high, how far apart and how far it should be."""
    a, b = (checked.volume_of(conflict, name) for name in "ab")
    a_place, b_place = checked.places(conflict)
    row: Row = {
        "a": conflict.a, "b": conflict.b, "verdict": conflict.verdict,
        "a_side": _side_row(a, conflict.a_leg, a_place),
        "b_side": _side_row(b, conflict.b_leg, b_place),
        "start": moment_text(conflict.start_us), "end": moment_text(conflict.end_us),
        "start_us": conflict.start_us, "end_us": conflict.end_us,
        "lateral_mm": conflict.lateral_mm, "lateral_margin_mm": conflict.lateral_margin_mm,
        "vertical_mm": conflict.vertical_mm, "vertical_most_mm": conflict.vertical_most_mm,
        "vertical_margin_mm": conflict.vertical_margin_mm,
        "time_us": conflict.time_us, "time_margin_us": conflict.time_margin_us,
        "minima": minima_fields(conflict.minima),
        "said": {
            "where": words.where(a_place, b_place), "when": words.when(conflict), "lateral": words.lateral(conflict),
            "vertical": words.vertical(conflict), "time": words.time(conflict),
        },
        "volume_pairs": {"conflict": conflict.conflicts, "possible": conflict.possibles},
        "engine": conflict.engine,
    }  # fmt: skip
    if conflict.verdict == "possible":
        row["why_possible"] = words.why_possible(checked, conflict)
    return row


def _side_row(planned: Planned, leg: int, nearest: Position) -> Row:
    return {
        "volume": planned.id, "leg": leg, "party": planned.party, "category": planned.category,
        "nearest": {
            "lat": degrees_from_e7(nearest.lat_e7), "lon": degrees_from_e7(nearest.lon_e7), "said": str(nearest),
        },
        "heights": {**band_fields(planned.volume.band), "said": words.heights(planned)},
        "start": moment_text(planned.volume.window.start_us), "end": moment_text(planned.volume.window.end_us),
        "place": place_row(planned.place),
    }  # fmt: skip


def band_fields(band: AltitudeBand) -> Row:
    """A band as a part writes it: an absent face is unbounded."""
    faces = {"lower_mm": band.lower_mm, "upper_mm": band.upper_mm}
    return {"datum": band.datum.value, **{name: face for name, face in faces.items() if face is not None}}


def place_row(place: Place) -> Row:
    """A place in the input; what the format does not have is absent."""
    told = {"file": place.file, "index": place.index, "line": place.line, "said": str(place)}
    return {name: value for name, value in told.items() if value is not None}


def skipped_row(skipped: Skipped) -> Row:
    """A feature that could not be used."""
    return {
        "id": skipped.id, "place": place_row(skipped.place), "field": skipped.field, "reason": skipped.reason,
        "do": skipped.do, "said": str(skipped),
    }  # fmt: skip


def moment_text(moment_us: int) -> str:
    """RFC 3339 with Z; a moment that no calendar has stays a number."""
    try:
        return format_time(moment_us)
    except InvalidValue:
        return f"{moment_us} us"


def csv_answer(checked: Checked) -> Iterator[str]:
    """One line a conflict, under a line of names."""
    return csv_pieces(CSV_COLUMNS, (_csv_row(checked, conflict) for conflict in checked.conflicts))


def _csv_row(checked: Checked, conflict: Conflict) -> Row:
    row: Row = {
        "verdict": conflict.verdict, "a": conflict.a, "b": conflict.b, "start": moment_text(conflict.start_us),
        "end": moment_text(conflict.end_us), "lateral_mm": conflict.lateral_mm, "vertical_mm": conflict.vertical_mm,
        "vertical_most_mm": conflict.vertical_most_mm, "time_us": conflict.time_us,
        "lateral_minimum_mm": conflict.minima.lateral_mm, "vertical_minimum_mm": conflict.minima.vertical_mm,
        "time_minimum_us": conflict.minima.time_us, "why_possible": words.why_possible(checked, conflict),
    }  # fmt: skip
    for name, nearest in zip("ab", checked.places(conflict), strict=True):
        planned = checked.volume_of(conflict, name)
        row |= {
            f"{name}_party": planned.party, f"{name}_category": planned.category, f"{name}_volume": planned.id,
            f"{name}_lat": degrees_from_e7(nearest.lat_e7), f"{name}_lon": degrees_from_e7(nearest.lon_e7),
            f"{name}_heights": words.heights(planned), f"{name}_place": str(planned.place),
        }  # fmt: skip
    return row
