"""The worked vectors of docs/protocol.md: one for each byte string, all from the golden log `ordinary` and its keys."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.golden.corners_epochs import sealed_day
from tests.golden.scenarios import ordinary
from wellclear.channel.composing import approve
from wellclear.channel.requests import authorize, request_message
from wellclear.channel.sealing import PartKey, context, epoch_info, random_of, unseal
from wellclear.channel.submission import Frame, Refusal, encode_frames, sign_refusal
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import SIG_TAIL_BYTES, approval_message, decode_leaf, entry_message
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.names import ItemId
from wellclear.log.bundle import MANIFEST_TAG
from wellclear.log.checkpoint import Checkpoint, cosign, sign_checkpoint
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.log.tiles import encode_bundle
from wellclear.picture.picture import PICTURE_TAG
from wellclear.testing.sketch import START_US, Sketch

NOTICE = 7
"""Where the first notice of the log stands."""
EPOCH = 7
"""Where the first epoch of the log `sealed` stands; after it the notice that is sealed under it."""


def seed_of(sketch: Sketch, party: str, use: str) -> str:
    """The hex seed of a key of the sketch."""
    return hashlib.sha256(f"sketch {sketch.seed} {party} {use}".encode()).hexdigest()


def vectors() -> dict[str, Any]:
    """Every file of docs/vectors by its name."""
    sketch = ordinary()
    return {
        "canonical": _canonical(),
        "names": _names(),
        "entry": _entry(sketch),
        "parts": _parts(sketch),
        "tree": _tree(sketch),
        "submission": _submission(sketch),
        "signatures": _signatures(sketch),
        "picture": _picture(sketch),
        "epoch": _epoch(sealed_day()),
    }


def _canonical() -> Any:
    values: list[Any] = [
        {"b": 1, "a": "x", "B": []},
        {"text": 'quote " and \\ stroke / é ½ \N{RIGHTWARDS ARROW} 🛰'},
        {"least": -(2**53 - 1), "list": [0, "", {}]},
    ]
    refused = [
        '{"a":1.0}', '{"a":1e2}', '{"a":null}', '{"a":true}', '{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a":-0}',
        '{"a":"\\u0041"}', '{"a":"\\n"}', '{"a":"\u202e"}', '{"a":"\\ud800"}', '{"a":9007199254740992}', "[1]",
        '{"é":1}', '{"a":01}', '{"a":[[[[[[[[]]]]]]]]}',
    ]  # fmt: skip
    spelled = [{"value": value, "bytes": canonical.encode(value).hex()} for value in values]
    return {"spelled": spelled, "refused": refused, "base64_refused": ["AB==", "AA=", "AA", "A A=", "AA==\n", "_w=="]}


def _names() -> Any:
    made = [("NORTHLAND", 1001), ("SOUTHLAND", 1002), ("UN", 999_999_999), ("CASPIA", 4096)]
    return {"ids": [{"party": party, "counter": n, "id": str(ItemId(party, n))} for party, n in made]}


def _entry(sketch: Sketch) -> Any:
    leaf = sketch.leaves[NOTICE]
    entry = decode_leaf(leaf)
    approval = entry.approvals[1]
    again = approve(entry.act, sketch.parties["NORTHLAND"].key("R1"), "release_authority")
    assert again == approval, "Ed25519 is deterministic"
    return {
        "leaf": leaf.decode("ascii"),
        "leaf_hash": entry.leaf_hash.hex(),
        "act": canonical.encode(entry.act).decode("ascii"),
        "act_hash": entry.act_hash.hex(),
        "approval": {
            "seed": seed_of(sketch, "NORTHLAND", "R1"),
            "key": approval.key,
            "message": approval_message(entry.act_hash).hex(),
            "sig": approval.sig,
        },
        "link": {
            "seed": seed_of(sketch, "NORTHLAND", "node"),
            "key": entry.link.key,
            "message_start": entry_message(leaf[:-SIG_TAIL_BYTES])[:40].decode("ascii"),
            "message_end": leaf[-SIG_TAIL_BYTES - 40 : -SIG_TAIL_BYTES].decode("ascii"),
            "message_sha256": hashlib.sha256(entry_message(leaf[:-SIG_TAIL_BYTES])).hexdigest(),
            "sig": entry.sig,
        },
    }


def _parts(sketch: Sketch) -> Any:
    entry = decode_leaf(sketch.leaves[NOTICE])
    rows = []
    for ref in entry.act.parts:
        stored = sketch.parts[str(ref.sha)]
        text = stored[32:].partition(b"\n")[0]
        row = {"salt": stored[:32].hex(), "text": text.decode("ascii"), "stored_bytes": len(stored)}
        rows.append(row | {"commit": ref.commit, "sha": ref.sha})
    return {"parts": rows}


def _tree(sketch: Sketch) -> Any:
    host, size = sketch.parties[sketch.host], len(sketch.leaves)
    checkpoint = Checkpoint(sketch.origin, size, sketch.tree.root(size))
    note = sign_checkpoint(checkpoint, host.key("log"))
    cosigner = sketch.parties["SOUTHLAND"].key("cosigner")
    line = cosign(note, "southland.example/node", cosigner, START_US // 1_000_000)
    return {
        "origin": sketch.origin,
        "log_key": host.public("log"),
        "size": size,
        "root": checkpoint.root.hex(),
        "roots": {str(n): sketch.tree.root(n).hex() for n in (1, 2, 3, 7, 8)},
        "note": note.decode(),
        "cosigner_key": sketch.parties["SOUTHLAND"].public("cosigner"),
        "cosignature": line.decode(),
        "entries_tile_sha256": hashlib.sha256(encode_bundle(sketch.leaves)).hexdigest(),
        "inclusion": {
            "index": NOTICE,
            "proof": [hash_.hex() for hash_ in sketch.tree.inclusion_proof(NOTICE, size)],
        },
    }


def _submission(sketch: Sketch) -> Any:
    frames = [Frame(b"leaf one", (b"part", b"")), Frame(b"leaf two", ())]
    host = sketch.parties[sketch.host]
    refusal = Refusal(
        hash=b64(hashlib.sha256(b"\x00leaf one").digest()), reason="NOT_NEXT", detail="seq 4 follows 2", size=34,
        time=START_US,
    )  # fmt: skip
    answer = sign_refusal(refusal, host.key("sequencer"))
    return {
        "frames": [{"leaf": f.leaf.decode(), "parts": [part.decode() for part in f.parts]} for f in frames],
        "body": encode_frames(frames).hex(),
        "sequencer_key": host.public("sequencer"),
        "refused": canonical.encode(refusal).decode("ascii"),
        "sig": answer.sig,
    }


def _signatures(sketch: Sketch) -> Any:
    north = sketch.parties["NORTHLAND"]
    asked = (sketch.channel, "GET", "/events?from=34", START_US)
    manifest = canonical.encode({"channel": sketch.channel, "files": [], "format": 1, "party": "NORTHLAND"})
    signature = north.key("node").sign(MANIFEST_TAG + hashlib.sha256(manifest).digest())
    return {
        "request": {
            "key": north.public("node"),
            "message": request_message(*asked).decode("ascii"),
            "authorization": authorize(north.key("node"), *asked),
        },
        "manifest": {"key": north.public("node"), "bytes": manifest.decode("ascii"), "sig": b64(signature)},
    }


def _picture(sketch: Sketch) -> Any:
    south = sketch.parties["SOUTHLAND"]
    statement = PictureStatement(sketch.origin, len(sketch.leaves), sketch.picture.digest)
    step = sketch.steps[NOTICE]
    rows = [[c.table, c.id] if c.row is None else [c.table, c.id, c.row] for c in step.changes]
    return {
        "channel": sketch.channel,
        "before_the_first": hashlib.sha256(PICTURE_TAG + sketch.channel.encode()).hexdigest(),
        "worked": {
            "index": NOTICE,
            "digest_before": sketch.steps[NOTICE - 1].picture.digest.hex(),
            "now": step.picture.now_us,
            "rows": canonical.encode(rows).decode("ascii"),
            "digest": step.picture.digest.hex(),
        },
        "picture_key": south.public("picture"),
        "statement": sign_statement(statement, "southland.example/picture", south.key("picture")).decode(),
    }


def _epoch(sketch: Sketch) -> Any:
    epoch, notice = (decode_leaf(sketch.leaves[index]).act for index in (EPOCH, EPOCH + 1))
    body, ref = public_of(epoch), notice.parts[0]
    assert isinstance(body, Epoch), "it is one"
    key, stored = sketch.epoch_key(epoch.party, body.number), sketch.parts[str(ref.sha)]
    opening, part_key = unseal(stored, key, notice, ref)
    where = context(notice, ref)
    assert PartKey.derive(key, random_of(stored), where) == part_key
    return {
        "index": EPOCH,
        "channel": sketch.channel,
        "party": epoch.party,
        "number": body.number,
        "info": epoch_info(sketch.channel, epoch.party, body.number).hex(),
        "epoch_key": key.hex(),
        "commit": body.commit,
        "wraps": [
            {
                "party": wrap.party,
                "private_key": _private(sketch, wrap.party),
                "public_key": sketch.parties[wrap.party].sealing.public_key.hex(),
                "key": wrap.key,
                "wrap": wrap.wrap,
            }
            for wrap in body.wraps
        ],
        "part": {
            "context": where.decode("ascii"),
            "random": random_of(stored).hex(),
            "key": part_key.key.hex(),
            "key_commitment": part_key.commitment.hex(),
            "salt": opening[:32].hex(),
            "text": opening[32:].partition(b"\n")[0].decode("ascii"),
            "commit": ref.commit,
            "stored": stored.hex(),
            "sha": ref.sha,
        },
    }


def _private(sketch: Sketch, party: str) -> str:
    """X25519's private key, as a `SealingKey` makes it of its seed."""
    seed = sketch.parties[party].seed_of("sealing")
    return HKDF(SHA256(), 32, salt=None, info=b"wellclear/sealing/1\nx25519").derive(seed).hex()
