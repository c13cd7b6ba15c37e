"""The tree of RFC 9162, section 2.1, and its proofs. Pure: no database, no settings; a verifier needs nothing else.

A leaf's hash is SHA-256(0x00 ‖ data), a node's SHA-256(0x01 ‖ left ‖ right). A proof is a list of hashes of subtrees;
those who prove hand in ``subtree(start, end)``, the hash of the leaves ``[start, end)``, wherever they have it from.
Those who check trust nothing that they are given: what does not add up is False, never an exception.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

Subtree = Callable[[int, int], bytes]
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    """The root of the tree without leaves."""
    return sha256(b"").digest()


def split(count: int) -> int:
    """The greatest power of two smaller than ``count``: how many leaves stand on the left of the topmost node."""
    return 1 << (count - 1).bit_length() - 1


class Frontier:
    """The right edge of a tree: all that is needed to add leaves and to know the root.

    Attributes:
        size: how many leaves there are.
        hashes: of the whole subtrees that make the tree up, the largest first: one for each bit that ``size`` has.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves is made up of {size.bit_count()} whole subtrees")

    def append(self, leaf: bytes) -> None:
        """Add a leaf, by its hash."""
        merging = self.size
        while merging & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            merging >>= 1
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.hashes:
            return empty_root()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over hashes of leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from a leaf to the root of the first ``size`` leaves, from the bottom up.

    Raises:
        ValueError: there is no such leaf in such a tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at ``index`` in the tree of ``size`` leaves that has this root."""
    if not 0 <= index < size or not _hashes([leaf, root, *proof]):
        return False
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show that the first ``old`` leaves of the tree of ``new`` leaves are the old tree.

    Raises:
        ValueError: the new tree is the smaller one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not follow a tree of {old}")
    path: list[bytes] = []
    if old in (0, new):
        return path
    start, end, known = 0, new, True  # known: the verifier has the hash of what is left of the old tree
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, known = middle, False
    if not known:
        path.append(subtree(start, end))
    return path[::-1]


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of ``new`` leaves begins with the tree of ``old`` leaves, by their roots."""
    if not 0 <= old <= new or not _hashes([old_root, new_root, *proof]):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == empty_root()
    path = [old_root, *proof] if not old & (old - 1) else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def several_proof(positions: Sequence[int], size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that, with the leaves at these positions, make up the root of the first ``size`` leaves.

    They are those of the largest subtrees in which none of the leaves stands, from left to right.

    Args:
        positions: in order, each once.

    Raises:
        ValueError: they are not, or stand outside the tree.
    """
    return [subtree(start, end) for start, end in several_ranges(positions, size)]


def several_ranges(positions: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """The subtrees that :func:`several_proof` is made of, as ranges of leaves."""
    if any(left >= right for left, right in pairwise(positions)) or (
        positions and not 0 <= positions[0] <= positions[-1] < size
    ):
        raise ValueError("positions are given in order, each once, and stand in the tree")
    waiting = [(0, size, 0, len(positions))] if size else []
    while waiting:
        start, end, first, last = waiting.pop()
        if first == last:
            yield start, end
        elif end - start > 1:
            middle = start + split(end - start)
            between = bisect_left(positions, middle, first, last)
            waiting += [(middle, end, between, last), (start, middle, first, between)]


def check_several(pairs: Iterable[tuple[int, bytes]], size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Whether these leaves stand at these positions in the tree of ``size`` leaves that has this root.

    Both are read once and never held: a proof of millions of leaves takes no more memory than one of two.

    Args:
        pairs: position and hash of leaf, in order of positions.
    """
    reading = _Reading(iter(pairs), iter(proof))
    try:
        if size < 0 or size >= 1 << 63:
            return False
        found = reading.fold(0, size) if size else empty_root()
    except _DoesNotAddUpError:
        return False
    return reading.over() and found == root


class _DoesNotAddUpError(Exception):
    """The leaves and hashes that are given do not make a tree of that size."""


class _Reading:
    """Leaves and proof, read side by side."""

    def __init__(self, pairs: Iterator[tuple[int, bytes]], proof: Iterator[bytes]) -> None:
        self._pairs = pairs
        self._proof = proof
        self._next = next(pairs, None)

    def fold(self, start: int, end: int) -> bytes:
        """The hash of the leaves ``[start, end)``; at most 63 calls deep."""
        if self._next is None or self._next[0] >= end:
            return self._given(next(self._proof, None))
        if end - start == 1:
            position, leaf = self._next
            if position != start:
                raise _DoesNotAddUpError
            self._next = next(self._pairs, None)
            return self._given(leaf)
        middle = start + split(end - start)
        left = self.fold(start, middle)
        return node_hash(left, self.fold(middle, end))

    def over(self) -> bool:
        """Whether nothing is left unread."""
        return self._next is None and next(self._proof, None) is None

    @staticmethod
    def _given(found: bytes | None) -> bytes:
        if found is None or len(found) != HASH_BYTES:
            raise _DoesNotAddUpError
        return found


def _hashes(given: Iterable[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in given)
