"""What a map shows of a check: all of it while that can be seen, the worst of it where it cannot."""

from __future__ import annotations

import pytest

from tests.unit.apps.check.map.sketches import clash, of_channel, of_files, theirs
from tests.unit.apps.check.plans import HOUR_US, START_US, planned, volume
from wellclear.apps.check.blocks import blocks
from wellclear.apps.check.map import scene as scenes
from wellclear.apps.check.map.land import land_around
from wellclear.apps.check.map.plane import Plane
from wellclear.apps.check.map.scene import scene_of, visible
from wellclear.apps.check.plan import Checked
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand


def crowd(number: int = 30) -> Checked:
    """Two that clash, and others in a row far from each other and from them."""
    far = [planned(f"F-{one}", "FAR", volume(10.0 + one, 38.3)) for one in range(number)]
    return of_files(planned("A", "NORTH"), planned("B", "SOUTH"), *far)


def test_above_a_number_only_what_clashes_is_drawn_and_the_rest_is_counted() -> None:
    scene = scene_of(crowd(), drawn_max=10)
    assert [shape.planned.id for shape in scene.shapes] == ["A", "B"]
    assert all(shape.clashes for shape in scene.shapes)
    assert sum(scene.density.counts) == 30
    assert len(scene_of(crowd()).shapes) == 32
    assert scene_of(crowd()).density.counts == ()


def test_what_comes_nearest_is_drawn_before_the_rest_of_its_notice() -> None:
    several = [planned(f"A-{one}", "NORTH", volume(34.5 + one, 38.3), notice="A") for one in (3, 2, 1, 0)]
    scene = scene_of(of_files(*several, planned("B", "SOUTH")), drawn_max=2)
    assert [shape.planned.id for shape in scene.shapes] == ["A-0", "B"]
    assert (scene.clashes[0].a, scene.clashes[0].b) == (0, 1)


def test_clashes_have_the_numbers_of_the_answer_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    near = [planned(f"N-{one}", "NORTH", volume(34.5 + one / 50, 38.3)) for one in (2, 1, 0)]
    checked = of_files(*near, planned("S", "SOUTH"))
    scene = scene_of(checked)
    assert [clash_.block for clash_ in scene.clashes] == list(blocks(checked))
    assert [clash_.number for clash_ in scene.clashes] == [1, 2, 3]
    monkeypatch.setattr(scenes, "CLASHES_MAX", 1)
    worst = scene_of(checked)
    assert [clash_.number for clash_ in worst.clashes] == [1]
    assert worst.clashes[0].ids == ("N-0", "S")
    assert worst.clashes_found == 3


def test_where_volumes_meet_is_one_place_and_else_two() -> None:
    assert len(scene_of(clash()).clashes[0].at) == 1
    apart = of_files(planned("A", "NORTH", volume(34.5)), planned("B", "SOUTH", volume(34.55)))
    (found,) = scene_of(apart).clashes
    assert len(found.at) == 2
    assert found.overlap == ()


def test_what_lasts_far_longer_does_not_stretch_the_times() -> None:
    long = planned("L", "LONG", volume(20.0, hours=24 * 365))
    short = [planned(f"S-{one}", "SHORT", volume(30.0 + one, start_us=START_US + HOUR_US)) for one in range(3)]
    assert scene_of(of_files(long, *short)).span == (START_US + HOUR_US, START_US + 2 * HOUR_US)


def test_what_has_no_inside_on_the_map_is_named() -> None:
    around = planned("A-1", "NORTH", volume(radius_mm=19_900_000_000))
    assert "A-1" in scene_of(of_files(around, planned("B-1", "SOUTH"))).notes[0]


def test_mixed_datums_are_said() -> None:
    wgs = AltitudeBand(Datum.W84, 0, 1_000_000)
    scene = scene_of(of_files(planned("A", "NORTH"), planned("B", "SOUTH", volume(36.0, band=wgs))))
    assert scene.notes[0].startswith("Heights are from AMSL and W84")
    free = AltitudeBand(Datum.W84, None, None)
    assert not scene_of(of_files(planned("A", "NORTH"), planned("B", "SOUTH", volume(36.0, band=free)))).notes


@pytest.mark.requirement("N13")
def test_against_a_channel_only_own_drafts_are_shapes() -> None:
    scene = scene_of(of_channel(theirs(34.51, 38.31)))
    assert {shape.planned.party for shape in scene.shapes} == {"NORTH"}
    assert scene.own == "NORTH"
    assert scene.clashes[0].b is None


def test_characters_that_turn_text_become_visible() -> None:
    assert visible("A\u202eB") == "A<U+202E>B"
    assert visible("متابعة-٧") == "متابعة-٧"


def test_land_is_there_where_it_is_and_there_are_no_borders() -> None:
    kinds = {kind for kind, _ in land_around(Plane(179.0, -17.5), (-2e5, -2e5, 2e5, 2e5))}
    assert kinds == {"coast"}
    inland = land_around(Plane(38.3, 34.5), (-5e4, -5e4, 5e4, 5e4))
    assert "river" in {kind for kind, _ in inland}
    assert not land_around(Plane(-140.0, -45.0), (-1e4, -1e4, 1e4, 1e4))
    everywhere = land_around(Plane(0.0, 0.0), (-1e7, -1e7, 1e7, 1e7))
    assert len(everywhere) > 3_000
