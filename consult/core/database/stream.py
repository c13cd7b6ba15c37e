"""Reading many rows with little memory, on both engines.

``async for`` over a queryset loads everything first; this reads ``batch`` rows at a time through a driver’s cursor.
Where a million rows are read, :func:`stream_batches` hands them over as the driver made them, by the thousand.
"""

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any, cast

import asyncpg
from tortoise.exceptions import OperationalError
from tortoise.queryset import QuerySet, ValuesQuery

from consult.core.database.postgres import ConsultPostgresClient
from consult.core.database.postgres import Transaction as PostgresTransaction
from consult.core.database.session import connection
from consult.core.database.sql import Dialect, positional
from consult.core.database.sqlite import ConsultSqliteClient
from consult.core.database.sqlite import Transaction as SqliteTransaction

Row = dict[str, Any]
_Source = str | QuerySet[Any] | ValuesQuery[Any]
_Fetch = Callable[[int], Any]


async def stream_rows(
    source: _Source, params: Mapping[str, Any] | None = None, /, *, batch: int = 1000, **named: Any
) -> AsyncGenerator[Row, None]:
    """Give the rows of a query one by one, as dictionaries, holding at most ``batch`` of them.

    ``source`` is SQL with ``:name`` parameters, or a queryset (best ``.values(…)``), whose fields have Python's types.

    Outside of a transaction the rows are one snapshot, read on a connection of their own, so that other work goes on
    beside; inside of an action they are what the action sees. To stop early::

        async with aclosing(stream_rows(...)) as rows:
            async for row in rows: ...
    """
    client = cast("Any", connection())
    query, values, convert = _compiled(source, {**(params or {}), **named}, client.capabilities.dialect)
    async with _cursor(client, query, values) as fetch:
        while rows := await fetch(batch):
            for row in rows:
                yield convert(dict(row))


async def stream_batches(
    sql: str, params: Mapping[str, Any] | None = None, /, *, batch: int = 1000, **named: Any
) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
    """Give the rows of a query ``batch`` at a time, each a plain sequence of values in the order of the SELECT.

    The same promises as :func:`stream_rows`, with a tenth of its work a row: no dictionary is made, nothing converted.
    """
    client = cast("Any", connection())
    query, values = positional(sql, {**(params or {}), **named}, client.capabilities.dialect)
    async with _cursor(client, query, values, plain=True) as fetch:
        while rows := await fetch(batch):
            yield rows


def _compiled(
    source: _Source, params: Mapping[str, Any], dialect: Dialect
) -> tuple[str, Sequence[Any], Callable[[Row], Row]]:
    if isinstance(source, str):
        return *positional(source, params, dialect), lambda row: row
    values_query = source.values() if isinstance(source, QuerySet) else source
    values_query._choose_db_if_not_chosen()
    values_query._make_query()
    query, values = values_query.query.get_parameterized_sql()
    converters = [
        (alias, values_query.resolve_to_python_value(values_query.model, name))
        for alias, name in values_query._fields_for_select.items()
    ]

    def convert(row: Row) -> Row:
        for alias, converter in converters:
            row[alias] = converter(row[alias])
        return row

    return query, values, convert


@asynccontextmanager
async def _cursor(client: Any, query: str, values: Sequence[Any], *, plain: bool = False) -> AsyncIterator[_Fetch]:
    """A function that fetches the next rows; the cursor is closed on leaving, however one leaves."""
    opened: AbstractAsyncContextManager[_Fetch]
    if isinstance(client, SqliteTransaction):
        opened = _sqlite_cursor(client, client._connection, query, values, plain=plain)
    elif isinstance(client, ConsultSqliteClient):
        opened = _sqlite_reader(client, query, values, plain=plain)
    elif isinstance(client, PostgresTransaction):
        opened = _postgres_cursor(client._connection, client._lock, query, values)
    else:
        opened = _postgres_reader(client, query, values)
    async with opened as fetch:
        yield fetch


@asynccontextmanager
async def _sqlite_reader(
    client: ConsultSqliteClient, query: str, values: Sequence[Any], *, plain: bool
) -> AsyncIterator[_Fetch]:
    if client.filename == ":memory:":
        async with _sqlite_cursor(client, client._connection, query, values, plain=plain) as fetch:
            yield fetch
        return
    reader = await client.open_reader()
    try:
        async with _sqlite_cursor(client, reader, query, values, plain=plain) as fetch:
            yield fetch
    finally:
        await reader.close()


@asynccontextmanager
async def _sqlite_cursor(
    client: Any, driver: Any, query: str, values: Sequence[Any], *, plain: bool
) -> AsyncIterator[_Fetch]:
    if driver is None:
        async with client.acquire_connection() as driver:
            pass
    try:
        cursor = await driver.execute(query, values)
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error
    if plain:
        cursor.row_factory = None
    try:
        yield cursor.fetchmany
    finally:
        # A reader given up half way (a full disk) may be collected after its connection: the cursor went with it.
        with suppress(sqlite3.ProgrammingError):
            await cursor.close()


@asynccontextmanager
async def _postgres_reader(client: ConsultPostgresClient, query: str, values: Sequence[Any]) -> AsyncIterator[_Fetch]:
    async with (
        client.acquire_connection() as driver,
        driver.transaction(isolation="repeatable_read", readonly=True),
        _postgres_cursor(driver, nullcontext(), query, values) as fetch,
    ):
        yield fetch


@asynccontextmanager
async def _postgres_cursor(driver: Any, lock: Any, query: str, values: Sequence[Any]) -> AsyncIterator[_Fetch]:
    async with lock:
        try:
            cursor = await driver.cursor(query, *values)
        except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
            raise OperationalError(error) from error

    async def fetch(count: int) -> Any:
        async with lock:
            return await cursor.fetch(count)

    try:
        yield fetch
    finally:
        async with lock:
            # by the protocol and not by SQL, which an aborted transaction would refuse
            await cursor._close_portal(None)
