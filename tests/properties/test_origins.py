"""How often a claim counts is the least number of voices whose silence would take it away (Menger)."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from wellclear.interop.reports.origins import Kind, Voice, traced
from wellclear.interop.reports.report import Report

ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "X", "Y"]), st.sampled_from(["", "s", "t", "u"])),
    min_size=1, max_size=8,
)  # fmt: skip


def made(rows: list[tuple[str, str, str]]) -> list[Report]:
    return [Report(str(at), "f", "c", outlet, "2025-04-10", agency, speaker)
            for at, (outlet, agency, speaker) in enumerate(rows)]  # fmt: skip


def graph_of(rows: list[tuple[str, str, str]]) -> dict[Voice, set[Voice]]:
    behind: dict[Voice, set[Voice]] = {}
    for outlet, agency, speaker in rows:
        chain = [Voice(Kind.OUTLET, outlet)]
        chain += [Voice(kind, name) for kind, name in ((Kind.AGENCY, agency), (Kind.SPEAKER, speaker)) if name]
        for at, voice in enumerate(chain):
            behind.setdefault(voice, set()).update(chain[at + 1 : at + 2])
    return behind


def silenced(behind: dict[Voice, set[Voice]], silent: frozenset[Voice]) -> bool:
    left = [voice for voice in behind if voice.kind is Kind.OUTLET and voice not in silent]
    for voice in left:
        if not behind[voice]:
            return False
        left += [one for one in behind[voice] if one not in silent and one not in left]
    return True


@given(ROWS)
def test_a_claim_counts_as_often_as_voices_would_have_to_fall_silent(rows: list[tuple[str, str, str]]) -> None:
    behind = graph_of(rows)
    least = next(
        size for size in range(1, len(behind) + 1)
        if any(silenced(behind, frozenset(some)) for some in combinations(behind, size))
    )  # fmt: skip
    (found,) = traced(made(rows))
    assert found.count == least
    assert all(silenced(behind, frozenset([voice])) for voice in found.through)


@given(ROWS, st.permutations(range(8)))
def test_the_order_of_the_reports_is_of_no_account(rows: list[tuple[str, str, str]], order: list[int]) -> None:
    reports = made(rows)
    (one,), (other,) = traced(reports), traced([reports[at] for at in order if at < len(reports)])
    assert (one.count, one.through, one.origins) == (other.count, other.through, other.origins)
