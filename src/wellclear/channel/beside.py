"""What lies beside the log in a bundle: host's and parties' signatures, notes, parts, statement, policy, refusals.

Keys come from the log alone: entry 0 names the first ones, and later entries add, replace and revoke them.
"""

from __future__ import annotations

import hashlib
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from wellclear.channel.bundle import REFUSAL_TAG
from wellclear.channel.policy import COSIGNER_TYPES, live_keys, policy_text
from wellclear.channel.verdict import Verdict, require
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Count, Hash, Micros, PartRef, SignatureText, Wire, plainly
from wellclear.domain.parts import open_part
from wellclear.domain.quantities import format_time
from wellclear.errors import Malformed, Unverified
from wellclear.log.bundle import CHECKPOINT, MANIFEST, PICTURE, POLICY, Fault
from wellclear.log.checkpoint import open_checkpoint
from wellclear.log.ed25519 import verify
from wellclear.log.note import Verifier, cosigned_at, parse_note
from wellclear.log.statement import open_statement


class RefusedEntry(Wire, frozen=True):
    """What the host says of an entry that it refused: the entry's hash, reason, log size and its own time."""

    hash: Hash
    reason: str
    size: Count
    time: Micros
    detail: str | UnsetType = UNSET


class Refusal(Wire, frozen=True):
    """A signed refusal: the sequencer key over "wellclear/refusal/1", LF, canonical `refused`."""

    refused: RefusedEntry
    sig: SignatureText


def check_beside_the_log(verdict: Verdict) -> None:
    """Everything that needs the keys of a folded log. The folded part may be shorter than the log."""
    files = verdict.files
    whole = verdict.checkpoint is not None and verdict.picture.size == verdict.checkpoint.size
    if not verdict.hosts or not whole:
        why = "no genesis names the host" if whole else "the log cannot be read whole"
        verdict.unknown.append(f"Whether host, parties and exporter signed what lies beside the log: {why}.")
        return
    host = verdict.host_at(verdict.picture.size)
    assert host is not None, "hosts were found"
    verdict.host_signed = verdict.check(
        f"{host.party}, the host, signed the checkpoint with the key that the log names.",
        CHECKPOINT,
        lambda: open_checkpoint(files[CHECKPOINT], host.origin, unb64(host.log)),
    )
    verdict.check("", CHECKPOINT, lambda: _check_cosignatures(verdict))
    if verdict.manifest is not None:
        verdict.check("", MANIFEST, lambda: _check_exporter(verdict))
    _check_notes(verdict)
    _check_parts(verdict)
    if PICTURE in files:
        held = "The picture that follows from the log has the digest that the exporter signed."
        verdict.check(held, PICTURE, lambda: _check_statement(verdict))
    if POLICY in files:
        if files[POLICY] == policy_text(verdict.picture):
            verdict.holds.append("The policy names exactly the keys of the log.")
        else:
            why = "is not the policy of this channel: its keys are those of the log"
            verdict.faults.append(Fault(POLICY, None, why, (0, verdict.picture.size)))
    for path in sorted(path for path in files if path.startswith("refusals/")):
        _check_refusal(verdict, path)


def _check_cosignatures(verdict: Verdict) -> None:
    """Lines are matched by the id of the key under the line's own name, so that a name cannot hide a bad line."""
    note = parse_note(verdict.files[CHECKPOINT], CHECKPOINT)
    known = [(party, key, use) for use in COSIGNER_TYPES for party, key in live_keys(verdict.picture, use)]
    found: dict[tuple[str, int], list[str]] = {}
    strange = len(note.signatures) - 1  # the host's own line was verified before
    for line in note.signatures:
        for party, key, use in known:
            verifier = Verifier(line.name, COSIGNER_TYPES[use], key)
            if verifier.key_id == line.key_id:
                verifier.verify(note.text, line.signature)
                found.setdefault((party, cosigned_at(line.signature)), []).append(use)
                strange -= 1
    for (party, time_s), uses in sorted(found.items()):
        how = ", by ML-DSA-44 as well" if len(uses) > 1 else ", by ML-DSA-44" if uses != ["cosigner"] else ""
        at = format_time(time_s * 1_000_000)
        verdict.holds.append(f"{party} cosigned the checkpoint at {at}, by its own clock{how}.")
    if strange > 0:
        verdict.unknown.append(
            f"Who made {strange} signature lines of the checkpoint: the log does not name their keys."
        )
    absent = sorted({party for party, _, _ in known} - {party for party, _ in found})
    if absent:
        verdict.unknown.append(f"How recently others saw this log: no cosignature here of {', '.join(absent)}.")


def _check_exporter(verdict: Verdict) -> None:
    manifest = verdict.manifest
    assert manifest is not None, "the caller has looked"
    row = verdict.picture.keys.get(manifest.key)
    party = manifest.party
    require(row is not None and row.party == party, MANIFEST, f"its key is no key of {party} in this channel")
    assert row is not None, "required above"
    require(row.use in ("node", "standby"), MANIFEST, f"its key is {party}'s {row.use} key, which signs no manifests")
    require(row.state != "revoked", MANIFEST, f"its key was revoked by {party}")
    verdict.holds.append(f"The manifest is signed by the node key of {party}.")


