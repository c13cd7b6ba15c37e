"""Many rows, little memory, on both engines."""

import asyncio
import gc
import tracemalloc
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from tortoise.exceptions import OperationalError

from consult.core.database import connection, execute, in_transaction, stream_rows
from tests.core.orchard import Orchard, Tree
from tests.databases import ENGINE

pytestmark = pytest.mark.usefixtures("orchards")
AT = datetime(2026, 2, 3, 17, tzinfo=UTC)


async def plant(count: int) -> None:
    await execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        " INSERT INTO orchard (id, name, open, count, planted_at) SELECT i, 'Verger n° ' || i, :open, i, :at FROM n",
        count=count,
        open=True,
        at=AT,
    )


async def open_cursors() -> int:
    """Cursors and readers left open by a stream."""
    if ENGINE == "postgres":
        return int((await execute("SELECT COUNT(*) AS n FROM pg_cursors WHERE name <> ''"))[0]["n"])
    gc.collect()
    import aiosqlite

    client = connection()
    kept = {id(client._connection), *(id(one) for one in client._open_readers)}  # type: ignore[attr-defined]
    return sum(
        isinstance(one, aiosqlite.Connection) and one._connection is not None and id(one) not in kept
        for one in gc.get_objects()
    )


async def test_two_hundred_thousand_rows_take_little_memory() -> None:
    await plant(200_000)
    tracemalloc.start()
    try:
        total = 0
        async for row in stream_rows("SELECT id, name FROM orchard WHERE id > :after ORDER BY id", after=0):
            total += row["id"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 200_000 * 200_001 // 2
    assert peak < 4_000_000, f"{peak} bytes at the most"
    assert await open_cursors() == 0


async def test_a_queryset_streams_with_pythons_types() -> None:
    await plant(5)
    query = Orchard.filter(count__gt=3).order_by("id").values("id", "open", "planted_at", at="planted_at")
    assert [row async for row in stream_rows(query, batch=1)] == [
        {"id": number, "open": True, "planted_at": AT, "at": AT} for number in (4, 5)
    ]
    rows = [row async for row in stream_rows(Orchard.all().order_by("-id"), batch=2)]
    assert [row["id"] for row in rows] == [5, 4, 3, 2, 1]
    assert rows[0]["open"] is True


async def test_stopping_early_closes_the_cursor() -> None:
    await plant(5000)
    async with aclosing(stream_rows("SELECT id FROM orchard ORDER BY id", batch=10)) as rows:
        async for row in rows:
            if row["id"] == 25:
                break
    assert await open_cursors() == 0


async def test_a_bare_break_closes_it_too() -> None:
    await plant(5000)
    async for row in stream_rows("SELECT id FROM orchard ORDER BY id", batch=10):
        if row["id"] == 25:
            break
    for _ in range(50):
        await asyncio.sleep(0.01)
        if not await open_cursors():
            return
    pytest.fail("the cursor stayed open")


async def test_other_work_goes_on_beside_and_the_rows_are_of_one_instant() -> None:
    await plant(3000)
    seen = 0
    async for _ in stream_rows("SELECT id FROM orchard ORDER BY id", batch=100):
        if seen % 500 == 0:
            async with in_transaction():
                await Orchard.create(id=1_000_000 + seen, name="pendant la lecture")
                await Orchard.filter(id=3000 - seen).delete()
        seen += 1
    assert seen == 3000
    assert await Orchard.filter(name="pendant la lecture").count() == 6


async def test_several_streams_at_once() -> None:
    await plant(2000)

    async def read(step: int) -> int:
        return sum([row["id"] async for row in stream_rows("SELECT id FROM orchard WHERE id % :step = 0", step=step)])

    sums = await asyncio.gather(*(read(step) for step in (1, 2, 3, 4, 5)))
    assert sums == [sum(range(step, 2001, step)) for step in (1, 2, 3, 4, 5)]


async def test_inside_a_transaction_it_sees_what_was_written_there() -> None:
    await plant(1000)
    async with in_transaction():
        await Orchard.filter(id__lte=500).delete()
        rows = []
        async for row in stream_rows("SELECT id FROM orchard ORDER BY id", batch=50):
            rows.append(row["id"])
            if row["id"] % 100 == 0:
                await Tree.create(orchard_id=row["id"], kind="Reinette")
        assert rows == list(range(501, 1001))
        if ENGINE == "postgres":
            assert await open_cursors() == 0
    assert await Tree.all().count() == 5


async def test_a_stream_cut_short_by_an_error_inside_a_transaction_leaves_it_to_be_undone() -> None:
    await plant(1000)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with in_transaction():
            await Orchard.filter(id=1).delete()
            async with aclosing(stream_rows("SELECT id FROM orchard ORDER BY id", batch=10)) as rows:
                async for row in rows:
                    _ = 1 // (row["id"] - 20)
    assert await Orchard.all().count() == 1000


async def test_wrong_sql_is_an_operational_error_at_the_first_row() -> None:
    with pytest.raises(OperationalError):
        async for _ in stream_rows("SELECT * FROM no_such_table"):
            pass
