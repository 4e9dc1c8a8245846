"""A member's copy of the log: its bundle, or the home of its node. What a lost or restored host is made whole from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import UNSET

from wellclear.apps.bundle.files import read_bundle
from wellclear.apps.node.opened import OpenedLog
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.edges.settings import FILE, load_node
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Unverified
from wellclear.log.bundle import CHECKPOINT, MANIFEST, MANIFEST_SIG, decode_manifest, read_leaves, verify_manifest
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.picture.picture import Picture

NODE_STORE: Final = "node.sqlite"


@dataclass(frozen=True, slots=True)
class LogCopy:
    """One member's log, unverified: its note, leaves, and the parts that it holds, by the base64 of their SHA-256.

    `party` is whose it is; of a bundle, `key` is the one that signed its manifest.
    """

    source: str
    party: str
    note: bytes
    leaves: list[bytes]
    parts: Mapping[str, bytes] = field(default_factory=dict)
    key: str = ""

    @property
    def size(self) -> int:
        """Its number of entries."""
        return len(self.leaves)


def copy_at(path: Path, box_key: bytes | None = None) -> LogCopy:
    """The copy at a path: a bundle (directory or tar), or a node's home; `box_key` opens what the node has opened.

    Raises:
        Malformed, Unverified: a bundle that does not hold together, or whose manifest is not signed.
        Misconfigured, Unavailable: it cannot be read, or is empty.
    """
    return _of_home(path, box_key) if (path / FILE).is_file() else _of_bundle(path)


def check_owner(copy: LogCopy, picture: Picture) -> None:
    """Raise `Unverified` unless a bundle is signed by a node key of the party that it names."""
    row = picture.keys.get(copy.key)
    if copy.key and (row is None or row.party != copy.party or row.use not in ("node", "standby")):
        raise Unverified(copy.source, f"is not signed by {copy.party}'s node")


def _of_home(home: Path, box_key: bytes | None) -> LogCopy:
    party = load_node(home, joined=False).party
    store = Store.open(home / NODE_STORE, box_key=box_key, writing=False)
    try:
        note, leaves = store.checkpoint(), [leaf for _, leaf in store.each_leaf()]
        if note is None:
            raise Misconfigured(str(home), "its log is empty")
        parts = {} if box_key is None else _parts(OpenedLog(store), leaves)
    finally:
        store.close()
    return LogCopy(str(home), party, note, leaves, parts)


def _parts(log: OpenedLog, leaves: list[bytes]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for index, leaf in enumerate(leaves):
        entry = open_leaf(index, leaf).entry
        for ref in entry.act.parts if entry is not None else ():
            stored = log.part(ref.sha) if ref.sha is not UNSET else None
            if stored is not None and isinstance(ref.sha, str):
                found[ref.sha] = stored
    return found


def _of_bundle(path: Path) -> LogCopy:
    files = read_bundle(path)
    manifest = files.get(MANIFEST, b"")
    told = decode_manifest(manifest)
    verify_manifest(manifest, files.get(MANIFEST_SIG, b""), told.key)
    note = files.get(CHECKPOINT, b"")
    checkpoint = parse_checkpoint(parse_note(note, CHECKPOINT).text, CHECKPOINT)
    if checkpoint.size > len(files) * 256:
        raise Malformed(str(path), CHECKPOINT, f"states {checkpoint.size} entries; these files hold fewer")
    leaves, faults = read_leaves(files, checkpoint.size)
    if faults:
        raise Malformed(str(path), faults[0].file, faults[0].why)
    return LogCopy(str(path), told.party, note, leaves, _parts_in(files), told.key)


def _parts_in(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What its name says it is: a recovered host hands these out, and a member could spoil them for all."""
    named = {name: sha256(raw).digest() for name, raw in files.items() if name.startswith("parts/")}
    return {b64(sha): files[name] for name, sha in named.items() if name == f"parts/{sha.hex()}"}
