"""`export`: a party's copy of the log, as a directory or a tar that any stranger can check (R33)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec import UNSET

from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.bundle.report import ExportReport
from wellclear.channel.bundle import Exporter, Source, bundle_files
from wellclear.log.bundle import MANIFEST, decode_manifest
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note


def export_path(
    source: Source,
    exporter: Exporter,
    path: Path,
    *,
    made_us: int,
    readers: Collection[str] = (),
    refusals: Sequence[bytes] = (),
) -> ExportReport:
    """Export to a new directory, or to a new tar if the name ends in `.tar`.

    `readers` are the parties that will get the bundle; only what each of them wrote or was told is opened in it.

    Raises:
        InvalidValue: a reader is no party of this channel; nothing was written.
        Misconfigured: the path exists, the log is empty, or a key is not the party's.
        Malformed: the source does not hold together.
        Unavailable: the path cannot be written.
    """
    files = bundle_files(source, exporter, made_us=made_us, readers=readers, refusals=refusals)
    write_bundle(files, path)
    manifest = decode_manifest(files[MANIFEST])
    return ExportReport(
        path=str(path),
        channel=manifest.channel,
        entries=parse_checkpoint(parse_note(files["checkpoint"]).text).size,
        parts=sum(name.startswith("parts/") for name in files),
        files=len(files),
        bytes=sum(map(len, files.values())),
        readers=tuple(sorted(readers)) or (exporter.party,),
        exercise=manifest.exercise == "yes",
        left_out=0 if manifest.left_out is UNSET else manifest.left_out,
    )
