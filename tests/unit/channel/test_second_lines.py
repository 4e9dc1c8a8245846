"""A cosigner's second line, by ML-DSA-44: registered by an entry, named by the policy, verified wherever it goes."""

from __future__ import annotations

import pytest

from tests.bundles import bundle_of
from tests.unit.channel.relay import Relay
from tests.unit.channel.second_keys import USE, register, twice_cosigned
from wellclear.channel.policy import cosigner_name, cosigners, ended_cosigners, log_verifier, policy_text
from wellclear.channel.verify import verify_bundle
from wellclear.channel.witnesses import Witnesses, cosigned_note, own_line
from wellclear.domain.canonical import b64
from wellclear.errors import Unverified
from wellclear.log.bundle import CHECKPOINT, POLICY
from wellclear.log.checkpoint import cosign_mldsa, cosignatures, merge_signatures
from wellclear.log.mldsa import MlDsaKey
from wellclear.log.note import COSIGNATURE_V1, ML_DSA_44, parse_note, parse_vkey
from wellclear.testing.sketch import Sketch

NOW_S = 1_795_000_000
NOW_US = NOW_S * 1_000_000
OTHER = MlDsaKey(b"o" * 32)


@pytest.fixture
def sketch() -> Sketch:
    return Sketch.founded(seed=3)


@pytest.mark.requirement("R33")
def test_the_policy_names_both_keys_of_a_party_and_a_replaced_one_no_more(sketch: Sketch) -> None:
    before = policy_text(sketch.picture)
    register(sketch, "NORTHLAND", OTHER)
    first = {key.public_key for _, key in cosigners(sketch.picture)}
    key = register(sketch, "NORTHLAND")
    rows = [(party, one.key_type) for party, one in cosigners(sketch.picture)]
    assert rows == [
        ("CASPIA", COSIGNATURE_V1), ("NORTHLAND", COSIGNATURE_V1), ("NORTHLAND", ML_DSA_44),
        ("SOUTHLAND", COSIGNATURE_V1),
    ]  # fmt: skip
    assert OTHER.public_key in first - {one.public_key for _, one in cosigners(sketch.picture)}
    assert [(one.public_key, at) for one, at in ended_cosigners(sketch.picture).items()] == [
        (OTHER.public_key, len(sketch.leaves) - 1)
    ]
    text = policy_text(sketch.picture).decode()
    (line,) = [line for line in text.splitlines() if line.startswith("witness NORTHLAND1 ")]
    assert parse_vkey(line.split(" ")[2]).public_key == key.public_key
    assert "group parties any CASPIA NORTHLAND NORTHLAND1 SOUTHLAND" in text
    moved = ("witness NORTHLAND1 ", "group", "# Channel")
    kept = [line for line in text.splitlines() if not line.startswith(moved)]
    assert kept == [line for line in before.decode().splitlines() if not line.startswith(moved)]


@pytest.mark.requirement("R33")
def test_both_lines_are_verified_and_a_wrong_one_condemns_the_note(sketch: Sketch) -> None:
    register(sketch, "SOUTHLAND")
    relay, book = Relay(sketch), Witnesses()

    def hear(note: bytes) -> list[str]:
        return [one.party for one in book.hear(sketch.picture, sketch.tree, note, NOW_US, NOW_US)]

    note = relay.note()
    spoiled = twice_cosigned(sketch, "SOUTHLAND", note, NOW_S)
    raw = parse_note(spoiled).signatures[2]
    other = raw.signature[:-1] + bytes([raw.signature[-1] ^ 1])
    forged = spoiled.replace(raw.encode(), type(raw)(raw.name, raw.key_id, other).encode())
    with pytest.raises(Unverified):
        hear(forged)
    name = cosigner_name("SOUTHLAND")
    assert hear(merge_signatures(note, [cosign_mldsa(note, name, OTHER, NOW_S)])) == [], "a key that nobody knows"
    assert (
        hear(merge_signatures(note, [cosign_mldsa(note, "SOUTHLAND/other", sketch.parties["SOUTHLAND"].mldsa, 1)]))
        == []
    )
    assert hear(twice_cosigned(sketch, "SOUTHLAND", note, NOW_S + 1)) == ["SOUTHLAND", "SOUTHLAND"]
    assert len(book.lines(sketch.picture, relay.size)) == 2, "both stand under what is handed out"
    (one,) = book.newest(sketch.picture, NOW_US)
    assert (one.party, one.time_s) == ("SOUTHLAND", NOW_S + 1)
    size = relay.size
    register(sketch, "SOUTHLAND", OTHER)
    assert len(book.lines(sketch.picture, size)) == 1, "the line of a key that has ended is forgotten"


def test_a_note_is_cosigned_by_both_keys_at_one_moment(sketch: Sketch) -> None:
    second, party = register(sketch, "NORTHLAND"), sketch.parties["NORTHLAND"]
    relay = Relay(sketch)
    note = cosigned_note(relay.note(), log_verifier(sketch.picture), "NORTHLAND", party.key("cosigner"), NOW_S, second)
    found = cosignatures(note, [key for _, key in cosigners(sketch.picture)])
    assert found == [("NORTHLAND/cosigner", NOW_S)] * 2
    assert own_line(note, "NORTHLAND", party.key("cosigner").public_key).time_s == NOW_S


@pytest.mark.requirement("R33")
def test_a_bundle_carries_the_second_line_and_its_key(sketch: Sketch) -> None:
    register(sketch, "SOUTHLAND")
    files = bundle_of(sketch, "NORTHLAND")
    verdict = verify_bundle(files)
    assert verdict.ok
    assert any(
        line.startswith("SOUTHLAND cosigned") and line.endswith(", by ML-DSA-44 as well.") for line in verdict.holds
    )
    assert "The policy names exactly the keys of the log." in verdict.holds
    assert b64(b"\x06" + sketch.parties["SOUTHLAND"].mldsa.public_key).encode() in files[POLICY]
    lines = parse_note(files[CHECKPOINT]).signatures
    (long,) = [line for line in lines if len(line.signature) > 1_000]
    wrong = type(long)(long.name, long.key_id, long.signature[:-1] + bytes([long.signature[-1] ^ 1]))
    spoiled = dict(files) | {CHECKPOINT: files[CHECKPOINT].replace(long.encode(), wrong.encode())}
    assert not verify_bundle(spoiled).ok


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("size", [32, 1216])
def test_only_1312_bytes_are_such_a_key(sketch: Sketch, size: int) -> None:
    public = {"key": b64(bytes(size)), "use": USE}
    step = sketch.send("NORTHLAND", sketch.compose("add_key", "NORTHLAND", public=public), use="recovery")
    assert [str(remark.reason) for remark in step.remarks] == ["BAD_KEY"]
