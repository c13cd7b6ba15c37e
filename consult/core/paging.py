"""Keyset paging: a page is found by the last row of the one before, never by counting rows over again."""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MAX_CURSOR = 200


class Count(int):
    """A kind for :func:`read_cursor`: the value of a counter, whose column holds 32 bits where a key's holds 64."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list and the way to the next.

    Attributes:
        items: the rows of this page.
        after: the cursor for the next page ("" on the last one), as ``?after=`` takes it.
        is_first: whether this is the list's beginning.
    """

    items: Sequence[T]
    after: str
    is_first: bool


def write_cursor(*values: int | str | float | datetime) -> str:
    """Pack the sort values of a page's last row into an opaque word for an address."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    packed = json.dumps(plain, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, *kinds: type) -> tuple[Any, ...] | None:
    """Unpack a cursor; None when it is absent, damaged or of another sort (the list then starts at its beginning)."""
    if not text or len(text) > MAX_CURSOR:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != len(kinds):
        return None
    read = [_read(value, kind) for value, kind in zip(values, kinds, strict=True)]
    return None if None in read else tuple(read)


def _read(value: object, kind: type) -> Any:
    if kind is datetime and isinstance(value, str):
        return _read_instant(value)
    if type(value) is not (int if kind is Count else kind):
        return None
    # what a database would stumble over cannot have come from one
    bits = 31 if kind is Count else 63
    if isinstance(value, int) and not -(1 << bits) <= value < 1 << bits:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str) and ("\0" in value or not _can_be_stored(value)):
        return None
    return value


def _read_instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _can_be_stored(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def cut(rows: Sequence[T], size: int, cursor_of: Any, *, is_first: bool) -> Page[T]:
    """Make a page of rows that were read with one more than ``size`` to know whether there is a next one."""
    more = len(rows) > size
    items = rows[:size]
    return Page(items=items, after=cursor_of(items[-1]) if more else "", is_first=is_first)
