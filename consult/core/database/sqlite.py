"""SQLite as Consult uses it: transactions that begin by taking the write lock, and reads on connections of their own.

Three faults of Tortoise's backend are put right here (ADR 0002):

- a plain BEGIN takes the write lock at the first write, when it is too late to wait for it: two processes then fail
  with "database is locked" by the thousand. BEGIN IMMEDIATE waits its turn;
- a BEGIN that fails, or is cancelled, left the process's only lock taken for ever;
- a task that outlives the transaction it was started in kept writing on the connection, into whatever transaction was
  open by then. Now it is told so.

In WAL mode readers never wait for the writer, so queries outside of transactions go to a few read-only connections.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import aiosqlite
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

READERS = 2
_READS = re.compile(r"\s*(?:SELECT|EXPLAIN|(WITH))\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class TransactionEnded(TransactionManagementError):
    """A statement came for a transaction that is over: a task outlived the action in which it was started."""


def statements(script: str) -> list[str]:
    """Split a script into statements, leaving the semicolons inside of triggers and texts alone."""
    found, rest = [], ""
    for piece in re.split(r"(?<=;)", script):
        rest += piece
        if sqlite3.complete_statement(rest):
            found.append(rest.strip())
            rest = ""
    if rest.strip():
        found.append(rest.strip())
    return [one for one in found if one.strip("; \n\t")]


def only_reads(query: str) -> bool:
    """Whether a query surely writes nothing; a doubtful one goes to the writer."""
    start = _READS.match(query)
    return bool(start) and not (start and start[1] and _WRITES.search(query))


class _CheckedConnection(ConnectionWrapper[Any]):
    """The connection of a transaction, while the transaction lasts."""

    async def ensure_connection(self) -> None:
        if cast("Transaction", self.client).ended:
            raise TransactionEnded(
                "this transaction has ended: start no task inside an action, or wait for it before the action's end"
            )
        await super().ensure_connection()


class ConsultSqliteClient(SqliteClient):
    """One connection that writes, and a few that only read, used outside of transactions."""

    def __init__(self, file_path: str, **options: Any) -> None:
        readers = int(options.pop("readers", READERS))
        super().__init__(file_path, **options)
        self._reader_count = 0 if file_path == ":memory:" else readers
        self._readers: asyncio.LifoQueue[aiosqlite.Connection | None] = asyncio.LifoQueue()
        self._open_readers: list[aiosqlite.Connection] = []
        for _ in range(self._reader_count):
            self._readers.put_nowait(None)

    async def create_connection(self, with_db: bool) -> None:
        """Open the writer, making the file's folder first."""
        if self.filename != ":memory:":
            Path(self.filename).parent.mkdir(parents=True, exist_ok=True)
        await super().create_connection(with_db)

    async def open_reader(self) -> aiosqlite.Connection:
        """A new read-only connection; whoever opens it closes it."""
        if self._connection is None:
            async with self.acquire_connection():
                pass  # the writer comes first: it makes the file and sets the journal's mode
        reader = await aiosqlite.connect(self.filename, isolation_level=None)
        reader._conn.row_factory = sqlite3.Row
        for pragma in ("busy_timeout", "cache_size", "temp_store"):
            if pragma in self.pragmas:
                await reader.execute_fetchall(f"PRAGMA {pragma}={self.pragmas[pragma]}")
        await reader.execute_fetchall("PRAGMA query_only=ON")
        return reader

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[aiosqlite.Connection]:
        reader = await self._readers.get()
        try:
            if reader is None:
                reader = await self.open_reader()
                self._open_readers.append(reader)
            yield reader
        finally:
            self._readers.put_nowait(reader)

    async def close(self) -> None:
        """Close every connection."""
        readers, self._open_readers = self._open_readers, []
        self._readers = asyncio.LifoQueue()
        for _ in range(self._reader_count):
            self._readers.put_nowait(None)
        for reader in readers:
            await reader.close()
        await super().close()

    def _in_transaction(self) -> TransactionContext:
        return _OuterTransaction(Transaction(self), self._lock)

    async def _fetch(self, query: str, values: Sequence[Any] | None) -> list[sqlite3.Row]:
        async with self._reader() as reader:
            self.log.debug("%s: %s", query, values)
            return cast("list[sqlite3.Row]", await reader.execute_fetchall(query, values))

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        """Run a statement; a query that only reads does not wait for a running transaction."""
        if self._reader_count and only_reads(query):
            rows = await self._fetch(query, values)
            return len(rows), cast("Sequence[dict[str, Any]]", rows)
        return cast("tuple[int, Sequence[dict[str, Any]]]", await super().execute_query(query, values))

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Run a statement and give its rows as dictionaries."""
        if self._reader_count and only_reads(query):
            return [dict(row) for row in await self._fetch(query, values)]
        return cast("list[dict[str, Any]]", await super().execute_query_dict(query, values))

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows, in a transaction of its own."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


def _begin(connection: sqlite3.Connection) -> None:
    """Runs in the connection's thread, where nothing can come between the look and the act."""
    if connection.in_transaction:
        connection.rollback()  # left behind by a commit that failed after its task had been cancelled
    connection.execute("BEGIN IMMEDIATE")


class Transaction(SqliteTransactionWrapper):
    """The writer, for the time of one transaction (or of a savepoint in one)."""

    _parent: "SqliteClient"

    @property
    def ended(self) -> bool:
        """Whether this transaction, or the one around it, is over."""
        return self._finalized or (isinstance(self._parent, Transaction) and self._parent.ended)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _CheckedConnection(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    async def begin(self) -> None:
        """Take the write lock, waiting at most ``busy_timeout`` for other processes."""
        try:
            await self._connection._execute(_begin, self._connection._conn)  # type: ignore[no-untyped-call]
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error

    async def rollback(self) -> None:
        """Undo everything; whatever happens, nothing more may be written here."""
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        self._finalized = True
        await self._connection.rollback()

    async def commit(self) -> None:
        """Keep everything."""
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        self._finalized = True
        await self._connection.commit()

    async def savepoint_rollback(self) -> None:
        """Undo what was done since the savepoint."""
        await super().savepoint_rollback()
        self._finalized = True

    async def release_savepoint(self) -> None:
        """Keep what was done since the savepoint."""
        await super().release_savepoint()
        self._finalized = True

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        """Run a script inside the transaction (the driver's own way commits first)."""
        async with self.acquire_connection() as connection:
            for statement in statements(query):
                await connection.execute_fetchall(statement)


class _OuterTransaction(SqliteTransactionContext):
    """Takes the process's lock, begins, and gives the lock back whatever happens."""

    connection: Transaction

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            try:
                await self._undo()
            finally:
                self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if not self.connection._finalized:
                if kind is None:
                    await self._commit()
                else:
                    await self.connection.rollback()
        finally:
            self.connection._finalized = True
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _commit(self) -> None:
        """Commit; a commit that fails (a deferred constraint, a full disk) must not leave the transaction open."""
        try:
            await self.connection.commit()
        except sqlite3.Error as error:
            await self._undo()
            kind = IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError
            raise kind(error) from error

    async def _undo(self) -> None:
        """Leave no transaction open, not even one whose BEGIN was still on its way when its task was cancelled."""
        self.connection._finalized = True
        if self.connection._connection:
            with suppress(sqlite3.Error):
                await self.connection._connection.rollback()


client_class = ConsultSqliteClient
