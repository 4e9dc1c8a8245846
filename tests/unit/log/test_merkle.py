from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from wellclear.errors import InvalidValue, Unverified
from wellclear.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes((i,))) for i in range(70)]


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(root(leaves[:k]), root(leaves[k:]))


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, word for word."""
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]


def split(n: int) -> int:
    """The greatest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def changed(proof: list[bytes]) -> list[list[bytes]]:
    """Every proof that differs in one byte, lacks a hash, has one too many, or two swapped."""
    found = []
    for which, one in enumerate(proof):
        for at in range(len(one)):
            found.append([*proof[:which], one[:at] + bytes((one[at] ^ 64,)) + one[at + 1 :], *proof[which + 1 :]])
        found.append(proof[:which] + proof[which + 1 :])
        found.append([*proof[:which], one[:-1], *proof[which + 1 :]])
        if which and proof[which - 1] != one:
            found.append([*proof[: which - 1], one, proof[which - 1], *proof[which + 1 :]])
    return [*found, [*proof, EMPTY_ROOT], [EMPTY_ROOT, *proof], [*proof, b""]]


def refused(call: Callable[..., None], *arguments: object) -> bool:
    try:
        call(*arguments)
    except Unverified:
        return True
    return False


def test_all_sizes_equal_the_recursive_definition() -> None:
    tree, frontier = Tree(), Frontier.empty()
    for size in range(len(LEAVES) + 1):
        expected = root(LEAVES[:size])
        assert tree.root() == frontier.root() == expected
        assert tree.frontier() == frontier == Frontier(size, frontier.hashes)
        assert Tree(LEAVES[:size]).root() == Frontier.empty().extend(LEAVES[:size]).root() == expected
        if size < len(LEAVES):
            tree.append(LEAVES[size])
            frontier = frontier.append(LEAVES[size])
    assert [tree.root(size) for size in range(71)] == [root(LEAVES[:size]) for size in range(71)]


@pytest.mark.requirement("R33")
def test_all_proofs_equal_the_recursive_definition_and_verify() -> None:
    tree = Tree(LEAVES)
    for size in range(1, len(LEAVES) + 1):
        whole = tree.root(size)
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            assert proof == path(index, LEAVES[:size])
            verify_inclusion(index, size, LEAVES[index], proof, whole)
        for old in range(1, size + 1):
            proof = tree.consistency_proof(old, size)
            assert proof == subproof(old, LEAVES[:size], True)
            verify_consistency(old, tree.root(old), size, whole, proof)
        assert tree.consistency_proof(0, size) == []
        verify_consistency(0, EMPTY_ROOT, size, whole, [])


@pytest.mark.requirement("R33")
def test_every_changed_inclusion_proof_is_refused() -> None:
    tree = Tree(LEAVES[:13])
    for size in range(1, 14):
        whole = tree.root(size)
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            for bad in changed(proof):
                assert refused(verify_inclusion, index, size, LEAVES[index], bad, whole)
            assert refused(verify_inclusion, index, size, LEAVES[50], proof, whole)
            assert refused(verify_inclusion, index, size, LEAVES[index], proof, LEAVES[50])
            for other in range(-1, size + 1):
                assert other == index or refused(verify_inclusion, other, size, LEAVES[index], proof, whole)


@pytest.mark.requirement("R33")
def test_every_changed_consistency_proof_is_refused() -> None:
    tree = Tree(LEAVES[:13])
    for new in range(14):
        for old in range(new + 1):
            proof, before, after = tree.consistency_proof(old, new), tree.root(old), tree.root(new)
            verify_consistency(old, before, new, after, proof)
            for bad in changed(proof):
                assert refused(verify_consistency, old, before, new, after, bad)
            assert refused(verify_consistency, old, LEAVES[50], new, after, proof)
            assert old == 0 or refused(verify_consistency, old, before, new, LEAVES[50], proof)
            assert old == new or refused(verify_consistency, new, after, old, before, proof)


def test_an_empty_tree_has_one_root() -> None:
    assert refused(verify_consistency, 0, LEAVES[0], 0, LEAVES[0], [])
    assert refused(verify_consistency, 0, EMPTY_ROOT, 0, LEAVES[0], [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])


