"""Files to start from: each has one example of a kind, and a clash to be found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from wellclear.interop import table


def geojson_template() -> str:
    """Four volumes of two parties: a corridor, a circle of two volumes' notice, an area; one line a feature."""
    features = [_feature(*one) for one in _EXAMPLES]
    rows = ",\n    ".join(json.dumps(feature) for feature in features)
    return f'{{\n  "type": "FeatureCollection",\n  "features": [\n    {rows}\n  ]\n}}\n'


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    window = {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T14:00:00Z"}
    return {"type": "Feature", "geometry": geometry, "properties": {**properties, **window}}


_EXAMPLES: Final[tuple[tuple[dict[str, Any], dict[str, Any]], ...]] = (
    (
        {"type": "LineString", "coordinates": [[38.10, 34.50], [38.30, 34.56], [38.55, 34.54]]},
        {
            "id": "N-ROUTE", "party": "NORTHLAND", "category": "drone", "half_width_m": 1000,
            "lower": {"value": 3000, "unit": "FT", "datum": "AMSL"},
            "upper": {"value": 5000, "unit": "FT", "datum": "AMSL"},
        },
    ),
    (
        {"type": "Point", "coordinates": [38.27, 34.60]},
        {
            "id": "S-CIRCLE", "notice": "S-FIRING", "party": "SOUTHLAND", "category": "firing", "radius_m": 5000,
            "upper": {"value": 2500, "unit": "M", "datum": "AMSL"},
        },
    ),
    (
        {"type": "Point", "coordinates": [39.10, 34.90]},
        {
            "id": "S-CIRCLE-2", "notice": "S-FIRING", "party": "SOUTHLAND", "category": "firing", "radius_m": 2000,
            "upper": {"value": 2500, "unit": "M", "datum": "AMSL"},
        },
    ),
    (
        {
            "type": "Polygon",
            "coordinates": [[[37.0, 33.8], [37.2, 33.8], [37.2, 34.0], [37.0, 34.0], [37.0, 33.8]]],
        },
        {
            "id": "S-AREA", "party": "SOUTHLAND", "category": "air",
            "lower": {"value": 100, "unit": "FL", "datum": "STD"},
            "upper": {"value": 240, "unit": "FL", "datum": "STD"},
        },
    ),
)  # fmt: skip

TEMPLATES: Final[dict[str, Callable[[], str]]] = {"csv": table.template, "geojson": geojson_template}
"""By name of the format."""
