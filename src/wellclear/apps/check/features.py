"""A check's answer as GeoJSON (RFC 7946): each clash as a line between the nearest positions, and the volumes in it.

Volumes are written in the words that `check` reads, so a file of them can be read again; `kind` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check.answers import conflict_row, head, rest
from wellclear.apps.check.plan import Checked
from wellclear.apps.check.stream import Row, object_pieces
from wellclear.interop.features import feature_of, line_of
from wellclear.interop.planned import Planned


def geojson_pieces(checked: Checked) -> Iterator[str]:
    """The conflicts, then every volume that is in one; what was compared stands in foreign members beside them."""
    return object_pieces({"type": "FeatureCollection", **head(checked)}, "features", _features(checked), rest(checked))


def _features(checked: Checked) -> Iterator[Row]:
    concerned = dict[str, None]()
    for conflict in checked.conflicts:
        concerned[conflict.a] = concerned[conflict.b] = None
        yield _clash(checked, conflict)
    for id_ in concerned:
        yield from (volume_feature(planned) for planned in checked.plan.notices[id_].planned)


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
