"""A scripted channel as a source of bundles, with real keys and bytes, for the tests of bundle and timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from wellclear.channel.bundle import REFUSAL_TAG, Exporter, bundle_files
from wellclear.channel.policy import cosigner_name
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.parts import ReadbackRow
from wellclear.log.bundle import MANIFEST, MANIFEST_SIG, decode_manifest, make_manifest, sign_manifest
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, sign_checkpoint
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

MADE_US = START_US + 86_400 * SECOND_US


@dataclass(frozen=True)
class SketchSource:
    """A sketch as a node keeps it: with the host's note for every size that an entry names."""

    sketch: Sketch

    def size(self) -> int:
        return len(self.sketch.leaves)

    def checkpoint(self) -> bytes:
        note = self.note(self.size())
        lines = [
            cosign(note, cosigner_name(name), party.key("cosigner"), self.sketch.now_us // SECOND_US)
            for name, party in sorted(self.sketch.parties.items())
        ]
        return merge_signatures(note, lines)

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self.sketch.leaves[start:end]

    def part(self, sha: str) -> bytes | None:
        return self.sketch.parts.get(sha)

    def note(self, size: int) -> bytes:
        checkpoint = Checkpoint(self.sketch.origin, size, self.sketch.tree.root(size))
        return sign_checkpoint(checkpoint, self.sketch.parties[self.sketch.host].key("log"))


def exporter_of(sketch: Sketch, party: str) -> Exporter:
    author = sketch.parties[party]
    return Exporter(party, author.key("node"), author.key("picture"))


def bundle_of(
    sketch: Sketch, party: str = "SOUTHLAND", readers: Collection[str] = (), refusals: Sequence[bytes] = ()
) -> dict[str, bytes]:
    """The bundle that a party exports."""
    return bundle_files(
        SketchSource(sketch), exporter_of(sketch, party), made_us=MADE_US, readers=readers, refusals=refusals
    )


def signed_again(files: dict[str, bytes], sketch: Sketch, party: str = "SOUTHLAND") -> dict[str, bytes]:
    """What a lying exporter does after it changed files: a new manifest under its own good key."""
    plain = {path: raw for path, raw in files.items() if path not in (MANIFEST, MANIFEST_SIG)}
    channel = decode_manifest(files[MANIFEST]).channel
    node = sketch.parties[party].key("node")
    manifest = make_manifest(plain, channel=channel, party=party, key=node.public_key, made_us=MADE_US)
    return plain | {MANIFEST: manifest, MANIFEST_SIG: sign_manifest(manifest, node)}


def refusal(sketch: Sketch, reason: str = "RATE") -> bytes:
    """The host's signed refusal of some entry."""
    hash_ = b64(hashlib.sha256(b"an entry").digest())
    refused: dict[str, object] = {
        "hash": hash_, "reason": reason, "detail": "", "size": len(sketch.leaves), "time": sketch.now_us,
    }  # fmt: skip
    signature = sketch.parties[sketch.host].key("sequencer").sign(REFUSAL_TAG + canonical.encode(refused))
    return canonical.encode({"refused": refused, "sig": b64(signature)})


READBACK = ReadbackRow(lat_e7=345500000, lon_e7=383000000, start_us=START_US, lower_mm=0, upper_mm=10_000_000)


def scripted(seed: int = 7) -> Sketch:
    """A notice received, acknowledged and confirmed, a message, a safety message; about a dozen business entries."""
    sketch = Sketch.founded(seed=seed)
    sketch.advance(60)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [circle(34.55, 38.30, 5_000)])
    sketch.advance(2)
    sketch.receipt("SOUTHLAND")
    sketch.advance(90)
    sketch.ack("SOUTHLAND", id_, rows=[READBACK])
    sketch.advance(5)
    sketch.answer("NORTHLAND", "confirm", id_, public={"desk": "SOUTHLAND/OPS"})
    sketch.message("SOUTHLAND", ["NORTHLAND/OPS"], "Our drones stay south of the river.")
    sketch.safety("NORTHLAND", ["SOUTHLAND/OPS"])
    sketch.time("CASPIA")
    return sketch


@cache
def frozen_bundle(seed: int = 7) -> dict[str, bytes]:
    """A bundle that tests copy before they change it."""
    return bundle_of(scripted(seed))
