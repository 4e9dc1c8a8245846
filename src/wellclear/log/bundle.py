r"""The bundle: a log as plain files that verify without a network, a node or a key store (protocol, "Bundle").

    manifest.json   every other file with its SHA-256 and size; who exported it, when, for which channel
    manifest.sig    the exporter's node key over "wellclear/manifest/1\n" || SHA-256(manifest.json), base64
    checkpoint, tile/<L>/..., tile/entries/...     the log, in the forms of C2SP
    parts/<hex>     salt || text of one part; the name is its SHA-256, which is the commitment in the log
    notes/<size>, refusals/<hex>.json, picture.txt, policy.txt, format.json, README.txt

The manifest only says that nothing was changed since the export. That the exporter had nothing changed before it,
the log says itself: see `channel.verdict`. Everything here is pure: a bundle is a map of paths to bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Count, Hash, Key, Micros, Ordinal, Party, Wire, YesNo, plainly
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.ed25519 import Signer, verify
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.note import NOTE_BYTES_MAX
from wellclear.log.tiles import (
    WIDTH,
    Tile,
    bundles_for,
    decode_bundle,
    encode_bundle,
    hash_tile,
    parse_path,
    split_hashes,
    tiles_for,
)

BUNDLE_FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_SIG = "manifest.sig"
CHECKPOINT = "checkpoint"
PICTURE = "picture.txt"
POLICY = "policy.txt"
FORMAT = "format.json"
README = "README.txt"
NEEDED = (README, CHECKPOINT, FORMAT, PICTURE, POLICY)
"""What every bundle has beside its manifest and its tiles."""

MANIFEST_TAG = b"wellclear/manifest/1\n"
FILES_MAX = 1_000_000
BUNDLE_BYTES_MAX = 4 << 30
PATH_CHARS_MAX = 100

_SMALL_BYTES_MAX = 1 << 20
_SHAPES: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"manifest\.json"), 256 << 20),
    (re.compile(r"checkpoint|picture\.txt|notes/(?:0|[1-9][0-9]{0,18})"), NOTE_BYTES_MAX),
    (re.compile(r"manifest\.sig|format\.json|policy\.txt|README\.txt"), _SMALL_BYTES_MAX),
    (re.compile(r"parts/[0-9a-f]{64}"), 32 + (16 << 10)),
    (re.compile(r"refusals/[0-9a-f]{64}\.json"), 16 << 10),
    (re.compile(r"tile/entries/[x0-9/]+(?:\.p/[0-9]+)?"), 256 * (2 + 65_535)),
    (re.compile(r"tile/[0-9]+/[x0-9/]+(?:\.p/[0-9]+)?"), 256 * 32),
)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class FileRow(Wire, frozen=True):
    """One file of the bundle: path, lower-case hex SHA-256, size in bytes."""

    path: str
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size: Count


class Manifest(Wire, frozen=True):
    """Every file but the manifest and its signature, in the order of their paths; `made` is the exporter's clock.

    `exercise` says what entry 0 says, for whoever has no more than the manifest in hand. `left_out` counts the openings
    that its exporter holds and hands to nobody, since they tell of others' sites and the like; absent where none is.
    """

    format: Count
    channel: Hash
    exercise: YesNo
    party: Party
    key: Key
    made: Micros
    files: list[FileRow]
    left_out: Ordinal | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold: in which file, if it is about one; at which entry, if it is about one; and why.

    `rests_on` are the entries (start, end) that the judgement takes as they should be: a root rests on all below it.
    `follows` is whether one of them is broken itself, so that this is its consequence, or cannot be judged before it.
    """

    file: str
    index: int | None
    why: str
    rests_on: tuple[int, int] = field(default=(0, 0), compare=False)
    follows: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        if self.index is not None:
            where.append(f"entry {self.index}")
        return f"{', '.join(where)}: {self.why}" if where else self.why


