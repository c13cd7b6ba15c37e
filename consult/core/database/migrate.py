"""Bringing a database's tables up to date, so that nothing is lost and two who try at once both succeed (ADR 0003)."""

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import PlanStep
from tortoise.migrations.recorder import MigrationRecorder

from consult.core import clock
from consult.core.database.config import APP_LABEL, CONNECTION, sqlite_address, tortoise_config
from consult.core.database.editor import ConsultExecutor
from consult.core.database.session import connection, forget_other_engine, in_transaction

LOCK_SECONDS = 600.0
_POSTGRES_LOCK = "hashtextextended('consult.migrate:' || current_schema(), 0)"
Progress = Callable[[str], object]


class MigrationError(Exception):
    """The database was left as it was; the message says why and where its copy is."""


@dataclass(frozen=True)
class MigrationReport:
    """What a migration did.

    Attributes:
        applied: the migrations' names, in order; empty when the database was up to date.
        backup: the copy of the SQLite file as it was before, when there was something to lose.
    """

    engine: str
    applied: tuple[str, ...] = ()
    backup: Path | None = None

    def lines(self) -> list[str]:
        """The report in words, a line each."""
        if not self.applied:
            return ["The database is up to date: nothing to do."]
        said = [f"Applied {name}" for name in self.applied]
        if self.backup:
            said.append(f"The database as it was before is kept in {self.backup}")
        return said


async def migrate(
    url: str, *, config: dict[str, Any] | None = None, progress: Progress | None = None
) -> MigrationReport:
    """Apply the migrations that the database does not have yet.

    On SQLite everything happens in one transaction, after a copy of the file: a table that lost rows, a broken
    reference, an error or a power cut leave the database as it was. On PostgreSQL each migration and its line in the
    history are one transaction (unless it says ``atomic = False``), under an advisory lock.

    Args:
        progress: is told each migration's name before it runs.

    Raises:
        MigrationError: it could not be done; nothing, or on PostgreSQL only the migrations before, were applied.
    """
    chosen = config or tortoise_config(url)
    address = sqlite_address(url)
    if address is not None:
        # With foreign keys on, dropping the old table during a rebuild deletes every row that refers to it.
        chosen["connections"][CONNECTION]["credentials"] |= {"foreign_keys": "OFF", "readers": 0}
    lock = _file_lock(address.path) if address and address.path else nullcontext()
    async with lock, TortoiseContext() as context:
        await context.init(chosen)
        forget_other_engine(connection())
        tell = progress or (lambda name: None)
        if address is not None:
            return await _migrate_sqlite(chosen, address.path, tell)
        return await _migrate_postgres(chosen, tell)


async def pending_migrations(url: str, *, config: dict[str, Any] | None = None) -> list[str]:
    """The names of the migrations that the database does not have yet; touches nothing."""
    chosen = config or tortoise_config(url)
    address = sqlite_address(url)
    if address is not None and address.path and not address.path.exists():
        return sorted(key.name for key in (await _executor(None, chosen)).loader.disk_migrations)
    async with TortoiseContext() as context:
        await context.init(chosen)
        executor = await _executor(connection(), chosen)
        return [step.migration.name for step in await _plan(executor)]


async def _executor(client: BaseDBAsyncClient | None, config: dict[str, Any]) -> ConsultExecutor:
    executor = ConsultExecutor(client, config["apps"])  # type: ignore[arg-type]
    if client is None:
        executor.loader.load_disk()
    else:
        await executor.loader.build_graph()
    return executor


async def _plan(executor: ConsultExecutor) -> list[PlanStep]:
    applied = set(await executor.recorder.applied_migrations())
    strange = applied - set(executor.loader.graph.nodes)
    if names := ", ".join(sorted(key.name for key in strange if key.app_label == APP_LABEL)):
        raise MigrationError(
            f"the database has migrations that this version of Consult does not know ({names}): it was made by a newer"
            " version. Install that one, or restore a backup"
        )
    return executor._migration_plan(None, applied, executor.loader.graph)


async def _apply(executor: ConsultExecutor, plan: list[PlanStep], tell: Progress) -> tuple[str, ...]:
    """Run the steps, each with its line in the history in one transaction (a savepoint, inside of one)."""
    state = await executor._project_state(set(await executor.recorder.applied_migrations()))
    nested = executor.connection.capabilities.dialect == "sqlite"
    for step in plan:
        name = step.migration.name
        tell(name)
        try:
            if step.migration.atomic or nested:
                async with in_transaction() as transaction:
                    editor = executor._schema_editor(atomic=True)
                    editor.client = transaction
                    await step.migration.apply(state, schema_editor=editor)
                    await MigrationRecorder(transaction).record_applied(APP_LABEL, name)
            else:
                await step.migration.apply(state, schema_editor=executor._schema_editor(atomic=False))
                await executor.recorder.record_applied(APP_LABEL, name)
        except Exception as error:
            raise MigrationError(f"migration {name} failed, and was undone: {type(error).__name__}: {error}") from error
    return tuple(step.migration.name for step in plan)


