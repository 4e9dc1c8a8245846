"""A check's answer as GeoJSON (RFC 7946): each clash as a line between the nearest positions, and the volumes in it.

Volumes are written in the words that `check` reads, so a file of them can be read again; `kind` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check.answers import Row, conflict_row, json_answer
from wellclear.apps.check.plan import Checked
from wellclear.interop.features import feature_of, line_of
from wellclear.interop.planned import Planned


def geojson_answer(checked: Checked) -> Row:
    """The conflicts, then every volume that is in one; what was compared stands in foreign members beside them."""
    told = json_answer(checked)
    members = {name: told[name] for name in ("answer", "against", "compared", "skipped", "notes", "minima", "engine")}
    features = [_clash(checked, conflict) for conflict in checked.conflicts]
    features += [volume_feature(planned) for planned in _concerned(checked)]
    return {"type": "FeatureCollection", "features": features, **members}


def volume_feature(planned: Planned) -> Row:
    """One volume as a feature that `check` can read."""
    feature = feature_of(planned)
    feature["properties"] = {"kind": "volume", **feature["properties"]}
    return feature


def _clash(checked: Checked, conflict: Conflict) -> Row:
    a, b = line_of(checked.places(conflict))
    geometry: Row = {"type": "Point", "coordinates": a} if a == b else {"type": "LineString", "coordinates": [a, b]}
    properties = {
        "kind": "conflict", "title": f"{conflict.a} and {conflict.b}", **conflict_row(checked, conflict)
    }  # fmt: skip
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _concerned(checked: Checked) -> Iterator[Planned]:
    """Every volume of every notice that is in a conflict, once."""
    for id_ in dict.fromkeys(id_ for conflict in checked.conflicts for id_ in (conflict.a, conflict.b)):
        yield from checked.plan.notices[id_].planned
