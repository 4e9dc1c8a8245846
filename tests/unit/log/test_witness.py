"""What a witness cosigns, and what it refuses, by the table of C2SP tlog-witness."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.domain.canonical import b64
from wellclear.errors import Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, cosign_mldsa, cosignatures, merge_signatures, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import EMPTY_ROOT, Tree
from wellclear.log.mldsa import MlDsaKey
from wellclear.log.note import COSIGNATURE_V1, ML_DSA_44, Verifier, parse_note, parse_vkey
from wellclear.log.witness import NOTHING_SEEN, PROOF_MAX, AddCheckpoint, Answer, Seen, judge, parse_request

ORIGIN = "caspia.example/witnessed"
LOG = SigningKey(b"l" * 32)
KEYS = [LOG.public_key]


def leaves(count: int, salt: str = "") -> list[bytes]:
    return [hashlib.sha256(f"{salt}{number}".encode()).digest() for number in range(count)]


def note(tree: Tree, size: int, signer: SigningKey = LOG, origin: str = ORIGIN) -> bytes:
    return sign_checkpoint(Checkpoint(origin, size, tree.root(size)), signer)


def request(tree: Tree, old: int, new: int) -> AddCheckpoint:
    return AddCheckpoint(old, tuple(tree.consistency_proof(old, new)) if old else (), note(tree, new))


@pytest.mark.requirement("R33")
@given(st.integers(0, 40), st.integers(0, 40))
def test_what_grows_from_what_was_cosigned_is_cosigned(one: int, other: int) -> None:
    old, new = sorted((one, other))
    tree = Tree(leaves(40))
    sent = request(tree, old, new)
    assert parse_request(sent.encode()) == sent
    seen = Seen(old, tree.root(old))
    judged = judge(sent, seen, ORIGIN, KEYS)
    assert judged.answer is Answer.COSIGN, judged.why
    assert judged.checkpoint == Checkpoint(ORIGIN, new, tree.root(new))


@pytest.mark.requirement("R33")
@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 29))
def test_of_two_histories_no_witness_cosigns_both(old: int, more: int, parts_at: int) -> None:
    """Whatever the host sends: once one history of a size is cosigned, no other of that or a greater size is."""
    true = leaves(60)
    false = [*true[: min(parts_at, old - 1)], *leaves(60, "other")[min(parts_at, old - 1) :]]
    one, other = Tree(true), Tree(false)
    seen = Seen(old, one.root(old))
    for proof in ((), tuple(other.consistency_proof(old, old + more)), tuple(one.consistency_proof(old, old + more))):
        sent = AddCheckpoint(old, proof, note(other, old + more))
        assert judge(sent, seen, ORIGIN, KEYS).answer is Answer.INCONSISTENT


@pytest.mark.requirement("R33")
def test_a_witness_is_never_asked_backwards() -> None:
    tree = Tree(leaves(20))
    seen = Seen(12, tree.root(12))
    back = AddCheckpoint(12, (), note(tree, 8))
    assert judge(back, seen, ORIGIN, KEYS).answer is Answer.MALFORMED
    behind = judge(request(tree, 8, 20), seen, ORIGIN, KEYS)
    assert behind.answer is Answer.OTHER_SIZE
    assert "12" in behind.why
    fresh = judge(AddCheckpoint(0, (), note(tree, 8)), seen, ORIGIN, KEYS)
    assert fresh.answer is Answer.OTHER_SIZE  # how one asks for the size


def test_another_log_and_another_key_are_refused() -> None:
    tree = Tree(leaves(3))
    stranger = SigningKey(b"s" * 32)
    other = AddCheckpoint(0, (), note(tree, 3, origin="caspia.example/other"))
    assert judge(other, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.UNKNOWN_LOG
    forged = AddCheckpoint(0, (), note(tree, 3, stranger))
    assert judge(forged, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.NOT_SIGNED
    two = AddCheckpoint(0, (), merge_signatures(note(tree, 3, stranger), [note(tree, 3).split(b"\n\n")[1]]))
    assert judge(two, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.COSIGN  # unknown lines are passed over
    changed = note(tree, 3).replace(b"\n3\n", b"\n4\n")
    assert judge(AddCheckpoint(0, (), changed), NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.NOT_SIGNED


def test_an_empty_tree_has_the_empty_root() -> None:
    assert judge(AddCheckpoint(0, (), note(Tree(), 0)), NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.COSIGN
    wrong = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG)
    assert judge(AddCheckpoint(0, (), wrong), NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.INCONSISTENT
    assert NOTHING_SEEN.root == EMPTY_ROOT
    proven = AddCheckpoint(0, (bytes(32),), note(Tree(leaves(3)), 3))
    assert judge(proven, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.INCONSISTENT


def test_a_checkpoint_with_an_extension_line_is_refused() -> None:
    """Readers differ on what they then cosign. Of a log that is not watched here they are nobody's fault (404)."""
    text = Checkpoint(ORIGIN, 3, Tree(leaves(3)).root()).text() + b"more\n"
    signature = LOG.sign(text)
    line = "— " + ORIGIN + " " + b64(Verifier(ORIGIN, 1, LOG.public_key).key_id + signature) + "\n"
    sent = AddCheckpoint(0, (), text + b"\n" + line.encode())
    judged = judge(sent, NOTHING_SEEN, ORIGIN, KEYS)
    assert judged.answer is Answer.MALFORMED and "exactly three lines" in judged.why
    assert judge(sent, NOTHING_SEEN, "caspia.example/other", KEYS).answer is Answer.UNKNOWN_LOG