def check_path(path: str) -> int:
    """The most bytes that a file with this path may have.

    Raises:
        Malformed: absolute, with `..`, with odd characters, too long: no path that may be read or written at all.
    """
    if len(path) > PATH_CHARS_MAX or not all(_NAME.fullmatch(name) for name in path.split("/")):
        raise Malformed("bundle", repr(path[:PATH_CHARS_MAX]), "not a path that a bundle may hold")
    return next((most for shape, most in _SHAPES if shape.fullmatch(path)), _SMALL_BYTES_MAX)


def is_known(path: str) -> bool:
    """Whether a bundle has a place for a file of this name."""
    if path.startswith("tile/"):
        try:
            parse_path(path)
        except Malformed:
            return False
        return True
    return any(shape.fullmatch(path) for shape, _ in _SHAPES)


def make_manifest(
    files: Mapping[str, bytes], *, channel: str, exercise: bool, party: str, key: bytes, made_us: int, left_out: int = 0
) -> bytes:
    """The canonical manifest of some files."""
    rows = [FileRow(path=path, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw)) for path, raw in files.items()]
    rows.sort(key=lambda row: row.path)
    manifest = Manifest(
        format=BUNDLE_FORMAT, channel=channel, exercise="yes" if exercise else "no", party=party, key=b64(key),
        made=made_us, files=rows, left_out=left_out or UNSET,
    )  # fmt: skip
    return canonical.encode(manifest)


def sign_manifest(manifest: bytes, signer: Signer) -> bytes:
    """The bytes of `manifest.sig`: one line of base64."""
    return b64(signer.sign(MANIFEST_TAG + hashlib.sha256(manifest).digest())).encode() + b"\n"


