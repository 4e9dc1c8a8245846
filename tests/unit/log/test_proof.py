from __future__ import annotations

import pytest

from wellclear.errors import Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.proof import PROOF_HASHES_MAX, Proof, check_proof, decode_proof

LOG = SigningKey(bytes(32))
ORIGIN = "host.example/palmyra"
LEAVES = [b"entry %d" % i for i in range(11)]
TREE = Tree(map(leaf_hash, LEAVES))
CHECKPOINT = Checkpoint(ORIGIN, 11, TREE.root())
NOTE = sign_checkpoint(CHECKPOINT, LOG)


def proof_of(index: int, extra: bytes | None = None) -> bytes:
    return Proof(index, tuple(TREE.inclusion_proof(index, 11)), NOTE, extra).encode()


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("extra", [None, b"", b"seen by nobody"])
def test_every_entry_is_shown_under_the_checkpoint(extra: bytes | None) -> None:
    for index, leaf in enumerate(LEAVES):
        file = proof_of(index, extra)
        assert check_proof(file, leaf, ORIGIN, LOG.public_key) == CHECKPOINT
        assert decode_proof(file).encode() == file
        assert decode_proof(file).extra == extra


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(b"x")), LOG)
    check_proof(Proof(0, (), note).encode(), b"x", ORIGIN, LOG.public_key)


@pytest.mark.requirement("R33")
def test_every_changed_byte_is_refused() -> None:
    file = proof_of(6)
    for at in range(len(file)):
        for bit in (0x01, 0x80):
            with pytest.raises((Malformed, Unverified)):
                check_proof(file[:at] + bytes((file[at] ^ bit,)) + file[at + 1 :], LEAVES[6], ORIGIN, LOG.public_key)
    with pytest.raises(Unverified):
        check_proof(file, LEAVES[7], ORIGIN, LOG.public_key)


@pytest.mark.parametrize(
    "change",
    [
        (b"index 6", b"index +6"),
        (b"index 6", b"index 06"),
        (b"index 6", b"index  6"),
        (b"index 6", "index ٦".encode()),
        (b"index 6\n", b""),
        (b"index 6", b"index 6\nindex 6"),
        (b"index 6", b"extra AAAA\nextra AAAA\nindex 6"),
        (b"index 6", b"index 6\nextra AAAA"),
        (b"index 6", b"extra A\nindex 6"),
        (b"index 6", b"index 6\n" + b"A" * 43),
        (b"@v1", b"@v2"),
        (b"\n\n", b"\n"),
        (b"\n", b"\r\n"),
        (b"index 6", b"index 6" + (b"\n" + b"A" * 43 + b"=") * PROOF_HASHES_MAX),
    ],
)
def test_other_forms_are_malformed(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(Malformed):
        decode_proof(proof_of(6).replace(*change))


def test_what_is_no_proof_at_all_is_malformed() -> None:
    for file in (b"", b"\n\n", b"c2sp.org/tlog-proof@v1\n\n", NOTE, bytes(3_000_000)):
        with pytest.raises(Malformed):
            check_proof(file, LEAVES[0], ORIGIN, LOG.public_key)
