from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue, Malformed
from wellclear.log.merkle import Frontier, Tree, leaf_hash
from wellclear.log.tiles import (
    Tile,
    bundles_for,
    decode_bundle,
    encode_bundle,
    hash_tile,
    parse_path,
    split_hashes,
    tiles_for,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(3, 1234067), "tile/3/x001/x234/067"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(None, 273, 112), "tile/entries/273.p/112"),
        (Tile(None, 1234067), "tile/entries/x001/x234/067"),
        (Tile(0, (2**63 - 1) // 256), "tile/0/x036/x028/x797/x018/x963/967"),
    ],
)
def test_paths_go_both_ways(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        " tile/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/X001/002",
        "tile/00/000",
        "tile/+1/000",
        "tile/1_0/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/٣/000",
        "tile/0/٠٠٠",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/+5",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/../000",
        "tile/Entries/000",
        "tile/entries",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/data/000",
    ],
)
def test_other_spellings_of_a_path_are_malformed(path: str) -> None:
    with pytest.raises(Malformed):
        parse_path(path)


def test_a_tile_that_cannot_be_is_not_built() -> None:
    for level, index, width in ((-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**62, 1), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(InvalidValue):
            Tile(level, index, width)


def test_the_tiles_of_70_000_leaves_are_those_of_the_specification() -> None:
    tiles = tiles_for(0, 70_000)
    assert tiles == [
        *(Tile(0, index) for index in range(273)),
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert tiles_for(0, 256) == [Tile(0, 0), Tile(1, 0, 1)]
    assert bundles_for(0, 513) == [Tile(None, 0), Tile(None, 1), Tile(None, 2, 1)]


def test_growth_makes_only_the_tiles_that_changed() -> None:
    assert tiles_for(5, 5) == []
    assert tiles_for(0, 0) == []
    assert tiles_for(5, 7) == [Tile(0, 0, 7)]
    assert tiles_for(255, 257) == [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]
    assert tiles_for(256, 257) == [Tile(0, 1, 1)]
    assert tiles_for(65_535, 65_536) == [Tile(0, 255), Tile(1, 0), Tile(2, 0, 1)]
    assert bundles_for(256, 256) == []
    for old, new in ((-1, 0), (2, 1), (0, 2**63)):
        with pytest.raises(InvalidValue):
            tiles_for(old, new)
        with pytest.raises(InvalidValue):
            bundles_for(old, new)


def test_a_tile_holds_the_roots_of_the_tiles_below() -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(600)]
    tree = Tree(leaves)
    full, partial, above = (hash_tile(tree, Tile(*place)) for place in ((0, 1), (0, 2, 88), (1, 0, 2)))
    assert split_hashes(full, 256) == leaves[256:512]
    assert split_hashes(partial, 88) == leaves[512:]
    assert split_hashes(above, 2)[1] == Frontier.empty().extend(leaves[256:512]).root()
    assert b"".join(leaves[512:]) == partial
    for tile in (Tile(0, 2), Tile(1, 0, 3), Tile(2, 0, 1), Tile(None, 0)):
        with pytest.raises(InvalidValue):
            hash_tile(tree, tile)


def test_a_tile_of_another_length_is_malformed() -> None:
    for data, width in ((b"", 1), (bytes(31), 1), (bytes(33), 1), (bytes(64), 1), (bytes(64), 3)):
        with pytest.raises(Malformed):
            split_hashes(data, width)


def test_bundles_go_both_ways() -> None:
    leaves = [b"", b"a", bytes(65_535), b"\x00\x01"]
    data = encode_bundle(leaves)
    assert data[:5] == b"\x00\x00\x00\x01a"
    assert decode_bundle(data, 4) == leaves
    with pytest.raises(InvalidValue):
        encode_bundle([bytes(65_536)])


@pytest.mark.parametrize(
    ("data", "width", "where"),
    [
        (b"", 1, "byte 0"),
        (b"\x00", 1, "byte 0"),
        (b"\x00\x02a", 1, "byte 2"),
        (b"\x00\x01a\x00", 2, "byte 3"),
        (b"\x00\x01a", 2, "byte 3"),
        (b"\x00\x01a\x00", 1, "byte 3"),
        (b"\x00\x01a\x00\x00", 1, "byte 3"),
        (b"\xff\xff", 1, "byte 2"),
        (b"\x00", 0, "byte 0"),
    ],
)
def test_a_broken_bundle_names_the_byte(data: bytes, width: int, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_bundle(data, width)
    assert caught.value.where == where
