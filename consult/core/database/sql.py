"""One way to write SQL for both engines: ``:name`` for a value, ``IN :names`` for a list of them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

Dialect = Literal["sqlite", "postgres"]
# What may hold a colon that is no parameter: texts, quoted names, comments, PostgreSQL's casts.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)


@lru_cache(maxsize=2048)
def _parts(sql: str) -> tuple[tuple[str, str | None], ...]:
    """The text cut at its parameters: pairs of a literal piece and the name that follows it."""
    parts: list[tuple[str, str | None]] = []
    start = 0
    for token in _TOKEN.finditer(sql):
        if token[1]:
            parts.append((sql[start : token.start()], token[1]))
            start = token.end()
    parts.append((sql[start:], None))
    return tuple(parts)


def positional(sql: str, params: Mapping[str, Any], dialect: Dialect) -> tuple[str, list[Any]]:
    """Turn ``:name`` into the engine's own placeholders.

    Raises:
        TypeError: a parameter is missing, or one is given that the text does not use.
        ValueError: a list is empty (an empty list has no answer to ask for), or an instant has no time zone.
    """
    text: list[str] = []
    values: list[Any] = []
    places: dict[str, str] = {}
    for piece, name in _parts(sql):
        text.append(piece)
        if name is None:
            continue
        if name not in params:
            raise TypeError(f"no value for :{name}")
        if name not in places or dialect == "sqlite":
            places[name] = _place(name, params[name], values, dialect)
        text.append(places[name])
    if len(places) != len(params):
        raise TypeError(f"values that the query does not use: {', '.join(sorted(set(params) - set(places)))}")
    return "".join(text), values


@lru_cache(maxsize=512)
def renamed(sql: str, prefix: str) -> str:
    """The same statement with every parameter's name prefixed, so that several can stand in one."""
    return "".join(piece + (f":{prefix}{name}" if name else "") for piece, name in _parts(sql))


def _place(name: str, value: Any, values: list[Any], dialect: Dialect) -> str:
    if not isinstance(value, list | tuple | set | frozenset):
        values.append(plain(value))
        return "?" if dialect == "sqlite" else f"${len(values)}"
    if not value:
        raise ValueError(f":{name} is an empty list: answer without asking the database")
    return f"({', '.join(_place(name, one, values, dialect) for one in value)})"


def plain(value: Any) -> Any:
    """Instants in UTC, so that SQLite, where they are text, compares them rightly; anything else as it is."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)
    return value


def instant(value: Any) -> datetime | None:
    """Read an instant out of a hand-written query: PostgreSQL gives it as such, SQLite as text."""
    if value is None:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
