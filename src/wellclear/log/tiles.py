"""Tiles (C2SP tlog-tiles): the hashes and the entries of a log as immutable files.

    tile/<L>/<N>[.p/<W>]         256 hashes of 32 bytes: the roots of complete subtrees of 256^L leaves
    tile/entries/<N>[.p/<W>]     the leaves below the tile of level 0, each after its big-endian uint16 length

`N` is spelled in groups of three digits, all but the last behind an `x`: 1234067 is `x001/x234/067`. The suffix says
that a tile at the right edge is only `W` wide; such a tile is not hashed into the level above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wellclear.errors import InvalidValue, Malformed
from wellclear.log.merkle import HASH_BYTES, SIZE_MAX, Tree

WIDTH = 256
LEVEL_MAX = 63
LEAF_BYTES_MAX = 65_535
"""What the length before a leaf can say; the limit for an entry is lower and checked where entries are."""

_HEIGHT = 8  # levels of the Merkle tree in one tile
_INDEX_MAX = SIZE_MAX // WIDTH
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of one tile; `level` is None for a bundle of entries.

    Raises:
        InvalidValue: level beyond 63, an index that no log reaches, or a width that is not 1 to 256.
    """

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= LEVEL_MAX:
            raise InvalidValue("tile", f"level {self.level} is not 0 to {LEVEL_MAX}")
        if not 0 <= self.index <= _INDEX_MAX:
            raise InvalidValue("tile", f"index {self.index} is out of range")
        if not 1 <= self.width <= WIDTH:
            raise InvalidValue("tile", f"width {self.width} is not 1 to {WIDTH}")

    @property
    def start(self) -> int:
        """The number, within its level, of the tile's first hash or entry."""
        return self.index * WIDTH

    @property
    def path(self) -> str:
        """The path under the log's prefix."""
        rest, last = divmod(self.index, 1000)
        groups = [f"{last:03d}"]
        while rest:
            rest, group = divmod(rest, 1000)
            groups.insert(0, f"x{group:03d}")
        level = "entries" if self.level is None else str(self.level)
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{suffix}"


def parse_path(path: str) -> Tile:
    """The tile that a path names.

    Raises:
        Malformed: not the one spelling of a tile's path.
    """
    parts = _PATH.fullmatch(path)
    if parts is None:
        raise Malformed("tile path", "", "tile/<level or entries>/<index>[.p/<width>] expected")
    level = None if parts["level"] == "entries" else int(parts["level"])
    index = int(parts["index"].replace("x", "").replace("/", ""))
    try:
        tile = Tile(level, index, int(parts["width"] or WIDTH))
    except InvalidValue as error:
        raise Malformed("tile path", "", error.why) from error
    if tile.path != path:
        raise Malformed("tile path", "", f"{tile.path} is the one spelling")
    return tile


def tiles_for(old_size: int, new_size: int) -> list[Tile]:
    """The tiles of hashes that appear when a log grows: level by level, each full or as wide as the new size makes it.

    From old size 0, all tiles of the log.

    Raises:
        InvalidValue: the sizes are out of order.
    """
    _check_sizes(old_size, new_size)
    found: list[Tile] = []
    level = 0
    while new_size > old_size:
        found.extend(_across(level, old_size, new_size))
        old_size >>= _HEIGHT
        new_size >>= _HEIGHT
        level += 1
    return found


def bundles_for(old_size: int, new_size: int) -> list[Tile]:
    """The bundles of entries that appear when a log grows; those below `tiles_for`'s tiles of level 0.

    Raises:
        InvalidValue: the sizes are out of order.
    """
    _check_sizes(old_size, new_size)
    return _across(None, old_size, new_size)


def hash_tile(tree: Tree, tile: Tile) -> bytes:
    """The bytes of a tile of hashes.

    Raises:
        InvalidValue: a bundle of entries, or the tree is too small for it.
    """
    if tile.level is None:
        raise InvalidValue("tile", "a bundle of entries holds no hashes")
    return b"".join(tree.nodes(tile.level * _HEIGHT, tile.start, tile.start + tile.width))


def split_hashes(data: bytes, width: int, source: str = "tile") -> list[bytes]:
    """The hashes of a tile's bytes.

    Raises:
        Malformed: not exactly `width` hashes long.
    """
    if len(data) != width * HASH_BYTES:
        raise Malformed(source, f"byte {min(len(data), width * HASH_BYTES)}", f"{width} hashes expected")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    """The bytes of a bundle of entries.

    Raises:
        InvalidValue: a leaf longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > LEAF_BYTES_MAX:
            raise InvalidValue("leaf", f"{len(leaf)} bytes, more than {LEAF_BYTES_MAX}")
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int, source: str = "bundle") -> list[bytes]:
    """The leaves of a bundle's bytes.

    Raises:
        Malformed: not exactly `width` leaves; names the byte where it breaks.
    """
    leaves: list[bytes] = []
    at = 0
    for _ in range(width):
        start = at + 2
        if start > len(data):
            raise Malformed(source, f"byte {at}", f"ends after {len(leaves)} of {width} leaves")
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            raise Malformed(source, f"byte {start}", f"a leaf of {at - start} bytes expected, {len(data) - start} left")
        leaves.append(data[start:at])
    if at != len(data):
        raise Malformed(source, f"byte {at}", f"{len(data) - at} bytes after the last of {width} leaves")
    return leaves


def _across(level: int | None, old_size: int, new_size: int) -> list[Tile]:
    if new_size == old_size:
        return []
    full, rest = divmod(new_size, WIDTH)
    tiles = [Tile(level, index) for index in range(old_size // WIDTH, full)]
    return [*tiles, Tile(level, full, rest)] if rest else tiles


def _check_sizes(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size <= SIZE_MAX:
        raise InvalidValue("size", f"{old_size} and {new_size} are not sizes in order")
