"""A scripted channel as a source of bundles, with real keys and bytes, for the tests of bundle and timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from wellclear.channel.bundle import REFUSAL_TAG, Exporter, bundle_files, may_show
from wellclear.channel.composing import Composed, subject
from wellclear.channel.policy import cosigner_name
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Approval
from wellclear.domain.parts import Difference, FindingRow, Findings, Group, ReadbackRow, RequestDetails, Units
from wellclear.domain.parts import ReadbackWrong as WrongGroup
from wellclear.log.bundle import MANIFEST, MANIFEST_SIG, decode_manifest, make_manifest, sign_manifest
from wellclear.log.checkpoint import Checkpoint, cosign, cosign_mldsa, merge_signatures, sign_checkpoint
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

MADE_US = START_US + 86_400 * SECOND_US


@dataclass(frozen=True)
class SketchSource:
    """A sketch as a node keeps it: the host's note for every size that an entry names, and the parts it was told.

    Without a `party` it holds every part.
    """

    sketch: Sketch
    party: str = ""

    def size(self) -> int:
        return len(self.sketch.leaves)

    def checkpoint(self) -> bytes:
        note = self.note(self.size())
        lines = [
            cosign(note, cosigner_name(name), party.key("cosigner"), self.sketch.now_us // SECOND_US)
            for name, party in sorted(self.sketch.parties.items())
        ]
        live = {key for key, row in self.sketch.picture.keys.items() if row.state == "live"}
        lines += [
            cosign_mldsa(note, cosigner_name(name), party.mldsa, self.sketch.now_us // SECOND_US)
            for name, party in sorted(self.sketch.parties.items())
            if b64(party.mldsa.public_key) in live
        ]
        return merge_signatures(note, lines)

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self.sketch.leaves[start:end]

    def part(self, sha: str) -> bytes | None:
        told = not self.party or any(
            ref.sha == sha and may_show(logged.entry, ref, [self.party])
            for index, leaf in enumerate(self.sketch.leaves)
            if (logged := Sketch.logged(index, leaf)).entry is not None
            for ref in logged.entry.act.parts
        )
        return self.sketch.parts.get(sha) if told else None

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
    said = decode_manifest(files[MANIFEST])
    node = sketch.parties[party].key("node")
    manifest = make_manifest(
        plain, channel=said.channel, exercise=said.exercise == "yes", party=party, key=node.public_key, made_us=MADE_US
    )
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


def eventful() -> Sketch:
    """A day on the channel with something of everything that a timeline tells."""
    sketch = Sketch.founded(seed=11)
    start = START_US + 2 * 3600 * SECOND_US
    first = [circle(34.55, 38.30, 5_000, start_us=start)]
    sketch.advance(30)
    id_, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], first)
    tick(sketch, 2)
    sketch.receipt("SOUTHLAND")
    tick(sketch, 90)
    wrong = msgspec.structs.replace(READBACK, start_us=start, lat_e7=355500000)
    sketch.ack("SOUTHLAND", id_, rows=[wrong])
    differs = Difference(volume=0, field="position", said="34.5500000N", read="35.5500000N")
    told = sketch.told([WrongGroup(group="readback_wrong", differences=[differs])], ["SOUTHLAND"])
    sketch.answer("NORTHLAND", "readback_wrong", id_, public={"desk": "SOUTHLAND/OPS"}, told=told)
    sketch.advance(20)
    sketch.ack("SOUTHLAND", id_, rows=[msgspec.structs.replace(READBACK, start_us=start)])
    sketch.answer("NORTHLAND", "confirm", id_, public={"desk": "SOUTHLAND/OPS"})
    tick(sketch, 300)
    sketch.answer(
        "SOUTHLAND", "passed_to_units", id_,
        told=sketch.told([Units(group="units", echelon="battery", at_us=sketch.now_us)], ["NORTHLAND"]),
    )  # fmt: skip
    asked(sketch, id_)
    second = [circle(34.60, 38.30, 8_000, start_us=start + 600 * SECOND_US, end_us=start + 3600 * SECOND_US)]
    groups = sketch.notice_groups(second, "drone")
    sketch.send("NORTHLAND", *released(sketch, "amend", id_, 2, groups))
    tick(sketch, 1)
    sketch.send("SOUTHLAND", *released(sketch, "amend", id_, 3, groups, party="SOUTHLAND"))
    safety, _ = sketch.safety("SOUTHLAND", ["NORTHLAND/OPS"], "in_progress")
    for _ in range(4):
        tick(sketch, 100)
    sketch.receipt("NORTHLAND")
    sketch.ack("NORTHLAND", safety)
    sketch.message("NORTHLAND", ["CASPIA/OPS"], "A word for the host alone.")
    row = FindingRow(
        a=id_, a_version=2, b="SOUTHLAND-1001-6", b_version=1, verdict="possible", lateral_mm=1_234_567, vertical_mm=0,
        time_us=0, start_us=start, end_us=start + 60 * SECOND_US, lat_e7=346000000, lon_e7=383000000,
    )  # fmt: skip
    findings = Findings(group="finding", engine="reference 1", agreement=1, rows=[row])
    told = sketch.told([findings], ["SOUTHLAND"])
    sketch.send("NORTHLAND", sketch.compose("finding", "NORTHLAND", to=["SOUTHLAND/OPS"], told=told))
    sketch.answer("NORTHLAND", "cancel", id_, version=2)
    sketch.log(b"no entry at all\n")
    tick(sketch, 5)
    return sketch


def tick(sketch: Sketch, seconds: int) -> None:
    """Time passes, and two clocks say so."""
    sketch.advance(seconds)
    sketch.time("CASPIA")
    sketch.time("NORTHLAND")


def asked(sketch: Sketch, about: str) -> None:
    """SOUTHLAND asks for another height and a later start; NORTHLAND does one and cannot do the other."""
    for details, code, answer in (
        (RequestDetails(group="request", datum="AMSL", lower_mm=5_000_000, upper_mm=6_000_000), "altitude", "unable"),
        (RequestDetails(group="request", start_us=sketch.now_us + 10**10), "delay", "comply"),
    ):
        id_ = sketch.parties["SOUTHLAND"].next_id()
        composed = sketch.compose(
            "request", "SOUTHLAND", desk="SOUTHLAND/OPS", to=["NORTHLAND/OPS"], id=id_, code=code,
            subject=subject(about, 1), told=sketch.told([details], ["NORTHLAND"]),
        )  # fmt: skip
        sketch.send("SOUTHLAND", composed, sketch.watched(composed))
        members: dict[str, Any] = {"code": "technical"} if answer == "unable" else {}
        sketch.answer("NORTHLAND", answer, id_, **members)


def released(
    sketch: Sketch, kind: str, about: str, version: int, groups: Sequence[Group], party: str = "NORTHLAND"
) -> tuple[Composed, list[Approval]]:
    """A released act about one version of a notice, told to both parties."""
    composed = sketch.compose(
        kind, party, desk=f"{party}/OPS", to=["SOUTHLAND/OPS"], precedence="O", keep_until="2026-12-02",
        subject=subject(about, version), told=sketch.told(groups, ["NORTHLAND", "SOUTHLAND"]),
    )  # fmt: skip
    return composed, sketch.released(composed)


@cache
def long_bundle(entries: int = 0) -> dict[str, bytes]:
    """The bundle of the scripted log, with clock messages after it until it has so many entries."""
    sketch = scripted()
    while len(sketch.leaves) < entries:
        sketch.advance(1)
        sketch.time("CASPIA")
    return bundle_of(sketch)
