"""Making a bundle: which files a party may hand out of its log, and what it signs about them (R33).

Nothing leaves that the readers were not already told: a part goes in only when each of them is its author, who logged
its commitment first, or stands in that author's audience. What tells of others' sites and the like stays out, whoever
gets the bundle (`channel.sheltered`). The envelope of every entry goes in; the log is whole or it is nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import UNSET

from wellclear import __version__
from wellclear.channel.opening import open_leaf
from wellclear.channel.policy import picture_key_name, policy_text
from wellclear.channel.readme import readme_text
from wellclear.channel.sheltered import Sheltered
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry, PartRef
from wellclear.errors import InvalidValue, Malformed, Misconfigured
from wellclear.log.bundle import (
    BUNDLE_FORMAT,
    FORMAT,
    MANIFEST,
    MANIFEST_SIG,
    PICTURE,
    POLICY,
    README,
    log_files,
    make_manifest,
    sign_manifest,
    tree_of,
)
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.note import parse_note
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture

REFUSAL_TAG = b"wellclear/refusal/1\n"
FORMATS: dict[str, object] = {
    "bundle": BUNDLE_FORMAT,
    "checkpoint": "c2sp.org/tlog-checkpoint",
    "cosignature": "c2sp.org/tlog-cosignature",
    "entry": "wellclear/entry/1",
    "manifest": "wellclear/manifest/1",
    "note": "c2sp.org/signed-note",
    "picture": "wellclear/picture/v1",
    "policy": "c2sp.org/tlog-policy",
    "software": f"wellclear {__version__}",
    "tiles": "c2sp.org/tlog-tiles",
}
"""What stands in `format.json`; `software` is the only line that a reader must not rely on."""


class Source(Protocol):
    """Where a log lies: a store, a sketch. Hashes are base64, notes and leaves are the bytes as they came."""

    def size(self) -> int: ...
    def checkpoint(self) -> bytes | None: ...
    def leaves(self, start: int, end: int) -> list[bytes]: ...
    def part(self, sha: str) -> bytes | None: ...
    def note(self, size: int) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who exports, with the keys that sign manifest (node) and picture statement (picture)."""

    party: str
    node: Signer
    picture: Signer


def bundle_files(
    source: Source, exporter: Exporter, *, made_us: int, readers: Collection[str] = (), refusals: Sequence[bytes] = ()
) -> dict[str, bytes]:
    """The files of a bundle for some readers (the exporter itself, if none are named), the manifest included.

    `refusals` are the host's signed refusals, each as `{"refused": {...}, "sig": ...}` in canonical JSON.

    Raises:
        InvalidValue: a reader is no party of this channel, and never was.
        Misconfigured: there is no checkpoint yet, or a key is not the party's in this channel.
        Malformed: what the source holds does not parse, or a refusal does not.
    """
    note = source.checkpoint()
    if note is None:
        raise Misconfigured("export", "the log has no checkpoint yet", do="Export after the first entry is logged")
    size = parse_checkpoint(parse_note(note, "checkpoint").text).size
    leaves = source.leaves(0, size)
    if len(leaves) != size:
        raise Malformed("log", "", f"{len(leaves)} leaves, but its checkpoint covers {size}")
    audience = frozenset(readers) or {exporter.party}
    files = log_files(leaves, tree_of(leaves), note)
    picture, left_out = _walk(files, source, leaves, audience, Sheltered(exporter.party, source.part))
    _check_keys(picture, exporter)
    _check_readers(picture, audience)
    for raw in refusals:
        files[f"refusals/{_refused_hash(raw)}.json"] = raw
    assert picture.host is not None, "its keys were found, so there was a genesis"
    statement = PictureStatement(picture.host.origin, size, picture.digest)
    files[PICTURE] = sign_statement(statement, picture_key_name(exporter.party), exporter.picture)
    files[POLICY] = policy_text(picture)
    files[FORMAT] = canonical.encode(FORMATS)
    files[README] = readme_text(picture, exporter.party, sorted(audience), left_out)
    files[MANIFEST] = make_manifest(
        files, channel=picture.channel, exercise=picture.exercise, party=exporter.party,
        key=exporter.node.public_key, made_us=made_us, left_out=left_out,
    )  # fmt: skip
    files[MANIFEST_SIG] = sign_manifest(files[MANIFEST], exporter.node)
    return files


def _walk(
    files: dict[str, bytes], source: Source, leaves: Sequence[bytes], audience: Collection[str], sheltered: Sheltered
) -> tuple[Picture, int]:
    """Fold the log, and take the parts and notes that its entries name on the way; with how many were left out."""
    picture, authors, left_out = Picture(), dict[str, str](), set[str]()
    for index, leaf in enumerate(leaves):
        logged = open_leaf(index, leaf)
        fault = envelope_fault(picture, logged)
        picture = fold(picture, logged).picture
        if logged.entry is None or fault is not None:
            continue
        head = logged.entry.link.head
        if head is not UNSET and f"notes/{head.size}" not in files:
            note = source.note(head.size)
            if note is not None:
                files[f"notes/{head.size}"] = note
        hidden = sheltered.take(logged.entry.act)
        for ref in logged.entry.act.parts:
            # A commitment stands in the header for all to copy: whoever was first to log it says who may read it.
            author = authors.setdefault(ref.commit, logged.entry.act.party)
            if author == logged.entry.act.party and may_show(logged.entry, ref, audience):
                stored = source.part(ref.commit)
                # What we hold must prove itself, or it would make our own bundle fail.
                if stored is None or hashlib.sha256(stored).digest() != unb64(ref.commit):
                    continue
                if ref.commit in hidden:
                    left_out.add(ref.commit)
                else:
                    files[part_path(ref.commit)] = stored
    return picture, len(left_out)


def may_show(entry: Entry, ref: PartRef, audience: Collection[str]) -> bool:
    """Whether every one of these parties is the author of a part or was told it."""
    told = {entry.act.party, *(ref.to if ref.to is not UNSET else ())}
    return told.issuperset(audience)


def part_path(commit: str) -> str:
    """Where the part with this commitment (base64) lies in a bundle."""
    return f"parts/{unb64(commit).hex()}"


def _check_keys(picture: Picture, exporter: Exporter) -> None:
    for signer, uses in ((exporter.node, ("node", "standby")), (exporter.picture, ("picture",))):
        row = picture.keys.get(b64(signer.public_key))
        if row is None or row.party != exporter.party or row.use not in uses or row.state == "revoked":
            raise Misconfigured(
                f"the {uses[0]} key",
                f"is not {exporter.party}'s in this channel, or was revoked",
                do="Export with the party's own keys",
            )


def _check_readers(picture: Picture, audience: Collection[str]) -> None:
    """A misspelt name was told nothing by anybody: its bundle would open nothing, and nobody would see why."""
    strangers = sorted(set(audience).difference(picture.parties))
    if strangers:
        known = ", ".join(sorted(picture.parties))
        raise InvalidValue("reader", f"{strangers[0]} is no party of this channel; its parties are {known}")


def _refused_hash(raw: bytes) -> str:
    refused = canonical.decode(raw, "refusal").get("refused")
    name = refused.get("hash") if isinstance(refused, dict) else None
    if not isinstance(name, str):
        raise Malformed("refusal", "refused.hash", "the hash of the refused entry belongs here")
    return unb64(name, 32, field="refused.hash").hex()
