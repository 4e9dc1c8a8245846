"""NGA's own test values of EGM96 against the grid that ships, by the stated bound of bilinear interpolation."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from wellclear.airspace.geoid import INTERPOLATION_MM, undulation_mm
from wellclear.domain.quantities import Position

POINTS = json.loads((Path(__file__).parent / "egm96_nga.json").read_text("utf-8"))


@pytest.mark.requirement("R32")
@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point['lat']},{point['lon']}")
def test_the_grid_gives_what_nga_published(point: dict[str, str]) -> None:
    lon = Decimal(point["lon"])
    lon_e7 = int((lon - 360 if lon > 180 else lon).scaleb(7))
    found_mm = undulation_mm(Position(int(Decimal(point["lat"]).scaleb(7)), lon_e7))
    for said in ("model_m", "spline_m"):
        published_mm = int(Decimal(point[said]) * 1000)
        assert abs(found_mm - published_mm) <= INTERPOLATION_MM
        assert abs(found_mm - published_mm) <= 60, "all six are in smooth places; this is what bilinear costs there"
