"""A statement is agreed when every party has signed every sentence of its newest version, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap

from wellclear.domain.entry import YesNo
from wellclear.domain.statements import Sentence, Statement, StatementSign, Wording
from wellclear.picture.view_records import RecordVersion, RecordView, Reply
from wellclear.picture.view_statements import statement_standing

AUTHOR, PARTIES = "NORTHLAND", ("NORTHLAND", "SOUTHLAND", "EASTLAND")
TWO = Statement("statement", "statement", [Sentence([Wording("en", text)]) for text in ("Talks.", "More talks.")])
SILENT = Statement("statement", "no_statement", [])


def proposed(text: Statement | None, version: int = 1) -> RecordView:
    """A statement of NORTHLAND to the two others; without a text it is not open here."""
    groups: HashTrieMap[str, Statement] = HashTrieMap() if text is None else HashTrieMap({"statement": text})
    told = RecordVersion(
        version=version, index=9, moment_us=0, desk=f"{AUTHOR}/OPS", to=("SOUTHLAND/OPS", "EASTLAND/OPS"),
        precedence="R", keep_until_day=1, shown_to=(), groups=groups,
    )  # fmt: skip
    return RecordView("NORTHLAND-1001-9", "statement", AUTHOR, HashTrieMap({version: told}), version)


def signed(
    record: RecordView, party: str, agrees: YesNo | None, sentences: tuple[int, ...] = (1, 2), version: int = 1
) -> RecordView:
    """One word more, behind those before; `agrees` None: it is not open here."""
    index = 10 + len(record.replies)
    group = None if agrees is None else StatementSign("statement_sign", agrees, list(sentences))
    reply = Reply(index, "statement_sign", party, f"{party}/OPS", version, index)
    if group is not None:
        reply = replace(reply, groups=HashTrieMap({"statement_sign": group}))
    return replace(record, replies=record.replies.insert(index, reply))


def by_all(record: RecordView) -> RecordView:
    for party in PARTIES:
        record = signed(record, party, "yes")
    return record


@pytest.mark.requirement("R38", "N3")
def test_silence_and_a_missing_sentence_agree_to_nothing_and_say_whom_they_wait_for() -> None:
    record = proposed(TWO)
    standing = statement_standing(record)
    assert (standing.state, standing.outcome) == ("proposed", tuple(sorted(PARTIES)))
    assert standing.waits_for == (tuple(sorted(PARTIES)),) * 2
    record = signed(signed(signed(record, "NORTHLAND", "yes"), "SOUTHLAND", "yes", (1,)), "EASTLAND", "yes")
    standing = statement_standing(record)
    assert (standing.state, standing.outcome, standing.waits_for) == ("proposed", (), ((), ("SOUTHLAND",)))
    assert statement_standing(signed(record, "SOUTHLAND", "yes")).state == "agreed"


@pytest.mark.requirement("R38")
def test_what_was_signed_of_an_older_version_counts_nothing_and_the_newest_word_stands() -> None:
    assert statement_standing(by_all(proposed(TWO, version=2))).state == "proposed"
    agreed = by_all(proposed(TWO))
    assert statement_standing(signed(agreed, "EASTLAND", "no", ())).state == "refused"
    assert statement_standing(signed(agreed, "EASTLAND", None)).state == "proposed", "its newest word is not open here"
    assert statement_standing(replace(agreed, ended_us=1)).state == "called_off"
    assert statement_standing(by_all(proposed(None))).state == "sealed"
    assert statement_standing(by_all(proposed(SILENT))).state == "agreed"


@pytest.mark.requirement("R38", "N6")
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*PARTIES, "WESTLAND"]), st.sampled_from(["yes", "no", None]),
            st.sets(st.integers(1, 3)), st.integers(1, 2),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_it_is_agreed_exactly_when_each_partys_newest_word_signs_everything(
    said: list[tuple[str, YesNo | None, set[int], int]],
) -> None:
    record = proposed(TWO)
    newest: dict[str, tuple[YesNo | None, set[int]]] = {}
    for party, agrees, sentences, version in said:
        record = signed(record, party, agrees, tuple(sorted(sentences)), version)
        if version == 1:
            newest[party] = agrees, sentences
    words = [newest.get(party, (None, set[int]())) for party in PARTIES]
    all_of_it = all(agrees == "yes" and sentences >= {1, 2} for agrees, sentences in words)
    assert (statement_standing(record).state == "agreed") == all_of_it


@pytest.mark.requirement("R38")
def test_no_order_of_the_signatures_agrees_before_the_last_one() -> None:
    for order in permutations(PARTIES):
        record = proposed(TWO)
        for party in order:
            assert statement_standing(record).state == "proposed"
            record = signed(record, party, "yes")
        assert statement_standing(record).state == "agreed"
