"""Opening the database, and asking it things."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar, cast

from tortoise import context as tortoise_context
from tortoise import transactions
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.models import Model

from consult.core.database.config import CONNECTION, tortoise_config
from consult.core.database.sql import Dialect, positional

_engine = ""

M = TypeVar("M", bound=Model)


@asynccontextmanager
async def database(
    url: str, *, config: dict[str, Any] | None = None, everywhere: bool = True
) -> AsyncIterator[TortoiseContext]:
    """Open the database for the time of the block, and close it.

    Args:
        url: ``sqlite://…`` or ``postgres://…``.
        config: Tortoise's configuration, when it is not that of Consult's own models (tests).
        everywhere: also for tasks that do not descend from this one. Starlette runs its lifespan in a task of its own,
            so the requests see nothing of a context opened there without it. Only the outermost one counts: a command
            run inside a test that has its database open sees its own, and takes nothing from the others.
    """
    everywhere = everywhere and tortoise_context._global_context is None
    async with TortoiseContext() as context:
        await context.init(config or tortoise_config(url), _enable_global_fallback=everywhere)
        forget_other_engine(context.db())
        yield context


def forget_other_engine(client: BaseDBAsyncClient) -> None:
    """Throw away the statements that the ORM keeps by connection name, in the words of whichever engine came first."""
    global _engine
    if _engine != client.capabilities.dialect:
        EXECUTOR_CACHE.clear()
        _engine = client.capabilities.dialect


def connection() -> BaseDBAsyncClient:
    """The connection of this task: its transaction's, inside of one."""
    return get_connection(CONNECTION)


def dialect() -> Dialect:
    """Which engine is open."""
    return cast("Dialect", connection().capabilities.dialect)


def in_transaction() -> TransactionContext:
    """``async with in_transaction():``, where an exception undoes everything. Inside another one it is a savepoint."""
    return transactions.in_transaction(CONNECTION)


async def execute(sql: str, params: Mapping[str, Any] | None = None, /, **named: Any) -> list[dict[str, Any]]:
    """Run one statement, written once for both engines, and give its rows (those of RETURNING too).

    ``await execute("SELECT id FROM vote WHERE item_id IN :items AND voter_id = :voter", items=[1, 2], voter=3)``

    SQLite gives instants as text and booleans as 0 or 1: see :func:`consult.core.database.instant`.
    """
    client = connection()
    query, values = positional(sql, {**(params or {}), **named}, cast("Dialect", client.capabilities.dialect))
    return cast("list[dict[str, Any]]", await client.execute_query_dict(query, values))


async def instances(model: type[M], sql: str, params: Mapping[str, Any] | None = None, /, **named: Any) -> list[M]:
    """Rows of a model by a hand-written query that selects all of its columns (``SELECT i.* …``).

    The ORM builds its SQL anew at each call; where a page or an action is asked for often, the text is written once.
    """
    return [instance(model, row) for row in await execute(sql, params, **named)]


def instance(model: type[M], row: Mapping[str, Any]) -> M:
    """A row of a hand-written query as its model; columns that are none of the model's are left aside."""
    build: Any = model._init_from_db
    return cast("M", build(**row))


@cache
def columns_of(model: type[Model]) -> str:
    """All columns of a model's table, for a SELECT: the model's own and no other (a search vector stands beside some).

    To be asked once the database is open: before, the ORM does not know the columns of relations.
    """
    return ", ".join(sorted(model._meta.fields_db_projection.values()))


async def execute_script(script: str) -> None:
    """Run several statements without parameters (tests and loaders)."""
    await connection().execute_script(script)
