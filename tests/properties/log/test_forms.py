"""Whatever parses is spelled in the one way; whatever does not parse is `Malformed`, never a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol

from hypothesis import given
from hypothesis import strategies as st

from wellclear.errors import Malformed, Unverified
from wellclear.log.checkpoint import (
    Checkpoint,
    cosign,
    cosignatures,
    merge_signatures,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from wellclear.log.ed25519 import SigningKey
from wellclear.log.equivocation import Evidence, decode_evidence
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.log.note import COSIGNATURE_V1, ED25519, Verifier, parse_note, parse_vkey, sign_note, verify_note
from wellclear.log.tiles import Tile, bundles_for, decode_bundle, encode_bundle, hash_tile, parse_path, tiles_for

KEY = SigningKey(bytes(32))

names = st.text(
    st.characters(codec="utf-8", min_codepoint=0x21, exclude_characters="+").filter(lambda one: not one.isspace()),
    min_size=1,
    max_size=20,
)
origins = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="+"), min_size=1, max_size=255
)
texts = st.text(st.characters(codec="utf-8", min_codepoint=0x20), max_size=60).map(
    lambda text: text.replace("q", "\n").encode() + b"\n"
)
PIECES = (b"", b"\n", b" ", b"=", b"+", b"0", b"\xc2\x85", b"\xe2\x80\xa8", b"\r", b"\0")
hashes = st.binary(min_size=32, max_size=32)
checkpoints = st.builds(Checkpoint, origins, st.integers(0, 2**63 - 1), hashes)


class Encodes(Protocol):
    def encode(self) -> bytes: ...


def reencodes(parse: Callable[[bytes], Encodes], raw: bytes) -> None:
    try:
        parsed = parse(raw)
    except (Malformed, Unverified):
        return
    assert parsed.encode() == raw


@given(texts, names)
def test_notes_go_both_ways(text: bytes, name: str) -> None:
    note = sign_note(text, name, KEY)
    key = Verifier(name, ED25519, KEY.public_key)
    assert verify_note(note, [key]).text == text
    assert parse_note(note).encode() == note
    assert parse_vkey(key.vkey()) == key


@given(checkpoints, names, st.integers(0, 2**63 - 1))
def test_checkpoints_and_cosignatures_go_both_ways(checkpoint: Checkpoint, name: str, time_s: int) -> None:
    note = sign_checkpoint(checkpoint, KEY)
    cosigned = merge_signatures(note, [cosign(note, name, KEY, time_s)])
    assert open_checkpoint(cosigned, checkpoint.origin, KEY.public_key) == checkpoint
    assert cosignatures(cosigned, [Verifier(name, COSIGNATURE_V1, KEY.public_key)]) == [(name, time_s)]
    assert parse_checkpoint(checkpoint.text()) == checkpoint


@given(st.data(), checkpoints)
def test_damaged_files_parse_to_themselves_or_not_at_all(data: st.DataObject, checkpoint: Checkpoint) -> None:
    note = sign_checkpoint(checkpoint, KEY)
    path = tuple(data.draw(st.lists(hashes, max_size=3)))
    key = Verifier(checkpoint.origin, ED25519, KEY.public_key)
    evidence = Evidence("one sentence", key, note, note, checkpoint.root, path)
    kinds: tuple[tuple[Callable[[bytes], Encodes], bytes], ...] = (
        (parse_note, note),
        (decode_evidence, evidence.encode()),
    )
    for parse, raw in kinds:
        assert parse(raw).encode() == raw
        at = data.draw(st.integers(0, len(raw)))
        until = data.draw(st.integers(at, min(len(raw), at + 5)))
        piece = data.draw(st.sampled_from(PIECES))
        reencodes(parse, raw[:at] + piece + raw[until:])


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_end_in_a_traceback(raw: bytes) -> None:
    for parse in (parse_note, decode_evidence):
        reencodes(parse, raw)
    with contextlib.suppress(Malformed):
        assert parse_checkpoint(raw).text() == raw


@given(st.text(max_size=60))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    with contextlib.suppress(Malformed, Unverified):
        assert parse_vkey(text).vkey() == text
    with contextlib.suppress(Malformed):
        assert parse_path("tile/" + text).path == "tile/" + text


@given(st.none() | st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_tile_paths_go_both_ways(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(0, 10**6))
def test_bundles_go_both_ways_and_nothing_else_reads_as_them(leaves: list[bytes], at: int) -> None:
    data = encode_bundle(leaves)
    assert decode_bundle(data, len(leaves)) == leaves
    try:
        other = decode_bundle(data[: at % (len(data) + 1)], len(leaves))
    except Malformed:
        return
    assert other == leaves


@given(st.lists(st.integers(0, 700), min_size=1, max_size=4))
def test_tiles_written_step_by_step_hold_the_whole_tree(steps: list[int]) -> None:
    """A mirror that takes each step's tiles, the wider over the narrower, ends with all tiles of the log."""
    tree, mirror, bundles = Tree(), dict[tuple[int | None, int], bytes](), dict[int, int]()
    for n, step in enumerate(steps):
        old = tree.size
        tree.extend(leaf_hash(b"%d %d" % (n, i)) for i in range(step))
        for tile in tiles_for(old, tree.size):
            mirror[tile.level, tile.index] = hash_tile(tree, tile)
        for bundle in bundles_for(old, tree.size):
            bundles[bundle.index] = bundle.width
    assert mirror == {(tile.level, tile.index): hash_tile(tree, tile) for tile in tiles_for(0, tree.size)}
    assert sum(bundles.values()) == tree.size
    stored = b"".join(mirror[0, index] for index in sorted(bundles))
    assert stored == b"".join(tree.nodes(0, 0, tree.size))
