"""PostgreSQL as Consult uses it, through asyncpg."""

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from consult.core.database.sqlite import TransactionEnded


class PlainConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is given back to the pool without a query that resets it.

    asyncpg sends ``RESET ALL`` and three other commands each time a connection goes back, which costs a round trip a
    query. Nothing here changes a session: we write ``SET LOCAL``, no LISTEN, no session's advisory lock but that of
    ``migrate``, which gives it back itself.
    """

    def get_reset_query(self) -> str:
        return ""


class ConsultPostgresClient(AsyncpgDBClient):
    """A pool of connections to PostgreSQL."""

    connection_class = PlainConnection

    def _in_transaction(self) -> TransactionContext:
        return _OuterTransaction(Transaction(self), self._pool_init_lock)


class _CheckedConnection(ConnectionWrapper[Any]):
    """The connection of a transaction, while the transaction lasts."""

    async def ensure_connection(self) -> None:
        if cast("Transaction", self.client).ended:
            raise TransactionEnded(
                "this transaction has ended: start no task inside an action, or wait for it before the action's end"
            )
        await super().ensure_connection()


class Transaction(TransactionWrapper):
    """One connection of the pool, for the time of one transaction (or of a savepoint in one)."""

    @property
    def ended(self) -> bool:
        """Whether this transaction, or the one around it, is over."""
        return self._finalized or (isinstance(self._parent, Transaction) and self._parent.ended)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _CheckedConnection(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))


class _OuterTransaction(TransactionContextPooled):
    """Takes a connection, begins, and gives the connection back whatever happens."""

    client: Transaction

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = cast("asyncpg.Pool", self.client._parent._pool)
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if not self.client._finalized:
                if kind is None:
                    await self.client.commit()
                else:
                    await self.client.rollback()
        finally:
            self.client._finalized = True
            if self.client._parent._pool:
                await self.client._parent._pool.release(self.client._connection)
            get_connections().reset(self.token)


client_class = ConsultPostgresClient
