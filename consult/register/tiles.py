"""The tree as it is kept: tiles of 256 hashes, out of which any proof is made from a handful of rows.

The hash of 256^level leaves stands in a tile of that level, at ``start // 256^level``. What the tree has no hash of its
own for (two, four… 128 of these side by side) is hashed anew from the tile that holds them.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from consult.core.database import batches, execute
from consult.register.merkle import (
    HASH_BYTES,
    Frontier,
    consistency_proof,
    inclusion_proof,
    node_hash,
    several_ranges,
    split,
)

WIDTH = 256
Place = tuple[int, int]


class Tree:
    """Tiles in memory: those that a proof needs, and no others."""

    def __init__(self, tiles: dict[Place, bytes] | None = None) -> None:
        self.tiles = tiles or {}

    def subtree(self, start: int, end: int) -> bytes:
        """The hash of the leaves ``[start, end)``, as proofs ask for it.

        Raises:
            LookupError: a tile is missing: it was not loaded, or the tree is not that large.
        """
        width = end - start
        if width & (width - 1):
            middle = start + split(width)
            return node_hash(self.subtree(start, middle), self.subtree(middle, end))
        (level, number), first, count = _where(start, width)
        kept = self.tiles[level, number]
        if len(kept) < (first + count) * HASH_BYTES:
            raise LookupError(f"the register has no leaf {end - 1}")
        row = [kept[place * HASH_BYTES : (place + 1) * HASH_BYTES] for place in range(first, first + count)]
        while len(row) > 1:
            row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
        return row[0]

    def frontier(self, size: int) -> Frontier:
        """The right edge of the first ``size`` leaves."""
        hashes, start = [], 0
        while start < size:
            width = 1 << (size - start).bit_length() - 1
            hashes.append(self.subtree(start, start + width))
            start += width
        return Frontier(size, hashes)


def _where(start: int, width: int) -> tuple[Place, int, int]:
    """The tile in which a whole subtree stands, the first of its hashes there, and how many they are."""
    level, within = divmod(width.bit_length() - 1, 8)
    number, first = divmod(start >> 8 * level, WIDTH)
    return (level, number), first, 1 << within


def places_of(start: int, end: int) -> set[Place]:
    """The tiles out of which the hash of the leaves ``[start, end)`` is made."""
    width = end - start
    if width & (width - 1):
        middle = start + split(width)
        return places_of(start, middle) | places_of(middle, end)
    return {_where(start, width)[0]}


def edge_of(size: int) -> set[Place]:
    """The tiles at the right edge of a tree, which the next leaf goes into."""
    places, start = set(), 0
    while start < size:
        width = 1 << (size - start).bit_length() - 1
        places.add(_where(start, width)[0])
        start += width
    return places


async def load(territory_id: int, places: Iterable[Place]) -> Tree:
    """Read tiles of a territory's tree, all of them by one query unless there are very many."""
    tree = Tree()
    for some in batches(sorted(places)):
        by_level: dict[int, list[int]] = {}
        for level, number in some:
            by_level.setdefault(level, []).append(number)
        # a query a level: one with OR between them walks the whole tree on SQLite
        rows = await execute(
            " UNION ALL ".join(
                "SELECT level, number, hashes FROM register_tile WHERE territory_id = :territory"
                f" AND level = {level} AND number IN :level{level}"
                for level in by_level
            ),
            {"territory": territory_id, **{f"level{level}": numbers for level, numbers in by_level.items()}},
        )
        tree.tiles |= {(row["level"], row["number"]): bytes(row["hashes"]) for row in rows}
    return tree


async def _proven(territory_id: int, prove: Callable[[Callable[[int, int], bytes]], list[bytes]]) -> list[bytes]:
    """Ask for a proof twice: once to learn which tiles it is made of, once with these at hand."""
    places: set[Place] = set()

    def note(start: int, end: int) -> bytes:
        places.update(places_of(start, end))
        return b""

    prove(note)
    tree = await load(territory_id, places)
    return prove(tree.subtree)


async def prove_inclusion(territory_id: int, position: int, size: int) -> list[bytes]:
    """That the entry at ``position`` is among the first ``size``.

    Raises:
        ValueError: it is not.
        LookupError: the register has not that many.
    """
    return await _proven(territory_id, lambda subtree: inclusion_proof(position, size, subtree))


async def prove_consistency(territory_id: int, old: int, new: int) -> list[bytes]:
    """That the first ``old`` entries are still the first ones among ``new``.

    Raises:
        ValueError: the new size is the smaller one.
        LookupError: the register has not that many.
    """
    return await _proven(territory_id, lambda subtree: consistency_proof(old, new, subtree))


async def prove_several(territory_id: int, positions: Sequence[int], size: int) -> AsyncIterator[bytes]:
    """That the entries at these positions (in order) are among the first ``size``.

    The hashes of :func:`consult.register.merkle.several_proof` one after the other, a few tiles in memory.
    """
    for some in batches(several_ranges(positions, size)):
        tree = await load(territory_id, set().union(*(places_of(start, end) for start, end in some)))
        for start, end in some:
            yield tree.subtree(start, end)


async def root_at(territory_id: int, size: int) -> bytes:
    """The root of the first ``size`` entries."""
    return (await load(territory_id, edge_of(size))).frontier(size).root()
