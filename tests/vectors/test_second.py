"""The second implementation reads the golden logs and the page's vectors, and comes to the same (R40)."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.house.protocol_page import tables
from tests.vectors import second

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
VECTORS = {
    path.stem: json.loads(path.read_text(encoding="ascii")) for path in (ROOT / "docs" / "vectors").glob("*.json")
}


def log(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="ascii"))
    read["leaves"] = [
        leaf.encode() if isinstance(leaf, str) else base64.b64decode(leaf["b64"]) for leaf in read["leaves"]
    ]
    return read


def test_it_has_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "tests" / "vectors" / "second.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} == {
        "__future__", "base64", "datetime", "hashlib", "json", "re", "typing", "cryptography",
    }  # fmt: skip


@pytest.mark.requirement("R40")
@pytest.mark.parametrize("name", ["ordinary", "days", "hostile"])
def test_it_folds_the_same_picture(name: str) -> None:
    golden = log(name)
    fold = second.Second({row["kind"]: row for row in tables("Kinds")[0]})
    for index, leaf in enumerate(golden["leaves"]):
        remarks = fold.fold(leaf)
        assert remarks == golden["remarks"][index], f"entry {index}"
        assert fold.now == golden["now"][index], f"entry {index}"
        assert fold.digest.hex() == golden["digests"][index], f"entry {index}"


@pytest.mark.requirement("R33", "R40")
@pytest.mark.parametrize("name", ["ordinary", "membership", "ballots", "days"])
def test_it_checks_every_signature_and_commitment(name: str) -> None:
    golden = log(name)
    for leaf in golden["leaves"]:
        header, _, approved = second.open_leaf(leaf)
        assert all(approved)
        for part in header["act"]["parts"]:
            told = golden["parts"][part["sha"]]
            assert second.commitment(second.unb64(told["salt"]), told["text"].encode()) == part["commit"] == part["sha"]
            second.unspell(told["text"].encode())


def test_the_tree() -> None:
    tree, leaves = VECTORS["tree"], log("ordinary")["leaves"]
    hashes = [second.leaf_hash(leaf) for leaf in leaves]
    assert second.root(hashes).hex() == tree["root"] and len(leaves) == tree["size"]
    assert {n: second.root(hashes[: int(n)]).hex() for n in tree["roots"]} == tree["roots"]
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
    assert hashlib.sha256(bundle).hexdigest() == tree["entries_tile_sha256"]
    text, _, line = tree["note"].partition("\n\n")
    text += "\n"
    assert text == f"{tree['origin']}\n{tree['size']}\n{second.b64(bytes.fromhex(tree['root']))}\n"
    assert _note_line_holds(tree["log_key"], 1, line, text.encode())
    time = int.from_bytes(second.unb64(tree["cosignature"].split()[2])[4:12], "big")
    assert _note_line_holds(
        tree["cosigner_key"], 4, tree["cosignature"], f"cosignature/v1\ntime {time}\n{text}".encode()
    )


def _note_line_holds(key: str, key_type: int, line: str, message: bytes) -> bool:
    dash, name, said = line.strip().split(" ")
    raw = second.unb64(said)
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([key_type]) + second.unb64(key)).digest()[:4]
    return dash == "—" and raw[:4] == key_id and second.holds(key, message, second.b64(raw[-64:]))


def test_the_canonical_spelling_and_names() -> None:
    for row in VECTORS["canonical"]["spelled"]:
        assert second.canonical(row["value"]).hex() == row["bytes"]
        assert second.unspell(bytes.fromhex(row["bytes"])) == row["value"]
    for text in VECTORS["canonical"]["refused"]:
        with pytest.raises(ValueError, match=r"."):
            second.unspell(text.encode("utf-8", "surrogatepass"))
    for text in VECTORS["canonical"]["base64_refused"]:
        with pytest.raises(ValueError, match=r"."):
            second.unb64(text)
    for row in VECTORS["names"]["ids"]:
        plain = f"{row['party']}{row['counter']}"
        assert row["id"] == f"{row['party']}-{row['counter']}-{second.check_character(plain)}"


def test_the_entry_and_its_parts() -> None:
    entry = VECTORS["entry"]
    leaf, act = entry["leaf"].encode(), entry["act"].encode()
    assert second.leaf_hash(leaf).hex() == entry["leaf_hash"]
    assert second.canonical(json.loads(leaf.split(b"\n")[0])["act"]) == act
    assert hashlib.sha256(act).hexdigest() == entry["act_hash"]
    approval, link = entry["approval"], entry["link"]
    message = b"wellclear/approval/1\n" + bytes.fromhex(entry["act_hash"])
    assert message.hex() == approval["message"] and second.holds(approval["key"], message, approval["sig"])
    message = b"wellclear/entry/1\n" + leaf[:-98]
    assert hashlib.sha256(message).hexdigest() == link["message_sha256"] and message.endswith(b",")
    assert message.startswith(link["message_start"].encode()) and message.endswith(link["message_end"].encode())
    assert second.holds(link["key"], message, link["sig"])
    for row in VECTORS["parts"]["parts"]:
        salt, text = bytes.fromhex(row["salt"]), row["text"].encode()
        assert second.commitment(salt, text) == row["commit"] == row["sha"]
        assert len(salt + second.padded(text)) == row["stored_bytes"]


def test_what_travels_beside_the_log() -> None:
    sent, signed = VECTORS["submission"], VECTORS["signatures"]
    body = b""
    for frame in sent["frames"]:
        body += len(frame["leaf"]).to_bytes(2, "big") + frame["leaf"].encode() + bytes([len(frame["parts"])])
        body += b"".join(len(part).to_bytes(2, "big") + part.encode() for part in frame["parts"])
    assert body.hex() == sent["body"]
    assert second.holds(sent["sequencer_key"], b"wellclear/refusal/1\n" + sent["refused"].encode(), sent["sig"])
    request, manifest = signed["request"], signed["manifest"]
    signature = request["authorization"].split('"')[5]
    assert request["message"].startswith("wellclear/request/1\n")
    assert second.holds(request["key"], request["message"].encode(), signature)
    digest = hashlib.sha256(manifest["bytes"].encode()).digest()
    assert second.holds(manifest["key"], b"wellclear/manifest/1\n" + digest, manifest["sig"])


def test_the_digest_and_the_picture_statement() -> None:
    picture = VECTORS["picture"]
    first = hashlib.sha256(b"wellclear/picture/1\n" + picture["channel"].encode()).hexdigest()
    assert first == picture["before_the_first"]
    worked = picture["worked"]
    numbers = worked["index"].to_bytes(8, "big") + worked["now"].to_bytes(8, "big")
    digest = hashlib.sha256(bytes.fromhex(worked["digest_before"]) + numbers + worked["rows"].encode()).hexdigest()
    assert digest == worked["digest"]
    text, _, line = picture["statement"].partition("\n\n")
    assert text.split("\n")[0] == "wellclear/picture/v1"
    assert _note_line_holds(picture["picture_key"], 1, line, text.encode() + b"\n")
