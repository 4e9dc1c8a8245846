from __future__ import annotations

import pytest

from tests.unit.apps.check.plans import at, plan, planned, skipped, volume
from wellclear.apps.check import words
from wellclear.apps.check.minima import typed_minima
from wellclear.apps.check.plan import SAME_ID, checked
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand, Point

MINIMA = typed_minima("500", "100 ft", "60")


@pytest.mark.requirement("R32")
def test_volumes_of_different_parties_conflict_and_of_one_party_never() -> None:
    answer = checked(
        plan(planned("A-1", "NORTHLAND"), planned("A-2", "NORTHLAND"), planned("B-1", "SOUTHLAND")), MINIMA
    )
    assert [(one.a, one.b, one.verdict) for one in answer.conflicts] == [
        ("A-1", "B-1", "conflict"),
        ("A-2", "B-1", "conflict"),
    ]
    assert answer.exit_code == 1
    assert words.headline(answer) == "2 conflicts found."


@pytest.mark.requirement("R32", "R3")
def test_a_negative_answer_says_against_what() -> None:
    answer = checked(plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", volume(50.0, 8.0))), MINIMA)
    assert (answer.exit_code, words.headline(answer)) == (0, "No conflict found.")
    assert words.against(answer) == (
        "Compared: 1 volume of NORTHLAND and 1 volume of SOUTHLAND, in 2 notices; none of them coarse. "
        "Nothing was skipped."
    )


@pytest.mark.parametrize("count", [1, 2])
def test_one_party_alone_was_not_compared(count: int) -> None:
    answer = checked(plan(*(planned(f"A-{number}", "NORTHLAND") for number in range(count))), MINIMA)
    assert not answer.was_compared
    assert answer.exit_code == 0
    assert words.headline(answer).startswith("Nothing was compared: ")
    assert answer.compared()["nothing_was_compared"] == "yes"


def test_nothing_at_all_was_not_compared() -> None:
    assert words.headline(checked(plan(), MINIMA)).startswith("Nothing was compared: there is no volume")


def test_what_was_skipped_is_3_and_a_conflict_beside_it_is_still_1() -> None:
    clear = checked(
        plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", volume(50.0, 8.0)), skipped()), MINIMA
    )
    assert clear.exit_code == 3
    assert "1 feature was SKIPPED and not compared: a clash there is not seen." in words.against(clear)
    clash = checked(plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND"), skipped()), MINIMA)
    assert clash.exit_code == 1
    assert "SKIPPED" in words.against(clash)


def test_several_volumes_of_one_notice_are_one_side() -> None:
    far, near = volume(50.0, 8.0), volume()
    found = checked(
        plan(
            planned("A-1a", "NORTHLAND", far, notice="A-1"),
            planned("A-1b", "NORTHLAND", near, notice="A-1", line=2),
            planned("B-1", "SOUTHLAND"),
        ),
        MINIMA,
    )
    (conflict,) = found.conflicts
    assert (conflict.a, conflict.b) == ("A-1", "B-1")
    assert found.volume_of(conflict, "a").id == "A-1b"
    assert (len(found.plan.notices), found.plan.volumes) == (2, 3)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            planned("A-1", "SOUTHLAND", line=7),
            (
                "plan.csv, line 7 (A-1): id: is taken already by plan.csv, line 1; give it another id; several "
                "volumes of one notice keep ids of their own and share “notice”"
            ),
        ),
        (
            planned("A-2", "SOUTHLAND", notice="A-1", line=7),
            (
                "plan.csv, line 7 (A-2): party: is SOUTHLAND, but plan.csv, line 1 says NORTHLAND for the same "
                "notice A-1; say one party for all volumes of a notice"
            ),
        ),
        (
            planned("A-2", "NORTHLAND", notice="A-1", category="sea", line=7),
            (
                "plan.csv, line 7 (A-2): category: is sea, but plan.csv, line 1 says air for the same notice A-1; "
                "say one category for all volumes of a notice"
            ),
        ),
        (
            planned("A-2", "", line=7),
            "plan.csv, line 7 (A-2): party: is missing; say whose it is, or give --party for all that name none",
        ),
    ],
)
def test_what_does_not_fit_is_skipped_with_both_places(item: object, said: str) -> None:
    made = plan(planned("A-1", "NORTHLAND"), item)  # type: ignore[arg-type]  # one of the two kinds
    assert [str(one) for one in made.skipped] == [said]
    assert list(made.notices) == ["A-1"]


