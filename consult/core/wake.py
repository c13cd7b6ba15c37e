"""A nudge from an action to the loops of the worker that runs in the same process, if one does."""

import asyncio
from weakref import WeakSet

_bells: WeakSet[asyncio.Event] = WeakSet()


def listen() -> asyncio.Event:
    """Called by each of the worker's loops: its own bell, which rings after each commit that left something to do."""
    bell = asyncio.Event()
    _bells.add(bell)
    return bell


def worker() -> None:
    """Ring; nothing happens when no worker listens here (it finds the rows by itself)."""
    for bell in list(_bells):
        bell.set()
