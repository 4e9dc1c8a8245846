"""The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1): hashes, roots and proofs.

A leaf is hashed as SHA-256(00 || leaf), a node as SHA-256(01 || left || right), the empty tree as SHA-256(""). Two
holders of a tree: `Frontier` keeps only the complete subtrees at the right edge (at most 63 hashes, enough to append
and to know the root), `Tree` keeps every hash and can prove. Sizes count leaves, indices start at 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from wellclear.errors import InvalidValue, Unverified

HASH_BYTES = 32
SIZE_MAX = 2**63 - 1
"""The greatest tree size: what a signed 64-bit integer holds, as in other readers and in the store."""

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf; also the identifier of the entry that the leaf holds."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children of 32 bytes each."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, the largest first, one per set bit of `size`.

    `(size, hashes)` is also how it is stored.

    Raises:
        InvalidValue: the number of hashes does not fit the size, or a hash is not 32 bytes long.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.size <= SIZE_MAX:
            raise InvalidValue("frontier", f"size {self.size} is out of range")
        if len(self.hashes) != self.size.bit_count():
            raise InvalidValue("frontier", f"{len(self.hashes)} hashes do not make a tree of size {self.size}")
        for one in self.hashes:
            _check_hash(one)

    @classmethod
    def empty(cls) -> Frontier:
        """The tree without leaves."""
        return cls(0, ())

    def append(self, leaf_hash: bytes) -> Frontier:
        """The frontier after one more leaf, given as its hash."""
        return self.extend((leaf_hash,))

    def extend(self, hashes: Iterable[bytes]) -> Frontier:
        """The frontier after some more leaves, given as their hashes.

        Raises:
            InvalidValue: a hash is not 32 bytes long.
        """
        stack = list(self.hashes)
        size = self.size
        for leaf in hashes:
            if len(leaf) != HASH_BYTES:
                _check_hash(leaf)
            subtree, carry = leaf, size
            while carry & 1:  # a complete subtree of the same height stands to the left
                subtree = sha256(b"\x01" + stack.pop() + subtree).digest()
                carry >>= 1
            stack.append(subtree)
            size += 1
        return Frontier(size, tuple(stack))

    def root(self) -> bytes:
        """The root of the tree, 32 bytes."""
        return _fold_right(self.hashes)


class Tree:
    """A growing tree with every hash in memory: 64 bytes of hashes a leaf, proofs in O(log n).

    `levels[k][i]` is the root of the leaves from i * 2^k up to (i + 1) * 2^k; only complete subtrees are kept.
    """

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self.extend(leaf_hashes)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def copy(self) -> Tree:
        """The same tree, to grow by itself; no hash is computed."""
        other = Tree()
        other._levels = [list(level) for level in self._levels]
        return other

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf, given as its hash; O(1) amortised.

        Raises:
            InvalidValue: the hash is not 32 bytes long.
        """
        _check_hash(leaf_hash)
        self._levels[0].append(leaf_hash)
        self._complete()

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add some leaves, given as their hashes; all or, if one is refused, none.

        Raises:
            InvalidValue: a hash is not 32 bytes long.
        """
        fresh = list(leaf_hashes)
        for one in fresh:
            if len(one) != HASH_BYTES:
                _check_hash(one)
        self._levels[0].extend(fresh)
        self._complete()

    def truncate(self, size: int) -> None:
        """Forget all leaves from index `size` on: the undo of a commit that failed.

        Raises:
            InvalidValue: the tree is smaller than that.
        """
        self._check_size(size)
        for height, level in enumerate(self._levels):
            del level[size >> height :]

    def nodes(self, height: int, start: int, end: int) -> list[bytes]:
        """The roots of the complete subtrees of 2^height leaves, from number `start` up to `end`.

        Raises:
            InvalidValue: the tree does not have them all.
        """
        level = self._levels[height] if 0 <= height < len(self._levels) else []
        if not 0 <= start <= end <= len(level):
            raise InvalidValue("nodes", f"{start} to {end} at height {height} of a tree of size {self.size}")
        return level[start:end]

    def frontier(self, size: int | None = None) -> Frontier:
        """The frontier of the first `size` leaves, of all by default."""
        size = self.size if size is None else self._check_size(size)
        return Frontier(size, tuple(self._subtrees(0, size)))

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, of all by default.

        Raises:
            InvalidValue: the tree is smaller than that.
        """
        size = self.size if size is None else self._check_size(size)
        return _fold_right(self._subtrees(0, size))

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """The audit path of leaf `index` in the tree of `size` leaves (RFC 9162, section 2.1.3.1).

        Raises:
            InvalidValue: there is no such leaf or size.
        """
        self._check_size(size)
        if not 0 <= index < size:
            raise InvalidValue("index", f"{index} is not in a tree of size {size}")
        return self._path(0, index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` leaves is a prefix of that of `new` (RFC 9162, section 2.1.4.1).

        It is empty when `old` is 0 or equals `new`.

        Raises:
            InvalidValue: there are no such sizes.
        """
        self._check_size(new)
        if not 0 <= old <= new:
            raise InvalidValue("size", f"{old} is not a size before {new}")
        if old in (0, new):
            return []
        height = (old & -old).bit_length() - 1  # of the last complete subtree of the old tree
        index = (old >> height) - 1
        # When that subtree is the whole old tree, its hash is the old root, which the verifier has.
        start = [] if index == 0 else [self._levels[height][index]]
        return start + self._path(height, index, new)

    def _path(self, height: int, index: int, size: int) -> list[bytes]:
        """The siblings on the way up from a complete subtree, in the tree of `size` leaves."""
        path = []
        last = (size - 1) >> height
        while last:
            if index & 1:
                path.append(self._levels[height][index - 1])
            elif index < last:
                path.append(_fold_right(self._subtrees((index + 1) << height, min((index + 2) << height, size))))
            height += 1
            index >>= 1
            last >>= 1
        return path

    def _subtrees(self, start: int, end: int) -> list[bytes]:
        """The complete subtrees of the leaves from `start` to `end`, the largest first; `start` is aligned to them."""
        found = []
        while start < end:
            height = (end - start).bit_length() - 1
            found.append(self._levels[height][start >> height])
            start += 1 << height
        return found

    def _complete(self) -> None:
        """Hash upward what the newest leaves completed."""
        levels = self._levels
        height = 0
        while len(levels[height]) > 1:
            below = levels[height]
            if height + 1 == len(levels):
                levels.append([])
            above = levels[height + 1]
            first, end = 2 * len(above), len(below) - 1
            if first >= end:
                break
            above.extend([sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(first, end, 2)])
            height += 1

    def _check_size(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise InvalidValue("size", f"{size} is not in a tree of size {self.size}")
        return size


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Return if `proof` shows the leaf at `index` of the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2).

    Raises:
        Unverified: it does not.
    """
    what = f"inclusion of {index} in {size}"
    if not 0 <= index < size <= SIZE_MAX:
        raise Unverified(what, "there is no such leaf")
    _check_proof(what, (leaf_hash, root, *proof))
    at, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise Unverified(what, "proof too long")
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while at and not at & 1:  # at the right edge: heights without a sibling
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        at >>= 1
        last >>= 1
    if last != 0:
        raise Unverified(what, "proof too short")
    if found != root:
        raise Unverified(what, "proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return if `proof` shows the old tree to be a prefix of the new one (RFC 9162, section 2.1.4.2).

    Of equal sizes the roots must be equal, and an old size of 0 needs the empty root; both with an empty proof.

    Raises:
        Unverified: it does not.
    """
    what = f"consistency of {old_size} with {new_size}"
    if not 0 <= old_size <= new_size <= SIZE_MAX:
        raise Unverified(what, "sizes out of order")
    _check_proof(what, (old_root, new_root, *proof))
    if old_size in (0, new_size):
        if proof:
            raise Unverified(what, "proof too long")
        if old_root != (EMPTY_ROOT if old_size == 0 else new_root):
            raise Unverified(what, "roots differ" if old_size else "the old root is not that of the empty tree")
        if new_size == 0 and new_root != EMPTY_ROOT:
            raise Unverified(what, "the new root is not that of the empty tree")
        return
    old_found, new_found = _both_roots(what, old_size, old_root, new_size, proof)
    if old_found != old_root:
        raise Unverified(what, "proof leads to another old root")
    if new_found != new_root:
        raise Unverified(what, "proof leads to another new root")


def _both_roots(
    what: str, old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The old and the new root that a proof leads to, for 0 < old_size < new_size."""
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a power of two: the old root is itself the subtree to start from
        path.insert(0, old_root)
    if not path:
        raise Unverified(what, "proof too short")
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old_found = new_found = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Unverified(what, "proof too long")
        if at & 1 or at == last:
            old_found = node_hash(sibling, old_found)
            new_found = node_hash(sibling, new_found)
            while at and not at & 1:
                at >>= 1
                last >>= 1
        else:
            new_found = node_hash(new_found, sibling)
        at >>= 1
        last >>= 1
    if last != 0:
        raise Unverified(what, "proof too short")
    return old_found, new_found


def _fold_right(subtrees: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, the largest first."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def _check_hash(one: bytes) -> None:
    if len(one) != HASH_BYTES:
        raise InvalidValue("hash", f"{len(one)} bytes, not {HASH_BYTES}")


def _check_proof(what: str, hashes: Iterable[bytes]) -> None:
    # A hash of another length would let one node be read as another split of the same bytes.
    if any(len(one) != HASH_BYTES for one in hashes):
        raise Unverified(what, f"a hash is not {HASH_BYTES} bytes long")
