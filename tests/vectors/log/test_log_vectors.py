"""Strangers' bytes: whoever writes a second implementation can hold it to the files beside this test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.errors import Unverified
from wellclear.log import merkle
from wellclear.log.ed25519 import SigningKey, check_public_key, verify
from wellclear.log.note import parse_note, parse_vkey, verify_note

HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return loaded


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("file", ["ed25519_strict.json", "ed25519_torsion.json"])
def test_one_strict_verdict_on_hostile_signatures(file: str) -> None:
    for vector in load(file)["vectors"]:
        key, message, signature = (bytes.fromhex(vector[part]) for part in ("public_key", "message", "signature"))
        if vector["must_accept"]:
            verify(key, message, signature)
        else:
            with pytest.raises(Unverified):
                verify(key, message, signature)


def test_keys_that_may_be_registered() -> None:
    keys = load("ed25519_torsion.json")["keys"]
    for entry in keys["may_register"]:
        check_public_key(bytes.fromhex(entry["key"]))
    for entry in keys["must_refuse"]:
        with pytest.raises(Unverified):
            check_public_key(bytes.fromhex(entry["key"]))


def test_no_key_that_is_refused_at_registration_verifies_anything() -> None:
    for vector in load("ed25519_strict.json")["vectors"]:
        key = bytes.fromhex(vector["public_key"])
        try:
            check_public_key(key)
        except Unverified:
            assert not vector["must_accept"]


def test_signatures_of_rfc_8032() -> None:
    for vector in load("ed25519_rfc8032.json")["vectors"]:
        signer = SigningKey(bytes.fromhex(vector["seed"]))
        message, signature = bytes.fromhex(vector["message"]), bytes.fromhex(vector["signature"])
        assert signer.public_key.hex() == vector["public_key"]
        assert signer.sign(message) == signature
        check_public_key(signer.public_key)
        verify(signer.public_key, message, signature)


@pytest.mark.requirement("R33")
def test_tree_of_certificate_transparency() -> None:
    vectors = load("merkle_rfc6962.json")
    tree, frontier = merkle.Tree(), merkle.Frontier.empty()
    assert tree.root().hex() == frontier.root().hex() == vectors["empty_root"]
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaves"]]
    for leaf, root in zip(leaves, vectors["roots"], strict=True):
        tree.append(leaf)
        frontier = frontier.append(leaf)
        assert tree.root().hex() == frontier.root().hex() == root
    roots = [bytes.fromhex(root) for root in vectors["roots"]]
    for vector in vectors["inclusion"]:
        index, size, proof = vector["index"], vector["size"], [bytes.fromhex(one) for one in vector["proof"]]
        assert tree.inclusion_proof(index, size) == proof
        merkle.verify_inclusion(index, size, leaves[index], proof, roots[size - 1])
    for vector in vectors["consistency"]:
        old, new, proof = vector["old"], vector["new"], [bytes.fromhex(one) for one in vector["proof"]]
        assert tree.consistency_proof(old, new) == proof
        merkle.verify_consistency(old, roots[old - 1], new, roots[new - 1], proof)


def test_note_of_another_implementation() -> None:
    for vector in load("notes_go.json")["notes"]:
        key = parse_vkey(vector["vkey"])
        note = vector["note"].encode()
        assert key.vkey() == vector["vkey"]
        assert verify_note(note, [key]).by == (key,)
        assert parse_note(note).encode() == note
