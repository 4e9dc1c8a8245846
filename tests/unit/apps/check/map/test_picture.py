"""The picture of a check: drawn without a browser, of the size that was asked for, red only where something clashes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.unit.apps.check.map.sketches import TURNING, clash, of_channel, of_files, theirs
from tests.unit.apps.check.plans import at, planned, skipped, volume
from wellclear.airspace.geodesy import Ints
from wellclear.apps.check.map import ink
from wellclear.apps.check.map.ink import fitted, settable, width_of, wrapped
from wellclear.apps.check.map.picture import DEFAULT_SIZE, map_png, picture_size
from wellclear.apps.check.map.sheetmap import PARTIES
from wellclear.apps.check.plan import Checked
from wellclear.domain.volume import Point, Polygon
from wellclear.errors import InvalidValue

SMALL = (800, 600)


def pixels(checked: Checked) -> Ints:
    return np.asarray(Image.open(BytesIO(map_png(checked, SMALL))).convert("RGB")).astype(np.int64)


def red(picture: Ints) -> int:
    """Pixels that are nothing but red."""
    return int(((picture[..., 0] > 140) & (picture[..., 1] < 60) & (picture[..., 2] < 60)).sum())


def test_red_is_the_clash_and_nothing_else() -> None:
    apart = of_files(planned("A-1", "NORTH"), planned("B-1", "SOUTH", volume(36.0)))
    assert red(pixels(apart)) == 0
    assert red(pixels(clash())) > 100
    for colour in PARTIES:
        red_part, green, blue = (int(colour[at_ : at_ + 2], 16) for at_ in (1, 3, 5))
        assert red_part < 1.6 * max(green, blue), f"{colour} could be taken for a clash"


@pytest.mark.parametrize("size", [SMALL, (600, 900), (2_400, 700), DEFAULT_SIZE, (3_600, 600)])
def test_the_picture_is_as_large_as_was_asked_for(size: tuple[int, int]) -> None:
    made = Image.open(BytesIO(map_png(clash(), size)))
    assert (made.format, made.size) == ("PNG", size)


@pytest.mark.parametrize(("lat", "lon"), [(-17.0, 179.99), (89.999, 20.0), (-90.0, 0.0), (0.0, 0.0)])
def test_every_place_of_the_earth_can_be_drawn(lat: float, lon: float) -> None:
    near = volume(skeleton=Point(at(lat, lon)), radius_mm=50_000_000)
    ring = tuple(
        at(max(-89.9, min(89.9, lat)) + (0.05 if lat < 0 else -0.05) * up, lon + over)
        for up, over in ((0, 0), (1, 0.4), (2, 0))
    )
    found = of_files(
        planned("A-1", "NORTH", near), planned("B-1", "SOUTH", volume(skeleton=Polygon((ring,)), radius_mm=0))
    )
    assert red(pixels(found)) > 50


def test_whatever_is_in_a_check_can_be_drawn() -> None:
    for checked in (
        of_files(skipped()),
        of_files(planned("A-1", "NORTH")),
        clash(TURNING, "متابعة-٧ אזור ЮГ 漢"),
        of_files(*(planned(f"A-{one}", f"PARTY {one}", volume(34.5 + one / 100)) for one in range(45))),
        of_channel(theirs(34.5, 38.3)),
        of_channel(theirs(34.5, 38.3, coarse=True), exercise=True),
    ):
        assert map_png(checked, SMALL).startswith(b"\x89PNG")


def test_the_same_check_is_the_same_picture() -> None:
    assert map_png(clash(), SMALL) == map_png(clash(), SMALL)


def test_what_cannot_be_set_is_told_by_its_code_points(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settable("A-1 متابعة אזור ЮГ é") == "A-1 متابعة אזור ЮГ é"
    assert settable("漢1") == "<U+6F22>1"
    monkeypatch.setattr(ink, "_SHAPES_TEXT", False)
    assert settable("אA") == "<U+05D0>A"


def test_text_is_broken_at_spaces_and_cut_where_it_is_too_long() -> None:
    lines = wrapped("one two three four five six seven", 14, 90)
    assert " ".join(lines) == "one two three four five six seven"
    assert all(width_of(line, 14) <= 90 for line in lines)
    cut = wrapped("one two three four five six seven", 14, 90, 2)
    assert len(cut) == 2
    assert cut[1].endswith("…")
    assert width_of(fitted("x" * 500, 14, 120), 14) <= 120
    assert fitted("short", 14, 120) == "short"


@pytest.mark.parametrize("text", ["1600", "1600x", "ax9", "1600x10", "9999x9999", "-1x5", "1600x1130x2", ""])
def test_a_size_that_is_none_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"pixels"):
        picture_size(text, "--png-size")
    assert picture_size(" 1200 x 800 ", "--png-size") == (1200, 800)
