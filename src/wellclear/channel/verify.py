"""Verifying a bundle, by anybody, from its files alone (R33, N9).

Two things are told apart. The *manifest* shows whether a file was changed since the export. The *log* shows whether
the exporter itself changed anything before: every leaf lies under the root that the host signed, the host's key stands
in entry 0, every entry carries its author's signature and the hash of the author's entry before it, and every part
fits the commitment that was logged when it was sent. A lying exporter can sign a new manifest; it cannot sign the log.

Everything is found that can be found: a fault in one place does not hide another. But a broken entry spoils every root,
link and digest after it; those faults are told apart as what follows from it (`Fault.follows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import UNSET

from wellclear.channel.beside import check_beside_the_log
from wellclear.channel.bundle import FORMATS
from wellclear.channel.opening import open_leaf
from wellclear.channel.verdict import Verdict, without
from wellclear.domain import canonical
from wellclear.domain.canonical import unb64
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.domain.spoken import spoken
from wellclear.errors import Malformed
from wellclear.log.bundle import (
    CHECKPOINT,
    FILES_MAX,
    FORMAT,
    MANIFEST,
    MANIFEST_SIG,
    NEEDED,
    Fault,
    check_path,
    decode_manifest,
    is_known,
    manifest_faults,
    read_leaves,
    tile_faults,
    tree_of,
    verify_manifest,
)
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture, Step

CHUNK_ENTRIES = 128
Chunk = list[tuple[int, bytes]]
OpenChunks = Callable[[Iterable[Chunk]], Iterable[list[Logged]]]
"""How the leaves are opened, chunk by chunk in order; the edges hand in one that uses several cores."""
Watch = Callable[[Logged, Picture, Step], None]
"""Told of every entry as it is folded: the entry, the picture before it, what it did."""


def open_chunks(chunks: Iterable[Chunk]) -> Iterator[list[Logged]]:
    """The plain way: one after the other."""
    for chunk in chunks:
        yield [open_leaf(index, leaf) for index, leaf in chunk]


def verify_bundle(
    files: Mapping[str, bytes],
    *,
    channel: str | None = None,
    opening: OpenChunks = open_chunks,
    watch: Watch | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Check a bundle as far as its files allow. Never raises for what stands in them.

    `channel` is the id that the reader knows by another way; `progress` hears (entries checked, entries in all).
    """
    verdict = Verdict(files)
    _check_names(verdict)
    _check_manifest(verdict)
    verdict.check("The format is one that this software reads.", FORMAT, lambda: _check_format(files))
    leaves = _read_log(verdict)
    if leaves:
        _replay(verdict, leaves, opening, watch, progress)
        check_beside_the_log(verdict)
    _check_channel(verdict, channel)
    _say_what_nobody_can_know(verdict, channel)
    verdict.sort_out()
    return verdict


def _check_names(verdict: Verdict) -> None:
    if len(verdict.files) > FILES_MAX:
        verdict.faults.append(Fault("", None, f"{len(verdict.files)} files; a bundle has at most {FILES_MAX}"))
    for path, raw in sorted(verdict.files.items()):
        try:
            most = check_path(path)
        except Malformed as error:
            verdict.faults.append(Fault(path[:100], None, error.why))
            continue
        if not is_known(path):
            verdict.faults.append(Fault(path, None, "has no place in a bundle"))
        elif len(raw) > most:
            verdict.faults.append(Fault(path, None, f"{len(raw)} bytes; such a file has at most {most}"))
    for path in NEEDED:
        if path not in verdict.files:
            verdict.faults.append(Fault(path, None, "is missing"))