def test_only_the_own_party_has_drafts_in_a_channel() -> None:
    made = plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", line=2), own="NORTHLAND")
    assert list(made.notices) == ["A-1"]
    assert "this check is for the drafts of NORTHLAND alone" in str(made.skipped[0])


@pytest.mark.requirement("R32")
def test_a_possible_conflict_says_why_it_is_not_certain() -> None:
    levels = AltitudeBand(Datum.STD, 1_524_000, 1_828_800)
    answer = checked(plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", volume(band=levels))), MINIMA)
    (conflict,) = answer.conflicts
    assert (conflict.verdict, answer.exit_code) == ("possible", 1)
    assert "AMSL" in words.why_possible(answer, conflict)
    assert words.headline(answer) == "1 possible conflict found."


def test_files_may_be_given_in_any_order() -> None:
    items = [planned(f"{party}-{n}", party, volume(34.5 + n / 50)) for n in range(5) for party in ("NORTH", "SOUTH")]
    forward, backward = (checked(plan(*order), MINIMA).conflicts for order in (items, items[::-1]))
    assert list(forward) == list(backward)


def test_parties_that_differ_in_capitals_only_are_pointed_out() -> None:
    answer = checked(plan(planned("A-1", "NORTHLAND"), planned("A-2", "Northland")), MINIMA)
    assert words.against(answer).endswith(
        "NORTHLAND and Northland differ in capitals only, and were taken for different parties."
    )


def test_progress_is_told() -> None:
    heard: list[tuple[str, int, int]] = []
    items = [planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND")]
    checked(plan(*items), MINIMA, lambda what, done, of: heard.append((what, done, of)))
    assert heard[0] == ("sorting volumes into the airspace", 0, 2)
    assert heard[-1][0] == "comparing"


def test_a_touch_is_told_with_both_positions() -> None:
    east = volume(skeleton=Point(at(34.5, 38.33)), radius_mm=1_000_000)
    near = plan(planned("A-1", "NORTHLAND"), planned("B-1", "SOUTHLAND", east))
    answer = checked(near, typed_minima("1 km", "0", "0"))
    (conflict,) = answer.conflicts
    assert " and " in words.where(*answer.places(conflict))
    assert words.lateral(conflict).endswith(" m")


def test_two_parties_may_have_the_same_ids_in_their_own_files() -> None:
    ours = [
        planned("R/1", "NORTHLAND", notice="R", file="a.kml"),
        planned("R/2", "NORTHLAND", notice="R", file="a.kml"),
    ]
    theirs = [
        planned("R/1", "SOUTHLAND", notice="R", file="b.kml"),
        planned("R/2", "SOUTHLAND", notice="R", file="b.kml"),
    ]
    whole = plan(*ours, *theirs, planned("R/1", "SOUTHLAND", notice="R", file="c.kml"))
    assert {id_: [one.id for one in notice.planned] for id_, notice in whole.notices.items()} == {
        "R": ["R/1", "R/2"],
        "R (SOUTHLAND)": ["R/1 (SOUTHLAND)", "R/2 (SOUTHLAND)"],
    }
    assert [note for _, note in whole.notes()] == [SAME_ID, SAME_ID]
    assert [(one.id, one.reason) for one in whole.skipped] == [("R/1 (SOUTHLAND)", "is taken already by b.kml, line 1")]


def test_in_one_file_an_id_stands_once_whoever_has_it() -> None:
    whole = plan(planned("A", "NORTHLAND"), planned("A", "SOUTHLAND", line=2))
    assert [(one.id, one.field) for one in whole.skipped] == [("A", "id")]
