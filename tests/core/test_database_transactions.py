"""What a transaction promises, on both engines."""

import asyncio
from datetime import UTC, datetime

import pytest
import uvloop
from tortoise.exceptions import IntegrityError, OperationalError

from consult.core.database import (
    TaskInsideAction,
    TransactionEnded,
    connection,
    database,
    dialect,
    execute,
    forbid_tasks,
    in_transaction,
    instant,
)
from consult.core.keys import new_key
from tests.core.conftest import orchard_config
from tests.core.orchard import Orchard, Tree
from tests.databases import ENGINE

pytestmark = pytest.mark.usefixtures("orchards")


async def test_the_engine_is_the_one_that_was_asked_for() -> None:
    assert dialect() == ENGINE


async def test_an_exception_undoes_everything() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with in_transaction():
            await Orchard.create(name="Pommiers")
            await execute("UPDATE orchard SET count = count + 1")
            raise ZeroDivisionError
    assert await Orchard.all().count() == 0


async def test_an_inner_transaction_is_undone_alone() -> None:
    async with in_transaction():
        await Orchard.create(name="Pommiers")
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with in_transaction():
                await Orchard.create(name="Poiriers")
                raise ZeroDivisionError
        async with in_transaction():
            await Orchard.create(name="Pruniers")
    assert sorted(await Orchard.all().values_list("name", flat=True)) == ["Pommiers", "Pruniers"]  # type: ignore[type-var]


async def test_a_refused_statement_leaves_the_outer_transaction_usable() -> None:
    orchard = await Orchard.create(name="Pommiers")
    async with in_transaction():
        await Tree.create(orchard=orchard, kind="Reinette")
        with pytest.raises(IntegrityError):
            async with in_transaction():
                await Tree.create(orchard=orchard, kind="Reinette")
        await Tree.create(orchard=orchard, kind="Boskoop")
    assert await Tree.all().count() == 2


async def test_references_are_checked() -> None:
    with pytest.raises(IntegrityError):
        await Tree.create(orchard_id=1, kind="Reinette")


async def test_nothing_that_others_count_is_lost_under_a_locked_row() -> None:
    orchard = await Orchard.create(name="Pommiers")

    async def add_one() -> None:
        async with in_transaction():
            locked = await Orchard.select_for_update().get(id=orchard.id)
            await asyncio.sleep(0.002)
            await Orchard.filter(id=orchard.id).update(count=locked.count + 1)

    await asyncio.gather(*(add_one() for _ in range(12)))
    assert (await Orchard.get(id=orchard.id)).count == 12


async def test_rows_made_in_bulk_keep_the_keys_they_were_given() -> None:
    orchard = Orchard(id=new_key(), name="Pommiers")
    trees = [Tree(id=new_key(), orchard_id=orchard.id, kind=f"n° {number}") for number in range(300)]
    async with in_transaction():
        await Orchard.bulk_create([orchard])
        await Tree.bulk_create(trees, batch_size=100)
    assert await Tree.filter(orchard_id=orchard.id).order_by("id").values_list("id", flat=True) == [
        tree.id for tree in trees
    ]


async def test_returning_gives_its_rows_inside_and_outside_of_a_transaction() -> None:
    first = new_key()
    insert = (
        "INSERT INTO orchard (id, name, open, count, planted_at) VALUES (:id, :name, :open, 0, :at) RETURNING id, name"
    )
    at = datetime(2026, 2, 3, 17, tzinfo=UTC)
    assert await execute(insert, id=first, name="Pommiers", open=True, at=at) == [{"id": first, "name": "Pommiers"}]
    async with in_transaction():
        rows = await execute("UPDATE orchard SET count = count + 5 WHERE id IN :ids RETURNING count", ids=[first])
        assert rows == [{"count": 5}]
    kept = await execute(
        "SELECT count, planted_at FROM orchard WHERE planted_at = :at AND open = :yes", at=at, yes=True
    )
    assert kept[0]["count"] == 5
    assert instant(kept[0]["planted_at"]) == at == (await Orchard.get(id=first)).planted_at


async def test_wrong_sql_is_an_operational_error() -> None:
    with pytest.raises(OperationalError):
        await execute("SELECT * FROM no_such_table")


async def test_a_read_sees_what_the_same_task_has_just_committed() -> None:
    orchard = await Orchard.create(name="Pommiers")
    for number in range(50):
        async with in_transaction():
            await Orchard.filter(id=orchard.id).update(count=number)
            assert (await Orchard.get(id=orchard.id)).count == number
        assert (await execute("SELECT count FROM orchard"))[0]["count"] == number
        await Orchard.filter(id=orchard.id).update(count=-number)
        assert (await Orchard.get(id=orchard.id)).count == -number