def _check_manifest(verdict: Verdict) -> None:
    raw, signature = verdict.files.get(MANIFEST), verdict.files.get(MANIFEST_SIG)
    if raw is None or signature is None:
        missing = MANIFEST if raw is None else MANIFEST_SIG
        verdict.faults.append(Fault(missing, None, "is missing: nothing shows who exported this, nor as what"))
        return
    signed = verdict.check("", MANIFEST_SIG, lambda: verify_manifest(raw, signature, decode_manifest(raw).key))
    try:
        verdict.manifest = decode_manifest(raw)
    except Malformed as error:
        verdict.faults[-1] = Fault(MANIFEST, None, without(MANIFEST, str(error)))
        return
    changed = manifest_faults(verdict.manifest, verdict.files)
    verdict.faults += changed
    if signed and not changed:
        verdict.holds.append(
            f"All {len(verdict.manifest.files)} files are as they were exported, under the exporter's signature."
        )


def _check_format(files: Mapping[str, bytes]) -> None:
    formats = canonical.decode(files.get(FORMAT, b""), FORMAT)
    for name in sorted(FORMATS.keys() - {"software"}):
        if formats.get(name) != FORMATS[name]:
            raise Malformed(FORMAT, name, f"{FORMATS[name]!r} is what this software reads")


def _read_log(verdict: Verdict) -> list[bytes]:
    """The leaves, and everything that tiles and checkpoint say of each other."""
    files = verdict.files
    if CHECKPOINT not in files or not verdict.check("", CHECKPOINT, lambda: _parse_checkpoint(verdict)):
        verdict.unknown.append("Whether the log holds: its checkpoint cannot be read.")
        return []
    checkpoint = verdict.checkpoint
    assert checkpoint is not None, "it was parsed"
    most = len(files) * 256
    if checkpoint.size > most:  # before anything is made for each tile of a log that is not there
        verdict.faults.append(Fault(CHECKPOINT, None, f"states {checkpoint.size} entries; these files hold fewer"))
        return []
    leaves, found = read_leaves(files, checkpoint.size)
    verdict.faults += found
    verdict.tree = tree_of(leaves)
    if len(leaves) == checkpoint.size:
        torn = tile_faults(files, leaves, verdict.tree)
        verdict.faults += torn
        if verdict.tree.root() != checkpoint.root:
            why = "the entries do not have the root that the host signed"
            verdict.faults.append(Fault(CHECKPOINT, None, why, (0, checkpoint.size)))
        elif not torn and not found:
            verdict.holds.append(f"All {checkpoint.size} entries lie under the checkpoint's root.")
    return leaves


def _parse_checkpoint(verdict: Verdict) -> None:
    verdict.checkpoint = parse_checkpoint(parse_note(verdict.files[CHECKPOINT], CHECKPOINT).text, CHECKPOINT)


def _chunks(leaves: list[bytes]) -> Iterator[Chunk]:
    for start in range(0, len(leaves), CHUNK_ENTRIES):
        yield list(enumerate(leaves[start : start + CHUNK_ENTRIES], start))


