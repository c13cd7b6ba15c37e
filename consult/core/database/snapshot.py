"""One read-only snapshot for a whole piece of work, on a connection of its own, while other work goes on beside.

What is counted, streamed and put into one file inside of it is of one instant. On SQLite that is a read transaction on
a connection that only reads (WAL: it waits for no writer and no writer for it), on PostgreSQL a read-only transaction
of isolation REPEATABLE READ. A long one keeps old rows from being cleaned away meanwhile; it costs nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, cast

from tortoise.backends.base.client import TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from consult.core.database.config import CONNECTION
from consult.core.database.postgres import ConsultPostgresClient
from consult.core.database.postgres import Transaction as PostgresTransaction
from consult.core.database.session import connection
from consult.core.database.sqlite import ConsultSqliteClient, only_reads
from consult.core.database.sqlite import Transaction as SqliteTransaction


class SnapshotIsReadOnly(OperationalError):
    """Something was to be written inside of a snapshot. Do it before or after, or in ``outside_snapshot()``."""


class _ReadOnly:
    """Turns away what writes before the engine does, which would give up the whole snapshot (PostgreSQL)."""

    client: Any

    # a mixin: what it calls on is the engine's own transaction, which the type checker cannot know (hence misc)
    def _in_transaction(self) -> TransactionContext:
        raise SnapshotIsReadOnly("no action and no transaction inside of a snapshot: it is read-only")

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await super().execute_query(_reading(query), values)  # type: ignore[misc]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        return await super().execute_query_dict(_reading(query), values)  # type: ignore[misc]

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        raise SnapshotIsReadOnly(f"inside of a snapshot: {query[:60]}")

    async def execute_many(self, query: str, values: Sequence[Any]) -> None:
        raise SnapshotIsReadOnly(f"inside of a snapshot: {query[:60]}")

    async def execute_script(self, query: str) -> None:
        raise SnapshotIsReadOnly(f"inside of a snapshot: {query[:60]}")


def _reading(query: str) -> str:
    if not only_reads(query):
        raise SnapshotIsReadOnly(f"inside of a snapshot: {query[:60]}")
    return query


class _SqliteSnapshot(_ReadOnly, SqliteTransaction):
    """Reads through one connection that only reads."""

    outer: Any = None


class _PostgresSnapshot(_ReadOnly, PostgresTransaction):
    """Reads through one connection of the pool."""

    outer: Any = None


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Read everything inside of the block (``execute``, ``stream_rows``, querysets) as of one instant.

    That instant is the block's beginning. Writing inside raises :class:`SnapshotIsReadOnly`; the same inside of another
    snapshot is that one. Tasks started inside read the same snapshot, and must not outlive it.

    Raises:
        SnapshotIsReadOnly: this is the inside of an action, whose own rows a snapshot would not see.
    """
    client = cast("Any", connection())
    if isinstance(client, _ReadOnly):
        yield
        return
    opened: AbstractAsyncContextManager[Any]
    if isinstance(client, ConsultSqliteClient):
        opened = _sqlite(client)
    elif isinstance(client, ConsultPostgresClient):
        opened = _postgres(client)
    else:
        raise SnapshotIsReadOnly("no snapshot inside of an action: it would not see what the action has written")
    async with opened as reading:
        reading.outer = client
        token = get_connections().set(CONNECTION, reading)
        try:
            yield
        finally:
            reading._finalized = True
            get_connections().reset(token)


@contextmanager
def outside_snapshot() -> Iterator[None]:
    """Inside of a snapshot, do something outside of it: note the progress of what is being read, say."""
    reading = cast("Any", connection())
    if not isinstance(reading, _ReadOnly):
        yield
        return
    token = get_connections().set(CONNECTION, cast("Any", reading).outer)
    try:
        yield
    finally:
        get_connections().reset(token)


@asynccontextmanager
async def _sqlite(client: ConsultSqliteClient) -> AsyncIterator[_SqliteSnapshot]:
    if client.filename == ":memory:":
        raise SnapshotIsReadOnly("a database in memory has one connection, and no snapshots")
    reader = await client.open_reader()
    try:
        await reader.execute_fetchall("BEGIN")
        # the snapshot is taken by the first row that is read, not by BEGIN
        await reader.execute_fetchall("SELECT COUNT(*) FROM sqlite_master")
        reading = _SqliteSnapshot(client)
        reading._connection, reading._lock = reader, asyncio.Lock()
        yield reading
    finally:
        await reader.close()


@asynccontextmanager
async def _postgres(client: ConsultPostgresClient) -> AsyncIterator[_PostgresSnapshot]:
    async with (
        client.acquire_connection() as driver,
        driver.transaction(isolation="repeatable_read", readonly=True),
    ):
        await driver.fetchval("SELECT 1")  # the snapshot is taken by the first query, not by BEGIN
        reading = _PostgresSnapshot(client)
        reading._connection, reading._lock = driver, asyncio.Lock()
        yield reading
