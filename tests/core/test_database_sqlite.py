"""What is SQLite's own: one file, several connections, several processes."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from consult.core.database import connection, database, execute, execute_script, in_transaction
from tests.core.conftest import orchard_config
from tests.core.orchard import Orchard, Tree
from tests.databases import ENGINE

pytestmark = pytest.mark.skipif(ENGINE != "sqlite", reason="it is about SQLite")


def path_of(url: str) -> str:
    return url.removeprefix("sqlite://").partition("?")[0]


def start_writing(url: str, name: str) -> subprocess.Popen[str]:
    """A process that writes 500 transactions when it is told to go."""
    command = [sys.executable, "-m", "tests.core.write_many", url, name, "500"]
    root, pipe = Path(__file__).parents[2], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=root)


async def test_the_connection_waits_syncs_and_checks_as_it_should(orchards: str) -> None:
    async with in_transaction():
        pragmas = {
            name: next(iter((await execute(f"PRAGMA {name}"))[0].values()))
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 10_000, "foreign_keys": 1}


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/var/deep/consult.sqlite3"
    async with database(url, config=orchard_config(url)) as context:
        await context.generate_schemas()
    assert (tmp_path / "var/deep/consult.sqlite3").exists()


async def test_a_database_in_memory_works_too() -> None:
    async with database("sqlite://:memory:", config=orchard_config("sqlite://:memory:")) as context:
        await context.generate_schemas()
        async with in_transaction():
            await Orchard.create(name="Pommiers")
        assert await Orchard.all().count() == 1


async def test_reading_connections_cannot_write(orchards: str) -> None:
    reader = await connection().open_reader()  # type: ignore[attr-defined]
    try:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await reader.execute_fetchall("DELETE FROM orchard")
    finally:
        await reader.close()


async def test_two_processes_write_in_turn_and_none_is_refused(orchards: str) -> None:
    """A plain BEGIN refuses them by the thousand."""
    await Orchard.create(name="Pommiers")
    writers = [start_writing(orchards, name) for name in ("A", "B")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n", writer.communicate()[1]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    # this process reads meanwhile, and is never told to wait
    while any(writer.poll() is None for writer in writers):
        await Tree.all().count()
        await asyncio.sleep(0.01)
    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    assert await Tree.all().count() == 1000
    assert (await Orchard.get()).count == 1000


async def test_a_transaction_that_waited_too_long_is_refused_and_the_next_one_works(empty_database_url: str) -> None:
    """The lock of the process used to stay taken for ever."""
    url = f"{empty_database_url}?busy_timeout=50"
    async with database(url, config=orchard_config(url)) as context:
        await context.generate_schemas()
        other = sqlite3.connect(path_of(url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransactionManagementError, match="locked"):
            async with in_transaction():
                pass
        other.execute("ROLLBACK")
        other.close()
        async with asyncio.timeout(5), in_transaction():
            await Orchard.create(name="Pommiers")
        assert await Orchard.all().count() == 1


async def test_a_task_cancelled_while_it_waits_for_its_turn_leaves_no_transaction_open(orchards: str) -> None:
    other = sqlite3.connect(path_of(orchards), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def act() -> None:
        async with in_transaction():
            await Orchard.create(name="Perdus")

    task = asyncio.create_task(act())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.sleep(0)
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await task
    await Orchard.create(name="Pommiers")
    # another process would see this row, and could write
    assert other.execute("SELECT name FROM orchard").fetchall() == [("Pommiers",)]
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()


async def test_a_commit_that_fails_leaves_no_transaction_open(orchards: str) -> None:
    await execute_script(
        "CREATE TABLE late (id INTEGER PRIMARY KEY, o BIGINT REFERENCES orchard (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(IntegrityError):
        async with in_transaction():
            await execute("INSERT INTO late (o) VALUES (1)")
    async with asyncio.timeout(5), in_transaction():
        await Orchard.create(name="Pommiers")
    assert await execute("SELECT * FROM late") == []


async def test_a_script_inside_a_transaction_is_undone_with_it(orchards: str) -> None:
    """The driver's own way commits first."""
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with in_transaction():
            await Orchard.create(name="Perdus")
            await execute_script("CREATE TABLE a (x); CREATE TABLE b (x);")
            raise ZeroDivisionError
    assert await Orchard.all().count() == 0
    with pytest.raises(OperationalError):
        await execute("SELECT * FROM a")
