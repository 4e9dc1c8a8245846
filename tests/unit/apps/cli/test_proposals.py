from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from wellclear.apps.cli.agreeing import check_still, in_force_lines, the_open_one
from wellclear.apps.cli.proposals import InForce, Proposal, proposal_from, proposal_json, proposal_lines
from wellclear.channel.composing import Told, approve
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.parts import Articles
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.testing.sketch import Sketch

FIELDS = msgspec.to_builtins(default_settings())
TEXT = Articles(group="articles", text="The line is tested each noon.", open_points=["Who pays"])
NOW = InForce(1, default_settings(), 1)


def row_of(public: dict[str, Any], articles: Articles | None = None, **members: Any) -> dict[str, Any]:
    """A proposal by NORTHLAND that SOUTHLAND has signed, as the node tells it."""
    sketch = Sketch.founded()
    told = [] if articles is None else [Told(articles, ("NORTHLAND", "SOUTHLAND"), bytes(32))]
    composed = sketch.compose("propose", "NORTHLAND", public=public, told=told)
    head = sketch.parties["NORTHLAND"].key("head_of_delegation")
    sketch.send("NORTHLAND", composed, [approve(composed.act, head, "head_of_delegation")])
    leaf = sketch.leaves[-1]
    commits = [ref.commit for ref in composed.act.parts]
    return {
        "proposal": b64(hashlib.sha256(b"\x00" + leaf).digest()), "index": len(sketch.leaves) - 1, "leaf": b64(leaf),
        "parts": dict(zip(commits, map(b64, composed.stored), strict=True)), "state": "open",
        "signed": ["SOUTHLAND"], "required": ["NORTHLAND", "SOUTHLAND"], **members,
    }  # fmt: skip


AMEND = {"do": "amend_agreement", "base": 1, "settings": {**FIELDS, "keep_days": 9}, "salt": b64(bytes(32))}
REMOVE = {"do": "remove", "base": 1, "remove": "CASPIA"}


def text_of(proposal: Proposal, now: InForce = NOW, party: str = "NORTHLAND") -> str:
    return "\n".join(proposal_lines(proposal, now, party))


def test_a_head_reads_what_changes_by_whom_and_who_is_still_to_sign() -> None:
    proposal = proposal_from(row_of(AMEND))
    text = text_of(proposal)
    assert "NORTHLAND, by its head of delegation, proposes version 2 of the agreement." in text
    assert "stays in the picture for: 7 d → 9 d\n" in text
    assert "The articles stay as they are." in text
    assert "Signed by SOUTHLAND; still to sign: NORTHLAND (this party)." in text
    assert "It takes effect with the last signature." in text
    assert proposal.spoken in text and proposal.name in text


def test_the_articles_stand_there_where_they_are_open_here() -> None:
    text = text_of(proposal_from(row_of(AMEND, TEXT)))
    assert "The articles: “The line is tested each noon.”" in text
    assert "Left open: Who pays" in text


def test_a_head_is_told_which_principals_were_not_shown_the_articles() -> None:
    row = row_of(AMEND, TEXT, required=["NORTHLAND", "SOUTHLAND", "WESTLAND"])
    for shown in (row, {**row, "parts": {}}):
        assert "NORTHLAND has not sent these articles to WESTLAND, whose signature" in text_of(proposal_from(shown))
    assert proposal_json(proposal_from(row), NOW, "SOUTHLAND")["articles_not_shown_to"] == ["WESTLAND"]
    for all_shown in (row_of(AMEND, TEXT), row_of(AMEND, required=["NORTHLAND", "SOUTHLAND", "WESTLAND"])):
        assert "has not sent" not in text_of(proposal_from(all_shown))
        assert "articles_not_shown_to" not in proposal_json(proposal_from(all_shown), NOW, "SOUTHLAND")


def test_articles_that_are_not_open_are_no_secret_consent() -> None:
    sealed = proposal_from(row_of(AMEND, TEXT, parts={}))
    assert "The articles cannot be shown" in text_of(sealed)
    forged = row_of(AMEND, TEXT)
    forged["parts"] = dict.fromkeys(forged["parts"], b64(b"x" * 60))
    proposal = proposal_from(forged)
    assert (proposal.articles, "cannot be shown" in text_of(proposal)) == (None, True)
    assert proposal_json(proposal, NOW, "NORTHLAND")["articles_closed"]


