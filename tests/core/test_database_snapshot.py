"""One instant for a whole piece of work, on both engines."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from consult.core.database import (
    SnapshotIsReadOnly,
    connection,
    execute,
    in_transaction,
    outside_snapshot,
    snapshot,
    stream_batches,
    stream_rows,
)
from tests.core.orchard import Orchard

pytestmark = pytest.mark.usefixtures("orchards")


async def plant(*keys: int) -> None:
    for key in keys:
        await Orchard.create(id=key, name=f"Verger {key}")


async def seen() -> list[list[int]]:
    """The same rows, by every way there is to read."""
    by_rows = [row["id"] async for row in stream_rows("SELECT id FROM orchard ORDER BY id", batch=2)]
    by_batches = [
        row[0] async for rows in stream_batches("SELECT id FROM orchard ORDER BY id", batch=2) for row in rows
    ]
    by_model = [row["id"] async for row in stream_rows(Orchard.all().order_by("id").values("id"))]
    at_once = [row["id"] for row in await execute("SELECT id FROM orchard ORDER BY id")]
    queried = [one.id for one in await Orchard.all().order_by("id")]
    return [by_rows, by_batches, by_model, at_once, queried]


async def test_everything_inside_is_of_the_instant_of_its_beginning_whatever_is_written_beside() -> None:
    await plant(1, 2, 3)

    async def write() -> None:
        async with in_transaction():
            await Orchard.create(id=4, name="pendant")
            await execute("DELETE FROM orchard WHERE id = 1")

    # a task that was there before, as the worker's others are, and a request's that comes meanwhile
    begun = asyncio.Event()
    waiting = asyncio.create_task(_after(begun, write))
    async with snapshot():
        begun.set()
        await waiting
        assert await seen() == [[1, 2, 3]] * 5
        with outside_snapshot():
            assert [row["id"] for row in await execute("SELECT id FROM orchard ORDER BY id")] == [2, 3, 4]
            await plant(5)
        assert await seen() == [[1, 2, 3]] * 5
    assert await seen() == [[2, 3, 4, 5]] * 5


async def _after(begun: asyncio.Event, write: Callable[[], Awaitable[None]]) -> None:
    await begun.wait()
    await write()


async def test_what_was_written_before_its_first_read_but_after_its_beginning_is_not_in_it() -> None:
    await plant(1)
    async with snapshot():
        with outside_snapshot():
            await plant(2)
        assert await seen() == [[1]] * 5


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE orchard SET name = 'autre'",
        "DELETE FROM orchard",
        "INSERT INTO orchard (id, name) VALUES (9, 'neuf')",
        "WITH gone AS (SELECT 1) UPDATE orchard SET name = 'autre'",
        "DROP TABLE orchard",
    ],
)
async def test_nothing_is_written_inside_and_reading_goes_on(sql: str) -> None:
    await plant(1)
    async with snapshot():
        with pytest.raises(SnapshotIsReadOnly):
            await execute(sql)
        with pytest.raises(SnapshotIsReadOnly):
            await Orchard.create(id=2, name="non")
        with pytest.raises(SnapshotIsReadOnly):
            await Orchard.bulk_create([Orchard(id=2, name="non")])
        with pytest.raises(SnapshotIsReadOnly):
            async with in_transaction():
                pass
        assert await seen() == [[1]] * 5
    assert (await Orchard.get(id=1)).name == "Verger 1"


async def test_the_engine_itself_refuses_what_the_guard_lets_through() -> None:
    """The guard reads the statement's first words; the connection is read-only for whoever gets around it."""
    await plant(1)
    client = connection()
    async with snapshot():
        inside = connection()
        assert inside is not client
        driver = inside._connection
        run = getattr(driver, "execute_fetchall", None) or driver.execute
        with pytest.raises(Exception, match=r"(?i)read-?only"):
            await run("DELETE FROM orchard")
    assert await Orchard.all().count() == 1


async def test_a_snapshot_in_a_snapshot_is_the_same_and_none_is_taken_inside_an_action() -> None:
    await plant(1)
    async with snapshot():
        with outside_snapshot():
            await plant(2)
        async with snapshot():
            assert await seen() == [[1]] * 5
        assert await seen() == [[1]] * 5
    async with in_transaction():
        with pytest.raises(SnapshotIsReadOnly):
            async with snapshot():
                pass
    assert connection() is not None
    assert await Orchard.all().count() == 2


async def test_several_at_once_each_with_its_instant_and_an_error_leaves_nothing_open() -> None:
    await plant(1)

    async def read(key: int) -> int:
        async with snapshot():
            with outside_snapshot():
                await plant(key)
            async with aclosing(stream_rows("SELECT id FROM orchard")) as rows:
                return len([row async for row in rows if row["id"] != key])

    assert min(await asyncio.gather(*(read(key) for key in (2, 3, 4)))) >= 1
    with pytest.raises(ValueError, match="au milieu"):
        async with snapshot():
            raise ValueError("au milieu")
    await plant(5)
    assert await Orchard.all().count() == 5