def _replay(
    verdict: Verdict,
    leaves: list[bytes],
    opening: OpenChunks,
    watch: Watch | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Open and fold every entry: signatures, chains, heads, and who was the host when."""
    before = len(verdict.faults)
    for chunk in opening(_chunks(leaves)):
        for logged in chunk:
            picture = verdict.picture
            _check_entry(verdict, picture, logged)
            step = fold(picture, logged)
            verdict.doubts.take(logged, step)
            verdict.picture = step.picture
            verdict.remarks += len(step.remarks)
            verdict.digests[step.picture.size] = step.picture.digest
            host = step.picture.host
            if host is not None and host is not picture.host:
                verdict.hosts.append((step.picture.size, host))
            if watch is not None:
                watch(logged, picture, step)
        if progress is not None:
            progress(verdict.picture.size, len(leaves))
    _say_heads(verdict)
    if len(verdict.faults) == before:
        verdict.holds.append(
            f"Each of the {len(leaves)} entries is signed by its author's node and follows that node's entry before."
        )


def _check_entry(verdict: Verdict, before: Picture, logged: Logged) -> None:
    index = logged.index
    fault = envelope_fault(before, logged)
    if fault is not None:
        by_itself = not verdict.breaks or not _may_follow(before, logged, fault)
        if by_itself:
            verdict.breaks.append(index)
        rests_on = (0, 0) if by_itself else (0, index)
        found = Fault("", index, f"{fault}: {fault.sentence}; a host must not log it", rests_on)
        verdict.faults.append(found)
        if not by_itself:
            verdict.built.add(found)
    if logged.entry is None:
        return
    for ref in logged.entry.act.parts:
        verdict.committed.setdefault(unb64(ref.commit).hex(), index)
    head = logged.entry.link.head
    if head is UNSET or head.size > index:
        return
    if verdict.has_root(head.size, unb64(head.root)):
        verdict.heads_hold = max(verdict.heads_hold, head.size)
    else:
        verdict.heads_differ.append((index, head.size))


def _may_follow(before: Picture, logged: Logged, fault: Reason) -> bool:
    """Whether a broken entry before this one may be why: it would have named its channel or key, or led to it."""
    if logged.entry is None or logged.fault is not None:
        return False  # whatever stands before it, its own bytes are not what anybody signed
    if fault is not Reason.NOT_NEXT:
        return True
    link = logged.entry.link
    seq, _ = before.chains.get(link.key) or (0, UNSET)
    return link.seq > seq + 1  # an entry of its key is missing; doubled and forked ones explain themselves


def _say_heads(verdict: Verdict) -> None:
    """One fault for each author who stands alone, and one for all who name another log from some size on."""
    beyond = [(index, size) for index, size in verdict.heads_differ if size > verdict.heads_hold]
    for index, size in verdict.heads_differ:
        why = f"{Reason.HEAD_DIFFERS}: its author names a log of {size} entries with another root than these have"
        if size <= verdict.heads_hold:
            verdict.faults.append(Fault("", index, why))
        elif (index, size) == beyond[0]:
            least = min(size for _, size in beyond)
            others = f"; so do the authors of {len(beyond) - 1} later entries" if len(beyond) > 1 else ""
            first, last = verdict.heads_hold, least - 1
            where = f"entry {last}" if first == last else f"entries {first} to {last}"
            rests_on = (0, least)
            if not verdict.breaks:  # every entry is signed and follows, so this is the first that is known of a break
                rests_on = (0, 0)
                verdict.breaks.append(last)
            verdict.faults.append(Fault("", index, f"{why}{others}. The first difference lies in {where}", rests_on))


def _check_channel(verdict: Verdict, channel: str | None) -> None:
    found, manifest = verdict.picture.channel, verdict.manifest
    if manifest is not None and found and manifest.channel != found:
        why = f"is about channel {manifest.channel}; entry 0 makes it {found}"
        verdict.faults.append(Fault(MANIFEST, None, why, (0, 1)))
    elif manifest is not None and found and (manifest.exercise == "yes") != verdict.picture.exercise:
        kind = "an exercise" if verdict.picture.exercise else "no exercise"
        why = f"says otherwise, but entry 0 makes this channel {kind}"
        verdict.faults.append(Fault(MANIFEST, None, why, (0, 1)))
    if channel is None or not found:
        return
    if channel == found:
        verdict.holds.append(f"It is the channel that you named, {channel}.")
    else:
        verdict.faults.append(Fault("", None, f"this is channel {found}, not {channel}, which you named"))


def _say_what_nobody_can_know(verdict: Verdict, channel: str | None) -> None:
    picture, unknown = verdict.picture, verdict.unknown
    if picture.channel and channel is None:
        aloud = spoken(unb64(picture.channel))
        unknown.append(f"Whether this is the channel that you agreed on: have its fingerprint read to you, {aloud}.")
    if verdict.checkpoint is not None:
        last = verdict.checkpoint.size - 1
        unknown.append(f"What was said after entry {last}: a checkpoint carries no time of its own.")
    unknown.append("Whether a party told the truth: a signature shows who said it, and that it was not changed.")
