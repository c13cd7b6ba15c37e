"""What has changed since a page was kept: counters in rows, remembered by each process.

A row that pages depend on (a consultation, a contribution, a territory) carries a ``changes`` counter which every
action on it increases. The process that commits knows at once; other processes ask the database again after at most
:data:`STALE_AFTER` seconds. So one's own act is seen immediately and anybody else's within that time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

STALE_AFTER = 1.0
Key = tuple[str, int]
Reader = Callable[[int], Awaitable[int | None]]

_readers: dict[str, Reader] = {}
_seen: dict[Key, tuple[int, float]] = {}
_asking: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
_commits = 0
_LIMIT = 50_000


def counted(kind: str, reader: Reader) -> None:
    """Declare how the counter of a kind of row is read from the database."""
    _readers[kind] = reader


def forget(keys: set[Key]) -> None:
    """Called after a commit: the counters of these rows must be read again."""
    global _commits
    _commits += 1
    for key in keys:
        _seen.pop(key, None)


def forget_all() -> None:
    """Start afresh (tests, and a database put back from a backup)."""
    global _commits
    _commits += 1
    _seen.clear()


async def current(key: Key) -> int | None:
    """The row's counter, at most :data:`STALE_AFTER` seconds old; None when the row is gone."""
    known = _recent(key)
    if known is not None:
        return known
    # however many ask at once, one query answers them all
    async with _asking.setdefault(key, asyncio.Lock()):
        known = _recent(key)
        return known if known is not None else await _ask(key)


def _recent(key: Key) -> int | None:
    known = _seen.get(key)
    return known[0] if known is not None and time.monotonic() - known[1] < STALE_AFTER else None


async def _ask(key: Key) -> int | None:
    asked_at, commits = time.monotonic(), _commits
    value = await _readers[key[0]](key[1])
    if value is None:
        _seen.pop(key, None)
    elif commits == _commits:  # else the answer may be from before a commit of ours
        if len(_seen) > _LIMIT:
            _seen.clear()
        _seen[key] = (value, asked_at)
    return value


def still(key: Key, value: int) -> bool | None:
    """Without asking the database: True or False when known and recent, None when it must be asked."""
    known = _recent(key)
    return None if known is None else known == value
