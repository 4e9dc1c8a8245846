"""Origins: of the case two outlets are one, and its eleven facts go back to whom they go back to."""

from __future__ import annotations

from importlib.resources import files

import pytest

from wellclear.errors import InvalidValue
from wellclear.interop.reports.origins import Kind, Traced, Voice, one_origin, traced
from wellclear.interop.reports.read import read_reports
from wellclear.interop.reports.report import Record, Report

AGENCY = Voice(Kind.AGENCY, "Agency X")
MONITOR = Voice(Kind.SPEAKER, "a war monitor")


def case() -> list[Traced]:
    with (files("wellclear.apps.outside") / "assets" / "palmyra-reports.csv").open("rb") as source:
        found = read_reports(source, "case")
    assert found.wrong == []
    return traced(found.reports.values())


def report(id_: str, outlet: str, agency: str = "", speaker: str = "", cites: tuple[str, ...] = ()) -> Report:
    return Report(id_, "f", "c", outlet, "2025-04-10", agency, speaker, cites=cites)


@pytest.mark.requirement("R36", "N8")
def test_of_the_case_two_outlets_are_one_origin() -> None:
    facts = case()
    assert len(facts) == 11
    assert {fact.count for fact in facts} == {1}
    (same,) = one_origin(facts)
    assert (same.outlets, same.through, same.facts) == (("Outlet A", "Outlet B"), (AGENCY,), 11)


@pytest.mark.requirement("N8")
def test_of_the_case_every_fact_tells_whom_it_goes_back_to() -> None:
    by_fact = {fact.fact[:2]: fact for fact in case()}
    assert [voice.name for voice in by_fact["02"].origins] == ["foreign minister of Northland", "sources in Northland"]
    assert by_fact["02"].records["sources in Northland"] == (Record.OFF,)
    assert by_fact["07"].origins == (AGENCY,)
    assert by_fact["09"].origins == (MONITOR,)
    assert by_fact["09"].outlets == ("Outlet A", "Outlet B", "Outlet C")
    assert len({one.claim for one in by_fact["09"].reports}) == 3  # each wording stays beside the others


@pytest.mark.parametrize(
    ("reports", "count", "through"),
    [
        ([report("1", "A")], 1, []),
        ([report("1", "A"), report("2", "B")], 2, []),
        ([report("1", "A", "X"), report("2", "B", "X")], 1, ["X"]),
        ([report("1", "A", "X", "s"), report("2", "B", "Y", "s")], 1, ["s"]),
        ([report("1", "A", "X", "s"), report("2", "B", "Y", "t")], 2, []),
        ([report("1", "A", "X", "s"), report("2", "A", "Y", "t")], 1, []),
        ([report("1", "A", "", "s"), report("2", "B", cites=("1",))], 1, ["A", "s"]),
        ([report("1", "A", "X"), report("2", "A", "Y"), report("3", "B", "X"), report("4", "C", "Y")], 2, []),
        ([report("1", "A", "X"), report("2", "A", "Y"), report("3", "B", "X")], 2, []),
    ],
)
def test_a_claim_counts_as_often_as_there_are_ways_that_share_nobody(
    reports: list[Report], count: int, through: list[str]
) -> None:
    (found,) = traced(reports)
    assert (found.count, [voice.name for voice in found.through]) == (count, through)


def test_to_quote_one_speaker_makes_no_two_outlets_one() -> None:
    assert one_origin(traced([report("1", "A", "", "s"), report("2", "B", "", "s")])) == []
    (same,) = one_origin(traced([report("1", "A"), report("2", "B", cites=("1",)), report("3", "C", cites=("2",))]))
    assert same.outlets == ("A", "B", "C")


def test_whoever_cites_in_a_circle_is_told_and_nobody_is_the_origin() -> None:
    with pytest.raises(InvalidValue, match=r"in a circle: A → B → A; one of them was first"):
        traced([report("1", "A", cites=("2",)), report("2", "B", cites=("1",)), report("3", "C", cites=("1",))])


def test_what_is_cited_must_be_there_and_about_the_same() -> None:
    with pytest.raises(InvalidValue, match="cites 9, which is not there"):
        traced([report("1", "A", cites=("9",))])
    other = Report("2", "g", "c", "B", "2025-04-10")
    with pytest.raises(InvalidValue, match="is about 'g' and not 'f'"):
        traced([report("1", "A", cites=("2",)), other])
