"""Primary keys: 63-bit, ordered by time, drawn before the row is written.

A key is the number of milliseconds since 2020-01-01 UTC (42 bits) followed by 21 bits that start at random and count
up inside one millisecond. Drawing keys ourselves is what lets rows be written in bulk with their relations (the ORM
leaves keys empty after a bulk insert); ordering by time is what lets a list page by key. See ADR 0004.
"""

import secrets
import threading
import time

EPOCH_MS = 1_577_836_800_000
LOW_BITS = 21
_LOW_MASK = (1 << LOW_BITS) - 1
_lock = threading.Lock()
_last = 0


def new_key() -> int:
    """Draw a key greater than every key this process has drawn before."""
    global _last
    with _lock:
        now_ms = time.time_ns() // 1_000_000 - EPOCH_MS
        drawn = (max(now_ms, 0) << LOW_BITS) | secrets.randbelow(_LOW_MASK >> 1)
        _last = drawn if drawn > _last else _last + 1
        return _last


def parse_key(text: str) -> int | None:
    """Read a key from an address or a form; None when it cannot be one."""
    if text.isascii() and text.isdecimal() and len(text) <= 19:
        value = int(text)
        return value if value < 1 << 63 else None
    return None
