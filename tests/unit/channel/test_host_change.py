"""The file of a decision about the host: its one spelling, who must approve it, what it may not cut."""

from __future__ import annotations

import pytest

from wellclear.channel.composing import approve
from wellclear.channel.host_change import (
    Decision,
    Known,
    card_of,
    check_decision,
    check_next,
    check_place,
    check_root,
    decide,
    is_resume,
    known_log,
    missing,
    read_decision,
)
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Approval
from wellclear.domain.kinds import HostCard, HostChange
from wellclear.errors import InvalidValue, Malformed, Refused
from wellclear.testing.sketch import Sketch

NORTH, SOUTH, WEST, HOST = "NORTHLAND", "SOUTHLAND", "WESTLAND", "CASPIA"


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    """Three principals and a host of its own."""
    made = Sketch(seed=41)
    made.party(HOST, "host")
    for name in (NORTH, SOUTH, WEST):
        made.party(name, "principal")
    made.genesis()
    made.agree()
    for name in (NORTH, SOUTH, WEST, HOST):
        made.enrol(name)
    made.time(WEST)
    return made


def north(sketch: Sketch) -> HostCard:
    key = sketch.parties[NORTH].public
    return card_of(NORTH, "north.example/c", key("log2"), key("s2"))


def decision_of(sketch: Sketch, host: HostCard | None, size: int, *heads: str) -> Decision:
    assert host is not None
    body = HostChange(size=size, root=b64(sketch.tree.root(size)), host=host)
    made = decide(sketch.channel, body, sketch.now_us, "https://198.51.100.9:8644", b"a certificate")
    for name in heads:
        made = made.approved(head_of(sketch, made, name))
    return made


def head_of(sketch: Sketch, decision: Decision, party: str) -> Approval:
    return approve(decision.act, sketch.parties[party].key("head_of_delegation"), "head_of_delegation")


def known(sketch: Sketch, size: int) -> Known:
    return known_log(sketch.leaves, size)


def test_a_file_has_one_spelling_and_keeps_its_approvals(sketch: Sketch) -> None:
    size = len(sketch.leaves)
    made = decision_of(sketch, north(sketch), size, SOUTH, WEST)
    assert read_decision(made.encode()) == made
    assert made.approved(head_of(sketch, made, WEST)) == made
    for raw in (made.encode() + b"\n", b" " + made.encode(), made.encode()[:-2], b"[]", b"\xff"):
        with pytest.raises(Malformed):
            read_decision(raw)
    with pytest.raises(InvalidValue):
        card_of(NORTH, "no origin", b64(bytes(32)), b64(bytes(32)))


@pytest.mark.requirement("R33")
def test_a_file_about_something_else_is_malformed(sketch: Sketch) -> None:
    for kind in ("time", "no_kind_at_all"):
        raw = (
            decision_of(sketch, north(sketch), 3)
            .encode()
            .replace(b'"kind":"host_change"', b'"kind":"%s"' % kind.encode())
        )
        with pytest.raises(Malformed, match=r"act\.kind"):
            read_decision(raw)


@pytest.mark.requirement("R33")
def test_a_change_needs_every_principal_but_the_new_host(sketch: Sketch) -> None:
    size = len(sketch.leaves)
    log = known(sketch, size)
    assert missing(decision_of(sketch, north(sketch), size, SOUTH), log.picture) == (WEST,)
    check_decision(decision_of(sketch, north(sketch), size, SOUTH, WEST), log)
    for heads in ((), (SOUTH,), (NORTH, SOUTH)):
        with pytest.raises(Refused, match="MISSING_APPROVAL"):
            check_decision(decision_of(sketch, north(sketch), size, *heads), log)
    shorter = known_log(sketch.leaves[:-1], size)
    check_decision(decision_of(sketch, north(sketch), size, SOUTH, WEST), shorter)
    with pytest.raises(Refused, match="cannot tell"):
        check_root(decision_of(sketch, north(sketch), size), shorter.tree)
    used = card_of(NORTH, "north.example/c", sketch.parties[NORTH].public("node"), sketch.parties[NORTH].public("s2"))
    with pytest.raises(Refused, match="KEY_TAKEN"):
        check_decision(decision_of(sketch, used, size, SOUTH, WEST), log)


@pytest.mark.requirement("R33")
def test_a_resume_may_lack_one_principal_and_no_more(sketch: Sketch) -> None:
    size = len(sketch.leaves)
    log, host = known(sketch, size), sketch.picture.host
    two = decision_of(sketch, host, size, SOUTH, WEST)
    assert is_resume(two, log.picture)
    assert missing(two, log.picture) == (NORTH,)
    check_decision(two, log)
    for heads in ((), (SOUTH,)):
        with pytest.raises(Refused, match="MISSING_APPROVAL"):
            check_decision(decision_of(sketch, host, size, *heads), log)
    stolen = decision_of(sketch, host, size, SOUTH)
    person = approve(stolen.act, sketch.parties[WEST].key("node"), "head_of_delegation")
    with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
        check_decision(stolen.approved(person), log)
    with pytest.raises(Refused, match="NOT_ON_ROSTER"):
        check_next(stolen, person, log.picture)
    with pytest.raises(Refused, match="NOT_REQUIRED"):
        check_next(stolen, head_of(sketch, stolen, SOUTH), log.picture)


def test_nobody_cuts_what_a_principal_has_named(sketch: Sketch) -> None:
    size = len(sketch.leaves)
    check_place(decision_of(sketch, north(sketch), size - 1), known(sketch, size - 1))
    with pytest.raises(Refused, match=f"{WEST} has named a log of {size - 1} in entry {size - 1}"):
        check_place(decision_of(sketch, north(sketch), size - 2), known(sketch, size - 2))
    check_place(decision_of(sketch, north(sketch), size - 2), known(sketch, size - 2), unheeded=(WEST,))
    with pytest.raises(Refused, match="this party has named"):
        check_place(decision_of(sketch, north(sketch), size), known(sketch, size), (size + 1,))


def test_a_host_that_is_a_principal_does_not_decide_alone() -> None:
    sketch = Sketch(seed=42, host=NORTH)
    sketch.party(NORTH, "host", "principal")
    sketch.party(SOUTH, "principal")
    sketch.genesis()
    sketch.agree()
    size, host = len(sketch.leaves), sketch.picture.host
    with pytest.raises(Refused, match="MISSING_APPROVAL"):
        check_decision(decision_of(sketch, host, size, NORTH), known(sketch, size))
    check_decision(decision_of(sketch, host, size, SOUTH), known(sketch, size))