@pytest.mark.requirement("R33")
def test_a_log_that_signs_what_a_misshapen_proof_leads_to_gains_nothing() -> None:
    """The roots are made to fit; only the shape of the proof is wrong."""
    a, b, c = LEAVES[:3]
    for index, size, proof, whole in (
        (0, 1, [b], node_hash(b, a)),  # too long
        (0, 2, [b, c], node_hash(c, node_hash(a, b))),  # too long
        (0, 3, [b], node_hash(a, b)),  # too short
        (0, 2, [b[:31]], node_hash(a, b[:31])),  # a hash too short, and one too long
        (0, 2, [b + b"x"], node_hash(a, b + b"x")),
    ):
        assert refused(verify_inclusion, index, size, a, proof, whole)
    for old, before, new, after, consistency in (
        (1, a, 2, node_hash(c, node_hash(a, b)), [b, c]),  # too long
        (1, a, 3, node_hash(a, b), [b]),  # too short
        # Too long: one more node above both roots.
        (3, node_hash(a, node_hash(b, c)), 4, node_hash(a, node_hash(b, node_hash(c, a))), [c, a, b, a]),
        # Too short: the proof for a new size of 4.
        (3, node_hash(b, c), 8, node_hash(b, node_hash(c, a)), [c, a, b]),
        (1, a, 2, node_hash(a, b + b"x"), [b + b"x"]),
    ):
        assert refused(verify_consistency, old, before, new, after, consistency)


def test_sizes_beyond_63_bits_are_refused_even_with_a_proof_that_fits() -> None:
    whole = LEAVES[0]
    for sibling in LEAVES[1:64]:
        whole = node_hash(whole, sibling)
    assert refused(verify_inclusion, 0, 2**63, LEAVES[0], LEAVES[1:64], whole)
    assert refused(verify_consistency, 2**63, whole, 2**63, whole, [])


def test_sizes_out_of_range_are_refused() -> None:
    for index, size in ((0, 0), (-1, 1), (1, 1), (0, -1), (0, 2**63)):
        assert refused(verify_inclusion, index, size, LEAVES[0], [], LEAVES[0])
    for old, new in ((-1, 1), (2, 1), (1, 2**63)):
        assert refused(verify_consistency, old, LEAVES[0], new, LEAVES[0], [])


def test_a_truncated_tree_is_as_if_nothing_had_been_appended() -> None:
    for size in range(20):
        tree = Tree(LEAVES[:19])
        tree.truncate(size)
        assert tree.root() == root(LEAVES[:size])
        other = LEAVES[:size] + LEAVES[30:50]
        tree.extend(LEAVES[30:50])
        assert [tree.root(n) for n in range(tree.size + 1)] == [root(other[:n]) for n in range(len(other) + 1)]


def test_nodes_are_the_roots_of_complete_subtrees() -> None:
    tree = Tree(LEAVES)
    assert tree.nodes(3, 1, 3) == [root(LEAVES[8:16]), root(LEAVES[16:24])]
    assert tree.nodes(0, 0, 70) == LEAVES
    for height, start, end in ((3, 0, 9), (0, 0, 71), (7, 0, 1), (99, 0, 1), (-1, 0, 1), (0, 2, 1), (0, -1, 1)):
        with pytest.raises(InvalidValue):
            tree.nodes(height, start, end)


def test_a_frontier_is_built_only_from_hashes_that_fit_its_size() -> None:
    stored = Frontier.empty().extend(LEAVES[:11])
    assert Frontier(stored.size, stored.hashes).append(LEAVES[11]).root() == root(LEAVES[:12])
    for size, hashes in ((11, stored.hashes[:2]), (-1, ()), (2**63, (LEAVES[0],)), (1, (b"short",)), (0, (LEAVES[0],))):
        with pytest.raises(InvalidValue):
            Frontier(size, hashes)


def test_hashes_of_another_length_never_enter() -> None:
    tree = Tree(LEAVES[:3])
    for bad in (b"", LEAVES[0][:31], LEAVES[0] + b"\0"):
        with pytest.raises(InvalidValue):
            tree.append(bad)
        with pytest.raises(InvalidValue):
            tree.extend([LEAVES[3], bad])
        with pytest.raises(InvalidValue):
            Frontier.empty().extend([LEAVES[0], bad])
    assert tree.size == 3
    assert tree.root() == root(LEAVES[:3])


def test_there_is_no_proof_of_what_is_not_there() -> None:
    tree = Tree(LEAVES[:3])
    for index, size in ((3, 3), (0, 0), (0, 4), (-1, 3), (0, -1)):
        with pytest.raises(InvalidValue):
            tree.inclusion_proof(index, size)
    for old, new in ((2, 1), (0, 4), (-1, 3)):
        with pytest.raises(InvalidValue):
            tree.consistency_proof(old, new)
    for size in (-1, 4):
        with pytest.raises(InvalidValue):
            tree.root(size)
        with pytest.raises(InvalidValue):
            tree.truncate(size)
