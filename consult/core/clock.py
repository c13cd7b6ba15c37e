"""The one clock. Everything that asks for the time asks here, so that a test can hold it still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)
_held_everywhere: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _held.get() or _held_everywhere or datetime.now(UTC)


@contextmanager
def frozen(at: datetime, *, everywhere: bool = False) -> Iterator[None]:
    """Hold the clock at an instant (tests, the demo's loader, and imports that replay a past).

    Raises:
        ValueError: the instant has no time zone.
    """
    global _held_everywhere
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    if everywhere:
        before, _held_everywhere = _held_everywhere, at.astimezone(UTC)
        try:
            yield
        finally:
            _held_everywhere = before
        return
    token = _held.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
