"""The second implementation reads the golden logs, the page's vectors and strangers', and comes to the same (R40)."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.second import curve, sealing, tree, wire
from tests.vectors.second.entry import parse
from tests.vectors.second.fold import Second

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
LOGS = sorted(path.stem for path in GOLDEN.glob("*.json"))
OURS = ROOT / "tests" / "vectors" / "second"


def vectors_of(directory: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in directory.glob("*.json")}


VECTORS = vectors_of(ROOT / "docs" / "vectors")
STRANGERS = vectors_of(ROOT / "tests" / "vectors" / "log")


def log(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="ascii"))
    read["leaves"] = [
        leaf.encode() if isinstance(leaf, str) else base64.b64decode(leaf["b64"]) for leaf in read["leaves"]
    ]
    return read


@pytest.mark.parametrize("path", sorted(OURS.glob("*.py")), ids=lambda path: path.stem)
def test_it_has_nothing_of_ours(path: Path) -> None:
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(parsed) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names if not name.startswith("tests.vectors.second.")} <= {
        "__future__", "base64", "collections", "dataclasses", "datetime", "functools", "hashlib", "hmac", "itertools",
        "json", "re", "typing", "cryptography",
    }  # fmt: skip


@pytest.mark.requirement("R34", "R40")
@pytest.mark.parametrize("name", LOGS)
def test_it_folds_the_same_picture(name: str) -> None:
    golden = log(name)
    second, now, late = Second(), 0, list[str]()
    for index, leaf in enumerate(golden["leaves"]):
        now, late = golden["now"].get(str(index), now), golden["overdue"].get(str(index), late)
        assert second.fold(leaf) == golden["remarks"].get(str(index), []), f"entry {index}"
        assert second.now == now, f"entry {index}"
        assert second.digest.hex() == golden["digests"][index], f"entry {index}"
        assert second.overdue() == late, f"entry {index}"


@pytest.mark.requirement("R33", "R40")
@pytest.mark.parametrize("name", LOGS)
def test_it_checks_every_head_and_commitment(name: str) -> None:
    """Each head that an entry names is the root of what stands before it, and each part opens its commitment."""
    golden, hashes = log(name), list[bytes]()
    for index, leaf in enumerate(golden["leaves"]):
        if index and str(index) not in golden["remarks"]:
            act, link, _ = parse(leaf)
            assert wire.b64(tree.root(hashes[: link["head"]["size"]])) == link["head"]["root"], f"entry {index}"
            for part in act["parts"]:
                if "epoch" in part:
                    _check_sealed(act, part, golden["parts"][part["sha"]])
                    continue
                told = golden["parts"][part["sha"]] if "sha" in part else None
                salt, text = (wire.unb64(told["salt"], 32), told["text"].encode()) if told else (b"", b"")
                assert told is None or wire.commitment(salt, text) == part["commit"] == part["sha"]
                assert told is None or wire.read(text)
        hashes.append(tree.leaf_hash(leaf))


def _check_sealed(act: Any, part: Any, told: Any) -> None:
    """It opens as its header says; the fold's corners have some of which nothing was stored."""
    if told:
        opening = sealing.unseal(wire.unb64(told["epoch_key"]), wire.unb64(told["sealed"]), act, part)
        text, _, zeros = opening[32:].partition(b"\n")
        assert wire.read(text) and not zeros.strip(b"\0")


def test_the_tree_and_its_notes() -> None:
    said, leaves = VECTORS["tree"], log("ordinary")["leaves"]
    hashes = [tree.leaf_hash(leaf) for leaf in leaves]
    assert tree.root(hashes).hex() == said["root"] and len(leaves) == said["size"]
    assert {n: tree.root(hashes[: int(n)]).hex() for n in said["roots"]} == said["roots"]
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
    assert hashlib.sha256(bundle).hexdigest() == said["entries_tile_sha256"]
    note = said["note"].encode()
    size, root = tree.checkpoint(note, said["origin"], wire.unb64(said["log_key"], 32))
    assert (size, root.hex()) == (said["size"], said["root"])
    cosigner, text = said["cosignature"].split()[1], note.partition(b"\n\n")[0] + b"\n"
    assert tree.cosigned_at(said["cosignature"], cosigner, wire.unb64(said["cosigner_key"], 32), text) > 0