async def test_a_read_outside_does_not_wait_for_a_running_transaction() -> None:
    await Orchard.create(name="Pommiers")
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slow_writer() -> None:
        async with in_transaction():
            await Orchard.create(name="Poiriers")
            written.set()
            await go_on.wait()

    writer = asyncio.create_task(slow_writer())
    await written.wait()
    async with asyncio.timeout(2):
        assert await Orchard.all().count() == 1
    go_on.set()
    await writer
    assert await Orchard.all().count() == 2


async def test_a_task_that_outlives_its_transaction_cannot_write() -> None:
    """SQLite used to report such a row as written, and to lose it."""
    go_on = asyncio.Event()

    async def late() -> None:
        await go_on.wait()
        await Orchard.create(name="Perdus")

    async with in_transaction():
        task = asyncio.create_task(late())
        await Orchard.create(name="Pommiers")
    go_on.set()
    with pytest.raises(TransactionEnded):
        await task
    assert await Orchard.all().values_list("name", flat=True) == ["Pommiers"]


async def test_a_transaction_that_is_kept_by_its_name_cannot_be_used_afterwards() -> None:
    async with in_transaction() as kept:
        await Orchard.create(name="Pommiers")
    with pytest.raises(TransactionEnded):
        await Orchard.create(name="Perdus", using_db=kept)


async def test_no_task_is_started_inside_an_action() -> None:
    async with in_transaction():
        with forbid_tasks():
            for start in (asyncio.create_task, asyncio.ensure_future, asyncio.gather):
                with pytest.raises(TaskInsideAction):
                    start(asyncio.sleep(0))
            async with asyncio.TaskGroup() as group:
                with pytest.raises(TaskInsideAction):
                    group.create_task(asyncio.sleep(0))
    await asyncio.gather(asyncio.sleep(0))


async def test_other_tasks_may_start_tasks_while_an_action_is_open() -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def action() -> None:
        with forbid_tasks():
            inside.set()
            await go_on.wait()

    running = asyncio.create_task(action())
    await inside.wait()
    await asyncio.gather(asyncio.sleep(0))
    go_on.set()
    await running


async def test_the_orm_and_its_drivers_may_start_tasks_inside_an_action() -> None:
    orchard = await Orchard.create(name="Pommiers")
    async with in_transaction():
        with forbid_tasks():
            await Tree.create(orchard=orchard, kind="Reinette")
            found = await Orchard.all().prefetch_related("trees")
            assert [tree.kind for tree in found[0].trees] == ["Reinette"]


async def test_a_cancelled_action_writes_nothing_and_blocks_nobody() -> None:
    started = asyncio.Event()

    async def act() -> None:
        async with in_transaction():
            await Orchard.create(name="Perdus")
            started.set()
            await asyncio.sleep(30)

    task = asyncio.create_task(act())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), in_transaction():
        await Orchard.create(name="Pommiers")
    assert await Orchard.all().values_list("name", flat=True) == ["Pommiers"]


async def test_actions_cancelled_at_any_moment_leave_the_database_usable() -> None:
    async def act() -> None:
        async with in_transaction():
            await Orchard.create(name="Perdus")
            await Orchard.filter(name="Perdus").update(count=1)
            await Orchard.filter(name="Perdus").delete()

    for pause in range(40):
        task = asyncio.create_task(act())
        await asyncio.sleep(pause / 8000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10), in_transaction():
        await Orchard.create(name="Pommiers")
    assert await Orchard.all().values_list("name", flat=True) == ["Pommiers"]


async def test_many_actions_and_reads_at_once() -> None:
    async def act(number: int) -> None:
        async with in_transaction():
            await Orchard.create(name=f"n° {number}")
        assert await Orchard.filter(name=f"n° {number}").exists()

    await asyncio.gather(*(act(number) for number in range(60)))
    assert await Orchard.all().count() == 60
    assert connection() is connection()


def test_uvloop_guards_its_tasks_too(empty_database_url: str) -> None:
    async def act() -> None:
        async with database(empty_database_url, config=orchard_config(empty_database_url), everywhere=False) as context:
            await context.generate_schemas()
            async with in_transaction():
                with forbid_tasks():
                    with pytest.raises(TaskInsideAction):
                        asyncio.create_task(asyncio.sleep(0))  # noqa: RUF006
                    await Orchard.create(name="Pommiers")
            assert await Orchard.all().count() == 1

    uvloop.run(act())


def test_both_engines_may_be_opened_in_turn_in_one_process(empty_database_url: str) -> None:
    """The ORM keeps its statements by connection name, in the words of the engine that came first."""

    async def act(url: str) -> None:
        async with database(url, config=orchard_config(url), everywhere=False) as context:
            await context.generate_schemas()
            orchard = await Orchard.create(name="Pommiers")
            await Orchard.filter(id=orchard.id).update(count=1)
            assert (await Orchard.get(id=orchard.id)).count == 1

    for url in ("sqlite://:memory:", empty_database_url, "sqlite://:memory:"):
        asyncio.run(act(url))
