"""Whoever meets a missing key reads which one it is, what it is for, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from wellclear.apps.cli.joining import CARD_USES
from wellclear.domain.kinds import KeyUse
from wellclear.edges.keyring import Keyring
from wellclear.edges.missing_keys import missing, not_opened, use_of, without
from wellclear.errors import Misconfigured


@pytest.mark.parametrize(("name", "told"), [
    ("sealing", ["key opens what is sealed for the party", "another home of the party", "key add sealing --new"]),
    ("node", ["node key links and signs", "backup", "wellclear takeover"]),
    ("cosigner", ["has seen the log", "wellclear key add cosigner"]),
    ("picture", ["which picture", "wellclear key add picture"]),
    ("recovery", ["rosters and revocations", "kept apart", "two administrators"]),
    ("log", ["checkpoints", "the host must change"]),
])  # fmt: skip
def test_a_missing_key_says_what_it_is_for_and_what_to_do(tmp_path: Path, name: str, told: list[str]) -> None:
    ring = Keyring(tmp_path)
    with pytest.raises(Misconfigured) as found:
        ring.unlock(name, "p")
    assert found.value.what == str(ring.path(name)) and found.value.why.startswith("no key lies here: ")
    assert all(words in str(found.value) for words in told), str(found.value)


def test_each_use_that_a_home_holds_has_its_words(tmp_path: Path) -> None:
    for use in {*CARD_USES, *(use for use in get_args(KeyUse) if use != "person")} - {"cosigner_mldsa44"}:
        assert missing(Keyring(tmp_path).path(use)).do, use
    assert not missing(tmp_path / "elsewhere.json").do


def test_the_sealing_keys_of_a_home_are_known_by_their_files_names(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    assert {use_of(ring.path(name)) for name in ("sealing", "sealing_next", "sealing_12")} == {"sealing"}
    assert use_of(ring.path("head_of_delegation")) == "head_of_delegation"
    with pytest.raises(Misconfigured, match=r"sealing key opens .* stand-by"):
        ring.unlock_sealing("p")


def test_an_officer_without_a_key_is_sent_to_officer_add(tmp_path: Path) -> None:
    told = str(missing(Keyring(tmp_path).officer_path("W1")))
    assert "W1 approves with it what W1 says" in told and "`wellclear officer add W1`" in told


def test_a_node_says_at_its_start_what_it_leaves_unsaid(tmp_path: Path) -> None:
    keys = Keyring(tmp_path).directory
    cosigner, picture = without(keys)
    assert "tells nobody that it has seen it" in cosigner and "key add picture" in picture
    keys.mkdir()
    (keys / "picture.json").write_text("{}")
    assert without(keys) == [cosigner]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("keys/node.json", "a stand-by takes over with `wellclear takeover`"),
        ("keys/sealing_1.json", "`wellclear key add sealing --new`"),
        ("keys/recovery.json", "two administrators make another one"),
        ("keys/officers/W1.json", "`wellclear officer add W1` makes another key"),
        ("keys/standby.json", "`wellclear node init --standby`"),
        ("card.json", "another key must be made"),
    ],
)
def test_a_wrong_passphrase_is_told_with_what_to_do(path: str, said: str) -> None:
    told = not_opened(Path(path))
    assert told.why == "the passphrase does not open it" and said in told.do
    assert "Give it again" in told.do and "WELLCLEAR_PASSPHRASE" in told.do