def test_the_canonical_spelling_and_names() -> None:
    for row in VECTORS["canonical"]["spelled"]:
        assert wire.canonical(row["value"]).hex() == row["bytes"]
        assert wire.read(bytes.fromhex(row["bytes"])) == row["value"]
    for text in VECTORS["canonical"]["refused"]:
        assert not _is_object(text.encode("utf-8", "surrogatepass")), text
    for text in VECTORS["canonical"]["base64_refused"]:
        with pytest.raises(wire.Refused):
            wire.unb64(text)
    for row in VECTORS["names"]["ids"]:
        plain = f"{row['party']}{row['counter']}"
        assert row["id"] == f"{row['party']}-{row['counter']}-{wire.check_character(plain)}"


def _is_object(raw: bytes) -> bool:
    """Whether these bytes spell an object, as every header and text does."""
    try:
        return isinstance(wire.read(raw), dict)
    except wire.Refused:
        return False


def holds(key: str, message: bytes, signature: str) -> bool:
    return curve.verify(wire.unb64(key, 32), message, wire.unb64(signature, 64))


def test_the_entry_and_its_parts() -> None:
    entry = VECTORS["entry"]
    leaf, act = entry["leaf"].encode(), entry["act"].encode()
    assert tree.leaf_hash(leaf).hex() == entry["leaf_hash"]
    assert wire.canonical(parse(leaf)[0]) == act
    assert hashlib.sha256(act).hexdigest() == entry["act_hash"]
    approval, link = entry["approval"], entry["link"]
    message = b"wellclear/approval/1\n" + bytes.fromhex(entry["act_hash"])
    assert message.hex() == approval["message"] and holds(approval["key"], message, approval["sig"])
    message = b"wellclear/entry/1\n" + leaf[:-98]
    assert hashlib.sha256(message).hexdigest() == link["message_sha256"] and message.endswith(b",")
    assert message.startswith(link["message_start"].encode()) and message.endswith(link["message_end"].encode())
    assert holds(link["key"], message, link["sig"])
    for row in VECTORS["parts"]["parts"]:
        salt, text = bytes.fromhex(row["salt"]), row["text"].encode()
        assert wire.commitment(salt, text) == row["commit"] == row["sha"]
        assert len(salt + wire.padded(text)) == row["stored_bytes"]


@pytest.mark.requirement("R39", "R40")
def test_the_epoch_and_a_part_sealed_under_it() -> None:
    said = VECTORS["epoch"]
    place = said["channel"], said["party"], said["number"], said["commit"]
    for row in said["wraps"]:
        assert wire.b64(hashlib.sha256(bytes.fromhex(row["public_key"])).digest()) == row["key"]
        key = sealing.unwrap(bytes.fromhex(row["private_key"]), wire.unb64(row["wrap"]), *place)
        assert key.hex() == said["epoch_key"]
    part, act = said["part"], parse(log("sealed")["leaves"][said["index"] + 1])[0]
    opening = sealing.unseal(bytes.fromhex(said["epoch_key"]), bytes.fromhex(part["stored"]), act, act["parts"][0])
    assert opening == bytes.fromhex(part["salt"]) + wire.padded(part["text"].encode())
    assert act["parts"][0]["commit"] == part["commit"] == wire.b64(hashlib.sha256(opening).digest())


@pytest.mark.requirement("R39")
def test_hpke_of_strangers() -> None:
    for row in vectors_of(ROOT / "tests" / "vectors" / "hpke")["hpke"]["vectors"]:
        private, enc, info, aad, pt, ct, key, nonce = (
            bytes.fromhex(row[name]) for name in ("skRm", "enc", "info", "aad", "pt", "ct", "key", "base_nonce")
        )
        if len(enc) == 32:
            made = sealing.schedule(sealing.X25519, b"\x00\x02", sealing.x25519(private, enc), info)
            assert AESGCM(key).encrypt(nonce, pt, aad) == ct
        else:
            private = hashlib.shake_256(private).digest(96)
            made = sealing.schedule(sealing.HYBRID, b"\x00\x03", sealing.hybrid(private, enc), info)
        assert made == (key, nonce)


