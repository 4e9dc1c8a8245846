from __future__ import annotations

from dataclasses import replace

import pytest

from wellclear.errors import Equivocation, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.equivocation import (
    EVIDENCE_BYTES_MAX,
    Evidence,
    check_evidence,
    check_pair,
    check_pair_in,
    decode_evidence,
)
from wellclear.log.merkle import EMPTY_ROOT, Tree, leaf_hash
from wellclear.log.note import COSIGNATURE_V1, Verifier

LOG, OTHER = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
ORIGIN = "host.example/palmyra"
SHOWN = Tree(leaf_hash(b"%d" % i) for i in range(40))
HIDDEN = Tree(leaf_hash(b"%d" % (i if i != 3 else 99)) for i in range(40))


def note(tree: Tree, size: int, key: SigningKey = LOG) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(size)), key)


def convict(old: int, new: int) -> Equivocation:
    with pytest.raises(Equivocation) as caught:
        check_pair_in(HIDDEN, note(SHOWN, old), note(HIDDEN, new), ORIGIN, LOG.public_key)
    return caught.value


@pytest.mark.requirement("R33")
def test_two_roots_of_one_size_convict_the_log() -> None:
    a, b = note(SHOWN, 20), note(HIDDEN, 20)
    with pytest.raises(Equivocation) as caught:
        check_pair(a, b, ORIGIN, LOG.public_key)
    assert caught.value.evidence[:2] == (a, b)
    sentence = check_evidence(caught.value.evidence[2])
    assert sentence == caught.value.why
    assert f"{ORIGIN} signed two trees of size 20" in sentence


@pytest.mark.requirement("R33")
def test_an_older_root_that_the_newer_tree_does_not_have_convicts_the_log() -> None:
    for new in range(2, 41):
        for old in range(1, new):
            if old <= 3:  # the two histories part at index 3
                check_pair_in(HIDDEN, note(SHOWN, old), note(HIDDEN, new), ORIGIN, LOG.public_key)
                continue
            error = convict(old, new)
            assert error.evidence[:2] == (note(SHOWN, old), note(HIDDEN, new))
            assert check_evidence(error.evidence[2]) == error.why
            assert len(error.evidence[2]) < 2_000


def test_the_order_of_the_notes_does_not_matter() -> None:
    with pytest.raises(Equivocation) as caught:
        check_pair_in(HIDDEN, note(HIDDEN, 30), note(SHOWN, 10), ORIGIN, LOG.public_key)
    assert caught.value.evidence == convict(10, 30).evidence


def test_an_honest_log_is_never_convicted() -> None:
    for new in range(41):
        for old in range(new + 1):
            check_pair_in(SHOWN, note(SHOWN, old), note(SHOWN, new), ORIGIN, LOG.public_key)
            check_pair(note(SHOWN, new), note(SHOWN, old), ORIGIN, LOG.public_key, SHOWN.consistency_proof(old, new))


@pytest.mark.requirement("R33")
def test_an_honest_log_cannot_be_framed_with_another_tree() -> None:
    """The accuser lies about the older root, and offers every proof that it can make."""
    for old, new in ((7, 20), (8, 20), (16, 40), (39, 40)):
        for proof in (HIDDEN.consistency_proof(old, new), SHOWN.consistency_proof(old, new), [], [EMPTY_ROOT]):
            with pytest.raises(Unverified) as caught:
                check_pair(note(SHOWN, old), note(SHOWN, new), ORIGIN, LOG.public_key, proof, HIDDEN.root(old))
            assert not isinstance(caught.value, Equivocation)
    with pytest.raises(Unverified, match="is not the one of 20 entries") as caught:
        check_pair_in(HIDDEN, note(SHOWN, 7), note(SHOWN, 20), ORIGIN, LOG.public_key)
    assert not isinstance(caught.value, Equivocation)


def test_a_bad_proof_convicts_nobody() -> None:
    for proof in (None, [], SHOWN.consistency_proof(10, 30)):
        with pytest.raises(Unverified) as caught:
            check_pair(note(SHOWN, 10), note(HIDDEN, 30), ORIGIN, LOG.public_key, proof)
        assert not isinstance(caught.value, Equivocation)