# ---------------------------------------------------------------- SQLite


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    """One migration at a time: a lock on a file beside the database, given back by the system if we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".migrate-lock").open("w") as file:
        await _patiently(lambda: _try_file_lock(file))
        yield


async def _try_file_lock(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _patiently(attempt: Callable[[], Any]) -> None:
    deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
    while not await attempt():
        if asyncio.get_running_loop().time() > deadline:
            raise MigrationError("another migration has been running for ten minutes: see what holds it")
        await asyncio.sleep(0.05)


async def _migrate_sqlite(config: dict[str, Any], path: Path | None, tell: Progress) -> MigrationReport:
    if not await _plan(await _executor(connection(), config)):
        return MigrationReport("sqlite")
    backup: Path | None = None
    try:
        # BEGIN IMMEDIATE: from here on nobody else writes, so the copy and the counts are of the same instant.
        async with in_transaction() as transaction:
            executor = await _executor(transaction, config)
            plan = await _plan(executor)
            before = await _row_counts(transaction)
            broken_before = await _broken_references(transaction)
            if path is not None and before:
                backup = await asyncio.to_thread(_copy, path, plan[0].migration.name)
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=True))
            applied = await _apply(executor, plan, tell)
            await _judge(transaction, plan, before, broken_before)
    except MigrationError as error:
        kept = f" The database is as it was; a copy of it is in {backup}." if backup else " The database is as it was."
        raise MigrationError(f"{error}.{kept}") from error
    return MigrationReport("sqlite", applied, backup)


async def _row_counts(client: BaseDBAsyncClient) -> dict[str, int]:
    # A search index keeps its words in tables of its own ("shadow"), whose rows come and go as it likes.
    tables = await client.execute_query_dict(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'tortoise_migrations' ORDER BY name"
    )
    return {
        one["name"]: (await client.execute_query_dict(f'SELECT COUNT(*) AS n FROM "{one["name"]}"'))[0]["n"]
        for one in tables
    }


async def _broken_references(client: BaseDBAsyncClient) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in await client.execute_query_dict("PRAGMA foreign_key_check")}


async def _judge(
    client: BaseDBAsyncClient, plan: list[PlanStep], before: dict[str, int], broken_before: set[tuple[Any, ...]]
) -> None:
    """Refuse what was done if rows are missing or references broken; raising undoes all of it.

    Raises:
        MigrationError: a table lost rows without a migration that says so by ``loses_rows = ("table",)``.
    """
    allowed = {table for step in plan for table in getattr(step.migration, "loses_rows", ())}
    after = await _row_counts(client)
    for table, count in before.items():
        if table in after and after[table] < count and table not in allowed:
            raise MigrationError(f"the table {table!r} had {count} rows and would keep {after[table]}")
    if broken := await _broken_references(client) - broken_before:
        table, _, parent, _ = sorted(broken, key=str)[0]
        raise MigrationError(f"{len(broken)} rows would refer to nothing, the first from {table!r} to {parent!r}")


def _copy(path: Path, before: str) -> Path:
    """Copy the database with what its write-ahead log holds; the reader sees the last commit."""
    moment = clock.now().strftime("%Y%m%dT%H%M%S")
    target = path.with_name(f"{path.name}.{moment}-before-{before}.backup")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{moment}-{number}-before-{before}.backup")
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    kept = sqlite3.connect(target)
    try:
        source.backup(kept)
    finally:
        kept.close()
        source.close()
    return target


# ---------------------------------------------------------------- PostgreSQL


async def _migrate_postgres(config: dict[str, Any], tell: Progress) -> MigrationReport:
    client: Any = connection()
    async with client.acquire_connection() as holder:
        if client.schema:
            await holder.execute(f'CREATE SCHEMA IF NOT EXISTS "{client.schema}"')
        # Asked for again and again, not waited for: a statement that waits holds back CREATE INDEX CONCURRENTLY.
        await _patiently(lambda: holder.fetchval(f"SELECT pg_try_advisory_lock({_POSTGRES_LOCK})"))
        try:
            executor = await _executor(client, config)
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
            plan = await _plan(executor)
            return MigrationReport("postgres", await _apply(executor, plan, tell) if plan else ())
        finally:
            await holder.execute(f"SELECT pg_advisory_unlock({_POSTGRES_LOCK})")
