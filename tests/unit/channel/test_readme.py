"""A stranger follows README.txt by hand: with hashlib, json and another library's Ed25519, and none of our code."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.bundles import frozen_bundle

FILES = frozen_bundle()


def signed(key: str, message: bytes, signature: bytes) -> None:
    """Raises `InvalidSignature` if not."""
    Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, message)


def entries() -> list[bytes]:
    raw, found = FILES["tile/entries/000.p/14"], []
    while raw:
        size = int.from_bytes(raw[:2], "big")
        found.append(raw[2 : 2 + size])
        raw = raw[2 + size :]
    return found


def root(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(hashes[:split]) + root(hashes[split:])).digest()


@pytest.mark.requirement("R33")
def test_step_1_manifest() -> None:
    manifest = json.loads(FILES["manifest.json"])
    for row in manifest["files"]:
        assert hashlib.sha256(FILES[row["path"]]).hexdigest() == row["sha256"]
        assert len(FILES[row["path"]]) == row["size"]
    message = b"wellclear/manifest/1\n" + hashlib.sha256(FILES["manifest.json"]).digest()
    signed(manifest["key"], message, base64.b64decode(FILES["manifest.sig"]))


@pytest.mark.requirement("R33")
def test_steps_2_to_4_entries_tree_and_checkpoint() -> None:
    hashes = [hashlib.sha256(b"\0" + entry).digest() for entry in entries()]
    assert b"".join(hashes) == FILES["tile/0/000.p/14"]
    genesis = json.loads(entries()[0].split(b"\n")[0])["act"]["public"]
    text, _, signatures = FILES["checkpoint"].partition(b"\n\n")
    origin, size, stated = text.decode().split("\n")
    assert (origin, int(size)) == (genesis["host"]["origin"], len(hashes))
    assert base64.b64decode(stated) == root(hashes)
    host_line = next(line for line in signatures.decode().split("\n") if line.startswith(f"— {origin} "))
    signed(genesis["host"]["log"], text + b"\n", base64.b64decode(host_line.split(" ")[2])[4:])
    readme = FILES["README.txt"].decode()
    assert base64.b64encode(hashes[0]).decode() in readme
    aloud = hashlib.sha256(b"wellclear/spoken/1\n" + hashes[0]).digest()[:20]
    standard = base64.b32encode(aloud).decode().translate(
        str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    )  # fmt: skip
    assert " ".join(standard[at : at + 4] for at in range(0, 32, 4)) in readme


def test_step_4_policy_names_the_keys_of_entry_0() -> None:
    genesis = json.loads(entries()[0].split(b"\n")[0])["act"]["public"]
    policy = FILES["policy.txt"].decode()
    assert base64.b64encode(b"\x01" + base64.b64decode(genesis["host"]["log"])).decode() in policy
    for party in genesis["parties"]:
        assert base64.b64encode(b"\x04" + base64.b64decode(party["cosigner"])).decode() in policy


def test_step_6_parts_are_named_by_the_commitments_in_the_log() -> None:
    committed = {
        base64.b64decode(part["commit"]).hex()
        for entry in entries()
        for part in json.loads(entry.split(b"\n")[0])["act"]["parts"]
    }
    parts = {path.removeprefix("parts/"): raw for path, raw in FILES.items() if path.startswith("parts/")}
    assert parts
    for name, raw in parts.items():
        assert hashlib.sha256(raw).hexdigest() == name
        assert name in committed
        assert json.loads(raw[32:].partition(b"\n")[0])["group"]