def decode_manifest(raw: bytes) -> Manifest:
    """A manifest, unverified.

    Raises:
        Malformed: not canonical, members missing or strange, of another format, paths out of order or doubled.
    """
    fields = canonical.decode(raw, MANIFEST)
    try:
        manifest = msgspec.convert(fields, Manifest, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(MANIFEST, *plainly(error, "")) from error
    if manifest.format != BUNDLE_FORMAT:
        raise Malformed(MANIFEST, "format", f"{manifest.format}; this software reads {BUNDLE_FORMAT}")
    paths = [row.path for row in manifest.files]
    if paths != sorted(set(paths)):
        raise Malformed(MANIFEST, "files", "each path once, in order")
    return manifest


def verify_manifest(raw: bytes, signature: bytes, key: str) -> None:
    """Return if `manifest.sig` is the signature of the manifest's key over it.

    Raises:
        Malformed: not one line of base64.
        Unverified: the signature does not hold.
    """
    line = signature.decode("ascii", "replace")
    if not line.endswith("\n"):
        raise Malformed(MANIFEST_SIG, "", "one line of base64 expected")
    try:
        signed = unb64(line[:-1], 64, field="signature")
    except InvalidValue as error:
        raise Malformed(MANIFEST_SIG, "", error.why) from error
    try:
        verify(unb64(key), MANIFEST_TAG + hashlib.sha256(raw).digest(), signed)
    except Unverified as error:
        raise Unverified(MANIFEST_SIG, "is not the exporter's signature over manifest.json") from error


def manifest_faults(manifest: Manifest, files: Mapping[str, bytes]) -> list[Fault]:
    """Every file that is missing, additional, truncated or changed since the export."""
    found = []
    for row in manifest.files:
        raw = files.get(row.path)
        if raw is None:
            found.append(Fault(row.path, None, "is missing"))
        elif len(raw) != row.size:
            found.append(Fault(row.path, None, f"has {len(raw)} bytes; it had {row.size} when it was exported"))
        elif hashlib.sha256(raw).hexdigest() != row.sha256:
            found.append(Fault(row.path, None, "was changed after the export: its SHA-256 is another"))
    listed = {row.path for row in manifest.files} | {MANIFEST, MANIFEST_SIG}
    found += [Fault(path, None, "was added after the export") for path in sorted(files.keys() - listed)]
    return found


# The log inside -----------------------------------------------------------------------------------------------------


def log_files(leaves: Sequence[bytes], tree: Tree, note: bytes) -> dict[str, bytes]:
    """The checkpoint, all tiles of hashes and all bundles of entries of a log whose leaves are all given."""
    files = {CHECKPOINT: note}
    size = len(leaves)
    for tile in tiles_for(0, size):
        files[tile.path] = hash_tile(tree, tile)
    for tile in bundles_for(0, size):
        files[tile.path] = encode_bundle(leaves[tile.start : tile.start + tile.width])
    return files


def read_leaves(files: Mapping[str, bytes], size: int) -> tuple[list[bytes], list[Fault]]:
    """The leaves up to the first bundle of entries that cannot be read, and what is wrong with the files."""
    leaves: list[bytes] = []
    found: list[Fault] = []
    wanted = {tile.path for tile in (*bundles_for(0, size), *tiles_for(0, size))}
    for path in sorted(wanted - files.keys()):
        found.append(Fault(path, None, f"is missing from the log of {size} entries"))
    for path in sorted(path for path in files.keys() - wanted if path.startswith("tile/")):
        found.append(Fault(path, None, f"has no place in a log of {size} entries"))
    for tile in bundles_for(0, size):
        there = tile if tile.path in files else _of_another_width(files, tile)
        if there is None:
            break
        raw = files[there.path]
        try:
            leaves += decode_bundle(raw, there.width, there.path)
        except Malformed as error:
            found.append(Fault(there.path, _broken_at(raw, there), f"{error.where}: {error.why}"))
            break
        if there.width < tile.width:
            break
    return leaves[:size], found


def _of_another_width(files: Mapping[str, bytes], tile: Tile) -> Tile | None:
    """The widest other bundle in a missing one's place, so that its entries can still be named."""
    widths = [width for width in range(1, WIDTH + 1) if Tile(None, tile.index, width).path in files]
    return Tile(None, tile.index, widths[-1]) if widths else None


def _broken_at(raw: bytes, tile: Tile) -> int:
    """The index of the entry at which a bundle's lengths stop making sense."""
    at, whole = 0, 0
    while whole < tile.width and at + 2 <= len(raw):
        at += 2 + int.from_bytes(raw[at : at + 2], "big")
        if at > len(raw):
            break
        whole += 1
    return tile.start + min(whole, tile.width - 1)


def tile_faults(files: Mapping[str, bytes], leaves: Sequence[bytes], tree: Tree) -> list[Fault]:
    """Where the tiles of hashes and the leaves do not fit each other; names each entry."""
    found: list[Fault] = []
    for tile in tiles_for(0, len(leaves)):
        raw = files.get(tile.path)
        if raw is None:
            continue  # `read_leaves` has said so
        wanted = hash_tile(tree, tile)
        if raw == wanted:
            continue
        try:
            stored = split_hashes(raw, tile.width, tile.path)
        except Malformed as error:
            found.append(Fault(tile.path, None, error.why))
            continue
        for at, (one, other) in enumerate(zip(stored, split_hashes(wanted, tile.width), strict=True), tile.start):
            if one != other and tile.level == 0:
                why = "the entry and its hash in the tile do not fit each other"
                found.append(Fault(tile.path, at, why, (at, at + 1)))
            elif one != other:
                why, under = (
                    f"hash {at} of level {tile.level} is not that of the tiles below",
                    WIDTH ** (tile.level or 0),
                )
                found.append(Fault(tile.path, None, why, (at * under, (at + 1) * under)))
    return found


def tree_of(leaves: Iterable[bytes]) -> Tree:
    """The Merkle tree over some leaves."""
    return Tree(leaf_hash(leaf) for leaf in leaves)
