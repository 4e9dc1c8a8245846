"""What reports go back to: from outlet by agency to speaker, and how many ways a claim has come that share nobody.

Each report of a fact is a chain, outlet → agency → speaker, or outlet → the outlet of the report that it cites. Whoever
cites nobody is an *origin*. A claim counts as often as there are ways from an outlet to an origin of which no two pass
the same outlet, agency or speaker; by Menger's theorem that is the least number of voices whose silence would take the
claim away. So two outlets that carry one agency count once, and so do two agencies that quote one speaker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from typing import NamedTuple

from wellclear.errors import InvalidValue
from wellclear.interop.reports.report import Record, Report


class Kind(StrEnum):
    """What somebody is in the way of a claim."""

    OUTLET = "outlet"
    AGENCY = "agency"
    SPEAKER = "speaker"


class Voice(NamedTuple):
    """Somebody in the way of a claim, by the name in print."""

    kind: Kind
    name: str


Graph = Mapping[Voice, frozenset[Voice]]


@dataclass(frozen=True, slots=True)
class Traced:
    """One fact: who printed it, whom it goes back to, how often it counts, and where it counts once, through whom.

    `records` says of each origin that is a speaker whether it spoke on the record; `through` are the voices that every
    way passes.
    """

    fact: str
    reports: tuple[Report, ...]
    outlets: tuple[str, ...]
    origins: tuple[Voice, ...]
    records: Mapping[str, tuple[Record, ...]]
    count: int
    through: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class OneOrigin:
    """Outlets that are one: whatever two of them print of a fact has passed one agency or outlet; of how many facts."""

    outlets: tuple[str, ...]
    through: tuple[Voice, ...]
    facts: int


def traced(reports: Iterable[Report]) -> list[Traced]:
    """Every fact, in the order of their names.

    Raises:
        InvalidValue: a report cites one that is not there or is about another fact, or reports cite each other in a
        circle.
    """
    by_id = {report.id: report for report in reports}
    by_fact: dict[str, list[Report]] = {}
    for report in by_id.values():
        _check_cites(report, by_id)
        by_fact.setdefault(report.fact, []).append(report)
    return [_trace(fact, by_fact[fact], by_id) for fact in sorted(by_fact)]


def one_origin(facts: Iterable[Traced]) -> list[OneOrigin]:
    """The groups of outlets that are one origin, as far as these facts tell.

    To quote the same speaker makes no two outlets one, though what that speaker said counts once all the same.
    """
    given = list(facts)
    by_id = {report.id: report for fact in given for report in fact.reports}
    common: dict[tuple[str, str], set[Voice]] = {}
    for fact in given:
        graph = _graph(fact.reports, by_id)
        for pair in combinations(fact.outlets, 2):
            passed = _through(graph, [Voice(Kind.OUTLET, name) for name in pair])
            carriers = {voice for voice in passed if voice.kind is not Kind.SPEAKER}
            common[pair] = common[pair] & carriers if pair in common else carriers
    same = {pair: carriers for pair, carriers in common.items() if carriers}
    groups: list[set[str]] = []
    for pair in same:
        meeting = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group.isdisjoint(pair)] + [set(pair).union(*meeting)]
    found = []
    for group in groups:
        through = {voice for pair, carriers in same.items() if group.issuperset(pair) for voice in carriers}
        shared = sum(len(group.intersection(fact.outlets)) > 1 for fact in given)
        found.append(OneOrigin(tuple(sorted(group)), tuple(sorted(through)), shared))
    return sorted(found, key=lambda one: one.outlets)


def _check_cites(report: Report, by_id: Mapping[str, Report]) -> None:
    for cited in report.cites:
        if cited not in by_id:
            raise InvalidValue(report.id, f"cites {cited}, which is not there; enter it as well, or leave it out")
        if by_id[cited].fact != report.fact:
            why = f"cites {cited}, which is about {by_id[cited].fact!r} and not {report.fact!r}"
            raise InvalidValue(report.id, f"{why}; cite a report of the same fact")


def _trace(fact: str, reports: list[Report], by_id: Mapping[str, Report]) -> Traced:
    graph = _graph(reports, by_id)
    _check_circle(graph, fact)
    outlets = sorted({report.outlet for report in reports})
    starts = [Voice(Kind.OUTLET, name) for name in outlets]
    records: dict[str, set[Record]] = {}
    for report in reports:
        if report.speaker:
            records.setdefault(report.speaker, set()).add(report.record)
    return Traced(
        fact, tuple(reports), tuple(outlets), tuple(sorted(voice for voice, behind in graph.items() if not behind)),
        {name: tuple(sorted(said)) for name, said in sorted(records.items())}, _ways(graph, starts),
        tuple(_through(graph, starts)) if len(outlets) > 1 else (),
    )  # fmt: skip


def _graph(reports: Iterable[Report], by_id: Mapping[str, Report]) -> Graph:
    """Each voice with those that it goes back to."""
    found: dict[Voice, set[Voice]] = {}
    for report in reports:
        chain = [Voice(Kind.OUTLET, report.outlet)]
        chain += [Voice(Kind.AGENCY, report.agency)] if report.agency else []
        chain += [Voice(Kind.SPEAKER, report.speaker)] if report.speaker else []
        for voice, behind in pairwise(chain):
            found.setdefault(voice, set()).add(behind)
        found.setdefault(chain[-1], set())
        for cited in report.cites:
            outlet = Voice(Kind.OUTLET, by_id[cited].outlet)
            if outlet != chain[0]:
                found[chain[0]].add(outlet)
                found.setdefault(outlet, set())
    return {voice: frozenset(behind) for voice, behind in found.items()}


def _check_circle(graph: Graph, fact: str) -> None:
    """Raise InvalidValue where voices cite each other in a circle: nobody in it would be an origin."""
    left = dict(graph)
    while ends := [voice for voice, behind in left.items() if behind.isdisjoint(left)]:
        for voice in ends:
            del left[voice]
    if left:
        way = [min(left)]
        while (following := min(left[way[-1]].intersection(left))) not in way:
            way.append(following)
        names = " → ".join(voice.name for voice in [*way[way.index(following) :], following])
        raise InvalidValue(
            fact, f"the reports cite each other in a circle: {names}; one of them was first, mend its row"
        )


_Half = tuple[Voice | None, bool]
"""A voice is where it is reached (False) and where it hands on (True); between the two one way passes at most. None is
before all outlets (False) and behind all origins (True)."""


def _ways(graph: Graph, starts: Iterable[Voice]) -> int:
    """The most ways from a start to an origin of which no two pass the same voice, by augmenting (Ford, Fulkerson)."""
    first, last = (None, False), (None, True)
    open_: dict[_Half, set[_Half]] = {first: {(voice, False) for voice in starts}, last: set()}
    for voice, behind in graph.items():
        open_[voice, False] = {(voice, True)}
        open_[voice, True] = {(one, False) for one in behind} or {last}
    count = 0
    while way := _way(open_, first, last):
        count += 1
        for here, there in pairwise(way):
            open_[here].discard(there)
            open_[there].add(here)
    return count


def _way(open_: Mapping[_Half, set[_Half]], first: _Half, last: _Half) -> list[_Half]:
    """One way over what is still open, breadth first; empty where there is none."""
    came: dict[_Half, _Half] = {}
    queue = [first]
    for here in queue:
        for there in open_[here]:
            if there not in came and there != first:
                came[there] = here
                queue.append(there)
        if last in came:
            way = [last]
            while way[-1] != first:
                way.append(came[way[-1]])
            return way[::-1]
    return []


def _through(graph: Graph, starts: Iterable[Voice]) -> list[Voice]:
    """The voices without whom no way is left; none where the claim counts more than once."""
    firsts = set(starts)
    return sorted(voice for voice in graph if not _reaches(graph, firsts, voice))


def _reaches(graph: Graph, starts: Iterable[Voice], without: Voice) -> bool:
    """Whether any origin can be reached while one voice is silent."""
    seen, queue = {without}, [voice for voice in starts if voice != without]
    for voice in queue:
        if not graph[voice]:
            return True
        fresh = graph[voice] - seen
        seen |= fresh
        queue += fresh
    return False
