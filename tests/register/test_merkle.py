"""The tree against two others: pymerkle, and the recursive definitions of RFC 9162 as they are printed."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from consult.register.merkle import (
    Frontier,
    check_consistency,
    check_inclusion,
    check_several,
    consistency_proof,
    empty_root,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    several_proof,
)

pytestmark = pytest.mark.engine_free
LEAVES = [leaf_hash(str(number).encode()) for number in range(140)]
SIZES = [*range(1, 34), 63, 64, 65, 100, 127, 128, 129]


def subtree(start: int, end: int) -> bytes:
    """MTH of RFC 9162, 2.1.1."""
    if end == start:
        return sha256(b"").digest()
    if end - start == 1:
        return LEAVES[start]
    k = max(power for power in (1 << n for n in range(8)) if power < end - start)
    return sha256(b"\x01" + subtree(start, start + k) + subtree(start + k, end)).digest()


def path(index: int, start: int, end: int) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if end - start == 1:
        return []
    k = start + max(power for power in (1 << n for n in range(8)) if power < end - start)
    if index < k:
        return [*path(index, start, k), subtree(k, end)]
    return [*path(index, k, end), subtree(start, k)]


def subproof(m: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if m == end:
        return [] if known else [subtree(start, end)]
    k = start + max(power for power in (1 << n for n in range(8)) if power < end - start)
    if m <= k:
        return [*subproof(m, start, k, known=known), subtree(k, end)]
    return [*subproof(m, k, end, known=False), subtree(start, k)]


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    """Another implementation with the same leaves."""
    tree = InmemoryTree(algorithm="sha256")
    for number in range(len(LEAVES)):
        tree.append_entry(str(number).encode())
    return tree


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_inclusion_are_those_of_pymerkle(oracle: InmemoryTree, size: int) -> None:
    root = oracle.get_root(size)
    assert root_of(LEAVES[:size]) == root == subtree(0, size)
    for index in range(size):
        proof = inclusion_proof(index, size, subtree)
        theirs = [bytes.fromhex(one) for one in oracle.prove_inclusion(index + 1, size).serialize()["path"]]
        assert [LEAVES[index], *proof] == theirs
        assert proof == path(index, 0, size)
        assert check_inclusion(LEAVES[index], index, size, proof, root)


@pytest.mark.parametrize("new", SIZES)
def test_consistency_is_that_of_the_rfc_and_agrees_with_pymerkle(oracle: InmemoryTree, new: int) -> None:
    for old in range(1, new + 1):
        proof = consistency_proof(old, new, subtree)
        # their proofs are laid out in another way than the RFC's: they hold for the same two roots
        verify_consistency(root_of(LEAVES[:old]), root_of(LEAVES[:new]), oracle.prove_consistency(old, new))
        assert proof == subproof(old, 0, new, known=True)
        assert check_consistency(old, new, proof, oracle.get_root(old), oracle.get_root(new))


def test_the_empty_tree() -> None:
    assert root_of([]) == empty_root() == sha256(b"").digest()
    assert check_consistency(0, 5, consistency_proof(0, 5, subtree), empty_root(), subtree(0, 5))
    assert not check_consistency(0, 5, [], LEAVES[0], subtree(0, 5))
    assert check_several([], 0, several_proof([], 0, subtree), empty_root())
    with pytest.raises(ValueError, match="no leaf 5"):
        inclusion_proof(5, 5, subtree)
    with pytest.raises(ValueError, match="does not follow"):
        consistency_proof(6, 5, subtree)
    with pytest.raises(ValueError, match="in order"):
        several_proof([2, 2], 5, subtree)
    with pytest.raises(ValueError, match="whole subtrees"):
        Frontier(3, [LEAVES[0]])


def flipped(digest: bytes, bit: int) -> bytes:
    """The same with one bit changed."""
    place, within = divmod(bit % 256, 8)
    return digest[:place] + bytes([digest[place] ^ 1 << within]) + digest[place + 1 :]


sizes = st.integers(min_value=1, max_value=len(LEAVES))


@given(st.data(), sizes)
def test_an_inclusion_that_was_tampered_with_never_verifies(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, size, subtree), subtree(0, size)
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, max(len(proof) - 1, 0)))
    other = data.draw(st.integers(0, size).filter(lambda one: one != index))
    assert not check_inclusion(flipped(LEAVES[index], bit), index, size, proof, root)
    assert not check_inclusion(LEAVES[index], index, size, proof, flipped(root, bit))
    assert not check_inclusion(LEAVES[index], other, size, proof, root)
    assert not check_inclusion(LEAVES[index], index, size, [*proof, root], root)
    assert not check_inclusion(LEAVES[index], index, size, [*proof, b"short"], root)
    if proof:
        assert not check_inclusion(LEAVES[index], index, size, proof[:-1], root)
        assert not check_inclusion(
            LEAVES[index], index, size, [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]], root
        )


@given(st.data(), sizes)
def test_a_consistency_that_was_tampered_with_never_verifies(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    proof, roots = consistency_proof(old, new, subtree), (subtree(0, old), subtree(0, new))
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, max(len(proof) - 1, 0)))
    assert not check_consistency(old, new, proof, flipped(roots[0], bit), roots[1])
    assert not check_consistency(old, new, proof, roots[0], flipped(roots[1], bit))
    assert not check_consistency(old, new, [*proof, LEAVES[0]], *roots)
    assert not check_consistency(new + 1, new, proof, *roots)
    if proof:
        assert not check_consistency(old, new, proof[:-1], *roots)
        assert not check_consistency(old, new, [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]], *roots)


@given(st.data(), sizes)
def test_a_proof_of_several_holds_as_it_is_and_not_otherwise(data: st.DataObject, size: int) -> None:
    positions = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    proof, root = several_proof(positions, size, subtree), subtree(0, size)
    pairs = [(position, LEAVES[position]) for position in positions]
    assert check_several(iter(pairs), size, iter(proof), root)
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, max(len(pairs) - 1, 0)))
    assert not check_several(pairs, size, proof, flipped(root, bit))
    assert not check_several(pairs, size, [*proof, LEAVES[0]], root)
    assert not check_several([*pairs, (size, LEAVES[0])], size, proof, root)
    if proof:
        assert not check_several(pairs, size, proof[:-1], root)
    if pairs:
        assert not check_several(pairs[:at] + pairs[at + 1 :], size, proof, root)
        tampered = (pairs[at][0], flipped(pairs[at][1], bit))
        assert not check_several([*pairs[:at], tampered, *pairs[at + 1 :]], size, proof, root)
    if len(pairs) > 1:
        assert not check_several(pairs[::-1], size, proof, root)


@given(sizes)
def test_a_frontier_goes_on_from_where_another_stopped(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    again = Frontier(frontier.size, frontier.hashes)
    for leaf in LEAVES[size:]:
        again.append(leaf)
    assert again.root() == subtree(0, len(LEAVES))


def test_absurd_sizes_are_only_false() -> None:
    for size in (-1, 1 << 63, 1 << 200):
        assert not check_several([(0, LEAVES[0])], size, [], LEAVES[0])
        assert not check_inclusion(LEAVES[0], 0, size, [], node_hash(LEAVES[0], LEAVES[1]))
    assert all(left != right for left, right in pairwise(LEAVES))
