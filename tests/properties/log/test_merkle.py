from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wellclear.errors import Unverified
from wellclear.log.merkle import EMPTY_ROOT, Frontier, Tree, leaf_hash, node_hash, verify_consistency, verify_inclusion


def oracle(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(oracle(leaves[:k]), oracle(leaves[k:]))


def leaves_of(size: int, seed: int) -> list[bytes]:
    return [leaf_hash(b"%d %d" % (seed, i)) for i in range(size)]


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 9))
def test_any_way_of_growing_and_shrinking_gives_the_tree_of_its_leaves(steps: list[int], seed: int) -> None:
    """Even steps append that many leaves, odd ones undo that many."""
    tree, leaves = Tree(), list[bytes]()
    for n, step in enumerate(steps):
        if step % 2:
            leaves = leaves[: max(0, len(leaves) - step)]
            tree.truncate(len(leaves))
        else:
            fresh = leaves_of(step, seed + 10 * n)
            leaves += fresh
            tree.extend(fresh)
        assert tree.size == len(leaves)
        assert tree.root() == oracle(leaves) == tree.frontier().root()
        assert Frontier.empty().extend(leaves) == tree.frontier()


@given(st.data(), st.integers(1, 600))
def test_proofs_of_random_sizes_verify_and_bind(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size, 1)
    tree = Tree(leaves)
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, old - 1))
    inclusion, consistency = tree.inclusion_proof(index, old), tree.consistency_proof(old, size)
    assert tree.root(old) == oracle(leaves[:old])
    verify_inclusion(index, old, leaves[index], inclusion, tree.root(old))
    verify_consistency(old, tree.root(old), size, tree.root(size), consistency)
    if consistency:
        which = data.draw(st.integers(0, len(consistency) - 1))
        at, bit = data.draw(st.integers(0, 31)), 1 << data.draw(st.integers(0, 7))
        one = bytearray(consistency[which])
        one[at] ^= bit
        consistency[which] = bytes(one)
        try:
            verify_consistency(old, tree.root(old), size, tree.root(size), consistency)
        except Unverified:
            return
        raise AssertionError("a changed proof was taken")


@given(st.integers(0, 300), st.lists(st.integers(0, 60), max_size=6))
def test_a_frontier_grows_alike_in_one_step_and_in_many(start: int, batches: list[int]) -> None:
    leaves = leaves_of(start + sum(batches), 2)
    frontier, at = Frontier.empty().extend(leaves[:start]), start
    for batch in batches:
        frontier = frontier.extend(leaves[at : at + batch])
        at += batch
        frontier = Frontier(frontier.size, frontier.hashes)  # as it comes back from a store
    assert frontier == Frontier.empty().extend(leaves)
