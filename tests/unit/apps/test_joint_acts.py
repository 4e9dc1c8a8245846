from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wellclear.apps.joint_acts import changes_of, joint_act, key_words, what_it_does, when_it_holds
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.kinds import Propose
from wellclear.domain.spoken import spoken
from wellclear.edges.card import CardFile
from wellclear.testing.sketch import Sketch

SETTINGS = default_settings()
FIELDS = msgspec.to_builtins(SETTINGS)


def proposed(do: str, base: int = 1, **members: Any) -> Propose:
    return msgspec.convert({"do": do, "base": base, **members}, Propose)


def amended(fields: dict[str, Any]) -> Propose:
    return proposed("amend_agreement", settings=fields, salt=b64(bytes(32)))


def test_the_first_agreement_is_told_whole() -> None:
    body = proposed("amend_agreement", 0, settings=FIELDS, salt=b64(bytes(32)))
    assert joint_act(body) == "version 1 of the agreement"
    assert "Entries a minute that the host takes of one party: 600" in what_it_does(body, None, 1)
    assert "from then on the parties can announce" in when_it_holds(body, None)
    assert changes_of(body, None) == []


def test_a_later_one_by_what_it_changes() -> None:
    body = amended({**FIELDS, "keep_days": 9})
    assert joint_act(body) == "version 2 of the agreement"
    first, last = what_it_does(body, SETTINGS, 1)
    assert first.endswith("stays in the picture for: 7 d → 9 d")
    assert last.startswith("The other ") and last.endswith(" settings stay as they are.")
    assert "with the last signature" in when_it_holds(body, SETTINGS)
    assert [change.path for change in changes_of(body, SETTINGS)] == ["keep_days"]
    (nothing,) = what_it_does(amended(FIELDS), SETTINGS, 1)
    assert nothing.startswith("No setting changes")


def test_settings_that_cannot_be_read_are_shown_as_they_were_said() -> None:
    body = amended({"keep_days": 9, "of_the_future": {"x": 1}})
    assert what_it_does(body, SETTINGS, 1)[1:] == ["keep_days: 9", "of_the_future.x: 1"]
    assert changes_of(body, SETTINGS) == []


def test_a_party_comes_with_the_fingerprints_of_card_and_keys() -> None:
    card = Sketch().party("WESTLAND", "principal").card()
    body = proposed("admit", admit=msgspec.to_builtins(card))
    lines = what_it_does(body, SETTINGS, 1)
    assert joint_act(body) == "to admit WESTLAND (principal)"
    assert "As principal, every later joint act needs its signature too." in lines
    real, exercise = (CardFile(card, made_for).spoken for made_for in ("no", "yes"))
    assert any(line.endswith(f"keys for real use: {real}") for line in lines), "what `node card` shows there"
    assert any(line.endswith(f"an exercise's keys: {exercise} (sign this in no real channel)") for line in lines)
    assert [line.rpartition(": ")[2] for line in lines[-6:]] == [spoken(unb64(key)) for _, key in card.uses()]
    assert key_words("no key") == "no key"


@pytest.mark.parametrize(
    ("body", "what", "does", "when"),
    [
        (proposed("remove", remove="WESTLAND"), "to remove WESTLAND", "WESTLAND is a member no", "last signature."),
        (proposed("rules", rules=2), "rules 2", "rules rise from 1 to 2", "takes effect 7 d after the last"),
        (proposed("restart_clocks"), "to start the clocks anew", "second latest", "with the last signature."),
    ],
)  # fmt: skip
def test_the_others_are_a_sentence_each(body: Propose, what: str, does: str, when: str) -> None:
    (sentence,) = what_it_does(body, SETTINGS, 1)
    assert (joint_act(body), does in sentence, when in when_it_holds(body, SETTINGS)) == (what, True, True)
