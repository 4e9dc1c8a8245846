from __future__ import annotations

import pytest

from wellclear.domain.quantities import parse_time
from wellclear.errors import InvalidValue
from wellclear.interop.moments import moment


@pytest.mark.requirement("R20")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00Z",
        "2026-11-23T10:00:00Z",
        "2026-11-23T13:00+03:00",
        "231000ZNOV26",
        "231000znov26",
        "2026-11-23 10:00Z",
        "2026-11-23T13:00+0300",
        "2026-11-23T05:30:00-0430",
        "2026-11-23 10:00 UTC",
        "2026-11-23T10:00:00GMT",
    ],
)
def test_a_moment_names_its_zone(text: str) -> None:
    assert moment(text, "--start") == parse_time("2026-11-23T10:00:00Z")


@pytest.mark.requirement("R20")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00",
        "2026-11-23 10:00",
        "10:00Z",
        "",
        "321000ZNOV26",
        "tomorrow",
        "2026-11-23T13:00+3",
        "2026-11-23T10:00 EST",
    ],
)
def test_a_moment_without_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="--start"):
        moment(text, "--start")


def test_a_moment_without_zone_is_told_what_to_write() -> None:
    with pytest.raises(InvalidValue, match="has no time zone; write it such as 2026-11-23T10:00:00Z"):
        moment("2026-11-23T10:00:00", "start")
