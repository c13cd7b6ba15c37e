"""One value, one form: the JSON of RFC 8785, and the commitments made over it. Pure."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

SALT_BYTES = 32
_LARGEST = (1 << 53) - 1  # above, a reader that counts in floating point would read another number
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """The bytes of a value: keys in order, no spaces, UTF-8.

    Taken are objects with ASCII keys, lists, texts, whole numbers up to 2^53, true, false and null: nothing of which
    RFC 8785 could be read in two ways.

    Raises:
        ValueError: anything else.
    """
    _look_over(value)
    return _encode(value).encode()


def _look_over(value: Any) -> None:
    if isinstance(value, dict):
        for key, inside in value.items():
            if type(key) is not str or not key.isascii():
                raise ValueError(f"not the key of an entry: {key!r}")
            if type(inside) is not str:  # most are, and every entry comes by here
                _look_over(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            _look_over(inside)
    elif isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("a number above 2^53 is written as text")
    elif value is not None and not isinstance(value, str):
        raise ValueError(f"not in an entry: {type(value).__name__}")


def new_salt() -> bytes:
    """A salt for one commitment."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: Mapping[str, Any]) -> str:
    """What stands in an entry for a content: nothing can be learnt from it without the salt. Hexadecimal."""
    return sha256(salt + canonical(dict(content))).hexdigest()


def stamp(at: datetime) -> str:
    """An instant as entries have it: RFC 3339 in UTC, with milliseconds where there are any."""
    utc = at.astimezone(UTC)
    milliseconds = utc.microsecond // 1000
    return utc.strftime("%Y-%m-%dT%H:%M:%S") + (f".{milliseconds:03}Z" if milliseconds else "Z")
