"""From a query to a table's batches: columns in their order, and the few values that no engine can make itself."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache, partial
from typing import Any

from consult.core.database import stream_batches
from consult.core.signing import digests
from consult.exports.tables.shape import Column, Row, Scope, day_in

BATCH = 1000
AUTHOR_LENGTH = 24
REMEMBERED = 10_000
Convert = Callable[[Any], Any]


def select(columns: Sequence[Column], expressions: Mapping[str, str]) -> str:
    """The SELECT of a table: an expression for each column but the last, ``provisional``, which is the scope's."""
    return ", ".join(f'{expressions[column.name]} AS "{column.name}"' for column in columns[:-1])


async def stream(
    scope: Scope, columns: Sequence[Column], sql: str, converts: Mapping[str, Convert], **named: Any
) -> AsyncIterator[list[Row]]:
    """The rows of a query that selects a table's columns, converted where a column's name is in ``converts``.

    Nothing is converted where there is nothing.
    """
    places = [(place, converts[column.name]) for place, column in enumerate(columns) if column.name in converts]
    last = scope.provisional
    async with aclosing(stream_batches(sql, batch=BATCH, consultation=scope.consultation_id, **named)) as batches:
        async for batch in batches:
            yield [_converted(row, places, last) for row in batch]


def _converted(row: Sequence[Any], places: Sequence[tuple[int, Convert]], last: bool) -> Row:
    values = [*row, last]
    for place, convert in places:
        if (value := values[place]) is not None:
            values[place] = convert(value)
    return tuple(values)


def author_keys(scope: Scope) -> Convert:
    """From an account's key after ``a``, or an organisation's after ``o``, to what tells authors apart here."""
    keyed = digests(f"author.{scope.consultation_id}")

    @lru_cache(maxsize=REMEMBERED)
    def key(known: str) -> str:
        return keyed(known)[:AUTHOR_LENGTH]

    return key


def days(scope: Scope) -> Convert:
    """From a minute in UTC to the day in the territory's time zone."""
    return partial(day_in, scope.timezone)


def booleans(value: Any) -> bool:
    """SQLite has 0 and 1."""
    return bool(value)


def json_text(value: Any) -> str:
    """JSON in one writing, whichever engine kept it."""
    read = json.loads(value) if isinstance(value, str) else value
    return json.dumps(read, ensure_ascii=False, sort_keys=True)