def _check_notes(verdict: Verdict) -> None:
    """Older checkpoints: each the host's word on the beginning of this very log; if not, the host is convicted."""
    good = 0
    paths = sorted(path for path in verdict.files if path.startswith("notes/"))
    for path in paths:
        good += verdict.check("", path, partial(_check_note, verdict, path))
    if good and good == len(paths):
        verdict.holds.append(f"All {good} older checkpoints that entries name are beginnings of this log.")


def _check_note(verdict: Verdict, path: str) -> None:
    name = path.removeprefix("notes/")
    size = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else 0
    host = verdict.host_at(min(size, verdict.picture.size))
    if host is None:
        raise Unverified(path, "no host had a key yet at this size")
    note = verdict.files[path]
    checkpoint = open_checkpoint(note, host.origin, unb64(host.log))
    require(checkpoint.size == size, path, f"speaks of {checkpoint.size} entries")
    if size > verdict.picture.size:
        verdict.unknown.append(f"Whether {path} fits: it covers more entries than there are here.")
        return
    if verdict.has_root(size, checkpoint.root):
        return
    now, last = verdict.host_at(verdict.picture.size), verdict.checkpoint
    if verdict.host_signed and now is host and last is not None and verdict.has_root(last.size, last.root):
        why = "the host signed this and the checkpoint, and they cannot both be true: keep both as evidence against it"
        raise Unverified(path, why)
    verdict.faults.append(Fault(path, None, "is not the beginning of this log", (0, size)))


def _check_parts(verdict: Verdict) -> None:
    """Every part against the commitments in the log."""
    paths = [path for path in verdict.files if path.startswith("parts/")]
    unread = 0
    for path in sorted(paths):
        raw = verdict.files[path]
        name = path.removeprefix("parts/")
        if hashlib.sha256(raw).hexdigest() != name:
            verdict.faults.append(Fault(path, verdict.committed.get(name), "its bytes do not fit the commitment"))
        elif name not in verdict.committed:
            verdict.faults.append(Fault(path, None, "no entry of this log commits to it", (0, verdict.picture.size)))
        else:
            try:
                open_part(raw, PartRef(commit=b64(bytes.fromhex(name)), enc="none"))
            except Malformed:
                unread += 1
    if paths and not any(fault.file.startswith("parts/") for fault in verdict.faults):
        verdict.holds.append(f"All {len(paths)} parts fit the commitments that were logged when they were sent.")
    if unread:
        verdict.unknown.append(f"What {unread} parts mean: they are as they were sent, but hold no field group.")
    closed = len(verdict.committed) - sum(part.removeprefix("parts/") in verdict.committed for part in paths)
    if closed:
        verdict.unknown.append(f"What {closed} parts say: they are sealed, or were not disclosed to these readers.")
    if verdict.manifest is not None and verdict.manifest.left_out is not UNSET:
        left_out = verdict.manifest.left_out
        verdict.unknown.append(
            f"What {left_out} of them say that {verdict.manifest.party} holds: they tell of other parties' sites, "
            "movements, deployments and surveys, which no export opens."
        )


def _check_statement(verdict: Verdict) -> None:
    manifest = verdict.manifest
    parties = None if manifest is None else manifest.party
    keys = [
        unb64(key)
        for key, row in verdict.picture.keys.items()
        if row.use == "picture" and row.state != "revoked" and parties in (None, row.party)
    ]
    statement = open_statement(verdict.files[PICTURE], keys, PICTURE)
    host = verdict.host_at(statement.size)
    require(host is not None and statement.origin == host.origin, PICTURE, "speaks of another log")
    digest = verdict.digests.get(statement.size)
    require(digest is not None, PICTURE, f"speaks of {statement.size} entries, which are not here")
    if digest != statement.digest:
        why = f"its digest is not that after {statement.size} entries"
        verdict.faults.append(Fault(PICTURE, None, why, (0, statement.size)))


def _check_refusal(verdict: Verdict, path: str) -> None:
    def test() -> None:
        fields = canonical.decode(verdict.files[path], path)
        try:
            refusal = msgspec.convert(fields, Refusal, strict=True)
        except msgspec.ValidationError as error:
            raise Malformed(path, *plainly(error, "")) from error
        name = unb64(refusal.refused.hash).hex()
        require(path == f"refusals/{name}.json", path, "is about another entry than its name says")
        message = REFUSAL_TAG + canonical.encode(refusal.refused)
        for key in {host.sequencer for _, host in verdict.hosts}:
            try:
                verify(unb64(key), message, unb64(refusal.sig))
            except Unverified:
                continue
            return
        raise Unverified(path, "no host of this channel signed it")

    verdict.check(f"The host signed the refusal {path}.", path, test)
