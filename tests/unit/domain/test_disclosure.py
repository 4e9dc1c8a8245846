"""At which level the agreement lets a category be shown."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wellclear.domain.agreement import CATEGORIES, EXPOSED, default_settings, settings_from
from wellclear.errors import InvalidValue


def with_levels(*rows: tuple[str, int]) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(default_settings())
    return fields | {"disclosure": [{"category": category, "level": level} for category, level in rows]}


@pytest.mark.requirement("R25", "N13")
@pytest.mark.parametrize("category", CATEGORIES)
def test_what_could_be_struck_is_a_cell_by_default_and_all_else_is_told(category: str) -> None:
    wanted = 1 if category in EXPOSED else 4
    assert default_settings().level_of(category) == wanted
    assert settings_from(with_levels()).level_of(category) == wanted, "no row opens what is exposed"
    assert settings_from(with_levels((category, 0))).level_of(category) == 0


@pytest.mark.requirement("N13")
@pytest.mark.parametrize("category", sorted(EXPOSED))
@pytest.mark.parametrize("level", [2, 3, 4])
def test_no_agreement_shows_more_of_what_could_be_struck_by_default(category: str, level: int) -> None:
    with pytest.raises(InvalidValue, match=f"disclosure: {category} is shown at level 1 at most"):
        settings_from(with_levels(("air", 2), (category, level)))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("air", 1), ("air", 2)], "each category once"),
        ([("air", 5)], "level"),
        ([("air", -1)], "level"),
        ([("town", 1)], "category"),
    ],
)
def test_a_level_is_one_of_five_and_a_category_stands_once(rows: list[tuple[str, int]], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        settings_from(with_levels(*rows))
