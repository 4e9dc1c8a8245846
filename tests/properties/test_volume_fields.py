"""Whatever JSON says, a volume is read, refused by name, or stood in for; nothing else ever happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.domain.quantities import WHOLE_MAX, degrees_from_e7, e7_from_degrees
from wellclear.domain.volume_fields import volume_fields, volume_from, volume_or_cap
from wellclear.errors import InvalidValue

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
PAIR = st.lists(st.integers(-900_000_000, 900_000_000), min_size=2, max_size=2)
CLOSE_PAIR = st.lists(st.integers(-3, 3), min_size=2, max_size=2)  # so small that rings often touch themselves
RING = st.lists(PAIR | CLOSE_PAIR, max_size=6)


def _mostly(sound: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(sound, sound, sound, Json)


NEARLY_A_VOLUME = st.fixed_dictionaries(
    {
        "kind": _mostly(st.sampled_from(["circle", "corridor", "polygon", "polygons"])),
        "band": _mostly(
            st.fixed_dictionaries(
                {"datum": st.sampled_from(["W84", "AMSL", "STD"])},
                optional={"lower_mm": st.integers(-5, 5), "upper_mm": st.integers(-5, 5)},
            )
        ),
        "start_us": _mostly(st.integers(-5, 0)),
        "end_us": _mostly(st.integers(0, 5)),
    },
    optional={
        "centre": _mostly(PAIR),
        "radius_mm": _mostly(st.integers(-1, WHOLE_MAX)),
        "route": _mostly(st.lists(PAIR, max_size=4)),
        "half_width_mm": _mostly(st.integers(0, 9_000)),
        "times_us": _mostly(st.lists(st.integers(-5, 5), max_size=4)),
        "rings": _mostly(st.lists(RING, max_size=2)),
        "polygons": _mostly(st.lists(st.lists(RING, max_size=2), max_size=2)),
    },
)
OWN: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "circle": {"centre": PAIR, "radius_mm": st.integers(0, 9_000)},
    "corridor": {"route": st.lists(PAIR | CLOSE_PAIR, max_size=4), "half_width_mm": st.integers(0, 9_000)},
    "polygon": {"rings": st.lists(RING, min_size=1, max_size=2)},
    "polygons": {"polygons": st.lists(st.lists(RING, min_size=1, max_size=1), min_size=1, max_size=2)},
}
ONE_KIND = st.sampled_from(sorted(OWN)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "band": st.just({"datum": "AMSL", "lower_mm": 0}),
            "start_us": st.just(0),
            "end_us": st.just(9),
            **OWN[kind],
        }
    )
)


@given(Json | NEARLY_A_VOLUME | ONE_KIND)
def test_any_json_is_a_volume_or_a_named_refusal(fields: object) -> None:
    """And what was read is written again as it was; what was not has a stand-in and a reason."""
    stand_in, reason = volume_or_cap(fields)
    if reason is None:
        assert stand_in == volume_from(fields)
        assert volume_fields(stand_in) == fields
    else:
        with pytest.raises(InvalidValue) as refusal:
            volume_from(fields)
        assert reason == str(refusal.value)
        assert stand_in.legs() == (stand_in,)


@given(st.integers(-1_800_000_000, 1_800_000_000))
def test_degrees_survive_being_written(value_e7: int) -> None:
    """Text and integers are two spellings of one quantity."""
    assert e7_from_degrees(degrees_from_e7(value_e7)) == value_e7
