"""The parsers of `log`: notes, checkpoints, tiles, bundles and evidence."""

from __future__ import annotations

from typing import Any, Final

from tests.bundles import frozen_bundle
from tests.fuzz import seeds
from tests.fuzz.parser import Parser
from tests.fuzz.rows_domain import said, text
from wellclear.apps.bundle.evidence import judged
from wellclear.apps.host.cosignatures import Cosignatures
from wellclear.channel.pictures import Digests, Pictures
from wellclear.domain import canonical
from wellclear.errors import Unverified
from wellclear.log import archive, checkpoint, equivocation, note, statement, tiles
from wellclear.log.bundle import MANIFEST, MANIFEST_SIG, check_path, decode_manifest, read_leaves, verify_manifest
from wellclear.log.checkpoint import Checkpoint, cosign, parse_checkpoint
from wellclear.log.ed25519 import SigningKey, verify
from wellclear.log.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from wellclear.log.note import COSIGNATURE_V1, Verifier
from wellclear.log.witness import NOTHING_SEEN, AddCheckpoint, judge, parse_request

_KEY: Final = SigningKey(bytes(range(32)))
_WIDTH: Final = 4


def _whole_note(raw: bytes) -> bytes:
    """A note as a node hears it: opened, its cosignatures counted, its lines merged with another's."""
    host = seeds.sketch().parties["CASPIA"].key("log")
    checkpoint.open_checkpoint(raw, seeds.sketch().origin, host.public_key)
    checkpoint.cosignatures(raw, [Verifier("A/cosigner", COSIGNATURE_V1, _KEY.public_key)])
    line = cosign(seeds.note(), "A/cosigner", _KEY, 7)
    checkpoint.merge_signatures(raw, [line])
    checkpoint.merge_signatures(seeds.note(), raw.split(b"\n"))
    return raw


def _statement(raw: bytes) -> None:
    keys = [party.key("picture").public_key for party in seeds.sketch().parties.values()]
    statement.open_statement(raw, keys)


def _manifest(raw: bytes) -> Any:
    found = decode_manifest(raw)
    verify_manifest(frozen_bundle()[MANIFEST], frozen_bundle()[MANIFEST_SIG], found.key)
    return found


def _leaves(raw: bytes) -> None:
    """The same bytes in the place of each tile of a log."""
    files = {path: raw for path in frozen_bundle() if path.startswith("tile/")}
    for size in (len(seeds.sketch().leaves), 1):
        read_leaves(files, size)


def _paths(path: str) -> None:
    check_path(path)
    tiles.parse_path(path)


def _proof(raw: bytes) -> None:
    """A proof of any shape to any root: refused, never a fault."""
    proof = [raw[at : at + 32] for at in range(3, len(raw), 32)]
    index, size = raw[0] if raw else 0, raw[1] if len(raw) > 1 else 0
    root = Frontier.empty().append(leaf_hash(raw)).root()
    try:
        verify_consistency(index, root, size, root, proof)
    except Unverified:
        verify_inclusion(index, size, leaf_hash(raw), proof, root)


def _signature(raw: bytes) -> None:
    verify(raw[:32], b"said", raw[32:])


def _witnessed(raw: bytes) -> AddCheckpoint:
    """A request to cosign, read and judged by a witness of the sketch's log that has seen nothing."""
    found, sketch = parse_request(raw), seeds.sketch()
    judge(found, NOTHING_SEEN, sketch.origin, [sketch.parties["CASPIA"].key("log").public_key])
    return found


def _cosigned(raw: bytes) -> None:
    """What anybody may post to a host as a cosignature."""
    sketch = seeds.sketch()
    Cosignatures().take(raw, sketch.picture, sketch.tree, sketch.now_us, 0)


