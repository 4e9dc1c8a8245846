"""A second reader that is not ours: a bundle held to the package `aics-tlog`, in an environment of its own.

    python verify.py [--log VKEY] [--channel ID] DIRECTORY...

One line a directory, and what holds below it. Exit code 0: all of them hold; 1: one is refused, with the reason.
README.md says what is looked at, and what not.
"""

from __future__ import annotations

import argparse
import base64
import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    VerifiedTileReader,
    VKey,
    audit_tiles,
    consistency_proof_from_tiles,
    ed25519_public_key_problem,
    leaf_hash,
    parse_note,
    parse_vkey,
    read_entry,
    verify_checkpoint,
    verify_consistency,
)

COSIGNATURE_V1 = 4


class Refused(Exception):
    """The reason in one sentence."""


def main(arguments: list[str]) -> int:
    """Verify each bundle."""
    parser = argparse.ArgumentParser(description="Verify a bundle with aics-tlog.")
    parser.add_argument("--log", help="the log's key, where you know it; else the policy's")
    parser.add_argument("--channel", help="the channel's id: the hash of entry 0, base64")
    parser.add_argument("directories", type=Path, nargs="+", metavar="DIRECTORY")
    asked = parser.parse_args(arguments)
    refused = 0
    for place in asked.directories:
        try:
            lines = verified(place, asked.log, asked.channel)
        except (Refused, ValueError, LookupError, OSError, RuntimeError) as error:
            refused += 1
            sys.stdout.write(f"{place}: REFUSED: {error}\n")
        else:
            sys.stdout.write("\n  ".join([f"{place}: HOLDS", *lines]) + "\n")
    return 1 if refused else 0


def verified(place: Path, log_vkey: str | None, channel: str | None) -> list[str]:
    """What holds, a line each; raises for what does not."""
    log, witnesses = keys_of((place / "policy.txt").read_text(encoding="utf-8"))
    if log_vkey is not None and parse_vkey(log_vkey) != log:
        raise Refused(f"the policy names {log.name} with another key than the one that you know")
    note = parse_note((place / "checkpoint").read_bytes())
    found = verify_checkpoint(note, log, witnesses, expected_origin=log.name)
    if not found.ok:
        raise Refused(f"checkpoint: {found.error}")
    tiles = FileSystemTileReader(place)
    report = audit_tiles(tiles, found.size, found.root)
    reader = VerifiedTileReader(tiles, found.size, found.root)
    if found.size:
        first = base64.b64encode(leaf_hash(read_entry(reader, 0, found.size))).decode()
        if channel is not None and channel != first:
            raise Refused(f"entry 0 is of the channel {first}")
    older = sorted((place / "notes").glob("*")) if (place / "notes").is_dir() else []
    for path in older:
        grows(path, log, reader, found.size, found.root)
    return [
        f"{found.size} entries under {log.name}: {report.tiles} tiles and {report.bundles} entry bundles",
        *(f"cosigned by {name}" for name in found.witnesses),
        f"{len(older)} notes that entries name lead to it",
    ]


def keys_of(policy: str) -> tuple[VKey, list[VKey]]:
    """The log's key, and the Ed25519 ones of witnesses; ML-DSA keys are passed over, because the package knows none."""
    rows = [line.split(" ") for line in policy.split("\n") if line and not line.startswith("#")]
    logs = [parse_vkey(row[1]) for row in rows if row[0] == "log"]
    if len(logs) != 1:
        raise Refused(f"the policy names {len(logs)} logs")
    kinds = {row[2]: base64.b64decode(row[2].split("+", 2)[2])[0] for row in rows if row[0] == "witness"}
    witnesses = [parse_vkey(vkey) for vkey, kind in kinds.items() if kind == COSIGNATURE_V1]
    for key in (*logs, *witnesses):
        problem = ed25519_public_key_problem(key.public_key)
        if problem is not None:
            raise Refused(f"the key of {key.name} {problem}")
    return logs[0], witnesses


def grows(path: Path, log: VKey, reader: VerifiedTileReader, size: int, root: bytes) -> None:
    """A note that an entry names is the log's, and the tree grew from it."""
    found = verify_checkpoint(parse_note(path.read_bytes()), log, expected_origin=log.name)
    if not found.ok or str(found.size) != path.name:
        raise Refused(f"notes/{path.name}: {found.error or f'it speaks of {found.size} entries'}")
    proof = consistency_proof_from_tiles(reader, found.size, size) if 0 < found.size < size else []
    if not verify_consistency(found.size, size, found.root, root, proof):
        raise Refused(f"notes/{path.name}: this tree did not grow from it")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
