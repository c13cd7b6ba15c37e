"""Finding what two sequences have in common, in an order common to both, in bounded time."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

FARTHEST = 300
"""Edits searched between two anchors; farther apart, the two passages count as entirely different."""


def compare(
    before: Sequence[str], after: Sequence[str], key: Callable[[str], str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs of equal (True) and different (False) items, in order; items are equal when their keys are.

    Common ends first, then items that occur once on each side (as patience diff does), then the shortest edit
    between those anchors: what is rare decides, so a moved comma never does.
    """
    a, b = [key(item) for item in before], [key(item) for item in after]
    i = j = 0
    for x, y, size in _matches(a, b):
        if i < x or j < y:
            yield False, before[i:x], after[j:y]
        if size:
            yield True, before[x : x + size], after[y : y + size]
        i, j = x + size, y + size
    if i < len(a) or j < len(b):
        yield False, before[i:], after[j:]


def _matches(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(place in a, place in b, length) of what is equal, in order."""
    start, end = 0, 0
    shortest = min(len(a), len(b))
    while start < shortest and a[start] == b[start]:
        start += 1
    while end < shortest - start and a[-1 - end] == b[-1 - end]:
        end += 1
    yield 0, 0, start
    last_a, last_b = len(a) - end, len(b) - end
    i, j = start, start
    for x, y in _unique_anchors(a[start:last_a], b[start:last_b]):
        x, y = x + start, y + start
        yield from ((i + p, j + q, 1) for p, q in _shortest_edit(a[i:x], b[j:y]))
        yield x, y, 1
        i, j = x + 1, y + 1
    yield from ((i + p, j + q, 1) for p, q in _shortest_edit(a[i:last_a], b[j:last_b]))
    yield last_a, last_b, end


def _unique_anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of items that occur once on each side, in the longest order common to both."""
    once_a, once_b = _once(a), _once(b)
    pairs = [(at, once_b[item]) for item, at in once_a.items() if item in once_b]
    tails: list[int] = []
    piles: list[int] = []
    back: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tails, place)
        back.append(piles[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [place]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = back[at]
    return chain[::-1]


def _once(items: Sequence[str]) -> dict[str, int]:
    """Where each item that occurs only once is, in order."""
    places: dict[str, int] = {}
    for at, item in enumerate(items):
        places[item] = -1 if item in places else at
    return {item: at for item, at in places.items() if at >= 0}


def _shortest_edit(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs kept by the shortest edit (Myers), or none when it is longer than we care to search."""
    if not a or not b:
        return []
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for distance in range(min(len(a) + len(b), FARTHEST) + 1):
        trace.append(dict(reach))
        for k in range(-distance, distance + 1, 2):
            x = _step(reach, k, distance)
            while x < len(a) and 0 <= x - k < len(b) and a[x] == b[x - k]:
                x += 1
            reach[k] = x
            if x >= len(a) and x - k >= len(b):
                return _walk_back(trace, len(a), len(b))
    return []


def _step(reach: dict[int, int], k: int, distance: int) -> int:
    """How far diagonal k is reached by one more edit."""
    if k == -distance or (k != distance and reach[k - 1] < reach[k + 1]):
        return reach[k + 1]
    return reach[k - 1] + 1


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for distance in range(len(trace) - 1, -1, -1):
        reach, k = trace[distance], x - y
        down = k == -distance or (k != distance and reach[k - 1] < reach[k + 1])
        to_x = reach[k + 1] if down else reach[k - 1]
        to_y = to_x - (k + 1 if down else k - 1)
        while x > max(to_x, 0) and y > max(to_y, 0):
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = to_x, to_y
    return kept[::-1]
