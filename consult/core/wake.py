"""A nudge from an action to the worker that runs in the same process, if one does."""

import asyncio

_bell: asyncio.Event | None = None


def listen() -> asyncio.Event:
    """Called by the worker: the bell that rings after each commit that left something to do."""
    global _bell
    _bell = asyncio.Event()
    return _bell


def worker() -> None:
    """Ring; nothing happens when no worker listens here (it finds the rows by itself)."""
    if _bell is not None:
        _bell.set()