def test_notes_of_others_convict_nobody() -> None:
    with pytest.raises(Unverified) as caught:
        check_pair(note(SHOWN, 20), note(HIDDEN, 20, OTHER), ORIGIN, LOG.public_key)
    assert not isinstance(caught.value, Equivocation)
    with pytest.raises(Malformed):
        check_pair(note(SHOWN, 20), b"junk", ORIGIN, LOG.public_key)


def test_a_file_is_bounded_before_it_is_parsed() -> None:
    with pytest.raises(Malformed, match="longer"):
        check_evidence(b"wellclear/evidence/1\n" + bytes(EVIDENCE_BYTES_MAX))


def test_one_statement_in_two_notes_is_no_contradiction() -> None:
    a = note(SHOWN, 20)
    check_pair(a, merge_signatures(a, [cosign(a, "w", OTHER, 5)]), ORIGIN, LOG.public_key)


def test_an_empty_tree_has_one_root() -> None:
    empty, false = note(SHOWN, 0), sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG)
    check_pair(empty, note(SHOWN, 9), ORIGIN, LOG.public_key)
    for pair in ((false, note(SHOWN, 9)), (empty, false), (false, false)):
        with pytest.raises(Equivocation) as caught:
            check_pair(*pair, ORIGIN, LOG.public_key)
        assert "empty tree" in check_evidence(caught.value.evidence[2])


def test_evidence_goes_both_ways_and_names_the_key() -> None:
    for file in (convict(10, 30).evidence[2], convict(20, 20).evidence[2]):
        evidence = decode_evidence(file)
        assert evidence.encode() == file
        assert evidence.key.public_key == LOG.public_key
        assert evidence.key.name == ORIGIN


@pytest.mark.requirement("R33")
def test_every_changed_byte_of_evidence_is_refused() -> None:
    for file in (convict(10, 30).evidence[2], convict(20, 20).evidence[2]):
        for at in range(len(file)):
            for bit in (0x01, 0x80):
                with pytest.raises((Malformed, Unverified)):
                    check_evidence(file[:at] + bytes((file[at] ^ bit,)) + file[at + 1 :])
        for length in range(len(file)):
            with pytest.raises((Malformed, Unverified)):
                check_evidence(file[:length])


def test_evidence_proves_its_own_sentence_and_holds_nothing_else() -> None:
    evidence = decode_evidence(convict(10, 30).evidence[2])
    same_size = decode_evidence(convict(20, 20).evidence[2])
    foreign: tuple[Evidence, ...] = (
        replace(evidence, sentence="host.example/palmyra signed nothing at all"),
        replace(evidence, note_a=evidence.note_b, note_b=evidence.note_a),
        replace(evidence, note_b=evidence.note_a),
        replace(evidence, root=None),
        replace(evidence, proof=evidence.proof[:-1]),
        replace(evidence, key=Verifier(ORIGIN, COSIGNATURE_V1, LOG.public_key)),
        replace(evidence, key=Verifier(ORIGIN, 1, OTHER.public_key)),
        replace(same_size, root=bytes(32)),
        replace(same_size, proof=(bytes(32),)),
    )
    for one in foreign:
        with pytest.raises(Unverified):
            check_evidence(one.encode())
    file = convict(10, 30).evidence[2]
    for bad in (
        b"",
        b"\xff",
        b"wellclear/evidence/1\n",
        file + b"\n",
        file + b"more\n",
        file.replace(b"evidence/1", b"evidence/2"),
        file.replace(b"note 5", b"note +5"),
        file.replace(b"note 5", b"note 05"),
        file.replace(b"note 5", b"note 9999999999999999999"),
        file.replace(b"note 5", b"note 9"),
        file.replace(b"root ", b"root  "),
        file.replace(b"key ", b""),
    ):
        with pytest.raises(Malformed):
            check_evidence(bad)