def test_what_travels_beside_the_log() -> None:
    sent, signed = VECTORS["submission"], VECTORS["signatures"]
    body = b""
    for frame in sent["frames"]:
        body += len(frame["leaf"]).to_bytes(2, "big") + frame["leaf"].encode() + bytes([len(frame["parts"])])
        body += b"".join(len(part).to_bytes(2, "big") + part.encode() for part in frame["parts"])
    assert body.hex() == sent["body"]
    assert holds(sent["sequencer_key"], b"wellclear/refusal/1\n" + sent["refused"].encode(), sent["sig"])
    request, manifest = signed["request"], signed["manifest"]
    signature = request["authorization"].split('"')[5]
    assert request["message"].startswith("wellclear/request/1\n")
    assert holds(request["key"], request["message"].encode(), signature)
    digest = hashlib.sha256(manifest["bytes"].encode()).digest()
    assert holds(manifest["key"], b"wellclear/manifest/1\n" + digest, manifest["sig"])


def test_the_digest_and_the_picture_statement() -> None:
    picture = VECTORS["picture"]
    first = hashlib.sha256(b"wellclear/picture/1\n" + picture["channel"].encode()).hexdigest()
    assert first == picture["before_the_first"]
    worked, second = picture["worked"], Second()
    for leaf in log("ordinary")["leaves"][: worked["index"]]:
        second.fold(leaf)
    before = second.digest.hex()
    second.fold(log("ordinary")["leaves"][worked["index"]])
    rows = wire.canonical([second.changes[place] for place in sorted(second.changes)]).decode()
    found = {"digest_before": before, "now": second.now, "rows": rows, "digest": second.digest.hex()}
    assert found == {name: worked[name] for name in found}
    statement = picture["statement"].encode()
    name = statement.rpartition("— ".encode())[2].split(b" ")[0].decode()
    text = tree.note(statement, name, wire.unb64(picture["picture_key"], 32))
    assert text.split(b"\n")[0] == b"wellclear/picture/v1"


@pytest.mark.requirement("R33")
def test_signatures_of_strangers() -> None:
    """RFC 8032's, and those on which implementations of Ed25519 differ."""
    for row in STRANGERS["ed25519_rfc8032"]["vectors"]:
        assert curve.verify(*(bytes.fromhex(row[name]) for name in ("public_key", "message", "signature")))
    for row in STRANGERS["ed25519_strict"]["vectors"] + STRANGERS["ed25519_torsion"]["vectors"]:
        taken = curve.verify(*(bytes.fromhex(row[name]) for name in ("public_key", "message", "signature")))
        assert taken == row["must_accept"], row["why"]
    keys = STRANGERS["ed25519_torsion"]["keys"]
    assert all(curve.good_key(bytes.fromhex(row["key"])) for row in keys["may_register"])
    assert not any(curve.good_key(bytes.fromhex(row["key"])) for row in keys["must_refuse"])


def test_trees_and_notes_of_strangers() -> None:
    said = STRANGERS["merkle_rfc6962"]
    leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in said["leaves"]]
    roots = [tree.root(leaves[:size]) for size in range(len(leaves) + 1)]
    assert [root.hex() for root in roots] == [said["empty_root"], *said["roots"]]
    for row in said["inclusion"]:
        proof = [bytes.fromhex(step) for step in row["proof"]]
        assert tree.inclusion(row["index"], row["size"], leaves[row["index"]], proof) == roots[row["size"]]
    for row in said["consistency"]:
        proof = [bytes.fromhex(step) for step in row["proof"]]
        assert tree.consistency(row["old"], row["new"], roots[row["old"]], roots[row["new"]], proof)
    for row in STRANGERS["notes_go"]["notes"]:
        name, _, key = row["vkey"].split("+", 2)
        raw = wire.unb64(key)
        assert raw[:1] == tree.NOTE and tree.note(row["note"].encode(), name, raw[1:])