def test_the_example_of_the_specification_is_read_as_it_stands() -> None:
    """C2SP tlog-witness, "add-checkpoint": the request body given there, whose signatures nobody can verify."""
    body = (
        "old 20852014\n"
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
        "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
        "\n"
        "example.com/behind-the-sofa\n"
        "20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        "\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
        "+xeMcTOAYQ8=\n"
        "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovn"
        "zv++qbSzm9Q=\n"
    ).encode()
    sent = parse_request(body)
    assert (sent.old_size, len(sent.proof), sent.encode()) == (20852014, 4, body)
    assert judge(sent, NOTHING_SEEN, "example.com/behind-the-sofa", KEYS).answer is Answer.NOT_SIGNED
    assert judge(sent, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.UNKNOWN_LOG


def test_a_known_keys_line_that_does_not_verify_is_refused_beside_one_that_does() -> None:
    """C2SP tlog-witness, "add-checkpoint": 403 also where name and ID match a trusted key but the signature fails."""
    tree = Tree(leaves(5))
    good = note(tree, 5)
    bad = note(tree, 4).split(b"\n\n")[1]
    both = AddCheckpoint(0, (), good + bad)
    assert judge(both, NOTHING_SEEN, ORIGIN, KEYS).answer is Answer.NOT_SIGNED


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 1", b"old 1\n", b"old 01\n\nx", b"old +1\n\nx", b"old  1\n\nx", b"new 1\n\nx", b"old 1\nAAAA\n\nx",
        b"old 1\r\n\nx", "old ١\n\nx".encode(), b"old 1\n" + b64(bytes(32)).encode() + b" \n\nx",
        b"old 1\n" + (b64(bytes(32)).encode() + b"\n") * (PROOF_MAX + 1) + b"\nx",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_request(body)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        sent = parse_request(b"old 0\n\n" + body)
    except Malformed:
        return
    assert judge(sent, NOTHING_SEEN, ORIGIN, KEYS).answer is not Answer.COSIGN


@pytest.mark.requirement("R33")
def test_two_lines_of_one_cosigner_one_of_them_by_mldsa() -> None:
    old, new = SigningKey(b"c" * 32), MlDsaKey(b"c" * 32)
    plain = note(Tree(leaves(5)), 5)
    name = "NORTHLAND/cosigner"
    lines = [cosign(plain, name, old, 1_795_000_000), cosign_mldsa(plain, name, new, 1_795_000_001)]
    both = merge_signatures(plain, lines)
    keys = [Verifier(name, COSIGNATURE_V1, old.public_key), Verifier(name, ML_DSA_44, new.public_key)]
    assert cosignatures(both, keys) == [(name, 1_795_000_000), (name, 1_795_000_001)]
    assert all(parse_vkey(key.vkey()) == key for key in keys)
    for at in (0, 8, 100, 2427):
        line = parse_note(both).signatures[2]
        spoiled = bytearray(line.signature)
        spoiled[at] ^= 1
        with pytest.raises(Unverified):
            keys[1].verify(parse_note(both).text, bytes(spoiled))
    for other in (plain.replace(b"\n5\n", b"\n6\n"), plain.replace(b"witnessed", b"Witnessed")):
        with pytest.raises(Unverified):
            keys[1].verify(parse_note(other).text, parse_note(both).signatures[2].signature)
    renamed = Verifier("SOUTHLAND/cosigner", ML_DSA_44, new.public_key)
    with pytest.raises(Unverified):
        renamed.verify(parse_note(both).text, parse_note(both).signatures[2].signature)