def _compared(raw: bytes) -> None:
    """What anybody may state of its picture, held against the sketch's, before and after it was reached."""
    sketch, digests, short, book = seeds.sketch(), Digests(), Digests(), Pictures()
    for step in sketch.steps:
        digests.append(step.picture.digest)
    book.hear(sketch.picture, short, raw)
    book.reached(sketch.picture, digests)
    book.hear(sketch.picture, digests, raw)


def _cosigned_note() -> bytes:
    note, signer = seeds.note(), seeds.sketch().parties["NORTHLAND"].key("cosigner")
    return checkpoint.merge_signatures(note, [cosign(note, "NORTHLAND/cosigner", signer, 7)])


LOG = [
    Parser("add_checkpoint", ("log.witness",), _witnessed,
           lambda: [AddCheckpoint(0, (), seeds.note()).encode(), AddCheckpoint(2, (bytes(32),), seeds.note()).encode()],
           lambda found: found.encode()),
    Parser("cosignature", ("apps.host.cosignatures",), _cosigned, lambda: [_cosigned_note()]),
    Parser("note", ("log.note",), note.parse_note, lambda: [seeds.note()], lambda found: found.encode()),
    Parser("signature_line", ("log.note",), note.parse_signature_line,
           lambda: seeds.note().splitlines(keepends=True)[4:6], lambda found: found.encode()),
    Parser("vkey", ("log.note",), text(note.parse_vkey),
           lambda: [Verifier("A/cosigner", COSIGNATURE_V1, _KEY.public_key).vkey().encode()],
           lambda found: found.vkey().encode()),
    Parser("checkpoint", ("log.checkpoint",), parse_checkpoint,
           lambda: [Checkpoint("caspia.example/sketch", 7, bytes(32)).text()], lambda found: found.text()),
    Parser("heard_note", ("log.checkpoint", "log.note"), _whole_note, lambda: [seeds.note()]),
    Parser("statement", ("log.statement",), statement.parse_statement,
           lambda: [statement.PictureStatement("caspia.example/sketch", 7, bytes(32)).text()],
           lambda found: found.text()),
    Parser("signed_statement", ("log.statement",), _statement, lambda: seeds.bundle("picture.txt")),
    Parser("compared_statement", ("channel.pictures",), _compared, lambda: seeds.bundle("picture.txt")),
    Parser("tile_path", ("log.tiles", "log.bundle"), text(_paths), said("tile/0/000.p/7", "tile/entries/x001/234")),
    Parser("hash_tile", ("log.tiles",), lambda raw: tiles.split_hashes(raw, _WIDTH), lambda: [bytes(32 * _WIDTH)],
           b"".join),
    Parser("entry_bundle", ("log.tiles",), lambda raw: tiles.decode_bundle(raw, _WIDTH),
           lambda: [tiles.encode_bundle(seeds.leaves()[:_WIDTH]), tiles.encode_bundle([b""] * _WIDTH)],
           tiles.encode_bundle),
    Parser("evidence", ("log.equivocation",), equivocation.decode_evidence, lambda: [seeds.evidence()],
           lambda found: found.encode()),
    Parser("false_part", ("channel.false_part", "apps.bundle.evidence"), judged, lambda: [seeds.false_part()]),
    Parser("convicting", ("log.equivocation",), equivocation.check_evidence, lambda: [seeds.evidence()]),
    Parser("tar", ("log.archive",), archive.unpack,
           lambda: [archive.pack({"README.txt": b"x", "manifest.json": b"{}"})], archive.pack),
    Parser("manifest", ("log.bundle",), _manifest, lambda: [frozen_bundle()[MANIFEST]], canonical.encode),
    Parser("bundle_leaves", ("log.bundle",), _leaves, lambda: seeds.bundle("tile/"), slow=True),
    Parser("proof", ("log.merkle",), _proof, lambda: [bytes(32 * 3 + 3), b"\x00\x01\x00"]),
    Parser("ed25519", ("log.ed25519",), _signature, lambda: [_KEY.public_key + _KEY.sign(b"said")]),
]  # fmt: skip