def test_for_programs_everything_stands_too() -> None:
    told = proposal_json(proposal_from(row_of(AMEND, TEXT)), NOW, "NORTHLAND")
    assert told["changes"] == [
        {
            "setting": "keep_days", "name": "What has no last day of its own stays in the picture for",
            "was": "7 d", "is": "9 d",
        }
    ]  # fmt: skip
    assert (told["missing"], told["asked_of_us"], told["by"]) == (["NORTHLAND"], "yes", "NORTHLAND")
    assert told["articles"]["open_points"] == ["Who pays"]


def test_what_is_shown_is_what_the_hash_names() -> None:
    """The node, or whoever stands between, cannot show one proposal and have another one signed."""
    row, other = row_of(AMEND), row_of(REMOVE)
    with pytest.raises(Unverified, match="not the one that this hash names"):
        proposal_from({**row, "leaf": other["leaf"]})
    shown = proposal_from({**row, "public": REMOVE, "do": "remove"})
    assert shown.body.do == "amend_agreement"
    sketch = Sketch.founded()
    with pytest.raises(Unverified, match="no proposal"):
        proposal_from({
            **row, "leaf": b64(sketch.leaves[2]),
            "proposal": b64(hashlib.sha256(b"\x00" + sketch.leaves[2]).digest()),
        })  # fmt: skip


@pytest.mark.parametrize("gone", ["proposal", "index", "leaf", "parts", "signed", "required"])
def test_a_row_that_is_none_is_said_to_be_none(gone: str) -> None:
    with pytest.raises(Malformed):
        proposal_from({name: value for name, value in row_of(REMOVE).items() if name != gone})


def test_only_who_is_asked_signs_and_only_once() -> None:
    proposal = proposal_from(row_of(REMOVE))
    proposal.check_signer("NORTHLAND")
    with pytest.raises(Refused, match="ALREADY_SIGNED"):
        proposal.check_signer("SOUTHLAND")
    with pytest.raises(Refused, match="NOT_REQUIRED"):
        proposal.check_signer("CASPIA")


def test_the_one_that_was_asked_for_or_none() -> None:
    first, second = row_of(AMEND), row_of(REMOVE)
    state = {"proposals": [first, second, {**row_of(AMEND, TEXT), "state": "void"}]}
    assert the_open_one(state, second["proposal"]).body.do == "remove"
    for name in (None, "x", first["proposal"][:12]):
        with pytest.raises(InvalidValue, match="name the one that you sign"):
            the_open_one(state, name)


def test_what_changed_while_it_was_read_is_not_signed() -> None:
    row = row_of(AMEND)
    state: dict[str, Any] = {"version": 1, "rules": 1, "settings": FIELDS, "proposals": [row]}
    shown, now = proposal_from(row), InForce.of(state)
    check_still(state, shown, now)
    with pytest.raises(Refused, match="UNKNOWN_PROPOSAL"):
        check_still({**state, "proposals": [{**row, "state": "void"}]}, shown, now)
    with pytest.raises(Refused, match="OLD_BASE"):
        check_still({**state, "version": 2}, shown, now)


def test_before_the_first_agreement_nothing_is_in_force() -> None:
    state = {"version": 0, "settings": {}, "proposals": []}
    assert in_force_lines(state, InForce.of(state)) == ["Nothing is agreed yet."]
    founding = proposal_from(row_of({**AMEND, "base": 0}))
    assert "Entries a minute" in text_of(founding, InForce.of(state))
    with pytest.raises(Malformed):
        InForce.of({"version": 1, "settings": {"keep_days": 1}})


def test_what_is_in_force_stands_in_words_with_its_articles() -> None:
    state = {"version": 1, "rules": 1, "settings": FIELDS, "articles": msgspec.to_builtins(TEXT)}
    lines = in_force_lines(state, InForce.of(state))
    assert any(line.startswith("  Least lead time (below it: SHORT): aid movement 2 d, air 1 d") for line in lines)
    assert lines[-1] == "  Left open: Who pays"
